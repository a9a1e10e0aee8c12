from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import spans
from manekko.motion.feet import Body, plant_feet
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.rotations import as_axes, from_rotation_vectors, multiply
from manekko.skeleton.skeleton import JOINT_INDEX, default_skeleton
from tests.lift.dancers import Dance

FPS = 30.0
TIMES_S = np.arange(150) / FPS
FLAT = np.repeat(Dance(0).planted(TIMES_S), 2, axis=1)
"""Contacts of every dance: heel and toe of each foot together."""


def _seen(seed: int, *, noise_m: float = 0.02, turn_rad: float = 0.1) -> Body:
    """A dance as it is seen: feet that slide, float and tilt a little."""
    roots, rotations = Dance(seed).body(TIMES_S)
    wave = np.stack([Dance(seed)._wave(TIMES_S, 500 + k, hz=1.5) for k in range(9)], axis=-1)
    for index, side in enumerate(("left", "right")):
        tilt = from_rotation_vectors(turn_rad * wave[:, 3 * index + 3 : 3 * index + 6])
        for part in ("Foot", "Toes"):
            rotations[:, JOINT_INDEX[side + part]] = multiply(tilt, rotations[:, JOINT_INDEX[side + part]])
    return Body(default_skeleton(), roots + noise_m * wave[:, :3], rotations)


def _places(body: Body, part: str) -> np.ndarray:
    joints = joint_positions(body.skeleton, body.root_positions_m, body.global_rotations_xyzw)
    return np.stack([joints[:, JOINT_INDEX[side + part]] for side in ("left", "right")], axis=1)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 0.03))
def test_planted_foot_does_not_move(seed, noise_m):
    planted = plant_feet(_seen(seed, noise_m=noise_m), FLAT, fps=FPS)
    for part in ("Foot", "Toes"):
        places = _places(planted, part)
        for side in range(2):
            for start, end in spans(FLAT[:, 2 * side]):
                assert np.ptp(places[start:end, side], axis=0).max() < 1e-6, (part, side, start)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_planted_foot_is_flat_on_the_floor(seed):
    planted = plant_feet(_seen(seed), FLAT, fps=FPS)
    ankle_height = default_skeleton().rest_positions_m[JOINT_INDEX["leftFoot"], 1]
    for side, name in enumerate(("leftFoot", "rightFoot")):
        stands = FLAT[:, 2 * side]
        assert _places(planted, "Foot")[stands, side, 1] == pytest.approx(ankle_height, abs=1e-6)
        up = as_axes(planted.global_rotations_xyzw[stands, JOINT_INDEX[name]])[..., 1]
        assert up == pytest.approx(np.tile([0.0, 1.0, 0.0], (len(up), 1)), abs=1e-6)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_nothing_jumps_where_a_contact_begins_or_ends(seed):
    body = _seen(seed)
    planted = plant_feet(body, FLAT, fps=FPS)
    before, after = (_places(b, "Foot") for b in (body, planted))
    steps = [np.linalg.norm(np.diff(places, axis=0), axis=-1) for places in (before, after)]
    assert (steps[1] - steps[0]).max() < 0.03
    root_steps = np.linalg.norm(np.diff(planted.root_positions_m - body.root_positions_m, axis=0), axis=-1)
    assert root_steps.max() < 0.02


def test_far_from_contacts_the_body_moves_as_a_whole():
    body = _seen(3)
    high = np.clip((np.arange(150) - 20) / 20, 0.0, 1.0)[:, None] * [0.0, 0.3, 0.0]
    body = replace(body, root_positions_m=body.root_positions_m + high)
    contacts = np.zeros((150, 4), dtype=bool)
    contacts[:20] = True
    planted = plant_feet(body, contacts, fps=FPS)
    moved = planted.root_positions_m[90:] - body.root_positions_m[90:]
    assert np.ptp(moved, axis=0).max() < 1e-3
    for part in ("Foot", "LowerLeg", "Toes"):
        difference = _places(planted, part)[90:] - _places(body, part)[90:]
        assert difference == pytest.approx(np.repeat(moved[:, None], 2, axis=1), abs=2e-3)


def test_without_contacts_a_body_above_the_floor_stays_as_it_is():
    body = _seen(4)
    body = replace(body, root_positions_m=body.root_positions_m + np.array([0.0, 0.1, 0.0]))
    planted = plant_feet(body, np.zeros((150, 4), dtype=bool), fps=FPS)
    assert planted.root_positions_m == pytest.approx(body.root_positions_m, abs=1e-12)
    assert _places(planted, "Foot") == pytest.approx(_places(body, "Foot"), abs=1e-6)


@pytest.mark.parametrize(("column", "part"), [(1, "Toes"), (0, "heel")])
def test_a_foot_on_its_toe_or_heel_turns_about_that_and_nothing_else(column, part):
    body = _seen(5, noise_m=0.01)
    rotations = body.global_rotations_xyzw.copy()
    lift = from_rotation_vectors(np.linspace(0.0, 0.5 if part == "Toes" else -0.4, 20)[:, None] * [[1.0, 0.0, 0.0]])
    contacts = np.zeros((150, 4), dtype=bool)
    contacts[50:90, :2] = True
    contacts[70:90, 1 - column] = False
    for name in ("leftFoot", "leftToes"):
        rotations[70:90, JOINT_INDEX[name]] = multiply(rotations[70:90, JOINT_INDEX[name]], lift)
    planted = plant_feet(replace(body, global_rotations_xyzw=rotations), contacts, fps=FPS)
    if part == "Toes":
        stands = _places(planted, "Toes")[70:90, 0]
    else:
        # The heel stands behind and below the ankle, wherever the module puts it along the foot.
        foot = as_axes(planted.global_rotations_xyzw[70:90, JOINT_INDEX["leftFoot"]])
        ankle = _places(planted, "Foot")[70:90, 0]
        stands = ankle - 0.08 * foot[..., 1] - 0.35 * 0.13 * foot[..., 2]
    assert np.ptp(stands, axis=0).max() < 1e-6
    assert stands[0, 1] == pytest.approx(0.01 if part == "Toes" else 0.0, abs=0.02)


def test_two_planted_feet_too_far_apart_to_reach_leave_the_legs_straight_not_broken():
    body = _seen(6)
    high = replace(body, root_positions_m=body.root_positions_m + np.array([0.0, 0.3, 0.0]))
    planted = plant_feet(high, np.ones((150, 4), dtype=bool), fps=FPS)
    assert np.isfinite(planted.global_rotations_xyzw).all()
    legs = np.linalg.norm(_places(planted, "Foot") - _places(planted, "UpperLeg"), axis=-1)
    assert legs.max() <= 0.79 + 1e-9


def test_a_foot_that_swivels_on_its_ball_ends_elsewhere_and_its_ball_never_moves():
    body = _seen(8, noise_m=0.01)
    rotations = body.global_rotations_xyzw.copy()
    turn = from_rotation_vectors(np.clip((np.arange(150) - 50) / 20, 0.0, 1.0)[:, None] * [0.0, 0.9, 0.0])
    for name in ("leftFoot", "leftToes"):
        rotations[:, JOINT_INDEX[name]] = turn
    contacts = np.zeros((150, 4), dtype=bool)
    contacts[30:100, 1] = True
    contacts[30:50, 0] = contacts[70:100, 0] = True
    planted = plant_feet(replace(body, global_rotations_xyzw=rotations), contacts, fps=FPS)
    assert np.ptp(_places(planted, "Toes")[30:100, 0], axis=0).max() < 1e-6
    ankles = _places(planted, "Foot")[:, 0]
    assert np.ptp(ankles[70:100], axis=0).max() < 1e-6
    assert np.linalg.norm(ankles[80] - ankles[40]) == pytest.approx(2 * 0.13 * np.sin(0.45), abs=0.01)


def test_toes_lie_on_the_floor_under_a_foot_on_its_ball():
    body = _seen(9, noise_m=0.0, turn_rad=0.0)
    rotations = body.global_rotations_xyzw.copy()
    up = from_rotation_vectors(np.tile([0.5, 0.0, 0.0], (150, 1)))
    for name in ("leftFoot", "leftToes"):
        rotations[:, JOINT_INDEX[name]] = up
    contacts = np.zeros((150, 4), dtype=bool)
    contacts[:, 1] = True
    planted = plant_feet(replace(body, global_rotations_xyzw=rotations), contacts, fps=FPS)
    toes = as_axes(planted.global_rotations_xyzw[:, JOINT_INDEX["leftToes"]])
    assert toes[..., 1] == pytest.approx(np.tile([0.0, 1.0, 0.0], (150, 1)), abs=1e-6)


def test_a_free_foot_does_not_sink_into_the_floor():
    body = _seen(10)
    low = replace(body, root_positions_m=body.root_positions_m - np.array([0.0, 0.1, 0.0]))
    freed = plant_feet(low, np.zeros((150, 4), dtype=bool), fps=FPS)
    ankles, balls = _places(freed, "Foot"), _places(freed, "Toes")
    assert balls[..., 1].min() > -1e-3
    assert ankles[..., 1].min() > 0.0


def test_the_root_comes_down_for_a_foot_out_of_reach():
    body = _seen(12, noise_m=0.0)
    high = replace(body, root_positions_m=body.root_positions_m + np.array([0.0, 0.06, 0.0]))
    planted = plant_feet(high, FLAT, fps=FPS)
    places = _places(planted, "Foot")
    for side in range(2):
        for start, end in spans(FLAT[:, 2 * side]):
            assert np.ptp(places[start:end, side], axis=0).max() < 1e-6


def test_a_kneeling_foot_is_not_pressed_flat():
    body = _seen(13, noise_m=0.0, turn_rad=0.0)
    rotations = body.global_rotations_xyzw.copy()
    instep_down = from_rotation_vectors(np.tile([1.4, 0.0, 0.0], (150, 1)))
    for name in ("leftFoot", "leftToes"):
        rotations[:, JOINT_INDEX[name]] = instep_down
    planted = plant_feet(replace(body, global_rotations_xyzw=rotations), np.ones((150, 4), dtype=bool), fps=FPS)
    up = as_axes(planted.global_rotations_xyzw[:, JOINT_INDEX["leftFoot"]])[..., 1, 1]
    assert up.max() < 0.3
    assert np.ptp(_places(planted, "Toes")[:, 0], axis=0).max() < 1e-6


@pytest.mark.parametrize(("joint", "flesh_m"), [("hips", 0.06), ("leftLowerLeg", 0.03), ("rightHand", 0.01)])
def test_who_sits_kneels_or_leans_on_a_hand_is_not_in_the_floor(joint, flesh_m):
    body = _seen(14, noise_m=0.0)
    heights = joint_positions(body.skeleton, body.root_positions_m, body.global_rotations_xyzw)[:, JOINT_INDEX[joint]]
    down = np.array([0.0, heights[:, 1].min() - 0.5 * flesh_m, 0.0])
    low = replace(body, root_positions_m=body.root_positions_m - down)
    kept = plant_feet(low, np.zeros((150, 4), dtype=bool), fps=FPS)
    places = joint_positions(kept.skeleton, kept.root_positions_m, kept.global_rotations_xyzw)
    assert places[:, JOINT_INDEX[joint], 1].min() > -0.02
    assert kept.root_positions_m[:, 1].max() < body.root_positions_m[:, 1].max()


def test_a_lying_body_is_not_made_to_stand():
    body = _seen(15, noise_m=0.0, turn_rad=0.0)
    on_the_back = from_rotation_vectors(np.array([-np.pi / 2.0, 0.0, 0.0]))
    rotations = multiply(np.broadcast_to(on_the_back, body.global_rotations_xyzw.shape), body.global_rotations_xyzw)
    roots = np.tile([0.0, 0.12, 0.0], (150, 1))
    contacts = np.zeros((150, 4), dtype=bool)
    contacts[:, [0, 2]] = True
    planted = plant_feet(Body(body.skeleton, roots, rotations), contacts, fps=FPS)
    assert planted.root_positions_m[:, 1].max() < 0.35
    assert _places(planted, "Foot")[..., 1].max() < 0.35


def test_the_given_body_is_not_changed():
    body = _seen(7)
    copy = Body(body.skeleton, body.root_positions_m.copy(), body.global_rotations_xyzw.copy())
    plant_feet(body, FLAT, fps=FPS)
    assert (body.root_positions_m == copy.root_positions_m).all()
    assert (body.global_rotations_xyzw == copy.global_rotations_xyzw).all()
