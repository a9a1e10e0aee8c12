from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.files.bvh import bvh_from_motion, motion_from_bvh, parse_bvh, write_bvh
from manekko.files.bvh_names import joints_of_humanoid
from manekko.files.bvh_text import BvhFile, BvhJoint
from manekko.motion.motion import Motion
from manekko.skeleton.rotations import angle_between, from_rotation_vectors
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, Skeleton, default_skeleton

SMALL = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT the left arm {
    OFFSET 1e1 0 0
    CHANNELS 3 Yrotation Xrotation Zrotation
    End Site
    {
      OFFSET 5.5E0 0 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.033333
1 2 3 0 0 0 0 0 0
1 2 3 90 0 0 0 0 90
"""


def sample_motion(frame_count: int = 20) -> Motion:
    rng = np.random.default_rng(3)
    turns = 0.25 * rng.normal(size=(1, len(HUMANOID), 3)) * np.linspace(0.2, 1, frame_count)[:, None, None]
    roots = np.stack([np.linspace(0, 0.5, frame_count), np.full(frame_count, 0.9), np.zeros(frame_count)], axis=1)
    return Motion(
        fps=30.0,
        skeleton=default_skeleton(),
        root_positions_m=roots,
        local_rotations_xyzw=from_rotation_vectors(turns),
        confidences=np.ones((frame_count, len(HUMANOID))),
        contacts=np.zeros((frame_count, 4), dtype=bool),
    )


def test_hierarchy_channels_and_scientific_numbers_are_read():
    file = parse_bvh(SMALL.encode())
    assert file.joints[1] == BvhJoint(
        "the left arm", 0, (10.0, 0.0, 0.0), ("Yrotation", "Xrotation", "Zrotation"), (5.5, 0.0, 0.0)
    )
    assert file.values.shape == (2, 9)
    assert file.frame_time_s == pytest.approx(1 / 30, abs=1e-6)


def test_positions_follow_from_rotations_by_hand():
    positions, _ = parse_bvh(SMALL.encode()).global_joints()
    assert positions[0].tolist() == [[1, 2, 3], [11, 2, 3]]
    assert positions[1, 1] == pytest.approx([1, 12, 3])


def test_first_channel_is_the_outermost_rotation():
    joint = BvhJoint("a", -1, (0.0, 0.0, 0.0), ("Zrotation", "Xrotation"))
    child = BvhJoint("b", 0, (0.0, 1.0, 0.0))
    positions, _ = BvhFile((joint, child), 0.1, np.array([[90.0, 90.0]])).global_joints()
    # x first: (0, 1, 0) → (0, 0, 1), which the turn about z leaves alone.
    assert positions[0, 1] == pytest.approx([0, 0, 1], abs=1e-12)


def test_writing_what_was_read_keeps_its_value():
    file = parse_bvh(SMALL.encode())
    again = parse_bvh(write_bvh(file))
    assert again.joints == file.joints
    assert (again.values == file.values).all()
    assert write_bvh(again) == write_bvh(file)


def test_columns_follow_their_joints_whatever_order_the_value_has():
    joints = (
        BvhJoint("root", -1, (0.0, 0.0, 0.0), ("Xrotation",)),
        BvhJoint("a", 0, (0.0, 0.0, 0.0), ("Xrotation",)),
        BvhJoint("b", 0, (0.0, 0.0, 0.0), ("Xrotation",)),
        BvhJoint("under a", 1, (0.0, 0.0, 0.0), ("Xrotation",)),
    )
    again = parse_bvh(write_bvh(BvhFile(joints, 0.1, np.array([[1.0, 2.0, 3.0, 4.0]]))))
    assert [joint.name for joint in again.joints] == ["root", "a", "under a", "b"]
    assert again.values.tolist() == [[1, 2, 4, 3]]


def test_a_motion_comes_back_through_bvh():
    motion = sample_motion()
    back = motion_from_bvh(parse_bvh(write_bvh(bvh_from_motion(motion))))
    assert back.fps == pytest.approx(30.0, abs=1e-4)
    assert np.abs(back.joint_positions_m() - motion.joint_positions_m()).max() < 1e-4
    known = [JOINT_INDEX[name] for name in HUMANOID if "Eye" not in name]
    angles = angle_between(back.local_rotations_xyzw, motion.local_rotations_xyzw)[:, known]
    assert np.degrees(angles.max()) < 0.01


@pytest.mark.parametrize("unit", [1.0, 0.01, 0.0254, 0.001])
def test_the_unit_is_told_from_the_stature(unit: float):
    file = bvh_from_motion(sample_motion())
    scale = 0.01 / unit
    joints = tuple(replace(joint, offset=tuple(scale * value for value in joint.offset)) for joint in file.joints)
    values = file.values.copy()
    values[:, :3] *= scale
    motion = motion_from_bvh(BvhFile(joints, file.frame_time_s, values))
    assert motion.skeleton.height_m == pytest.approx(default_skeleton().height_m, rel=0.01)


def test_a_body_at_rest_facing_away_still_faces_where_it_did():
    file = bvh_from_motion(sample_motion())
    mirrored = tuple(
        replace(joint, offset=(-joint.offset[0], joint.offset[1], -joint.offset[2])) for joint in file.joints
    )
    values = np.zeros_like(file.values)
    values[:, :3] = (0.0, 90.0, 0.0)
    motion = motion_from_bvh(BvhFile(mirrored, file.frame_time_s, values))
    toes, ankle = (motion.joint_positions_m()[0, JOINT_INDEX["left" + part]] for part in ("Toes", "Foot"))
    assert toes[2] < ankle[2]
    assert motion.local_rotations_xyzw[0, JOINT_INDEX["hips"]] == pytest.approx([0, 1, 0, 0], abs=1e-6)


def test_a_rest_pose_with_hanging_arms_is_turned_to_the_t_pose():
    file = bvh_from_motion(sample_motion())
    joints = []
    for joint in file.joints:
        x, y, z = joint.offset
        side = 1.0 if joint.name.startswith("Left") else -1.0
        hangs = any(part in joint.name for part in ("ForeArm", "Hand"))
        joints.append(replace(joint, offset=(side * y, -side * x, z) if hangs else (x, y, z)))
    values = np.zeros_like(file.values)
    values[:, :3] = (0.0, 90.0, 0.0)
    motion = motion_from_bvh(BvhFile(tuple(joints), file.frame_time_s, values))
    positions = motion.joint_positions_m()[0]
    arm = positions[JOINT_INDEX["leftHand"]] - positions[JOINT_INDEX["leftUpperArm"]]
    assert arm == pytest.approx([0.0, -0.51, 0.0], abs=1e-3)
    assert motion.skeleton.rest_offsets_m[JOINT_INDEX["leftHand"]] == pytest.approx([0.24, 0, 0], abs=1e-3)


@pytest.mark.parametrize(
    "names",
    [
        "mixamorig:Hips mixamorig:Spine mixamorig:LeftArm mixamorig:RightArm mixamorig:LeftUpLeg mixamorig:RightUpLeg",
        "hip abdomen lShldr rShldr lThigh rThigh",
        "CC_Base_Hip CC_Base_Waist CC_Base_L_Upperarm CC_Base_R_Upperarm CC_Base_L_Thigh CC_Base_R_Thigh",
        "pelvis spine_01 upperarm_l upperarm_r thigh_l thigh_r",
        "J_Bip_C_Hips J_Bip_C_Chest J_Bip_L_UpperArm J_Bip_R_UpperArm J_Bip_L_UpperLeg J_Bip_R_UpperLeg",
        "Bip01 Bip01_Spine Bip01_L_UpperArm Bip01_R_UpperArm Bip01_L_Thigh Bip01_R_Thigh",
        "Hips Chest LeftShoulder RightShoulder LeftHip RightHip",
        "hips chest leftUpperArm rightUpperArm leftUpperLeg rightUpperLeg",
    ],
)
def test_naming_schemes_are_known(names: str):
    parents = (-1, 0, 1, 1, 0, 0)
    joints = [BvhJoint(name, parent, (0.0, 1.0, 0.0)) for name, parent in zip(names.split(), parents, strict=True)]
    assert joints_of_humanoid(joints) == {
        "hips": 0, "chest": 1, "leftUpperArm": 2, "rightUpperArm": 3, "leftUpperLeg": 4, "rightUpperLeg": 5
    }  # fmt: skip


def test_a_captured_dance_keeps_every_joint_where_it_was(data_folder: Path):
    file = parse_bvh((data_folder / "mocap/jesse_dance.bvh").read_bytes())
    motion = motion_from_bvh(file)
    found = joints_of_humanoid(file.joints)
    positions = file.global_joints()[0] * 0.01
    ours = motion.joint_positions_m()
    for name, index in found.items():
        expected = positions[:, index] - positions[:, found["hips"]]
        assert np.abs(ours[:, JOINT_INDEX[name]] - ours[:, 0] - expected).max() < 2e-3, name
    assert len(found) == 51
    assert motion.fps == pytest.approx(100.0)


def test_elbows_and_knees_bend_the_way_they_do_where_the_rest_pose_says_nothing(data_folder: Path):
    motion = motion_from_bvh(parse_bvh((data_folder / "mocap/jesse_dance.bvh").read_bytes()))
    for name, sign, axis in (("leftLowerArm", -1, 1), ("rightLowerArm", 1, 1), ("leftLowerLeg", 1, 0)):
        mean = motion.local_rotations_xyzw[:, JOINT_INDEX[name]]
        mean = (mean * np.sign(mean[:, 3:])).mean(0)
        assert sign * mean[axis] > 0.3, name
        assert np.abs(np.delete(mean[:3], axis)).max() < 0.05, name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("HIERARCHY", "HIERARCHIE?"), "starts with HIERARCHY"),
        (("MOTION", "MOVING"), "no MOTION part"),
        (("OFFSET 1e1", "OFFSET far"), "line 7: a number was expected, not 'far'"),
        (("CHANNELS 3 Y", "CHANNELS 3 W"), "line 8: the channels"),
        (("CHANNELS 3", "CHANNELS 9"), "0 to 6 channels"),
        (("Frames: 2", "Frames: 3"), "announces 3 frames and holds 2"),
        (("0.033333", "0"), "a frame time of 0 s"),
        (("90 0 0 0 0 90", "90 0 0 0 0 nan"), "beyond all measure"),
        (("90 0 0 0 0 90", "90 0 0 0 0 x"), "no number"),
        (("  }\n}\nMOTION", "  }\nMOTION"), "not complete"),
    ],
)
def test_damage_is_named(change: tuple[str, str], message: str):
    with pytest.raises(FormatError, match=message):
        parse_bvh(SMALL.replace(*change).encode())


def test_something_without_legs_is_no_person():
    with pytest.raises(InputError, match="no person's legs"):
        motion_from_bvh(parse_bvh(SMALL.encode()))


def test_too_long_a_motion_is_refused():
    file = bvh_from_motion(sample_motion())
    values = np.broadcast_to(file.values[:1], (300_000, file.values.shape[1]))
    with pytest.raises(InputError, match="too many to hold"):
        motion_from_bvh(BvhFile(file.joints, file.frame_time_s, values))


@pytest.mark.parametrize("raised_m", [0.0, 0.02, 0.06])
def test_soles_come_back_as_high_as_they_were_whatever_the_shoes(raised_m: float):
    motion = sample_motion()
    lift = np.array([0.0, raised_m, 0.0])
    offsets = motion.skeleton.rest_offsets_m.copy()
    offsets[0] += lift
    shod = replace(motion, skeleton=Skeleton(offsets), root_positions_m=motion.root_positions_m + lift)
    back = motion_from_bvh(bvh_from_motion(shod))
    foot = JOINT_INDEX["leftFoot"]
    assert back.skeleton.rest_positions_m[foot, 1] == pytest.approx(shod.skeleton.rest_positions_m[foot, 1], abs=1e-3)
