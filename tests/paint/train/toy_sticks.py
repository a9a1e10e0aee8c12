"""Keypoints and reference views for the toy, so that what is given sticks can be tried, too."""

from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.paint.dataset.shards import Dataset, ShardInfo, Split, begin_dataset, new_shard
from manekko.paint.pose_map import FIELDS
from manekko.paint.stick_parts import STANDARD_BODY_M
from manekko.paint.views import Views
from tests.paint.train.toy import toy_frame


def stick_dataset(folder: Path, *, size_px: int = 64, frames: int = 4, surface: bool = True) -> Dataset:
    """Return a new dataset whose keypoints turn as its balls do; without a surface for one of pictures only."""
    dataset = begin_dataset(folder, "toy", size_px, {"licence": "CC0"})
    splits: tuple[Split, ...] = ("train", "held")
    names = ("rgba", *(FIELDS if surface else ()), "keypoints", *(("hands",) if surface else ()))
    for number, split in enumerate(splits):
        with new_shard(dataset, f"{number}", ShardInfo(f"motion {number}", split, frames), names) as arrays:
            for frame in range(frames):
                angle = 0.3 * frame + number
                known = toy_frame(size_px, angle) | {"keypoints": toy_keypoints(size_px, angle)}
                known["hands"] = np.full((2, 21, 4), np.nan, np.float32)
                for name in names:
                    arrays[name][frame] = known[name]
    if surface:
        toy_views().save(folder / "views.npz")
    return dataset


def toy_keypoints(size_px: int, angle: float) -> Array:
    """Return a body that stands in the middle of the picture, turned about the vertical."""
    body = STANDARD_BODY_M - STANDARD_BODY_M.mean(0)
    turned = np.stack([body[:, 0] * np.cos(angle) + body[:, 2] * np.sin(angle), body[:, 1]], axis=1)
    places = size_px / 2.0 + turned * [1.0, -1.0] * size_px / 2.2
    depths = body[:, 0] * np.sin(angle) - body[:, 2] * np.cos(angle)
    return np.column_stack([places, depths, np.ones(33)]).astype(np.float32)


def toy_views() -> Views:
    """Return one view of a box of one metre, red to the right and green downwards."""
    side = 32
    colours = np.full((side, side, 4), 255, np.uint8)
    colours[..., 0], colours[..., 1] = np.arange(side) * 8, np.arange(side)[:, None] * 8
    matrix = np.array([[[side, 0.0, 0.0, 0.0], [0.0, side, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]])
    flat = np.full((side, side), 0.5, np.float32)
    return Views(np.zeros(3), np.ones(3), (colours,), (flat,), (np.ones_like(flat),), matrix)
