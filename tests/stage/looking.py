"""A camera that looks at a point, for tests."""

import math

import numpy as np

from manekko.skeleton.rotations import from_axes
from manekko.stage.view import View

Triple = tuple[float, float, float]


def looking(position_m: Triple, target_m: Triple, *, fov_rad: float, size_px: tuple[int, int]) -> View:
    """Return a level camera at a point that looks at another; ``fov_rad`` is the vertical angle of view."""
    forward = np.subtract(target_m, position_m)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right = right / np.linalg.norm(right)
    down = np.cross(forward, right)
    return View(
        position_m=np.array(position_m, dtype=float),
        rotation_xyzw=from_axes(np.stack([right, down, forward], axis=1)),
        size_px=size_px,
        focal_px=size_px[1] / 2.0 / math.tan(fov_rad / 2.0),
    )
