"""Which joint of a BVH file is which of the humanoid: MotionBuilder's, Mixamo's, CMU's, Daz', VRM's."""

import re
from collections.abc import Sequence
from os.path import commonprefix

from manekko.files.bvh_text import BvhJoint
from manekko.skeleton.skeleton import FINGERS, finger_segments

_PARTS = (
    ("UpperArm", ("arm", "upperarm", "uparm", "shldr", "shoulder")),
    ("LowerArm", ("forearm", "lowerarm", "loarm", "elbow")),
    ("Hand", ("hand", "wrist")),
    ("UpperLeg", ("upleg", "upperleg", "thigh", "hip")),
    ("LowerLeg", ("leg", "lowerleg", "loleg", "shin", "calf", "knee")),
    ("Foot", ("foot", "ankle")),
    ("Toes", ("toebase", "toes", "toe", "ball", "foottoe", "toe0")),
    ("Eye", ("eye",)),
)
"""Parts of a limb and their words, the surest first: "shoulder" is an upper arm only where nothing else is."""
_HEAD_WORDS = ("head",)
_FINGER_WORDS = {
    "Thumb": ("thumb",),
    "Index": ("index", "fore", "point"),
    "Middle": ("middle", "mid"),
    "Ring": ("ring",),
    "Little": ("little", "pinky", "pinkie", "small"),
}
_PREFIXES = re.compile(r"^(mixamorig\d*|cc_base|bip\d*|character\d*|armature|def|rl|b|j|bip)[:_\-. ]+|^.*:")
_NOT_A_SEGMENT = re.compile(r"inhand|meta|carpal|base|toe|end|nub|tip")


def joints_of_humanoid(joints: Sequence[BvhJoint]) -> dict[str, int]:
    """Return {name of the humanoid's joint: index in the file} of the joints that can be told, hips always among them.

    Limbs go by name; what carries both legs is the hips, what carries both arms the chest, whatever it is called.
    Empty where no legs are found.
    """
    shared = re.sub(r"[^:_\-.]*$", "", commonprefix([joint.name for joint in joints]))  # noqa: RUF071 - letters are meant, not parts of a path
    words = [_word(joint.name.removeprefix(shared)) for joint in joints]
    found: dict[str, int] = {}
    for side in ("left", "right"):
        for part, aliases in _PARTS:
            index = next((words.index((side, alias)) for alias in aliases if (side, alias) in words), None)
            if index is not None and index not in found.values():
                found[side + part] = index
    if "leftUpperLeg" not in found or "rightUpperLeg" not in found:
        return {}
    found["hips"] = _common(joints, found["leftUpperLeg"], found["rightUpperLeg"])
    head = next((words.index(("", alias)) for alias in _HEAD_WORDS if ("", alias) in words), None)
    if head is not None:
        found["head"] = head
    found |= _trunk(joints, found)
    for side in ("left", "right"):
        if side + "Hand" in found:
            found |= _fingers(joints, words, side, found[side + "Hand"])
    return found


def _word(name: str) -> tuple[str, str]:
    """Return (side or "", the name without side, prefix and separators, lower case)."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    text = _PREFIXES.sub("", _PREFIXES.sub("", spaced.lower()))
    parts = [part for part in re.split(r"[\s_.\-]+", text) if part]
    for mark, side in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
        if mark in parts:
            parts.remove(mark)
            return side, "".join(parts)
    joined = "".join(parts)
    for side in ("left", "right"):
        if joined.startswith(side) or joined.endswith(side):
            return side, joined.removeprefix(side).removesuffix(side)
    return "", joined


def _ancestors(joints: Sequence[BvhJoint], index: int) -> list[int]:
    """Return the joint and all above it, nearest first."""
    chain = []
    while index >= 0:
        chain.append(index)
        index = joints[index].parent
    return chain


def _common(joints: Sequence[BvhJoint], first: int, second: int) -> int:
    above = set(_ancestors(joints, second)[1:])
    return next((index for index in _ancestors(joints, first)[1:] if index in above), first)


def _between(joints: Sequence[BvhJoint], top: int, bottom: int) -> list[int]:
    """Return the joints between two, from the top; empty where the one is not above the other."""
    chain = _ancestors(joints, bottom)
    return chain[1 : chain.index(top)][::-1] if top in chain else []


def _trunk(joints: Sequence[BvhJoint], found: dict[str, int]) -> dict[str, int]:
    trunk: dict[str, int] = {}
    if "leftUpperArm" in found and "rightUpperArm" in found:
        trunk["chest"] = _common(joints, found["leftUpperArm"], found["rightUpperArm"])
    elif "head" in found and (above := _between(joints, found["hips"], found["head"])):
        trunk["chest"] = above[(len(above) - 1) // 2]
    if "chest" not in trunk or trunk["chest"] == found["hips"]:
        return {}
    spine = _between(joints, found["hips"], trunk["chest"])
    if spine:
        trunk["spine"] = spine[(len(spine) - 1) // 2]
    if "head" in found and (neck := _between(joints, trunk["chest"], found["head"])):
        trunk["neck"] = neck[(len(neck) - 1) // 2]
    for side in ("left", "right"):
        arm = found.get(side + "UpperArm", -1)
        if arm >= 0 and (shoulder := _between(joints, trunk["chest"], arm)):
            trunk[side + "Shoulder"] = shoulder[-1]
    return trunk


def _fingers(joints: Sequence[BvhJoint], words: list[tuple[str, str]], side: str, hand: int) -> dict[str, int]:
    """Return the finger joints of a hand; a finger of a single joint says nothing and is left out."""
    below = [index for index in range(len(joints)) if hand in _ancestors(joints, index)[1:]]
    found: dict[str, int] = {}
    for finger in FINGERS:
        chain = [
            index
            for index in below
            if any(word in words[index][1] for word in _FINGER_WORDS[finger])
            and (finger == "Thumb" or not _NOT_A_SEGMENT.search(words[index][1]))
        ]
        if len(chain) >= 2:
            found |= {side + finger + part: index for part, index in zip(finger_segments(finger), chain, strict=False)}
    return found
