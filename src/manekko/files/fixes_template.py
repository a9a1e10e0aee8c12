"""The fixes file that every capture leaves: nothing in it counts until a person takes a "#" away."""

from collections.abc import Sequence
from pathlib import Path

from manekko.files.results import typed
from manekko.whole import whole_file

_HEAD = """\
# Repairs by hand for {clip}
#
#  1. Look at the preview and the report, and note what is wrong and when.
#  2. Below, take away the "#" in front of the line that helps, and put in your own times.
#  3. Save this file and capture again with it:
#
#       {command}
#
#     What was seen in the video is kept, so this takes seconds. Manekko never changes this file.
#
# Times stand in pairs with a dash between, in quotes; several with commas: ["3.2 - 4", "1:05 - 1:07.5"]
#
#       3.2        seconds of the video        1:05.5     minutes and seconds
#       f96        frame 96 as MikuMikuDance shows it      start, end     of the video
{counted}#
# Left and right are the dancer's own. docs/fixes.md tells more of each repair.


# Only a part of the video:
[clip]
#start = "0:02"
#end = "0:31.5"
"""
_COUNTED = """\
#
#     The motion begins at {start_s:g} s of the video: add that to times read in the preview or the report.
"""
_PERSON = """

# ---------------------------------------------------------------- person {number}{who}
[person-{number}]

# The motion faces away where the dancer faces the camera, or the other way round:
#front-back = ["3.2 - 4"]

# An arm or a leg reaches forward in place of backward (also -right-arm, -left-leg, -right-leg):
#front-back-left-arm = ["3.2 - 4"]

# Left and right are exchanged in the whole body, in the arms or in the legs:
#left-right = ["3.2 - 4"]
#left-right-arms = ["3.2 - 4"]
#left-right-legs = ["3.2 - 4"]

# A foot stands still on the floor, but slides or hovers in the motion:
#left-foot-planted = ["3.2 - 4"]
#right-foot-planted = ["3.2 - 4"]
#both-feet-planted = ["3.2 - 4"]

# A foot is in the air, but sticks to the floor in the motion; a jump that was lost:
#left-foot-in-air = ["3.2 - 4"]
#right-foot-in-air = ["3.2 - 4"]
#both-feet-in-air = ["3.2 - 4"]

# Nonsense: forget what was seen, and go from the pose before to the pose after:
#ignore = ["3.2 - 4"]

# The whole dance is too low or too high: raise it by so many centimetres (-2 lowers it):
#raise-cm = 2
"""
_SWAP = """

# ---------------------------------------------------------------- several people
# Two people were taken for each other: 1-2 exchanges persons 1 and 2 for a while (or to the "end").
# This comes first; the numbers above are those after it.
[swap-people]
#1-2 = ["5 - 7.5"]
"""


def fixes_template(clip: str, command: str, people: Sequence[int], *, start_s: float = 0.0) -> str:
    """Return the text of a file of fixes in which every repair is explained and none is made.

    Args:
        clip: name of the clip.
        command: what to type to capture again with this file.
        people: numbers of the people that were found.
        start_s: where in the clip the motion begins [s].
    """
    counted = _COUNTED.format(start_s=start_s) if start_s else ""
    text = _HEAD.format(clip=_one_line(clip), command=_one_line(command), counted=counted)
    several = len(people) > 1
    for number in people:
        text += _PERSON.format(number=number, who=" (the number over the head in the preview)" if several else "")
    return text + (_SWAP if several else "")


def write_fixes_template(path: Path, clip: Path, options: str, people: Sequence[int], *, start_s: float) -> None:
    """Write the template for one capture, unless a file of that name is there: it may hold someone's work.

    Args:
        path: where it goes.
        clip: what was captured.
        options: the capture's other options, as they are typed.
        people: numbers of the people that were found.
        start_s: where in the clip the motion begins [s].
    """
    if path.exists():
        return
    command = " ".join(filter(None, ["manekko capture", typed(clip), options, "--fix", typed(path)]))
    text = fixes_template(clip.name, command, people, start_s=start_s)
    with whole_file(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "replace"))


def _one_line(name: str) -> str:
    """Return a name that cannot end the remark in which it stands."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
