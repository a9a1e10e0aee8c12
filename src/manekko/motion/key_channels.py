"""What runs along one curve from key to key: a bone's turn, or values that move in step; and what a curve misses.

Misses are squared and weighted, so that turns and shifts can be added up: 1 is a miss as large as the tolerance.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.key_curves import fitted, inner_frames

_STILL_RAD = 1e-5
_STILL = 1e-7


@dataclass(frozen=True, eq=False)
class Turning:
    """A bone's rotations, one a frame.

    A turn by the vector v [rad], in the bone's own frame, away from what is meant costs
    ``weights |v|² + axis_weights (axes · v)²``: about some axis a miss may matter more, or less, than about others.
    """

    rotations_xyzw: Float[Array, "frame 4"]
    """Neighbours on the same side."""
    weights: Float[Array, " frame"]
    """[1/rad²]."""
    axes: Float[Array, "frame 3"] | None
    """Unit vectors in the bone's own frame; None where no axis is special."""
    axis_weights: Float[Array, " frame"]
    """[1/rad²]; at least −``weights``."""


@dataclass(frozen=True, eq=False)
class Moving:
    """Numbers that share one curve, one row a frame; a miss by v costs ``weights |v|²``."""

    values: Float[Array, "frame number"]
    weights: Float[Array, " frame"]


Channel = Turning | Moving


def course(
    channel: Channel, first: Array, last: Array, inner: Array
) -> tuple[Float[Array, "span inner"], Float[Array, " span"], tuple[Array, Array]]:
    """Return how far values between two keys have got, from 0 at the first to 1 at the last.

    Args:
        channel: whose values they are; only its kind counts.
        first: values of the first keys, (span, n).
        last: values of the last keys, (span, n).
        inner: values between, (span, inner, n).

    Returns:
        The shares, 0 where both keys are the same; how much a whole share is; and for ``misses`` the straight way
        (span, n) and what was gone of it (span, inner, n).
    """
    if isinstance(channel, Moving):
        way = last - first
        size = np.sqrt((way * way).sum(-1))
        gone = inner - first[:, None]
        along = (gone * way[:, None]).sum(-1)
        moves = size > _STILL
        shares = np.where(moves[:, None], along / np.where(moves, size * size, 1.0)[:, None], 0.0)
        return shares, np.where(moves, size, 0.0), (way, gone)
    turn = _upper(_after(first, last))
    sine = np.sqrt((turn[..., :3] ** 2).sum(-1))
    angle = 2.0 * np.arctan2(sine, turn[..., 3])
    moves = angle > _STILL_RAD
    axis = turn[..., :3] / np.where(moves, sine, 1.0)[:, None] * moves[:, None]
    gone = _upper(_after(first[:, None], inner))
    along = (gone[..., :3] * axis[:, None]).sum(-1)
    shares = 2.0 * np.arctan2(along, gone[..., 3]) / np.where(moves, angle, 1.0)[:, None]
    return np.where(moves[:, None], shares, 0.0), np.where(moves, angle, 0.0), (axis, gone)


def misses(
    channel: Channel, frames: Int[Array, "span inner"], size: Array, way: tuple[Array, Array], shares: Array
) -> Float[Array, "span inner"]:
    """Return the weighted, squared misses at ``frames`` when curves give these shares of the way."""
    straight, gone = way
    if isinstance(channel, Moving):
        off = gone - shares[..., None] * straight[:, None]
        return channel.weights[frames] * (off * off).sum(-1)
    halves = shares * (size / 2.0)[:, None]
    sine, cosine = np.sin(halves), np.cos(halves)
    together = cosine * gone[..., 3] + sine * (gone[..., :3] * straight[:, None]).sum(-1)
    # The vector part of what is left, twice, is the miss; its length follows from the scalar part.
    plain = channel.weights[frames] * 4.0 * np.maximum(1.0 - together * together, 0.0)
    if channel.axes is None:
        return plain
    axes = channel.axes[frames]
    # The vector part of the turn from what the curve gives to what is meant, along the axes.
    along = cosine * (gone[..., :3] * axes).sum(-1) - sine * gone[..., 3] * (axes * straight[:, None]).sum(-1)
    along -= sine * (np.cross(straight[:, None], gone[..., :3]) * axes).sum(-1)
    return plain + channel.axis_weights[frames] * 4.0 * along * along


def span_costs(channel: Channel, starts: Int[Array, " span"], length: int) -> Float[Array, " span"]:
    """Return the sum of the misses over spans of one length whose keys lie on the meant values."""
    if length == 1:
        return np.zeros(len(starts))
    inner = inner_frames(length)
    frames = starts[:, None] + inner
    values = values_of(channel)
    shares, size, way = course(channel, values[starts], values[starts + length], values[frames])
    _, reached = fitted(shares, length, "coarse")
    return misses(channel, frames, size, way, reached).sum(1) * ((length - 1) / len(inner))


def values_of(channel: Channel) -> Float[Array, "frame n"]:
    """Return a channel's meant values."""
    return channel.values if isinstance(channel, Moving) else channel.rotations_xyzw


def _after(a: Array, b: Array) -> Array:
    """Return the turns that lead from ``a`` to ``b``, in the frame of ``a``."""
    ax, ay, az, aw = np.moveaxis(a, -1, 0)
    bx, by, bz, bw = np.moveaxis(b, -1, 0)
    shape = np.broadcast_shapes(a.shape, b.shape)
    result = np.empty(shape)
    result[..., 0] = aw * bx - ax * bw - ay * bz + az * by
    result[..., 1] = aw * by + ax * bz - ay * bw - az * bx
    result[..., 2] = aw * bz - ax * by + ay * bx - az * bw
    result[..., 3] = aw * bw + ax * bx + ay * by + az * bz
    return result


def _upper(rotations: Array) -> Array:
    """Return the same rotations with w not below 0."""
    return np.where(rotations[..., 3:] < 0.0, -rotations, rotations)
