"""Keypoints over time: what is clean stays, what jitters calms down, short gaps close on the moving body."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.paint.keypoint_series import filled_and_smoothed
from manekko.people.keypoints import BODY33_INDEX
from tests.paint.stick_samples import seen

_FPS = 30.0
_WRIST = BODY33_INDEX["left_wrist"]


def _dance(frames: int = 120) -> np.ndarray:
    """A body that sways, its left wrist circling."""
    time = np.arange(frames)[:, None] / _FPS
    points = np.repeat(seen()[None], frames, axis=0)
    points[:, :, 0] += 25.0 * np.sin(2.0 * np.pi * 0.7 * time)
    points[:, _WRIST, 0] += 20.0 * np.cos(2.0 * np.pi * 1.5 * time[:, 0])
    points[:, _WRIST, 1] += 20.0 * np.sin(2.0 * np.pi * 1.5 * time[:, 0])
    return points


def _error_px(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(((found - truth)[..., :2] ** 2).sum(-1).mean()))


def test_clean_keypoints_stay_as_they_are() -> None:
    truth = _dance()
    found, hands = filled_and_smoothed(truth, None, fps=_FPS)
    assert hands is None
    np.testing.assert_allclose(found, truth, atol=0.1)


def test_jitter_and_gaps_cost_less_than_half_of_what_they_did() -> None:
    truth, rng = _dance(), np.random.default_rng(1)
    spoilt = truth.copy()
    spoilt[..., :2] += rng.normal(0.0, 3.0, spoilt[..., :2].shape)
    spoilt[rng.random(spoilt.shape[:2]) < 0.1] = np.nan
    found, _ = filled_and_smoothed(spoilt, None, fps=_FPS)
    assert np.isfinite(found[..., :2]).all()
    assert _error_px(found, truth) < 0.5 * 3.0 * np.sqrt(2.0)


def test_a_gap_moves_on_with_the_body() -> None:
    truth = _dance()
    truth[:, _WRIST] = truth[:, BODY33_INDEX["left_shoulder"]] + [0.0, 30.0, 0.0, 0.0]
    spoilt = truth.copy()
    spoilt[40:65, _WRIST] = np.nan
    found, _ = filled_and_smoothed(spoilt, None, fps=_FPS)
    assert _error_px(found[:, _WRIST], truth[:, _WRIST]) < 0.3
    assert found[50, _WRIST, 3] == pytest.approx(0.5)


def test_what_is_missing_for_long_stays_missing() -> None:
    spoilt = _dance()
    spoilt[20:70, _WRIST] = np.nan
    found, _ = filled_and_smoothed(spoilt, None, fps=_FPS)
    assert np.isnan(found[35:55, _WRIST, :2]).all()
    assert (found[35:55, _WRIST, 3] == 0.0).all()
    assert np.isfinite(found[:, :_WRIST]).all()


def test_who_is_never_seen_stays_unseen() -> None:
    found, hands = filled_and_smoothed(np.full((30, 33, 4), np.nan), np.full((30, 2, 21, 4), np.nan), fps=_FPS)
    assert np.isnan(found[..., :3]).all()
    assert hands is not None
    assert np.isnan(hands[..., :3]).all()


def test_hands_go_with_their_wrists() -> None:
    body = _dance()
    hands = body[:, [_WRIST, BODY33_INDEX["right_wrist"]], None] + np.zeros((1, 1, 21, 1))
    truth = hands.copy()
    hands[50:60, 0] = np.nan
    _, found = filled_and_smoothed(body, hands, fps=_FPS)
    assert found is not None
    assert _error_px(found, truth) < 0.3


@given(st.integers(0, 40), st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_any_clip_comes_back_whole(frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spoilt = _dance(frames)
    spoilt[rng.random(spoilt.shape[:2]) < 0.6] = np.nan
    spoilt[:, :, 2][rng.random(spoilt.shape[:2]) < 0.5] = np.nan
    found, _ = filled_and_smoothed(spoilt, None, fps=_FPS)
    assert found.shape == spoilt.shape
    known = np.isfinite(spoilt[..., 0])
    assert np.isfinite(found[..., :2][known]).all()
    assert ((found[..., 3] >= 0.0) & (found[..., 3] <= 1.0)).all()


@given(st.floats(-300.0, 300.0), st.floats(0.3, 3.0))
@settings(max_examples=4, deadline=None)
def test_it_matters_not_where_and_how_large_the_body_is(shift_px: float, scale: float) -> None:
    rng = np.random.default_rng(2)
    spoilt = _dance()
    spoilt[..., :2] += rng.normal(0.0, 2.0, spoilt[..., :2].shape)
    spoilt[rng.random(spoilt.shape[:2]) < 0.1] = np.nan
    other = spoilt * [scale, scale, 1.0, 1.0] + [shift_px, shift_px, 0.0, 0.0]
    here, there = (filled_and_smoothed(each, None, fps=_FPS)[0] for each in (spoilt, other))
    np.testing.assert_allclose(there[..., 0], here[..., 0] * scale + shift_px, atol=1e-6)
