import math

import numpy as np
import pytest

from manekko.files.vmd import MMD_UNIT_M
from manekko.motion.source_camera import SourceCamera
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, rotate
from manekko.studio import messages
from manekko.studio.source_camera import seen_by

TURN = tuple(from_rotation_vectors(np.array([math.pi - 0.2, 0.3, 0.1])).tolist())
CAMERA = SourceCamera((640, 360), 500.0, (0.3, 1.2, 2.9), TURN)
POINTS_M = np.array([[0.0, 0.0, 0.0], [0.4, 1.6, 0.1], [-0.5, 0.9, 0.5]])


def seen_px(camera: SourceCamera, turn_rad: tuple[float, float, float], zoom: float) -> np.ndarray:
    """Where a pinhole sees the points, as the clip was captured."""
    at_first = rotate(conjugate(np.array(camera.rotation_xyzw)), POINTS_M - np.array(camera.position_m))
    x, y, z = rotate(conjugate(from_rotation_vectors(np.array(turn_rad))), at_first).T
    return np.stack([320.0 + camera.focal_px * zoom * x / z, 180.0 + camera.focal_px * zoom * y / z], axis=-1)


def drawn_px(camera: messages.SourceCamera, rotation: tuple[float, ...], height_rad: float) -> np.ndarray:
    """Where a left-handed view draws the points that MMD has there."""
    places = POINTS_M * [1.0, 1.0, -1.0] / MMD_UNIT_M - np.array(camera.position)
    right, up, forward = rotate(np.array(rotation), np.eye(3))
    x, y, z = places @ right, places @ up, places @ forward
    half = math.tan(height_rad / 2.0)
    return np.stack([320.0 * (1.0 + x / z / half / camera.aspect), 180.0 * (1.0 - y / z / half)], axis=-1)


def test_the_page_sees_each_point_where_the_clip_shows_it() -> None:
    told = seen_by(CAMERA)
    drawn = drawn_px(told, told.rotation_xyzw, told.view_height_rad)
    assert drawn == pytest.approx(seen_px(CAMERA, (0.0, 0.0, 0.0), 1.0), abs=0.01)
    assert (told.rotations_xyzw, told.view_heights_rad) == ((), ())


def test_a_camera_that_turns_and_zooms_is_told_frame_by_frame() -> None:
    turns, zooms = ((0.0, 0.0, 0.0), (0.05, -0.1, 0.02)), (1.0, 1.5)
    moving = SourceCamera(CAMERA.size_px, CAMERA.focal_px, CAMERA.position_m, CAMERA.rotation_xyzw, turns, zooms)
    told = seen_by(moving)
    for frame in range(2):
        drawn = drawn_px(told, told.rotations_xyzw[frame], told.view_heights_rad[frame])
        assert drawn == pytest.approx(seen_px(CAMERA, turns[frame], zooms[frame]), abs=0.01)
    assert (told.rotation_xyzw, told.view_height_rad) == (
        told.rotations_xyzw[0],
        pytest.approx(told.view_heights_rad[0]),
    )
