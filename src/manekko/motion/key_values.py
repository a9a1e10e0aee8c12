"""Values and curves of keys at given frames that miss the meant motion least.

Keys need not lie on the meant motion: a curve that cuts its corners evenly misses half as much as one that is right at
its keys. Curves for fixed values and values for fixed curves are found in turn, the values of all keys at once by
linear least squares (Gauss-Newton on the turns, in the parent's frame; only neighbours interact).
"""

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
        curves, shares = _curves(channel, keys, values)
        values = _moved(channel, keys, values, shares, pinned)
    return values, curves


def sampled_keys(channel: Channel, keys: Int[Array, " key"], values: Array, curves: Array) -> Float[Array, "frame n"]:
    """Return the values that keys give in each frame, as MMD does."""
    start, end, fraction = frames_between(keys, np.arange(len(values_of(channel))))
    return _sampled(channel, values[start], values[end], bezier_fraction(curves[end], fraction))


def _sampled(channel: Channel, start: Array, end: Array, shares: Float[Array, " frame"]) -> Float[Array, "frame n"]:
    if isinstance(channel, Turning):
        return slerp(start, end, shares)
    return start + (end - start) * shares[:, None]


def _curves(
    channel: Channel, keys: Int[Array, " key"], values: Array
) -> tuple[UInt8[Array, "key 4"], Float[Array, " frame"]]:
    """Return the curve of each span that comes nearest to the meant values, and the share of the way at each frame."""
    curves = np.tile(STRAIGHT, (len(keys), 1))
    lengths = np.diff(keys)
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 2) :]
    spans = Spans.of(keys[order], lengths[order])
    way = course(channel, values[order], values[order + 1], spans)
    found, reached = fitted(way.shares, spans, "fine")
    moving = way.size > 0.0
    curves[order[moving] + 1] = found[moving]
    _, end, shares = frames_between(keys, np.arange(len(values_of(channel))))
    looked_at = spans.spread(moving)
    shares[spans.frames[looked_at]] = reached[looked_at]
    # Not all frames of long spans were looked at.
    far = np.isin(end, order[lengths[order] - 1 > spans.counts] + 1)
    shares[far] = bezier_fraction(curves[end[far]], frames_between(keys, np.flatnonzero(far))[2])
    return curves, shares


def _moved(
    channel: Channel, keys: Int[Array, " key"], values: Array, shares: Array, pinned: Bool[Array, " key"]
) -> Float[Array, "key n"]:
    """Return the values at the keys that miss least with fixed curves."""
    meant = values_of(channel)
    start, end, _ = frames_between(keys, np.arange(len(meant)))
    reached = _sampled(channel, values[start], values[end], shares)
    if isinstance(channel, Moving):
        weights = channel.weights[:, None, None] * np.eye(1)
        # The numbers do not interact: each is one right-hand side.
        change = _solved(keys, shares, weights, (meant - reached)[:, None, :], pinned)[:, 0]
        return values + change
    weights = channel.weights[:, None, None] * np.eye(3)
    if channel.axes is not None:
        axes = rotate(meant, channel.axes)
        weights = weights + channel.axis_weights[:, None, None] * axes[:, :, None] * axes[:, None, :]
    off = as_rotation_vectors(normalized(multiply(meant, conjugate(reached))))
    change = _solved(keys, shares, weights, off[:, :, None], pinned)[..., 0]
    return normalized(multiply(from_rotation_vectors(change), values))


def _solved(
    keys: Int[Array, " key"],
    shares: Float[Array, " frame"],
    weights: Float[Array, "frame n n"],
    off: Float[Array, "frame n side"],
    pinned: Bool[Array, " key"],
) -> Float[Array, "key n side"]:
    """Return the changes at the keys, mixed by ``shares`` in between, that make up best for what frames are off."""
    first_frames = np.append(0, keys[1:-1] + 1)

    def over_spans(values: Array) -> Array:
        return np.add.reduceat(values, first_frames, axis=0)

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
