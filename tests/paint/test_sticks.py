"""Stick channels: laws of what moves, what is missing, what leaves the picture and what lies in front."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.paint.stick_parts import STANDARD_BODY_M, STICK_PARTS
from manekko.paint.sticks import STICK_CHANNELS, STRIDE, stick_channels
from manekko.people.keypoints import BODY33, BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from tests.paint.stick_samples import bent, hand_at, seen

_SIZE = 256
_LEFT_ELBOW, _LEFT_WRIST = BODY33_INDEX["left_elbow"], BODY33_INDEX["left_wrist"]


def _rows(prefix: str) -> list[int]:
    rows = [row for row, name in enumerate(STICK_CHANNELS) if name.startswith(prefix)]
    assert rows
    return rows


def _hands(keypoints: np.ndarray) -> np.ndarray:
    return np.stack([hand_at(tuple(keypoints[BODY33_INDEX[f"{side}_wrist"], :2])) for side in ("left", "right")])


def _moved(values: np.ndarray, x_px: float, y_px: float) -> np.ndarray:
    return values + np.array([x_px, y_px, 0.0, 0.0])


def test_every_channel_is_drawn_by_a_body_with_hands() -> None:
    leaning = from_rotation_vectors(np.array([0.4, 0.0, 0.0]))
    keypoints = seen(rotate(leaning, bent(np.random.default_rng(3))), yaw_rad=0.4)
    channels = stick_channels(keypoints, _hands(keypoints) + np.array([0.0, 0.0, 0.2, 0.0]), _SIZE)
    assert channels.shape == (len(STICK_CHANNELS), _SIZE // STRIDE, _SIZE // STRIDE)
    assert channels.dtype == np.float32
    assert np.isfinite(channels).all()
    assert (np.abs(channels).max((1, 2)) > 0.05).all()
    assert np.abs(channels).max() <= 1.5


@given(st.integers(-6, 6), st.integers(-6, 6), st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_what_moves_by_whole_pixels_of_the_channels_moves_in_them(right: int, down: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    keypoints = seen(bent(rng), yaw_rad=rng.uniform(-3.0, 3.0), metre_px=60.0)
    hands = _hands(keypoints)
    before = stick_channels(keypoints, hands, _SIZE)
    shift = right * STRIDE, down * STRIDE
    after = stick_channels(_moved(keypoints, *shift), _moved(hands, *shift), _SIZE)
    np.testing.assert_allclose(after, np.roll(before, (down, right), (1, 2)), atol=2e-3)


@given(st.integers(-160, 160), st.integers(-160, 160), st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_what_leaves_the_picture_is_cut_as_out_of_a_larger_one(right: int, down: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    keypoints = _moved(seen(bent(rng), yaw_rad=rng.uniform(-3.0, 3.0)), right, down)
    hands, border = _hands(keypoints), 192
    small = stick_channels(keypoints, hands, _SIZE)
    large = stick_channels(_moved(keypoints, border, border), _moved(hands, border, border), _SIZE + 2 * border)
    inside = slice(border // STRIDE, (border + _SIZE) // STRIDE)
    np.testing.assert_allclose(small, large[:, inside, inside], atol=2e-3)


@pytest.mark.parametrize("name", ["left_elbow", "right_knee", "left_hip", "right_shoulder", "left_toe", "right_index"])
def test_a_missing_joint_takes_its_parts_away_and_leaves_the_others(name: str) -> None:
    keypoints = seen(bent(np.random.default_rng(5)), yaw_rad=0.5)
    whole = stick_channels(keypoints, None, _SIZE)
    keypoints[BODY33_INDEX[name]] = np.nan
    lacking = stick_channels(keypoints, None, _SIZE)
    gone = [part for part in STICK_PARTS if not lacking[_rows(f"{part}.")].any()]
    side, joint = name.split("_")
    expected = {
        "elbow": ["upper_arm", "forearm"],
        "knee": ["thigh", "shin"],
        "hip": ["chest", "pelvis", "thigh", "skirt"],
        "shoulder": ["chest", "pelvis", "upper_arm", "skirt"],
        "toe": ["foot"],
        "index": ["hand"],
    }[joint]
    assert {f"{side}_{part}" if f"{side}_{part}" in STICK_PARTS else part for part in expected} <= set(gone)
    assert np.isfinite(lacking).all()
    kept = [part for part in ("head", "left_shin", "right_forearm", "right_foot") if part not in gone]
    for part in kept:
        np.testing.assert_allclose(lacking[_rows(f"{part}.near")], whole[_rows(f"{part}.near")], atol=0.02)


def test_nothing_known_draws_nothing() -> None:
    assert not stick_channels(np.full((33, 4), np.nan), np.full((2, 21, 4), np.nan), 64).any()


@given(st.lists(st.integers(0, 32), max_size=20), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_missing_keypoints_never_draw_at_the_corner(missing: list[int], seed: int) -> None:
    keypoints = seen(bent(np.random.default_rng(seed)), metre_px=50.0)
    keypoints[missing] = np.nan
    channels = stick_channels(keypoints, None, _SIZE)
    assert np.isfinite(channels).all()
    planes = _rows("chest.sine") + _rows("chest.cosine") + _rows("head.sine") + _rows("head.cosine")
    planes += _rows("pelvis.sine") + _rows("pelvis.cosine")
    channels[planes] = 0.0
    assert not channels[:, :2].any()
    assert not channels[:, :, :2].any()


@given(st.floats(-3.1, 3.1))
@settings(max_examples=20, deadline=None)
def test_facing_is_sine_and_cosine_of_the_turn(yaw_rad: float) -> None:
    channels = stick_channels(seen(yaw_rad=yaw_rad), None, 64)
    for part in ("chest", "head", "pelvis"):
        assert channels[_rows(f"{part}.sine"), 5, 5] == pytest.approx(math.sin(yaw_rad), abs=1e-3)
        assert channels[_rows(f"{part}.cosine"), 5, 5] == pytest.approx(math.cos(yaw_rad), abs=1e-3)


def test_the_face_is_positive_from_in_front_and_negative_from_behind() -> None:
    front, back = (stick_channels(seen(yaw_rad=yaw), None, _SIZE)[_rows("face.")] for yaw in (0.0, math.pi))
    assert (front.max((1, 2)) > 0.6).all()
    assert (back.min((1, 2)) < -0.6).all()
    assert front.min() >= 0.0


def test_a_bone_is_counted_from_minus_one_to_one() -> None:
    keypoints = seen(metre_px=400.0, hips_px=(256.0, 0.0))
    channels = stick_channels(keypoints, None, 512)
    column, row = (keypoints[BODY33_INDEX["left_knee"], :2] / STRIDE).astype(int)
    end = (keypoints[BODY33_INDEX["left_ankle"], 1] / STRIDE).astype(int)
    up, near = channels[_rows("left_shin.up")][0], channels[_rows("left_shin.near")][0]
    assert up[row, column] / near[row, column] == pytest.approx(1.0, abs=0.04)
    assert up[end, column] / near[end, column] == pytest.approx(-1.0, abs=0.04)


def test_a_tenth_of_a_pixel_is_told() -> None:
    keypoints = seen()
    elbow, wrist = keypoints[[_LEFT_ELBOW, _LEFT_WRIST], :2]
    column, row = ((elbow + wrist) / 2.0 / STRIDE).astype(int)
    place = [stick_channels(_moved(keypoints, x, 0.0), None, _SIZE)[_rows("left_forearm.up")[0]] for x in (0.0, 0.1)]
    # "Up" leads to the body, which is left of the arm in the picture.
    change = 0.1 / (abs(wrist[0] - elbow[0]) / 2.0)
    assert place[1][row, column] - place[0][row, column] == pytest.approx(change, rel=0.05)


@given(st.floats(-3.1, 3.1))
@settings(max_examples=15, deadline=None)
def test_the_body_s_guess_is_near_the_true_place_at_rest(yaw_rad: float) -> None:
    keypoints = seen(yaw_rad=yaw_rad)
    channels = stick_channels(keypoints, None, _SIZE)
    half = np.ptp(STANDARD_BODY_M[:, 1]) / 2.0
    # A leg may be hidden by the other, an ankle by the other foot.
    feet = [STANDARD_BODY_M[heel] * (1.0 - share) + STANDARD_BODY_M[heel + 2] * share
            for heel in (29, 30) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]  # fmt: skip
    possible = np.concatenate([STANDARD_BODY_M[25:29], feet])
    for name in ("left_knee", "right_knee", "left_ankle"):
        column, row = (keypoints[BODY33_INDEX[name], :2] / STRIDE).astype(int)
        guess = channels[_rows("body.rest"), row, column] * half + STANDARD_BODY_M[[23, 24]].mean(0)
        assert np.linalg.norm(possible - guess, axis=1).min() < 0.09


@pytest.mark.parametrize(("depth_m", "covers"), [(-0.3, True), (0.3, False)])
def test_the_nearer_of_two_parts_hides_the_other(depth_m: float, covers: bool) -> None:
    body = STANDARD_BODY_M.copy()
    body[BODY33_INDEX["left_elbow"]] = [0.16, 1.05, -0.018 - depth_m / 2.0]
    body[[BODY33_INDEX[f"left_{name}"] for name in ("wrist", "index", "pinky", "thumb")]] = np.array(
        [0.0, 1.05, -depth_m]
    ) + np.array([[0, 0, 0], [-0.08, 0.02, 0], [-0.08, -0.02, 0], [-0.03, 0.03, 0]])
    keypoints = seen(body)
    channels = stick_channels(keypoints, None, _SIZE)
    column, row = (keypoints[_LEFT_WRIST, :2] / STRIDE).astype(int)
    half = np.ptp(STANDARD_BODY_M[:, 1]) / 2.0
    guess = channels[_rows("body.rest"), row, column] * half + STANDARD_BODY_M[[23, 24]].mean(0)
    assert (abs(guess[0]) > 0.4) == covers
    assert channels[_rows("left_forearm.depth"), row, column] * depth_m > 0.05


def test_less_trusted_keypoints_draw_fainter() -> None:
    keypoints = seen()
    trusted = stick_channels(keypoints, None, _SIZE)[_rows("left_forearm.near")].max()
    keypoints[_LEFT_WRIST, 3] = 0.0
    doubted = stick_channels(keypoints, None, _SIZE)[_rows("left_forearm.near")].max()
    assert doubted == pytest.approx(trusted / 2.0, abs=0.02)


def test_fingers_are_told_apart() -> None:
    hand = hand_at((128.0, 100.0), length_px=100.0)
    channels = stick_channels(np.full((33, 4), np.nan), np.stack([hand, np.full((21, 4), np.nan)]), _SIZE)
    fingers = channels[_rows("left_fingers.")]
    assert not channels[_rows("right_fingers.")].any()
    for finger in range(5):
        for joint, along in ((0, 0.0), (3, 1.0)):
            column, row = (hand[1 + 4 * finger + joint, :2] / STRIDE).astype(int)
            shown, own_along, which, _ = fingers[:, row, column]
            assert shown > 0.9
            assert own_along == pytest.approx(along, abs=0.15)
            assert which == pytest.approx((finger - 2) / 2.0, abs=0.1)


def test_keypoints_without_depth_are_drawn_flat() -> None:
    keypoints = seen()
    keypoints[:, 2] = np.nan
    channels = stick_channels(keypoints, None, _SIZE)
    assert np.isfinite(channels).all()
    assert channels[_rows("left_shin.near")].max() > 0.9
    assert np.abs(channels[_rows("left_shin.depth")]).max() == 0.0


def test_all_parts_have_their_keypoints_by_name() -> None:
    assert len(BODY33) == len(STANDARD_BODY_M) == 33
    assert len(STICK_CHANNELS) == len(set(STICK_CHANNELS))
