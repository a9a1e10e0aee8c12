from collections.abc import Iterator
from threading import get_ident

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.ahead import ahead


@given(st.lists(st.integers()), st.integers(1, 5))
def test_items_come_in_order_and_none_is_lost(items: list[int], count: int) -> None:
    assert list(ahead(items, count)) == items


def test_no_more_is_made_than_asked_for() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(items(), 3)
    assert next(taken) == 0
    taken.close()
    assert len(made) <= 5


def test_an_error_comes_where_the_item_would_have() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("cut")

    taken = ahead(items(), 2)
    assert next(taken) == 1
    with pytest.raises(ValueError, match="cut"):
        next(taken)


def test_a_generator_begins_and_ends_in_one_thread_even_if_left_early() -> None:
    threads: list[int] = []

    def items() -> Iterator[int]:
        threads.append(get_ident())
        try:
            yield from range(100)
        finally:
            threads.append(get_ident())

    taken = ahead(items(), 3)
    assert next(taken) == 0
    taken.close()
    assert len(threads) == 2
    assert len({*threads, get_ident()}) == 2
