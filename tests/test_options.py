"""Words of the command line: what is read is what was meant, and anything else is refused with what to give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.options import people_of, share, shown_people

NAMES = st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=1).map(str.strip)


def test_who_becomes_whom_is_given_with_commas_in_any_order() -> None:
    assert people_of("p2=Miku.pmx, P1=maneko") == ((1, "maneko"), (2, "Miku.pmx"))
    assert people_of("p12=C:\\models\\a=b.vrm") == ((12, "C:\\models\\a=b.vrm"),)
    assert people_of("all") == ()


@given(st.dictionaries(st.integers(1, 99), NAMES.filter(bool), max_size=5))
def test_what_is_shown_is_read_again(people: dict[int, str]) -> None:
    chosen = tuple(sorted(people.items()))
    assert people_of(shown_people(chosen)) == chosen


@pytest.mark.parametrize(
    "text",
    ["", "maneko", "p1", "p1=", "p=maneko", "1=maneko", "px=maneko", "p-1=maneko", "p1=a,", "p1=a,,p2=b", "p1= "],
)
def test_anything_else_does_not_say_who_becomes_whom(text: str) -> None:
    with pytest.raises(ValueError, match="does not say who becomes whom: give such as p1=maneko,p2=tora"):
        people_of(text)


def test_nobody_becomes_two() -> None:
    with pytest.raises(ValueError, match="p1 is given twice"):
        people_of("p1=maneko,p1=tora")


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("1", 1.0), (".5", 0.5), ("1e-3", 0.001)])
def test_shares_are_read(text: str, value: float) -> None:
    assert share(text) == value


@pytest.mark.parametrize("text", ["-0.1", "1.01", "half", "", "nan", "inf", "50%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number from 0"):
        share(text)
