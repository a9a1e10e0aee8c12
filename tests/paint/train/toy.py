"""A tiny dataset for tests: a coloured ball with two smaller ones that stand for hands, moving a little each frame."""

from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.paint.dataset.shards import Dataset, ShardInfo, Split, begin_dataset, new_shard
from manekko.paint.heads import FACE, LEFT_HAND, RIGHT_HAND
from manekko.paint.pose_map import FIELDS, NOTHING

_LIGHT = np.array([0.3, 0.5, -0.8])


def toy_dataset(folder: Path, *, size_px: int = 64, frames: int = 6) -> Dataset:
    """Return a new dataset of two motions to learn from and one held back."""
    dataset = begin_dataset(folder, "toy", size_px, {"licence": "CC0"})
    splits: tuple[Split, ...] = ("train", "train", "held")
    for number, split in enumerate(splits):
        info = ShardInfo(f"motion {number}", split, frames)
        with new_shard(dataset, f"{number}", info, ("rgba", *FIELDS)) as arrays:
            for frame in range(frames):
                for name, values in toy_frame(size_px, 0.3 * frame + number).items():
                    arrays[name][frame] = values
    return dataset


def toy_frame(size_px: int, angle: float) -> dict[str, Array]:
    """Return the arrays of one frame: shaded balls with a dark rim, whose copied colours have neither."""
    places = (np.arange(size_px) + 0.5) / size_px * 2.0 - 1.0
    x, y = np.meshgrid(places, places)
    found = {
        "rgba": np.zeros((size_px, size_px, 4), np.uint8),
        "copied": np.zeros((size_px, size_px, 4), np.uint8),
        "rest": np.zeros((size_px, size_px, 3), np.uint16),
        "normals": np.zeros((size_px, size_px, 3), np.int8),
        "shade": np.zeros((size_px, size_px), np.int8),
        "parts": np.full((size_px, size_px), NOTHING, np.uint8),
        "depth": np.zeros((size_px, size_px), np.float16),
    }
    turn = np.array([np.cos(angle), np.sin(angle)])
    balls = ((FACE, 0.1 * turn, 0.4), (LEFT_HAND, 0.65 * turn, 0.15), (RIGHT_HAND, -0.65 * turn, 0.15))
    for part, (middle_x, middle_y), radius in balls:
        across, down = (x - middle_x) / radius, (y - middle_y) / radius
        inside = across**2 + down**2 < 1.0
        normals = np.stack([across, down, -np.sqrt(np.clip(1.0 - across**2 - down**2, 0.0, 1.0))], axis=-1)
        colour = 255.0 * (0.5 + 0.5 * np.sin(np.array([3.0, 4.0, 5.0]) * (part + normals)))
        light = np.clip(normals @ _LIGHT, 0.0, 1.0)
        lit = colour * (0.5 + 0.5 * light)[..., None] * (1.0 - 0.7 * (across**2 + down**2 > 0.8))[..., None]
        found["rgba"][inside] = np.concatenate([lit, np.full_like(lit[..., :1], 255.0)], axis=-1)[inside]
        found["copied"][inside] = np.concatenate([colour, np.full_like(lit[..., :1], 230.0)], axis=-1)[inside]
        found["rest"][inside] = ((0.5 + 0.5 * normals) * 65535.0)[inside]
        found["normals"][inside] = (normals * 127.0)[inside]
        found["shade"][inside] = (light * 127.0)[inside]
        found["parts"][inside] = part
        found["depth"][inside] = (radius * normals[..., 2])[inside]
    return found
