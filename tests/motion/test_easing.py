import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.arrays import spans
from manekko.motion.easing import carried

FPS = 30.0


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(0, 100))
def test_known_corrections_stay_and_nothing_overshoots(flags, seed):
    known = np.array(flags)
    correction = np.random.default_rng(seed).normal(size=(len(flags), 3))
    result = carried(correction, known, fps=FPS)
    assert (result[known] == correction[known]).all()
    limit = np.abs(correction[known]).max() if known.any() else 0.0
    assert np.abs(result).max() <= limit + 1e-12


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_no_step_is_larger_than_easing_needs(lengths):
    known = np.concatenate([np.full(length, index % 2 == 0) for index, length in enumerate(lengths)])
    correction = np.concatenate([np.full((n, 1), 1.0 if i % 4 == 0 else -1.0) for i, n in enumerate(lengths)])
    steps = np.abs(np.diff(carried(correction, known, fps=FPS), axis=0))
    for start, end in spans(~known):
        inner = steps[max(start - 1, 0) : end]
        assert inner.max(initial=0.0) <= max(0.2, 4.0 / (end - start + 1))


def test_a_short_gap_goes_from_one_value_to_the_next_and_a_long_one_fades_between():
    known = np.ones(100, dtype=bool)
    known[20:25] = known[40:90] = False
    result = carried(np.ones((100, 1)), known, fps=FPS)[:, 0]
    assert result[15:40] == pytest.approx(1.0)
    assert result[60] == pytest.approx(0.0, abs=1e-12)


def test_values_of_unknown_frames_do_not_matter():
    known = np.array([True, False, False, True])
    wild = np.array([[1.0], [np.nan], [9.0], [2.0]])
    assert np.isfinite(carried(wild, known, fps=FPS)).all()
