"""Progress: counted honestly, drawn only where somebody can see it and has to wait."""

import io

from rich.console import Console

from manekko.progress import bars, counted


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100)


def drawn(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_item_is_counted_from_nought_to_the_last() -> None:
    seen: list[tuple[str, int, int | None]] = []
    items = list(counted("abc", "letters", 3, lambda *step: seen.append(step)))
    assert items == ["a", "b", "c"]
    assert seen == [("letters", done, 3) for done in range(4)]


def test_a_long_stage_shows_its_name_count_and_speed() -> None:
    console, clock = terminal(), Clock()
    with bars(console, clock=clock) as progress:
        progress("finding people", 0, 40)
        clock.now_s = 4.0
        progress("finding people", 20, 40)
    assert "finding people" in drawn(console)
    assert "20/40" in drawn(console)
    assert "5.0/s" in drawn(console)


def test_a_short_stage_shows_nothing() -> None:
    console, clock = terminal(), Clock()
    with bars(console, clock=clock) as progress:
        for done in range(3):
            clock.now_s += 0.5
            progress("writing", done, 3)
    assert "writing" not in drawn(console)


def test_a_stage_of_unknown_length_is_drawn_too() -> None:
    console, clock = terminal(), Clock()
    with bars(console, clock=clock) as progress:
        progress("reading", 0, None)
        clock.now_s = 3.0
        progress("reading", 7, None)
    assert "7/?" in drawn(console)


def test_a_stage_whose_length_was_overestimated_ends_full() -> None:
    console, clock = terminal(), Clock()
    with bars(console, clock=clock) as progress:
        progress("people", 0, 270)
        clock.now_s = 4.0
        progress("people", 120, 270)
        progress("preview", 0, 120)
        clock.now_s = 8.0
        progress("preview", 60, 120)
    assert "120/120" in drawn(console)


def test_nothing_is_drawn_into_a_file() -> None:
    console = Console(file=io.StringIO())
    with bars(console, clock=Clock()) as progress:
        progress("finding people", 5, 10)
    assert drawn(console) == ""
