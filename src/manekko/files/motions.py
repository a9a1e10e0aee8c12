"""Motion files by their ending: VMD, VPD and BVH."""

from pathlib import Path

from manekko.errors import FormatError, InputError
from manekko.files.bvh import bvh_from_motion, motion_from_bvh, parse_bvh, write_bvh
from manekko.files.vmd import CAMERA_MODEL_NAME, parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.files.vpd import parse_vpd, rig_motion_from_vpd, vpd_from_rig_motion, write_vpd
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.rig import Rig
from manekko.whole import whole_file

SUFFIXES = (".vmd", ".vpd", ".bvh")
"""Endings of the files that are read and written."""

_CLIPS = (".mp4", ".mov", ".avi", ".webm", ".wmv", ".mkv", ".gif", ".m4v", ".png", ".jpg", ".jpeg", ".webp", ".bmp")
_LARGEST_BYTES = 1 << 30


def read_motion(path: Path) -> Motion | RigMotion:
    """Return the motion in a file: a ``RigMotion`` of a VMD or VPD, a ``Motion`` of a BVH.

    The ending of the name says the kind.

    Raises:
        InputError: no such file, of no known kind, or a camera's instead of a body's motion.
        FormatError: the bytes do not follow the format.
    """
    suffix = _suffix(path)
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path}: larger than {_LARGEST_BYTES >> 20} MB, which no motion is")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the motion cannot be read ({error.strerror})") from None
    try:
        return _parse(data, suffix)
    except FormatError as error:
        raise error.at(path) from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _parse(data: bytes, suffix: str) -> Motion | RigMotion:
    if suffix == ".bvh":
        return motion_from_bvh(parse_bvh(data))
    if suffix == ".vpd":
        return rig_motion_from_vpd(parse_vpd(data))
    file = parse_vmd(data)
    if file.is_camera:
        raise InputError(f"this VMD moves the camera ({CAMERA_MODEL_NAME}), not a body; give the dance's own VMD")
    return rig_motion_from_vmd(file)


def write_motion(path: Path, motion: Motion | RigMotion, rig: Rig | None = None) -> None:
    """Write a motion into a file, whole or not at all; a VPD takes the first frame.

    Args:
        path: the file; its ending says its kind.
        motion: what to write.
        rig: the model: needed where a ``Motion`` goes into a VMD or VPD, or a ``RigMotion`` into a BVH.

    Raises:
        InputError: no known ending, no model where one is needed, or the place cannot be written to.
    """
    suffix = _suffix(path)
    data = _bytes(motion, suffix, rig)
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def _bytes(motion: Motion | RigMotion, suffix: str, rig: Rig | None) -> bytes:
    if suffix == ".bvh":
        if isinstance(motion, RigMotion):
            motion = motion_from_rig_motion(motion, _needed(rig, "BVH"))
        return write_bvh(bvh_from_motion(motion))
    if isinstance(motion, Motion):
        motion = retarget(motion, _needed(rig, suffix[1:].upper()))
    return write_vmd(vmd_from_rig_motion(motion)) if suffix == ".vmd" else write_vpd(vpd_from_rig_motion(motion))


def _needed(rig: Rig | None, kind: str) -> Rig:
    if rig is None:
        raise InputError(f"a model is needed to write this motion as {kind}; give a PMX or PMD")
    return rig


def _advice(path: Path) -> str:
    clip = path.suffix.lower() in _CLIPS
    return f'; make one of it first: manekko capture "{path}"' if clip else ""


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path}: {suffix or 'no ending'!s} is no motion file; the known ones are {' '.join(SUFFIXES)}"
            f"{_advice(path)}"
        )
    return suffix
