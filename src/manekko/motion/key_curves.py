"""Bézier curves of MMD's kind, fitted to how a value runs between two keys.

Between two keys a value runs from 0 to 1 along a cubic through (0, 0) and (1, 1) whose two control points lie on MMD's
grid of 0–127. For given x of both points the y that fit best are a linear least-squares problem of two unknowns, so a
small set of x pairs, prepared once for each length of span, covers the whole box.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.motion import BoneTrack

STRAIGHT = np.array([20, 20, 107, 107], dtype=np.uint8)
"""MMD's straight curve."""

Grid = Literal["coarse", "fine"]
"""How many x pairs are tried: few to compare spans, many for the curve that is kept."""

_FIRST_X: dict[Grid, tuple[int, ...]] = {
    "coarse": (8, 30, 55, 95),
    "fine": (2, 8, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115, 125),
}
_MOST_INNER = 24
"""Half frames at which a span is looked at; longer spans are slow, so that some of their frames tell enough."""
_HALVINGS = 20


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans from a key to the next, and where between them they are looked at, span after span."""

    lengths: Int[Array, " span"]
    """Frames from key to key, at least 2, rising."""
    halves: Int[Array, " inner"]
    """Where they are looked at, in half frames, one span's after the other's."""
    counts: Int[Array, " span"]
    """At how many half frames each span is looked at."""

    @staticmethod
    def of(starts: Int[Array, " span"], lengths: Int[Array, " span"]) -> "Spans":
        """Return spans from their first keys' frames and rising lengths."""
        counts = np.zeros(len(lengths), dtype=np.int64)
        halves = [np.zeros(0, dtype=np.int64)]
        for first, end in _runs(lengths):
            inner = inner_halves(int(lengths[first]))
            counts[first:end] = len(inner)
            halves.append((2 * starts[first:end, None] + inner).ravel())
        return Spans(lengths, np.concatenate(halves), counts)

    def alike(self) -> Iterator[tuple[int, slice, slice]]:
        """Yield the lengths with their spans and where these are looked at."""
        passed = 0
        for first, end in _runs(self.lengths):
            size = (end - first) * int(self.counts[first])
            yield int(self.lengths[first]), slice(first, end), slice(passed, passed + size)
            passed += size

    def spread(self, values: Array) -> Array:
        """Return each span's value, (…, span), wherever it is looked at, (…, inner)."""
        alike = len(self.counts) and self.lengths[0] == self.lengths[-1]
        return np.repeat(values, int(self.counts[0]) if alike else self.counts, axis=-1)

    def sums(self, values: Float[Array, " inner"]) -> Float[Array, " span"]:
        """Return the sums over all frames between the keys, for which those looked at stand."""
        if not len(self.counts):
            return np.zeros(0)
        firsts = np.append(0, np.cumsum(self.counts[:-1]))
        return np.add.reduceat(values, firsts) * ((self.lengths - 1) / self.counts)


@dataclass(frozen=True, eq=False)
class _Basis:
    """What the fit needs for spans of one length."""

    points: Int[Array, "pair 2"]
    """x1 and x2, 0–127."""
    last: Float[Array, "pair inner"]
    """What the curve has gained by itself: the cube of its parameter."""
    first_y: Float[Array, "pair inner"]
    """Share of y1 wherever the span is looked at."""
    second_y: Float[Array, "pair inner"]
    gram: Float[Array, "3 pair"]
    """Products of the shares: of y1 with itself, of y1 with y2 twice, of y2 with itself."""
    fit: Float[Array, "inner column"]
    """What a value adds to the best y1 and y2, to twice the products with their shares, and to the misfit; of
    each as many columns as there are pairs."""
    fit_from: Float[Array, " column"]
    """What these are where all values are 0."""


def curves_of(track: BoneTrack) -> Array:
    """Return a track's curves, (key, 4, 4) uint8, straight ones where it has none."""
    return np.tile(STRAIGHT, (len(track.frames), 4, 1)) if track.curves is None else track.curves


def _runs(values: Int[Array, " value"]) -> Iterator[tuple[int, int]]:
    """Return [first, end) of each run of one value."""
    changes = (np.flatnonzero(np.diff(values)) + 1).tolist()
    return pairwise([0, *changes, len(values)] if len(values) else [])


@lru_cache(maxsize=512)
def inner_halves(length: int) -> Int[Array, " inner"]:
    """Return at how many half frames after the first key a span of ``length`` frames is looked at.

    Short spans are looked at between their frames too, where players draw it: one or two frames would leave a curve
    free to swing there.
    """
    if 2 * length <= _MOST_INNER + 1:
        return np.arange(1, 2 * length)
    if length <= _MOST_INNER + 1:
        return 2 * np.arange(1, length)
    return 2 * np.unique(np.rint(np.linspace(0, length, _MOST_INNER + 2)[1:-1]).astype(np.int64))


@lru_cache(maxsize=512)
def _basis(length: int, grid: Grid) -> _Basis:
    times = inner_halves(length) / (2 * length)
    points = np.array([(x1, 127 - x2) for x1 in _FIRST_X[grid] for x2 in _FIRST_X[grid]])
    first, second = points[:, :1] / 127.0, points[:, 1:] / 127.0
    low, high = np.zeros((len(points), len(times))), np.ones((len(points), len(times)))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        early = 3.0 * (1.0 - middle) * middle * ((1.0 - middle) * first + middle * second) + middle**3 < times
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    at = (low + high) / 2.0
    one, two, last = 3.0 * (1.0 - at) ** 2 * at, 3.0 * (1.0 - at) * at**2, at**3
    shares = np.stack([one, two], axis=1)
    gram = shares @ shares.transpose(0, 2, 1) + 1e-6 * np.eye(2)
    ys = (np.linalg.inv(gram) @ shares).transpose(1, 0, 2)
    columns = np.stack([*ys, 2.0 * one, 2.0 * two, -2.0 * last])
    start = -(columns * last).sum(-1)
    # The misfit itself starts from what the curve gains alone, squared.
    start[4] = (last * last).sum(-1)
    products = np.stack([gram[:, 0, 0], 2.0 * gram[:, 0, 1], gram[:, 1, 1]])
    return _Basis(points, last, one, two, products, columns.reshape(-1, len(times)).T, start.ravel())


def fitted(
    shares: Float[Array, " inner"], spans: Spans, grid: Grid
) -> tuple[Int[Array, "span 4"], Float[Array, " inner"]]:
    """Return for each span the whole-numbered curve that fits best, and the shares that it gives.

    Args:
        shares: how far the value has got (0 at the key before, 1 at the key after) where the spans are looked at.
        spans: whose they are.
        grid: how many curves to try.

    Returns:
        Control points x1, y1, x2, y2 in 0–127; and the curve's own shares in the same places.
    """
    curves, reached = np.zeros((len(spans.lengths), 4), dtype=np.int64), np.empty_like(shares)
    for length, rows, inner in spans.alike():
        basis, own = _basis(length, grid), shares[inner].reshape(rows.stop - rows.start, -1)
        best, ys = _best(basis, own)
        points = basis.points[best]
        curves[rows] = np.stack([points[:, 0], ys[:, 0], points[:, 1], ys[:, 1]], axis=1)
        y1, y2 = ys[:, :1] / 127.0, ys[:, 1:] / 127.0
        reached[inner] = (basis.last[best] + y1 * basis.first_y[best] + y2 * basis.second_y[best]).ravel()
    return curves, reached


def _best(basis: _Basis, shares: Float[Array, "span inner"]) -> tuple[Int[Array, " span"], Int[Array, "span 2"]]:
    """Return the pair of x that fits each span best, and its y1 and y2."""
    table = shares @ basis.fit
    table += basis.fit_from
    y1, y2, one, two, misfit = table.reshape(len(shares), 5, -1).transpose(1, 0, 2)
    np.clip(y1, 0.0, 1.0, out=y1)
    first, both, second = basis.gram
    # Where one of them is cut off, the best of the other is elsewhere.
    y2 = np.clip((two - both * y1) / (2.0 * second), 0.0, 1.0)
    y1 = np.clip((one - both * y2) / (2.0 * first), 0.0, 1.0)
    misfit += y1 * (first * y1 + both * y2 - one) + y2 * (second * y2 - two)
    best = misfit.argmin(axis=1)
    rows = np.arange(len(shares))
    return best, np.rint(127.0 * np.stack([y1[rows, best], y2[rows, best]], axis=1)).astype(np.int64)
