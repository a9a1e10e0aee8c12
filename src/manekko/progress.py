"""Progress told through a callback, so that no computing code prints."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[str, int, int | None], None]
"""``progress(stage, done, total)``: called after each step; ``total`` is None while unknown."""

Item = TypeVar("Item")


def silent(stage: str, done: int, total: int | None) -> None:
    """Take no notice: the default wherever a ``Progress`` is accepted."""


def counted(items: Iterable[Item], stage: str, total: int | None, progress: Progress) -> Iterator[Item]:
    """Yield every item and report how many have been taken."""
    progress(stage, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        progress(stage, done, total)
