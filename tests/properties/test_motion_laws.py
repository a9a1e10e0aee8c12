"""Laws of a motion's way through a model and back, for many dances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.arrays import spans
from manekko.files.models import standard_rig
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rig_kinematics import pose_rig
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.lift.dancers import Dance

FEW = settings(max_examples=6, deadline=None)
DANCES = st.builds(Dance, st.integers(0, 10_000), st.floats(-1.0, 1.0))
TRUNK = ("hips", "spine", "chest", "neck", "head")
ARMS = ("leftUpperArm", "leftLowerArm", "rightUpperArm", "rightLowerArm")
LEGS = ("leftUpperLeg", "leftLowerLeg", "leftFoot", "rightUpperLeg", "rightLowerLeg", "rightFoot")
HANDS = ("leftHand", "rightHand")
PLACES = ["頭", "左手首", "右手首", "左足首", "右足首", "左ひざ"]


def _on_the_rigs_own_body(dance: Dance, seconds: float = 1.0) -> Motion:
    motion = dance.motion(seconds)
    own = motion_from_rig_motion(RigMotion("", {}), standard_rig()).skeleton
    scale = own.rest_offsets_m[0, 1] / motion.skeleton.rest_offsets_m[0, 1]
    return replace(motion, skeleton=own, root_positions_m=motion.root_positions_m * scale)


def _turned_about_up(motion: Motion, angle_rad: float) -> Motion:
    turn = from_rotation_vectors(np.array([0.0, angle_rad, 0.0]))
    rotations = motion.local_rotations_xyzw.copy()
    rotations[:, 0] = multiply(turn, rotations[:, 0])
    return replace(motion, root_positions_m=rotate(turn, motion.root_positions_m), local_rotations_xyzw=rotations)


@pytest.mark.slow
@FEW
@given(DANCES)
def test_a_motion_through_a_model_and_back_is_the_same_motion(dance):
    motion = _on_the_rigs_own_body(dance)
    back = motion_from_rig_motion(retarget(motion, standard_rig()), standard_rig())
    assert back.frame_count == motion.frame_count
    ours, theirs = global_rotations(motion.local_rotations_xyzw), global_rotations(back.local_rotations_xyzw)
    for names, limit_deg in ((TRUNK, 0.1), (ARMS, 3.0), (HANDS, 5.0), (LEGS, 5.0)):
        for name in names:
            angle = np.degrees(angle_between(ours[:, JOINT_INDEX[name]], theirs[:, JOINT_INDEX[name]]))
            assert angle.max() < limit_deg, name


@FEW
@given(DANCES)
def test_planted_feet_are_planted_on_the_model_and_on_the_way_back(dance):
    motion = dance.motion(1.0)
    back = motion_from_rig_motion(retarget(motion, standard_rig()), standard_rig()).joint_positions_m()
    for side, name in enumerate(("leftFoot", "rightFoot")):
        for start, end in spans(motion.contacts[:, 2 * side]):
            assert np.ptp(back[start:end, JOINT_INDEX[name]], axis=0).max() < 0.003


@pytest.mark.slow
@FEW
@given(DANCES, st.floats(-np.pi, np.pi))
def test_a_turned_dance_is_the_dance_turned(dance, angle_rad):
    motion, rig = dance.motion(1.0), standard_rig()
    frames = np.arange(motion.frame_count)
    plain = pose_rig(rig, retarget(motion, rig), frames, PLACES)
    turned = pose_rig(rig, retarget(_turned_about_up(motion, angle_rad), rig), frames, PLACES)
    turn = from_rotation_vectors(np.array([0.0, angle_rad, 0.0]))
    for bone in PLACES:
        # MMD's own IK solver is the only part that is not exact.
        limit = 1e-6 if bone in ("頭", "左手首", "右手首") else 0.01
        assert turned.positions_m(bone) == pytest.approx(rotate(turn, plain.positions_m(bone)), abs=limit), bone


@FEW
@given(DANCES, st.integers(1, 20))
def test_keys_of_a_part_are_the_part_of_the_keys(dance, start):
    motion, rig = dance.motion(1.0), standard_rig()
    part = replace(
        motion,
        root_positions_m=motion.root_positions_m[start:],
        local_rotations_xyzw=motion.local_rotations_xyzw[start:],
        confidences=motion.confidences[start:],
        contacts=motion.contacts[start:],
    )
    whole, cut = retarget(motion, rig), retarget(part, rig)
    assert whole.bones.keys() == cut.bones.keys()
    for name, track in cut.bones.items():
        apart_m = np.abs(track.positions_m - whole.bones[name].positions_m[start:]).max(axis=1)
        # Where a foot lands right at the cut, the body of the whole is already on its way to stand over both.
        assert apart_m[:10].max(initial=0.0) < 8e-3, name
        assert apart_m[10:].max(initial=0.0) < 5e-4, name
        assert np.degrees(angle_between(track.rotations_xyzw, whole.bones[name].rotations_xyzw[start:])).max() < 2.0
