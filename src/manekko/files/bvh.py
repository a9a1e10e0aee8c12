"""BVH ↔ ``Motion``: whose joint is whose, which units, which way the T-pose lies."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.files.bvh_names import joints_of_humanoid
from manekko.files.bvh_text import BvhFile, BvhJoint, parse_bvh, write_bvh
from manekko.motion.motion import Motion
from manekko.motion.rigged import motion_from_rotations, standing
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    between,
    conjugate,
    from_axes,
    multiply,
    normalized,
    rotate,
)
from manekko.skeleton.skeleton import (
    FINGERS,
    HUMANOID,
    JOINT_INDEX,
    PARENT_INDICES,
    Skeleton,
    default_skeleton,
    finger_segments,
)

__all__ = ["BvhFile", "BvhJoint", "bvh_from_motion", "motion_from_bvh", "parse_bvh", "write_bvh"]

_UNITS_M = (1.0, 0.01, 0.0254, 0.001, 0.0254 / 0.45, 0.1, 0.0254 * 0.1)
"""Lengths that a unit of a BVH file stands for: m, cm, inch, mm, CMU's, dm, a tenth of an inch."""
_STATURE_M = (0.9, 1.9)
"""Leg and trunk of a person, from the ankle to the head joint, lie between these [m]; the middle is 1.35."""
_MOST_POSES = 10_000_000
_CALIBRATION_FRAMES = 400
_FLOOR_SLACK_M = 0.05
"""A floor this near y = 0 is taken for y = 0."""
_ANKLE_M = (0.03, 0.2)
"""Height of an ankle joint over the sole, high heels included [m]."""
_SOLE_SLACK_M = 0.01
"""Toes of a rest pose that stands on the floor are at most this far below it [m]."""
_UPRIGHT_COS = 0.98
_HAND_SLACK_RAD = np.radians(20.0)
"""Hands differ: palms and fingers at rest this near to the T-pose's directions are in T-pose."""
_LIMBS = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
_NECESSARY = ("LowerLeg", "Foot")


def motion_from_bvh(file: BvhFile) -> Motion:
    """Return the motion of a person in a BVH file, at the file's own frame rate, with the person's proportions.

    The unit is guessed from the stature. Limbs whose rest direction is not the T-pose's are turned to it. Where the
    file's rest pose is no pose of a person at all (all bones along one axis), elbows and knees tell how limbs lie,
    and what has no hinge (head, hands, feet) is taken to be straight on average.

    Raises:
        InputError: no person's legs are among the joints, or the motion is too long to hold.
    """
    if len(file.values) * len(file.joints) > _MOST_POSES:
        raise InputError(
            f"the BVH has {len(file.values)} frames of {len(file.joints)} joints, too many to hold at once"
        )
    found = joints_of_humanoid(file.joints)
    lacking = [part for part in _NECESSARY if "left" + part not in found or "right" + part not in found]
    if not found or lacking:
        names = " ".join(joint.name for joint in file.joints[:6])
        raise InputError(f"no person's legs were found among the BVH's joints ({names} …)")
    positions, rotations = file.global_joints()
    upright = _upright(file, found, positions)
    places = {joint: rotate(upright, positions[:, index]) for joint, index in found.items()}
    turns = {joint: multiply(upright, rotations[:, index]) for joint, index in found.items()}
    rest = file.rest_positions()
    body = _rest_body(rest, found)
    if body is not None:
        corrections = _corrections_from_rest(rest, found, body)
    else:
        corrections = _corrections_from_motion(places, turns)
    whole = {joint: multiply(turn, corrections[joint]) for joint, turn in turns.items()}
    unit = _unit_m(places)
    places = {joint: place * unit for joint, place in places.items()}
    ankle_m = None if body is None else _ankle_m(rotate(upright, rest) * unit, found, multiply(upright, body))
    skeleton = _proportions(places, whole, ankle_m)
    roots = places["hips"] - _floor_m(places, skeleton) * np.array([0.0, 1.0, 0.0])
    return motion_from_rotations(skeleton, roots, whole, fps=1.0 / file.frame_time_s)


def _samples(values: Array) -> Array:
    return values[:: max(1, len(values) // _CALIBRATION_FRAMES)]


def _upright(file: BvhFile, found: Mapping[str, int], positions: Float[Array, "frame joint 3"]) -> Float[Array, "4"]:
    """Return the turn from the file's world to +Y up: some programs write +Z up."""
    top = found.get("head", found.get("chest", found["hips"]))
    low = (found["leftFoot"], found["rightFoot"])
    up = positions[:, top] - (positions[:, low[0]] + positions[:, low[1]]) / 2.0
    mean = np.mean(normalized(up), axis=0)
    if mean[2] > 0.6 and abs(mean[1]) < 0.5:
        return np.array([-np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
    return IDENTITY_XYZW


def _rest_body(rest: Float[Array, "joint 3"], found: Mapping[str, int]) -> Float[Array, "4"] | None:
    """Return how a body at rest is turned in the file, or None where the rest pose is no pose of a person."""

    def towards(start: str, end: str) -> Array:
        return normalized(rest[found[end]] - rest[found[start]])

    legs = [towards(side + top, side + low) for side in ("left", "right")
            for top, low in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))]  # fmt: skip
    up = -np.mean(legs, axis=0)
    lateral = towards("rightUpperLeg", "leftUpperLeg")
    if np.linalg.norm(up) < 0.5 or min(float(leg @ -normalized(up)) for leg in legs) < 0.75:
        return None
    top = "head" if "head" in found else "chest"
    if top in found and float(towards("hips", top) @ normalized(up)) < 0.7:
        return None
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if side + "LowerArm" in found and side + "UpperArm" in found:
            arm = towards(side + "UpperArm", side + "LowerArm")
            if sign * float(arm @ lateral) < -0.2 or float(arm @ normalized(up)) > 0.8:
                return None
    y = normalized(up - lateral * (up @ lateral))
    turned = from_axes(np.stack([lateral, y, np.cross(lateral, y)], axis=-1))
    # Nearly all bodies rest square to the axes; a lean of the legs is then the legs' own.
    groups = Rotation.create_group("O").as_quat()
    nearest = groups[np.argmax(np.abs(groups @ turned))]
    return nearest if 2.0 * np.arccos(min(1.0, float(np.abs(nearest @ turned)))) < np.radians(30.0) else turned


def _chains() -> list[tuple[str, str]]:
    """Return (joint, child) of the limbs and fingers, parents first."""
    pairs = []
    for side in ("left", "right"):
        pairs += [(side + joint, side + child) for joint, child in _LIMBS]
        pairs.append((side + "Hand", side + "MiddleProximal"))
        for finger in FINGERS:
            segments = [side + finger + segment for segment in finger_segments(finger)]
            pairs += [(segments[0], segments[1]), (segments[1], segments[2])]
    return pairs


def _corrections_from_rest(
    rest: Float[Array, "joint 3"], found: Mapping[str, int], body: Float[Array, "4"]
) -> dict[str, Float[Array, "4"]]:
    """Return for each joint the turn from the T-pose to its rest pose: the body's, and the limb's shortest arc."""
    directions = default_skeleton().rest_offsets_m
    children = dict(_chains())
    result: dict[str, Array] = {}
    for index, joint in enumerate(HUMANOID):
        if joint not in found:
            continue
        above = HUMANOID[PARENT_INDICES[index]]
        follows = joint.endswith("Hand") or joint.removeprefix("left").removeprefix("right").startswith(FINGERS)
        result[joint] = result.get(above, body) if follows else body
        child = children.get(joint)
        if child is not None and child in found:
            expected = rotate(result[joint], directions[JOINT_INDEX[child]])
            arc = between(expected, rest[found[child]] - rest[found[joint]])
            if not follows or abs(arc[3]) < np.cos(_HAND_SLACK_RAD / 2.0):
                result[joint] = multiply(arc, result[joint])
    return result


def _corrections_from_motion(places: Mapping[str, Array], turns: Mapping[str, Array]) -> dict[str, Float[Array, "4"]]:
    """Return the same from how the joints move: trunk by what it carries, limbs by direction and hinge."""
    result: dict[str, Array] = {"hips": _trunk_correction(places, turns, "hips", "UpperLeg", "chest")}
    if "chest" in turns:
        up = "neck" if "neck" in places else "head"
        result["chest"] = _trunk_correction(places, turns, "chest", "UpperArm", up)
    for side in ("left", "right"):
        for limb in (("UpperArm", "LowerArm", "Hand"), ("UpperLeg", "LowerLeg", "Foot")):
            if all(side + part in places for part in limb):
                result |= _limb_corrections(places, turns, [side + part for part in limb])
    for index, joint in enumerate(HUMANOID):
        if joint in turns and joint not in result:
            above = HUMANOID[PARENT_INDICES[index]]
            while above not in result:
                above = HUMANOID[PARENT_INDICES[JOINT_INDEX[above]]]
            expected = multiply(turns[above], result[above])
            result[joint] = _mean_rotation(multiply(conjugate(turns[joint]), expected))
    return result


def _mean_rotation(rotations_xyzw: Float[Array, "frame 4"]) -> Float[Array, "4"]:
    return Rotation.from_quat(_samples(rotations_xyzw)).mean().as_quat()


def _trunk_correction(
    places: Mapping[str, Array], turns: Mapping[str, Array], joint: str, carried: str, top: str
) -> Float[Array, "4"]:
    if not {top, "left" + carried, "right" + carried} <= places.keys():
        return IDENTITY_XYZW
    inverse = conjugate(_samples(turns[joint]))
    lateral = rotate(inverse, _samples(places["left" + carried] - places["right" + carried])).mean(0)
    up = rotate(inverse, _samples(places[top] - places[joint])).mean(0)
    x = normalized(lateral)
    y = normalized(up - x * (up @ x))
    return from_axes(np.stack([x, y, np.cross(x, y)], axis=-1))


def _limb_corrections(
    places: Mapping[str, Array], turns: Mapping[str, Array], limb: list[str]
) -> dict[str, Float[Array, "4"]]:
    """Return the turns of the upper and lower bone of a limb from their directions and the hinge between them."""
    upper = _samples(normalized(places[limb[1]] - places[limb[0]]))
    lower = _samples(normalized(places[limb[2]] - places[limb[1]]))
    hinge = np.cross(upper, lower)
    is_arm = limb[0].endswith("Arm")
    sign = 1.0 if limb[0].startswith("left") else -1.0
    straight = np.array([sign, 0.0, 0.0]) if is_arm else np.array([0.0, -1.0, 0.0])
    # Forearms bend forward from the T-pose, shins backward.
    bends_about = np.array([0.0, -sign, 0.0]) if is_arm else np.array([1.0, 0.0, 0.0])
    result = {}
    for joint, direction in zip(limb, (upper, lower), strict=False):
        inverse = conjugate(_samples(turns[joint]))
        along = normalized(rotate(inverse, direction).mean(0))
        axis = rotate(inverse, hinge).mean(0)
        axis = axis - along * (axis @ along)
        if np.linalg.norm(axis) < 0.02:
            result[joint] = between(straight, along)
            continue
        axis = normalized(axis)
        found = from_axes(np.stack([along, axis, np.cross(along, axis)], axis=-1))
        expected = from_axes(np.stack([straight, bends_about, np.cross(straight, bends_about)], axis=-1))
        result[joint] = multiply(found, conjugate(expected))
    return result


def _length(places: Mapping[str, Array], start: str, end: str) -> float:
    if start not in places or end not in places:
        return 0.0
    return float(np.median(np.linalg.norm(_samples(places[end] - places[start]), axis=-1)))


def _unit_m(places: Mapping[str, Array]) -> float:
    """Return how many metres a unit of the file is."""
    trunk = [name for name in ("hips", "chest", "neck", "head") if name in places]
    stature = _length(places, "leftUpperLeg", "leftLowerLeg") + _length(places, "leftLowerLeg", "leftFoot")
    stature += sum(_length(places, start, end) for start, end in pairwise(trunk))
    usual = default_skeleton().rest_positions_m
    expected = float(usual[JOINT_INDEX[trunk[-1]], 1] - usual[JOINT_INDEX["leftFoot"], 1])
    if stature <= 0:
        raise InputError("all joints of the BVH's legs lie in one point; this is no person")
    lowest, highest = (limit * expected / 1.37 for limit in _STATURE_M)
    fitting = [unit for unit in _UNITS_M if lowest <= stature * unit <= highest]
    return min(fitting, key=lambda unit: abs(np.log(stature * unit / expected)), default=expected / stature)


def _ankle_m(rest_m: Float[Array, "joint 3"], found: Mapping[str, int], body: Float[Array, "4"]) -> float | None:
    """Return the ankle's height over the sole [m] where the file's rest pose stands on y = 0, else None."""
    heights = rest_m[[found["leftFoot"], found["rightFoot"]], 1]
    toes = [rest_m[found[name], 1] for name in ("leftToes", "rightToes") if name in found]
    stands = rotate(body, np.array([0.0, 1.0, 0.0]))[1] > _UPRIGHT_COS and min(toes, default=0.0) > -_SOLE_SLACK_M
    low, high = _ANKLE_M
    return float(heights.mean()) if stands and low < heights.min() and heights.max() < high else None


def _proportions(places: Mapping[str, Array], whole: Mapping[str, Array], ankle_m: float | None) -> Skeleton:
    """Return the body in T-pose: where each joint lies, on average, as its parent sees it.

    Where the ankle's height over the floor is not known, the sole is taken to be a little below the toes.
    """
    offsets = default_skeleton().rest_offsets_m.copy()
    for joint, parent in enumerate(PARENT_INDICES):
        name, above = HUMANOID[joint], HUMANOID[parent]
        if parent >= 0 and name in places and above in places:
            seen = rotate(conjugate(_samples(whole[above])), _samples(places[name] - places[above]))
            offsets[joint] = seen.mean(0)
    if ankle_m is None:
        ankle_m = max(-float(offsets[JOINT_INDEX["leftToes"], 1]), 0.03) + 0.01
    return Skeleton(standing(offsets, ankle_height_m=ankle_m))


def _floor_m(places: Mapping[str, Array], skeleton: Skeleton) -> float:
    """Return the floor's height [m]: under the lowest foot of nearly all frames."""
    rest = skeleton.rest_positions_m[:, 1]
    parts = [name for name in ("leftFoot", "rightFoot", "leftToes", "rightToes") if name in places]
    lowest = np.min([places[name][:, 1] - rest[JOINT_INDEX[name]] for name in parts], axis=0)
    floor = float(np.percentile(lowest, 3.0))
    return floor if abs(floor) > _FLOOR_SLACK_M else 0.0


_CONVENTIONAL = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "neck": "Neck", "head": "Head", "Eye": "Eye",
    "Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand",
    "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase",
}  # fmt: skip


def conventional_name(joint: str) -> str:
    """Return the name that MotionBuilder, Mixamo and Blender's users know a joint by."""
    if joint in _CONVENTIONAL:
        return _CONVENTIONAL[joint]
    side = "left" if joint.startswith("left") else "right"
    part = joint.removeprefix(side)
    if part in _CONVENTIONAL:
        return side.capitalize() + _CONVENTIONAL[part]
    finger = next(finger for finger in FINGERS if part.startswith(finger))
    number = finger_segments(finger).index(part.removeprefix(finger)) + 1
    return f"{side.capitalize()}Hand{'Pinky' if finger == 'Little' else finger}{number}"


def bvh_from_motion(motion: Motion) -> BvhFile:
    """Return the motion as BVH: MotionBuilder's names, centimetres, +Y up, rotations in the order Z, X, Y.

    The rest pose is the T-pose facing +Z. Frames keep the motion's rate (30 a second for what Manekko captures).
    """
    offsets = motion.skeleton.rest_offsets_m * 100.0
    turning = ("Zrotation", "Xrotation", "Yrotation")
    joints = []
    for index, (joint, parent) in enumerate(zip(HUMANOID, PARENT_INDICES, strict=True)):
        x, y, z = offsets[index].tolist()
        channels = ("Xposition", "Yposition", "Zposition", *turning) if parent < 0 else turning
        leaf = index not in PARENT_INDICES
        end = tuple((0.4 * offsets[index]).tolist()) if leaf else None
        joints.append(BvhJoint(conventional_name(joint), parent, (x, y, z), channels, end))
    flat = Rotation.from_quat(motion.local_rotations_xyzw.reshape(-1, 4))
    angles = flat.as_euler("ZXY", degrees=True).reshape(motion.frame_count, -1)
    values = np.concatenate([motion.root_positions_m * 100.0, angles], axis=1)
    return BvhFile(tuple(joints), 1.0 / motion.fps, values)
