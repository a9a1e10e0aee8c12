"""A dataset on disk: runs of frames of one motion in folders of plain arrays, each there whole or not at all.

``DATASET/dataset.json`` says what it is; ``DATASET/views.npz`` holds the character's reference pictures, where there
are any; ``DATASET/shard-NAME/`` holds ``shard.json`` and one ``.npy`` for each array, frames along its first axis.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any, Literal

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError, InputError
from manekko.paint.pose_map import FIELDS
from manekko.paint.views import Views, load_views
from manekko.whole import make_folder, whole_file

VERSION = 1
LONGEST_SHARD = 64
"""Frames in one shard at most."""

_ROW = {
    **{"rgba": ("uint8", (0, 0, 4)), "copied": ("uint8", (0, 0, 4)), "rest": ("uint16", (0, 0, 3))},
    **{"normals": ("int8", (0, 0, 3)), "shade": ("int8", (0, 0)), "parts": ("uint8", (0, 0))},
    **{"depth": ("float16", (0, 0)), "flow": ("float16", (0, 0, 2))},
    **{"keypoints": ("float32", (33, 4)), "hands": ("float32", (2, 21, 4))},
}
"""Of each array its kind and the shape of one frame; 0 stands for the picture's side.

``rgba`` has straight alpha. ``flow`` is how far [px, right and down] each place moves to the next frame, NaN where it
is hidden there or nothing is. ``keypoints`` (people's ``BODY33``) and ``hands`` hold x, y [px], z [m] behind the hips'
middle and 1 where visible; NaN where unknown.
"""

_DAMAGE = (OSError, ValueError, EOFError, TypeError, OverflowError, SyntaxError, TokenError, MemoryError)
"""What mapping a file of something else, or a damaged one, may raise."""

Split = Literal["train", "held"]


@dataclass(frozen=True)
class ShardInfo:
    """What a shard says of itself."""

    motion: str
    """Name of the motion or clip that its frames are of."""
    split: Split
    """Whether it may be learned from or is held back for judging."""
    frames: int
    fps: float = 30.0


@dataclass(frozen=True)
class Shard:
    """A run of consecutive frames."""

    folder: Path
    info: ShardInfo
    size_px: int

    def array(self, name: str) -> Array | None:
        """Return an array, mapped from the disk; None where the shard has none of that name.

        Raises:
            FormatError: the file is damaged.
        """
        path = self.folder / f"{name}.npy"
        if not path.is_file():
            return None
        kind, row = _ROW[name]
        shape = (self.info.frames, *(side or self.size_px for side in row))
        try:
            found = np.lib.format.open_memmap(path, mode="r")
        except _DAMAGE:
            raise FormatError("damaged; delete this shard's folder and make the dataset again").at(path) from None
        if found.shape != shape or found.dtype != kind:
            raise FormatError(f"{found.dtype} {found.shape} found where {kind} {shape} was expected").at(path)
        return found


@dataclass(frozen=True)
class Dataset:
    """A dataset that is there."""

    folder: Path
    character: str
    size_px: int
    made_of: Mapping[str, Any]
    """How it was made: options, sources and their terms."""

    @cached_property
    def all_shards(self) -> tuple[Shard, ...]:
        """Every shard that is whole, by name."""
        found = sorted(self.folder.glob("shard-*/shard.json"))
        return tuple(Shard(path.parent, _shard_info(path), self.size_px) for path in found)

    def shards(self, split: Split) -> tuple[Shard, ...]:
        """Return the shards of a split."""
        return tuple(shard for shard in self.all_shards if shard.info.split == split)

    def views(self) -> Views | None:
        """Return the character's reference pictures; None for a dataset of pictures only.

        Raises:
            FormatError: the file is damaged.
        """
        path = self.folder / "views.npz"
        return load_views(path) if path.is_file() else None

    @property
    def has_surface(self) -> bool:
        """Whether the frames' pose maps are known."""
        return bool(self.all_shards) and all((self.all_shards[0].folder / f"{name}.npy").is_file() for name in FIELDS)


def open_dataset(folder: Path) -> Dataset:
    """Return the dataset in a folder.

    Raises:
        InputError: there is none.
        FormatError: it is damaged.
    """
    path = folder / "dataset.json"
    if not path.is_file():
        raise InputError(f"{folder} is no dataset; make one with: manekko dataset render, or manekko dataset import")
    values = _read_json(path)
    try:
        if values["version"] != VERSION:
            raise FormatError(f"a dataset of version {values['version']}; this Manekko reads {VERSION}").at(path)
        return Dataset(folder, str(values["character"]), int(values["size_px"]), dict(values["made_of"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FormatError("damaged, or no dataset").at(path) from None


def begin_dataset(folder: Path, character: str, size_px: int, made_of: Mapping[str, Any]) -> Dataset:
    """Return a new dataset, or the one that is there and was made of the very same.

    Raises:
        InputError: another one is there.
        MissingToolError: the folder cannot be made.
    """
    made_of = json.loads(json.dumps(made_of))
    if (folder / "dataset.json").exists():
        found = open_dataset(folder)
        if (found.character, found.size_px, dict(found.made_of)) != (character, size_px, made_of):
            raise InputError(
                f"{folder} holds a dataset that was made otherwise; give another folder, or the same options to go on"
            )
        return found
    make_folder(folder)
    values = {"version": VERSION, "character": character, "size_px": size_px, "made_of": made_of}
    with whole_file(folder / "dataset.json") as temporary:
        temporary.write_text(json.dumps(values, indent=1, ensure_ascii=False), encoding="utf-8")
    return Dataset(folder, character, size_px, made_of)


def has_shard(dataset: Dataset, name: str) -> bool:
    """Return whether a shard is there, whole."""
    return (dataset.folder / f"shard-{name}" / "shard.json").is_file()


@contextmanager
def new_shard(dataset: Dataset, name: str, info: ShardInfo, arrays: tuple[str, ...]) -> Iterator[dict[str, Array]]:
    """Give arrays to fill, mapped to the disk; the shard is there once the block ends without an error.

    Raises:
        OSError: the system refuses (disk full).
    """
    final, temporary = dataset.folder / f"shard-{name}", dataset.folder / f".shard-{name}.part"
    shutil.rmtree(temporary, ignore_errors=True)  # what an earlier run left unfinished
    temporary.mkdir()
    try:
        mapped = {array: _new_array(temporary, array, info.frames, dataset.size_px) for array in arrays}
        yield mapped
        mapped.clear()  # a folder with mapped files in it cannot be renamed on every system
        (temporary / "shard.json").write_text(json.dumps(asdict(info), ensure_ascii=False), encoding="utf-8")
        temporary.replace(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _new_array(folder: Path, name: str, frames: int, size_px: int) -> Array:
    kind, row = _ROW[name]
    shape = (frames, *(side or size_px for side in row))
    return np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=shape)


def _shard_info(path: Path) -> ShardInfo:
    values = _read_json(path)
    try:
        info = ShardInfo(str(values["motion"]), values["split"], int(values["frames"]), float(values["fps"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FormatError("damaged; delete this shard's folder and make the dataset again").at(path) from None
    if info.split not in ("train", "held") or not 1 <= info.frames <= LONGEST_SHARD or not info.fps > 0.0:
        raise FormatError("damaged; delete this shard's folder and make the dataset again").at(path)
    return info


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise FormatError("damaged JSON").at(path) from None
    if not isinstance(values, dict):
        raise FormatError("damaged JSON").at(path)
    return values
