"""What the files of a capture are called, and what they are for."""

from collections.abc import Mapping
from pathlib import Path

ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
"""Endings of archives, which may stand one behind the other."""
_NOT_TYPED = {"input", "fix", "workers"}


def stem_of(source: Path) -> str:
    """Return what the names of a clip's results begin with: its own name, without its ending."""
    name = source.resolve().name
    if source.is_dir():
        return name
    for _ in range(2):
        ending = Path(name).suffix.lower()
        name = name[: -len(ending)] if ending in ARCHIVES else name
    return Path(name).stem if name == source.name else name


def typed(name: str | Path) -> str:
    """Return a name as it is typed in any terminal."""
    return f'"{name}"' if " " in str(name) else str(name)


def options_typed(given: Mapping[str, object], usual: Mapping[str, object]) -> str:
    """Return the options of a capture as they are typed: those that are not as usual, but which fixes and how quickly.

    Each is named as its field, times without their unit; a list has commas between.
    """
    words = []
    for name, value in given.items():
        if name in _NOT_TYPED or value == usual[name]:
            continue
        option = name.removesuffix("_s").replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        elif isinstance(value, tuple | frozenset):
            words.append(f"--{option} {','.join(sorted(map(str, value)))}")
        else:
            words.append(f"--{option} {typed(f'{value:g}' if isinstance(value, float) else str(value))}")
    return " ".join(words)


def what_it_is(file: Path) -> str:
    """Return in a few words what a file that ``capture`` wrote is for."""
    if file.stem.endswith("-preview"):
        what = ("picture", "pose") if file.suffix == ".png" else ("clip", "motion")
        return "the skeleton over the {}, and the solved {}".format(*what)
    if file.stem.endswith("-report"):
        return "how well it went: open it in a browser" if file.suffix == ".html" else "the same, for programs"
    if file.stem.endswith("-keypoints"):
        return "what was seen, for programs"
    if file.stem.endswith("-fixes"):
        return "repairs by hand: open it in a text editor"
    meanings = {
        ".vmd": "the motion, for MikuMikuDance",
        ".vpd": "the pose, for MikuMikuDance",
        ".bvh": "the motion, for Blender and others",
        ".wav": "the sound, in step with the motion",
    }
    return meanings.get(file.suffix, "")
