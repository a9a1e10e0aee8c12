"""Runs of frames."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.arrays import spans


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
