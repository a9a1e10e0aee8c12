import numpy as np
import pytest

from manekko.pixels.background import (
    LONGEST_SIDE_PX,
    alike,
    background_mask,
    corners,
    followed,
    shift_between,
    small_grey,
    small_size,
    within,
)
from tests.people.rooms import PAPER

EVERYWHERE = np.full((180, 320), 255, np.uint8)


def cut(x: int, y: int) -> np.ndarray:
    return PAPER[y : y + 180, x : x + 320].astype(np.uint8)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (480, 3), (64, 48), (1, 1)])
def test_a_small_picture_is_no_larger_than_it_may_be(size: tuple[int, int]) -> None:
    grey = small_grey(np.full((size[1], size[0], 3), 77, np.uint8))
    assert (grey.shape[1], grey.shape[0]) == small_size(size)
    assert max(grey.shape) <= LONGEST_SIDE_PX
    assert (grey == 77).all()


def test_corners_lie_outside_the_people() -> None:
    limbs = np.array([[[100.0, 20.0], [100.0, 160.0]], [[-50.0, 90.0], [400.0, 90.0]]])
    mask = background_mask((320, 180), limbs, np.array([40.0, 10.0]))
    found = corners(cut(0, 0), mask)
    assert len(found) > 50
    assert within(found, mask).all()
    beside = (found[:, 1] > 20.0) & (found[:, 1] < 160.0)
    assert (np.abs(found[beside, 0] - 100.0) > 19.0).all()
    assert not within(np.array([[100.0, 50.0], [-1.0, 5.0], [320.0, 5.0]]), mask).any()


def test_people_far_outside_the_picture_hide_nothing() -> None:
    limbs = np.array([[[1e9, 0.0], [1e9, 9.0]], [[-900.0, 0.0], [-900.0, 50.0]]])
    assert background_mask((32, 18), limbs, np.array([5.0, 5.0])).all()
    assert background_mask((32, 18), np.zeros((0, 2, 2)), np.zeros(0)).all()


@pytest.mark.parametrize("step", [(3, 2), (25, -14)])
def test_corners_are_found_again_where_they_went(step: tuple[int, int]) -> None:
    start, end = cut(100, 100), cut(100 - step[0], 100 - step[1])
    points = corners(start, EVERYWHERE)
    there, found = followed(start, end, points, points)
    stays = ((points + step > 8.0) & (points + step < [311.0, 171.0])).all(1)
    assert found[stays].mean() > 0.6
    assert np.median(np.linalg.norm(there[found] - points[found] - step, axis=1)) < 0.05


def test_a_corner_that_left_is_not_found() -> None:
    start, end = cut(100, 100), cut(180, 100)
    points = corners(start, EVERYWHERE)
    there, found = followed(start, end, points, points - [80.0, 0.0])
    assert not found[points[:, 0] < 79.0].any()
    assert ((there[found] >= 0.0) & (there[found] <= [319.0, 179.0])).all()


def test_a_black_picture_has_no_corners() -> None:
    black = np.zeros((180, 320), np.uint8)
    points = corners(black, EVERYWHERE)
    assert points.shape == (0, 2)
    assert followed(black, cut(0, 0), points, points)[1].shape == (0,)


def test_a_wide_step_of_the_whole_picture_is_told() -> None:
    assert shift_between(cut(200, 100), cut(120, 110), EVERYWHERE) == pytest.approx([80.0, -10.0], abs=4.0)


def test_what_is_hidden_has_no_say_in_the_step() -> None:
    start, end, mask = cut(200, 100), cut(120, 110), EVERYWHERE.copy()
    mask[20:160, 110:210] = 0
    start[20:160, 110:210] = end[20:160, 110:210] = cut(600, 400)[20:160, 110:210]
    assert shift_between(start, end, mask) == pytest.approx([80.0, -10.0], abs=4.0)


def test_a_blank_picture_has_not_moved_far() -> None:
    black = np.zeros((180, 320), np.uint8)
    assert np.isfinite(shift_between(black, black, EVERYWHERE)).all()
    assert np.isfinite(shift_between(cut(0, 0), cut(0, 0), black)).all()


def test_the_same_view_is_alike_in_another_light_and_another_view_is_not() -> None:
    assert alike(cut(0, 0), (cut(0, 0) * 0.6).astype(np.uint8)) > 0.99
    assert alike(cut(0, 0), cut(400, 200)) < 0.3
    assert alike(np.zeros((9, 9), np.uint8), np.full((9, 9), 255, np.uint8)) == 1.0
