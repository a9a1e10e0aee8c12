from dataclasses import replace

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.skeleton.rotations import conjugate, rotate
from manekko.stage.projection import clip_from_world, light_axes, pixels_per_metre, region, shadow_box
from manekko.stage.view import View
from tests.stage.looking import looking

VIEW = looking((0.5, 1.2, 3.0), (0.0, 0.8, 0.0), fov_rad=0.7, size_px=(320, 200))
POINTS_M = np.random.default_rng(0).uniform([-0.5, 0.3, -0.5], [0.5, 1.4, 0.5], (200, 3))
DOWN = (-0.4, -0.8, -0.4)


def pixels(view: View, points_m: Array) -> Array:
    """By the pinhole's own formula."""
    x, y, z = np.moveaxis(rotate(conjugate(view.rotation_xyzw), points_m - view.position_m), -1, 0)
    return np.stack([view.focal_px * x / z + view.size_px[0] / 2, view.focal_px * y / z + view.size_px[1] / 2], -1)


def test_clip_space_has_the_first_row_below_and_depth_from_near_to_far() -> None:
    matrix = clip_from_world(VIEW)
    clip = np.concatenate([POINTS_M, np.ones((200, 1))], axis=1) @ matrix.T
    at = (clip[:, :2] / clip[:, 3:] + 1.0) / 2.0 * VIEW.size_px
    assert np.abs(at - pixels(VIEW, POINTS_M)).max() < 1e-6
    forward = rotate(VIEW.rotation_xyzw, np.array([0.0, 0.0, 1.0]))
    for distance, wanted in ((VIEW.near_m, -1.0), (VIEW.far_m, 1.0)):
        x, y, z, w = matrix @ np.append(VIEW.position_m + distance * forward, 1.0)
        assert (x, y, z / w) == pytest.approx((0.0, 0.0, wanted), abs=1e-6)


def test_a_region_is_as_small_as_the_points_and_their_margin() -> None:
    left, top, width, height = region(VIEW, POINTS_M, 3.0)
    seen = pixels(VIEW, POINTS_M)
    wanted = np.concatenate([seen.min(0) - 3.0, seen.max(0) + 3.0])
    assert np.abs(np.array([left, top, left + width, top + height]) - wanted).max() <= 1.0


def test_a_region_of_points_beside_or_behind_the_camera() -> None:
    side = rotate(VIEW.rotation_xyzw, np.array([1.0, 0.0, 0.0]))
    assert region(VIEW, POINTS_M + 20.0 * side, 3.0)[2] == 0
    behind = np.concatenate([POINTS_M, VIEW.position_m[None] + [[0.0, 0.0, 1.0]]])
    assert region(VIEW, behind, 3.0) == (0, 0, 320, 200)


def test_pixels_per_metre_are_those_of_the_nearest_point() -> None:
    forward = rotate(VIEW.rotation_xyzw, np.array([0.0, 0.0, 1.0]))
    points = VIEW.position_m + np.array([[2.0], [5.0]]) * forward
    assert pixels_per_metre(VIEW, points) == pytest.approx(VIEW.focal_px / 2.0)
    assert pixels_per_metre(replace(VIEW, orthographic_height_m=4.0), points) == pytest.approx(50.0)


@pytest.mark.parametrize("direction", [DOWN, (0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)])
def test_a_shadow_box_holds_everything_and_leaves_a_rim_free(direction: tuple[float, float, float]) -> None:
    axes = light_axes(direction)
    assert np.abs(axes @ axes.T - np.eye(3)).max() < 1e-9
    box = shadow_box(direction, POINTS_M, 300.0, 2048)
    at = POINTS_M @ box.matrix[:3, :3].T + box.matrix[:3, 3]
    texels = at[:, :2] * 2048
    assert texels.min() >= 1.0
    assert texels.max() <= box.side_px - 1.0
    assert (at[:, 2].min(), at[:, 2].max()) == pytest.approx((0.0, 1.0), abs=1e-9)


def test_a_shadow_box_is_as_fine_as_asked_and_never_larger_than_the_map() -> None:
    for pixels_per_m in (100.0, 400.0):
        box = shadow_box(DOWN, POINTS_M, pixels_per_m, 2048)
        assert box.side_px >= min(pixels_per_m * box.side_m, 2048)
    assert shadow_box(DOWN, POINTS_M, 1e9, 2048).side_px == 2048


def test_a_shadow_box_follows_a_small_move_by_whole_texels() -> None:
    """Else the shadows' rims would shimmer while somebody walks."""
    first = shadow_box(DOWN, POINTS_M, 300.0, 2048)
    for step_m in (0.0007, 0.013, 0.21):
        moved = shadow_box(DOWN, np.add(POINTS_M, [step_m, 0.0, step_m / 3.0]), 300.0, 2048)
        assert moved.side_px == first.side_px
        shift = (moved.matrix[:2, 3] - first.matrix[:2, 3]) * 2048
        assert np.abs(shift - np.round(shift)).max() < 1e-6
