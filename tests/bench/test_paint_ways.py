"""What painters are compared with, and pictures on their way there."""

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.bench.paint_figures import looks
from manekko.bench.paint_ways import aligned, moved, straight, through_codec
from manekko.people.keypoints import BODY33_INDEX


def soft(side: int = 64) -> Array:
    """A smooth coloured disc with a soft edge."""
    rows, columns = np.mgrid[:side, :side]
    away = np.hypot(rows - side / 2, columns - side / 2)
    colours = np.stack([columns * 255 / side, rows * 255 / side, np.full((side, side), 90)], axis=-1)
    return np.concatenate([colours, np.clip(40.0 * (side / 3 - away), 0, 255)[..., None]], axis=-1).astype(np.uint8)


def test_colours_come_back_from_under_their_alpha() -> None:
    picture = soft()
    share = picture[..., 3:] / 255.0
    multiplied = np.concatenate([np.rint(picture[..., :3] * share), picture[..., 3:]], axis=-1).astype(np.uint8)
    seen = picture[..., 3] > 100
    assert np.abs(straight(multiplied)[seen].astype(int) - picture[seen]).max() <= 2
    assert (straight(np.zeros((3, 3, 4), np.uint8)) == 0).all()


def test_a_video_costs_a_little_and_no_outline() -> None:
    truth = np.stack([soft()] * 4)
    found = looks(truth[2], through_codec(truth)[2], np.array([32.0, 32.0]))
    assert (found.iou, found.boundary_f) == (1.0, 1.0)
    assert 0.9 < found.ssim < 1.0
    assert found.psnr_db > 25.0


def test_a_picture_moves_by_whole_points_and_nothing_comes_in() -> None:
    picture = np.arange(5 * 5 * 4, dtype=np.uint8).reshape(5, 5, 4)
    right = moved(picture, np.array([2.0, -1.0]))
    assert (right[:4, 2:] == picture[1:, :3]).all()
    assert (right[4] == 0).all()
    assert (right[:, :2] == 0).all()
    assert (moved(picture, np.array([9.0, 0.0])) == 0).all()
    assert (moved(picture, np.full(2, np.nan)) == picture).all()


def test_bodies_are_compared_about_their_hips() -> None:
    points = np.random.default_rng(5).uniform(size=(3, 33, 2))
    about, hips = aligned(points)
    about_moved, hips_moved = aligned(points + np.array([0.3, -0.2]))
    assert about_moved == pytest.approx(about)
    assert hips_moved == pytest.approx(hips + np.array([0.3, -0.2]))
    middle = (points[:, BODY33_INDEX["left_hip"]] + points[:, BODY33_INDEX["right_hip"]]) / 2.0
    assert hips == pytest.approx(middle)
