import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.lift.series import resampled, smoothed, without_spikes

FPS = 30.0


def _bump(frames: int = 121, width: float = 8.0) -> np.ndarray:
    return np.exp(-(((np.arange(frames) - frames // 2) / width) ** 2))


def _wander(frames: int, seed: int = 0) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(size=(frames, 2)), axis=0)


@pytest.mark.parametrize("cutoff_hz", [1.0, 5.5])
def test_smoothing_does_not_delay(cutoff_hz):
    result = smoothed(_bump(), fps=FPS, cutoff_hz=cutoff_hz)
    assert result == pytest.approx(result[::-1], abs=1e-6)
    assert int(result.argmax()) == 60


def test_smoothing_backwards_in_time_is_the_same():
    values = _wander(200)
    forwards, backwards = (smoothed(v, fps=FPS, cutoff_hz=3.0) for v in (values, values[::-1]))
    assert forwards[40:-40] == pytest.approx(backwards[::-1][40:-40], abs=1e-3)


@pytest.mark.parametrize(("hz", "kept"), [(0.5, 0.994), (1.0, 0.977), (5.5, 0.5), (13.0, 0.021)])
def test_smoothing_keeps_slow_movement_halves_at_the_cutoff_and_takes_fast_noise_away(hz, kept):
    times = np.arange(300) / FPS
    wave = np.sin(2 * np.pi * hz * times)
    result = smoothed(wave, fps=FPS, cutoff_hz=5.5)
    assert result[30:-30] == pytest.approx(kept * wave[30:-30], abs=0.003)


@given(st.floats(-5.0, 5.0), st.floats(-1.0, 1.0))
def test_smoothing_keeps_a_straight_line(start, slope):
    line = start + slope * np.arange(50.0)
    assert smoothed(line, fps=FPS, cutoff_hz=5.5) == pytest.approx(line, abs=1e-4)


@given(st.integers(60, 90))
def test_far_from_a_cut_it_does_not_matter_whether_smoothing_or_cutting_comes_first(cut):
    values = _wander(240)
    cut_first = smoothed(values[cut:], fps=FPS, cutoff_hz=3.0)
    cut_last = smoothed(values, fps=FPS, cutoff_hz=3.0)[cut:]
    assert cut_first[60:] == pytest.approx(cut_last[60:], abs=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8])
def test_short_clips_are_smoothed_or_left_but_never_refused(frames):
    values = _wander(frames)
    result = smoothed(values, fps=FPS, cutoff_hz=5.5)
    assert result.shape == values.shape
    assert np.isfinite(result).all()


def test_a_rate_too_low_for_the_cutoff_leaves_the_values():
    values = _wander(40)
    assert (smoothed(values, fps=10.0, cutoff_hz=5.5) == values).all()


def test_gaps_are_bridged_without_overshoot_and_the_ends_hold():
    times = np.arange(8) / FPS
    values = np.array([np.nan, 1.0, np.nan, np.nan, 2.0, 2.0, np.nan, np.nan])
    result = resampled(times, values, times)
    assert result[0] == 1.0
    assert result[-2:] == pytest.approx([2.0, 2.0])
    assert (result >= 1.0 - 1e-12).all()
    assert (result <= 2.0 + 1e-12).all()
    assert (np.diff(result) >= -1e-12).all()


def test_known_values_stay_and_both_ends_are_kept_at_another_rate():
    times, values = np.arange(31) / 30.0, _wander(31)
    assert resampled(times, values, times) == pytest.approx(values)
    finer = resampled(times, values, np.linspace(0.0, 1.0, 121))
    assert finer[::4] == pytest.approx(values)
    assert finer[[0, -1]] == pytest.approx(values[[0, -1]])


def test_times_outside_the_clip_hold_the_nearest_value():
    result = resampled(np.array([0.0, 1.0]), np.array([3.0, 4.0]), np.array([-1.0, 2.0]))
    assert result == pytest.approx([3.0, 4.0])


def test_a_column_never_known_stays_unknown_and_one_known_value_fills_its_column():
    values = np.full((5, 2), np.nan)
    values[3, 1] = 7.0
    result = resampled(np.arange(5.0), values, np.arange(5.0))
    assert np.isnan(result[:, 0]).all()
    assert (result[:, 1] == 7.0).all()


def test_a_spike_is_taken_out_and_a_step_stays():
    values = 0.01 * np.sin(np.arange(60.0))
    values[40:] += 1.0
    spiked = values.copy()
    spiked[20] += 3.0
    result = without_spikes(spiked)
    assert abs(result[20]) < 0.05
    assert result[38:43] == pytest.approx(values[38:43], abs=0.05)
    assert np.delete(result, 20) == pytest.approx(np.delete(values, 20), abs=0.02)
