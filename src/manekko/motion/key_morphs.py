"""Fewer keys for morphs, whose weights run straight from key to key."""

import numpy as np

from manekko.arrays import Array, Float, Int


def thinned(
    frames: Int[Array, " key"], weights: Float[Array, " key"], tolerance: float
) -> tuple[Int[Array, " kept"], Float[Array, " kept"]]:
    """Return a morph's keys without those that straight lines between the others give as well.

    Each line leads as far as it can: the slopes that keep to all keys passed so far narrow down until none is left.

    Args:
        frames: key times, in any order; of two at one time the later counts.
        weights: the morph's weights there.
        tolerance: how far a weight may be off at a key that is left out.
    """
    times, weights = _ordered(frames, weights)
    kept = [0]
    while kept[-1] < len(times) - 1:
        kept.append(_farthest(times, weights, kept[-1], tolerance))
    if np.ptp(weights[kept]) == 0.0:
        kept = kept[:1]
    return times[kept], weights[kept]


def _ordered(frames: Array, weights: Array) -> tuple[Array, Array]:
    order = np.argsort(frames, kind="stable")
    times = frames[order]
    last = np.append(times[1:] != times[:-1], True)
    return times[last], weights[order][last]


def _farthest(times: Array, values: Array, start: int, tolerance: float) -> int:
    """Return the last key that one straight line from ``start`` reaches without straying from those between."""
    low, high = -np.inf, np.inf
    farthest = start + 1
    for key in range(start + 1, len(times)):
        span = float(times[key] - times[start])
        if low <= (values[key] - values[start]) / span <= high:
            farthest = key
        low = max(low, (values[key] - tolerance - values[start]) / span)
        high = min(high, (values[key] + tolerance - values[start]) / span)
        if low > high:
            break
    return farthest
