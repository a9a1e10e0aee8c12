from dataclasses import replace

import numpy as np
import pytest

from manekko.files.vmd_camera import VmdScenery
from manekko.motion.camera import LightTrack, ShadowTrack
from manekko.motion.source_camera import SourceCamera
from manekko.skeleton.rotations import angle_between, conjugate, from_rotation_vectors, multiply, rotate
from manekko.stage.cameras import (
    ORBIT_S,
    Reach,
    fixed_camera,
    following_camera,
    mmd_light,
    orbiting_camera,
    reach_of,
    source_view,
    vmd_light,
)
from manekko.stage.scene import Dancer, dancers_reach
from manekko.stage.view import Light, View
from tests.stage.dolls import HALF_WIDTH_M, HEIGHT_M, box_corners_m, doll, sliding

SIZES = [(1280, 720), (720, 1280), (300, 300)]


def seen(view: View, points_m: np.ndarray) -> np.ndarray:
    """Where points are in the picture [px], by the pinhole's formula."""
    own = rotate(conjugate(view.rotation_xyzw), points_m - view.position_m)
    assert (own[..., 2] > view.near_m).all()
    return own[..., :2] / own[..., 2:] * view.focal_px + np.array(view.size_px) / 2.0


def room(view: View, points_m: np.ndarray) -> float:
    """Smallest distance of the points from the picture's edges, as a share of its side; negative outside."""
    places = seen(view, points_m) / np.array(view.size_px)
    return float(np.minimum(places, 1.0 - places).min())


def reach(way_m: tuple[float, float, float]) -> Reach:
    return dancers_reach([Dancer(doll(), sliding(way_m))], 0.0, 2.0)


def test_the_reach_is_the_box_around_everything_at_every_moment() -> None:
    found = reach((3.0, 0.0, -1.0))
    assert found.times_s[[0, -1]] == pytest.approx([0.0, 2.0])
    assert found.low_m[0] == pytest.approx([-HALF_WIDTH_M, 0.0, -HALF_WIDTH_M])
    assert found.high_m[-1] == pytest.approx([3.0 + HALF_WIDTH_M, HEIGHT_M, -1.0 + HALF_WIDTH_M])
    assert found.middles_m[-1] == pytest.approx([3.0, 0.0, -1.0])


def test_several_figures_are_all_within_reach() -> None:
    pose = next(Dancer(doll(), sliding((2.0, 0.0, 0.0))).poses(np.array([2.0])))
    rest = next(Dancer(doll(), sliding((2.0, 0.0, 0.0))).poses(np.array([0.0])))
    found = reach_of(np.zeros(1), [[(doll(), rest), (doll(), pose)]])
    assert found.high_m[0, 0] - found.low_m[0, 0] == pytest.approx(2.0 + 2 * HALF_WIDTH_M)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", [(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (-1.0, 0.5, 3.0)])
def test_a_fixed_camera_has_the_whole_dance_in_view_and_little_else(
    size: tuple[int, int], way: tuple[float, float, float]
) -> None:
    camera = fixed_camera(reach(way), size)
    ends = np.concatenate([box_corners_m(np.zeros(3)), box_corners_m(np.array(way))])
    assert camera(0.0) is camera(2.0)
    assert 0.03 < room(camera(0.0), ends) < 0.09


@pytest.mark.parametrize("size", SIZES)
def test_a_following_camera_keeps_the_dancer_near_the_middle(size: tuple[int, int]) -> None:
    camera = following_camera(reach((4.0, 0.0, 0.0)), size)
    for time_s in (0.0, 1.0, 2.0):
        corners = box_corners_m(np.array([2.0 * time_s, 0.0, 0.0]))
        assert room(camera(time_s), corners) > 0.0
        if time_s == 1.0:  # at the ends a calm camera is a little late
            assert seen(camera(time_s), corners)[:, 0].mean() == pytest.approx(size[0] / 2, abs=0.02 * size[1])
    fixed = fixed_camera(reach((4.0, 0.0, 0.0)), size)(0.0)
    assert camera(1.0).position_m[2] < fixed.position_m[2]


def test_an_orbiting_camera_goes_round_once_and_always_sees_the_dancer() -> None:
    camera = orbiting_camera(reach((0.0, 0.0, 0.0)), (640, 360))
    assert camera(ORBIT_S).position_m == pytest.approx(camera(0.0).position_m, abs=1e-9)
    assert camera(ORBIT_S / 2).position_m[2] == pytest.approx(-camera(0.0).position_m[2])
    late = orbiting_camera(dancers_reach([Dancer(doll(), sliding((0.0, 0.0, 0.0)))], 1.0, 2.0), (640, 360))
    assert late(1.0).position_m == pytest.approx(camera(0.0).position_m)
    for time_s in np.linspace(0.0, ORBIT_S, 13):
        assert room(camera(time_s), box_corners_m(np.zeros(3))) > 0.0


def test_a_view_of_the_source_fills_a_picture_of_any_size() -> None:
    camera = SourceCamera((640, 480), 500.0, (0.0, 1.0, 3.0), (1.0, 0.0, 0.0, 0.0))
    point = np.array([[0.2, 1.3, 0.1]])
    from_middle = seen(source_view(camera, (640, 480))(0.0), point) - np.array([320, 240])
    assert seen(source_view(camera, (1280, 960))(9.0), point) - np.array([640, 480]) == pytest.approx(2 * from_middle)
    assert seen(source_view(camera, (1280, 480))(0.0), point) - np.array([640, 240]) == pytest.approx(2 * from_middle)


def test_a_view_of_a_turning_source_turns_and_zooms_between_its_frames() -> None:
    still = SourceCamera((640, 480), 500.0, (0.0, 1.0, 3.0), (1.0, 0.0, 0.0, 0.0))
    turning = replace(still, turns_rad=((0.0, 0.0, 0.0), (0.0, 0.2, 0.0), (0.0, 0.2, 0.1)), zooms=(1.0, 1.2, 1.1))
    view = source_view(turning, (640, 480))
    assert view(0.0).rotation_xyzw == pytest.approx(np.array(still.rotation_xyzw))
    assert view(0.0).focal_px == 500.0
    half = multiply(np.array(still.rotation_xyzw), from_rotation_vectors(np.array([0.0, 0.1, 0.0])))
    assert angle_between(view(0.5 / 30.0).rotation_xyzw, half) == pytest.approx(0.0, abs=1e-7)
    assert view(0.5 / 30.0).focal_px == pytest.approx(550.0)
    assert view(9.0).rotation_xyzw == pytest.approx(view(2.0 / 30.0).rotation_xyzw)
    assert view(9.0).focal_px == pytest.approx(550.0)
    assert source_view(replace(still, zooms=(2.0,)), (640, 480))(1.0).focal_px == 1000.0


def test_light_and_shadow_are_each_of_the_first_vmd_that_has_keys_of_it() -> None:
    dim = LightTrack(np.array([0]), np.array([[0.25] * 3]), np.array([[0.0, -2.0, 0.0]]))
    bright = LightTrack(np.array([0]), np.array([[1.0] * 3]), np.array([[1.0, 0.0, 0.0]]))
    far = ShadowTrack(np.array([0, 30]), np.array([1, 1]), np.array([8000.0, 4000.0]))
    light = vmd_light([VmdScenery(), VmdScenery(light=dim), VmdScenery(light=bright, shadow=far)])
    assert light(0.9) == Light((0.0, -1.0, 0.0), (0.25, 0.25, 0.25), 8000.0)
    assert light(1.0).shadow_distance == 4000.0
    assert vmd_light([VmdScenery()])(1.0) == mmd_light(1.0)
