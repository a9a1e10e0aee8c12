"""What a capture left in its folder: whose motion is where, the sound, the clip and its camera."""

import json
import math
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from manekko.arrays import triple
from manekko.errors import FormatError, InputError
from manekko.files.strips import Strips, strips_from
from manekko.motion.source_camera import SourceCamera

_SUFFIX = "-report.json"
_LARGEST_BYTES = 1 << 26
_MOST_FILES = 1000
_PERSON = re.compile(r"-p[0-9]+$")
_FARTHEST_M = 1e6
_MOST_TIMES = 1e4


@dataclass(frozen=True)
class CapturedPerson:
    """One person's motion file."""

    motion: Path
    camera: SourceCamera | None
    """The clip's camera in the motion's own world; None where the report does not tell."""
    scale: float
    """How many times larger the motion is in a VMD or VPD than in the camera's world."""
    strips: Strips | None = None
    """What the report draws along the time; None where it is of a Manekko that did not tell."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Captured:
    """One capture."""

    people: tuple[CapturedPerson, ...]
    sound: Path | None
    clip_name: str
    """File name of the clip."""
    clip_place: str | None
    """The way from ``folder`` to the clip, where the report tells it."""
    start_s: float
    """Time in the clip that is the motions' time 0 [s]."""
    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    """All that the report names: kind → file, whether it is there or not; a person's kinds end in their number."""


def way_to(clip: Path, folder: Path) -> str | None:
    """Return the way from a capture's folder to its clip, with slashes; None across drives, where there is none."""
    try:
        return Path(os.path.relpath(clip.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return None


def source_clip(captured: Captured) -> Path:
    """Return the clip that was captured: where it lay, else in the capture's folder, above it, or here.

    Raises:
        InputError: it lies in none of these places.
    """
    name, folder = captured.clip_name, captured.folder
    ways = (folder / captured.clip_place,) if captured.clip_place else ()
    for path in (*ways, folder / name, folder.parent / name, Path(name)):
        if path.name == name and path.is_file():
            return path
    raise InputError(
        f"the source video {name} lies no longer where it was captured, nor in {folder}, nor above it, nor here; "
        f"name it: --background PATH/{name}"
    )


def find_report(path: Path) -> Path:
    """Return the report in a capture's folder.

    Raises:
        InputError: there is none, or more than one.
    """
    try:
        reports = sorted(entry for entry in path.iterdir() if entry.name.endswith(_SUFFIX))
    except OSError as error:
        raise InputError(f"the folder {path} cannot be listed ({error.strerror}); allow it or copy it") from None
    if len(reports) == 1:
        return reports[0]
    if not reports:
        raise InputError(f"the folder {path} holds no capture (no …{_SUFFIX}); give a motion file, or capture's folder")
    names = ", ".join(report.name for report in reports[:4])
    raise InputError(f"the folder {path} holds {len(reports)} captures; give the report of one: {names}")


def read_captured(report: Path) -> Captured:
    """Return what a report of ``manekko capture`` tells of the files beside it.

    Raises:
        InputError: it cannot be read, or nobody in it has a motion.
        FormatError: it is no such report.
    """
    try:
        if report.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{report}: larger than {_LARGEST_BYTES >> 20} MB, which no report is")
        text = report.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{report}: the report cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise FormatError("this is no report of a capture: it is no text", path=report) from None
    try:
        return _captured(json.loads(text), report.parent)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        found = " ".join(str(error).split())[:80]
        raise FormatError(f"this is no report of a capture, or it is damaged ({found})", path=report) from None


def captured_beside(motion: Path) -> Captured | None:
    """Return the capture that a motion file came from, this person's part of it; None where none lies beside it."""
    report = motion.with_name(_PERSON.sub("", motion.stem) + _SUFFIX)
    if not report.is_file():
        return None
    try:
        captured = read_captured(report)
    except (InputError, FormatError):
        # The motion alone is what was asked for.
        return None
    own = tuple(person for person in captured.people if person.motion.stem == motion.stem)
    people = tuple(replace(person, motion=motion) for person in own)
    return replace(captured, people=people)


def sound_beside(motion: Path) -> Path | None:
    """Return the WAV of the same name that lies beside a motion file, or None."""
    names = dict.fromkeys((motion.stem, _PERSON.sub("", motion.stem)))
    return next((path for name in names if (path := motion.with_name(f"{name}.wav")).is_file()), None)


def _captured(report: dict[str, Any], folder: Path) -> Captured:
    people = []
    for person in report["people"]:
        name = next((person["files"][kind] for kind in ("vmd", "vpd", "bvh") if kind in person["files"]), None)
        if name is not None:
            camera, scale = _camera(person.get("camera"))
            people.append(CapturedPerson(folder / _name(name), camera, scale, *_told(person)))
    if not people:
        raise LookupError("nobody in it has a motion")
    wav = report["files"].get("wav")
    sound = folder / _name(wav) if wav is not None else None
    given = report["input"]
    start_s = _number(given.get("start_s", 0.0))
    place = str(given.get("place", ""))
    # A report from elsewhere must not make us ask another machine for a file.
    place = None if PureWindowsPath(place).anchor or "\0" in place else place
    return Captured(tuple(people), sound, _name(given["name"]), place, start_s, folder, _files(report, folder))


def _told(person: dict[str, Any]) -> tuple[Strips | None, tuple[str, ...]]:
    """Return what a report tells of a person besides the motion."""
    strips, warnings = person.get("strips"), person.get("warnings", [])
    return None if strips is None else strips_from(strips), tuple(str(line)[:500] for line in warnings[:1000])


def _files(report: dict[str, Any], folder: Path) -> dict[str, Path]:
    named = [
        (f"{kind}-{number}", name) for number, one in enumerate(report["people"]) for kind, name in one["files"].items()
    ]
    return {str(kind): folder / _name(name) for kind, name in [*named, *report["files"].items()][:_MOST_FILES]}


def _name(value: object) -> str:
    """Return the name of a file in the report's own folder, whatever folder the report says."""
    if "\0" in str(value):
        raise ValueError("a name of a file that no system has")
    return Path(str(value)).name


def _camera(values: dict[str, Any] | None) -> tuple[SourceCamera | None, float]:
    if values is None:
        return None, 1.0
    width, height = (int(_number(side)) for side in values["size_px"])
    focal, scale = _number(values["focal_px"]), _number(values["scale"])
    x, y, z = (_number(value) for value in values["position_m"])
    a, b, c, d = (_number(value) for value in values["rotation_xyzw"])
    if min(width, height) < 1 or focal <= 0 or not 0.99 < math.hypot(a, b, c, d) < 1.01:
        raise ValueError("its camera makes no sense")
    if max(abs(x), abs(y), abs(z)) > _FARTHEST_M or not 1.0 / _MOST_TIMES <= scale <= _MOST_TIMES:
        raise ValueError("its camera makes no sense")
    turns = tuple(triple(np.array([_number(one) for one in turn])) for turn in values.get("turns_rad", ()))
    zooms = tuple(_number(zoom) for zoom in values.get("zooms", ()))
    if not all(1e-2 < zoom < 1e2 for zoom in zooms):
        raise ValueError("its camera zooms as none does")
    return SourceCamera((width, height), focal, (x, y, z), (a, b, c, d), turns, zooms), scale


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return float(value)
