"""A motion onto one model's bones: its rest pose, proportions, twist bones and IK, as the model's own file has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.motion.resample import resampled
from manekko.motion.retarget_arms import arm_rotations
from manekko.motion.retarget_legs import leg_targets
from manekko.skeleton.kinematics import global_rotations, joint_positions
from manekko.skeleton.limbs import reach
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    between,
    conjugate,
    continuous,
    multiply,
    normalized,
    rotate,
    slerp,
    swing_twist,
)
from manekko.skeleton.skeleton import JOINT_INDEX, finger_segments

VMD_FPS = 30.0
Legs = Literal["ik", "fk"]
_DEEPEST_CHAIN = 100
"""Bones between a bone and the next that the motion turns; a body has a handful, a damaged file any number."""
_FINGER_BONES = {"Thumb": "親指", "Index": "人指", "Middle": "中指", "Ring": "薬指", "Little": "小指"}
_SIDES = (("left", "左", 1.0), ("right", "右", -1.0))


@dataclass
class _Pose:
    """Global rotations being gathered for the rig's bones, and shifts of those that move."""

    rig: Rig
    frames: int
    rotations: dict[str, Array] = field(default_factory=dict)
    shifts: dict[str, Array] = field(default_factory=dict)

    def put(self, bone: str, rotation: Array) -> None:
        if bone in self.rig:
            self.rotations[bone] = rotation

    def centre_shift(self) -> Array:
        """How far the whole body is from its rest place; shape (frame, 3)."""
        return sum((self.shifts[b] for b in ("センター", "グルーブ") if b in self.shifts), np.zeros((self.frames, 3)))

    def parent_rotation(self, bone: str) -> Array:
        """Global rotation of a bone's parent."""
        return self._rotation(self.rig.bones[self.rig.index[bone]].parent, frozenset())

    def _rotation(self, number: int, asked: frozenset[int]) -> Array:
        """Global rotation of any bone: as put, or its parent's and the share it takes of a bone that was put."""
        if number < 0 or number in asked or len(asked) > _DEEPEST_CHAIN:
            return np.broadcast_to(IDENTITY_XYZW, (self.frames, 4))
        bone = self.rig.bones[number]
        if bone.name in self.rotations:
            return self.rotations[bone.name]
        parent = self._rotation(bone.parent, asked | {number})
        source = None if bone.append is None or not bone.append.rotates else self.rig.bones[bone.append.source]
        if bone.append is None or source is None or source.name not in self.rotations:
            return parent
        outer = self._rotation(source.parent, asked | {number})
        own = multiply(conjugate(outer), self.rotations[source.name])
        return multiply(parent, slerp(IDENTITY_XYZW, own, bone.append.ratio))


def retarget(motion: Motion, rig: Rig, *, legs: Legs = "ik") -> RigMotion:
    """Return the motion as keys for every frame on the bones that the rig has.

    Bones: センター グルーブ 上半身 上半身2 下半身 首 頭 肩 腕 腕捩 ひじ 手捩 手首 fingers 足 ひざ 足首 足ＩＫ
    つま先ＩＫ. Travel and steps are scaled by the length of the legs; ``legs`` chooses which of IK and FK is on from
    frame 0.
    """
    motion = resampled(motion, fps=VMD_FPS)
    turned = global_rotations(motion.local_rotations_xyzw)
    joints = joint_positions(motion.skeleton, motion.root_positions_m, turned)
    pose = _Pose(rig, motion.frame_count)
    _put_trunk(pose, turned)
    targets = leg_targets(motion.skeleton, joints, turned, rig)
    _put_centre(pose, targets.sockets_m)
    _put_arms(pose, turned, joints)
    for side, japanese, _ in _SIDES:
        _put_leg(pose, turned, side, japanese, targets.ankles_m[side])
    tracks = _tracks(pose)
    states = {name: legs == "ik" for s in "左右" for name in (f"{s}足ＩＫ", f"{s}つま先ＩＫ") if name in rig}
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


def _put_trunk(pose: _Pose, turned: Array) -> None:
    def joint(name: str) -> Array:
        return turned[:, JOINT_INDEX[name]]

    has_second_spine = "上半身2" in pose.rig
    pose.put("下半身", joint("hips"))
    pose.put("上半身", joint("spine") if has_second_spine else joint("chest"))
    pose.put("上半身2", joint("chest"))
    pose.put("首", joint("neck"))
    pose.put("頭", joint("head"))


def _put_centre(pose: _Pose, sockets_m: Float[Array, "frame 3"]) -> None:
    """Move the body so that the hip sockets are where they should be; up and down on グルーブ where there is one."""
    rig = pose.rig
    pivot = rig.rest("下半身") if "下半身" in rig else rig.rest("センター")
    rest = (rig.rest("左足") + rig.rest("右足")) / 2.0
    hips = pose.rotations.get("下半身", np.broadcast_to(IDENTITY_XYZW, (pose.frames, 4)))
    shift = sockets_m - (pivot + rotate(hips, rest - pivot))
    if "グルーブ" in rig:
        pose.shifts["センター"] = shift * np.array([1.0, 0.0, 1.0])
        pose.shifts["グルーブ"] = shift * np.array([0.0, 1.0, 0.0])
    else:
        pose.shifts["センター"] = shift


def _rest_direction(rig: Rig, start: str, *ends: str) -> Array | None:
    for end in ends:
        if start in rig and end in rig:
            return normalized(rig.rest(end) - rig.rest(start))
    return None


def _put_arms(pose: _Pose, turned: Array, joints: Array) -> None:
    rig = pose.rig
    arms = arm_rotations(rig, turned, joints, pose.rotations, pose.shifts)
    for side, s, sign in _SIDES:
        pose.put(s + "肩", turned[:, JOINT_INDEX[side + "Shoulder"]])
        if side not in arms:
            continue
        across = np.array([sign, 0.0, 0.0])
        upper, lower = arms[side]
        _put_twisted(pose, s + "腕", s + "腕捩", upper, _rest_direction(rig, s + "腕", s + "ひじ"))
        _put_twisted(pose, s + "ひじ", s + "手捩", lower, _rest_direction(rig, s + "ひじ", s + "手首"))
        hand_rest = _rest_direction(rig, s + "手首", s + "中指１", s + "人指１", s + "手先")
        hand_rest = _rest_direction(rig, s + "ひじ", s + "手首") if hand_rest is None else hand_rest
        hand = turned[:, JOINT_INDEX[side + "Hand"]]
        if hand_rest is not None:
            pose.put(s + "手首", multiply(hand, between(hand_rest, across)))
            _put_fingers(pose, turned, side, s, hand)


def _put_twisted(pose: _Pose, bone: str, twist_bone: str, rotation: Array, axis: Array | None) -> None:
    """Give the twist about the bone's own length to its 捩 bone where the rig has one."""
    if bone not in pose.rig or axis is None:
        return
    if twist_bone not in pose.rig:
        pose.put(bone, rotation)
        return
    parent = pose.parent_rotation(bone)
    swing, _ = swing_twist(multiply(conjugate(parent), rotation), axis)
    pose.put(bone, multiply(parent, swing))
    pose.put(twist_bone, rotation)


def _put_fingers(pose: _Pose, turned: Array, side: str, s: str, hand: Array) -> None:
    """Fingers turn against the hand as the dancer's do; a motion without fingers leaves the model's rest."""
    for finger, japanese in _FINGER_BONES.items():
        digits = "０１２" if finger == "Thumb" else "１２３"
        for segment, digit in zip(finger_segments(finger), digits, strict=True):
            joint = turned[:, JOINT_INDEX[f"{side}{finger}{segment}"]]
            moved = np.abs((joint * hand).sum(-1)).min() < 1.0 - 1e-9
            bone = f"{s}{japanese}{digit}"
            if moved and bone in pose.rig and s + "手首" in pose.rotations:
                pose.put(bone, multiply(pose.rotations[s + "手首"], multiply(conjugate(hand), joint)))


def _put_leg(pose: _Pose, turned: Array, side: str, s: str, ankles_m: Float[Array, "frame 3"]) -> None:
    rig = pose.rig
    if not all(s + part in rig for part in ("足", "ひざ", "足首")):
        return
    thigh_rest, shin_rest = rig.rest(s + "ひざ") - rig.rest(s + "足"), rig.rest(s + "足首") - rig.rest(s + "ひざ")
    down = np.array([0.0, -1.0, 0.0])
    thigh = multiply(turned[:, JOINT_INDEX[side + "UpperLeg"]], between(thigh_rest, down))
    pivot = rig.rest("下半身") if "下半身" in rig else rig.rest("センター")
    socket = pivot + pose.centre_shift() + rotate(pose.rotations["下半身"], rig.rest(s + "足") - pivot)
    thigh, shin = reach(
        thigh, socket, ankles_m, upper_offset_m=thigh_rest, lower_offset_m=shin_rest, hinge=np.array([1.0, 0.0, 0.0])
    )
    foot = turned[:, JOINT_INDEX[side + "Foot"]]
    for part, rotation in (("足", thigh), ("ひざ", shin), ("足首", foot)):
        pose.put(s + part, rotation)
    if s + "足ＩＫ" in rig:
        pose.put(s + "足ＩＫ", foot)
        pose.shifts[s + "足ＩＫ"] = ankles_m - rig.rest(s + "足ＩＫ")
    if s + "つま先ＩＫ" in rig:
        _put_toe_ik(pose, s, ankles_m, foot)


def _put_toe_ik(pose: _Pose, s: str, ankles_m: Array, foot: Array) -> None:
    """A toe IK bone under the foot IK bone rides along; one that stands free is moved to the toe."""
    rig, bone = pose.rig, s + "つま先ＩＫ"
    parent = rig.bones[rig.index[bone]].parent
    rides = parent >= 0 and rig.bones[parent].name == s + "足ＩＫ"
    toe = ankles_m + rotate(foot, rig.rest(bone) - rig.rest(s + "足首"))
    pose.put(bone, foot if rides else np.broadcast_to(IDENTITY_XYZW, foot.shape).copy())
    pose.shifts[bone] = np.zeros_like(toe) if rides else toe - rig.rest(bone)


def _tracks(pose: _Pose) -> dict[str, BoneTrack]:
    frames = np.arange(pose.frames)
    tracks = {}
    for bone in pose.rig.index:
        if bone not in pose.rotations and bone not in pose.shifts:
            continue
        rotation = pose.rotations.get(bone)
        local = (
            np.tile(IDENTITY_XYZW, (pose.frames, 1))
            if rotation is None
            else multiply(conjugate(pose.parent_rotation(bone)), rotation)
        )
        shift = pose.shifts.get(bone, np.zeros((pose.frames, 3)))
        tracks[bone] = BoneTrack(frames, shift, continuous(normalized(local)))
    return tracks
