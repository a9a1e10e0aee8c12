import numpy as np
import pytest
from hypothesis import given

from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.rotations import conjugate, multiply
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.solve.joints import FREEDOMS, IN_HUMANOID, INDEX, JOINTS
from manekko.solve.observed import CARRIERS, pose_of
from manekko.solve.pose import Marks, Pose, jacobians, joined, own_turns, placed, whole_body
from tests.lift.dancers import Dance
from tests.solve.scenes import FEWER, SKELETON, SOLES, danced, degrees_apart, drawn_poses, t_pose

_STEP = 1e-5
MARKS = Marks(CARRIERS, np.random.default_rng(0).normal(0.0, 0.1, (len(CARRIERS), 3)))


def with_each_freedom_moved(pose: Pose) -> tuple[Pose, Pose]:
    """The pose of one frame once for each freedom, moved there a little ahead and a little back."""
    every = Pose(*(np.repeat(values, FREEDOMS, axis=0) for values in (pose.roots_m, pose.local_xyzw)))
    return every.moved(_STEP * np.eye(FREEDOMS)), every.moved(-_STEP * np.eye(FREEDOMS))


@FEWER
@given(drawn_poses(1, most_rad=1.5))
def test_points_move_with_each_freedom_as_told(pose: Pose):
    told = jacobians(placed(pose, SKELETON, MARKS), MARKS)[0]
    ahead, behind = (placed(moved, SKELETON, MARKS).points_m for moved in with_each_freedom_moved(pose))
    np.testing.assert_allclose(np.moveaxis(told, -1, 0), (ahead - behind) / (2.0 * _STEP), atol=1e-7)


@FEWER
@given(drawn_poses(1, most_rad=1.5))
def test_each_joint_turns_in_its_own_frame_as_told(pose: Pose):
    ahead, behind = (moved.local_xyzw for moved in with_each_freedom_moved(pose))
    turns = 2.0 * multiply(conjugate(behind), ahead)
    found = turns[..., :3] * np.sign(turns[..., 3:]) / (2.0 * _STEP)
    for name in JOINTS:
        columns, told = own_turns(pose, INDEX[name])
        expected = np.zeros((FREEDOMS, 3))
        expected[columns] = told[0].T
        np.testing.assert_allclose(expected, found[:, INDEX[name]], atol=1e-7)


@FEWER
@given(drawn_poses(2))
def test_joints_are_where_forward_kinematics_puts_them(pose: Pose):
    place = placed(pose, SKELETON, SOLES)
    whole = whole_body(pose)
    np.testing.assert_allclose(place.rotations_xyzw, whole[:, IN_HUMANOID], atol=1e-12)
    np.testing.assert_allclose(
        place.joints_m, joint_positions(SKELETON, pose.roots_m, whole)[:, IN_HUMANOID], atol=1e-12
    )


def test_a_hinged_body_is_held_as_it_is():
    roots, rotations = Dance(4).body(np.arange(40) / 10.0)
    pose = pose_of(rotations, roots)
    found = whole_body(pose)
    np.testing.assert_allclose(np.abs((found * rotations).sum(-1)), 1.0, atol=1e-9)
    again = pose_of(found, pose.roots_m)
    assert degrees_apart(again, pose).max() < 1e-5
    np.testing.assert_array_equal(again.roots_m, roots)


def test_joints_that_the_fit_does_not_turn_follow_their_parents():
    pose = danced(5)
    whole = whole_body(pose)
    for name, parent in (("leftToes", "leftFoot"), ("rightEye", "head"), ("leftIndexDistal", "leftHand")):
        np.testing.assert_array_equal(whole[:, JOINT_INDEX[name]], whole[:, JOINT_INDEX[parent]])


def test_no_step_moves_nothing_and_parts_join_to_the_whole():
    pose = danced(9)
    still = pose.moved(np.zeros((9, FREEDOMS)))
    assert degrees_apart(still, pose).max() < 1e-6
    whole = joined([pose.part(slice(0, 4)), pose.part(slice(4, 9))])
    np.testing.assert_array_equal(whole.local_xyzw, pose.local_xyzw)
    np.testing.assert_array_equal(whole.roots_m, pose.roots_m)


def test_the_soles_of_someone_who_stands_are_on_the_floor():
    points = placed(t_pose(1), SKELETON, SOLES).points_m[0]
    assert points[:, 1] == pytest.approx(np.zeros(4), abs=1e-12)
    assert (points[[1, 3], 2] > points[[0, 2], 2] + 0.1).all()
    np.testing.assert_allclose(points[:2], points[2:] * [-1.0, 1.0, 1.0])
