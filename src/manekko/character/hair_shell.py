"""Where hair lies: a smooth shell round the skull that hangs straight down below its widest part.

A place on it is (turn, way, lift): the turn round the head in degrees (0 the front, 90 the character's left), the
way down from the crown (0 the crown, 1 the widest part of the skull, more below it), the lift off the shell.
Lengths count in head heights from the chin, as on the face.
"""

import numpy as np

from manekko.arrays import Array, Float

EQUATOR_Y, MIDDLE_Z = 0.58, -0.015
_WIDE, _HIGH, _FRONT, _BACK = 0.388, 0.512, 0.440, 0.455
DROP = 0.66
"""What a way of 1 measures below the widest part: about as much as above it."""
Place = tuple[float, float, float]


def shell(places: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return the points at places (turn [°], way, lift)."""
    turn, way, lift = np.moveaxis(np.asarray(places, float), -1, 0)
    angle = np.radians(turn)
    arc = np.minimum(way, 1.0) * (np.pi / 2)
    across = np.sin(arc)
    depth = np.where(np.cos(angle) >= 0.0, _FRONT, _BACK)
    x = (_WIDE + lift) * across * np.sin(angle)
    z = MIDDLE_Z + (depth + lift) * across * np.cos(angle)
    y = EQUATOR_Y + (_HIGH + lift) * np.cos(arc) - DROP * np.maximum(way - 1.0, 0.0)
    return np.stack([x, y, z], axis=-1)


def shell_normals(points: Float[Array, "point 3"]) -> Float[Array, "point 3"]:
    """Return the directions away from the shell at points on or near it."""
    x, y, z = points.T
    depth = np.where(z >= MIDDLE_Z, _FRONT, _BACK)
    up = np.maximum(y - EQUATOR_Y, 0.0) / _HIGH**2
    away = np.stack([x / _WIDE**2, up, (z - MIDDLE_Z) / depth**2], axis=-1)
    return away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)


def shell_ways(points: Float[Array, "point 3"]) -> Float[Array, " point"]:
    """Return how far down from the crown points on or near the shell lie, as ways."""
    x, y, z = points.T
    depth = np.where(z >= MIDDLE_Z, _FRONT, _BACK)
    across = np.hypot(x / _WIDE, (z - MIDDLE_Z) / depth)
    over = np.arctan2(across, np.maximum((y - EQUATOR_Y) / _HIGH, 0.0)) / (np.pi / 2)
    return np.where(y >= EQUATOR_Y, over, 1.0 + (EQUATOR_Y - y) / DROP)
