from dataclasses import replace

import numpy as np
import pytest

from manekko.lift.lift import Lifted, lift_track
from manekko.skeleton.contacts import (
    contact_log_odds,
    find_contacts,
    held_points,
    known_contacts,
    likeliest_contacts,
    resting_heights,
)
from manekko.skeleton.floor import floor_heights
from tests.lift.dancers import Dance, seen

FPS = 30.0


def _standing(seconds: float = 3.0) -> np.ndarray:
    """Four foot points at rest on the floor, (frame, point, 3)."""
    return np.zeros((round(seconds * FPS), 4, 3))


def _contacts(points: np.ndarray) -> np.ndarray:
    return known_contacts(points, points[..., 1] - floor_heights(points, fps=FPS)[:, None], fps=FPS)


def test_points_at_rest_on_the_floor_are_planted_and_a_little_tremble_does_not_matter():
    points = _standing() + np.random.default_rng(0).normal(size=(90, 4, 3)) * 0.001
    assert _contacts(_standing()).all()
    assert _contacts(points).mean() > 0.98


def test_a_step_lifts_one_foot_and_leaves_the_other():
    points = _standing()
    phase = np.clip((np.arange(90) - 40) / 12, 0.0, 1.0)
    points[:, 2:, 0] += 0.4 * phase[:, None]
    points[:, 2:, 1] += 0.15 * np.sin(np.pi * phase)[:, None]
    planted = _contacts(points)
    assert planted[:, :2].all()
    assert not planted[43:50, 2:].any()
    assert planted[:39, 2:].all()
    assert planted[54:, 2:].all()


def test_a_foot_held_up_is_not_planted_however_still():
    points = _standing()
    points[30:70, :2, 1] = 0.3
    planted = _contacts(points)
    assert not planted[32:68, :2].any()
    assert planted[:, 2:].all()


def test_a_jump_leaves_the_floor_and_keeps_its_height():
    points = _standing()
    flight = np.clip((np.arange(90) - 40) / 15, 0.0, 1.0)
    points[..., 1] += 0.35 * (4 * flight * (1 - flight))[:, None]
    assert np.abs(floor_heights(points, fps=FPS)).max() < 0.02
    planted = _contacts(points)
    assert not planted[42:54].any()
    assert planted[:39].all()
    assert planted[57:].all()


def test_once_planted_a_point_may_move_a_little_faster_than_one_that_lands():
    points = _standing()
    points[:, :, 0] = np.where(np.arange(90) < 45, 0.0, (np.arange(90) - 45) * 0.25 / FPS)[:, None]
    assert _contacts(points).all()
    points[:, :, 0] = (np.arange(90) * 0.25 / FPS)[:, None]
    assert not _contacts(points).any()


def test_a_known_foot_that_slides_in_any_direction_is_not_planted():
    points = _standing()
    points[:, :, 2] = (np.arange(90) * 1.5 / FPS)[:, None]
    assert not _contacts(points).any()


def test_contacts_shorter_than_a_tenth_of_a_second_are_none():
    points = _standing(2.0)
    points[:, :, 0] = np.cumsum(np.where(np.isin(np.arange(60), [30, 31, 32]), 0.0, 0.08))[:, None]
    assert not _contacts(points).any()


def test_heels_that_rest_higher_than_toes_are_planted_too():
    points = _standing()
    points[:, [0, 2], 1] = 0.06
    assert _contacts(points).all()
    heights = points[..., 1] - floor_heights(points, fps=FPS)[:, None]
    assert resting_heights(heights) == pytest.approx([0.06, 0.0, 0.06, 0.0], abs=1e-9)


def test_a_single_frame_is_no_trouble():
    one = np.zeros((1, 4, 3))
    assert floor_heights(one, fps=FPS) == pytest.approx([0.0])
    assert known_contacts(one, one[..., 1], fps=FPS).shape == (1, 4)
    assert find_contacts(lift_track(seen(Dance(1), np.zeros(1)))).shape == (1, 4)


@pytest.fixture(scope="module")
def lifted() -> Lifted:
    return lift_track(seen(Dance(2), np.arange(300) / FPS, noise_m=0.02, noise_px=2.0))


def test_contacts_of_a_dancer_seen_with_noise_are_where_the_feet_stood(lifted):
    truth = np.repeat(Dance(2).planted(np.arange(300) / FPS), 2, axis=1)
    found = find_contacts(lifted)
    agreed = (found & truth).sum()
    assert 2.0 * agreed / (found.sum() + truth.sum()) > 0.9


def test_a_foot_that_slides_across_the_picture_is_not_planted(lifted):
    frames = len(lifted.keypoints_px)
    sliding = (np.arange(frames) // 30) % 2 == 1
    slide = np.cumsum(np.where(sliding, 20.0, 0.0))[:, None, None] * [1.0, 0.0]
    still = contact_log_odds(lifted)
    moved = contact_log_odds(replace(lifted, keypoints_px=lifted.keypoints_px + slide))
    assert still[sliding].mean() - moved[sliding].mean() > 3.0


def test_points_that_may_be_planted_are_held_as_well(lifted):
    planted, held = find_contacts(lifted), held_points(lifted)
    assert held[planted].all()
    assert held.sum() >= planted.sum()


def test_one_doubtful_frame_does_not_interrupt_a_contact_and_short_ones_need_to_be_sure():
    odds = np.full((40, 4), -4.0)
    odds[10:30] = 4.0
    odds[20, 0] = -1.0
    odds[35, 1] = 1.0
    planted = likeliest_contacts(odds, least_sure=0.3)
    assert planted[10:30].all()
    assert planted.sum() == 80


def test_no_evidence_at_all_is_no_contact():
    assert not likeliest_contacts(np.zeros((10, 4)), least_sure=0.3).any()
    assert likeliest_contacts(np.zeros((0, 4)), least_sure=0.3).shape == (0, 4)
