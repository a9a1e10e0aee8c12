"""Smooth lines through points, and ribbons and meshes drawn along them."""

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from manekko.arrays import Array, Float, Int

Points = tuple[tuple[float, float], ...]


def along(points: Points | Float[Array, "knot axis"], shares: Float[Array, " sample"]) -> Float[Array, "sample axis"]:
    """Return points of the smooth line through ``points`` at shares 0–1 of its length (of the chords)."""
    knots = np.asarray(points, float)
    steps = np.linalg.norm(np.diff(knots, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    return CubicSpline(at, knots, bc_type="natural")(shares)


def profile(points: Points, shares: Float[Array, " sample"]) -> Float[Array, " sample"]:
    """Return the values at ``shares`` of a line through (share, value) that never overshoots."""
    knots = np.asarray(points, float)
    return PchipInterpolator(knots[:, 0], knots[:, 1])(shares)


def sides(line: Float[Array, "point 2"]) -> Float[Array, "point 2"]:
    """Return unit vectors to the left of a line in the plane."""
    ahead = np.gradient(line, axis=0)
    left = np.stack([-ahead[:, 1], ahead[:, 0]], axis=-1)
    return left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-12)


def strip(rows: int, columns: int, *, closed: bool = False) -> Int[Array, "triangle 3"]:
    """Return the triangles of a grid of vertices, row by row; ``closed`` ties the last column to the first.

    Anticlockwise where columns run to the right and rows upwards.
    """
    across = columns if closed else columns - 1
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(across), indexing="ij")
    following = (column + 1) % columns
    a, b = row * columns + column, row * columns + following
    c, d = (row + 1) * columns + following, (row + 1) * columns + column
    return np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)


def vertex_normals(
    positions: Float[Array, "vertex 3"], triangles: Int[Array, "triangle 3"]
) -> Float[Array, "vertex 3"]:
    """Return the mean of the normals of each vertex's triangles, by their area."""
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    sums = np.zeros_like(positions)
    for corner in range(3):
        np.add.at(sums, triangles[:, corner], faces)
    return unit(sums)


def unit(vectors: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return vectors of length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def smoothstep(low: float, high: float, values: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Return 0 below ``low``, 1 above ``high`` and a smooth rise between."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
