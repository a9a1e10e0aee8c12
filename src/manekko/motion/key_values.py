"""Values and curves of keys at given frames that miss the meant motion least.

Keys need not lie on the meant motion: a curve that cuts its corners evenly misses half as much as one that is right at
its keys. Curves for fixed values and values for fixed curves are found in turn, the values of all keys at once by
linear least squares (Gauss-Newton on the turns, in the parent's frame; only neighbours interact).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.motion.key_channels import Channel, Moving, Turning, course, values_of
from manekko.motion.key_curves import STRAIGHT, Spans, fitted
from manekko.motion.rig_sampling import bezier_fraction
from manekko.motion.rig_sampling import spans as frames_between
from manekko.skeleton.rotations import (
    as_rotation_vectors,
    conjugate,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
    slerp,
)

_PULL = 1e-3
"""Weight, against a frame's, of leaving a key where it is."""


def best_keys(
    channel: Channel, keys: Int[Array, " key"], pinned: Bool[Array, " key"], rounds: int = 3
) -> tuple[Float[Array, "key n"], UInt8[Array, "key 4"]]:
    """Return the values at the keys and the curves of the spans that end at them.

    Args:
        channel: the meant values; what is missed is weighted as it says.
        keys: rising frames; the first frame and the last are among them.
        pinned: keys whose values stay exactly as meant.
        rounds: how often curves and values are found in turn; two are nearly as good as many.
    """
    values = values_of(channel)[keys].copy()
    curves = np.tile(STRAIGHT, (len(keys), 1))
    for _ in range(rounds if len(keys) > 1 else 0):
        curves, seen = _curves(channel, keys, values)
        values = _moved(channel, keys, values, seen, pinned)
    return values, curves


def sampled_keys(channel: Channel, keys: Int[Array, " key"], values: Array, curves: Array) -> Float[Array, "frame n"]:
    """Return the values that keys give in each frame, as MMD does."""
    start, end, fraction = frames_between(keys, np.arange(len(values_of(channel))))
    return _sampled(channel, values[start], values[end], bezier_fraction(curves[end], fraction))


def _sampled(channel: Channel, start: Array, end: Array, shares: Float[Array, " point"]) -> Float[Array, "point n"]:
    if isinstance(channel, Turning):
        return slerp(start, end, shares)
    return start + (end - start) * shares[:, None]


@dataclass(frozen=True, eq=False)
class _Seen:
    """What curves give at each half frame."""

    start: Int[Array, " half"]
    """Key before."""
    end: Int[Array, " half"]
    shares: Float[Array, " half"]
    """How far the value has got from the one to the other."""
    counts: Float[Array, " half"]
    """For how many frames each stands; 0 where nobody looks."""


def _curves(channel: Channel, keys: Int[Array, " key"], values: Array) -> tuple[UInt8[Array, "key 4"], _Seen]:
    """Return the curve of each span that comes nearest to the meant values for fixed values at the keys."""
    curves = np.tile(STRAIGHT, (len(keys), 1))
    lengths = np.diff(keys)
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 2) :]
    spans = Spans.of(keys[order], lengths[order])
    way = course(channel, values[order], values[order + 1], spans)
    found, reached = fitted(way.shares, spans, "fine")
    moving = way.size > 0.0
    curves[order[moving] + 1] = found[moving]
    start, end, shares = frames_between(2 * keys, np.arange(2 * keys[-1] + 1))
    shares[spans.halves] = np.where(spans.spread(moving), reached, shares[spans.halves])
    counts = np.zeros(len(shares))
    counts[2 * keys] = 1.0
    counts[spans.halves] = spans.spread((spans.lengths - 1) / spans.counts)
    return curves, _Seen(start, end, shares, counts)


def _moved(
    channel: Channel, keys: Int[Array, " key"], values: Array, seen: _Seen, pinned: Bool[Array, " key"]
) -> Float[Array, "key n"]:
    """Return the values at the keys that miss least with fixed curves."""
    reached = _sampled(channel, values[seen.start], values[seen.end], seen.shares)
    weights = channel.weights_at_halves * seen.counts
    if isinstance(channel, Moving):
        # The numbers do not interact: each is one right-hand side.
        off = (channel.rows.T - reached)[:, None, :]
        return values + _solved(2 * keys, seen.shares, weights[0][:, None, None], off, pinned)[:, 0]
    meant = channel.rows[:4].T
    squares = weights[0][:, None, None] * np.eye(3)
    if channel.axes is not None:
        axes = rotate(meant, channel.axes_at_halves)
        squares = squares + weights[1][:, None, None] * axes[:, :, None] * axes[:, None, :]
    off = as_rotation_vectors(normalized(multiply(meant, conjugate(reached))))
    change = _solved(2 * keys, seen.shares, squares, off[:, :, None], pinned)[..., 0]
    return normalized(multiply(from_rotation_vectors(change), values))


def _solved(
    keys: Int[Array, " key"],
    shares: Float[Array, " point"],
    weights: Float[Array, "point n n"],
    off: Float[Array, "point n side"],
    pinned: Bool[Array, " key"],
) -> Float[Array, "key n side"]:
    """Return the changes at the keys, mixed by ``shares`` in between, that make up best for what points are off."""
    first_points = np.append(0, keys[1:-1] + 1)

    def over_spans(values: Array) -> Array:
        return np.add.reduceat(values, first_points, axis=0)

    start, end = (1.0 - shares)[:, None, None], shares[:, None, None]
    pulled = weights @ off
    size = weights.shape[1]
    own, next_one = np.zeros((len(keys), size, size)), np.zeros((len(keys), size, size))
    right = np.zeros((len(keys), *off.shape[1:]))
    own[:-1] += over_spans(start * start * weights)
    own[1:] += over_spans(end * end * weights)
    next_one[:-1] = over_spans(start * end * weights)
    right[:-1] += over_spans(start * pulled)
    right[1:] += over_spans(end * pulled)
    own += _PULL * weights[keys].trace(axis1=1, axis2=2)[:, None, None] / size * np.eye(size)
    own[pinned], right[pinned] = np.eye(size), 0.0
    next_one[pinned] = 0.0
    next_one[:-1][pinned[1:]] = 0.0
    return solveh_banded(_bands(own, next_one), right.reshape(len(keys) * size, -1)).reshape(right.shape)


def _bands(own: Float[Array, "key n n"], next_one: Float[Array, "key n n"]) -> Float[Array, "band unknown"]:
    """Return the upper bands, as scipy wants them, of a matrix of blocks on the diagonal and beside it."""
    count, size, _ = own.shape
    bands = np.zeros((2 * size, count * size))
    for row in range(size):
        for column in range(size):
            if column >= row:
                bands[2 * size - 1 - (column - row), column::size] = own[:, row, column]
            bands[size - 1 - (column - row), size + column :: size] = next_one[:-1, row, column]
    return bands
