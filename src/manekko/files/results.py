"""What the files of a capture are called, and what they are for."""

from pathlib import Path

ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
"""Endings of archives, which may stand one behind the other."""


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
