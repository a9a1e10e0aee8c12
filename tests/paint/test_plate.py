"""The background learned from pictures of a figure that walks before a known background."""

import numpy as np
import pytest

from manekko.paint.person_mask import PersonShape, person_shape
from manekko.paint.plate import Plate
from manekko.paint.plate_learning import plate_of
from manekko.people.camera_path import CameraPath
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.draw import draw_circle, draw_line

SIZE = (320, 180)
COUNT = 36
STANDING = {
    "nose": (0.0, 0.93), "ear": (0.03, 0.93), "eye": (0.02, 0.945), "mouth": (0.01, 0.9), "shoulder": (0.1, 0.82),
    "elbow": (0.14, 0.64), "wrist": (0.15, 0.48), "index": (0.15, 0.43), "pinky": (0.15, 0.43), "thumb": (0.14, 0.44),
    "hip": (0.06, 0.52), "knee": (0.06, 0.28), "ankle": (0.06, 0.04), "heel": (0.06, 0.01), "toe": (0.09, 0.0),
}  # fmt: skip
"""Right and up from between the feet, in statures."""
DRAWN = (
    ("shoulder", "elbow", 0.04), ("elbow", "wrist", 0.04), ("hip", "knee", 0.07), ("knee", "ankle", 0.06),
    ("shoulder", "hip", 0.08),
)  # fmt: skip


def figure(x_px: float, stature_px: float, feet_px: float) -> np.ndarray:
    points = np.zeros((33, 2))
    for name, index in BODY33_INDEX.items():
        side = -1.0 if "right" in name else 1.0
        bare = name.replace("left_", "").replace("right_", "").replace("_left", "").replace("_right", "")
        across, up = STANDING[bare.replace("_inner", "").replace("_outer", "")]
        points[index] = x_px + side * across * stature_px, feet_px - up * stature_px
    return points


def draw(rgb: np.ndarray, points: np.ndarray, stature_px: float, colour: tuple[int, int, int]) -> None:
    for a, b, breadth in DRAWN:
        for side in ("left", "right"):
            ends = points[BODY33_INDEX[f"{side}_{a}"]], points[BODY33_INDEX[f"{side}_{b}"]]
            draw_line(rgb, *ends, colour, breadth * stature_px)
    draw_circle(rgb, points[BODY33_INDEX["nose"]], 0.07 * stature_px, colour)


def scenery(size: tuple[int, int] = SIZE, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    blocks = random.integers(40, 215, (size[1] // 12 + 1, size[0] // 12 + 1, 3), dtype=np.uint8)
    picture = blocks.repeat(12, axis=0).repeat(12, axis=1)[: size[1], : size[0]]
    return (picture + random.integers(-8, 8, picture.shape)).astype(np.uint8)


def track_of(points: np.ndarray, camera: CameraPath | None = None) -> Track:
    count = len(points)
    return Track(
        1, np.arange(count) / 30.0, points, np.ones((count, 33)), np.zeros((count, 33, 3)), SIZE, camera=camera
    )


def walk() -> tuple[np.ndarray, list[tuple[int, np.ndarray]], list[PersonShape]]:
    """A background, pictures of a figure walking over it with a little noise, and the figure."""
    behind, random = scenery(), np.random.default_rng(1)
    points = np.stack([figure(40.0 + 240.0 * t / (COUNT - 1), 120.0, 165.0) for t in range(COUNT)])
    frames = []
    for number in range(COUNT):
        rgb = behind.copy()
        draw(rgb, points[number], 120.0, (220, 30, 60))
        frames.append((number, np.clip(rgb + random.normal(0, 1.5, rgb.shape), 0, 255).astype(np.uint8)))
    return behind, frames, [person_shape(track_of(points))]


@pytest.fixture(scope="module")
def walked() -> tuple[np.ndarray, list[tuple[int, np.ndarray]], Plate]:
    behind, frames, people = walk()
    return behind, frames, plate_of(frames, people)


def test_the_plate_is_the_background_wherever_it_was_seen(walked: tuple) -> None:
    behind, _, plate = walked
    assert plate.seen.mean() > 0.99
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].max() <= 3
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].mean() < 1.0


def test_people_are_replaced_by_what_is_behind_them_and_all_else_is_kept(walked: tuple) -> None:
    behind, frames, plate = walked
    number, rgb = frames[18]
    empty = plate.behind(rgb, number)
    assert np.abs(empty.astype(int) - behind).max() <= 12
    assert (np.abs(rgb.astype(int) - behind).max(axis=-1) > 60).mean() > 0.03
    np.testing.assert_array_equal(empty[:, :100], rgb[:, :100])
