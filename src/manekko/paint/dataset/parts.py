"""How pictures become shards: which are held back, and which go together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from manekko.paint.dataset.shards import LONGEST_SHARD, Split

_OF_TEN = 10
"""One part of so many is held back."""


@dataclass(frozen=True)
class Part:
    """Pictures that become one shard."""

    name: str
    motion: str
    split: Split
    items: tuple[int, ...]
    """Numbers of the pictures, rising."""


def parts_of(groups: Sequence[str], numbers: Sequence[int] | None = None) -> list[Part]:
    """Return the shards of a source's pictures.

    Where there are ten groups or more, whole groups are held back, one of ten; else a stretch from the middle, a
    tenth of all. A shard has pictures of one split that follow one another.

    Args:
        groups: of each picture, those of a group next to each other.
        numbers: of each picture, rising; a gap between them begins a new shard. None: they follow one another.
    """
    count = len(groups)
    order = list(dict.fromkeys(groups))
    if len(order) >= _OF_TEN:
        place = {group: number for number, group in enumerate(order)}
        units = [place[group] for group in groups]
    else:
        units = (np.arange(count) * min(_OF_TEN, count) // max(count, 1)).tolist()
    held = [_is_held(unit, max(units, default=0) + 1) for unit in units]
    numbers = range(count) if numbers is None else numbers
    breaks = [
        index > 0 and (numbers[index] != numbers[index - 1] + 1 or _apart(groups, index, len(order)))
        for index in range(count)
    ]
    runs = np.cumsum([index > 0 and (breaks[index] or held[index] != held[index - 1]) for index in range(count)])
    result: list[Part] = []
    for run, members in groupby(range(count), key=lambda index: int(runs[index])):
        inside = np.array(list(members))
        split: Split = "held" if held[inside[0]] else "train"
        motion = f"{groups[inside[0]]}/{run + 1}"
        for items in np.array_split(inside, -(-len(inside) // LONGEST_SHARD)):
            result.append(Part(f"{len(result) + 1:05d}", motion, split, tuple(items.tolist())))
    return result


def _is_held(unit: int, count: int) -> bool:
    """Whether a unit is held back: the sixth of each ten, or the middle one of fewer."""
    return unit % _OF_TEN == 5 if count >= _OF_TEN else count > 1 and unit == count // 2


def _apart(groups: Sequence[str], index: int, count: int) -> bool:
    return count < _OF_TEN and groups[index] != groups[index - 1]
