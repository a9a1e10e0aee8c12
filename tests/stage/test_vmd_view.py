"""MMD's camera and light as the stage's."""

import math

import numpy as np
import pytest

from manekko.motion.camera import CameraState, LightTrack, ShadowTrack
from manekko.skeleton.rotations import conjugate, rotate
from manekko.stage.view import Light, View
from manekko.stage.vmd_view import light_at, view_of


def state(*, angles: tuple[float, float, float] = (0.0, 0.0, 0.0), perspective: bool = True) -> CameraState:
    return CameraState(np.array([0.0, 0.8, 0.0]), np.array(angles), 3.0, math.radians(40.0), perspective)


def pixel(view: View, point_m: tuple[float, float, float]) -> list[float]:
    """Return where a point is seen, by the pinhole's own definition."""
    x, y, z = rotate(conjugate(view.rotation_xyzw), np.array(point_m) - view.position_m)
    width, height = view.size_px
    return [width / 2 + view.focal_px * x / z, height / 2 + view.focal_px * y / z]


def test_the_centre_is_in_the_middle_and_the_view_angle_spans_the_height() -> None:
    view = view_of(state(), (640, 480))
    assert pixel(view, (0.0, 0.8, 0.0)) == pytest.approx([320.0, 240.0])
    top = 0.8 + 3.0 * math.tan(math.radians(20.0))
    assert pixel(view, (0.0, top, 0.0)) == pytest.approx([320.0, 0.0], abs=1e-9)


def test_the_figures_left_is_on_the_right_of_a_picture_from_the_front() -> None:
    assert pixel(view_of(state(), (640, 480)), (0.5, 0.8, 0.0))[0] > 320.0


def test_without_perspective_the_centre_is_as_large() -> None:
    flat, deep = view_of(state(perspective=False), (640, 480)), view_of(state(), (640, 480))
    assert deep.orthographic_height_m is None
    assert flat.orthographic_height_m == pytest.approx(480.0 / deep.focal_px * 3.0)


def test_without_keys_the_light_is_mmds_own() -> None:
    assert light_at(None, None, 5.0) == Light()


def test_light_and_shadow_are_those_of_the_moment() -> None:
    light = LightTrack(np.array([0, 10]), np.array([[0.0] * 3, [1.0] * 3]), np.array([[0.0, -2.0, 0.0]] * 2))
    shadow = ShadowTrack(np.array([0]), np.array([1]), np.array([8000.0]))
    assert light_at(light, shadow, 2.5) == Light((0.0, -1.0, 0.0), (0.25, 0.25, 0.25), 8000.0)
