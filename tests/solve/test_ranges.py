import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.skeleton.rotations import from_rotation_vectors, multiply
from manekko.solve.joints import FREEDOMS, INDEX, elbow_axis, forearm_axis
from manekko.solve.pose import Pose
from manekko.solve.ranges import ACCELERATIONS_RAD, HINGES, hinge_angles
from tests.solve.scenes import angles, bent, danced, drawn_poses, t_pose

ELBOW, FOREARM, KNEE = HINGES[:3]
BENDS = st.floats(-3.0, 3.0)


@given(BENDS, BENDS, st.booleans())
def test_bend_and_twist_of_a_forearm_are_found_back(bend: float, twist: float, flipped: bool):
    turn = multiply(from_rotation_vectors(bend * ELBOW.axis), from_rotation_vectors(twist * FOREARM.axis))[None]
    turn = -turn if flipped else turn
    assert hinge_angles(turn, ELBOW)[0] == pytest.approx(bend, abs=1e-9)
    assert hinge_angles(turn, FOREARM)[0] == pytest.approx(twist, abs=1e-9)


@given(drawn_poses(1), st.sampled_from(HINGES), st.floats(-0.5, 0.5))
def test_a_hinge_turns_by_what_its_freedom_is_told(pose: Pose, hinge, angle: float):
    turned = angles(bent(pose, hinge, angle), hinge) - angles(pose, hinge)
    assert turned[0] == pytest.approx(angle, abs=1e-9)


def test_hinges_are_those_of_both_sides_each_with_its_own_freedom():
    assert [hinge.joint for hinge in HINGES] == [
        INDEX[side + part] for side in ("left", "right") for part in ("LowerArm", "LowerArm", "LowerLeg")
    ]
    assert len({hinge.freedom for hinge in HINGES}) == len(HINGES)
    assert max(hinge.freedom for hinge in HINGES) < FREEDOMS


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_positive_bend_brings_hands_forward_and_heels_back(side: str):
    elbow, _, knee = HINGES[:3] if side == "left" else HINGES[3:]
    for hinge, bone, forwards in ((elbow, forearm_axis(side), 1.0), (knee, np.array([0.0, -1.0, 0.0]), -1.0)):
        pose = bent(t_pose(1), hinge, 0.5)
        x, y, z, w = pose.local_xyzw[0, hinge.joint]
        turned = bone + 2.0 * np.cross([x, y, z], np.cross([x, y, z], bone) + w * bone)
        assert turned[2] * forwards > 0.1
    assert elbow_axis(side) @ forearm_axis(side) == pytest.approx(0.0)


def test_dancers_keep_within_the_ends_of_their_hinges():
    pose = danced(60)
    for hinge in HINGES:
        found = angles(pose, hinge)
        assert found.min() >= hinge.least_rad - 1e-9
        assert found.max() <= hinge.most_rad + 1e-9


def test_every_joint_that_hurries_is_one_of_the_fit():
    assert set(ACCELERATIONS_RAD) <= set(INDEX)
    assert min(ACCELERATIONS_RAD.values()) > 0.0
