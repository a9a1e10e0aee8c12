"""Runs of frames and plain triples."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.arrays import spans, triple


@given(st.lists(st.booleans(), max_size=30))
def test_spans_are_the_runs_of_true_values(flags):
    flags = np.array(flags, dtype=bool)
    rebuilt = np.zeros_like(flags)
    runs = spans(flags)
    for start, end in runs:
        assert start < end
        rebuilt[start:end] = True
    assert (rebuilt == flags).all()
    assert all(a[1] < b[0] for a, b in pairwise(runs))


def test_a_triple_is_of_plain_floats():
    assert repr(triple(np.array([1, 2, 3]))) == "(1.0, 2.0, 3.0)"
    assert repr(triple(np.array([0.5, -2.0, 3.25], np.float32))) == "(0.5, -2.0, 3.25)"
