import numpy as np
import pytest

from manekko.bench.page_step import stepped


def test_a_video_that_runs_away_drifts_and_one_that_is_late_does_not() -> None:
    times = np.arange(0.0, 180.0, 0.2)
    late = stepped(np.stack([times, np.full_like(times, -0.02), np.full_like(times, -0.03)], axis=1))
    assert (late.heard_middle_s, late.shown_middle_s) == pytest.approx((0.02, 0.03))
    assert late.drift_s == pytest.approx(0.0)
    runaway = stepped(np.stack([times, times * 0.001, times * 0.0], axis=1))
    assert runaway.drift_s == pytest.approx(0.17, abs=0.005)
    assert runaway.heard_late_s > 0.16
    assert runaway.pictures == len(times)
