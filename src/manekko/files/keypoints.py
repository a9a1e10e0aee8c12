"""Tracks kept on disk, so that a motion can be solved again without looking at the clip again."""

import io
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.people.keypoints import Face, Hands, Track
from manekko.whole import whole_file

_ARRAYS = ("times_s", "keypoints_px", "confidences", "world_m")
_PARTS = {"hands": Hands, "face": Face}
_LARGEST_BYTES = 1 << 32
_SHAPES = {
    "times_s": (), "keypoints_px": (33, 2), "confidences": (33,), "world_m": (33, 3),
    "hands.keypoints_px": (2, 21, 2), "hands.world_m": (2, 21, 3), "hands.scores": (2,),
    "face.keypoints_px": (468, 3), "face.scores": (),
}  # fmt: skip
"""Shape of each array of numbers after its frame axis."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, LookupError, EOFError, TypeError, RuntimeError)
"""What reading an archive of something else, or a damaged one, may raise."""


def write_tracks(path: Path, tracks: list[Track]) -> None:
    """Write tracks into one compressed ``.npz``, whole or not at all; numbers are kept as 32-bit floats.

    Raises:
        InputError: the place cannot be written to.
    """
    try:
        with (
            whole_file(path) as temporary,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            for track in tracks:
                for name, values in _arrays_of(track).items():
                    # A fixed date: the same tracks give the same bytes.
                    entry = zipfile.ZipInfo(f"p{track.track_id}.{name}.npy", (1980, 1, 1, 0, 0, 0))
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with archive.open(entry, "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, values, allow_pickle=False)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def read_tracks(path: Path) -> list[Track]:
    """Return the tracks of a file that ``write_tracks`` wrote.

    Raises:
        InputError: no such file.
        FormatError: it is no such file, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES:
                raise FormatError("larger than any clip's keypoints", path=path)
            arrays = {n.removesuffix(".npy"): _read_array(archive.read(n)) for n in archive.namelist()}
        return [_track(number, arrays) for number in sorted({int(name[1:].split(".")[0]) for name in arrays})]
    except OSError as error:
        raise InputError(f"{path}: the keypoints cannot be read ({error.strerror})") from None
    except _DAMAGE as error:
        raise FormatError(f"these are no keypoints of Manekko's, or they are damaged ({error})", path=path) from None


def _arrays_of(track: Track) -> dict[str, Array]:
    arrays = {name: getattr(track, name).astype(np.float32) for name in _ARRAYS}
    arrays["times_s"] = track.times_s
    arrays["size"] = np.array(track.image_size_px)
    arrays["warnings"] = np.array(track.warnings, dtype=np.str_)
    for part in _PARTS:
        value = getattr(track, part)
        if value is not None:
            arrays |= {f"{part}.{f.name}": getattr(value, f.name).astype(np.float32) for f in fields(value)}
    return arrays


def _read_array(data: bytes) -> Array:
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _track(number: int, arrays: dict[str, Array]) -> Track:
    own = {n.split(".", 1)[1]: values for n, values in arrays.items() if n.split(".", 1)[0] == f"p{number}"}
    _check_shapes(own)
    width, height = own["size"].tolist()
    parts = {}
    for part, kind in _PARTS.items():
        if f"{part}.{fields(kind)[0].name}" in own:
            parts[part] = kind(*(own[f"{part}.{f.name}"] for f in fields(kind)))
    return Track(
        track_id=number,
        image_size_px=(width, height),
        warnings=tuple(str(text) for text in own["warnings"]),
        **{name: own[name].astype(np.float64) for name in _ARRAYS},
        **parts,
    )


def _check_shapes(arrays: dict[str, Array]) -> None:
    frames = len(arrays["times_s"])
    for name, values in arrays.items():
        expected = (frames, *_SHAPES[name]) if name in _SHAPES else values.shape
        if values.shape != expected or (name in _SHAPES and values.dtype.kind != "f"):
            raise ValueError(f"{name} is {values.dtype} of shape {values.shape}, expected numbers of shape {expected}")
    if arrays["size"].shape != (2,) or arrays["size"].dtype.kind not in "iu":
        raise ValueError("the picture's size is not two whole numbers")
