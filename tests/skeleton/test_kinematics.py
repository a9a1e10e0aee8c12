import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.skeleton.kinematics import global_rotations, joint_positions, local_rotations
from manekko.skeleton.rotations import IDENTITY_XYZW, from_rotation_vectors, rotate
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, PARENT_INDICES, default_skeleton
from tests.properties.strategies import ROTATIONS, apart

MIRROR = [JOINT_INDEX[name.replace("left", "#").replace("right", "left").replace("#", "right")] for name in HUMANOID]


def _pose(seed: int) -> np.ndarray:
    turns = np.random.default_rng(seed).normal(size=(len(HUMANOID), 3))
    return from_rotation_vectors(turns)


@given(st.integers(0, 2**16))
def test_local_and_global_rotations_undo_each_other(seed):
    pose = _pose(seed)
    assert apart(local_rotations(global_rotations(pose)), pose) < 1e-12
    assert apart(global_rotations(local_rotations(pose)), pose) < 1e-12


@given(st.integers(0, 2**16))
def test_bones_keep_their_lengths_in_every_pose(seed):
    skeleton = default_skeleton()
    positions = joint_positions(skeleton, np.array([0.3, 1.0, -0.2]), global_rotations(_pose(seed)))
    for joint, parent in enumerate(PARENT_INDICES):
        if parent >= 0:
            length = np.linalg.norm(positions[joint] - positions[parent])
            assert length == pytest.approx(np.linalg.norm(skeleton.rest_offsets_m[joint]))


@given(st.integers(0, 2**16))
def test_a_mirrored_pose_is_the_mirror_image(seed):
    skeleton, pose = default_skeleton(), _pose(seed)
    mirrored = pose[MIRROR] * np.array([1.0, -1.0, -1.0, 1.0])
    there = joint_positions(skeleton, np.array([0.3, 1.0, -0.2]), global_rotations(pose))
    here = joint_positions(skeleton, np.array([-0.3, 1.0, -0.2]), global_rotations(mirrored))
    assert here == pytest.approx(there[MIRROR] * np.array([-1.0, 1.0, 1.0]))


@given(ROTATIONS)
def test_turning_the_hips_turns_the_whole_body_about_them(turn):
    skeleton, pose = default_skeleton(), np.tile(IDENTITY_XYZW, (len(HUMANOID), 1))
    pose[0] = turn
    rest = skeleton.rest_positions_m
    turned = joint_positions(skeleton, rest[0], global_rotations(pose))
    assert turned - rest[0] == pytest.approx(rotate(turn, rest - rest[0]), abs=1e-12)


def test_no_rotation_anywhere_is_the_t_pose():
    skeleton = default_skeleton()
    pose = np.tile(IDENTITY_XYZW, (2, len(HUMANOID), 1))
    positions = joint_positions(skeleton, np.tile(skeleton.rest_positions_m[0], (2, 1)), global_rotations(pose))
    assert positions[1] == pytest.approx(skeleton.rest_positions_m)


def test_a_quarter_turn_of_the_left_shoulder_about_z_lifts_the_arm():
    skeleton, pose = default_skeleton(), np.tile(IDENTITY_XYZW, (len(HUMANOID), 1))
    pose[JOINT_INDEX["leftUpperArm"]] = from_rotation_vectors(np.array([0.0, 0.0, np.pi / 2]))
    positions = joint_positions(skeleton, skeleton.rest_positions_m[0], global_rotations(pose))
    arm = positions[JOINT_INDEX["leftHand"]] - positions[JOINT_INDEX["leftUpperArm"]]
    assert arm == pytest.approx([0.0, 0.51, 0.0])
