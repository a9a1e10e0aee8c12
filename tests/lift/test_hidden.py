import numpy as np
import pytest

from manekko.lift.hidden import with_hidden_arms_carried
from manekko.people.keypoints import BODY33_INDEX
from tests.lift.dancers import Dance, degrees_apart, seen

TIMES_S = np.arange(90) / 30
SHOULDER, ELBOW, WRIST = (BODY33_INDEX[f"left_{part}"] for part in ("shoulder", "elbow", "wrist"))
ARM = [BODY33_INDEX[f"left_{part}"] for part in ("elbow", "wrist", "pinky", "index", "thumb")]


def _guessed(hidden: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A turning dancer whose left arm is taken to be thrown back while it is hidden: true, told, confidences."""
    true = seen(Dance(4, turn_rad_s=1.0), TIMES_S).world_m
    told, confidences = true.copy(), np.ones(true.shape[:2])
    told[hidden, ARM] = true[hidden, SHOULDER][:, None] + [0.0, -0.2, 0.4]
    confidences[hidden, ARM] = 0.1
    return true, told, confidences


def test_a_hidden_arm_goes_from_where_it_was_seen_to_where_it_is_seen_next():
    hidden = slice(40, 52)
    true, told, confidences = _guessed(hidden)
    found = with_hidden_arms_carried(told, confidences)
    upper = found[:, ELBOW] - found[:, SHOULDER]
    assert degrees_apart(upper, true[:, ELBOW] - true[:, SHOULDER])[hidden].mean() < 20.0
    assert np.linalg.norm(np.diff(upper, axis=0), axis=-1).max() < 0.06
    assert found[~np.isin(np.arange(90), np.arange(90)[hidden])] == pytest.approx(np.delete(told, hidden, axis=0))


def test_an_arm_that_stays_hidden_to_the_end_turns_with_the_trunk():
    true, told, confidences = _guessed(slice(60, 90))
    found = with_hidden_arms_carried(told, confidences)
    across = true[:, SHOULDER] - true[:, BODY33_INDEX["right_shoulder"]]
    angle = degrees_apart(found[:, ELBOW] - found[:, SHOULDER], across)
    assert angle[60:] == pytest.approx(np.full(30, angle[59]), abs=1e-6)


def test_what_is_never_seen_stays_as_it_is_guessed_and_gaps_stay_gaps():
    _, told, confidences = _guessed(slice(0, 90))
    assert with_hidden_arms_carried(told, confidences) == pytest.approx(told)
    told[20:30] = np.nan
    confidences[40:, ARM] = 1.0
    found = with_hidden_arms_carried(told, confidences)
    assert np.isnan(found[20:30]).all()
    assert np.isfinite(np.delete(found, slice(20, 30), axis=0)).all()
