"""Depth guessed from image points alone, as OpenPose gives them."""

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.lift.camera import default_camera
from manekko.lift.guess import guessed_prior
from manekko.people.keypoints import BODY33_INDEX
from tests.lift.dancers import LIMBS, PICTURE_PX, Dance, camera_points, degrees_apart, directions, project

TIMES = np.arange(120) / 30.0
FACE = [BODY33_INDEX[name] for name in ("left_eye_inner", "right_eye_inner", "mouth_left", "mouth_right")]


def seen(dance: Dance) -> tuple[np.ndarray, np.ndarray]:
    points = camera_points(dance.keypoints_m(TIMES))
    return points, project(default_camera(PICTURE_PX), points)


@pytest.mark.parametrize("seed", range(3))
def test_a_dance_facing_the_camera_is_guessed_roughly(seed: int) -> None:
    points, image = seen(Dance(seed))
    guess = guessed_prior(image, fps=30.0)
    apart = degrees_apart(directions(guess, LIMBS), directions(points, LIMBS))
    flat = points.copy()
    flat[..., 2] = 0.0
    assert apart.mean() < 30.0
    assert apart.mean() < degrees_apart(directions(flat, LIMBS), directions(points, LIMBS)).mean() + 3.0


def test_knees_are_before_their_legs() -> None:
    _, image = seen(Dance(1))
    guess = guessed_prior(image, fps=30.0)
    for side in ("left", "right"):
        hip, knee, ankle = (guess[:, BODY33_INDEX[f"{side}_{part}"], 2] for part in ("hip", "knee", "ankle"))
        assert np.mean(knee < (hip + ankle) / 2 + 0.02) > 0.9


def test_points_without_an_image_are_put_where_a_body_has_them() -> None:
    points, image = seen(Dance(2))
    image[:, FACE] = np.nan
    for side in ("left", "right"):
        for part in ("heel", "toe", "index", "pinky", "thumb"):
            image[:, BODY33_INDEX[f"{side}_{part}"]] = np.nan
    guess = guessed_prior(image, fps=30.0)
    assert np.isfinite(guess).all()
    toe, ankle = guess[:, BODY33_INDEX["left_toe"]], guess[:, BODY33_INDEX["left_ankle"]]
    true = points[:, BODY33_INDEX["left_toe"]] - points[:, BODY33_INDEX["left_ankle"]]
    assert np.mean(((toe - ankle) * true).sum(-1) > 0) > 0.9


def test_a_person_without_legs_is_refused_in_words() -> None:
    _, image = seen(Dance(0))
    image[:, BODY33_INDEX["left_hip"] :] = np.nan
    with pytest.raises(InputError, match=r"too little .*never: left hip, right hip, left knee and 3 more\)"):
        guessed_prior(image, fps=30.0)
