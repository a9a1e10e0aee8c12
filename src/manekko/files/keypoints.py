"""Tracks kept on disk, so that a motion can be solved again without looking at the clip again."""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.people.camera_path import CameraPath
from manekko.people.keypoints import Face, Hands, Track
from manekko.whole import whole_file

_ARRAYS = ("times_s", "keypoints_px", "confidences", "world_m")
_PARTS = {"hands": Hands, "face": Face}
_LARGEST_BYTES = 1 << 32
_SEEN_IN = "seen_in"
_SAMPLE_BYTES = 1 << 16
_SHAPES = {
    "times_s": (), "keypoints_px": (33, 2), "confidences": (33,), "world_m": (33, 3),
    "hands.keypoints_px": (2, 21, 2), "hands.world_m": (2, 21, 3), "hands.scores": (2,),
    "camera.rotations_xyzw": (4,), "camera.zooms": (), "face.keypoints_px": (468, 3), "face.scores": (),
}  # fmt: skip
"""Shape of each array of numbers after its frame axis."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, LookupError, EOFError, TypeError, RuntimeError)
"""What reading an archive of something else, or a damaged one, may raise."""


@dataclass(frozen=True)
class SeenIn:
    """Where tracks were seen and what was asked for: whoever asks for the same gets the same tracks."""

    clip: str
    """What ``clip_digest`` says of the clip."""
    start_s: float = 0.0
    """Where the detector began [s]; the tracks' time 0."""
    end_s: float | None = None
    """Where it stopped [s]; None: at the clip's end."""
    people: int | None = None
    """At most so many people; None: everybody."""
    parts: tuple[str, ...] = ("body",)
    """What was looked for, in alphabetical order."""
    fps: float | None = None
    """Rate of a folder of pictures, if one was given."""
    version: str = ""
    """Manekko's version."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the clip but could be passed over."""

    def holds(self, wanted: "SeenIn") -> bool:
        """Whether tracks seen so hold what is wanted: the same, or a part of the time."""
        alike = replace(self, start_s=wanted.start_s, end_s=wanted.end_s, warnings=wanted.warnings) == wanted
        begins = self.start_s in (0.0, wanted.start_s)
        return alike and begins and (self.end_s is None or (wanted.end_s is not None and wanted.end_s <= self.end_s))


def clip_digest(clip: Path) -> str:
    """Return what tells a clip from any other: its name, length and some of its bytes; of a folder, of all its files.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    for file in sorted(member for member in clip.iterdir() if member.is_file()) if clip.is_dir() else [clip]:
        size = file.stat().st_size
        digest.update(f"{file.name}\0{size}\0".encode("utf-8", "surrogateescape"))
        with file.open("rb") as content:
            digest.update(content.read(_SAMPLE_BYTES))
            content.seek(max(size - _SAMPLE_BYTES, 0))
            digest.update(content.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def as_kept(track: Track) -> Track:
    """Return the track as ``read_tracks`` will: in 32-bit precision, so that solving it now or later is the same."""
    rounded = {
        name: getattr(track, name).astype(np.float32).astype(np.float64) for name in _ARRAYS if name != "times_s"
    }
    parts = {}
    for part, kind in _PARTS.items():
        value = getattr(track, part)
        if value is not None:
            parts[part] = kind(*(getattr(value, f.name).astype(np.float32) for f in fields(kind)))
    return replace(track, **rounded, **parts)


def write_tracks(path: Path, tracks: list[Track], seen_in: SeenIn | None = None) -> None:
    """Write tracks into one compressed ``.npz``, whole or not at all; numbers are kept as 32-bit floats.

    ``seen_in`` tells a later run whether it may use them; None where they are not to be used again.

    Raises:
        InputError: the place cannot be written to.
    """
    try:
        with (
            whole_file(path) as temporary,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            for name, values in _all_arrays(tracks, seen_in).items():
                # A fixed date: the same tracks give the same bytes.
                entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
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
    return _read(path)[0]


def kept_tracks(path: Path, wanted: SeenIn) -> tuple[list[Track], SeenIn] | None:
    """Return the tracks of a file, cut to the time that is wanted, and where they were seen; None if they do not fit.

    Who is not seen in that time is left out; the others keep their numbers.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is no such file, or damaged.
    """
    tracks, seen_in = _read(path)
    if seen_in is None or not seen_in.holds(wanted):
        return None
    if (seen_in.start_s, seen_in.end_s) != (wanted.start_s, wanted.end_s):
        first_s = wanted.start_s - seen_in.start_s
        last_s = None if wanted.end_s is None else wanted.end_s - seen_in.start_s
        tracks = [cut for track in tracks if (cut := track.between(first_s, last_s)).seen.any()]
    return tracks, seen_in


def _read(path: Path) -> tuple[list[Track], SeenIn | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES:
                raise FormatError("larger than any clip's keypoints", path=path)
            arrays = {n.removesuffix(".npy"): _read_array(archive.read(n)) for n in archive.namelist()}
        seen_in = arrays.pop(_SEEN_IN, None)
        numbers = sorted({int(name[1:].split(".")[0]) for name in arrays})
        return [_track(number, arrays) for number in numbers], None if seen_in is None else _seen_in(str(seen_in))
    except OSError as error:
        raise InputError(f"{path}: the keypoints cannot be read ({error.strerror})") from None
    except _DAMAGE as error:
        raise FormatError(f"these are no keypoints of Manekko's, or they are damaged ({error})", path=path) from None


def _all_arrays(tracks: list[Track], seen_in: SeenIn | None) -> dict[str, Array]:
    result = {} if seen_in is None else {_SEEN_IN: np.array(json.dumps(asdict(seen_in)))}
    for track in tracks:
        result |= {f"p{track.track_id}.{name}": values for name, values in _arrays_of(track).items()}
    return result


def _seen_in(text: str) -> SeenIn:
    """Return what was written; ValueError, LookupError or TypeError where it is something else."""
    told = json.loads(text)
    lists = {name: tuple(str(item) for item in told[name]) for name in ("parts", "warnings")}
    start_s, end_s = float(told["start_s"]), None if told["end_s"] is None else float(told["end_s"])
    return SeenIn(**{**told, **lists, "start_s": start_s, "end_s": end_s})


def _arrays_of(track: Track) -> dict[str, Array]:
    arrays = {name: getattr(track, name).astype(np.float32) for name in _ARRAYS}
    arrays["times_s"] = track.times_s
    arrays["size"] = np.array(track.image_size_px)
    arrays["warnings"] = np.array(track.warnings, dtype=np.str_)
    for part in _PARTS:
        value = getattr(track, part)
        if value is not None:
            arrays |= {f"{part}.{f.name}": getattr(value, f.name).astype(np.float32) for f in fields(value)}
    if track.camera is not None:
        # Kept in full: a still camera must stay exactly still.
        arrays |= {f"camera.{name}": getattr(track.camera, name) for name in ("rotations_xyzw", "zooms")}
        arrays["camera.focal_px"] = np.array(track.camera.focal_px)
        arrays["camera.notes"] = np.array(track.camera.notes, dtype=np.str_)
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
        camera=_camera_path(own) if "camera.zooms" in own else None,
        warnings=tuple(str(text) for text in own["warnings"]),
        **{name: own[name].astype(np.float64) for name in _ARRAYS},
        **parts,
    )


def _camera_path(arrays: dict[str, Array]) -> CameraPath:
    rotations, zooms = arrays["camera.rotations_xyzw"].astype(np.float64), arrays["camera.zooms"].astype(np.float64)
    focal_px = float(arrays["camera.focal_px"])
    sound = np.abs(np.linalg.norm(rotations, axis=-1) - 1.0) < 1e-3
    if not (sound & (zooms > 1e-2) & (zooms < 1e2)).all() or not 1.0 < focal_px < 1e6:
        raise ValueError("its camera makes no sense")
    notes = tuple(str(text) for text in arrays["camera.notes"])
    return CameraPath(arrays["times_s"].astype(np.float64), rotations, zooms, focal_px, notes)


def _check_shapes(arrays: dict[str, Array]) -> None:
    frames = len(arrays["times_s"])
    for name, values in arrays.items():
        expected = (frames, *_SHAPES[name]) if name in _SHAPES else values.shape
        if values.shape != expected or (name in _SHAPES and values.dtype.kind != "f"):
            raise ValueError(f"{name} is {values.dtype} of shape {values.shape}, expected numbers of shape {expected}")
    if arrays["size"].shape != (2,) or arrays["size"].dtype.kind not in "iu":
        raise ValueError("the picture's size is not two whole numbers")
