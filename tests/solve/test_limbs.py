import numpy as np
import pytest

from manekko.skeleton.rotations import angle_between, from_rotation_vectors, multiply
from manekko.solve.joints import INDEX
from manekko.solve.limbs import turned_over, with_twisted_forearms
from manekko.solve.pose import Pose, placed
from manekko.solve.ranges import HINGES
from tests.solve.scenes import SKELETON, angles, bent, danced, t_pose, told

ELBOW, FOREARM, KNEE = HINGES[:3]


def points(pose: Pose) -> np.ndarray:
    return placed(pose, SKELETON, told(pose).marks).points_m


def test_an_elbow_that_bends_backwards_bends_forwards_and_shows_the_same_points():
    pose = bent(bent(t_pose(3), ELBOW, -0.6), FOREARM, 1.5)
    over = turned_over(pose)
    assert over is not None
    assert angles(over, ELBOW) == pytest.approx(np.full(3, 0.6))
    assert angles(over, FOREARM) == pytest.approx(np.full(3, 1.5 - np.pi))
    assert np.abs(points(over) - points(pose)).max() < 1e-9


def test_a_knee_that_bends_backwards_bends_forwards_and_shows_the_same_points():
    pose = bent(t_pose(3), KNEE, -0.6)
    over = turned_over(pose)
    assert over is not None
    assert angles(over, KNEE) == pytest.approx(np.full(3, 0.6))
    assert np.abs(points(over) - points(pose)).max() < 1e-9


def test_elbows_that_bend_forwards_or_hardly_at_all_are_left_as_they_are():
    assert turned_over(bent(t_pose(3), ELBOW, 0.6)) is None
    assert turned_over(bent(t_pose(3), ELBOW, -0.02)) is None


def test_a_hands_twist_goes_into_the_forearm_and_no_point_moves():
    pose = danced(4)
    hand, lower = INDEX["leftHand"], INDEX["leftLowerArm"]
    twist = from_rotation_vectors(np.array([0.4, 0.0, 0.0]))
    pose.local_xyzw[:, hand] = multiply(twist, from_rotation_vectors(np.array([0.0, 0.3, -0.2])))
    twisted = with_twisted_forearms(pose)
    assert np.abs(points(twisted) - points(pose)).max() < 1e-9
    assert np.abs(twisted.local_xyzw[:, hand, 0]).max() < 1e-9
    turned = angle_between(twisted.local_xyzw[:, lower], multiply(pose.local_xyzw[:, lower], twist))
    assert turned.max() < 0.05
