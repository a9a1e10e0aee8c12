from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rig_kinematics import pose_rig
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from manekko.skeleton.skeleton import JOINT_INDEX

JOINTS = {
    "chest": "上半身2", "head": "頭", "leftHand": "左手首", "rightHand": "右手首", "leftLowerArm": "左ひじ",
    "rightLowerLeg": "右ひざ", "leftFoot": "左足首", "rightFoot": "右足首", "leftIndexDistal": "左人指３",
}  # fmt: skip


@pytest.mark.slow
def test_every_joint_of_a_dance_stays_where_the_model_has_it(data_folder: Path):
    rig = read_rig(data_folder / "mmd/models/trace_model.pmx")
    dance = rig_motion_from_vmd(parse_vmd((data_folder / "mmd/motions/wavefile_lat.vmd").read_bytes()))
    short = RigMotion(
        dance.model_name,
        {
            name: BoneTrack(track.frames[keep], track.positions_m[keep], track.rotations_xyzw[keep])
            for name, track in dance.bones.items()
            if (keep := track.frames < 300).any()
        },
    )
    ours = motion_from_rig_motion(short, rig).joint_positions_m()
    pose = pose_rig(rig, short, np.arange(short.frame_count), list(JOINTS.values()))
    for joint, bone in JOINTS.items():
        assert np.abs(ours[:, JOINT_INDEX[joint]] - pose.positions_m(bone)).max() < 1e-6, joint


def test_a_resting_model_is_in_its_a_pose_not_in_a_t_pose():
    rig = standard_rig()
    motion = motion_from_rig_motion(RigMotion("", {}), rig)
    turn = global_rotations(motion.local_rotations_xyzw)[0, JOINT_INDEX["leftUpperArm"]]
    expected = rig.rest("左ひじ") - rig.rest("左腕")
    assert rotate(turn, np.array([1.0, 0.0, 0.0])) == pytest.approx(expected / np.linalg.norm(expected))
    assert expected[1] < -0.05


def test_contacts_of_a_standing_model_are_planted():
    still = BoneTrack(np.array([0, 60]), np.zeros((2, 3)), np.tile([0.0, 0.0, 0.0, 1.0], (2, 1)))
    assert motion_from_rig_motion(RigMotion("", {"センター": still}), standard_rig()).contacts.all()


def test_a_motion_onto_a_rig_and_back_keeps_the_limbs_directions():
    rig = standard_rig()
    turn = from_rotation_vectors(np.array([[0.0, 0.0, 0.0], [0.2, 0.5, -0.3]]))
    bones = {name: BoneTrack(np.array([0, 30]), np.zeros((2, 3)), turn) for name in ("左腕", "右腕", "上半身", "頭")}
    there = motion_from_rig_motion(RigMotion("", bones), rig)
    back = motion_from_rig_motion(retarget(there, rig), rig)
    for joint, child in (("leftUpperArm", "leftLowerArm"), ("rightLowerArm", "rightHand"), ("spine", "chest")):
        first, second = (
            motion.joint_positions_m()[:, JOINT_INDEX[child]] - motion.joint_positions_m()[:, JOINT_INDEX[joint]]
            for motion in (there, back)
        )
        cosine = (first * second).sum(-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)
        assert np.degrees(np.arccos(cosine.clip(-1, 1))).max() < 2.0, joint


def test_a_model_that_is_no_person_is_refused():
    with pytest.raises(InputError, match="has no bones 左足"):
        motion_from_rig_motion(RigMotion("", {}), Rig("cube", ()))


def test_a_key_at_the_end_of_time_is_refused():
    late = BoneTrack(np.array([200_000]), np.zeros((1, 3)), np.array([[0.0, 0.0, 0.0, 1.0]]))
    with pytest.raises(InputError, match="200001 frames"):
        motion_from_rig_motion(RigMotion("", {"センター": late}), standard_rig())
