"""OpenPose's points and dance_now's maps: order, sizes, and what was wrong there done right."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.files.openpose import parse_frame
from manekko.paint.openpose_maps import (
    BODY25,
    BODY_CHANNELS,
    OpenPosePoints,
    body_maps,
    face_maps,
    openpose_json,
    openpose_points,
)
from manekko.people.keypoints import BODY33_INDEX
from tests.paint.stick_samples import hand_at, seen


def _person() -> OpenPosePoints:
    keypoints = seen(metre_px=250.0, hips_px=(256.0, 270.0))
    return openpose_points(keypoints, np.stack([hand_at((420.0, 150.0)), hand_at((90.0, 150.0))]))


def _moved(person: OpenPosePoints, x_px: float, y_px: float) -> OpenPosePoints:
    shift = np.array([x_px, y_px, 0.0])
    return OpenPosePoints(person.body + shift, person.face + shift, person.hands + shift)


def test_points_stand_where_openpose_has_them() -> None:
    keypoints = seen()
    body = openpose_points(keypoints).body
    for name in ("nose", "right_wrist", "left_knee", "left_heel", "right_toe"):
        np.testing.assert_array_equal(body[BODY25.index(name), :2], keypoints[BODY33_INDEX[name], :2])
    shoulders = keypoints[[BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]], :2]
    np.testing.assert_allclose(body[BODY25.index("neck"), :2], shoulders.mean(0))
    assert body[BODY25.index("left_small_toe"), 2] == 0.0


def test_a_face_mesh_gives_all_seventy_points_of_the_face() -> None:
    mesh = np.random.default_rng(0).uniform(100.0, 200.0, (468, 3))
    face = openpose_points(seen(), face_px=mesh).face
    np.testing.assert_array_equal(face[30, :2], mesh[4, :2])
    np.testing.assert_array_equal(face[8, :2], mesh[152, :2])
    assert (face[:, 2] == 1.0).all()
    assert (openpose_points(seen()).face[:, 2] > 0.0).sum() == 9


def test_what_is_written_is_read_again() -> None:
    person = _person()
    (read,) = parse_frame(openpose_json([person]))
    for name in ("nose", "left_elbow", "right_ankle", "left_toe"):
        np.testing.assert_allclose(read.keypoints[BODY33_INDEX[name]], person.body[BODY25.index(name)], atol=1e-3)
    np.testing.assert_allclose(read.hands, person.hands, atol=1e-3)


def test_the_body_has_thirty_five_channels_that_cover_the_picture() -> None:
    maps = body_maps(_person())
    assert maps.shape == (35, 512, 512)
    assert BODY_CHANNELS[0] == "nose-neck"
    assert BODY_CHANNELS[24] == "left_thumb"
    np.testing.assert_array_equal(maps[-1], 1.0 - maps[:-1].max(0))
    drawn = [name for name, channel in zip(BODY_CHANNELS, maps, strict=True) if channel.any()]
    assert set(BODY_CHANNELS) - set(drawn) == {"left_toe-left_small_toe", "right_toe-right_small_toe"}


def test_limbs_are_five_squares_wide_and_fingers_three() -> None:
    body, hands = np.zeros((25, 3)), np.zeros((2, 21, 3))
    body[[2, 3]] = [[100.5, 100.5, 1.0], [200.5, 100.5, 1.0]]
    hands[0, [5, 6]] = [[100.5, 300.5, 1.0], [200.5, 300.5, 1.0]]
    maps = body_maps(OpenPosePoints(body, np.zeros((70, 3)), hands))
    assert np.flatnonzero(maps[2, :, 150]).tolist() == [98, 99, 100, 101, 102]
    assert np.flatnonzero(maps[25, :, 150]).tolist() == [299, 300, 301]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("finger", range(5))
def test_each_finger_ends_at_its_own_tip_and_is_as_wide_as_the_others(side: int, finger: int) -> None:
    person = _person()
    channel = body_maps(person)[24 + 5 * side + finger]
    rows, columns = np.nonzero(channel)
    hand = person.hands[side]
    chain = hand[[0, *range(1 + 4 * finger, 5 + 4 * finger)], :2]
    away = np.abs(np.stack([columns, rows], axis=1)[:, None] + 0.5 - _along(chain)).sum(-1).min(1)
    assert away.max() < 2.6
    x, y = chain[-1].astype(int)
    assert channel[y - 1 : y + 2, x].all()


def _along(chain: np.ndarray) -> np.ndarray:
    shares = np.linspace(0.0, 1.0, 200)[:, None]
    return np.concatenate([a + shares * (b - a) for a, b in pairwise(chain)])


@given(st.integers(-400, 400), st.integers(-400, 400))
@settings(max_examples=10, deadline=None)
def test_what_leaves_the_picture_is_cut_not_bent(right: int, down: int) -> None:
    # No point lies just between two squares, where the last bit of a number would tell.
    person = _moved(_person(), right + 0.37, down + 0.21)
    small = body_maps(person, 128)
    large = body_maps(_moved(person, 400, 400), 928)[:, 400:528, 400:528]
    np.testing.assert_array_equal(small, large)


@given(st.lists(st.integers(0, 32), max_size=25))
@settings(max_examples=10, deadline=None)
def test_missing_points_never_draw_to_the_corner(missing: list[int]) -> None:
    keypoints = seen(metre_px=250.0, hips_px=(256.0, 270.0))
    keypoints[missing] = np.nan
    maps = body_maps(openpose_points(keypoints))
    assert not maps[:-1, :8].any()
    assert not maps[:-1, :, :8].any()


def test_the_face_has_its_nose_in_the_middle_and_background_away_from_its_points() -> None:
    mesh = np.random.default_rng(0).uniform(240.0, 250.0, (468, 3))
    maps = face_maps(openpose_points(seen(), face_px=mesh))
    assert maps.shape == (15, 64, 64)
    assert maps[30 % 14, 32, 32] >= 0.25
    assert maps.min() >= 0.0
    assert maps.max() <= 1.0
    assert maps[-1, 0, 0] == pytest.approx(1.0)
    assert maps[-1, 32, 32] == pytest.approx(0.0)


def test_a_face_without_a_nose_is_only_background() -> None:
    keypoints = seen()
    keypoints[BODY33_INDEX["nose"]] = np.nan
    maps = face_maps(openpose_points(keypoints))
    assert not maps[:-1].any()
    np.testing.assert_allclose(maps[-1], 1.0)
