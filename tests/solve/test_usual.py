import numpy as np
import pytest
from hypothesis import given

from manekko.skeleton.rotations import angle_between, as_rotation_vectors
from manekko.solve.joints import FREEDOMS, INDEX, JOINTS
from manekko.solve.pose import Pose
from manekko.solve.usual import PARTS, deviations, usual_poses
from tests.solve.scenes import FEWER, danced, drawn_poses, t_pose

MIRRORED = [INDEX[n.replace("left", "?").replace("right", "left").replace("?", "right")] for n in JOINTS]
_STEP = 1e-6


def mirrored(pose: Pose) -> Pose:
    return Pose(pose.roots_m * [-1.0, 1.0, 1.0], pose.local_xyzw[:, MIRRORED] * [1.0, -1.0, -1.0, 1.0])


@FEWER
@given(drawn_poses(1))
def test_a_right_limb_is_as_usual_as_the_left_one_was_in_the_mirror(pose: Pose):
    sided = {usual.joints[0]: usual for usual in usual_poses() if usual.joints[0] not in PARTS}
    for name, usual in sided.items():
        other = sided[JOINTS[MIRRORED[INDEX[name]]]]
        away, seen = deviations(pose, usual, slopes=False)[0], deviations(mirrored(pose), other, slopes=False)[0]
        assert (seen**2).sum() == pytest.approx((away**2).sum(), rel=1e-6, abs=1e-9)


def test_deviations_change_with_each_freedom_as_told():
    pose = danced(12).part(slice(11, 12))
    every = Pose(*(np.repeat(values, FREEDOMS, axis=0) for values in (pose.roots_m, pose.local_xyzw)))
    for usual in usual_poses():
        slopes = deviations(pose, usual, slopes=True)[1]
        assert slopes is not None
        ahead, behind = (
            deviations(every.moved(sign * _STEP * np.eye(FREEDOMS)), usual, slopes=False)[0] for sign in (1.0, -1.0)
        )
        np.testing.assert_allclose(slopes[0].T, (ahead - behind) / (2.0 * _STEP), atol=1e-6)


def test_every_limb_of_either_side_has_its_usual_pose():
    joints = [joint for usual in usual_poses() for joint in usual.joints]
    assert len(joints) == len(set(joints)) == sum(2 if part[0][0].isupper() else 1 for part in PARTS.values()
                                                  for _ in part)  # fmt: skip
    assert set(JOINTS) - set(joints) == {"hips", "chest", "neck"}


def test_people_hang_their_arms_and_bend_their_elbows():
    arm = next(usual for usual in usual_poses() if "leftUpperArm" in usual.joints)
    down = as_rotation_vectors(arm.means_xyzw["leftUpperArm"])
    assert np.radians(40) < -down[2] < np.radians(90)
    assert np.radians(20) < arm.mean_angles_rad[0] < np.radians(90)
    assert (deviations(t_pose(1), arm, slopes=False)[0] ** 2).sum() > 3.0


def test_a_dancer_is_within_a_few_standard_deviations_of_the_usual():
    pose = danced(90)
    for usual in usual_poses():
        away = deviations(pose, usual, slopes=False)[0]
        assert np.median((away**2).mean(1)) < 9.0
    assert angle_between(pose.local_xyzw[0], pose.local_xyzw[60]).max() > np.radians(20)
