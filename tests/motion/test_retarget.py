from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import spans
from manekko.bench.rig_variants import without
from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.motion.motion import Motion
from manekko.motion.retarget import retarget
from manekko.motion.rig_kinematics import pose_rig
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rig import Append, Rig, RigBone
from manekko.skeleton.rotations import angle_between
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, Skeleton, default_skeleton
from tests.lift.dancers import Dance, degrees_apart
from tests.motion.reaching import with_wrists_at

MODELS = ["trace_model", "yw_test_model", "mmt_test_model", "trace_model_leg_ik"]
ARM_BONES = ["左腕", "左ひじ", "左手首", "右腕", "右ひじ", "右手首"]
BONES = {
    "leftUpperArm": "左腕", "leftLowerArm": "左ひじ", "leftHand": "左手首", "leftUpperLeg": "左足",
    "leftLowerLeg": "左ひざ", "leftFoot": "左足首", "rightUpperArm": "右腕", "rightLowerArm": "右ひじ",
    "rightHand": "右手首", "rightUpperLeg": "右足", "rightLowerLeg": "右ひざ", "rightFoot": "右足首",
}  # fmt: skip
LIMBS = [
    (side + a, side + b)
    for side in ("left", "right")
    for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
]


@pytest.fixture(scope="module")
def motion() -> Motion:
    return Dance(3, turn_rad_s=0.5).motion(4.0)


def _fitting(skeleton: Skeleton, motion: Motion) -> Motion:
    """The same dance by a body of other proportions; its feet stay where its own legs put them."""
    scale = skeleton.rest_offsets_m[0, 1] / motion.skeleton.rest_offsets_m[0, 1]
    return replace(motion, skeleton=skeleton, root_positions_m=motion.root_positions_m * scale)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _direction_errors(motion: Motion, rig: Rig, pairs: list[tuple[str, str]]) -> np.ndarray:
    """Angles between the dancer's bones and the rig's, (pair, frame) [deg]."""
    joints = motion.joint_positions_m()
    pose = pose_rig(rig, retarget(motion, rig), np.arange(motion.frame_count), list(BONES.values()))
    result = []
    for a, b in pairs:
        own = _unit(joints[:, JOINT_INDEX[b]] - joints[:, JOINT_INDEX[a]])
        theirs = _unit(pose.positions_m(BONES[b]) - pose.positions_m(BONES[a]))
        result.append(degrees_apart(own, theirs))
    return np.array(result)


def _own_body(rig: Rig) -> Skeleton:
    """A skeleton with the proportions of the rig."""
    from manekko.motion.motion import RigMotion

    return motion_from_rig_motion(RigMotion("", {}), rig).skeleton


def test_a_body_of_the_rigs_proportions_is_followed_in_every_limb(motion):
    rig = standard_rig()
    errors = _direction_errors(_fitting(_own_body(rig), motion), rig, LIMBS)
    assert errors.max() < 3.0


def test_arms_that_are_free_keep_their_directions_on_another_body(motion):
    assert _direction_errors(motion, standard_rig(), LIMBS[:2] + LIMBS[4:6]).mean() < 1.0
    assert _direction_errors(motion, standard_rig(), LIMBS).max() < 6.0


@pytest.mark.data
@pytest.mark.parametrize("name", MODELS)
def test_models_follow_the_dancer(name, data_folder: Path, motion):
    rig = read_rig(data_folder / f"mmd/models/{name}.pmx")
    fitting = _fitting(_own_body(rig), motion)
    assert _direction_errors(fitting, rig, LIMBS).mean() < 3.0
    pose = pose_rig(rig, retarget(fitting, rig), np.arange(fitting.frame_count), ["頭", "下半身"])
    turned = global_rotations(fitting.local_rotations_xyzw)
    for joint, bone in (("head", "頭"), ("hips", "下半身")):
        angle = angle_between(pose.rotations_xyzw(bone), turned[:, JOINT_INDEX[joint]])
        assert np.degrees(angle).max() < 0.5, joint


def test_ik_and_fk_put_the_ankles_in_the_same_place(motion):
    rig, frames = standard_rig(), np.arange(motion.frame_count)
    by_ik, by_fk = (
        pose_rig(rig, retarget(motion, rig, legs=legs), frames, ["左足首", "右足首", "左ひざ"]) for legs in ("ik", "fk")
    )
    for bone in ("左足首", "右足首"):
        assert np.linalg.norm(by_ik.positions_m(bone) - by_fk.positions_m(bone), axis=-1).max() < 0.002
    assert np.linalg.norm(by_ik.positions_m("左ひざ") - by_fk.positions_m("左ひざ"), axis=-1).max() < 0.03


@pytest.mark.data
@pytest.mark.parametrize("name", MODELS[:3])
def test_ik_and_fk_agree_on_models(name, data_folder: Path, motion):
    rig, frames = read_rig(data_folder / f"mmd/models/{name}.pmx"), np.arange(motion.frame_count)
    poses = [pose_rig(rig, retarget(motion, rig, legs=legs), frames, ["左足首", "右足首"]) for legs in ("ik", "fk")]
    for bone in ("左足首", "右足首"):
        assert np.linalg.norm(poses[0].positions_m(bone) - poses[1].positions_m(bone), axis=-1).max() < 0.01


def test_ik_is_switched_as_asked():
    motion, rig = Dance(1).motion(0.2), standard_rig()
    for legs, on in (("ik", True), ("fk", False)):
        ((frame, states),) = retarget(motion, rig, legs=legs).ik_states
        assert frame == 0
        assert states == dict.fromkeys(["左足ＩＫ", "左つま先ＩＫ", "右足ＩＫ", "右つま先ＩＫ"], on)


def test_foot_ik_keys_of_a_planted_foot_are_constant(motion):
    rig_motion = retarget(motion, standard_rig())
    for side, s in enumerate("左右"):
        track = rig_motion.bones[s + "足ＩＫ"]
        for start, end in spans(motion.contacts[:, 2 * side]):
            assert np.ptp(track.positions_m[start:end], axis=0).max() < 1e-9
            assert np.ptp(track.rotations_xyzw[start:end], axis=0).max() < 1e-9


def test_soles_stand_on_the_floor(motion):
    rig = standard_rig()
    pose = pose_rig(rig, retarget(motion, rig), np.arange(motion.frame_count), ["左足首", "右足首"])
    for side, s in enumerate("左右"):
        stands = motion.contacts[:, 2 * side]
        height = pose.positions_m(s + "足首")[stands, 1]
        assert height == pytest.approx(np.full(len(height), rig.rest(s + "足首")[1]), abs=0.01)


def test_a_whole_turn_stays_continuous():
    motion = Dance(2, turn_rad_s=2.0).motion(4.0)
    rig = standard_rig()
    rig_motion = retarget(motion, rig)
    for name, track in rig_motion.bones.items():
        assert np.degrees(angle_between(track.rotations_xyzw[1:], track.rotations_xyzw[:-1])).max() < 60.0, name
        assert ((track.rotations_xyzw[1:] * track.rotations_xyzw[:-1]).sum(-1) >= 0.0).all(), name
    between_keys = np.arange(0, motion.frame_count - 1, 0.25)
    pose = pose_rig(rig, rig_motion, between_keys, ["下半身"]).rotations_xyzw("下半身")
    assert np.degrees(angle_between(pose[1:], pose[:-1])).max() < 60.0 / 4


@pytest.mark.parametrize(
    "endings", [("上半身2",), ("グルーブ",), ("腕捩", "手捩"), ("上半身2", "グルーブ", "腰", "捩", "肩P", "肩C", "D")]
)
def test_simpler_models_dance_the_same_dance(endings, motion):
    rig = standard_rig()
    rig = without(rig, *(bone.name for bone in rig.bones if bone.name.endswith(endings)))
    assert not any(bone.name.endswith(endings) for bone in rig.bones)
    fitting = _fitting(_own_body(standard_rig()), motion)
    assert _direction_errors(fitting, rig, LIMBS).mean() < 3.0
    assert _direction_errors(fitting, rig, LIMBS).max() < 12.0


def test_a_model_without_legs_is_refused_by_the_names_of_its_missing_bones(motion):
    rig = Rig("bust", tuple(bone for bone in standard_rig().bones[:9]))
    with pytest.raises(InputError, match=r"'bust' lacks the bones .*左足 .*右足首"):
        retarget(motion, rig)


def test_a_model_without_arms_dances_with_what_it_has(motion):
    bones = standard_rig().bones
    arms = [b for b in bones if "腕" in b.name or "ひじ" in b.name or "手" in b.name or "指" in b.name]
    rig = without(standard_rig(), *(bone.name for bone in arms))
    rig_motion = retarget(motion, rig)
    assert "左足ＩＫ" in rig_motion.bones
    assert not any("腕" in name for name in rig_motion.bones)


def _wider(rig: Rig, *, arm: float = 1.0, shoulder: float = 1.0) -> Rig:
    """The rig with longer arms, or shoulders further apart."""
    moves = {}
    for s in "左右":
        start = rig.rest(s + "腕")
        out = start * np.array([shoulder - 1.0, 0.0, 0.0])
        for number, bone in enumerate(rig.bones):
            if bone.name.startswith(s) and any(part in bone.name for part in ("腕", "ひじ", "手", "指")):
                position = np.array(bone.rest_position_m)
                moves[number] = start + out + arm * (position - start)
    bones = tuple(
        replace(bone, rest_position_m=tuple(moves[number].tolist())) if number in moves else bone
        for number, bone in enumerate(rig.bones)
    )
    return replace(rig, bones=bones)


CLAP = {"left": (0.03, 1.2, 0.25), "right": (-0.03, 1.2, 0.25)}
HIPS = {"left": (0.17, 0.98, 0.02), "right": (-0.17, 0.98, 0.02)}
HEAD = {"left": (0.1, 1.46, 0.06), "right": (-0.1, 1.46, 0.06)}
BODIES = {"long arms": {"arm": 1.3}, "wide shoulders": {"shoulder": 1.3}, "the standard rig": {}}


@pytest.mark.parametrize("body", BODIES)
def test_hands_that_touch_each_other_touch_on_another_body(body):
    rig = _wider(standard_rig(), **BODIES[body])
    pose = pose_rig(rig, retarget(with_wrists_at(CLAP, frames=2), rig), np.arange(2), ARM_BONES)
    apart = np.linalg.norm(pose.positions_m("左手首") - pose.positions_m("右手首"), axis=-1)
    assert apart.max() < 0.06 + 0.04


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("touch", "bone", "joint"), [(HIPS, "左足", "leftUpperLeg"), (HEAD, "頭", "head")])
def test_hands_on_hips_or_head_are_there_on_another_body(body, touch, bone, joint):
    motion, rig = with_wrists_at(touch, frames=2), _wider(standard_rig(), **BODIES[body])
    joints = motion.joint_positions_m()
    own = np.linalg.norm(joints[:, JOINT_INDEX["leftHand"]] - joints[:, JOINT_INDEX[joint]], axis=-1)
    pose = pose_rig(rig, retarget(motion, rig), np.arange(2), [*ARM_BONES, bone])
    theirs = np.linalg.norm(pose.positions_m("左手首") - pose.positions_m(bone), axis=-1)
    assert np.abs(theirs - own).max() < 0.04


def test_chains_of_the_model_that_would_undo_the_keys_are_switched_off(motion):
    rig = standard_rig()
    names = {f"{s}足ＩＫ": f"{s}ひざＩＫ" for s in "左右"}
    renamed = replace(rig, bones=tuple(replace(bone, name=names.get(bone.name, bone.name)) for bone in rig.bones))
    fitting = _fitting(_own_body(rig), motion)
    assert _direction_errors(fitting, renamed, LIMBS).max() < 3.0


def test_a_damaged_model_with_an_endless_chain_of_bones_is_danced_all_the_same() -> None:
    rig = standard_rig()
    chain = [RigBone(f"bone{number}", number - 1 if number else -1, (0.0, 1.0, 0.0)) for number in range(1500)]
    moved = [replace(bone, parent=bone.parent + 1500 if bone.parent >= 0 else 1499) for bone in rig.bones]
    deep = replace(rig, bones=(*chain, *(replace(bone, append=None, ik=None) for bone in moved)))
    still = Motion(
        fps=30.0,
        skeleton=default_skeleton(),
        root_positions_m=np.array([[0.0, 0.9, 0.0]] * 3),
        local_rotations_xyzw=np.tile([0.0, 0.0, 0.0, 1.0], (3, len(HUMANOID), 1)),
        confidences=np.ones((3, len(HUMANOID))),
        contacts=np.ones((3, 4), dtype=bool),
    )
    assert "頭" in retarget(still, deep).bones


def test_a_damaged_model_whose_bones_follow_each_other_in_circles_is_danced_all_the_same(motion) -> None:
    """Eighty bones above the leg each take a share of the leg's turn."""
    rig = standard_rig()
    leg = rig.index["左足"]
    first = len(rig.bones)
    above = rig.bones[leg].parent
    chain = [
        RigBone(f"x{k}", above if k == 0 else first + k - 1, (0.0, 1.0, 0.0), append=Append(leg, 0.5, True, False))
        for k in range(80)
    ]
    bones = tuple(replace(bone, parent=first + 79) if number == leg else bone for number, bone in enumerate(rig.bones))
    rig_motion = retarget(motion, replace(rig, bones=(*bones, *chain)))
    assert np.isfinite(rig_motion.bones["左足"].rotations_xyzw).all()
