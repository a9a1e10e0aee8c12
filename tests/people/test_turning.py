import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from manekko.people.turning import Turn, View, seen_jacobian, turn_between

VIEW = View(400.0, (240.0, 135.0))
AS_IT_WAS = Turn(np.eye(3), 1.0, np.zeros(0, dtype=bool))
ANGLES = st.tuples(*[st.floats(-0.2, 0.2)] * 3)


def points(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform([20.0, 20.0], [460.0, 250.0], (count, 2))


@given(points=st.lists(st.tuples(st.floats(-500, 900), st.floats(-300, 600)), min_size=1), zoom=st.floats(0.5, 2.0))
def test_a_ray_is_seen_where_it_came_from(points: list[tuple[float, float]], zoom: float) -> None:
    assert VIEW.seen(VIEW.rays(np.array(points), zoom), zoom) == pytest.approx(np.array(points), abs=1e-6)


@given(turn=ANGLES, seed=st.integers(0, 1000), zoom=st.floats(0.8, 1.25))
def test_a_turn_and_a_zoom_are_found_among_two_fifths_of_people(
    turn: tuple[float, float, float], seed: int, zoom: float
) -> None:
    matrix = Rotation.from_rotvec(turn).as_matrix()
    rays = VIEW.rays(points(100, seed))
    seen = VIEW.seen(rays @ matrix.T, zoom)
    seen[:40] += np.random.default_rng(seed).uniform(-60.0, 60.0, (40, 2))
    found = turn_between(rays, seen, VIEW, AS_IT_WAS, zooms=True)
    assert np.abs(found.matrix - matrix).max() < 1e-5
    assert found.zoom == pytest.approx(zoom, abs=1e-5)
    assert found.inliers[40:].all()


@given(turn=ANGLES, seed=st.integers(0, 1000))
def test_without_a_zoom_the_zoom_stays_the_guess(turn: tuple[float, float, float], seed: int) -> None:
    matrix = Rotation.from_rotvec(turn).as_matrix()
    rays = VIEW.rays(points(50, seed))
    found = turn_between(rays, VIEW.seen(rays @ matrix.T), VIEW, AS_IT_WAS, zooms=False)
    assert np.abs(found.matrix - matrix).max() < 1e-6
    assert found.zoom == 1.0


def test_noise_of_many_corners_averages_out() -> None:
    rays, noise = VIEW.rays(points(150, 1)), np.random.default_rng(2).normal(0.0, 0.3, (150, 2))
    matrix = Rotation.from_rotvec([0.05, -0.1, 0.02]).as_matrix()
    seen = VIEW.seen(rays @ matrix.T) + noise
    found = turn_between(rays, seen, VIEW, AS_IT_WAS, zooms=False)
    assert np.degrees(Rotation.from_matrix(found.matrix @ matrix.T).magnitude()) < 0.02
    away_px = np.linalg.norm(VIEW.seen(rays @ found.matrix.T) - seen, axis=1)
    assert np.median(away_px[found.inliers]) == pytest.approx(0.35, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_points_give_some_turn(count: int) -> None:
    found = turn_between(VIEW.rays(points(count, 3)), points(count, 4), VIEW, AS_IT_WAS, zooms=True)
    assert np.linalg.det(found.matrix) == pytest.approx(1.0)
    assert np.isfinite(found.zoom)


def test_points_on_one_spot_give_some_turn() -> None:
    spot = np.tile([[100.0, 80.0]], (20, 1))
    there = np.tile([[103.0, 81.0]], (20, 1))
    found = turn_between(VIEW.rays(spot), there, VIEW, AS_IT_WAS, zooms=True)
    assert VIEW.seen(VIEW.rays(spot) @ found.matrix.T, found.zoom) == pytest.approx(there, abs=0.01)


@given(seed=st.integers(0, 1000), axis=st.integers(0, 3), zoom=st.floats(0.5, 2.0))
def test_the_jacobian_is_the_change(seed: int, axis: int, zoom: float) -> None:
    rays = VIEW.rays(points(20, seed), zoom)
    step = 1e-6

    def at(size: float) -> np.ndarray:
        turn = Rotation.from_rotvec(size * np.eye(4)[axis, :3]).as_matrix()
        return VIEW.seen(rays @ turn.T, zoom * np.exp(size * (axis == 3)))

    slope = (at(step) - at(-step)) / (2.0 * step)
    assert seen_jacobian(rays, VIEW.focal_px * zoom)[..., axis] == pytest.approx(slope, abs=1e-3)
