"""Ribbons tied in bows."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.sheets import Sheet, merged, split_quads, strip_quads
from manekko.character.thinning import thinned
from manekko.character.weights import rigid

_ROWS, _COLUMNS = 9, 12
_TOLERANCE_M = 0.0008


@dataclass(frozen=True)
class Bow:
    """A bow in the standard proportions [m]; it faces along ``facing`` (+1 forwards, −1 backwards)."""

    middle: tuple[float, float, float]
    bone: str
    half_width: float
    half_height: float
    tail: float
    """How far the two ends hang down."""
    facing: float = 1.0


def bow_sheet(bow: Bow) -> Sheet:
    """Return a bow: two loops, a knot and two tails."""
    loops = [_loop(bow, side) for side in (1.0, -1.0)]
    tails = [_tail(bow, side) for side in (1.0, -1.0)] if bow.tail else []
    points = [_knot(bow), *loops, *tails]
    return merged([thinned(_tube(rows, bow.bone), _TOLERANCE_M) for rows in points])


def _loop(bow: Bow, side: float) -> Float[Array, "row column 3"]:
    share = np.linspace(0.0, 1.0, _ROWS)[:, None]
    angle = np.arange(_COLUMNS) / _COLUMNS * 2.0 * np.pi * side
    high = bow.half_height * (0.26 + 0.80 * np.sin(np.pi * np.clip(share * 0.62, 0.0, 1.0)) ** 1.1)
    high = np.where(share > 0.93, high * 0.80, high)
    deep = bow.half_height * (0.20 + 0.42 * np.sin(np.pi * share) ** 0.7)
    x = side * bow.half_width * (share + 0.06 * np.cos(angle) * share)
    y = high * np.cos(angle) - 0.18 * bow.half_height * share**2
    z = deep * np.sin(angle) * (1.0 - 0.35 * np.abs(np.cos(angle))) * side - 0.15 * bow.half_width * share**2
    return _placed(bow, x, y, z)


def _knot(bow: Bow) -> Float[Array, "row column 3"]:
    share = np.linspace(-1.0, 1.0, 7)[:, None]
    angle = np.arange(_COLUMNS) / _COLUMNS * 2.0 * np.pi
    round_off = np.sqrt(np.maximum(1.0 - 0.75 * share**2, 0.0))
    x = 0.17 * bow.half_width * share + 0.0 * angle
    y = 0.40 * bow.half_height * round_off * np.cos(angle)
    z = 0.42 * bow.half_height * round_off * np.sin(angle) + 0.12 * bow.half_height
    return _placed(bow, x, y, z)


def _tail(bow: Bow, side: float) -> Float[Array, "row column 3"]:
    share = np.linspace(0.0, 1.0, _ROWS)[:, None]
    angle = np.arange(8) / 8.0 * 2.0 * np.pi * side
    wide = bow.half_height * (0.20 + 0.38 * share)
    x = side * (0.05 * bow.half_width + 0.55 * bow.half_width * share**1.2) + wide * np.cos(angle)
    y = -bow.tail * share - 0.25 * wide * np.cos(angle) * side + 0.0 * angle
    z = 0.0025 * np.sin(angle) * side - 0.10 * bow.half_height + 0.0 * share
    return _placed(bow, x, y, z)


def _placed(bow: Bow, x: Array, y: Array, z: Array) -> Float[Array, "row column 3"]:
    x, y, z = np.broadcast_arrays(x, y, z)
    return np.stack([x, y, z * bow.facing], axis=-1) + np.array(bow.middle)


def _tube(rows: Float[Array, "row column 3"], bone: str) -> Sheet:
    """Return rings as a closed surface whose ends are covered."""
    numbers = np.arange(rows.size // 3).reshape(rows.shape[:2])
    width = rows.shape[1]
    points = rows.reshape(-1, 3)
    caps = [[numbers[0][k + 1], numbers[0][k], numbers[0][0], numbers[0][0]] for k in range(1, width - 1)]
    caps += [[numbers[-1][0], numbers[-1][k], numbers[-1][k + 1], numbers[-1][0]] for k in range(1, width - 1)]
    triangles = split_quads(points, np.concatenate([strip_quads(numbers, closed=True), np.array(caps)]))
    centre = points.mean(axis=0)
    corners = points[triangles] - centre
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum()
    if volume < 0.0:
        triangles = triangles[:, ::-1]
    return Sheet(points, triangles, {"weights": rigid(len(points), bone), "arm": np.full((len(points), 1), -1.0)})
