"""Smooth surfaces from signed distances: the shapes the dancer is modelled with, and their meshing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.skeleton.rotations import normalized

Distance = Callable[[Array], Array]
"""Points (…, 3) [m] → signed distance to a surface [m], negative inside; need only be right near the surface."""

_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]


@dataclass(frozen=True)
class Mesh:
    """Triangles, counter-clockwise seen from outside."""

    vertices_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"]
    triangles: Int[Array, "triangle 3"]


def ellipsoid(points: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    """Return the distance to an ellipsoid with its axes along x, y and z."""
    scaled = (points - np.array(centre)) / np.array(radii)
    first = np.linalg.norm(scaled, axis=-1)
    second = np.linalg.norm(scaled / np.array(radii), axis=-1)
    return first * (first - 1.0) / np.maximum(second, 1e-6)


def limb(
    points: Array,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radii: tuple[float, float],
    squash: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Array:
    """Return the distance to a capsule whose radius goes from the first to the second, squashed along the axes."""
    scale = np.array(squash)
    local, axis = (points - np.array(start)) / scale, (np.array(end) - np.array(start)) / scale
    share = np.clip(local @ axis / (axis @ axis), 0.0, 1.0)
    radius = radii[0] + (radii[1] - radii[0]) * share
    return (np.linalg.norm(local - share[..., None] * axis, axis=-1) - radius) * scale.min()


def join(first: Array, second: Array, width_m: float) -> Array:
    """Return the union of two shapes with a fillet about ``width_m`` wide."""
    blend = np.maximum(width_m - np.abs(first - second), 0.0) / width_m
    return np.minimum(first, second) - blend * blend * width_m * 0.25


def cut(first: Array, second: Array, width_m: float) -> Array:
    """Return what is in both shapes, the edge rounded over about ``width_m``."""
    return -join(-first, -second, width_m)


def smoothstep(low: float, high: float, values: Array) -> Array:
    """Return 0 below ``low``, 1 above ``high`` and a smooth rise between; falls when ``high`` is the lower."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def mesh(
    distance: Distance, low_m: tuple[float, float, float], high_m: tuple[float, float, float], cell_m: float
) -> Mesh:
    """Return the surface within a box as one vertex for each grid cell it crosses (naive surface nets)."""
    counts = np.ceil((np.array(high_m) - np.array(low_m)) / cell_m).astype(int) + 1
    axes = [low + cell_m * np.arange(count) for low, count in zip(low_m, counts, strict=True)]
    values = distance(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))
    inside = values < 0.0
    cells = tuple(counts - 1)
    corner_inside = sum(inside[_corner(corner, cells)].astype(int) for corner in _CORNERS)
    active = np.argwhere((corner_inside > 0) & (corner_inside < 8))
    numbers = np.full(cells, -1)
    numbers[tuple(active.T)] = np.arange(len(active))
    vertices = np.array(low_m) + cell_m * (active + _crossing_means(values, active))
    # Onto the surface itself: the means alone lie on terraces that the light would show.
    for _ in range(3):
        slope = _gradient(distance, vertices, 0.2 * cell_m)
        step = distance(vertices)[:, None] * slope / np.maximum((slope * slope).sum(-1, keepdims=True), 0.25)
        vertices = vertices - np.clip(step, -0.4 * cell_m, 0.4 * cell_m)
    normals = normalized(_gradient(distance, vertices, 0.6 * cell_m))
    return Mesh(vertices, normals, np.concatenate([_faces(inside, numbers, axis) for axis in range(3)]))


def _gradient(distance: Distance, points: Array, step_m: float) -> Array:
    shifts = step_m * np.eye(3)
    return np.stack([distance(points + shift) - distance(points - shift) for shift in shifts], axis=-1) / (2 * step_m)


def _corner(corner: Array, cells: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(offset, offset + count) for offset, count in zip(corner, cells, strict=True))


def _crossing_means(values: Array, active: Array) -> Array:
    corner_values = np.stack([values[tuple((active + corner).T)] for corner in _CORNERS], axis=-1)
    total, count = np.zeros((len(active), 3)), np.zeros((len(active), 1))
    for a, b in _EDGES:
        first, second = corner_values[:, a], corner_values[:, b]
        crosses = (first < 0.0) != (second < 0.0)
        share = np.where(crosses, first / np.where(crosses, first - second, 1.0), 0.0)[:, None]
        total += crosses[:, None] * (_CORNERS[a] + share * (_CORNERS[b] - _CORNERS[a]))
        count += crosses[:, None]
    return total / count


def _faces(inside: Array, numbers: Array, axis: int) -> Array:
    """Two triangles for each grid edge along ``axis`` that the surface crosses."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    first = np.moveaxis(inside, (axis, one, two), (0, 1, 2))
    table = np.moveaxis(numbers, (axis, one, two), (0, 1, 2))
    here, there = first[:-1, 1:-1, 1:-1], first[1:, 1:-1, 1:-1]
    a, b, c = np.nonzero(here != there)
    quads = np.stack([table[a, b, c], table[a, b + 1, c], table[a, b + 1, c + 1], table[a, b, c + 1]], axis=-1)
    leaving = here[a, b, c]
    quads = np.where(leaving[:, None], quads, quads[:, ::-1])
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def mirrored(half: Mesh) -> Mesh:
    """Return the mesh of the other side of the body (x → −x)."""
    flip = np.array([-1.0, 1.0, 1.0])
    return Mesh(half.vertices_m * flip, half.normals * flip, half.triangles[:, ::-1].copy())
