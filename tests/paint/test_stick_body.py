"""Keypoints moved to another body's proportions."""

import numpy as np
import pytest

from manekko.paint.stick_body import with_lengths_of
from manekko.paint.stick_parts import STANDARD_BODY_M
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, rotate

SCALE_PX = 100.0
LIMBS = (
    *(("left_hip", "left_knee"), ("right_knee", "right_ankle"), ("left_shoulder", "left_elbow")),
    *(("right_elbow", "right_wrist"), ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
)


def seen(body_m: np.ndarray, yaw_rad: float = 0.0) -> np.ndarray:
    """Keypoints of a body at rest, seen from far away, turned about the vertical axis."""
    turned = rotate(from_rotation_vectors(np.array([0.0, yaw_rad, 0.0])), body_m)
    points = np.stack([300.0 + turned[:, 0] * SCALE_PX, 400.0 - turned[:, 1] * SCALE_PX, -turned[:, 2]], axis=1)
    return np.concatenate([points, np.ones((33, 1))], axis=1)[None]


def chibi() -> np.ndarray:
    """A body with short limbs."""
    body = STANDARD_BODY_M.copy()
    body[:, 1] *= 0.6
    return body


def metres(keypoints: np.ndarray, start: str, end: str, scale: float) -> float:
    way = keypoints[0, BODY33_INDEX[end], :3] - keypoints[0, BODY33_INDEX[start], :3]
    return float(np.linalg.norm(way / [scale, scale, 1.0]))


@pytest.mark.parametrize("yaw_rad", [0.0, 0.7, 2.5])
def test_a_body_of_the_same_proportions_stays_as_it_is(yaw_rad: float) -> None:
    before = seen(STANDARD_BODY_M, yaw_rad)
    after = with_lengths_of(before, STANDARD_BODY_M)
    body = [k for k in range(33) if k > 10]
    assert np.abs(after[0, body, :2] - before[0, body, :2]).max() < 0.06 * SCALE_PX


@pytest.mark.parametrize(("start", "end"), LIMBS)
def test_limbs_take_the_other_bodys_proportions(start: str, end: str) -> None:
    after = with_lengths_of(seen(STANDARD_BODY_M, 0.4), chibi())
    place = BODY33_INDEX
    wanted = np.linalg.norm(chibi()[place[end]] - chibi()[place[start]])
    trunk = np.linalg.norm(chibi()[place["left_shoulder"]] - chibi()[place["left_hip"]])
    scale = float(_scale(after))
    assert metres(after, start, end, scale) == pytest.approx(float(wanted), rel=0.02)
    assert metres(after, "left_hip", "left_shoulder", scale) == pytest.approx(float(trunk), rel=0.1)


def _scale(after: np.ndarray) -> float:
    place = BODY33_INDEX
    wanted = np.linalg.norm(chibi()[place["left_knee"]] - chibi()[place["left_hip"]])
    way = after[0, place["left_knee"], :3] - after[0, place["left_hip"], :3]
    return float(np.hypot(way[0], way[1]) / np.sqrt(wanted**2 - way[2] ** 2))


def test_feet_stay_where_they_were() -> None:
    before, feet = seen(STANDARD_BODY_M), [BODY33_INDEX["left_heel"], BODY33_INDEX["right_toe"]]
    after = with_lengths_of(before, chibi())
    assert after[0, feet, 1].max() == pytest.approx(before[0, feet, 1].max(), abs=2.0)


def test_what_is_unknown_stays_unknown() -> None:
    before = seen(STANDARD_BODY_M)
    before[0, BODY33_INDEX["left_wrist"], :3] = np.nan
    after = with_lengths_of(before, chibi())
    assert np.isnan(after[0, BODY33_INDEX["left_wrist"], :2]).all()
    assert np.isfinite(after[0, BODY33_INDEX["right_wrist"], :2]).all()
