import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.fit import BodyPoints, fit_rotations, frame_from
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.rotations import angle_between, as_axes, between, conjugate, multiply, rotate
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, default_skeleton
from tests.lift.dancers import HINGE, Dance, keypoints_of
from tests.properties.strategies import ROTATIONS, apart

BODY = [name for name in HUMANOID if not any(f in name for f in ("Thumb", "Index", "Middle", "Ring", "Little", "Eye"))]
LIMB_ENDS = [side + part for side in ("left", "right") for part in ("LowerArm", "Hand", "LowerLeg", "Foot")]


def body_points(keypoints_m: np.ndarray) -> BodyPoints:
    def pair(part: str) -> tuple[np.ndarray, np.ndarray]:
        return keypoints_m[:, BODY33_INDEX[f"left_{part}"]], keypoints_m[:, BODY33_INDEX[f"right_{part}"]]

    parts = "hip knee ankle heel toe shoulder elbow wrist index pinky ear eye".split()
    return BodyPoints(*(pair(part) for part in parts))


def _fit(dance: Dance, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True rotations, fitted rotations, hips."""
    roots, rotations = dance.body(times)
    return rotations, fit_rotations(body_points(keypoints_of(roots, rotations))), roots


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_fitted_rotations_put_every_joint_where_it_was(seed):
    times = np.arange(30) * 0.21
    true, fitted, roots = _fit(Dance(seed, turn_rad_s=0.8, elbow_rad=(0.45, 2.27)), times)
    skeleton = default_skeleton()
    error = np.linalg.norm(joint_positions(skeleton, roots, fitted) - joint_positions(skeleton, roots, true), axis=-1)
    body = [JOINT_INDEX[name] for name in BODY if not name.endswith("Toes")]
    assert error[:, body].max() < 0.004


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_limb_directions_are_exact(seed):
    true, fitted, _ = _fit(Dance(seed, turn_rad_s=0.8), np.arange(30) * 0.21)
    for name in LIMB_ENDS:
        parent, offset = JOINT_INDEX[name] - 1, default_skeleton().rest_offsets_m[JOINT_INDEX[name]]
        difference = rotate(true[:, parent], offset) - rotate(fitted[:, parent], offset)
        assert np.linalg.norm(difference, axis=-1).max() < 1e-6, name


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_well_bent_limbs_have_their_twist_too(seed):
    dance = Dance(seed, elbow_rad=(np.radians(121), np.radians(130)))
    true, fitted, _ = _fit(dance, np.arange(30) * 0.21)
    for name in ("leftUpperArm", "rightUpperArm"):
        joint = JOINT_INDEX[name]
        assert np.degrees(angle_between(true[:, joint], fitted[:, joint])).max() < 0.1, name
    for name in ("leftUpperLeg", "rightUpperLeg", "hips", "chest", "neck", "head"):
        joint = JOINT_INDEX[name]
        assert np.degrees(angle_between(true[:, joint], fitted[:, joint])).max() < 6.0, name


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_feet_point_where_they_pointed(seed):
    true, fitted, _ = _fit(Dance(seed), np.arange(30) * 0.21)
    for side in ("left", "right"):
        foot, shin = JOINT_INDEX[side + "Foot"], JOINT_INDEX[side + "LowerLeg"]
        forward = as_axes(true[:, foot])[..., 2]
        usual = (forward * as_axes(fitted[:, shin])[..., 2]).sum(-1) > 0.5
        assert usual.mean() > 0.8
        assert as_axes(fitted[:, foot])[usual, :, 2] == pytest.approx(forward[usual], abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.15))
def test_knees_never_bend_backwards_whatever_the_points(seed, noise_m):
    times = np.arange(30) * 0.21
    roots, rotations = Dance(seed, turn_rad_s=0.8).body(times)
    points = keypoints_of(roots, rotations)
    fitted = fit_rotations(body_points(points + noise_m * np.random.default_rng(seed).normal(size=points.shape)))
    assert np.isfinite(fitted).all()
    assert np.linalg.norm(fitted, axis=-1) == pytest.approx(np.ones(fitted.shape[:2]))
    for side in ("left", "right"):
        # Both are swung about one hinge: no twist at the knee that the thigh has not.
        local = multiply(
            conjugate(fitted[:, JOINT_INDEX[side + "UpperLeg"]]), fitted[:, JOINT_INDEX[side + "LowerLeg"]]
        )
        assert np.abs(local[:, 1]).max() < 1e-6
    if noise_m == 0.0:
        assert _knee_bends(fitted).min() >= 0.0


def _knee_bends(rotations: np.ndarray) -> np.ndarray:
    """Sine of the bend about the thigh's own x axis; positive is the way a knee goes."""
    bends = []
    for side in ("left", "right"):
        thigh, shin = (as_axes(rotations[:, JOINT_INDEX[side + part]]) for part in ("UpperLeg", "LowerLeg"))
        bends.append((np.cross(-thigh[..., 1], -shin[..., 1]) * thigh[..., 0]).sum(-1))
    return np.stack(bends)


@given(ROTATIONS)
@settings(max_examples=10, deadline=None)
def test_turning_all_points_turns_all_rotations(turn):
    roots, rotations = Dance(5).body(np.arange(4) * 0.4)
    points = keypoints_of(roots, rotations)
    plain, turned = fit_rotations(body_points(points)), fit_rotations(body_points(rotate(turn, points)))
    assert apart(turned, multiply(turn, plain)) < 1e-6


def test_the_t_pose_is_no_rotation_anywhere():
    skeleton = default_skeleton()
    rest = np.tile([0.0, 0.0, 0.0, 1.0], (2, len(HUMANOID), 1))
    points = keypoints_of(np.tile(skeleton.rest_positions_m[0], (2, 1)), rest)
    assert np.degrees(angle_between(fit_rotations(body_points(points)), rest)).max() < 1e-3


@pytest.mark.parametrize("side", ["left", "right"])
def test_convention_a_bent_elbow_points_the_forearm_forwards_and_up_from_the_t_pose(side):
    sign = 1.0 if side == "left" else -1.0
    forearm = np.cross(HINGE[side], np.array([sign, 0.0, 0.0]))
    assert forearm == pytest.approx([0.0, np.sin(np.radians(22.0)), np.cos(np.radians(22.0))])


def test_a_straight_arm_has_the_twist_of_the_chest():
    dance = Dance(3, elbow_rad=(0.05, 0.1))
    roots, rotations = dance.body(np.arange(20) * 0.3)
    fitted = fit_rotations(body_points(keypoints_of(roots, rotations)))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        chest, upper = (fitted[:, JOINT_INDEX[name]] for name in ("chest", side + "UpperArm"))
        local = multiply(conjugate(chest), upper)
        rest = np.array([sign, 0.0, 0.0])
        assert apart(local, between(rest, rotate(local, rest))) < 1e-6


def test_points_in_one_place_give_finite_rotations():
    same = (np.zeros((3, 3)), np.zeros((3, 3)))
    assert np.isfinite(fit_rotations(BodyPoints(*[same] * 12))).all()


def test_frame_from_axes_puts_x_first_and_leans_y():
    result = as_axes(frame_from(np.array([[0.0, 2.0, 0.0]]), np.array([[-1.0, 5.0, 0.0]])))[0]
    assert result[:, 0] == pytest.approx([0.0, 1.0, 0.0])
    assert result[:, 1] == pytest.approx([-1.0, 0.0, 0.0])
