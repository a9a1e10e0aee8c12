"""Matrices from the world to the picture and to the shadow map, for a renderer whose picture has its first row at y −1.

Matrices are row-major: they multiply columns from the left.
"""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_axes, normalized
from manekko.stage.view import View


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


def shadow_from_world(
    direction: tuple[float, float, float], centres_m: Float[Array, "ball 3"], radii_m: Float[Array, " ball"]
) -> tuple[Float[Array, "4 4"], float]:
    """Return the matrix to the shadow map (0–1 in x, y and depth) that holds all balls, and its side in the world [m].

    Args:
        direction: the way the light shines.
        centres_m: of balls around everything that casts a shadow [m].
        radii_m: theirs [m].
    """
    forward = normalized(np.array(direction, dtype=np.float64))
    helper = np.array([0.0, 0.0, 1.0]) if abs(forward[1]) > 0.9 else np.array([0.0, 1.0, 0.0])
    right = normalized(np.cross(forward, helper))
    axes = np.stack([right, np.cross(right, forward), forward])
    seen = centres_m @ axes.T
    lowest, highest = (seen - radii_m[:, None]).min(0), (seen + radii_m[:, None]).max(0)
    side = max(float((highest - lowest)[:2].max()) * 1.02, 1e-3)
    depth = max(float(highest[2] - lowest[2]), 1e-3)
    middle = (lowest + highest) / 2.0
    matrix = np.eye(4)
    matrix[:3, :3] = axes / np.array([[side], [side], [depth]])
    matrix[:3, 3] = 0.5 - middle / np.array([side, side, depth])
    return matrix, side
