"""A figure plays a motion: the same poses in blocks of any size, as the rig's own evaluation has them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manekko.stage.perform
from manekko.files.standard_rig import standard_rig
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rig import Append, Rig, RigBone
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, multiply, rotate
from manekko.stage.figure import BoneMorph, Figure, GroupMorph, Pose, Spring
from manekko.stage.perform import perform
from tests.motion.rig_samples import key, random_motion, still_motion
from tests.stage.morph_samples import figure_of

RIG = standard_rig()
STILL = (0.0, 0.0, 0.0)


def bone_morph(bone: int, turn_rad: tuple[float, float, float], shift_m: tuple[float, float, float]) -> BoneMorph:
    return BoneMorph(np.array([bone]), np.array([shift_m]), from_rotation_vectors(np.array([turn_rad])))


def poses(figure: Figure, motion: RigMotion, frames: list[float], *, swaying: bool = False) -> list[Pose]:
    return list(perform(figure, motion, np.array(frames), swaying=swaying))


def test_every_bone_is_where_the_rig_is_evaluated_to_be() -> None:
    motion, frames = random_motion(RIG, seed=1, size=0.2), [5.5, 31.0]
    expected = pose_rig(RIG, motion, np.array(frames))
    for number, pose in enumerate(poses(figure_of(RIG), motion, frames)):
        for name, bone in RIG.index.items():
            assert np.allclose(pose.positions_m[bone], expected.positions_m(name)[number], atol=1e-12)
            assert np.allclose(pose.rotations_xyzw[bone], expected.rotations_xyzw(name)[number], atol=1e-12)


@pytest.mark.parametrize("block", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_blocks_of_any_size_give_the_same_poses(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    motion = random_motion(RIG, seed=2, size=0.2, switch_ik_off_at=19)
    frames = [0.5, 19.0, 33.3]
    whole = poses(figure_of(RIG), motion, frames)
    monkeypatch.setattr(manekko.stage.perform, "BLOCK_FRAMES", block)
    for one, other in zip(whole, poses(figure_of(RIG), motion, frames), strict=True):
        assert np.allclose(one.positions_m, other.positions_m, atol=1e-12)
        assert np.allclose(one.rotations_xyzw, other.rotations_xyzw, atol=1e-12)


@given(start=st.floats(0.0, 1.0), turn=st.floats(-3.0, 3.0))
@settings(deadline=None, max_examples=30)
def test_frames_in_between_lie_on_the_shorter_arc(start: float, turn: float) -> None:
    turns = from_rotation_vectors(np.array([[0.0, 0.0, 0.0], [0.0, turn, 0.0]]))
    track = BoneTrack(np.array([0, 8]), np.zeros((2, 3)), turns)
    rig = Rig("head", (RigBone("頭", -1, STILL),))
    (pose,) = poses(figure_of(rig), RigMotion("m", {"頭": track}), [8.0 * start])
    expected = from_rotation_vectors(np.array([0.0, start * turn, 0.0]))
    assert angle_between(pose.rotations_xyzw[0], expected) < 1e-6


def test_bone_morphs_come_before_append_and_ik() -> None:
    """A morph that moves the foot's goal bends the knee, and one that turns 肩P is taken back by 肩C."""
    goal, shoulder = RIG.index["左足ＩＫ"], RIG.index["左肩P"]
    morphs = (
        ("step", bone_morph(goal, STILL, (0.0, 0.2, 0.1))),
        ("shrug", bone_morph(shoulder, (0.0, 0.0, 0.5), STILL)),
    )
    weights = {"step": (np.array([0]), np.ones(1)), "shrug": (np.array([0]), np.ones(1))}
    (pose,) = poses(figure_of(RIG, morphs), RigMotion("m", {}, weights), [0.0])
    keyed = still_motion({"左肩P": (0.0, 0.0, 0.5)}).bones | {"左足ＩＫ": key(move_m=(0.0, 0.2, 0.1))}
    (expected,) = poses(figure_of(RIG), RigMotion("m", keyed), [0.0])
    assert np.allclose(pose.positions_m, expected.positions_m, atol=1e-9)
    assert pose.positions_m[RIG.index["左足首"], 1] > RIG.rest("左足首")[1] + 0.19


def test_a_bone_morph_turns_after_the_key() -> None:
    head = RIG.index["頭"]
    morph, turn = (0.5, 0.0, 0.0), (0.0, 0.8, 0.0)
    motion = replace(still_motion({"頭": turn}), morphs={"nod": (np.array([0]), np.ones(1))})
    (pose,) = poses(figure_of(RIG, (("nod", bone_morph(head, morph, STILL)),)), motion, [0.0])
    expected = multiply(from_rotation_vectors(np.array(morph)), from_rotation_vectors(np.array(turn)))
    assert angle_between(pose.rotations_xyzw[head], expected) < 1e-6


def test_poses_carry_weights_with_groups_shared_out() -> None:
    morphs = (("a", bone_morph(0, STILL, (0.1, 0.0, 0.0))), ("g", GroupMorph(np.array([0]), np.array([0.5]))))
    motion = RigMotion("m", {}, {"g": (np.array([0, 10]), np.array([0.0, 1.0]))})
    halfway, end = poses(figure_of(RIG, morphs), motion, [5.0, 10.0])
    assert halfway.morph_weights.tolist() == pytest.approx([0.25, 0.0])
    assert end.positions_m[0, 0] == pytest.approx(RIG.bones[0].rest_position_m[0] + 0.05)


def test_a_figure_disappears_and_appears_when_the_motion_says_so() -> None:
    motion = RigMotion("m", {}, shown_states=((5, False), (9, True)))
    assert [pose.shown for pose in poses(figure_of(RIG), motion, [0, 4.9, 5, 8.5, 9])] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_no_frames_give_no_poses() -> None:
    assert poses(figure_of(RIG), RigMotion("m", {}), []) == []


def test_hair_lags_behind_only_where_it_may_sway() -> None:
    bones = [RigBone("root", -1, (0.0, 1.0, 0.0), movable=True)]
    bones += [RigBone(f"hair{n}", n, (0.0, 1.0 - 0.1 * n, -0.1)) for n in range(4)]
    figure = replace(figure_of(Rig("hair", tuple(bones))), springs=(Spring((1, 2, 3, 4), 0.01, 0.2, 0.2, 1.0),))
    track = BoneTrack(np.array([0, 10]), np.array([STILL, (0.5, 0.0, 0.0)]), np.eye(4)[[3, 3]])
    motion, frames = RigMotion("m", {"root": track}), [float(frame) for frame in range(8)]
    swung, stiff = poses(figure, motion, frames, swaying=True)[-1], poses(figure, motion, frames)[-1]
    assert swung.positions_m[4, 0] < stiff.positions_m[4, 0] - 0.01
    assert stiff.positions_m[4, 0] == pytest.approx(stiff.positions_m[0, 0])
    assert np.array_equal(swung.positions_m[0], stiff.positions_m[0])


def pair(append: Append) -> Rig:
    root = RigBone("root", -1, (0.0, 0.0, 0.0), movable=True)
    source = RigBone("source", 0, (0.0, 1.0, 0.0), movable=True)
    return Rig("pair", (root, source, RigBone("taker", -1, (2.0, 0.0, 0.0), append=append)))


@given(ratio=st.floats(-1.5, 2.0), angle=st.floats(-1.4, 1.4), turn=st.floats(-0.6, 0.6), shift=st.floats(-1.0, 1.0))
@settings(deadline=None, max_examples=40)
def test_a_local_share_is_of_what_the_source_does_in_the_world(
    ratio: float, angle: float, turn: float, shift: float
) -> None:
    rig = pair(Append(1, ratio, rotates=True, moves=True, local=True))
    keys = {"root": key(turn_rad=(0.0, 0.0, angle)), "source": key(turn_rad=(0.0, 0.0, turn), move_m=(shift, 0.0, 0.0))}
    (pose,) = poses(figure_of(rig), RigMotion("m", keys), [0.0])
    world = from_rotation_vectors(np.array([0.0, 0.0, angle]))
    moved = rotate(world, np.array([shift, 1.0, 0.0])) - [0.0, 1.0, 0.0]
    assert np.allclose(pose.positions_m[2], [2.0, 0.0, 0.0] + ratio * moved, atol=1e-9)
    assert (
        angle_between(pose.rotations_xyzw[2], from_rotation_vectors(np.array([0.0, 0.0, ratio * (angle + turn)])))
        < 1e-6
    )


def test_a_bone_that_comes_before_its_parent_is_not_carried() -> None:
    parent = RigBone("late", -1, (0.0, 1.0, 0.0), layer=1, movable=True)
    rig = Rig("unordered", (parent, RigBone("early", 0, (0.5, 1.0, 0.0))))
    (pose,) = poses(figure_of(rig), RigMotion("m", {"late": key(move_m=(0.0, 0.0, 3.0))}), [0.0])
    assert pose.positions_m[0].tolist() == [0.0, 1.0, 3.0]
    assert pose.positions_m[1].tolist() == [0.5, 0.0, 0.0]
