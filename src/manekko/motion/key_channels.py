"""What runs along one curve from key to key: a bone's turn, or values that move in step; and what a curve misses.

Misses are squared and weighted, so that turns and shifts can be added up: 1 is a miss as large as the tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.key_curves import Spans, fitted

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

    @cached_property
    def rows(self) -> Float[Array, "row half"]:
        """x, y, z, w of the rotations at each half frame; and, with axes, of these times half a turn back about them.

        The product of a rotation with the second is how far it is turned about the axis from the first.
        """
        turns = _unit(_halfway_too(self.rotations_xyzw)).T
        if self.axes is None:
            return np.ascontiguousarray(turns)
        return np.concatenate([turns, _with_pure(turns, -self.axes_at_halves.T)])

    @cached_property
    def axes_at_halves(self) -> Float[Array, "half 3"]:
        """``axes`` at each half frame."""
        assert self.axes is not None
        return _unit(_halfway_too(self.axes))

    @cached_property
    def weights_at_halves(self) -> Float[Array, "2 half"]:
        """``weights`` and ``axis_weights`` at each half frame."""
        return np.stack([_halfway_too(self.weights), _halfway_too(self.axis_weights)])


@dataclass(frozen=True, eq=False)
class Moving:
    """Numbers that share one curve, one row a frame; a miss by v costs ``weights |v|²``."""

    values: Float[Array, "frame number"]
    weights: Float[Array, " frame"]

    @cached_property
    def rows(self) -> Float[Array, "number half"]:
        """The numbers at each half frame."""
        return np.ascontiguousarray(_halfway_too(self.values).T)

    @cached_property
    def weights_at_halves(self) -> Float[Array, "1 half"]:
        """``weights`` at each half frame."""
        return _halfway_too(self.weights)[None]


Channel = Turning | Moving


@dataclass(frozen=True, eq=False)
class Course:
    """How far values between two keys have got."""

    shares: Float[Array, " inner"]
    """0 at the first key, 1 at the last; 0 where both are the same."""
    size: Float[Array, " span"]
    """How much a whole share is: radians, or a length; 0 where both keys are the same."""
    parts: tuple[Array, ...]
    """What ``misses`` needs."""


def course(channel: Channel, first: Float[Array, "span n"], last: Float[Array, "span n"], spans: Spans) -> Course:
    """Return how far the meant values have got between keys of the given values."""
    if isinstance(channel, Moving):
        return _course_moving(channel, first.T, last.T, spans)
    first, last = first.T, last.T
    level = (first * last).sum(0)
    turn = _vector(first, np.where(level < 0.0, -last, last))
    sine = np.sqrt((turn * turn).sum(0))
    angle = 2.0 * np.arctan2(sine, np.abs(level))
    moves = angle > _STILL_RAD
    axis = turn * (moves / np.where(moves, sine, 1.0))
    halves = np.where(moves, angle / 2.0, np.inf)
    rows = channel.rows[:, spans.halves]
    from_first, on_way = spans.spread(np.stack([first, _with_pure(first, axis)]))
    still, gone = _product(from_first, rows[:4]), _product(on_way, rows[:4])
    back = np.where(still < 0.0, -1.0, 1.0)
    still, gone = still * back, gone * back
    shares = np.arctan2(gone, still) / spans.spread(halves)
    parts = (still, gone)
    if channel.axes is not None:
        parts = (still, gone, _product(from_first, rows[4:]) * back, _product(on_way, rows[4:]) * back)
    return Course(shares, np.where(moves, angle, 0.0), parts)


def _course_moving(channel: Moving, first: Array, last: Array, spans: Spans) -> Course:
    way = last - first
    size = np.sqrt((way * way).sum(0))
    moves = size > _STILL
    gone = channel.rows[:, spans.halves] - spans.spread(first)
    way_there = spans.spread(way)
    shares = (gone * way_there).sum(0) * spans.spread(moves / np.where(moves, size * size, 1.0))
    return Course(shares, np.where(moves, size, 0.0), (gone, way_there))


def misses(channel: Channel, spans: Spans, way: Course, shares: Float[Array, " inner"]) -> Float[Array, " inner"]:
    """Return the weighted, squared misses wherever the spans are looked at when curves give these shares of the way."""
    weights = channel.weights_at_halves[:, spans.halves]
    if isinstance(channel, Moving):
        gone, way_there = way.parts
        off = gone - shares * way_there
        return weights[0] * (off * off).sum(0)
    halves = shares * spans.spread(way.size / 2.0)
    sine, cosine = np.sin(halves), np.cos(halves)
    together = cosine * way.parts[0] + sine * way.parts[1]
    # The vector part of what is left, twice, is the miss; its length follows from the scalar part.
    plain = weights[0] * 4.0 * np.maximum(1.0 - together * together, 0.0)
    if channel.axes is None:
        return plain
    along = cosine * way.parts[2] + sine * way.parts[3]
    return plain + weights[1] * 4.0 * along * along


def misses_at(channel: Channel, frames: Int[Array, " key"], values: Float[Array, "key n"]) -> Float[Array, " key"]:
    """Return the weighted, squared misses of values at some frames."""
    weights = channel.weights[frames]
    if isinstance(channel, Moving):
        return weights * ((values - channel.values[frames]) ** 2).sum(-1)
    rows = channel.rows[:, 2 * frames]
    together = _product(values.T, rows[:4])
    plain = weights * 4.0 * np.maximum(1.0 - together * together, 0.0)
    if channel.axes is None:
        return plain
    return plain + channel.axis_weights[frames] * 4.0 * _product(values.T, rows[4:]) ** 2


def span_costs(channel: Channel, starts: Int[Array, " span"], length: int) -> Float[Array, " span"]:
    """Return the sum of the misses over spans of one length whose keys lie on the meant values."""
    if length == 1:
        return np.zeros(len(starts))
    spans, values = Spans.of(starts, np.full(len(starts), length)), values_of(channel)
    way = course(channel, values[starts], values[starts + length], spans)
    _, reached = fitted(way.shares, spans, "coarse")
    return spans.sums(misses(channel, spans, way, reached))


def values_of(channel: Channel) -> Float[Array, "frame n"]:
    """Return a channel's meant values."""
    return channel.values if isinstance(channel, Moving) else channel.rotations_xyzw


def joined(channels: Sequence[Channel]) -> Channel:
    """Return channels of one kind as one, whose frames follow each other."""
    weights = np.concatenate([channel.weights for channel in channels])
    values = np.concatenate([values_of(channel) for channel in channels])
    turning = [channel for channel in channels if isinstance(channel, Turning)]
    if not turning:
        return Moving(values, weights)
    axes = [np.zeros((len(one.weights), 3)) if one.axes is None else one.axes for one in turning]
    special = any(one.axes is not None for one in turning)
    axis_weights = np.concatenate([one.axis_weights for one in turning])
    return Turning(values, weights, np.concatenate(axes) if special else None, axis_weights)


def _halfway_too(values: Array) -> Array:
    """Return values (frame, …) at each frame and halfway to the next."""
    result = np.empty((2 * len(values) - 1, *values.shape[1:]))
    result[::2] = values
    result[1::2] = (values[1:] + values[:-1]) / 2.0
    return result


def _unit(vectors: Float[Array, "half n"]) -> Float[Array, "half n"]:
    """Return vectors of length 1; the last axis where, between two bones, their neighbours cancel out."""
    length = np.sqrt((vectors * vectors).sum(-1, keepdims=True))
    return np.where(length > 1e-9, vectors / np.maximum(length, 1e-9), np.eye(vectors.shape[-1])[-1])


def _product(a: Float[Array, "4 n"], b: Float[Array, "4 n"]) -> Float[Array, " n"]:
    """Return the products of rotations as vectors of four: the cosine of half the turn between them."""
    result = a[0] * b[0]
    for one, other in zip(a[1:], b[1:], strict=True):
        result += one * other
    return result


def _vector(a: Float[Array, "4 n"], b: Float[Array, "4 n"]) -> Float[Array, "3 n"]:
    """Return the vector parts of the turns that lead from ``a`` to ``b``, in the frame of ``a``."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return np.stack(
        [
            aw * bx - ax * bw - ay * bz + az * by,
            aw * by + ax * bz - ay * bw - az * bx,
            aw * bz - ax * by + ay * bx - az * bw,
        ]
    )


def _with_pure(turns: Float[Array, "4 n"], vectors: Float[Array, "3 n"]) -> Float[Array, "4 n"]:
    """Return the products of rotations and vectors, taken as quaternions with w = 0."""
    x, y, z, w = turns
    a, b, c = vectors
    return np.stack([w * a + y * c - z * b, w * b + z * a - x * c, w * c + x * b - y * a, -(x * a + y * b + z * c)])
