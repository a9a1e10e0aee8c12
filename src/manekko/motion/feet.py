"""Planted feet stay where they are: foot lock with eased ends, the root moved along, legs bent to reach."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from manekko.arrays import Array, Bool, Float
from manekko.lift.series import smoothed
from manekko.motion.easing import carried
from manekko.motion.foot_rest import FootRest, Sole, rest_foot
from manekko.skeleton.flight import airborne_frames
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_ROOT_CUTOFF_HZ = 2.0
"""The root follows its planted feet this fast; the legs take the rest."""
_LONGEST_REACH = 0.998
"""Share of a leg's length beyond which a planted foot pulls the root down."""
_DEEPEST_STOOP = 0.2
"""Most that the root comes down for a foot out of reach, as a share of the leg."""
_STOOP_S = 0.15
"""Time in which the root goes down for a foot out of reach [s]."""
_HIGHEST_GLIDE_M, _GLIDE_S = 0.15, 0.07
"""A body that touches nothing and does not fall is lowered to the floor from no more than this height [m], in this
time [s]: further up something else may carry it."""
SIDES = ("left", "right")
_UP = np.array([0.0, 1.0, 0.0])
_FLESH_M = {"hips": 0.06, "head": 0.05} | {
    side + part: flesh
    for part, flesh in (("LowerLeg", 0.03), ("Hand", 0.01), ("LowerArm", 0.02), ("UpperArm", 0.03))
    for side in SIDES
}
"""How far below these joints the body ends when they are next to the floor [m], the least of it."""


@dataclass(frozen=True)
class Body:
    """A body in the making: what ``plant_feet`` reads and returns."""

    skeleton: Skeleton
    root_positions_m: Float[Array, "frame 3"]
    global_rotations_xyzw: Float[Array, "frame joint 4"]


def plant_feet(body: Body, contacts: Bool[Array, "frame 4"], *, fps: float) -> Body:
    """Return the body with planted feet at rest on the floor (y = 0), the soles flat where heel and toe are planted.

    Contacts are in the order of ``motion.CONTACT_POINTS``. A planted point does not move at all, as long as the leg
    reaches it; between contacts each foot's correction eases in and out, so nothing jumps. The root moves by what the
    planted feet have in common, comes down for a foot that is out of reach, and goes up where a knee, a hand or the
    seat would be in the floor. No sole is below it.
    """
    rotations = body.global_rotations_xyzw.copy()
    joints = joint_positions(body.skeleton, body.root_positions_m, rotations)
    soles = [Sole.of(body.skeleton, side) for side in SIDES]
    rests = [
        rest_foot(
            joints[:, JOINT_INDEX[side + "Foot"]],
            rotations[:, JOINT_INDEX[side + "Foot"]],
            contacts[:, 2 * index : 2 * index + 2],
            soles[index],
            fps=fps,
        )
        for index, side in enumerate(SIDES)
    ]
    seen = [joints[:, JOINT_INDEX[side + "Foot"]] for side in SIDES]
    shift = _common_shift(rests, seen, fps=fps)
    ankles = [
        _above_floor(place + shift + carried(rest.ankles_m - place - shift, rest.planted, fps=fps), rest, sole)
        for rest, place, sole in zip(rests, seen, soles, strict=True)
    ]
    roots = body.root_positions_m + shift
    down = _float(rests, ankles, soles, roots[:, 1], fps=fps)
    roots[:, 1] -= down
    ankles = [
        place - np.where(rest.planted, 0.0, down)[:, None] * _UP for rest, place in zip(rests, ankles, strict=True)
    ]
    roots[:, 1] -= _stoop(body.skeleton, roots, rotations, rests, ankles, fps=fps)
    roots[:, 1] += _rise(joints - body.root_positions_m[:, None] + roots[:, None], fps=fps)
    for side, rest, target in zip(SIDES, rests, ankles, strict=True):
        bend_leg(body.skeleton, rotations, roots, side, target, rest.foot_xyzw, rest.toes_xyzw)
    return Body(body.skeleton, roots, rotations)


def _common_shift(rests: list[FootRest], seen: list[Array], *, fps: float) -> Float[Array, "frame 3"]:
    """What the planted feet's corrections share, bridged where none is planted, too slow to shake the trunk."""
    planted = np.stack([rest.planted for rest in rests], axis=1)
    standing = np.flatnonzero(planted.any(1))
    if len(standing) == 0:
        return np.zeros_like(seen[0])
    shifts = np.stack([rest.ankles_m - place for rest, place in zip(rests, seen, strict=True)], axis=1)
    weight = planted[standing].astype(float)[..., None]
    mean = (shifts[standing] * weight).sum(1) / weight.sum(1)
    frames = np.arange(len(shifts))
    bridged = np.stack([np.interp(frames, standing, mean[:, axis]) for axis in range(3)], axis=-1)
    return smoothed(bridged, fps=fps, cutoff_hz=_ROOT_CUTOFF_HZ)


def _above_floor(ankles_m: Array, rest: FootRest, sole: Sole) -> Float[Array, "frame 3"]:
    """Return ankles so high that no free foot is below the floor."""
    lowest = ankles_m[:, 1] + sole.lowest_m(rest.foot_xyzw, rest.toes_xyzw)
    up = np.where(rest.planted, 0.0, np.maximum(-lowest, 0.0))
    return ankles_m + up[:, None] * _UP


def _float(
    rests: list[FootRest], ankles: list[Array], soles: list[Sole], hips_m: Float[Array, " frame"], *, fps: float
) -> Float[Array, " frame"]:
    """Return how far above the floor the whole body is where nothing is planted and yet it does not fall [m].

    Who glides or turns on a sole that never rests is on the floor all the same.
    """
    planted = np.stack([rest.planted for rest in rests], axis=1)
    heights = [
        place[:, 1] + sole.lowest_m(rest.foot_xyzw, rest.toes_xyzw)
        for rest, place, sole in zip(rests, ankles, soles, strict=True)
    ]
    borne = planted.any(1) | airborne_frames(planted, hips_m, fps=fps)
    above = np.where(borne | ~planted.any(), 0.0, np.clip(np.min(heights, axis=0), 0.0, _HIGHEST_GLIDE_M))
    return gaussian_filter1d(above, _GLIDE_S * fps, mode="nearest") if above.any() else above


def _stoop(
    skeleton: Skeleton, roots: Array, rotations: Array, rests: list[FootRest], ankles: list[Array], *, fps: float
) -> Float[Array, " frame"]:
    """Return how far the root comes down so that both legs reach their planted feet, without haste [m]."""
    needed = np.zeros(len(roots))
    for side, rest, target in zip(SIDES, rests, ankles, strict=True):
        thigh = skeleton.rest_offsets_m[JOINT_INDEX[side + "UpperLeg"]]
        length = _leg_length(skeleton, side) * _LONGEST_REACH
        way = roots + rotate(rotations[:, JOINT_INDEX["hips"]], thigh) - target
        highest = np.sqrt(np.maximum(length**2 - way[:, 0] ** 2 - way[:, 2] ** 2, 0.0))
        down = np.clip(way[:, 1] - highest, 0.0, _DEEPEST_STOOP * length)
        needed = np.maximum(needed, np.where(rest.planted, down, 0.0))
    return _without_haste(needed, fps=fps)


def _rise(joints_m: Float[Array, "frame joint 3"], *, fps: float) -> Float[Array, " frame"]:
    """Return how far the root goes up so that who sits, kneels, lies or leans on a hand is not in the floor [m]."""
    lowest = np.min([joints_m[:, JOINT_INDEX[name], 1] - flesh for name, flesh in _FLESH_M.items()], axis=0)
    return _without_haste(np.maximum(-lowest, 0.0), fps=fps)


def _without_haste(needed: Float[Array, " frame"], *, fps: float) -> Float[Array, " frame"]:
    """Return a smooth curve that is nowhere less than what is needed."""
    if not needed.any():
        return needed
    width = max(1, round(_STOOP_S * fps))
    # The greatest need around, softened over no more than that surrounding, is never less than the need itself.
    most = maximum_filter1d(needed, size=2 * width + 1, mode="nearest")
    return gaussian_filter1d(most, width / 2.0, mode="nearest", truncate=2.0)


def _leg_length(skeleton: Skeleton, side: str) -> float:
    return float(sum(np.linalg.norm(skeleton.rest_offsets_m[JOINT_INDEX[side + p]]) for p in ("LowerLeg", "Foot")))


def bend_leg(
    skeleton: Skeleton,
    rotations: Float[Array, "frame joint 4"],
    roots: Float[Array, "frame 3"],
    side: str,
    ankles_m: Float[Array, "frame 3"],
    foot_xyzw: Float[Array, "frame 4"],
    toes_xyzw: Float[Array, "frame 4"],
) -> None:
    """Turn a leg's joints in place so that the ankle comes to ``ankles_m`` with the foot as given."""
    thigh, shin = JOINT_INDEX[side + "UpperLeg"], JOINT_INDEX[side + "LowerLeg"]
    hips = roots + rotate(rotations[:, JOINT_INDEX["hips"]], skeleton.rest_offsets_m[thigh])
    rotations[:, thigh], rotations[:, shin] = reach(
        rotations[:, thigh],
        hips,
        ankles_m,
        upper_offset_m=skeleton.rest_offsets_m[shin],
        lower_offset_m=skeleton.rest_offsets_m[JOINT_INDEX[side + "Foot"]],
        hinge=np.array([1.0, 0.0, 0.0]),
    )
    rotations[:, JOINT_INDEX[side + "Foot"]] = foot_xyzw
    rotations[:, JOINT_INDEX[side + "Toes"]] = toes_xyzw
