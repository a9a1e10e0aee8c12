from dataclasses import replace

import numpy as np
import pytest

from manekko.lift.agreement import doubt_of
from manekko.lift.camera import default_camera
from manekko.lift.lift import lift_track
from manekko.people.keypoints import Track
from tests.lift.dancers import Dance, seen

TIMES_S = np.arange(90) / 30


def _doubt(track: Track) -> float:
    return doubt_of(track.world_m, track.keypoints_px, track.confidences, default_camera(track.image_size_px))


def _lasting(size_m: np.ndarray, seed: int = 0) -> np.ndarray:
    """Errors of the 33 points that stay for half a second, as a detector's do."""
    knots = np.random.default_rng(seed).standard_normal((len(TIMES_S) // 15 + 2, 33, 3))
    at = np.arange(len(TIMES_S)) / 15.0
    share = (at % 1.0)[:, None, None]
    return ((1.0 - share) * knots[at.astype(int)] + share * knots[at.astype(int) + 1]) * size_m


def test_a_shape_that_is_exact_is_believed_most():
    assert _doubt(seen(Dance(1), TIMES_S)) == pytest.approx(0.2)


def test_a_shape_as_far_off_as_the_detectors_own_is_doubted_as_the_detectors_own():
    track = seen(Dance(1), TIMES_S)
    assert _doubt(replace(track, world_m=track.world_m + _lasting(np.array([0.022, 0.022, 0.076])))) == 1.0


def test_a_shape_that_follows_the_picture_but_whose_bones_change_their_lengths_is_not_believed():
    track = seen(Dance(1), TIMES_S)
    wrong = track.world_m + _lasting(np.array([0.0, 0.0, 0.08]))
    assert _doubt(replace(track, world_m=wrong)) > 0.5


def test_the_nearer_a_shape_is_to_its_picture_the_more_it_is_believed():
    track = seen(Dance(1), TIMES_S)
    doubts = [
        _doubt(replace(track, world_m=track.world_m + _lasting(np.full(3, size)))) for size in (0.006, 0.013, 0.05)
    ]
    assert doubts[0] < doubts[1] < doubts[2] == 1.0


def test_where_no_keypoint_is_sure_nothing_is_believed():
    track = seen(Dance(1), TIMES_S)
    assert _doubt(replace(track, confidences=np.full_like(track.confidences, 0.3))) == 1.0


def test_a_guess_from_the_picture_is_not_believed_for_agreeing_with_it():
    track = seen(Dance(1), TIMES_S)
    assert lift_track(replace(track, world_m=np.full_like(track.world_m, np.nan))).doubt == 1.0
    assert lift_track(track).doubt < 0.5
