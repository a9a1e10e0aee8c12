"""Planted feet stay where they are: foot lock with eased ends, the root moved along, legs bent to reach."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.lift.series import smoothed
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    as_axes,
    conjugate,
    from_axes,
    multiply,
    normalized,
    rotate,
    slerp,
)
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_EASE_S = 0.2
"""Time in which a foot's correction fades after it lifts off and before it lands [s]."""
_HEEL_BEHIND_ANKLE = 0.35
"""How far the heel stands behind the ankle, as a share of the way from ankle to ball."""
_ROOT_CUTOFF_HZ = 2.0
"""The root follows its planted feet this fast; the legs take the rest."""
SIDES = ("left", "right")


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
    feet = [
        _settled_foot(
            joints[:, JOINT_INDEX[side + "Foot"]],
            rotations[:, JOINT_INDEX[side + "Foot"]],
            body.skeleton.rest_positions_m[JOINT_INDEX[side + "Foot"], 1],
            body.skeleton.rest_offsets_m[JOINT_INDEX[side + "Toes"]],
            contacts[:, 2 * index : 2 * index + 2],
            fps=fps,
        )
        for index, side in enumerate(SIDES)
    ]
    root_shift = _common_shift(np.stack([shift for shift, _ in feet], axis=1), planted, fps=fps)
    roots = body.root_positions_m + root_shift
    for index, side in enumerate(SIDES):
        # A foot in the air goes with the body; what holds it in place beyond that fades in and out.
        held = _eased(feet[index][0] - root_shift, planted[:, index], fps=fps)
        ankles = joints[:, JOINT_INDEX[side + "Foot"]] + root_shift + held
        _bend_leg(body.skeleton, rotations, roots, side, feet[index][1], ankles)
    return Body(body.skeleton, roots, rotations)


def _settled_foot(
    ankles: Float[Array, "frame 3"],
    foot: Float[Array, "frame 4"],
    ankle_height_m: float,
    ball_offset_m: Float[Array, "3"],
    contacts: Bool[Array, "frame 2"],
    *,
    fps: float,
) -> tuple[Float[Array, "frame 3"], Float[Array, "frame 4"]]:
    """Return the shift of one ankle, where it is planted, and the foot's rotation, that keep it at rest.

    A foot on heel and toe lies flat where its ankle was seen; on one of them alone it turns about that, whose place
    the flat part of the same contact fixes.
    """
    flat, planted = np.asarray(contacts.all(1)), np.asarray(contacts.any(1))
    turned = foot.copy()
    for start, end in spans(planted):
        level = np.arange(start, end)[flat[start:end]]
        if len(level):
            turned[level] = _flat_heading(foot[level])
    turned = _eased_rotation(foot, turned, flat, fps=fps)
    heel_offset = np.array([0.0, -ankle_height_m, -_HEEL_BEHIND_ANKLE * ball_offset_m[2]])
    offsets = np.where(contacts[:, 1:], ball_offset_m, heel_offset)
    shift = np.zeros_like(ankles)
    for start, end in spans(planted):
        inside = np.arange(start, end)
        level = inside[flat[inside]]
        rest = np.median(ankles[level if len(level) else inside], axis=0)
        rest[1] = ankle_height_m
        heading = turned[level[0]] if len(level) else _flat_heading(foot[inside])
        anchors = rest + rotate(heading, offsets[inside])
        shift[inside] = anchors - rotate(turned[inside], offsets[inside]) - ankles[inside]
    return shift, turned


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


def _eased_rotation(foot: Array, turned: Array, flat: Array, *, fps: float) -> Float[Array, "frame 4"]:
    """Carry the turns known in flat frames into their neighbours, fading to nothing over ``_EASE_S``."""
    delta = multiply(turned, conjugate(foot))[_nearest_flat(flat)]
    share = np.clip(_eased(np.ones((len(foot), 1)), flat, fps=fps)[:, 0], 0.0, 1.0)
    return multiply(slerp(IDENTITY_XYZW, normalized(delta), share), foot)


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
    """What the planted feet's corrections share, bridged where none is planted, too slow to shake the trunk."""
    standing = np.flatnonzero(planted.any(1))
    if len(standing) == 0:
        return np.zeros_like(shifts[:, 0])
    weight = planted[standing].astype(float)[..., None]
    mean = (shifts[standing] * weight).sum(1) / weight.sum(1)
    frames = np.arange(len(shifts))
    bridged = np.stack([np.interp(frames, standing, mean[:, axis]) for axis in range(3)], axis=-1)
    return smoothed(bridged, fps=fps, cutoff_hz=_ROOT_CUTOFF_HZ)


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
