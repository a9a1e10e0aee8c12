"""A body takes the colours that pictures show of it; two plates stand for the body, numbers for the pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.paint.dataset.dressing import dressed
from manekko.paint.dataset.shards import Dataset, ShardInfo, Split, begin_dataset, new_shard
from manekko.paint.pose_map import NOTHING
from manekko.paint.views import FACE, Views
from tests.paint.view_samples import PIXEL_M, SIDE_PX, two_plates

SIZE = 64
_NOSE_PX = SIZE / 2.0 + 0.02 / PIXEL_M, SIZE / 2.0 - 0.08 / PIXEL_M
LIES_RIGHT = 4
"""Number of the picture whose nose is seen where the body has it."""
YELLOW, PURPLE, BLACK = (250, 220, 20), (120, 20, 160), (0, 0, 0)


def _rest(views: Views) -> tuple[Array, Array]:
    """Return which place of the front plate each pixel shows, and where that is anything."""
    places = (np.arange(SIZE) + 0.5 - SIZE / 2.0) * PIXEL_M
    x, down = np.meshgrid(places, places)
    rest_m = np.stack([x, -down, np.full_like(x, 0.05)], axis=-1)
    return views.quantised(rest_m), down < -0.01


def _dataset(folder: Path, views: Views, pictures: list[Array], split: Split = "train") -> Dataset:
    body_m = [[0.02, 0.08, 0.05]] * 33
    dataset = begin_dataset(folder, "plates", SIZE, {"body_m": body_m})
    rest, inside = _rest(views)
    names = ("rgba", "rest", "parts", "keypoints")
    with new_shard(dataset, split, ShardInfo("m", split, len(pictures)), names) as arrays:
        for number, picture in enumerate(pictures):
            arrays["rgba"][number] = np.where(inside[..., None], np.insert(picture, 3, 255, axis=2), 0)
            arrays["rest"][number] = np.where(inside[..., None], rest, 0)
            arrays["parts"][number] = np.where(inside, 3, NOTHING)
            arrays["keypoints"][number] = (*_NOSE_PX, 0.0, 1.0)
            arrays["keypoints"][number, :, 0] += 6.0 * (number - LIES_RIGHT)
    return dataset


def _halves() -> Array:
    """Return a picture that is yellow on the left and purple on the right."""
    left = np.arange(SIZE)[None, :, None] < SIZE // 2
    return np.broadcast_to(np.where(left, YELLOW, PURPLE), (SIZE, SIZE, 3)).astype(np.uint8)


def test_views_show_what_the_pictures_show_and_are_unsure_of_the_rest(tmp_path: Path) -> None:
    bare = two_plates()
    views = dressed(_dataset(tmp_path, bare, [_halves()] * 3), bare)
    front, hind = views.pictures
    np.testing.assert_allclose(front[4:24, 4:28, :3].mean((0, 1)), YELLOW, atol=3.0)
    np.testing.assert_allclose(front[4:24, 36:60, :3].mean((0, 1)), PURPLE, atol=3.0)
    assert (views.slants[0][2:28] == 1.0).all()
    assert (views.slants[0][40:] == 0.0).all()
    assert (views.slants[1] == 0.0).all()
    assert hind.shape == (SIDE_PX, SIDE_PX, 4)
    copied = views.copied(np.array([[-0.1, 0.1, 0.05], [0.1, 0.1, 0.05], [0.1, 0.1, -0.05]]), PIXEL_M)
    np.testing.assert_allclose(copied[:2, :3], [YELLOW, PURPLE], atol=6.0)
    assert copied[0, 3] > 100
    assert copied[2, 3] == 0


def test_a_few_pictures_on_which_the_body_lies_wrong_do_not_stain_it(tmp_path: Path) -> None:
    bare = two_plates()
    pictures = [_halves()] * 8 + [np.zeros((SIZE, SIZE, 3), np.uint8)]
    front = dressed(_dataset(tmp_path, bare, pictures), bare).pictures[0]
    np.testing.assert_allclose(front[4:24, 4:28, :3].mean((0, 1)), YELLOW, atol=4.0)


@pytest.mark.parametrize("held", [True, False])
def test_pictures_that_are_held_back_are_looked_at_only_if_there_are_no_others(tmp_path: Path, held: bool) -> None:
    bare = two_plates()
    black = np.zeros((SIZE, SIZE, 3), np.uint8)
    dataset = _dataset(tmp_path, bare, [black], "held")
    if held:
        dataset = _dataset(tmp_path, bare, [_halves()], "train")
    front = dressed(Dataset(dataset.folder, "plates", SIZE, {}), bare).pictures[0]
    np.testing.assert_allclose(front[4:24, 4:28, :3].mean((0, 1)), YELLOW if held else BLACK, atol=4.0)


def test_the_face_is_that_of_the_picture_on_which_it_lies_best_and_keeps_its_eyes(tmp_path: Path) -> None:
    plates = two_plates()
    count = FACE + 1
    bare = replace(
        plates,
        pictures=plates.pictures[:1] * count,
        depths_m=plates.depths_m[:1] * count,
        slants=plates.slants[:1] * count,
        matrices=np.repeat(plates.matrices[:1], count, axis=0),
    )
    pictures = []
    for shift in range(6):
        picture = np.full((SIZE, SIZE, 3), 240, np.uint8)
        picture[8:14, 16 + 5 * shift : 20 + 5 * shift] = 0  # an eye that never lies in the same place
        pictures.append(picture)
    views = dressed(_dataset(tmp_path, bare, pictures), bare)
    assert views.pictures[0][4:24, 4:60, :3].min() > 150
    dark = np.flatnonzero((views.pictures[FACE][9:13, 4:60, :3] < 80).all((0, 2))) + 4
    eye = 16 + 5 * LIES_RIGHT
    assert eye <= dark.min() + 1
    assert dark.max() < eye + 5
    assert len(dark) >= 2
