"""What kinds of files were given: motions of bodies, and of the camera."""

from collections.abc import Sequence
from pathlib import Path

from manekko.errors import FormatError
from manekko.files.motions import SUFFIXES
from manekko.files.vmd import parse_vmd

SOUNDS = (".wav", ".mp3", ".ogg", ".m4a", ".flac", ".opus", ".aac")
"""Endings of sounds that browsers play."""
_LARGEST_BYTES = 1 << 28
"""No camera has so many keys."""


def sorted_out(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return what moves bodies, and the VMDs that move the camera.

    Of a folder that holds no capture but one body's motion, that motion is meant, and the camera's that lies there.
    """
    unfolded = [inside for path in paths for inside in (_inside(path) if path.is_dir() else [path])]
    cameras = [path for path in unfolded if _moves_camera(path)]
    return [path for path in unfolded if path not in cameras], cameras


def sound_with(motion: Path, given: Sequence[Path]) -> Path | None:
    """Return the sound of a motion's own name beside it, or the only one in a folder that was given; None: neither."""
    own = [path for ending in SOUNDS if (path := motion.with_suffix(ending)).is_file()]
    if own or motion.parent not in given:
        return own[0] if own else None
    sounds = [path for path in _shown(motion.parent) if path.suffix.lower() in SOUNDS]
    return sounds[0] if len(sounds) == 1 else None


def _shown(folder: Path) -> list[Path]:
    """Return what lies in a folder, but names that begin with a dot, which are the system's own."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _inside(folder: Path) -> list[Path]:
    try:
        entries = _shown(folder)
    except OSError:
        return [folder]
    if any(entry.name.endswith("-report.json") for entry in entries):
        return [folder]
    motions = [entry for entry in entries if entry.suffix.lower() in SUFFIXES]
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
