"""A motion onto one model's bones: its rest pose, proportions, twist bones and IK, as the model's own file has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.motion.resample import resampled
from manekko.motion.retarget_arms import arm_rotations
from manekko.motion.retarget_feet import FootPath, common_shift_m, settled, stoop_m, within_reach
from manekko.motion.retarget_legs import check_legs, foot_path, leg_m, model_foot, side_by_side, socket_path
from manekko.motion.retarget_pose import RigInPose
from manekko.skeleton.kinematics import global_rotations, joint_positions
from manekko.skeleton.limbs import reach
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import between, conjugate, multiply, normalized, rotate, swing_twist
from manekko.skeleton.skeleton import JOINT_INDEX, finger_segments

VMD_FPS = 30.0
Legs = Literal["ik", "fk"]
_FINGER_BONES = {"Thumb": "親指", "Index": "人指", "Middle": "中指", "Ring": "薬指", "Little": "小指"}
_SIDES = (("left", "左", 1.0), ("right", "右", -1.0))
_CARRIERS = ("センター", "グルーブ", "腰", "下半身", "全ての親")
"""Bones that may carry the whole body, the usual one first; foot IK usually hangs on the last."""
_KNEE_AXIS = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class _Dancer:
    """What is danced: a motion at VMD's rate, with its joints in the world."""

    motion: Motion
    turned: Float[Array, "frame joint 4"]
    joints_m: Float[Array, "frame joint 3"]

    def turn(self, joint: str) -> Float[Array, "frame 4"]:
        return self.turned[:, JOINT_INDEX[joint]]


def retarget(motion: Motion, rig: Rig, *, legs: Legs = "ik") -> RigMotion:
    """Return the motion as keys for every frame on the bones that the rig has.

    Bones: センター グルーブ 上半身 上半身2 下半身 首 頭 肩 腕 腕捩 ひじ 手捩 手首 fingers 足 ひざ 足首 足ＩＫ
    つま先ＩＫ, under the model's own names. Travel and steps are scaled by the length of the legs; feet that the motion
    says are planted are at rest on the floor; hands that touch the body or each other touch on the model too. ``legs``
    chooses which of IK and FK is on from frame 0.

    Raises:
        InputError: the model has no legs to stand on.
    """
    check_legs(rig)
    motion = resampled(motion, fps=VMD_FPS)
    turned = global_rotations(motion.local_rotations_xyzw)
    dancer = _Dancer(motion, turned, joint_positions(motion.skeleton, motion.root_positions_m, turned))
    pose = RigInPose(rig, motion.frame_count)
    carriers = _carriers(rig)
    _put_trunk(pose, dancer, carriers[0])
    feet = _put_centre(pose, dancer, carriers)
    for side, japanese, _ in _SIDES:
        _put_leg(pose, dancer, side, japanese, feet[side])
    _put_arms(pose, dancer)
    tracks = pose.tracks()
    names = [f"{s}{part}" for s in "左右" for part in ("足ＩＫ", "つま先ＩＫ")]
    states = {rig.bones[rig.index[name]].name: legs == "ik" for name in names if name in rig}
    states |= dict.fromkeys(_undriven_chains(rig, tracks), False)
    return RigMotion(rig.name, tracks, ik_states=((0, states),) if states else ())


def _undriven_chains(rig: Rig, tracks: Mapping[str, BoneTrack]) -> list[str]:
    """IK bones that the motion does not move, but whose chains would undo its keys."""
    return [
        bone.name
        for bone in rig.bones
        if bone.ik is not None
        and bone.name not in tracks
        and any(rig.bones[turned].name in tracks for turned in (bone.ik.target, *(link.bone for link in bone.ik.links)))
    ]


def _carriers(rig: Rig) -> tuple[str, str]:
    """Return the bones that carry the whole body over the floor, and up and down.

    Raises:
        InputError: no bone carries both legs.
    """
    above = [_ancestors(rig, name) for name in ("左足", "右足", "上半身") if name in rig]
    shared = set.intersection(*map(set, above)) or set.intersection(*map(set, above[:2]))
    usual = [name for name in _CARRIERS if name in rig and rig.index[name] in shared]
    usual.sort(key=lambda name: not rig.bones[rig.index[name]].movable)
    if not usual:
        usual = [rig.bones[number].name for number in above[0] if number in shared][-1:]
    if not usual:
        raise InputError(
            f"no bone of the model '{rig.name}' carries both legs; expected センター: choose a humanoid model"
        )
    both = {"センター", "グルーブ"} <= set(usual)
    return ("センター", "グルーブ") if both else (usual[0], usual[0])


def _ancestors(rig: Rig, name: str) -> list[int]:
    """Return the bones above one, the nearest first."""
    result: list[int] = []
    number = rig.bones[rig.index[name]].parent
    while number >= 0 and number not in result:
        result.append(number)
        number = rig.bones[number].parent
    return result


def _put_trunk(pose: RigInPose, dancer: _Dancer, carrier: str) -> None:
    # Where legs and trunk hang on one bone, that bone is the hips.
    pose.put("下半身" if "下半身" in pose else carrier, dancer.turn("hips"))
    pose.put("上半身", dancer.turn("spine") if "上半身2" in pose else dancer.turn("chest"))
    pose.put("上半身2", dancer.turn("chest"))
    pose.put("首", dancer.turn("neck"))
    pose.put("頭", dancer.turn("head"))


def _put_centre(pose: RigInPose, dancer: _Dancer, carriers: tuple[str, str]) -> dict[str, FootPath]:
    """Move the body so that the hip sockets are where they should be; return the feet's ways.

    Hips come down where planted feet would be out of reach; feet in the air come nearer instead.
    """
    rig, skeleton, contacts = pose.rig, dancer.motion.skeleton, dancer.motion.contacts
    paths = {side: foot_path(skeleton, dancer.joints_m, dancer.turned, rig, side) for side, _, _ in _SIDES}
    paths, planted = side_by_side(paths, rig), {}
    for index, (side, s, _) in enumerate(_SIDES):
        own = np.asarray(contacts[:, 2 * index : 2 * index + 2])
        paths[side] = settled(paths[side], model_foot(rig, s), own, fps=VMD_FPS)
        planted[side] = np.asarray(own.any(1))
    way = socket_path(skeleton, dancer.joints_m, rig) - _middle(pose, "左足", "右足")
    _shift(pose, carriers, way + common_shift_m(paths, planted, fps=VMD_FPS))
    sockets = {side: pose.position_m(s + "足") for side, s, _ in _SIDES}
    stoop = stoop_m(sockets, paths, planted, min(leg_m(rig, s) for s in "左右"), VMD_FPS)
    _shift(pose, carriers, stoop[:, None] * np.array([0.0, -1.0, 0.0]))
    return {
        side: within_reach(paths[side], pose.position_m(s + "足"), planted[side], leg_m(rig, s))
        for side, s, _ in _SIDES
    }


def _shift(pose: RigInPose, carriers: tuple[str, str], way_m: Float[Array, "frame 3"]) -> None:
    """Move the body: over the floor with one bone, up and down with the other."""
    level = np.array([1.0, 0.0, 1.0])
    pose.move_by(carriers[0], way_m * level)
    pose.move_by(carriers[1], way_m * (1.0 - level))


def _middle(pose: RigInPose, *names: str) -> Float[Array, "frame 3"]:
    return np.mean([pose.position_m(name) for name in names], axis=0)


def _rest_direction(rig: Rig, start: str, *ends: str) -> Array | None:
    for end in ends:
        if start in rig and end in rig:
            return normalized(rig.rest(end) - rig.rest(start))
    return None


def _put_arms(pose: RigInPose, dancer: _Dancer) -> None:
    rig = pose.rig
    for side, s, _ in _SIDES:
        pose.put(s + "肩", dancer.turn(side + "Shoulder"))
    arms = arm_rotations(pose, dancer.motion.skeleton, dancer.joints_m, dancer.turned)
    for side, s, sign in _SIDES:
        if side not in arms:
            continue
        across = np.array([sign, 0.0, 0.0])
        upper, lower = arms[side]
        _put_twisted(pose, s + "腕", s + "腕捩", upper, _rest_direction(rig, s + "腕", s + "ひじ"))
        _put_twisted(pose, s + "ひじ", s + "手捩", lower, _rest_direction(rig, s + "ひじ", s + "手首"))
        hand_rest = _rest_direction(rig, s + "手首", s + "中指１", s + "人指１", s + "手先")
        hand_rest = _rest_direction(rig, s + "ひじ", s + "手首") if hand_rest is None else hand_rest
        hand = dancer.turn(side + "Hand")
        if hand_rest is not None:
            pose.put(s + "手首", multiply(hand, between(hand_rest, across)))
            _put_fingers(pose, dancer, side, s, hand)


def _put_twisted(pose: RigInPose, bone: str, twist_bone: str, rotation: Array, axis: Array | None) -> None:
    """Give the twist about the bone's own length to its 捩 bone where the rig has one."""
    if bone not in pose or axis is None:
        return
    if twist_bone not in pose:
        pose.put(bone, rotation)
        return
    parent = pose.parent_rotation(bone)
    swing, _ = swing_twist(multiply(conjugate(parent), rotation), axis)
    pose.put(bone, multiply(parent, swing))
    pose.put(twist_bone, rotation)


def _put_fingers(pose: RigInPose, dancer: _Dancer, side: str, s: str, hand: Array) -> None:
    """Fingers turn against the hand as the dancer's do; a motion without fingers leaves the model's rest."""
    for finger, japanese in _FINGER_BONES.items():
        digits = "０１２" if finger == "Thumb" else "１２３"
        for segment, digit in zip(finger_segments(finger), digits, strict=True):
            joint = dancer.turn(f"{side}{finger}{segment}")
            moved = np.abs((joint * hand).sum(-1)).min() < 1.0 - 1e-9
            bone = f"{s}{japanese}{digit}"
            if moved and bone in pose and pose.turned(s + "手首"):
                pose.put(bone, multiply(pose.rotation(s + "手首"), multiply(conjugate(hand), joint)))


def _put_leg(pose: RigInPose, dancer: _Dancer, side: str, s: str, path: FootPath) -> None:
    rig = pose.rig
    thigh_rest, shin_rest = rig.rest(s + "ひざ") - rig.rest(s + "足"), rig.rest(s + "足首") - rig.rest(s + "ひざ")
    thigh, shin = reach(
        multiply(dancer.turn(side + "UpperLeg"), between(thigh_rest, np.array([0.0, -1.0, 0.0]))),
        pose.position_m(s + "足"),
        path.ankles_m,
        upper_offset_m=thigh_rest,
        lower_offset_m=shin_rest,
        hinge=_KNEE_AXIS,
    )
    for part, rotation in (("足", thigh), ("ひざ", shin), ("足首", path.turns_xyzw)):
        pose.put(s + part, rotation)
    if _bent(path):
        pose.put(s + "足先EX", path.toe_turns_xyzw)
    if s + "足ＩＫ" in rig:
        pose.put(s + "足ＩＫ", path.turns_xyzw)
        pose.move_to(s + "足ＩＫ", path.ankles_m)
    if s + "つま先ＩＫ" in rig:
        # The goal is where the tip of the foot is; a bone under 足ＩＫ rides along and rests.
        toe = rig.rest(s + "つま先") if s + "つま先" in rig else rig.rest(s + "つま先ＩＫ")
        pose.put(s + "つま先ＩＫ", pose.parent_rotation(s + "つま先ＩＫ"))
        pose.move_to(s + "つま先ＩＫ", path.ankles_m + rotate(path.turns_xyzw, toe - rig.rest(s + "足首")))


def _bent(path: FootPath) -> bool:
    """Whether the toes ever turn against the foot."""
    return bool(np.abs((path.turns_xyzw * path.toe_turns_xyzw).sum(-1)).min() < 1.0 - 1e-9)
