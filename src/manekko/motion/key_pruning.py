"""Which of a bone's keys can go once their values are fitted.

Spans were compared with keys on the meant motion, which costs more than keys that are fitted. So the keys of each bone
are gone through once more with their fitted values, and the cheapest way through them is kept.
"""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.motion.key_channels import Channel, course, misses, misses_at
from manekko.motion.key_curves import Spans, fitted

_FARTHEST = 5
"""One more than the most keys in a row that go at once."""


def kept_keys(
    channels: Sequence[tuple[Channel, Array]],
    keys: Int[Array, " key"],
    stops: Bool[Array, " frame"],
    key_costs: Float[Array, " key"],
) -> Bool[Array, " key"]:
    """Return which keys are worth their cost.

    Args:
        channels: each with its fitted values, (key, n).
        keys: their frames.
        stops: frames whose keys stay.
        key_costs: cost of each key, in misses as large as the tolerance.
    """
    count = len(keys)
    stays = np.append(0, np.cumsum(stops[keys]))
    own = (np.sum([misses_at(one, keys, values) for one, values in channels], axis=0) + key_costs).tolist()
    steps, ends = np.meshgrid(np.arange(1, _FARTHEST + 1), np.arange(count), indexing="ij")
    starts = ends - steps
    open_spans = (starts >= 0) & (stays[ends] == stays[np.maximum(starts, 0) + 1])
    costs = np.full(steps.shape, np.inf)
    first, last = starts[open_spans], ends[open_spans]
    costs[open_spans] = np.sum([_between(*each, keys, first, last) for each in channels], axis=0)
    ways = costs.T.tolist()
    best, before = [0.0], [0]
    for key in range(1, count):
        cost, step = min((best[key - step] + ways[key][step - 1], step) for step in range(1, min(_FARTHEST, key) + 1))
        best.append(cost + own[key])
        before.append(key - step)
    kept = np.zeros(count, dtype=bool)
    key = count - 1
    while key > 0:
        kept[key] = True
        key = before[key]
    kept[0] = True
    return kept


def _between(channel: Channel, values: Array, keys: Array, first: Array, last: Array) -> Float[Array, " span"]:
    """Return what spans from key to key miss between them."""
    lengths = keys[last] - keys[first]
    costs = np.zeros(len(first))
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 2) :]
    spans = Spans.of(keys[first[order]], lengths[order])
    way = course(channel, values[first[order]], values[last[order]], spans)
    _, reached = fitted(way.shares, spans, "coarse")
    costs[order] = spans.sums(misses(channel, spans, way, reached))
    return costs
