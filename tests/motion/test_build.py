from dataclasses import replace

import numpy as np
import pytest

from manekko.arrays import spans
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import angle_between
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX
from tests.lift.dancers import Dance, degrees_apart, seen

TIMES_S = np.arange(151) / 30
DANCE = Dance(3, turn_rad_s=0.3)


@pytest.fixture(scope="module")
def lifted() -> Lifted:
    return lift_track(seen(DANCE, TIMES_S, noise_m=0.005, noise_px=0.5))


@pytest.fixture(scope="module")
def motion(lifted: Lifted) -> Motion:
    return motion_from_lifted(lifted)


def _directions(motion: Motion, pairs: list[tuple[str, str]]) -> np.ndarray:
    joints = motion.joint_positions_m()
    vectors = np.stack([joints[:, JOINT_INDEX[b]] - joints[:, JOINT_INDEX[a]] for a, b in pairs], axis=1)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_a_dance_becomes_the_motion_it_was(motion):
    truth = DANCE.motion(5.0)
    pairs = [
        (side + a, side + b)
        for side in ("left", "right")
        for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    ]
    errors = degrees_apart(_directions(motion, pairs), _directions(truth, pairs))
    assert errors.mean() < 4.0
    ours, theirs = global_rotations(motion.local_rotations_xyzw), global_rotations(truth.local_rotations_xyzw)
    for joint in ("hips", "chest", "head"):
        angle = np.degrees(angle_between(ours[:, JOINT_INDEX[joint]], theirs[:, JOINT_INDEX[joint]]))
        assert angle.mean() < 6.0, joint


def test_the_hips_travel_as_they_did(motion):
    truth = DANCE.motion(5.0)
    ours, theirs = (m.root_positions_m - m.root_positions_m[:1] for m in (motion, truth))
    assert np.linalg.norm(ours - theirs, axis=-1).mean() < 0.06
    assert motion.root_positions_m[:, 1].mean() == pytest.approx(truth.root_positions_m[:, 1].mean(), abs=0.04)


def test_proportions_are_the_dancers(motion):
    offsets = motion.skeleton.rest_offsets_m
    assert np.linalg.norm(offsets[JOINT_INDEX["leftLowerLeg"]]) == pytest.approx(0.40, rel=0.04)
    assert np.linalg.norm(offsets[JOINT_INDEX["leftFoot"]]) == pytest.approx(0.39, rel=0.06)
    assert offsets[JOINT_INDEX["leftHand"], 0] == pytest.approx(0.24, rel=0.05)
    assert (offsets[JOINT_INDEX["rightHand"]] == offsets[JOINT_INDEX["leftHand"]] * [-1.0, 1.0, 1.0]).all()


def test_contacts_are_where_the_feet_stood_and_planted_feet_do_not_move(motion):
    found = np.stack([motion.contacts[:, :2].any(1), motion.contacts[:, 2:].any(1)], axis=1)
    standing, stepping = DANCE.planted(TIMES_S), ~DANCE.planted(TIMES_S)
    for flags, expected in ((standing, True), (stepping, False)):
        for side in range(2):
            for start, end in spans(flags[:, side])[1:-1]:
                middle = slice(start + (end - start) * 2 // 5, end - (end - start) * 2 // 5)
                assert (found[middle, side] == expected).mean() > 0.8, (side, start, expected)
    joints = motion.joint_positions_m()
    for side, name in enumerate(("leftToes", "rightToes")):
        for start, end in spans(motion.contacts[:, 2 * side + 1] & motion.contacts[:, 2 * side]):
            assert np.ptp(joints[start:end, JOINT_INDEX[name]], axis=0).max() < 1e-6


def test_nothing_goes_far_below_the_floor(motion):
    assert motion.joint_positions_m()[..., 1].min() > -0.03


def test_rotations_are_unit_and_do_not_flip(motion):
    assert motion.fps == 30.0
    assert motion.frame_count == 151
    assert motion.local_rotations_xyzw.shape == (151, len(HUMANOID), 4)
    assert np.linalg.norm(motion.local_rotations_xyzw, axis=-1) == pytest.approx(1.0)
    turns = angle_between(motion.local_rotations_xyzw[1:], motion.local_rotations_xyzw[:-1])
    assert np.degrees(turns).max() < 30.0


def test_the_dancer_starts_over_the_origin_or_over_the_origin_given(lifted):
    assert motion_from_lifted(lifted).root_positions_m[0, [0, 2]] == pytest.approx([0.0, 0.0], abs=0.08)
    moved = motion_from_lifted(lifted, origin_m=lifted.start_m - np.array([1.0, 0.0, 0.5]))
    difference = moved.root_positions_m - motion_from_lifted(lifted).root_positions_m
    assert difference == pytest.approx(np.tile([1.0, 0.0, 0.5], (151, 1)))


def test_unsure_keypoints_make_unsure_joints(lifted):
    confidences = lifted.confidences.copy()
    confidences[:, BODY33_INDEX["left_wrist"]] = 0.1
    motion = motion_from_lifted(replace(lifted, confidences=confidences))
    assert (motion.confidences[:, JOINT_INDEX["leftLowerArm"]] == 0.1).all()
    assert (motion.confidences[:, JOINT_INDEX["leftIndexDistal"]] == 0.1).all()
    assert (motion.confidences[:, JOINT_INDEX["rightLowerArm"]] > 0.3).all()
    assert (motion.confidences[:, JOINT_INDEX["leftUpperArm"]] > 0.9).all()


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_stills_and_very_short_clips_become_motions(frames):
    motion = motion_from_lifted(lift_track(seen(DANCE, np.arange(frames) / 30)))
    assert motion.frame_count == frames
    assert np.isfinite(motion.local_rotations_xyzw).all()
    assert np.isfinite(motion.root_positions_m).all()
