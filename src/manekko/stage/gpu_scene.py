"""What is the same for a whole picture, as the shaders' ``Scene`` block has it."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import normalized
from manekko.stage.projection import ShadowBox, camera_from_world, clip_from_world, light_axes, rows_per_metre
from manekko.stage.view import Light, View

SCENE_BYTES = 4 * (3 * 16 + 8 * 4)
SHADOW_SIDE = 2048
"""Side of the shadow map [px]; far away figures use a part of it."""

EDGE_ROWS = 720.0
"""Rows of the picture on which an edge of size 1 is a pixel wide."""

_BLUR_TEXELS = 0.75
_OUTWARDS_TEXELS = 1.5
_GROUND_STRENGTH = 0.35
_LEAST_FALL = 0.15
"""Sine of the lowest light that still throws shadow on the floor."""

_SOFT_M = 0.02
_Y_UP = np.diag([1.0, -1.0, -1.0, 1.0])
"""From the view's camera axes to those of sphere maps: y up, z to the viewer."""


def floor_corners(direction: tuple[float, float, float], hull_m: Float[Array, "point 3"]) -> Float[Array, "4 3"] | None:
    """Return the corners of the piece of floor (height 0) that shadow can reach [m]; None where light hardly falls."""
    axes = light_axes(direction)
    if axes[2, 1] > -_LEAST_FALL:
        return None
    seen = hull_m @ axes.T
    lowest, highest = seen.min(0)[:2] - _SOFT_M, seen.max(0)[:2] + _SOFT_M
    corners = np.array([[x, y, 0.0] for x in (lowest[0], highest[0]) for y in (lowest[1], highest[1])]) @ axes
    return corners - corners[:, 1:2] / axes[2, 1] * axes[2]


def scene_bytes(view: View, light: Light, box: ShadowBox, floor_m: Float[Array, "4 3"] | None, edge_px: float) -> bytes:
    """Return the block; ``edge_px`` is the width of an edge of size 1 on 720 rows."""
    camera = _Y_UP @ camera_from_world(view)
    to_light = -normalized(np.array(light.direction, dtype=np.float64))
    flat = view.orthographic_height_m is not None
    width, height = view.size_px
    rows = [
        (*camera[2, :3], 0.0) if flat else (*view.position_m, 1.0),
        (*to_light, _BLUR_TEXELS / SHADOW_SIDE),
        (*light.colour_rgb, _OUTWARDS_TEXELS * box.side_m / box.side_px),
        *([*corner, _GROUND_STRENGTH] for corner in (np.zeros((4, 3)) if floor_m is None else floor_m)),
        (width, height, edge_px * height / EDGE_ROWS, rows_per_metre(view)),
    ]
    # Shaders' matrices are column by column.
    matrices = [matrix.T for matrix in (clip_from_world(view), box.matrix, camera)]
    return np.concatenate([np.array(part, dtype=np.float32).ravel() for part in (*matrices, *rows)]).tobytes()
