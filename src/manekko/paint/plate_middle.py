"""The usual colour of each place over many pictures, of which some hide it."""

from functools import lru_cache

import numpy as np

from manekko.arrays import Array, Int, UInt8

_BLOCK = 1 << 14
"""Pixels sorted at once: those of all pictures fit the processor's cache."""
_RANKS = 17
"""Of the sorted colours so many, evenly spread, tell where they lie closest."""
_HALF = _RANKS // 2
_NEAR = np.uint8(6)
"""Colours so near the middle of the closest half count: noise and compression, no more."""


def usual_colours(
    pictures: UInt8[Array, "picture place 3"], levels: UInt8[Array, "picture place"], least: int
) -> tuple[UInt8[Array, "place 3"], UInt8[Array, " place"]]:
    """Return the mean colour of each pixel near the closest half of its colours, and how wide that half is, in steps.

    What passes through a pixel in fewer than half of the pictures leaves no trace. Where every picture hides a pixel
    its colour means nothing.

    Args:
        pictures: of the same view.
        levels: mask of what is in the way in each picture.
        least: from this level on it hides the place.

    Source: half-sample mode (Bickel and Frühwirth 2006), one step; Batcher's sorting network (1968).
    """
    count, places, _ = pictures.shape
    colours, widths = np.empty((places, 3), np.uint8), np.empty(places, np.uint8)
    for start in range(0, places, _BLOCK):
        part = slice(start, start + _BLOCK)
        covered = np.where(levels[:, part] >= least, np.uint8(255), np.uint8(0))
        # Channel by channel, and what is hidden last of all.
        rows = np.ascontiguousarray(pictures[:, part].transpose(0, 2, 1))
        rows |= covered[:, None]
        sort_columns(rows)
        shown = count - np.count_nonzero(covered, axis=0)
        middle, width = _closest_half(rows.reshape(count, -1), np.tile(shown, 3))
        colours[part], widths[part] = middle.reshape(3, -1).T, width.reshape(3, -1).max(axis=0)
    return colours, widths


def _closest_half(
    rows: UInt8[Array, "picture place"], counts: Int[Array, " place"]
) -> tuple[UInt8[Array, " place"], UInt8[Array, " place"]]:
    last = np.maximum(counts - 1, 0)
    every = np.arange(rows.shape[1])
    if (last == last[0]).all():
        ranks = rows[(np.arange(_RANKS) * int(last[0]) + _HALF) // (_RANKS - 1)]
    else:
        flat = rows.reshape(-1)
        ranks = np.stack(
            [flat.take((rank * last + _HALF) // (_RANKS - 1) * len(every) + every) for rank in range(_RANKS)]
        )
    spreads = ranks[_HALF:] - ranks[: _RANKS - _HALF]
    best = spreads.argmin(axis=0)
    middle = ranks[best + _HALF // 2, every]
    near = (ranks >= middle - np.minimum(middle, _NEAR)) & (ranks <= middle + np.minimum(255 - middle, _NEAR))
    total = np.where(near, ranks, np.uint8(0)).sum(axis=0, dtype=np.uint16)
    number = near.sum(axis=0, dtype=np.uint16)
    return ((total + number // 2) // number).astype(np.uint8), spreads[best, every]


def sort_columns(rows: UInt8[Array, "picture *place"]) -> None:
    """Sort every column in place, the least first: whole rows are compared at once."""
    lower = np.empty_like(rows[0])
    for first, second in _comparisons(len(rows)):
        np.minimum(rows[first], rows[second], out=lower)
        np.maximum(rows[first], rows[second], out=rows[second])
        rows[first] = lower


@lru_cache(maxsize=8)
def _comparisons(count: int) -> tuple[tuple[int, int], ...]:
    """Return the pairs of rows to be put in order, one after the other, that sort any columns."""
    pairs = []
    merged = 1
    while merged < count:
        apart = merged
        while apart >= 1:
            for start in range(apart % merged, count - apart, 2 * apart):
                for low in range(start, min(start + apart, count - apart)):
                    if low // (2 * merged) == (low + apart) // (2 * merged):
                        pairs.append((low, low + apart))
            apart //= 2
        merged *= 2
    return tuple(pairs)
