"""What is the same for a whole picture, as the shaders' ``Scene`` block has it."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import normalized
from manekko.stage.projection import ShadowBox, camera_from_world, clip_from_world, rows_per_metre
from manekko.stage.view import Light, View

SCENE_BYTES = 4 * (3 * 16 + 5 * 4)
SHADOW_SIDE = 2048
"""Side of the shadow map [px]; far away figures use a part of it."""

EDGE_ROWS = 720.0
"""Rows of the picture on which an edge of size 1 is a pixel wide."""

_BLUR_TEXELS = 0.75
_GROUND_STRENGTH = 0.35
_Y_UP = np.diag([1.0, -1.0, -1.0, 1.0])
"""From the view's camera axes to those of sphere maps: y up, z to the viewer."""


@dataclass(frozen=True)
class Floor:
    """The square of floor that may be in shadow, at height 0."""

    centre_xz_m: tuple[float, float]
    half_m: float

    def corners_m(self) -> Float[Array, "4 3"]:
        """Return its corners [m]."""
        signs = np.array([[-1.0, 0.0, -1.0], [-1.0, 0.0, 1.0], [1.0, 0.0, -1.0], [1.0, 0.0, 1.0]])
        return signs * self.half_m + [self.centre_xz_m[0], 0.0, self.centre_xz_m[1]]


def floor_square(hull_m: Float[Array, "point 3"]) -> Floor:
    """Return the floor around all points."""
    lowest, highest = hull_m.min(0), hull_m.max(0)
    middle = (lowest + highest) / 2.0
    return Floor((float(middle[0]), float(middle[2])), float((highest - lowest).max()) * 1.5)


def scene_bytes(view: View, light: Light, box: ShadowBox, floor: Floor, edge_px: float) -> bytes:
    """Return the block; ``edge_px`` is the width of an edge of size 1 on 720 rows."""
    camera = _Y_UP @ camera_from_world(view)
    to_light = -normalized(np.array(light.direction, dtype=np.float64))
    flat = view.orthographic_height_m is not None
    width, height = view.size_px
    rows = [
        (*camera[2, :3], 0.0) if flat else (*view.position_m, 1.0),
        (*to_light, _BLUR_TEXELS / SHADOW_SIDE),
        (*light.colour_rgb, 0.0),
        (*floor.centre_xz_m, floor.half_m, _GROUND_STRENGTH),
        (width, height, edge_px * height / EDGE_ROWS, rows_per_metre(view)),
    ]
    # Shaders' matrices are column by column.
    matrices = [matrix.T for matrix in (clip_from_world(view), box.matrix, camera)]
    return np.concatenate([np.array(part, dtype=np.float32).ravel() for part in (*matrices, *rows)]).tobytes()
