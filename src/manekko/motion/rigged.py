"""A motion on one model's bones → the rig-independent motion; the way back from VMD and VPD."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.errors import InputError
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.skeleton.contacts import known_contacts
from manekko.skeleton.kinematics import joint_positions, local_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import between, conjugate, continuous, multiply, rotate
from manekko.skeleton.skeleton import (
    FINGERS,
    HUMANOID,
    JOINT_INDEX,
    PARENT_INDICES,
    Skeleton,
    default_skeleton,
    finger_segments,
)

MOST_FRAMES = 108_000
"""An hour at 30 frames a second; longer motions are refused, as all of a motion is held in memory."""

_SIDES = {"left": "左", "right": "右"}
_FINGER_BONES = {
    "Thumb": "親指０１２",
    "Index": "人指１２３",
    "Middle": "中指１２３",
    "Ring": "薬指１２３",
    "Little": "小指１２３",
}
_NEEDED = ("左足", "右足", "左ひざ", "右ひざ", "左足首", "右足首", "上半身")
_BALL_SHARE = 0.65
"""Where the ball of the foot lies on the way from the ankle to the tip of the toes."""
_HEEL_BEHIND_M = 0.04


def motion_from_rig_motion(rig_motion: RigMotion, rig: Rig) -> Motion:
    """Return what a model's bones do as the motion of a body with the model's proportions.

    Rotations count from the T-pose: each limb's rest direction in the model (mostly an A-pose) is turned to the
    T-pose's by the shortest arc. Joints that the model lacks follow their parents with confidence 0.

    Raises:
        InputError: the model lacks bones of a person, or the motion is longer than an hour.
    """
    lacking = [name for name in _NEEDED if name not in rig]
    if lacking:
        raise InputError(f"the model {rig.name!r} has no bones {' '.join(lacking)}; it is no person of MMD's kind")
    if rig_motion.frame_count > MOST_FRAMES:
        raise InputError(f"the motion has {rig_motion.frame_count} frames; at most {MOST_FRAMES} can be converted")
    frames = np.arange(rig_motion.frame_count)
    sources = {joint: found for joint, names in _sources(rig_motion) if (found := _first(names, rig)) is not None}
    pose = pose_rig(rig, rig_motion, frames, list({*sources.values(), "左足", "右足"}))
    positions_m = _rest_positions(rig)
    corrections = _corrections(positions_m)
    rotations = {
        joint: multiply(pose.rotations_xyzw(bone), corrections.get(joint, np.array([0.0, 0.0, 0.0, 1.0])))
        for joint, bone in sources.items()
    }
    skeleton = _skeleton(positions_m, corrections)
    return motion_from_rotations(skeleton, _hips(pose), rotations, fps=rig_motion.fps)


def _sources(rig_motion: RigMotion) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each joint with the bones that may tell its rotation, the best first."""
    yield from (("hips", ("下半身", "センター")), ("spine", ("上半身",)), ("chest", ("上半身2", "上半身")))
    yield from (("neck", ("首",)), ("head", ("頭",)))
    for side, mark in _SIDES.items():
        yield side + "Eye", (mark + "目",)
        yield side + "Shoulder", (mark + "肩",)
        yield side + "UpperArm", (mark + "腕捩", mark + "腕")
        yield side + "LowerArm", (mark + "手捩", mark + "ひじ")
        yield side + "Hand", (mark + "手首",)
        for part, bone in (("UpperLeg", "足"), ("LowerLeg", "ひざ"), ("Foot", "足首")):
            keyed = (mark + bone + "D",) if mark + bone + "D" in rig_motion.bones else ()
            yield side + part, (*keyed, mark + bone)
        yield side + "Toes", (mark + "足先EX", mark + "足首")
        for joint, bone in _finger_joints(side):
            yield joint, (bone,)


def _finger_joints(side: str) -> Iterator[tuple[str, str]]:
    """Yield (joint, MMD bone) of the fingers of a hand."""
    for finger in FINGERS:
        name, digits = _FINGER_BONES[finger][:2], _FINGER_BONES[finger][2:]
        for segment, digit in zip(finger_segments(finger), digits, strict=True):
            yield side + finger + segment, _SIDES[side] + name + digit


def _first(names: tuple[str, ...], rig: Rig) -> str | None:
    return next((name for name in names if name in rig), None)


def _hips(pose: RigPose) -> Float[Array, "frame 3"]:
    return (pose.positions_m("左足") + pose.positions_m("右足")) / 2.0


def _rest_positions(rig: Rig) -> dict[str, Float[Array, "3"]]:
    """Return where the joints are in the model's own rest pose [m], as far as it has them."""
    rest: dict[str, Array] = {"hips": (rig.rest("左足") + rig.rest("右足")) / 2.0}
    plain = {"spine": "上半身", "chest": "上半身2" if "上半身2" in rig else "上半身", "neck": "首", "head": "頭"}
    for side, mark in _SIDES.items():
        parts = {"Eye": "目", "Shoulder": "肩", "UpperArm": "腕", "LowerArm": "ひじ", "Hand": "手首",
                 "UpperLeg": "足", "LowerLeg": "ひざ", "Foot": "足首", "Toes": "足先EX"}  # fmt: skip
        plain |= {side + part: mark + bone for part, bone in parts.items()}
        plain |= dict(_finger_joints(side))
    rest |= {joint: rig.rest(bone) for joint, bone in plain.items() if bone in rig}
    for side, mark in _SIDES.items():
        if side + "Toes" not in rest and mark + "つま先" in rig:
            ankle = rest[side + "Foot"]
            rest[side + "Toes"] = ankle + _BALL_SHARE * (rig.rest(mark + "つま先") - ankle)
    return rest


def _corrections(rest_m: Mapping[str, Array]) -> dict[str, Float[Array, "4"]]:
    """Return for each limb the turn from its T-pose direction to its rest direction in the model."""
    defaults = default_skeleton().rest_offsets_m
    result = {}
    for side in _SIDES:
        chains = [
            [side + part for part in ("UpperArm", "LowerArm", "Hand", "MiddleProximal")],
            [side + part for part in ("UpperLeg", "LowerLeg", "Foot")],
            *([side + finger + segment for segment in finger_segments(finger)] for finger in FINGERS),
        ]
        for chain in chains:
            for joint, child in pairwise(chain):
                if joint in rest_m and child in rest_m:
                    result[joint] = between(defaults[JOINT_INDEX[child]], rest_m[child] - rest_m[joint])
            last = chain[-1]
            if last in rest_m and chain[-2] in result and last[len(side) :].startswith(FINGERS):
                result[last] = result[chain[-2]]
    return result


def _skeleton(rest_m: Mapping[str, Array], corrections: Mapping[str, Array]) -> Skeleton:
    """Return the model's proportions, its limbs turned to the T-pose and its soles on the floor."""
    offsets = default_skeleton().rest_offsets_m.copy()
    for joint, parent in enumerate(PARENT_INDICES):
        name, parent_name = HUMANOID[joint], HUMANOID[parent]
        if parent >= 0 and name in rest_m and parent_name in rest_m:
            offset = rest_m[name] - rest_m[parent_name]
            correction = corrections.get(parent_name)
            offsets[joint] = offset if correction is None else rotate(conjugate(correction), offset)
    return Skeleton(standing(offsets, ankle_height_m=float(rest_m["leftFoot"][1])))


def standing(offsets_m: Float[Array, "joint 3"], *, ankle_height_m: float) -> Float[Array, "joint 3"]:
    """Return the offsets with the hips so high that the left ankle is at its height above the floor in T-pose."""
    result = offsets_m.copy()
    chain = [JOINT_INDEX["left" + part] for part in ("UpperLeg", "LowerLeg", "Foot")]
    result[JOINT_INDEX["hips"]] = (0.0, ankle_height_m - float(result[chain, 1].sum()), 0.0)
    return result


def motion_from_rotations(
    skeleton: Skeleton, root_positions_m: Float[Array, "frame 3"], rotations: Mapping[str, Array], *, fps: float
) -> Motion:
    """Return the motion of joints whose global rotations (frame, 4) from the T-pose are known.

    Joints that are not among them follow their parents with confidence 0. Contacts come from the feet's height above
    y = 0 and speed.
    """
    frame_count = len(root_positions_m)
    whole = np.tile([0.0, 0.0, 0.0, 1.0], (frame_count, len(HUMANOID), 1))
    for joint, parent in enumerate(PARENT_INDICES):
        if HUMANOID[joint] in rotations:
            whole[:, joint] = rotations[HUMANOID[joint]]
        elif parent >= 0:
            whole[:, joint] = whole[:, parent]
    known = np.array([name in rotations for name in HUMANOID], dtype=np.float64)
    return Motion(
        fps=fps,
        skeleton=skeleton,
        root_positions_m=root_positions_m,
        local_rotations_xyzw=continuous(local_rotations(whole)),
        confidences=np.tile(known, (frame_count, 1)),
        contacts=_contacts(skeleton, root_positions_m, whole, fps),
    )


def _contacts(
    skeleton: Skeleton, roots_m: Float[Array, "frame 3"], rotations: Float[Array, "frame joint 4"], fps: float
) -> Bool[Array, "frame 4"]:
    joints = joint_positions(skeleton, roots_m, rotations)
    rest = skeleton.rest_positions_m
    points = []
    for side in _SIDES:
        foot, toes = JOINT_INDEX[side + "Foot"], JOINT_INDEX[side + "Toes"]
        heel = np.array([0.0, -rest[foot, 1], -_HEEL_BEHIND_M])
        points.append(joints[:, foot] + rotate(rotations[:, foot], heel))
        points.append(joints[:, toes] - np.array([0.0, rest[toes, 1], 0.0]))
    stacked = np.stack(points, axis=1)
    return known_contacts(stacked, stacked[..., 1], fps=fps)
