"""What is learned from in each step: crops of frames and of the frames before them.

Which ones is a function of the seed and the step alone, so that a run goes on as if it had not been interrupted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Int, UInt8
from manekko.errors import InputError
from manekko.paint.dataset.shards import Dataset, Shard, Split, open_dataset
from manekko.paint.heads import head_boxes
from manekko.paint.pose_map import FIELDS, NOTHING
from manekko.paint.surface import body_of

_ABOUT_FACE = 0.35
"""Share of crops that are laid about the face, so that large pictures teach it as often as small ones."""

OPTIONAL = ("hands",)
"""Arrays that a dataset of pictures may lack."""
_RECALL = 1 << 20
"""A process number that no process has."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Crops of one size from one dataset."""

    now: dict[str, Array]
    """The arrays of a pose map and ``rgba``, each with the sample along its first axis."""
    before: dict[str, Array]
    """The same crops of the frames before."""
    boxes: Int[Array, "sample detail 3"]
    """Left column, upper row, side [px] of ``heads.HEADS`` in the crop; side 0 where it is not wholly inside."""
    recall: bool
    """Whether the painter is told what it painted before."""


@dataclass(frozen=True)
class Source:
    """The frames of one split of one dataset."""

    dataset: Dataset
    shards: tuple[Shard, ...]
    names: tuple[str, ...] = ("rgba", *FIELDS)
    """The arrays that are read."""

    @property
    def frames(self) -> int:
        """Count of all frames."""
        return sum(shard.info.frames for shard in self.shards)


def sources(folders: Sequence[Path], split: Split, names: Sequence[str] = ("rgba", *FIELDS)) -> tuple[Source, ...]:
    """Return what can be learned from, one source a dataset.

    Raises:
        InputError: a folder is no dataset, or a dataset lacks the split or an array.
        FormatError: a dataset is damaged.
    """
    found = []
    for folder in folders:
        dataset = open_dataset(folder)
        shards = dataset.shards(split)
        if not shards:
            raise InputError(f"{folder} holds no frames of the split {split!r}; render or import more motions")
        for name in names:
            if shards[0].array(name) is None:
                raise InputError(f"{folder} holds no {name!r}; a dataset of pictures only trains with kind plain")
        found.append(Source(dataset, shards, tuple(names)))
    return tuple(found)


def crop_side(found: Sequence[Source], wanted_px: int) -> int:
    """Return the side of all crops: a multiple of 16 that fits into the smallest pictures."""
    smallest = min(source.dataset.size_px for source in found)
    return max(16, min(wanted_px, smallest) // 16 * 16)


def batch_at(found: Sequence[Source], seed: int, step: int, rank: int, count: int, side_px: int) -> Batch:
    """Return the batch of a step.

    Datasets are taken by their count of frames, all of one batch from the same one; shards of it equally often.
    """
    rng = np.random.default_rng((seed, step, rank))
    source = taken(found, seed, step)
    samples = [_sample(source, rng, side_px) for _ in range(count)]
    return Batch(
        now={name: np.stack([sample[0][name] for sample in samples]) for name in samples[0][0]},
        before={name: np.stack([sample[1][name] for sample in samples]) for name in samples[0][1]},
        boxes=np.stack([sample[2] for sample in samples]),
        # The same for all processes of one run, so that none waits for another.
        recall=bool(np.random.default_rng((seed, step, _RECALL)).random() < 0.5),
    )


def taken(found: Sequence[Source], seed: int, step: int) -> Source:
    """Return the dataset of a step: the same for all processes of one run, each as often as it has frames."""
    shares = np.array([source.frames for source in found], dtype=np.float64)
    return found[int(np.random.default_rng((seed, step)).choice(len(found), p=shares / shares.sum()))]


def held_frames(found: Sequence[Source], count: int) -> Iterator[dict[str, Array]]:
    """Yield whole frames spread evenly over the shards of the first source, each array with a first axis of one."""
    source = found[0]
    for number in np.linspace(0, len(source.shards) - 1, count).round().astype(int):
        shard = source.shards[number]
        frame = int(number * 7919) % shard.info.frames
        known = frame_of(shard, frame, (*source.names, *OPTIONAL))
        yield {name: values[None] for name, values in known.items()} | {"body_m": body_of(source.dataset.made_of)}


def frame_of(shard: Shard, frame: int, names: Sequence[str]) -> dict[str, Array]:
    """Return arrays of one frame; what is ``OPTIONAL`` may be missing."""
    there = [name for name in names if name not in OPTIONAL or shard.array(name) is not None]
    return {name: _plain(_array(shard, name)[frame]) for name in there}


def _sample(
    source: Source, rng: np.random.Generator, side_px: int
) -> tuple[dict[str, Array], dict[str, Array], Int[Array, "detail 3"]]:
    shard = source.shards[int(rng.integers(len(source.shards)))]
    frame = int(rng.integers(shard.info.frames))
    parts = np.asarray(_array(shard, "parts")[frame])
    boxes = head_boxes(parts)
    left, top = _corner(parts, boxes, rng, side_px)
    rows, columns = slice(top, top + side_px), slice(left, left + side_px)
    now, before = (
        {name: _plain(_array(shard, name)[number, rows, columns]) for name in source.names}
        for number in (frame, max(frame - 1, 0))
    )
    return now, before, within(boxes, left, top, side_px)


def within(boxes: Int[Array, "detail 3"], left: int, top: int, side_px: int) -> Int[Array, "detail 3"]:
    """Return boxes as seen from a crop; those that are not wholly inside get the side 0."""
    moved = boxes - (left, top, 0)
    ends = moved[:, :2] + moved[:, 2:]
    inside = np.asarray((moved[:, :2] >= 0).all(axis=1) & (ends <= side_px).all(axis=1))
    return np.where(inside[:, None], moved, 0)


def _corner(
    parts: UInt8[Array, "height width"], boxes: Int[Array, "detail 3"], rng: np.random.Generator, side_px: int
) -> tuple[int, int]:
    """Return the left column and upper row of a crop about some place of the figure."""
    height, width = parts.shape
    shown = parts != NOTHING
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    about_face = rng.random() < _ABOUT_FACE
    across, down = rng.random(2)
    if not len(rows):
        x, y = across * width, down * height
    elif about_face and boxes[0, 2]:
        # Anywhere such that the whole face is inside.
        spare = max(side_px - boxes[0, 2], 0)
        x = boxes[0, 0] + boxes[0, 2] / 2.0 + (across - 0.5) * spare
        y = boxes[0, 1] + boxes[0, 2] / 2.0 + (down - 0.5) * spare
    else:
        x = columns[0] + across * (columns[-1] - columns[0])
        y = rows[0] + down * (rows[-1] - rows[0])
    left, top = round(float(x) - side_px / 2.0), round(float(y) - side_px / 2.0)
    return min(max(left, 0), width - side_px), min(max(top, 0), height - side_px)


def _array(shard: Shard, name: str) -> Array:
    found = shard.array(name)
    if found is None:
        raise InputError(
            f"{shard.folder} holds no {name!r}, other shards of its dataset do; delete it and make it again"
        )
    return found


def _plain(values: Array) -> Array:
    """Return a copy in memory, of a kind that PyTorch takes."""
    if values.dtype == np.float16:
        return values.astype(np.float32)
    return np.array(values)
