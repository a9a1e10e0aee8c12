"""Planted feet stay where they are: foot lock with eased ends, the root moved along, legs bent to reach."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.lift.series import smoothed
from manekko.skeleton.contacts import spans
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import as_axes, conjugate, from_axes, multiply, normalized, rotate, slerp
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_EASE_S = 0.2
"""Time in which a foot's correction fades after it lifts off and before it lands [s]."""
_ROOT_CUTOFF_HZ = 2.0
"""The root follows its planted feet this fast; the legs take the rest."""
_IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Body:
    """A body in the making: what ``plant_feet`` reads and returns."""

    skeleton: Skeleton
    root_positions_m: Float[Array, "frame 3"]
    global_rotations_xyzw: Float[Array, "frame joint 4"]


def plant_feet(body: Body, contacts: Bool[Array, "frame 4"], *, fps: float) -> Body:
    """Return the body with planted feet at rest on the floor (y = 0), the soles flat where heel and toe are planted.

    Contacts are in the order of ``motion.CONTACT_POINTS``. Between contacts each foot's correction fades in and out,
    so nothing jumps. The root moves by what the planted feet have in common.
    """
    rotations = body.global_rotations_xyzw.copy()
    joints = joint_positions(body.skeleton, body.root_positions_m, rotations)
    planted = np.stack([contacts[:, :2].any(1), contacts[:, 2:].any(1)], axis=1)
    shifts = np.zeros((len(rotations), 2, 3))
    feet = []
    for side, name in enumerate(("left", "right")):
        foot = rotations[:, JOINT_INDEX[name + "Foot"]]
        foot = _settled_rotation(foot, np.asarray(contacts[:, 2 * side : 2 * side + 2].all(1)), fps=fps)
        toes = joints[:, JOINT_INDEX[name + "Toes"]]
        shifts[:, side] = _settled_shift(toes, planted[:, side], _ball_height(body.skeleton, name), fps=fps)
        feet.append((foot, toes))
    root_shift = _common_shift(shifts, planted, fps=fps)
    roots = body.root_positions_m + root_shift
    for side, name in enumerate(("left", "right")):
        foot, toes = feet[side]
        ankles = toes + shifts[:, side] - rotate(foot, body.skeleton.rest_offsets_m[JOINT_INDEX[name + "Toes"]])
        _bend_leg(body.skeleton, rotations, roots, name, foot, ankles)
    return Body(body.skeleton, roots, rotations)


def _ball_height(skeleton: Skeleton, side: str) -> float:
    """Height of the toe joint above the floor when the sole is flat [m]."""
    return float(skeleton.rest_positions_m[JOINT_INDEX[side + "Toes"], 1])


def _eased(correction: Array, planted: Bool[Array, " frame"], *, fps: float) -> Float[Array, "frame n"]:
    """Carry corrections known in planted frames into the frames between, fading to nothing over ``_EASE_S``."""
    result = np.where(planted[:, None], correction, 0.0)
    ease = max(1, round(_EASE_S * fps))
    ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, ease + 1) / (ease + 1))
    for start, end in spans(planted):
        after = np.arange(end, min(end + ease, len(planted)))
        after = after[~planted[after]]
        before = np.arange(start - 1, max(start - 1 - ease, -1), -1)
        before = before[~planted[before]]
        result[after] += ramp[: len(after), None] * correction[end - 1]
        result[before] += ramp[: len(before), None] * correction[start]
    return result


def _settled_shift(toes: Array, planted: Array, height_m: float, *, fps: float) -> Float[Array, "frame 3"]:
    """Shift that holds the toe joint at the middle of its places through each contact, at its height on the floor."""
    correction = np.zeros_like(toes)
    for start, end in spans(planted):
        anchor = np.median(toes[start:end], axis=0)
        anchor[1] = height_m
        correction[start:end] = anchor - toes[start:end]
    return _eased(correction, planted, fps=fps)


def _settled_rotation(foot: Array, flat: Array, *, fps: float) -> Float[Array, "frame 4"]:
    """Feet that stand on heel and toe lie flat and keep their heading; on the toes alone they keep their tilt."""
    target = foot.copy()
    for start, end in spans(flat):
        target[start:end] = _flat_heading(foot[start:end])
    delta = multiply(target, conjugate(foot))
    delta *= np.where(delta[:, 3:] < 0, -1.0, 1.0)
    share = _eased(np.ones((len(foot), 1)), flat, fps=fps)
    nearest = _nearest_flat(flat)
    carried = np.where(flat[:, None], delta, delta[nearest]) if flat.any() else delta
    return multiply(slerp(_IDENTITY, normalized(carried), np.clip(share[:, 0], 0.0, 1.0)), foot)


def _nearest_flat(flat: Array) -> Array:
    known = np.flatnonzero(flat)
    if len(known) == 0:
        return np.arange(len(flat))
    frames = np.arange(len(flat))
    right = np.clip(np.searchsorted(known, frames), 0, len(known) - 1)
    left = np.clip(right - 1, 0, len(known) - 1)
    closer_left = np.abs(frames - known[left]) <= np.abs(known[right] - frames)
    return np.where(closer_left, known[left], known[right])


def _flat_heading(foot: Array) -> Float[Array, "4"]:
    """The one flat rotation that points where the foot points on average."""
    forward = as_axes(foot)[..., 2].mean(0) * np.array([1.0, 0.0, 1.0])
    forward = normalized(forward if np.linalg.norm(forward) > 1e-6 else np.array([0.0, 0.0, 1.0]))
    up = np.array([0.0, 1.0, 0.0])
    return from_axes(np.stack([np.cross(up, forward), up, forward], axis=-1))


def _common_shift(shifts: Array, planted: Array, *, fps: float) -> Float[Array, "frame 3"]:
    """What both feet's corrections have in common, slow enough not to shake the trunk."""
    weight = planted.astype(float)[..., None]
    mean = (shifts * weight).sum(1) / np.maximum(weight.sum(1), 1.0)
    easing = np.where(np.asarray(planted.any(1))[:, None], mean, shifts.mean(1))
    return smoothed(easing, fps=fps, cutoff_hz=_ROOT_CUTOFF_HZ)


def _bend_leg(skeleton: Skeleton, rotations: Array, roots: Array, side: str, foot: Array, ankles: Array) -> None:
    thigh, shin = JOINT_INDEX[side + "UpperLeg"], JOINT_INDEX[side + "LowerLeg"]
    hips = roots + rotate(rotations[:, JOINT_INDEX["hips"]], skeleton.rest_offsets_m[thigh])
    rotations[:, thigh], rotations[:, shin] = reach(
        rotations[:, thigh],
        hips,
        ankles,
        upper_offset_m=skeleton.rest_offsets_m[shin],
        lower_offset_m=skeleton.rest_offsets_m[JOINT_INDEX[side + "Foot"]],
        hinge=np.array([1.0, 0.0, 0.0]),
    )
    for joint in (side + "Foot", side + "Toes"):
        rotations[:, JOINT_INDEX[joint]] = foot
