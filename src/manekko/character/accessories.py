"""Collars, buttons and cords."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.clothes import Conditions, Field, Form, both
from manekko.character.sheets import Sheet, split_quads, strip_quads, vertex_normals
from manekko.character.weights import rigid

_NECK_M = np.array([0.0, 1.297, -0.021])


def below_neck(form: Form) -> Field:
    """Return how far a point lies below a neckline that is lower in front [m]."""
    return 1.281 - 0.26 * form.z - form.y


def round_collar(form: Form, radius_m: float) -> Conditions:
    """Return the conditions of a round collar of some radius, parted in front."""
    parted = np.abs(form.x) - 0.002 - 0.30 * np.maximum(1.272 - form.y, 0.0) + 10.0 * np.maximum(-form.z, 0.0)
    return both(radius_m - from_neck(form), parted, below_neck(form) + 0.004)


def from_neck(form: Form) -> Field:
    """Return the distance from the middle of the neck's root [m]."""
    return np.linalg.norm(form.sheet.points_m - _NECK_M, axis=1)


def sailor_collar(form: Form, inset_m: float) -> list[Conditions]:
    """Return the conditions of a sailor's collar, its edge drawn in: the square behind, the left and right lapel."""
    wide, behind = np.abs(form.x), -0.012 - form.z
    inner = 0.056 * (form.y - 1.188) / 0.085
    lowest = below_neck(form) + 0.004
    square = both(behind, 0.092 - inset_m - wide, form.y - 1.190 - inset_m, lowest)
    lapel = both(
        -behind, wide - inner + inset_m * 0.5, inner + 0.040 - inset_m - wide, form.y - 1.188 - inset_m, lowest
    )
    return [square, both(lapel, form.x), both(lapel, -form.x)]


def knob(middle: tuple[float, float, float], radius_m: float, bone: str, depth: float = 0.45) -> Sheet:
    """Return a button that looks forwards: a flattened ball, open behind."""
    rows, columns = 4, 10
    up = np.linspace(0.0, 0.65 * np.pi, rows)[:, None]
    angle = np.arange(columns) / columns * 2.0 * np.pi
    ball = np.stack([np.sin(up) * np.cos(angle), np.sin(up) * np.sin(angle), depth * np.cos(up) + 0.0 * angle], axis=-1)
    return _sheet(np.array(middle) + radius_m * ball, bone)


def cord(points: Float[Array, "point 3"], radius_m: float, bone: str) -> Sheet:
    """Return a thin round cord through some points."""
    way = np.gradient(points, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    side = np.cross(way, [0.0, 0.0, 1.0])
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    front = np.cross(side, way)
    angle = np.arange(4) / 4.0 * 2.0 * np.pi
    ring = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * front[:, None]
    return _sheet(points[:, None] + radius_m * ring, bone)


def ring_around(
    path: Float[Array, "point 3"], radius_m: Float[Array, " point"], flat: Float[Array, " point"], bone: str
) -> Sheet:
    """Return a closed roll (a hood laid down) around a path; ``flat`` is its height over its width."""
    middle = path.mean(axis=0)
    out = (path - middle) * [1.0, 0.0, 1.0]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    angle = np.arange(12) / 12.0 * 2.0 * np.pi
    up = np.array([0.0, 1.0, 0.0])
    ring = np.cos(angle)[None, :, None] * out[:, None] + (np.sin(angle) * flat[:, None])[..., None] * up
    rows = path[:, None] + radius_m[:, None, None] * ring
    return _sheet(np.concatenate([rows, rows[:1]]), bone)


def _sheet(rows: Float[Array, "row column 3"], bone: str) -> Sheet:
    """Return rings as a surface that is turned outwards and hangs on one bone."""
    numbers = np.arange(rows.size // 3).reshape(rows.shape[:2])
    points = rows.reshape(-1, 3)
    triangles = split_quads(points, strip_quads(numbers, closed=True))
    spread = points - np.repeat(rows.mean(axis=1), rows.shape[1], axis=0)
    if np.einsum("ij,ij->", vertex_normals(points, triangles), spread) < 0.0:
        triangles = triangles[:, ::-1]
    return Sheet(points, triangles, {"weights": rigid(len(points), bone), "arm": np.full((len(points), 1), -1.0)})
