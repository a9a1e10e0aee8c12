"""Bézier curves of MMD's kind, fitted to how a value runs between two keys.

Between two keys a value runs from 0 to 1 along a cubic through (0, 0) and (1, 1) whose two control points lie on MMD's
grid of 0–127. For given x of both points the y that fit best are a linear least-squares problem of two unknowns, so a
small set of x pairs, prepared once for each length of span, covers the whole box.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.motion import BoneTrack

STRAIGHT = np.array([20, 20, 107, 107], dtype=np.uint8)
"""MMD's straight curve."""

Grid = Literal["coarse", "fine"]
"""How many x pairs are tried: few to compare spans, many for the curve that is kept."""

_FIRST_X: dict[Grid, tuple[int, ...]] = {
    "coarse": (5, 20, 35, 50, 65, 85, 110),
    "fine": (2, 8, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115, 125),
}
_MOST_INNER = 24
"""Frames of a span that are looked at; longer spans are slow, so that some of their frames tell enough."""
_HALVINGS = 20


@dataclass(frozen=True, eq=False)
class _Basis:
    """What the fit needs for spans of one length."""

    points: Int[Array, "pair 2"]
    """x1 and x2, 0–127."""
    last: Float[Array, "pair inner"]
    """What the curve has gained by itself: the cube of its parameter."""
    first_y: Float[Array, "pair inner"]
    """Share of y1 at each inner frame."""
    second_y: Float[Array, "pair inner"]
    gram: Float[Array, "pair 2 2"]
    inverse: Float[Array, "pair 2 2"]


def curves_of(track: BoneTrack) -> Array:
    """Return a track's curves, (key, 4, 4) uint8, straight ones where it has none."""
    return np.tile(STRAIGHT, (len(track.frames), 4, 1)) if track.curves is None else track.curves


@lru_cache(maxsize=512)
def inner_frames(length: int) -> Int[Array, " inner"]:
    """Return the frames after the first key at which a span of ``length`` frames is looked at."""
    if length <= _MOST_INNER + 1:
        return np.arange(1, length)
    return np.unique(np.rint(np.linspace(0, length, _MOST_INNER + 2)[1:-1]).astype(np.int64))


@lru_cache(maxsize=512)
def _basis(length: int, grid: Grid) -> _Basis:
    times = inner_frames(length) / length
    points = np.array([(x1, 127 - x2) for x1 in _FIRST_X[grid] for x2 in _FIRST_X[grid]])
    first, second = points[:, :1] / 127.0, points[:, 1:] / 127.0
    low, high = np.zeros((len(points), len(times))), np.ones((len(points), len(times)))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        early = 3.0 * (1.0 - middle) * middle * ((1.0 - middle) * first + middle * second) + middle**3 < times
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    at = (low + high) / 2.0
    one, two = 3.0 * (1.0 - at) ** 2 * at, 3.0 * (1.0 - at) * at**2
    stacked = np.stack([one, two], axis=1)
    gram = stacked @ stacked.transpose(0, 2, 1) + 1e-6 * np.eye(2)
    return _Basis(points, at**3, one, two, gram, np.linalg.inv(gram))


def fitted(
    shares: Float[Array, "span inner"], length: int, grid: Grid
) -> tuple[Int[Array, "span 4"], Float[Array, "span inner"]]:
    """Return for each span of one length the whole-numbered curve that fits best, and the shares that it gives.

    Args:
        shares: how far the value has got (0 at the key before, 1 at the key after) at each of ``inner_frames``.
        length: frames from key to key, at least 2.
        grid: how many curves to try.

    Returns:
        Control points x1, y1, x2, y2 in 0–127; and the curve's own shares at the same frames.
    """
    basis = _basis(length, grid)
    one = shares @ basis.first_y.T - (basis.first_y * basis.last).sum(1)
    two = shares @ basis.second_y.T - (basis.second_y * basis.last).sum(1)
    (a, b), (_, d) = basis.inverse.transpose(1, 2, 0)
    y1, y2 = np.clip(a * one + b * two, 0.0, 1.0), np.clip(b * one + d * two, 0.0, 1.0)
    (a, b), (_, d) = basis.gram.transpose(1, 2, 0)
    own = (basis.last**2).sum(1) - 2.0 * shares @ basis.last.T
    misfit = own + y1 * (a * y1 - 2.0 * one) + y2 * (d * y2 - 2.0 * two) + 2.0 * b * y1 * y2
    best = misfit.argmin(axis=1)
    rows = np.arange(len(shares))
    ys = np.rint(127.0 * np.stack([y1[rows, best], y2[rows, best]], axis=1)).astype(np.int64)
    values = basis.last[best] + ys[:, :1] / 127.0 * basis.first_y[best] + ys[:, 1:] / 127.0 * basis.second_y[best]
    points = basis.points[best]
    return np.stack([points[:, 0], ys[:, 0], points[:, 1], ys[:, 1]], axis=1), values
