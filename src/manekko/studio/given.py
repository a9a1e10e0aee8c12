"""What kinds of files were given: motions of bodies, and of the camera."""

from collections.abc import Sequence
from pathlib import Path

from manekko.errors import FormatError
from manekko.files.motions import SUFFIXES
from manekko.files.vmd import parse_vmd

_LARGEST_BYTES = 1 << 28
"""No camera has so many keys."""


def sorted_out(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return what moves bodies, and the VMDs that move the camera.

    Of a folder that holds no capture but one body's motion, that motion is meant, and the camera's that lies there.
    """
    unfolded = [inside for path in paths for inside in (_inside(path) if path.is_dir() else [path])]
    cameras = [path for path in unfolded if _moves_camera(path)]
    return [path for path in unfolded if path not in cameras], cameras


def _inside(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return [folder]
    if any(entry.name.endswith("-report.json") for entry in entries):
        return [folder]
    # Names that begin with a dot are the system's own.
    motions = [entry for entry in entries if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")]
    cameras = [entry for entry in motions if _moves_camera(entry)]
    # Several motions may be one dance in several versions: the user must say which.
    alone = len(motions) - len(cameras) == 1 and len(cameras) <= 1
    return motions if alone else [folder]


def _moves_camera(path: Path) -> bool:
    if path.suffix.lower() != ".vmd":
        return False
    try:
        return path.stat().st_size <= _LARGEST_BYTES and parse_vmd(path.read_bytes()).is_camera
    except (OSError, FormatError):
        # Whoever reads it as a motion will say what is wrong.
        return False
