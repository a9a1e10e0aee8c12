"""Work done a little ahead of its use, in a thread of its own."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterable[Item], count: int) -> Generator[Item, None, None]:
    """Yield the items in order while up to ``count`` more are made in a thread; what they raise is raised here.

    A generator of items begins and ends in that thread, also where the reader stops early: what it opens may belong
    to one thread, as graphics do.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, source, _END) for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, source, _END))
                yield item  # pyright: ignore[reportReturnType]
        finally:
            for unneeded in waiting:
                unneeded.cancel()
            if isinstance(source, Generator):
                thread.submit(source.close).result()
