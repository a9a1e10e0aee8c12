"""Matrices from the world to the picture and to the shadow map, for a renderer whose picture has its first row at y −1.

Matrices are row-major: they multiply columns from the left.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_axes, normalized
from manekko.stage.view import View

_STEPS = 4
"""Sizes of the shadow's box in one doubling."""

_LEAST_PX = 128
"""Step of the shadow map's side."""


def clip_from_world(view: View) -> Float[Array, "4 4"]:
    """Return the matrix to clip space; rows of the picture count from y = −1 on, so that it is read back upright."""
    width, height = view.size_px
    centre_x, centre_y = view.centre_px or (width / 2.0, height / 2.0)
    near, far = view.near_m, view.far_m
    flat = view.orthographic_height_m is not None
    scale = height / view.orthographic_height_m if view.orthographic_height_m else view.focal_px
    middle_x, middle_y = 2.0 * centre_x / width - 1.0, 2.0 * centre_y / height - 1.0
    clip = np.zeros((4, 4))
    clip[0, 0], clip[1, 1] = 2.0 * scale / width, 2.0 * scale / height
    clip[[0, 1], 3 if flat else 2] = middle_x, middle_y
    clip[2, 2] = (2.0 if flat else far + near) / (far - near)
    clip[2, 3] = -(far + near if flat else 2.0 * far * near) / (far - near)
    clip[3, 3 if flat else 2] = 1.0
    return clip @ camera_from_world(view)


def camera_from_world(view: View) -> Float[Array, "4 4"]:
    """Return the matrix to the camera's axes: x right, y down, z forward [m]."""
    matrix = np.eye(4)
    matrix[:3, :3] = as_axes(view.rotation_xyzw).T
    matrix[:3, 3] = -matrix[:3, :3] @ view.position_m
    return matrix


def rows_per_metre(view: View) -> float:
    """Return the picture's heights per metre: at a distance of 1 m, or anywhere without perspective."""
    return 1.0 / view.orthographic_height_m if view.orthographic_height_m else view.focal_px / view.size_px[1]


def region(view: View, points_m: Float[Array, "point 3"], margin_px: float) -> tuple[int, int, int, int]:
    """Return left, top, width and height [px] of the part of the picture where the points can be seen.

    All of it where one of them lies behind the camera; nothing (width and height 0) where all are beside it.
    """
    width, height = view.size_px
    matrix = clip_from_world(view)
    seen = points_m @ matrix[:, :3].T + matrix[:, 3]
    if not len(seen):
        return 0, 0, 0, 0
    if (seen[:, 3] < view.near_m).any():
        return 0, 0, width, height
    at = (seen[:, :2] / seen[:, 3:] + 1.0) / 2.0 * [width, height]
    low = np.clip(np.floor(at.min(0) - margin_px), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(at.max(0) + margin_px), 0, [width, height]).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def pixels_per_metre(view: View, points_m: Float[Array, "point 3"]) -> float:
    """Return how large a metre is at the nearest of some points [px]; at the near plane for points behind it."""
    scale = rows_per_metre(view) * view.size_px[1]
    if view.orthographic_height_m is not None or not len(points_m):
        return scale
    depths = points_m @ camera_from_world(view)[2, :3] + camera_from_world(view)[2, 3]
    return scale / max(float(depths.min()), view.near_m)


@dataclass(frozen=True, eq=False)
class ShadowBox:
    """The part of the world that the shadow map shows."""

    matrix: Float[Array, "4 4"]
    """From the world to the map: x and y 0–1 over the whole of it, the depth 0–1."""
    side_m: float
    """Of the square that is shown."""
    side_px: int
    """Of the part of the map that it fills, from its corner on."""


def light_axes(direction: tuple[float, float, float]) -> Float[Array, "3 3"]:
    """Return the light's right, up and forward, as rows; one that shines nowhere shines down."""
    forward = normalized(np.array(direction, dtype=np.float64))
    if not forward.any():
        forward = np.array([0.0, -1.0, 0.0])
    helper = np.array([0.0, 0.0, 1.0]) if abs(forward[1]) > 0.9 else np.array([0.0, 1.0, 0.0])
    right = normalized(np.cross(forward, helper))
    return np.stack([right, np.cross(right, forward), forward])


def shadow_box(
    direction: tuple[float, float, float], points_m: Float[Array, "point 3"], pixels_per_m: float, most_px: int
) -> ShadowBox:
    """Return a box along the light that holds all points.

    Its side grows in steps and it moves by whole texels, so that shadows of a moving figure do not shimmer.

    Args:
        direction: the way the light shines.
        points_m: around everything that throws shadow [m].
        pixels_per_m: how fine the map should be.
        most_px: side of the whole map.
    """
    axes = light_axes(direction)
    seen = points_m @ axes.T
    lowest, highest = seen.min(0), seen.max(0)
    needed = max(float((highest - lowest)[:2].max()), 1e-3)
    side_m = 2.0 ** (np.ceil(np.log2(needed * 1.01) * _STEPS) / _STEPS)
    wanted = np.ceil(side_m * pixels_per_m / _LEAST_PX) * _LEAST_PX
    side_px = int(np.clip(wanted, 4 * _LEAST_PX, most_px))
    texel_m = side_m / (side_px - 2)  # a texel all round stays empty: there is light outside
    corner = np.floor((lowest + highest - side_m)[:2] / 2.0 / texel_m) * texel_m - texel_m
    depth = max(float(highest[2] - lowest[2]), 1e-3)
    matrix = np.eye(4)
    size = np.array([texel_m * most_px, texel_m * most_px, depth])
    matrix[:3, :3] = axes / size[:, None]
    matrix[:3, 3] = -np.array([corner[0], corner[1], lowest[2]]) / size
    return ShadowBox(matrix, side_m, side_px)
