"""Which of a bone's keys can go once their values are fitted.

Spans were compared with keys on the meant motion, which costs more than keys that are fitted. So the keys of each bone
are gone through once more with their fitted values, and the cheapest way through them is kept.
"""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.motion.key_channels import Channel, course, misses, values_of
from manekko.motion.key_curves import fitted, inner_frames

_FARTHEST = 5
"""One more than the most keys in a row that go at once."""


def kept_keys(
    channels: Sequence[tuple[Channel, Array]], keys: Int[Array, " key"], stops: Bool[Array, " frame"], key_cost: float
) -> Int[Array, " kept"]:
    """Return the frames of the keys that are worth their cost.

    Args:
        channels: each with its fitted values, (key, n).
        keys: their frames.
        stops: frames whose keys stay.
        key_cost: cost of one key, in misses as large as the tolerance.
    """
    count = len(keys)
    stays = np.append(0, np.cumsum(stops[keys]))
    own = np.sum([_at_keys(channel, values, keys) for channel, values in channels], axis=0) + key_cost
    steps, ends = np.meshgrid(np.arange(1, _FARTHEST + 1), np.arange(count), indexing="ij")
    starts = ends - steps
    open_spans = (starts >= 0) & (stays[ends] == stays[np.maximum(starts, 0) + 1])
    costs = np.full(steps.shape, np.inf)
    first, last = starts[open_spans], ends[open_spans]
    costs[open_spans] = np.sum([_between(*each, keys, first, last) for each in channels], axis=0)
    best, before = np.zeros(count), np.zeros(count, dtype=np.int64)
    for key in range(1, count):
        steps = np.arange(1, min(_FARTHEST, key) + 1)
        ways = best[key - steps] + costs[steps - 1, key]
        cheapest = int(ways.argmin())
        best[key], before[key] = ways[cheapest] + own[key], key - 1 - cheapest
    path = [count - 1]
    while path[-1] > 0:
        path.append(int(before[path[-1]]))
    return keys[path[::-1]]


def _between(channel: Channel, values: Array, keys: Array, first: Array, last: Array) -> Float[Array, " span"]:
    """Return what spans from key to key miss between them."""
    costs = np.zeros(len(first))
    lengths = keys[last] - keys[first]
    for length in np.unique(lengths[lengths > 1]).tolist():
        spans, inner = np.flatnonzero(lengths == length), inner_frames(length)
        frames = keys[first[spans]][:, None] + inner
        shares, size, way = course(channel, values[first[spans]], values[last[spans]], values_of(channel)[frames])
        _, reached = fitted(shares, length, "coarse")
        costs[spans] = misses(channel, frames, size, way, reached).sum(1) * ((length - 1) / len(inner))
    return costs


def _at_keys(channel: Channel, values: Array, keys: Array) -> Float[Array, " key"]:
    """Return what the keys themselves miss."""
    frames = keys[:, None]
    shares, size, way = course(channel, values, values, values_of(channel)[frames])
    return misses(channel, frames, size, way, shares)[:, 0]
