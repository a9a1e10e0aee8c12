"""Keypoints normalised to another body: oneself is oneself, near and far go to near and far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.errors import InputError
from manekko.paint.normalised import normalised, standing
from manekko.people.keypoints import BODY33_INDEX
from tests.paint.stick_samples import seen

_WIDTH = 1280.0
_HEEL, _NOSE = BODY33_INDEX["left_heel"], BODY33_INDEX["nose"]


def _walk(near: tuple[float, float], far: tuple[float, float], frames: int = 90) -> np.ndarray:
    """A body that comes from far (feet at a height of the picture, size of a metre) to near and goes back."""
    shares = (1.0 - np.cos(np.linspace(0.0, 2.0 * np.pi, frames))) / 2.0
    result = []
    for share in shares:
        foot, metre = (1.0 - share) * np.array(far) + share * np.array(near)
        body = seen(metre_px=metre, hips_px=(500.0 + 200.0 * share, 0.0))
        body[:, 1] += foot - body[_HEEL, 1]
        result.append(body)
    return np.stack(result)


def test_oneself_stays_as_one_is() -> None:
    keypoints = _walk((650.0, 300.0), (450.0, 150.0))
    own = standing(keypoints, _WIDTH)
    hands = np.repeat(keypoints[:, None, :21], 2, axis=1)
    same, same_hands = normalised(keypoints, hands, own, own)
    np.testing.assert_allclose(same[8:-8], keypoints[8:-8], atol=1e-6)
    assert same_hands is not None
    np.testing.assert_allclose(same_hands[8:-8], hands[8:-8], atol=1e-6)


def test_near_becomes_near_and_far_becomes_far() -> None:
    dancer, character = _walk((650.0, 300.0), (450.0, 150.0)), _walk((480.0, 200.0), (440.0, 160.0))
    moved, _ = normalised(dancer, None, standing(dancer, _WIDTH), standing(character, _WIDTH))
    for frame in (0, 45):
        height = character[frame, _HEEL, 1] - character[frame, _NOSE, 1]
        assert moved[frame, _HEEL, 1] == pytest.approx(character[frame, _HEEL, 1], abs=3.0)
        assert moved[frame, _HEEL, 1] - moved[frame, _NOSE, 1] == pytest.approx(height, rel=0.06)


@given(st.floats(0.2, 4.0), st.floats(-300.0, 300.0))
@settings(max_examples=20, deadline=None)
def test_a_larger_picture_of_the_same_body_is_only_larger(scale: float, down_px: float) -> None:
    keypoints = _walk((650.0, 300.0), (450.0, 150.0))
    larger = keypoints * [scale, scale, 1.0, 1.0] + [0.0, down_px, 0.0, 0.0]
    moved, _ = normalised(keypoints, None, standing(keypoints, _WIDTH), standing(larger, _WIDTH * scale))
    np.testing.assert_allclose(moved[8:-8], larger[8:-8], atol=1e-5 * max(scale, 1.0) * 1e3)


def test_who_stays_in_place_keeps_their_jump() -> None:
    keypoints = np.repeat(seen(metre_px=300.0, hips_px=(600.0, 400.0))[None], 60, axis=0)
    keypoints[30:40, :, 1] -= 90.0
    small = np.repeat(seen(metre_px=100.0, hips_px=(128.0, 130.0))[None], 60, axis=0)
    own = standing(keypoints, _WIDTH)
    assert own.near_px == own.far_px
    moved, _ = normalised(keypoints, None, own, standing(small, 256.0))
    assert moved[0, _HEEL, 1] - moved[35, _HEEL, 1] == pytest.approx(30.0, abs=1.0)
    assert moved[0, _HEEL, 1] == pytest.approx(small[0, _HEEL, 1], abs=1.0)


def test_missing_points_stay_missing_and_frames_without_feet_go_with_the_others() -> None:
    keypoints = _walk((650.0, 300.0), (450.0, 150.0))
    spoilt = keypoints.copy()
    spoilt[20:24, 23:] = np.nan
    own = standing(keypoints, _WIDTH)
    moved, _ = normalised(spoilt, None, own, own)
    np.testing.assert_array_equal(np.isnan(moved), np.isnan(spoilt))
    np.testing.assert_allclose(moved[20:24, :23], keypoints[20:24, :23], atol=2.0)


def test_a_body_of_which_only_hands_are_seen_cannot_be_measured() -> None:
    keypoints = np.full((10, 33, 4), np.nan)
    keypoints[:, 15:22] = 1.0
    with pytest.raises(InputError, match="head and a foot"):
        standing(keypoints, _WIDTH)
