"""A second opinion on how the bones lie."""

import numpy as np
import pytest

from manekko.lift.camera import default_camera
from manekko.lift.guess import guessed_prior
from manekko.lift.second_prior import BONES, GUESS_DOUBT, ends, improved_shape, packed, unpacked
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import from_rotation_vectors, normalized, rotate
from tests.lift.dancers import PICTURE_PX, Dance, camera_points, degrees_apart, project

HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
CAMERA = default_camera(PICTURE_PX)


def filmed(seed: int, *, seconds: float = 3.0, fps: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """A dancer's keypoints about the mid-hip in camera axes, and in the picture."""
    points = camera_points(Dance(seed).keypoints_m(np.arange(round(seconds * fps)) / fps))
    return points - points[:, HIPS].mean(1, keepdims=True), project(CAMERA, points)


def improved(shape_m: np.ndarray, keypoints_px: np.ndarray, *, fps: float = 30.0):
    return improved_shape(shape_m, keypoints_px, np.full(keypoints_px.shape[:2], 0.95), CAMERA, fps=fps)


def bones_of(shape_m: np.ndarray) -> np.ndarray:
    def at(names: list[str]) -> np.ndarray:
        return shape_m[:, [BODY33_INDEX[name] for name in names]].mean(1)

    return np.stack([at(ends(bone)[1]) - at(ends(bone)[0]) for bone in BONES], axis=1)


def smoothed_guess(keypoints_px: np.ndarray) -> np.ndarray:
    """A shape guessed from the picture alone, about the mid-hip."""
    shape = guessed_prior(keypoints_px, fps=30.0)
    return shape - shape[:, HIPS].mean(1, keepdims=True)


def leaning(shape_m: np.ndarray) -> np.ndarray:
    """The shape with its limbs' depths lost by half and the whole body tilted, as detectors do."""
    turn = from_rotation_vectors(np.array([np.radians(12.0), 0.0, 0.0]))
    return rotate(turn, shape_m * [1.0, 1.0, 0.5])


def test_bones_that_were_seen_wrong_come_nearer_to_the_truth():
    before, after = [], []
    for seed in range(3):
        true, keypoints = filmed(seed)
        wrong = leaning(true)
        shape, _ = improved(wrong, keypoints)
        before.append(degrees_apart(normalized(bones_of(wrong)), normalized(bones_of(true))))
        after.append(degrees_apart(normalized(bones_of(shape)), normalized(bones_of(true))))
    assert np.mean(after) < 0.85 * np.mean(before)


def test_the_shape_has_the_directions_that_are_told_and_the_lengths_it_had():
    true, keypoints = filmed(1)
    shape, told = improved(leaning(true), keypoints)
    np.testing.assert_allclose(normalized(bones_of(shape)), told.unit, atol=1e-9)
    lengths = np.linalg.norm(bones_of(shape), axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[:1], lengths.shape), atol=1e-9)
    before = np.median(np.linalg.norm(bones_of(leaning(true)), axis=-1), axis=0)
    limbs = [place for place, bone in enumerate(BONES) if bone.startswith("left_")]
    twins = [BONES.index(BONES[place].replace("left", "right")) for place in limbs]
    np.testing.assert_allclose(lengths[0, limbs], (before[limbs] + before[twins]) / 2.0)
    np.testing.assert_allclose(shape[:, HIPS].mean(1), 0.0, atol=1e-12)


def test_a_mirrored_dancer_gives_the_mirrored_shape():
    true, keypoints = filmed(2)
    shape, told = improved(true, keypoints)
    width = np.array([PICTURE_PX[0], 0.0])
    flipped, also_told = improved(
        (true * [-1.0, 1.0, 1.0])[:, BODY33_MIRROR], (width + keypoints * [-1.0, 1.0])[:, BODY33_MIRROR]
    )
    np.testing.assert_allclose(flipped[:, BODY33_MIRROR] * [-1.0, 1.0, 1.0], shape, atol=1e-9)
    assert np.isclose(also_told.sigma.sum(), told.sigma.sum())


def test_twice_the_frames_give_the_same_shape():
    true, keypoints = filmed(3)
    double, double_keypoints = filmed(3, fps=60.0)
    slow, _ = improved(true, keypoints)
    fast, _ = improved(double, double_keypoints, fps=60.0)
    assert np.abs(fast[::2] - slow).max() < 0.03


def test_points_that_are_never_seen_leave_the_rest_finite():
    true, keypoints = filmed(0)
    for name, place in BODY33_INDEX.items():
        if name.endswith(("heel", "toe", "index", "pinky", "thumb")):
            keypoints[:, place] = np.nan
    shape, told = improved(true, keypoints)
    assert np.isfinite(shape).all()
    assert np.isfinite(told.unit).all()
    assert ((told.sigma > 0.0) & (told.sigma < 1.0)).all()


def test_a_guessed_shape_has_less_say():
    true, keypoints = filmed(2)
    guessed = smoothed_guess(keypoints)
    sure, doubted = (
        improved_shape(guessed, keypoints, np.full(keypoints.shape[:2], 0.95), CAMERA, fps=30.0, doubt=doubt)
        for doubt in (1.0, GUESS_DOUBT)
    )
    off = [degrees_apart(told.unit, normalized(bones_of(true))).mean() for _, told in (sure, doubted)]
    before = degrees_apart(normalized(bones_of(guessed)), normalized(bones_of(true))).mean()
    assert off[1] < off[0] < before
    assert (doubted[1].sigma > sure[1].sigma).all()


def test_what_is_smaller_in_the_picture_is_further_away_not_another_pose():
    true, keypoints = filmed(1)
    half = (keypoints - np.array(CAMERA.centre_px)) / 2.0 + np.array(CAMERA.centre_px)
    near, _ = improved(true, keypoints)
    far, _ = improved(true, half)
    # Perspective tells a little: the same rays would be seen of another pose.
    assert degrees_apart(normalized(bones_of(near)), normalized(bones_of(far))).mean() < 8.0


def test_a_net_in_few_bytes_is_nearly_the_same():
    net = {"inner0": np.random.default_rng(0).normal(size=(60, 40)) * np.linspace(0.1, 3.0, 40), "shift0": np.ones(40)}
    again = unpacked(packed(net))
    assert packed(net)["inner0"].dtype == np.int8
    np.testing.assert_array_less(np.abs(again["inner0"] - net["inner0"]).max(0), np.abs(net["inner0"]).max(0) / 253.0)
    np.testing.assert_array_equal(again["shift0"], 1.0)


@pytest.mark.slow
def test_a_long_clip_is_as_its_pieces_are():
    true, keypoints = filmed(4, seconds=137.0)
    piece = slice(3800, 4110)
    (_, whole), (_, part) = improved(true, keypoints), improved(true[piece], keypoints[piece])
    inner = slice(150, 250)  # frame 4000, where a new block begins, is among them
    np.testing.assert_allclose(whole.unit[piece][inner], part.unit[inner], atol=1e-3)
