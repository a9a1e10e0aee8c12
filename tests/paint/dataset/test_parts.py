from itertools import pairwise

import pytest

from manekko.paint.dataset.parts import Part, parts_of
from manekko.paint.dataset.shards import LONGEST_SHARD


def _items(parts: list[Part]) -> list[int]:
    return [item for part in parts for item in part.items]


@pytest.mark.parametrize("count", [1, 2, 3, 9, 10, 11, 64, 65, 300, 1000])
def test_every_picture_is_in_one_shard_and_a_tenth_is_held_back(count: int) -> None:
    parts = parts_of(["dance"] * count)
    assert _items(parts) == list(range(count))
    assert all(1 <= len(part.items) <= LONGEST_SHARD for part in parts)
    held = _items([part for part in parts if part.split == "held"])
    assert len(held) == pytest.approx(count / 10, abs=1)
    assert bool(held) == (count > 1)
    assert not held or held == list(range(held[0], held[-1] + 1))


def test_ten_groups_or_more_are_held_back_as_wholes() -> None:
    groups = [f"walk{number // 7}" for number in range(140)]
    parts = parts_of(groups)
    by_split = {
        split: {groups[item] for item in _items([p for p in parts if p.split == split])} for split in ("train", "held")
    }
    assert by_split["held"] == {"walk5", "walk15"}
    assert not by_split["held"] & by_split["train"]
    assert all(len(part.items) > 20 for part in parts if part.split == "train")


def test_a_gap_begins_another_shard() -> None:
    numbers = [*range(30), *range(50, 80)]
    parts = parts_of(["clip"] * 60, numbers)
    for part in parts:
        assert all(numbers[later] == numbers[earlier] + 1 for earlier, later in pairwise(part.items))
    assert len({part.motion for part in parts}) == len(parts)


def test_few_groups_do_not_share_a_shard() -> None:
    groups = ["a"] * 20 + ["b"] * 20
    assert all(len({groups[item] for item in part.items}) == 1 for part in parts_of(groups))


def test_names_of_shards_differ_and_stay_the_same() -> None:
    parts = parts_of(["clip"] * 500)
    assert len({part.name for part in parts}) == len(parts)
    assert parts == parts_of(["clip"] * 500)
