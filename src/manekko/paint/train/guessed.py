"""Pose maps as the network guesses them from keypoints: what the painter of keypoints learns from, flaws and all."""

from pathlib import Path

import numpy as np
import onnxruntime

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.paint.dataset.shards import Dataset, Shard, begin_dataset, has_shard, new_shard
from manekko.paint.pose_map import FIELDS
from manekko.paint.surface import body_of, guessed_map, sticks_of
from manekko.paint.train.batches import frame_of
from manekko.paint.train.stick import detected
from manekko.paint.views import Views
from manekko.progress import Progress, counted

GUESSED = "guessed"
"""What a dataset says of itself whose pose maps were guessed."""
_TRAIN_SHARDS, _HELD_SHARDS = 56, 4
"""Shards that are guessed at most: some 3500 frames."""


def guess_dataset(stick: Path, dataset: Dataset, out: Path, progress: Progress) -> Dataset:
    """Write a dataset like another, with guessed pose maps, and return it; what is there already is kept.

    Args:
        stick: the network that guesses, ``stick.onnx``.
        dataset: rendered frames.
        out: folder of the new dataset.
        progress: told after each shard.

    Raises:
        InputError: there are no reference views to copy colours from.
    """
    views = dataset.views()
    if views is None:
        raise InputError(f"{dataset.folder} has no reference views; train with kind plain")
    made = begin_dataset(out, dataset.character, dataset.size_px, {**dataset.made_of, GUESSED: True})
    if not (out / "views.npz").exists():
        (out / "views.npz").write_bytes((dataset.folder / "views.npz").read_bytes())
    session = onnxruntime.InferenceSession(stick, providers=["CPUExecutionProvider"])
    train, held = (dataset.shards(split) for split in ("train", "held"))
    chosen = [*_spread(train, _TRAIN_SHARDS), *_spread(held, _HELD_SHARDS)]
    for shard in counted(chosen, "guessing maps", len(chosen), progress):
        name = shard.folder.name.removeprefix("shard-")
        if not has_shard(made, name):
            with new_shard(made, name, shard.info, ("rgba", *FIELDS)) as arrays:
                _guess(session, shard, views, body_of(dataset.made_of), arrays)
    return Dataset(made.folder, made.character, made.size_px, made.made_of)


def _spread(shards: tuple[Shard, ...], most: int) -> list[Shard]:
    places = np.unique(np.linspace(0, len(shards) - 1, min(most, len(shards))).round().astype(int))
    return [shards[place] for place in places]


def _guess(
    session: onnxruntime.InferenceSession, shard: Shard, views: Views, body_m: Array, arrays: dict[str, Array]
) -> None:
    # Frames of one shard tremble alike from run to run, so that what was interrupted goes on the same.
    rng = np.random.default_rng(list(shard.folder.name.encode()))
    for number in range(shard.info.frames):
        frame = frame_of(shard, number, ("rgba", "keypoints", "hands"))
        keypoints, hands = detected(frame["keypoints"], frame.get("hands"), rng)
        (surface,) = session.run(None, {"sticks": sticks_of(keypoints, hands, shard.size_px, body_m)})
        told = guessed_map(np.asarray(surface)[0], keypoints, body_m, views)
        arrays["rgba"][number] = frame["rgba"]
        for name in FIELDS:
            arrays[name][number] = getattr(told, name)
