"""Which frames of a motion become keys: the fewest for what they miss.

Every pair of frames that a curve might join is given its cost, the sum of the squared misses between them. Keys are
then the cheapest way through the frames, a key costing as much as a number of misses: the exact shortest path.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.motion.key_channels import Channel, span_costs

LENGTHS = np.array([*range(1, 33), *range(34, 65, 2), *range(72, 129, 8)])
"""Frames from one key to the next that are tried; the longest for what hardly moves."""
_BLOCKS = [(0, 4), (4, 8), (8, 16), (16, 32), (32, 48), (48, len(LENGTHS))]
"""[first, end) of lengths that are looked at together."""
_AT_ONCE = 4096
"""Spans that are looked at together, so that memory is bounded."""
_TRIFLE = 0.003
"""Share of the highest cost that is next to nothing."""
_PATIENCE = 3
"""Lengths that may cost too much in a row before longer spans from the same frame are given up."""


@dataclass(frozen=True, eq=False)
class Stops:
    """Frames that no span may pass, and rests that one span may cross whatever its length."""

    frames: Bool[Array, " frame"]
    """Frames that must be keys; the first and the last are in any case."""
    rests: tuple[tuple[int, int], ...] = ()
    """(first, last) frame, both stops, between which nothing moves at all."""


def cost_table(channels: Sequence[Channel], stops: Stops, most: float) -> Float[Array, "frame length"]:
    """Return what one span costs from each frame over each of ``LENGTHS``; infinite beyond ``most`` and past stops."""
    work = _Table(channels, _next_stops(stops.frames) - np.arange(len(stops.frames)), most)
    for first, last in _BLOCKS:
        columns = work.skip(first, last)
        for column in range(first, last):
            work.fill(column, columns)
    return work.costs


class _Table:
    """Costs being gathered, from short spans to long ones."""

    def __init__(self, channels: Sequence[Channel], reach: Int[Array, " frame"], most: float) -> None:
        self.channels, self.reach, self.most = channels, reach, most
        self.costs = np.full((len(reach), len(LENGTHS)), np.inf)
        self.failures = np.zeros(len(reach), dtype=np.int64)

    def skip(self, first: int, last: int) -> Bool[Array, " frame"]:
        """Fill columns at once where even the last of them costs next to nothing; return which frames that leaves."""
        left = (self.failures < _PATIENCE) & (self.reach >= LENGTHS[first])
        if first == 0:
            return left
        trifle = _TRIFLE * self.most
        starts = np.flatnonzero(left & (self.costs[:, first - 1] < trifle / 4.0) & (self.reach >= LENGTHS[last - 1]))
        costs = self._costs(starts, int(LENGTHS[last - 1]))
        calm = costs < trifle
        self.costs[starts[calm], first:last] = costs[calm, None]
        left[starts[calm]] = False
        return left

    def fill(self, column: int, left: Bool[Array, " frame"]) -> None:
        """Fill one column for those frames that are left and have not failed too often."""
        starts = np.flatnonzero(left & (self.failures < _PATIENCE) & (self.reach >= LENGTHS[column]))
        costs = self._costs(starts, int(LENGTHS[column]))
        cheap = costs < self.most
        self.costs[starts[cheap], column] = costs[cheap]
        self.failures[starts] = np.where(cheap, 0, self.failures[starts] + 1)

    def _costs(self, starts: Int[Array, " span"], length: int) -> Float[Array, " span"]:
        costs = np.zeros(len(starts))
        for first in range(0, len(starts), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            for channel in self.channels:
                costs[some] += span_costs(channel, starts[some], length)
        return costs


def _next_stops(frames: Bool[Array, " frame"]) -> Int[Array, " frame"]:
    """Return the first stop after each frame."""
    stops = np.append(np.flatnonzero(frames[:-1]), len(frames) - 1)
    return stops[np.minimum(np.searchsorted(stops, np.arange(len(frames)), side="right"), len(stops) - 1)]


def cheapest_keys(
    table: Float[Array, "frame length"], stops: Stops, key_cost: float, allowed: Bool[Array, " frame"] | None = None
) -> Int[Array, " key"]:
    """Return the key frames with the least cost of keys and spans together.

    Args:
        table: from ``cost_table``.
        stops: as given there.
        key_cost: cost of one key.
        allowed: frames that may be keys, the first and the last among them; None: all.
    """
    frame_count = len(table)
    usable = np.ones(frame_count, dtype=bool) if allowed is None else allowed
    rest_before = {last: first for first, last in stops.rests}
    best, before = np.full(frame_count, np.inf), np.zeros(frame_count, dtype=np.int64)
    best[0] = 0.0
    for frame in (np.flatnonzero(usable[1:]) + 1).tolist():
        columns = np.searchsorted(LENGTHS, frame, side="right")
        starts = frame - LENGTHS[:columns]
        costs = best[starts] + table[starts, np.arange(columns)]
        cheapest = int(costs.argmin())
        cost, start = float(costs[cheapest]), int(starts[cheapest])
        rest = rest_before.get(frame)
        if rest is not None and best[rest] < cost:
            cost, start = float(best[rest]), rest
        best[frame], before[frame] = cost + key_cost, start
    path = [frame_count - 1]
    while path[-1] > 0:
        path.append(int(before[path[-1]]))
    return np.array(path[::-1])
