"""Where a model's hips and ankles go so that it steps where the dancer stepped, scaled by the length of its legs."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_BALL = 0.7
"""Where the ball of the foot is between ankle and toe tip."""


@dataclass(frozen=True)
class LegTargets:
    """World positions on the rig [m]."""

    sockets_m: Float[Array, "frame 3"]
    """Middle of the two hip sockets."""
    ankles_m: dict[str, Float[Array, "frame 3"]]
    """By side: ``left`` and ``right``."""


def leg_targets(skeleton: Skeleton, joints: Array, turned: Array, rig: Rig) -> LegTargets:
    """Return the places for the rig's hips and ankles.

    Raises:
        InputError: when the model has no legs to stand on.
    """
    missing = [bone for bone in ("センター", "左足", "右足", "左ひざ", "右ひざ", "左足首", "右足首") if bone not in rig]
    if missing:
        raise InputError(
            f"the model '{rig.name}' lacks the bones {' '.join(missing)}: expected MMD's standard body; "
            "choose a humanoid model"
        )
    scale = leg_scale(skeleton, rig)
    rest = skeleton.rest_positions_m
    sockets = (joints[:, JOINT_INDEX["leftUpperLeg"]] + joints[:, JOINT_INDEX["rightUpperLeg"]]) / 2.0
    height = (rig.rest("左足首")[1] + rig.rest("右足首")[1]) / 2.0
    own_height = float(rest[JOINT_INDEX["leftFoot"], 1])
    moved = sockets * scale
    moved[:, 1] = height + (sockets[:, 1] - own_height) * scale
    moved += _rest_offset(rig)
    return LegTargets(moved, {side: _ankles(skeleton, joints, turned, rig, side, scale) for side in ("left", "right")})


def leg_scale(skeleton: Skeleton, rig: Rig) -> float:
    """Return how many times longer the rig's legs are than the body's; travel and steps grow by as much.

    The rig must have 足, ひざ and 足首 on both sides.
    """
    return _leg_length(rig) / _own_leg_length(skeleton)


def _ankles(skeleton: Skeleton, joints: Array, turned: Array, rig: Rig, side: str, scale: float) -> Array:
    s = "左" if side == "left" else "右"
    ankle = rig.rest(s + "足首")
    ball_rest = _ball(rig, s)
    ball_joint = JOINT_INDEX[side + "Toes"]
    own_height = float(skeleton.rest_positions_m[ball_joint, 1])
    ball = joints[:, ball_joint] * scale
    ball[:, 1] = ball_rest[1] + (joints[:, ball_joint, 1] - own_height) * scale
    ball += _rest_offset(rig)
    return ball + rotate(turned[:, JOINT_INDEX[side + "Foot"]], ankle - ball_rest)


def _rest_offset(rig: Rig) -> Float[Array, "3"]:
    """Where the model itself stands: most stand over the origin, some beside it."""
    middle = (rig.rest("左足") + rig.rest("右足")) / 2.0
    return np.array([middle[0], 0.0, middle[2]])


def _ball(rig: Rig, s: str) -> Float[Array, "3"]:
    """The ball of the foot on the floor; from the toe bone, else from the soles, else from the ankle's height."""
    ankle = rig.rest(s + "足首")
    toe = next((rig.rest(s + name) for name in ("つま先", "つま先ＩＫ") if s + name in rig), None)
    tip = toe if toe is not None else ankle + np.array([0.0, -ankle[1], 1.5 * ankle[1]])
    ball = ankle + _BALL * (tip - ankle)
    return np.array([ball[0], tip[1], ball[2]])


def _leg_length(rig: Rig) -> float:
    return float(
        sum(
            np.linalg.norm(rig.rest(s + b) - rig.rest(s + a))
            for s in "左右"
            for a, b in (("足", "ひざ"), ("ひざ", "足首"))
        )
        / 2.0
    )


def _own_leg_length(skeleton: Skeleton) -> float:
    return float(sum(np.linalg.norm(skeleton.rest_offsets_m[JOINT_INDEX[n]]) for n in ("leftLowerLeg", "leftFoot")))
