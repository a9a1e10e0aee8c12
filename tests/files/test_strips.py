import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.files.strips import Strips, strips_from

GOOD = Strips(
    confidence=(0.0, 0.25, 1.0),
    confidence_per_s=10.0,
    left_foot=((0.0, 0.5), (1.0, 1.25)),
    right_foot=(),
    notices=(("頭 unseen: filled", (0.5, 0.5)), ("small in the picture", None)),
)
PLAIN: dict[str, Any] = json.loads(json.dumps(GOOD.as_dict()))


def test_strips_read_as_they_were_written() -> None:
    assert strips_from(PLAIN) == GOOD


def test_confidence_beyond_its_scale_is_cut() -> None:
    assert strips_from(PLAIN | {"confidence": [-3, 7e300]}).confidence == (0.0, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": "0.5"},
        {"confidence": [None]},
        {"confidence": [float("nan")]},
        {"confidence": [[0.5]]},
        {"confidence": [0.5] * 200_001},
        {"confidence_per_s": 0},
        {"confidence_per_s": 1e9},
        {"left_foot": [[1.0, 0.5]]},
        {"left_foot": [[-1.0, 0.5]]},
        {"left_foot": [[0.0, float("inf")]]},
        {"left_foot": [[0.0]]},
        {"left_foot": [[0.0, 1.0, 2.0]]},
        {"left_foot": ["01"]},
        {"right_foot": {"0": 1}},
        {"right_foot": [[]] * 200_001},
        {"notices": [{"text": "a"}]},
        {"notices": ["a"]},
        {"notices": [{"text": "a", "span": 3}]},
        {"notices": None},
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        strips_from(PLAIN | change)


def test_a_line_without_end_is_cut() -> None:
    assert len(strips_from(PLAIN | {"notices": [{"text": "a" * 10**6, "span": None}]}).notices[0][0]) == 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "span"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(PLAIN)), VALUES))
def test_whatever_json_says_gives_strips_or_one_of_the_errors_that_are_expected(change: dict[str, object]) -> None:
    try:
        strips_from(PLAIN | change)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return
