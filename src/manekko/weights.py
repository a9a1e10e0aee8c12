"""The detector's model files: known by checksum, fetched once into the user's cache, found by name.

They are the models of MediaPipe 0.10.21 (Apache-2.0) and travel in its wheel, so the package installer that installed
Manekko also brings them: no server of our own, no login, and a machine without network needs one folder copied.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from manekko.errors import MissingToolError
from manekko.progress import Progress, silent

SOURCE = "mediapipe==0.10.21"
"""Requirement whose wheel holds every model."""


@dataclass(frozen=True)
class Weight:
    """One model file."""

    name: str
    """File name, without folder."""
    member: str
    """Path inside the wheel."""
    size: int
    """Length [bytes]."""
    sha256: str
    """Checksum, hexadecimal."""


def _weights(table: str) -> dict[str, Weight]:
    rows = (line.split() for line in table.strip().splitlines())
    return {
        Path(path).name: Weight(Path(path).name, f"mediapipe/modules/{path}", int(size), sha)
        for path, size, sha in rows
    }


WEIGHTS = _weights("""
pose_detection/pose_detection.tflite 2959046 9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c
pose_landmark/pose_landmark_full.tflite 6440512 e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f
hand_landmark/hand_landmark_full.tflite 5478917 11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3
hand_landmark/hand_landmark_lite.tflite 2071597 048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6
iris_landmark/iris_landmark.tflite 2640568 d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f
face_landmark/face_landmark.tflite 1242398 1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814
face_landmark/face_landmark_with_attention.tflite 2495106 e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4
face_detection/face_detection_short_range.tflite 229714 bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8
palm_detection/palm_detection_full.tflite 2339846 1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54
palm_detection/palm_detection_lite.tflite 1985440 e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18
holistic_landmark/hand_recrop.tflite 123792 67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d
""")  # noqa: E501
"""Every model by file name."""


def weight_path(name: str) -> Path:
    """Return the checked file of one model, fetching all of them first where it is missing.

    Args:
        name: file name, one of ``WEIGHTS``.

    Raises:
        MissingToolError: it is not here and could not be fetched, or its bytes are not the expected ones.
    """
    folder = fetch_weights() if _good_file(name) is None else None
    found = _good_file(name)
    if found is None:
        raise MissingToolError(f"model {name} vanished from {folder}; run `manekko weights fetch` again")
    return found


def weights_status() -> list[tuple[str, Path | None]]:
    """Return every model's name and its checked file, None where it is missing or damaged."""
    return [(name, _good_file(name)) for name in WEIGHTS]


def fetch_weights(progress: Progress = silent) -> Path:
    """Bring every model into the cache, unless all are there; return the folder that holds them.

    ``MANEKKO_WEIGHTS`` may name a folder (the files side by side, or as the wheel unpacks) or the wheel itself; then
    nothing is fetched from the network.

    Raises:
        MissingToolError: no installer, no network, no room, or wrong bytes; one line that says what to do.
    """
    given = _given()
    if all(path is not None for _, path in weights_status()):
        return given if given is not None and given.is_dir() else cache_folder()
    if given is not None and given.is_file():
        return _unpack(given, progress)
    if given is not None:
        _complain_of_folder(given)
    with tempfile.TemporaryDirectory(prefix="manekko-") as folder:
        return _unpack(_download(Path(folder)), progress)


def cache_folder() -> Path:
    """Return the folder of the models in the user's cache; it need not exist yet."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif os.environ.get("XDG_CACHE_HOME"):
        base = Path(os.environ["XDG_CACHE_HOME"])
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path.home() / ".cache"
    return base / "manekko" / "weights"


def _given() -> Path | None:
    value = os.environ.get("MANEKKO_WEIGHTS")
    return Path(value).expanduser() if value else None


def _good_file(name: str) -> Path | None:
    weight = WEIGHTS[name]
    given = _given()
    places = [cache_folder()] if given is None or given.is_file() else [given]
    for place in places:
        for path in (place / name, place / weight.member):
            if path.is_file() and _has_right_bytes(path, path.stat().st_mtime_ns, weight):
                return path
    return None


@lru_cache(maxsize=64)
def _has_right_bytes(path: Path, mtime_ns: int, weight: Weight) -> bool:
    """Compare size and checksum; ``mtime_ns`` makes a changed file be read again."""
    if path.stat().st_size != weight.size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == weight.sha256


def _complain_of_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise MissingToolError(f"MANEKKO_WEIGHTS names {folder}, which does not exist; unset it or correct it")
    missing = [name for name, path in weights_status() if path is None]
    damaged = [name for name in missing if any((folder / place).is_file() for place in (name, WEIGHTS[name].member))]
    fault = f"{damaged[0]} there has a wrong checksum" if damaged else f"{missing[0]} is not there"
    raise MissingToolError(
        f"MANEKKO_WEIGHTS names {folder}, but {fault}; put the models of {SOURCE} there, or unset it and run "
        "`manekko weights fetch`"
    )


def _installers() -> list[list[str]]:
    """Return the commands that can download a wheel, best first; an environment made by uv has no pip inside."""
    commands = [[sys.executable, "-m", "pip"]]
    commands += [[path] for path in (shutil.which("pip3"), shutil.which("pip")) if path]
    uv = shutil.which("uv")
    return commands + ([[uv, "tool", "run", "pip"]] if uv else [])


def _download(folder: Path) -> Path:
    # The models are the same in every build of the wheel, so one build is asked for whatever this machine is.
    options = [
        *("download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"),
        *("--retries", "2", "--platform", "manylinux_2_28_x86_64", "--python-version", "312"),
        *("-d", str(folder), SOURCE),
    ]
    trouble = "pip was not found"
    for installer in _installers():
        try:
            done = subprocess.run([*installer, *options], capture_output=True, text=True, check=False, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            trouble = str(error)
            continue
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode == 0 and wheels:
            return wheels[0]
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        trouble = next(
            (line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "no output"
        )
        if "No module named pip" not in done.stderr:
            break
    raise MissingToolError(
        f"the models could not be downloaded (pip says: {trouble}); run `manekko weights fetch` where there is a "
        f"network and pip, or set MANEKKO_WEIGHTS to the wheel of {SOURCE} or a folder of its models"
    )


def _unpack(wheel: Path, progress: Progress) -> Path:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for done, weight in enumerate(WEIGHTS.values(), start=1):
                _place(folder / weight.name, _member(archive, weight, wheel), weight)
                progress("weights", done, len(WEIGHTS))
    except zipfile.BadZipFile as error:
        raise MissingToolError(f"{wheel} is not a whole wheel ({error}); get {SOURCE} again") from error
    except OSError as error:
        raise MissingToolError(
            f"the models cannot be written to {folder} ({error.strerror or error}); make room or make it writable, "
            "set XDG_CACHE_HOME, or set MANEKKO_WEIGHTS to a folder that already holds them"
        ) from error
    return folder


def _member(archive: zipfile.ZipFile, weight: Weight, wheel: Path) -> bytes:
    # The size is read first, so that a forged archive cannot unpack into more memory than a model takes.
    if weight.member not in archive.namelist() or archive.getinfo(weight.member).file_size != weight.size:
        raise MissingToolError(f"{wheel.name} does not hold {weight.member} as expected; the wheel of {SOURCE} does")
    content = archive.read(weight.member)
    if hashlib.sha256(content).hexdigest() != weight.sha256:
        raise MissingToolError(f"{weight.member} in {wheel.name} has a wrong checksum; get the wheel of {SOURCE} again")
    return content


def _place(target: Path, content: bytes, weight: Weight) -> None:
    """Write whole or not at all; two processes may do it at once, for both bring the same bytes."""
    if target.is_file() and _has_right_bytes(target, target.stat().st_mtime_ns, weight):
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(target)
    except PermissionError:
        # Windows refuses to replace a file another process has just placed and opened: then it is there already.
        if not (target.is_file() and _has_right_bytes(target, target.stat().st_mtime_ns, weight)):
            raise
    finally:
        part.unlink(missing_ok=True)
