import numpy as np

from manekko.people.keypoints import BODY33_INDEX
from manekko.people.plausible import distance, extent, is_plausible
from tests.people.bodies import standing

SIZE = (1000, 1000)
SURE = np.ones(33)


def test_a_standing_body_is_plausible() -> None:
    assert is_plausible(standing(500, 500, 600), SURE, SIZE)


def test_a_skeleton_folded_into_a_face_is_refused() -> None:
    body = standing(500, 500, 600)
    head = body[:11].mean(0)
    folded = body.copy()
    folded[11:] = head + (body[11:] - body[11:].mean(0)) * (90 / 600)  # the face is 55 px wide
    assert not is_plausible(folded, SURE, SIZE)


def test_a_body_whose_trunk_is_outside_the_picture_is_refused() -> None:
    assert not is_plausible(standing(500, 1400, 600), SURE, SIZE)


def test_a_body_that_the_network_does_not_believe_in_is_refused() -> None:
    assert not is_plausible(standing(500, 500, 600), np.full(33, 0.1), SIZE)


def test_a_body_bent_towards_the_camera_is_plausible() -> None:
    body = standing(500, 500, 600)
    for side in ("left", "right"):
        body[BODY33_INDEX[f"{side}_shoulder"], 1] = body[BODY33_INDEX[f"{side}_hip"], 1] - 10
    assert is_plausible(body, SURE, SIZE)


def test_distance_is_in_body_sizes_and_ignores_missing_points() -> None:
    body = standing(500, 500, 600)
    moved = body + np.array([0.1 * float(extent(body)), 0.0])
    moved[3] = np.nan
    assert abs(distance(body, moved) - 0.1) < 1e-9
    assert distance(body, np.full((33, 2), np.nan)) == float("inf")
