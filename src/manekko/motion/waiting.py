"""Before someone is first seen, and after they were last: they stand, and do not hang in the middle of a step."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.easing import smooth
from manekko.motion.feet import SIDES, Body, bend_leg
from manekko.motion.foot_rest import Sole, level_heading
from manekko.skeleton.kinematics import joint_positions
from manekko.skeleton.rotations import as_axes, rotate, slerp
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_STEP_S = 0.5
"""Time of the step from the stand into the first pose that was seen, or from the last [s]."""
_DOWN_M = 0.03
"""A sole no higher than this is on the floor [m]."""
_UPRIGHT_COS = np.cos(np.radians(50.0))
"""Who leans further than this does not stand, but sits or lies."""
_STRAIGHT = 0.99
"""Length of a standing leg from hip to ankle, as a share of its bones."""
_FEET = [JOINT_INDEX[side + "Foot"] for side in SIDES]


def stand_while_waiting(
    body: Body, contacts: Bool[Array, "frame 4"], *, first: int, last: int, fps: float
) -> tuple[Body, Bool[Array, "frame 4"]]:
    """Return the body standing on both feet before frame ``first`` and after frame ``last``, and its contacts.

    It stands beside the foot that carries the pose at the end, hips turned and trunk and arms held as there, and steps
    into that pose within half a second. A pose with both feet on the floor is held as it is, and so is that of someone
    who sits or lies.
    """
    found = Body(body.skeleton, body.root_positions_m.copy(), body.global_rotations_xyzw.copy())
    planted = contacts.copy()
    for frames, edge in ((np.arange(first)[::-1], first), (np.arange(last + 1, len(contacts)), last)):
        found.root_positions_m[frames] = body.root_positions_m[edge]
        found.global_rotations_xyzw[frames] = body.global_rotations_xyzw[edge]
        planted[frames] = contacts[edge]
        if len(frames) and not _waits_already(_at(body, edge)):
            planted[frames] = _step_aside(found, frames, _at(body, edge), contacts[edge], fps)
    return found, planted


def _at(body: Body, frame: int) -> Body:
    """One frame of a body."""
    own = slice(frame, frame + 1)
    return replace(
        body, root_positions_m=body.root_positions_m[own], global_rotations_xyzw=body.global_rotations_xyzw[own]
    )


def _soles_m(pose: Body) -> Float[Array, "2"]:
    """Height of the lowest point of either foot [m]."""
    turned = pose.global_rotations_xyzw
    ankles = joint_positions(pose.skeleton, pose.root_positions_m, turned)[0, _FEET, 1]
    under = [
        Sole.of(pose.skeleton, side).lowest_m(turned[:, foot], turned[:, JOINT_INDEX[side + "Toes"]])[0]
        for side, foot in zip(SIDES, _FEET, strict=True)
    ]
    return ankles + np.array(under)


def _waits_already(pose: Body) -> bool:
    upright = float(as_axes(pose.global_rotations_xyzw[0, JOINT_INDEX["hips"]])[1, 1])
    return bool(upright < _UPRIGHT_COS or (_soles_m(pose) < _DOWN_M).all())


def _step_aside(
    body: Body, frames: Array, pose: Body, contacts: Bool[Array, "4"], fps: float
) -> Bool[Array, "frame 4"]:
    """Move the body from a pose to a stand in some frames, the nearest to the pose first; return the contacts."""
    lowest = int(np.argmin(_soles_m(pose)))
    carries = lowest if not contacts.any() else int(contacts[2:].any() and (not contacts[:2].any() or lowest == 1))
    ankles, headings = _stand(pose, carries, contacts)
    distance = np.arange(1, len(frames) + 1)
    share = smooth(distance / (_STEP_S * fps))
    joints = joint_positions(pose.skeleton, pose.root_positions_m, pose.global_rotations_xyzw)[0]
    root = _root_over(pose, ankles)
    body.root_positions_m[frames] += share[:, None] * (root - pose.root_positions_m[0])
    rotations, roots = body.global_rotations_xyzw[frames], body.root_positions_m[frames]
    for index, side in enumerate(SIDES):
        way = joints[_FEET[index]] + share[:, None] * (ankles[index] - joints[_FEET[index]])
        foot = slerp(rotations[:, _FEET[index]], headings[index], share)
        toes = slerp(rotations[:, JOINT_INDEX[side + "Toes"]], headings[index], share)
        bend_leg(pose.skeleton, rotations, roots, side, way, foot, toes)
    body.global_rotations_xyzw[frames] = rotations
    stands = np.repeat((share >= 1.0)[:, None], 4, axis=1)
    return stands | (contacts & (np.arange(4) // 2 == carries))


def _stand(pose: Body, carries: int, contacts: Bool[Array, "4"]) -> tuple[Float[Array, "2 3"], Float[Array, "2 4"]]:
    """Where both ankles are in the stand, and how the feet are turned: the one that carries hardly moves."""
    turned = pose.global_rotations_xyzw[0]
    joints = joint_positions(pose.skeleton, pose.root_positions_m, pose.global_rotations_xyzw)[0]
    hips = level_heading(turned[[JOINT_INDEX["hips"]]])
    foot = _FEET[carries]
    own = level_heading(turned[[foot]])
    sole = Sole.of(pose.skeleton, SIDES[carries])
    # The point that stands stays where it is while the rest of the foot comes down.
    held = sole.heel_m if contacts[2 * carries] and not contacts[2 * carries + 1] else sole.ball_m
    ankle = joints[foot] + rotate(turned[foot], held) - rotate(own, held)
    apart = pose.skeleton.rest_offsets_m[JOINT_INDEX["leftUpperLeg"], 0] * 2.0 * (1.0 if carries == 1 else -1.0)
    beside = ankle + rotate(hips, np.array([apart, 0.0, 0.0]))
    places = np.stack([ankle, beside] if carries == 0 else [beside, ankle])
    places[:, 1] = -float(sole.heel_m[1])
    return places, np.stack([own, hips] if carries == 0 else [hips, own])


def _root_over(pose: Body, ankles_m: Float[Array, "2 3"]) -> Float[Array, "3"]:
    """Hips over the middle of the feet, as high as the legs reach, but no higher than a crouch was."""
    skeleton: Skeleton = pose.skeleton
    leg = sum(float(np.linalg.norm(skeleton.rest_offsets_m[JOINT_INDEX[f"left{p}"]])) for p in ("LowerLeg", "Foot"))
    hips = pose.global_rotations_xyzw[0, JOINT_INDEX["hips"]]
    sockets = np.stack([rotate(hips, skeleton.rest_offsets_m[JOINT_INDEX[side + "UpperLeg"]]) for side in SIDES])
    middle = ankles_m.mean(0) - sockets.mean(0)
    across = np.linalg.norm((ankles_m - sockets - middle)[:, [0, 2]], axis=1)
    reach = np.sqrt(np.maximum((_STRAIGHT * leg) ** 2 - across**2, 0.0))
    highest = float((ankles_m[:, 1] - sockets[:, 1] + reach).min())
    middle[1] = min(highest, max(float(pose.root_positions_m[0, 1]), 0.8 * highest))
    return middle
