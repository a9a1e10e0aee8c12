import numpy as np
import pytest

from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.floor import floor_heights, on_one_floor, support_points

FPS = 30.0


def _lowest(*heights_m: tuple[int, float]) -> np.ndarray:
    """One point that carries the body, at some height for some frames; (frame, 1, 3)."""
    heights = np.concatenate([np.full(frames, height) for frames, height in heights_m])
    return np.stack([np.zeros(len(heights)), heights, np.zeros(len(heights))], axis=-1)[:, None]


def _seen(*stretches: tuple[int, bool]) -> np.ndarray:
    return np.concatenate([np.full(frames, flag) for frames, flag in stretches])


def test_the_floor_follows_a_dancer_whose_depth_error_lifts_them_slowly():
    points = _lowest((360, 0.0))
    drift = np.linspace(0.0, 0.4, len(points))
    points[..., 1] += drift[:, None]
    floor = floor_heights(points, fps=FPS)
    assert np.abs(floor - drift)[45:-45].max() < 0.06


def test_the_floor_is_under_who_lies_on_it_with_raised_feet():
    positions = np.full((90, 33, 3), 0.5)
    positions[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]], 1] = 0.1
    assert floor_heights(support_points(positions), fps=FPS) == pytest.approx(np.full(90, 0.04))
    positions[:, [BODY33_INDEX["left_heel"], BODY33_INDEX["left_toe"]], 1] = 0.0
    assert floor_heights(support_points(positions), fps=FPS) == pytest.approx(np.zeros(90))


def test_who_goes_out_of_sight_on_a_roof_and_comes_back_on_the_lawn_is_on_the_floor_all_the_while():
    points = _lowest((90, 2.0), (60, 0.0), (90, 0.0))
    points[90:150, 0, 1] = np.linspace(2.0, 0.0, 60)
    floor = floor_heights(points, _seen((90, True), (60, False), (90, True)), fps=FPS)
    assert floor[:90] == pytest.approx(np.full(90, 2.0))
    assert floor[150:] == pytest.approx(np.zeros(90))
    assert points[:, 0, 1] - floor == pytest.approx(np.zeros(240), abs=1e-9)


def test_a_fall_from_one_floor_to_another_that_is_seen_at_its_end_is_no_jump():
    points = _lowest((90, 2.0), (60, 2.0), (90, 0.0))
    points[150:158, 0, 1] = np.linspace(1.4, 0.15, 8)
    floor = floor_heights(points, _seen((90, True), (60, False), (90, True)), fps=FPS)
    assert (points[:, 0, 1] - floor).max() < 0.01


def test_a_jump_on_one_floor_that_goes_out_of_sight_comes_down_and_goes_up_within_a_third_of_a_second():
    points = _lowest((90, 0.0), (60, 0.5), (90, 0.0))
    points[85:90, 0, 1] = points[150:155, 0, 1] = 0.5
    above = points[:, 0, 1] - floor_heights(points, _seen((90, True), (60, False), (90, True)), fps=FPS)
    assert above[85:90] == pytest.approx(np.full(5, 0.5))
    assert above[99:141] == pytest.approx(np.zeros(42), abs=1e-9)
    assert np.abs(np.diff(above[88:152])).max() < 0.1


def test_a_short_loss_of_sight_changes_nothing():
    points = _lowest((200, 0.1))
    points[:, 0, 1] += 0.02 * np.sin(np.arange(200) / 5.0)
    seen = _seen((100, True), (10, False), (90, True))
    assert floor_heights(points, seen, fps=FPS) == pytest.approx(floor_heights(points, fps=FPS))


def _standing_body(depth_m: np.ndarray) -> np.ndarray:
    """Someone upright, 1.5 m below a camera at the origin, at some depth in each frame; a plain column of points."""
    body = np.zeros((len(depth_m), 33, 3))
    body[:, :, 1] = np.linspace(0.1, -1.5, 33)
    body[..., 2] = -depth_m[:, None]
    return body


def test_a_body_that_seems_to_rise_as_it_comes_nearer_is_moved_away_to_its_floor():
    true = _standing_body(np.linspace(4.0, 3.0, 240))
    nearer = 1.0 - 0.06 * np.sin(np.arange(240) / 40.0)
    middle = true[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(1)
    wrong = true + (middle * (nearer - 1.0)[:, None])[:, None]
    wrong[..., 1] = true[..., 1] * nearer[:, None]
    found = on_one_floor(wrong, np.ones(240, dtype=bool), fps=FPS)
    before, after = (np.abs(some[..., 2] - true[..., 2]).mean() for some in (wrong, found))
    assert after < 0.4 * before


def test_bodies_on_a_level_floor_on_another_floor_and_under_a_low_camera_stay_where_they_are():
    true = _standing_body(np.full(240, 4.0))
    seen = np.ones(240, dtype=bool)
    assert on_one_floor(true, seen, fps=FPS) == pytest.approx(true)
    stairs = true.copy()
    stairs[160:, :, 1] += 0.6
    assert on_one_floor(stairs, seen, fps=FPS)[200:] == pytest.approx(stairs[200:])
    low = true + np.array([0.0, 1.3, 0.0])
    assert (on_one_floor(low, seen, fps=FPS) == low).all()
