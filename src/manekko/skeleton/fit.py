"""Joint positions → rotations of the canonical humanoid: frames for the rigid parts, swing and twist for the limbs.

No Euler angles. A part with three points (pelvis, chest, head, palm, foot) gets an orthonormal frame; a limb bone is
swung by the shortest arc and twisted by what its child shows (the plane of a bent elbow or knee, the palm, the foot),
never by a straight limb, whose plane is noise.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    as_axes,
    between,
    conjugate,
    continuous,
    from_axes,
    multiply,
    normalized,
    rotate,
    slerp,
    swing_twist,
)
from manekko.skeleton.skeleton import ELBOW_NORMAL, HUMANOID, JOINT_INDEX

_KNEE_FADE_RAD = (np.radians(5.0), np.radians(20.0))
"""Below the first bend a leg's plane says nothing of its twist; from the second on it says all."""
_ELBOW_FADE_RAD = (np.radians(40.0), np.radians(120.0))
"""The same for an arm, whose points are less sure and whose twist has no foot to vouch for it."""
_SPINE_SHARE = 0.5
"""Share of the turn from pelvis to chest that the lower spine takes."""
_NECK_SHARE = 0.15
"""Share of the turn from chest to head that the neck takes."""
_FOREARM_TWIST_LIMIT_RAD = np.radians(100.0)
_WRIST_LIMIT_RAD = np.radians(70.0)


@dataclass(frozen=True)
class BodyPoints:
    """Points of one body in the world through time, each (frame, 3) [m]; ``pairs`` are (left, right)."""

    hips: tuple[Array, Array]
    knees: tuple[Array, Array]
    ankles: tuple[Array, Array]
    heels: tuple[Array, Array]
    toes: tuple[Array, Array]
    shoulders: tuple[Array, Array]
    elbows: tuple[Array, Array]
    wrists: tuple[Array, Array]
    index_knuckles: tuple[Array, Array]
    little_knuckles: tuple[Array, Array]
    ears: tuple[Array, Array]
    eyes: tuple[Array, Array]
    palm_trust: float = 0.3
    """Share of the palm's turn that the forearm takes: knuckles of a body detector show it poorly, a hand's well."""


def frame_from(x: Array, y: Array) -> Float[Array, "frame 4"]:
    """Return rotations whose x axis is ``x`` and whose y axis leans to ``y``; both rest on +x and +y."""
    across, up = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    x_axis = _or_else(normalized(x), across)
    y_axis = normalized(y - x_axis * (x_axis * y).sum(-1, keepdims=True))
    y_axis = _or_else(y_axis, rotate(between(across, x_axis), up))
    return from_axes(np.stack([x_axis, y_axis, np.cross(x_axis, y_axis)], axis=-1))


def _or_else(unit: Array, fallback: Array) -> Array:
    """Points on one place or line have no direction: take the fallback there."""
    return np.where(np.linalg.norm(unit, axis=-1, keepdims=True) > 0.5, unit, fallback)


def fit_rotations(points: BodyPoints) -> Float[Array, "frame joint 4"]:
    """Return the global rotation of every joint (T-pose = identity), continuous in time; fingers follow the hand."""
    frames = len(points.hips[0])
    result = np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(HUMANOID), 1))

    def put(name: str, rotation: Array) -> None:
        result[:, JOINT_INDEX[name]] = rotation

    hips, chest = _pelvis(points), _chest(points)
    head = _head(points)
    put("hips", hips)
    put("spine", slerp(hips, chest, _SPINE_SHARE))
    put("chest", chest)
    put("neck", slerp(chest, head, _NECK_SHARE))
    for name in ("head", "leftEye", "rightEye"):
        put(name, head)
    for index, side in enumerate(("left", "right")):
        shoulder, upper, lower, hand = _arm(points, index, chest)
        for name, rotation in zip(
            ("Shoulder", "UpperArm", "LowerArm", "Hand"), (shoulder, upper, lower, hand), strict=True
        ):
            put(side + name, rotation)
        for name in HUMANOID[JOINT_INDEX[side + "Hand"] + 1 : JOINT_INDEX[side + "Hand"] + 16]:
            put(name, hand)
        thigh, shin, foot = _leg(points, index, hips)
        for name, rotation in zip(("UpperLeg", "LowerLeg", "Foot", "Toes"), (thigh, shin, foot, foot), strict=True):
            put(side + name, rotation)
    return continuous(result)


def _middle(pair: tuple[Array, Array]) -> Array:
    return (pair[0] + pair[1]) / 2.0


def _pelvis(points: BodyPoints) -> Array:
    return frame_from(points.hips[0] - points.hips[1], _middle(points.shoulders) - _middle(points.hips))


def _chest(points: BodyPoints) -> Array:
    return frame_from(points.shoulders[0] - points.shoulders[1], _middle(points.shoulders) - _middle(points.hips))


def _head(points: BodyPoints) -> Array:
    """Looking straight ahead, the eyes are level with the ears; the line from eyes to mouth is not upright."""
    across = (points.ears[0] - points.ears[1]) + (points.eyes[0] - points.eyes[1])
    forward = _middle(points.eyes) - _middle(points.ears)
    return frame_from(across, np.cross(forward, across))


def _bend_weight(upper: Array, lower: Array, fade_rad: tuple[float, float]) -> Array:
    """Trust in the plane of two bones, 0 (straight) to 1 (well bent); shape (frame, 1)."""
    cosine = (normalized(upper) * normalized(lower)).sum(-1, keepdims=True)
    bend = np.arccos(np.clip(cosine, -1.0, 1.0))
    return np.clip((bend - fade_rad[0]) / (fade_rad[1] - fade_rad[0]), 0.0, 1.0)


def _twisted_to(swung: Array, axis: Array, hint_rest: Array, hint: Array, weight: Array) -> Array:
    """Twist ``swung`` about the rest direction ``axis`` until ``hint_rest`` points to ``hint``, by a share of it."""
    local = rotate(conjugate(swung), hint)
    flat = local - axis * (local * axis).sum(-1, keepdims=True)
    return multiply(swung, slerp(IDENTITY_XYZW, between(hint_rest, flat), weight[..., 0]))


def _arm(points: BodyPoints, side: int, chest: Array) -> tuple[Array, Array, Array, Array]:
    sign = 1.0 if side == 0 else -1.0
    rest = np.array([sign, 0.0, 0.0])
    upper = points.elbows[side] - points.shoulders[side]
    lower = points.wrists[side] - points.elbows[side]
    swung = multiply(chest, between(rest, rotate(conjugate(chest), upper)))
    normal = -sign * np.cross(normalized(upper), normalized(lower))
    upper_rotation = _twisted_to(swung, rest, ELBOW_NORMAL, normal, _bend_weight(upper, lower, _ELBOW_FADE_RAD))
    lower_swung = multiply(upper_rotation, between(rest, rotate(conjugate(upper_rotation), lower)))
    palm, trust = _palm(points, side)
    _, twist = swing_twist(multiply(conjugate(lower_swung), palm), rest)
    twist = slerp(IDENTITY_XYZW, _limited(twist, _FOREARM_TWIST_LIMIT_RAD), trust * points.palm_trust)
    lower_rotation = multiply(lower_swung, twist)
    along = rotate(conjugate(lower_rotation), (points.index_knuckles[side] + points.little_knuckles[side]) / 2.0)
    wrist = rotate(conjugate(lower_rotation), points.wrists[side])
    bend = _limited(between(rest, along - wrist), _WRIST_LIMIT_RAD)
    return chest, upper_rotation, lower_rotation, multiply(lower_rotation, bend)


def _palm(points: BodyPoints, side: int) -> tuple[Array, Array]:
    """Frame of the palm, and 0–1 whether the knuckles are far enough apart to have one."""
    sign = 1.0 if side == 0 else -1.0
    index, little, wrist = points.index_knuckles[side], points.little_knuckles[side], points.wrists[side]
    along = (index + little) / 2.0 - wrist
    across = index - little
    spread = np.linalg.norm(np.cross(normalized(along), normalized(across)), axis=-1)
    return frame_from(sign * along, np.cross(across, sign * along)), np.clip((spread - 0.2) / 0.3, 0.0, 1.0)


def _limited(rotations: Array, limit_rad: float) -> Array:
    """Shorten rotations to at most ``limit_rad``."""
    angle = 2.0 * np.arctan2(np.linalg.norm(rotations[..., :3], axis=-1), np.abs(rotations[..., 3]))
    share = np.minimum(1.0, limit_rad / np.maximum(angle, 1e-9))
    return slerp(IDENTITY_XYZW, rotations, share)


def _leg(points: BodyPoints, side: int, hips: Array) -> tuple[Array, Array, Array]:
    rest = np.array([0.0, -1.0, 0.0])
    right = np.array([1.0, 0.0, 0.0])
    thigh = points.knees[side] - points.hips[side]
    shin = points.ankles[side] - points.knees[side]
    forward = points.toes[side] - points.heels[side]
    swung = multiply(hips, between(rest, rotate(conjugate(hips), thigh)))
    bent = _bend_weight(thigh, shin, _KNEE_FADE_RAD)
    # The foot tells the turn of a straight leg, the knee's plane that of a bent one.
    hinge = bent * normalized(np.cross(thigh, shin)) + (1.0 - bent) * normalized(np.cross(-thigh, forward))
    # A hinge that points inwards is a mistake of the depth; fade it out instead of turning the leg around.
    sense = (normalized(hinge) * as_axes(hips)[..., 0]).sum(-1, keepdims=True)
    thigh_rotation = _twisted_to(swung, rest, right, hinge, np.clip(sense / 0.5, 0.0, 1.0))
    shin_rotation = multiply(thigh_rotation, between(rest, rotate(conjugate(thigh_rotation), shin)))
    return thigh_rotation, shin_rotation, _foot(shin_rotation, forward)


def _foot(shin: Array, forward: Array) -> Array:
    """Foot that points ``forward``; the more that is against the shin's own front, the more the foot stays neutral."""
    axes = as_axes(shin)
    pointing = normalized(forward)
    trust = np.clip((pointing * axes[..., 2]).sum(-1, keepdims=True) / 0.5, 0.0, 1.0)
    pointing = normalized(trust * pointing + (1.0 - trust) * axes[..., 2])
    return frame_from(np.cross(axes[..., 1], pointing), np.cross(pointing, axes[..., 0]))
