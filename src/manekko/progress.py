"""Progress told through a callback, so that no computing code prints; and bars that draw it on a terminal."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

Progress = Callable[[str, int, int | None], None]
"""``progress(stage, done, total)``: called after each step; ``total`` is None while unknown."""

Item = TypeVar("Item")

_DELAY_S = 2.0
"""A stage shorter than this gets no bar: it would be gone before it is read."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Take no notice: the default wherever a ``Progress`` is accepted."""


def counted(items: Iterable[Item], stage: str, total: int | None, progress: Progress) -> Iterator[Item]:
    """Yield every item and report how many have been taken."""
    progress(stage, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        progress(stage, done, total)


@contextmanager
def bars(
    console: "Console | None" = None, *, clock: Callable[[], float] = time.monotonic
) -> Generator[Progress, None, None]:
    """Give a ``Progress`` that draws one bar a stage on standard error, and none where that is no terminal.

    Args:
        console: where to draw; standard error when None.
        clock: seconds that only rise; a stage's bar appears once it has run for two of them.
    """
    # rich is imported here because importing this module must stay cheap for everything that only reports.
    from rich.console import Console

    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    with _drawn(console) as drawn:
        started: dict[str, float] = {}
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int | None) -> None:
            running_s = clock() - started.setdefault(stage, clock())
            for earlier in [name for name in tasks if name != stage]:
                # Stages follow one another; one whose total was too high an estimate is over all the same.
                task = tasks.pop(earlier)
                drawn.update(task, total=drawn.tasks[task].completed)
            if stage not in tasks and running_s >= _DELAY_S:
                tasks[stage] = drawn.add_task(stage, total=total, speed="")
            if stage in tasks:
                speed = f"{done / running_s:.1f}/s" if running_s > 0 else ""
                drawn.update(tasks[stage], completed=done, total=total, speed=speed)

        yield progress


def _drawn(console: "Console") -> "Bars":
    """Return rich's bars: stage, bar, count, speed in items a second, time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
    )
