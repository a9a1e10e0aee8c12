import numpy as np
import pytest

from manekko.lift.camera import default_camera
from manekko.lift.knees import centred_knees
from manekko.people.keypoints import BODY33_INDEX
from tests.lift.dancers import PICTURE_PX, Dance, project, seen

CAMERA = default_camera(PICTURE_PX)
SURE = np.ones((150, 33))
KNEES = [BODY33_INDEX["left_knee"], BODY33_INDEX["right_knee"]]
LEGS = [[BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle")] for side in ("left", "right")]


def _straight_legs(*, lean: float = 0.0) -> np.ndarray:
    """A dancer on straight legs, whose feet are further from the camera than the hips."""
    shape = seen(Dance(1), np.arange(150) / 30).world_m.copy()
    for hip, knee, ankle in LEGS:
        shape[:, ankle] = shape[:, hip] + [0.02, 0.8, lean]
        shape[:, knee] = (shape[:, hip] + shape[:, ankle]) / 2.0
    return shape


def _picture(shape: np.ndarray, *, lower: float = 0.0) -> np.ndarray:
    """Image points from four metres away; knees are seen lower by a share of the leg."""
    points = project(CAMERA, shape + np.array([0.0, 0.0, 4.0]))
    for hip, knee, ankle in LEGS:
        points[:, knee] += lower * (points[:, ankle] - points[:, hip])
    return points


@pytest.mark.parametrize("lower", [0.0, 0.04, -0.03])
@pytest.mark.parametrize("lean", [0.0, 0.25])
def test_knees_that_a_detector_sees_too_low_or_too_high_are_moved_back(lower, lean):
    shape = _straight_legs(lean=lean)
    found = centred_knees(_picture(shape, lower=lower), SURE, shape, CAMERA)
    assert found == pytest.approx(_picture(shape), abs=0.2)


def test_legs_that_bend_now_and_then_do_not_hide_how_the_straight_ones_are_seen():
    shape = _straight_legs()
    shape[:60, KNEES, 2] -= 0.15
    for _, _, ankle in LEGS:
        shape[:60, ankle, 1] -= 0.06
    found = centred_knees(_picture(shape, lower=0.04), SURE, shape, CAMERA)
    assert found[60:] == pytest.approx(_picture(shape)[60:], abs=0.5)


def test_legs_that_are_never_seen_straight_are_left_alone():
    shape = _straight_legs()
    picture = _picture(shape, lower=0.04)
    assert (centred_knees(picture, 0.0 * SURE, shape, CAMERA) == picture).all()
    shape[:, KNEES, 2] -= 0.3
    assert (centred_knees(picture, SURE, shape, CAMERA) == picture).all()
