import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.show.plots import MOST_POINTS, clock, line_plot, merged, nice_ticks, thinned
from manekko.show.words import Span


@given(st.integers(2001, 20_000), st.integers(0, 2**32 - 1))
def test_thinning_keeps_peaks_and_order(count: int, seed: int):
    values = np.random.default_rng(seed).normal(size=count)
    times = np.arange(count) / 30.0
    kept_times, kept = thinned(times, values)
    assert len(kept) <= MOST_POINTS
    assert (np.diff(kept_times) > 0).all()
    assert kept.max() == values.max()
    assert kept.min() == values.min()


def test_thinning_lives_with_holes():
    values = np.full(5000, np.nan)
    values[10] = 3.0
    assert np.nanmax(thinned(np.arange(5000) / 30.0, values)[1]) == 3.0


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_and_inside(low: float, length: float):
    high = low + length
    ticks = nice_ticks(low, high)
    assert 1 <= len(ticks) <= 11 or (high - low) < 1e-9 * abs(low)
    assert all(low - 1e-6 * length <= tick <= high + 1e-6 * length for tick in ticks) or length < 1e-6 * abs(low)


def test_spans_too_close_to_tell_apart_are_joined():
    held = [Span(i * 0.01, i * 0.01 + 0.005) for i in range(10_000)]
    assert len(merged(held, 100.0)) <= MOST_POINTS


@pytest.mark.parametrize(("time_s", "text"), [(0.0, "0"), (12.0, "12"), (75.0, "1:15"), (3600.0, "60:00")])
def test_times_are_written_as_people_read_them(time_s: float, text: str):
    assert clock(time_s) == text


def test_a_plot_without_curves_is_still_a_plot():
    assert line_plot([], title="<b>", unit="m", end_s=1.0).count("&lt;b&gt;") == 1
