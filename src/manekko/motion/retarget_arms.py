"""Arms of another length on another body: free arms keep their directions, hands that touch keep touching."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.easing import smooth
from manekko.motion.retarget_arm import Arm, palm_m
from manekko.motion.retarget_clear import cleared
from manekko.motion.retarget_pose import RigInPose
from manekko.motion.retarget_shapes import Part, Relation, dancer_parts, model_parts
from manekko.skeleton.rotations import between, multiply, rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_SIDES = (("left", "左", 1.0), ("right", "右", -1.0))
_NEAR, _FAR = 0.5, 2.0
"""Gap between palm and body in lengths of the palm: nearer, the place on the body counts, further the direction."""
_TOGETHER, _APART = 0.8, 3.0
"""The same for the gap between the palms."""
_PALM = 0.6
"""Where the middle of the palm is between wrist and knuckle of the middle finger."""
_MEETINGS = 6
"""Rounds in which two hands of different reach agree on a place."""


def arm_rotations(
    pose: RigInPose,
    skeleton: Skeleton,
    joints_m: Float[Array, "frame joint 3"],
    turned: Float[Array, "frame joint 4"],
) -> dict[str, tuple[Float[Array, "frame 4"], Float[Array, "frame 4"]]]:
    """Return by side the global rotations of upper and lower arm on the rig, twist included.

    Args:
        pose: the model with trunk, shoulders and legs in pose.
        skeleton: the dancer's proportions.
        joints_m: the dancer's joints in the world [m].
        turned: their rotations from the T-pose in the world.
    """
    arms = {
        side: _free_arm(pose, skeleton, turned, side, s, sign)
        for side, s, sign in _SIDES
        if all(s + part in pose for part in ("腕", "ひじ", "手首"))
    }
    if len(arms) == 2:
        own = dancer_parts(skeleton, joints_m, turned)
        parts = model_parts(pose)
        dancer = {side: _dancers_arm(skeleton, joints_m, turned, side, sign) for side, _, sign in _SIDES}
        wrists = {side: _touching(arm, dancer[side], own, parts) for side, arm in arms.items()}
        wrists = _meeting(arms, dancer, wrists)
        arms = {side: arm.reaching(wrists[side]) for side, arm in arms.items()}
        arms = {side: cleared(arm, dancer[side], own, parts) for side, arm in arms.items()}
        wrists = _meeting(arms, dancer, {side: arm.wrists_m for side, arm in arms.items()})
        arms = {side: arm.reaching(wrists[side]) for side, arm in arms.items()}
    return {side: (arm.upper_xyzw, arm.lower_xyzw) for side, arm in arms.items()}


def _free_arm(pose: RigInPose, skeleton: Skeleton, turned: Array, side: str, s: str, sign: float) -> Arm:
    """The arm in the directions of the dancer's."""
    rig = pose.rig
    upper_rest, lower_rest = rig.rest(s + "ひじ") - rig.rest(s + "腕"), rig.rest(s + "手首") - rig.rest(s + "ひじ")
    across = np.array([sign, 0.0, 0.0])
    length = palm_m(rig, side)
    return Arm(
        sign,
        pose.position_m(s + "腕"),
        upper_rest,
        lower_rest,
        multiply(turned[:, JOINT_INDEX[side + "UpperArm"]], between(upper_rest, across)),
        multiply(turned[:, JOINT_INDEX[side + "LowerArm"]], between(lower_rest, across)),
        rotate(turned[:, JOINT_INDEX[side + "Hand"]], across * _PALM * length),
        length,
        length / palm_m(skeleton, side),
    )


def _dancers_arm(skeleton: Skeleton, joints_m: Array, turned: Array, side: str, sign: float) -> Arm:
    offsets = skeleton.rest_offsets_m
    length = palm_m(skeleton, side)
    palm = np.array([sign * _PALM * length, 0.0, 0.0])
    return Arm(
        sign,
        joints_m[:, JOINT_INDEX[side + "UpperArm"]],
        offsets[JOINT_INDEX[side + "LowerArm"]],
        offsets[JOINT_INDEX[side + "Hand"]],
        turned[:, JOINT_INDEX[side + "UpperArm"]],
        turned[:, JOINT_INDEX[side + "LowerArm"]],
        rotate(turned[:, JOINT_INDEX[side + "Hand"]], palm),
        length,
        1.0,
    )


def _touching(arm: Arm, dancer: Arm, own: dict[str, Part], parts: dict[str, Part]) -> Float[Array, "frame 3"]:
    """Where the wrist goes so that a palm near the body is as near to the same places of the model's."""
    palms = dancer.wrists_m + dancer.palms_m
    relations = {name: own[name].relation(palms) for name in parts}
    gaps = np.stack([relation.gaps_m for relation in relations.values()], axis=1) / dancer.palm_m
    weights = np.exp(-2.0 * (gaps - gaps.min(1, keepdims=True)))
    places = np.stack([_placed(parts[n], r, own[n], arm.palm_share) for n, r in relations.items()], axis=1)
    place = (places * (weights / weights.sum(1, keepdims=True))[..., None]).sum(1) - arm.palms_m
    share = _falling(gaps.min(1), _NEAR, _FAR)[:, None]
    return arm.wrists_m + share * (arm.within_reach(place) - arm.wrists_m)


def _placed(part: Part, relation: Relation, own: Part, palm_share: float) -> Float[Array, "frame 3"]:
    """The point in the same relation: outside as far in lengths of the hand, inside as deep in shares of the girth."""
    inside = part.radius_m(relation.ways) / own.radius_m(relation.ways)
    return part.place_m(relation, relation.gaps_m * np.where(relation.gaps_m > 0.0, palm_share, inside))


def _meeting(
    arms: dict[str, Arm], dancer: dict[str, Arm], wrists_m: dict[str, Array]
) -> dict[str, Float[Array, "frame 3"]]:
    """Bring wrists as near to each other as the dancer's, in lengths of the hand, where the palms are near."""
    left, right = arms["left"], arms["right"]
    own = {side: arm.wrists_m + arm.palms_m for side, arm in dancer.items()}
    length = (dancer["left"].palm_m + dancer["right"].palm_m) / 2.0
    apart = own["left"] - own["right"]
    share = _falling(np.linalg.norm(apart, axis=-1) / length, _TOGETHER, _APART)[:, None]
    wanted = apart * (left.palm_share + right.palm_share) / 2.0 - left.palms_m + right.palms_m
    a, b = wrists_m["left"], wrists_m["right"]
    for _ in range(_MEETINGS):
        middle = (a + b) / 2.0
        a, b = a + share * (middle + wanted / 2.0 - a), b + share * (middle - wanted / 2.0 - b)
        a, b = left.within_reach(a), right.within_reach(b)
    return {"left": a, "right": b}


def _falling(values: Float[Array, " frame"], near: float, far: float) -> Float[Array, " frame"]:
    """1 up to ``near``, 0 from ``far``, eased between."""
    return smooth((far - values) / (far - near))
