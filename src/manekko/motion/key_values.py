"""Values and curves of keys at given frames that miss the meant motion least.

Keys need not lie on the meant motion: a curve that cuts its corners evenly misses half as much as one that is right at
its keys. Curves for fixed values and values for fixed curves are found in turn, the values of all keys at once by
linear least squares (Gauss-Newton on the turns, in the parent's frame; only neighbours interact).
"""

import numpy as np
from scipy.linalg import solveh_banded

from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.motion.key_channels import Channel, Moving, Turning, course, values_of
from manekko.motion.key_curves import STRAIGHT, fitted, inner_frames
from manekko.motion.rig_sampling import bezier_fraction, spans
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
        curves = _curves(channel, keys, values)
        values = _moved(channel, keys, values, curves, pinned)
    return values, curves


def sampled_keys(channel: Channel, keys: Int[Array, " key"], values: Array, curves: Array) -> Float[Array, "frame n"]:
    """Return the values that keys give in each frame, as MMD does."""
    start, end, shares = _shares(len(values_of(channel)), keys, curves)
    if isinstance(channel, Turning):
        return slerp(values[start], values[end], shares)
    return values[start] + (values[end] - values[start]) * shares[:, None]


def _shares(frame_count: int, keys: Array, curves: Array) -> tuple[Array, Array, Float[Array, " frame"]]:
    start, end, fraction = spans(keys, np.arange(frame_count))
    return start, end, bezier_fraction(curves[end], fraction)


def _curves(channel: Channel, keys: Int[Array, " key"], values: Array) -> UInt8[Array, "key 4"]:
    """Return the curve of each span that comes nearest to the meant values for fixed values at the keys."""
    meant = values_of(channel)
    curves = np.tile(STRAIGHT, (len(keys), 1))
    lengths = np.diff(keys)
    for length in np.unique(lengths[lengths > 1]).tolist():
        firsts = np.flatnonzero(lengths == length)
        frames = keys[firsts][:, None] + inner_frames(length)
        shares, size, _ = course(channel, values[firsts], values[firsts + 1], meant[frames])
        moving = size > 0.0
        curves[firsts[moving] + 1], _ = fitted(shares[moving], length, "fine")
    return curves


def _moved(
    channel: Channel, keys: Int[Array, " key"], values: Array, curves: Array, pinned: Bool[Array, " key"]
) -> Float[Array, "key n"]:
    """Return the values at the keys that miss least with fixed curves."""
    meant = values_of(channel)
    _, _, shares = _shares(len(meant), keys, curves)
    reached = sampled_keys(channel, keys, values, curves)
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
    own += _PULL * weights.mean(axis=0).trace() / size * np.eye(size)
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
