from dataclasses import replace

import numpy as np
import pytest

from manekko.lift.lift import Lifted, lift_track
from manekko.skeleton.ground import on_level_ground
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, multiply, rotate
from tests.lift.dancers import Dance, seen

TIMES_S = np.arange(120) / 30.0


@pytest.fixture(scope="module", params=[0.0, 0.25])
def pitched(request) -> tuple[float, Lifted]:
    return request.param, lift_track(seen(Dance(4), TIMES_S, pitch_rad=request.param, noise_m=0.01, noise_px=1.0))


def _up_in_camera(lifted: Lifted) -> np.ndarray:
    return rotate(conjugate(lifted.upright_xyzw), np.array([0.0, 1.0, 0.0]))


def _true_up(pitch_rad: float) -> np.ndarray:
    return np.array([0.0, -np.cos(pitch_rad), -np.sin(pitch_rad)])


def _degrees(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1.0, 1.0))))


def test_up_is_found_under_a_camera_that_looks_down(pitched):
    pitch_rad, lifted = pitched
    assert _degrees(_up_in_camera(on_level_ground(lifted)), _true_up(pitch_rad)) < 4.0


def test_a_world_that_was_tilted_is_set_upright(pitched):
    pitch_rad, lifted = pitched
    tilt = from_rotation_vectors(np.array([0.12, 0.0, 0.1]))
    tilted = replace(
        lifted, positions_m=rotate(tilt, lifted.positions_m), upright_xyzw=multiply(tilt, lifted.upright_xyzw)
    )
    assert _degrees(_up_in_camera(on_level_ground(tilted)), _true_up(pitch_rad)) < 4.0


def test_what_the_camera_saw_stays_the_same(pitched):
    _, lifted = pitched
    levelled = on_level_ground(lifted)
    before, after = (rotate(conjugate(one.upright_xyzw), one.positions_m) for one in (lifted, levelled))
    assert after == pytest.approx(before, abs=1e-9)


def test_one_frame_is_no_trouble():
    one = lift_track(seen(Dance(4), np.zeros(1)))
    assert np.isfinite(on_level_ground(one).positions_m).all()
