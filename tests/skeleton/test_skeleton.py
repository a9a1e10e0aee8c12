import numpy as np
import pytest

from manekko.skeleton.skeleton import HUMANOID, HUMANOID_PARENTS, JOINT_INDEX, PARENT_INDICES, default_skeleton


def test_parents_come_before_their_children():
    assert PARENT_INDICES[0] == -1
    assert all(parent < joint for joint, parent in enumerate(PARENT_INDICES))
    assert [JOINT_INDEX[name] for name in HUMANOID] == list(range(len(HUMANOID)))


def test_every_joint_but_eyes_and_trunk_exists_on_both_sides():
    for name, parent in HUMANOID_PARENTS.items():
        if name.startswith("left"):
            twin = "right" + name.removeprefix("left")
            assert twin in HUMANOID_PARENTS
            assert HUMANOID_PARENTS[twin] == (parent or "").replace("left", "right")


def test_convention_the_t_pose_faces_z_with_its_left_hand_at_x_and_stands_on_the_floor():
    rest = {name: default_skeleton().rest_positions_m[index] for name, index in JOINT_INDEX.items()}
    assert rest["leftHand"][0] > 0.5 > 0 > rest["rightHand"][0]
    assert rest["leftHand"][1] == pytest.approx(rest["leftUpperArm"][1])
    assert rest["leftToes"][2] > rest["leftFoot"][2]
    assert rest["leftThumbProximal"][2] > rest["leftLittleProximal"][2]
    assert 0.0 <= rest["leftToes"][1] < 0.03
    assert rest["head"][1] > 1.3


def test_the_default_body_is_its_own_mirror_image():
    offsets = default_skeleton().rest_offsets_m
    for name, index in JOINT_INDEX.items():
        if name.startswith("left"):
            twin = offsets[JOINT_INDEX["right" + name.removeprefix("left")]]
            assert twin == pytest.approx(offsets[index] * np.array([-1.0, 1.0, 1.0]))


def test_height_is_from_the_lowest_joint_to_the_head():
    skeleton = default_skeleton()
    rest = skeleton.rest_positions_m
    assert skeleton.height_m == pytest.approx(rest[JOINT_INDEX["head"], 1] - rest[JOINT_INDEX["leftToes"], 1])
