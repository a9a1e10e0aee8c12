"""A motion onto a figure of VRM's kind: humanoid bones without IK and twist bones."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.motion.easing import smooth
from manekko.motion.foot_rest import level_headings
from manekko.motion.morph_names import morphs_for
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.motion.resample import resampled
from manekko.motion.retarget import VMD_FPS
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
)
from manekko.skeleton.skeleton import FINGERS, HUMANOID, JOINT_INDEX, Skeleton, finger_segments

_SIDES = ("left", "right")
_NEEDED = ("hips", *(side + part for side in _SIDES for part in ("UpperLeg", "LowerLeg", "Foot")))
_HEEL_BEHIND = 0.5
"""How far the heel lies behind the ankle, as a share of the ankle's height."""
_BALL_AHEAD = 1.3
"""Where the ball of a foot without toes lies ahead of the ankle, in the same measure."""
_ON_THE_FLOOR_M, _IN_THE_AIR_M = 0.02, 0.15
"""Heights of a dancer's foot up to which it counts as standing, and from which as free."""
_STRAIGHTEST = 0.998
"""Share of a leg's length up to which it is stretched."""
_DEEPEST_STOOP = 0.15
"""Most that the hips come down for a foot out of reach, as a share of the leg."""
_STILL = 1.0 - 1e-9


@dataclass(frozen=True)
class _Body:
    """Both bodies at rest, and what the moving one does."""

    skeleton: Skeleton
    joints_m: Float[Array, "frame joint 3"]
    turned: Float[Array, "frame joint 4"]
    rest_m: dict[str, Float[Array, "3"]]
    """The figure's humanoid bones at rest."""
    scale: float
    """Length of the figure's legs by the dancer's."""

    def own_rest_m(self, joint: str) -> Float[Array, "3"]:
        """Return where a joint of the dancer is in T-pose."""
        return self.skeleton.rest_positions_m[JOINT_INDEX[joint]]

    def turn(self, joint: str) -> Float[Array, "frame 4"]:
        """Return a joint's rotation from the T-pose in the world."""
        return self.turned[:, JOINT_INDEX[joint]]


def retarget_humanoid(motion: Motion, rig: Rig, humanoid: Mapping[str, int]) -> RigMotion:
    """Return the motion as keys for every frame, 30 a second, on the bones of a person that the rig has.

    Limbs point where the dancer's point, whatever pose the rig rests in; hips and feet travel in proportion to the
    length of the legs; feet near the floor (y = 0) are as high above it as the dancer's, in the same proportion.
    Expressions become the rig's morphs of the same or a like name. A rig without humanoid bones stands still.

    Args:
        motion: what is danced.
        rig: the figure's bones; rest rotations are identity, it faces +Z.
        humanoid: VRM 1.0's bone names → bones of the rig.

    Raises:
        InputError: some bones of a person are there, but no hips or legs.
    """
    motion = resampled(motion, fps=VMD_FPS)
    frames = np.arange(motion.frame_count)
    morphs = morphs_for({name: (frames, weights) for name, weights in motion.expressions.items()}, rig.morphs)
    if not humanoid:
        return RigMotion(rig.name, {}, morphs)
    lacking = [name for name in _NEEDED if name not in humanoid]
    if lacking:
        raise InputError(f"the figure {rig.name!r} lacks the bones {' '.join(lacking)}; choose a whole humanoid")
    body = _body(motion, rig, humanoid)
    rotations, hips = _rotations(body)
    tracks = {}
    for name, rotation in _locals(rig, humanoid, rotations).items():
        shift = hips - body.rest_m["hips"] if name == "hips" else np.zeros((len(frames), 3))
        tracks[rig.bones[humanoid[name]].name] = BoneTrack(frames, shift, continuous(normalized(rotation)))
    return RigMotion(rig.name, tracks, morphs)


def _body(motion: Motion, rig: Rig, humanoid: Mapping[str, int]) -> _Body:
    turned = global_rotations(motion.local_rotations_xyzw)
    rest = {name: np.array(rig.bones[bone].rest_position_m) for name, bone in humanoid.items()}
    own = motion.skeleton.rest_positions_m
    lengths = [
        (np.linalg.norm(rest[b] - rest[a]), np.linalg.norm(own[JOINT_INDEX[b]] - own[JOINT_INDEX[a]]))
        for side in _SIDES
        for a, b in pairwise([side + part for part in ("UpperLeg", "LowerLeg", "Foot")])
    ]
    scale = float(sum(length for length, _ in lengths) / max(sum(length for _, length in lengths), 1e-6))
    joints = joint_positions(motion.skeleton, motion.root_positions_m, turned)
    return _Body(motion.skeleton, joints, turned, rest, scale)


def _rotations(body: _Body) -> tuple[dict[str, Float[Array, "frame 4"]], Float[Array, "frame 3"]]:
    """Return the figure's global rotations by bone, and where its hips are [m]."""
    rotations = {name: body.turn(name) for name in HUMANOID if name in body.rest_m}
    if "chest" not in body.rest_m and "spine" in rotations:
        rotations["spine"] = body.turn("chest")
    for joint, correction in _corrections(body).items():
        rotations[joint] = multiply(body.turn(joint), correction)
    for side in _SIDES:
        rotations |= _fingers(body, rotations, side)
    sockets = _sockets(body)
    middle = (body.rest_m["leftUpperLeg"] + body.rest_m["rightUpperLeg"]) / 2.0
    hips = sockets - rotate(rotations["hips"], middle - body.rest_m["hips"])
    ankles = {side: _ankle(body, side) for side in _SIDES}
    hips[:, 1] -= _stoop(body, rotations["hips"], hips, ankles)
    for side in _SIDES:
        rotations |= _leg(body, rotations, hips, side, ankles[side])
    return rotations, hips


def _stoop(
    body: _Body,
    turn: Float[Array, "frame 4"],
    hips_m: Float[Array, "frame 3"],
    ankles_m: Mapping[str, Float[Array, "frame 3"]],
) -> Float[Array, " frame"]:
    """Return how far the hips come down so that both ankles are within reach of legs that stand wider [m]."""
    lower = np.zeros(len(hips_m))
    for side in _SIDES:
        upper, knee, foot = (body.rest_m[side + part] for part in ("UpperLeg", "LowerLeg", "Foot"))
        length = float(np.linalg.norm(knee - upper) + np.linalg.norm(foot - knee))
        way = hips_m + rotate(turn, upper - body.rest_m["hips"]) - ankles_m[side]
        highest = np.sqrt(np.maximum((length * _STRAIGHTEST) ** 2 - way[:, 0] ** 2 - way[:, 2] ** 2, 0.0))
        lower = np.maximum(lower, np.minimum(way[:, 1] - highest, _DEEPEST_STOOP * length))
    return lower


def _corrections(body: _Body) -> dict[str, Float[Array, "4"]]:
    """Return for arms and legs the turn from the figure's rest direction to the dancer's T-pose."""
    result = {}
    for side in _SIDES:
        for chain in (("UpperArm", "LowerArm", "Hand", "MiddleProximal"), ("UpperLeg", "LowerLeg", "Foot")):
            for joint, child in pairwise([side + part for part in chain]):
                if joint in body.rest_m and child in body.rest_m:
                    own = body.own_rest_m(child) - body.own_rest_m(joint)
                    result[joint] = between(body.rest_m[child] - body.rest_m[joint], own)
        if side + "Hand" in body.rest_m and side + "Hand" not in result and side + "LowerArm" in result:
            result[side + "Hand"] = result[side + "LowerArm"]
    return result


def _fingers(body: _Body, rotations: Mapping[str, Array], side: str) -> dict[str, Float[Array, "frame 4"]]:
    """Fingers turn against the hand as the dancer's do; a motion without fingers leaves the figure's rest."""
    if side + "Hand" not in rotations:
        return {}
    hand, correction = body.turn(side + "Hand"), multiply(conjugate(body.turn(side + "Hand")), rotations[side + "Hand"])
    result = {}
    for joint in (side + finger + segment for finger in FINGERS for segment in finger_segments(finger)):
        if joint in body.rest_m:
            still = np.abs((body.turn(joint) * hand).sum(-1)).min() > _STILL
            result[joint] = rotations[side + "Hand"] if still else multiply(body.turn(joint), correction)
    return result


def _sockets(body: _Body) -> Float[Array, "frame 3"]:
    """Return where the middle of the figure's hip sockets goes [m]."""
    sockets = (body.joints_m[:, JOINT_INDEX["leftUpperLeg"]] + body.joints_m[:, JOINT_INDEX["rightUpperLeg"]]) / 2.0
    ankles = [(body.rest_m[side + "Foot"][1], body.own_rest_m(side + "Foot")[1]) for side in _SIDES]
    height, own_height = np.mean(ankles, axis=0)
    moved = sockets * body.scale + _standing_place(body)
    moved[:, 1] = height + (sockets[:, 1] - own_height) * body.scale
    return moved


def _standing_place(body: _Body) -> Float[Array, "3"]:
    """Where the figure itself stands: most stand over the origin, some beside it."""
    middle = (body.rest_m["leftUpperLeg"] + body.rest_m["rightUpperLeg"]) / 2.0
    return np.array([middle[0], 0.0, middle[2]])


def _leg(
    body: _Body,
    rotations: Mapping[str, Array],
    hips_m: Float[Array, "frame 3"],
    side: str,
    ankle_m: Float[Array, "frame 3"],
) -> dict[str, Float[Array, "frame 4"]]:
    upper, lower, foot = (side + part for part in ("UpperLeg", "LowerLeg", "Foot"))
    rest = body.rest_m
    thigh, shin = reach(
        rotations[upper],
        hips_m + rotate(rotations["hips"], rest[upper] - rest["hips"]),
        ankle_m,
        upper_offset_m=rest[lower] - rest[upper],
        lower_offset_m=rest[foot] - rest[lower],
        hinge=np.array([1.0, 0.0, 0.0]),
    )
    return {upper: thigh, lower: shin}


def _ankle(body: _Body, side: str) -> Float[Array, "frame 3"]:
    """Return where an ankle goes [m].

    In the air it travels in proportion. Near the floor the height of the foot's lowest point does, and the ball of
    the foot keeps its distance to where the dancer's is, so that neither sinks nor slides where proportions differ.
    """
    turn = body.turn(side + "Foot")
    ankle, ball = body.rest_m[side + "Foot"], _ball(body.rest_m, side)
    own_ankle, own_ball = body.own_rest_m(side + "Foot"), body.own_rest_m(side + "Toes")
    feet = body.joints_m[:, JOINT_INDEX[side + "Foot"]]
    own_low = _lowest(turn, own_ankle, own_ball) + feet[:, 1]
    standing = _standing_place(body)
    wider = np.array([ankle[0] - standing[0] - own_ankle[0] * body.scale, 0.0, 0.0])
    place = feet * body.scale + standing + rotate(level_headings(turn), wider)
    place[:, 1] = ankle[1] + (feet[:, 1] - own_ankle[1]) * body.scale
    forefoot = (own_ball - own_ankle) * body.scale - (ball - ankle)
    grounded = place + rotate(turn, forefoot) - rotate(level_headings(turn), forefoot * np.array([1.0, 0.0, 1.0]))
    grounded[:, 1] = own_low * body.scale - _lowest(turn, ankle, ball)
    share = smooth((_IN_THE_AIR_M - own_low) / (_IN_THE_AIR_M - _ON_THE_FLOOR_M))[:, None]
    return place + share * (grounded - place)


def _ball(rest_m: Mapping[str, Array], side: str) -> Float[Array, "3"]:
    """Return where the ball of the figure's foot is at rest."""
    ankle = rest_m[side + "Foot"]
    toes = rest_m.get(side + "Toes")
    return ankle + ankle[1] * np.array([0.0, -0.8, _BALL_AHEAD]) if toes is None else toes


def _lowest(turn: Float[Array, "frame 4"], ankle: Float[Array, "3"], ball: Float[Array, "3"]) -> Float[Array, " frame"]:
    """Return the height of the lower one of heel and ball over the ankle's [m]; at rest both stand on y = 0."""
    heel = rotate(turn, np.array([0.0, -ankle[1], -_HEEL_BEHIND * ankle[1]]))[:, 1]
    return np.minimum(heel, rotate(turn, ball - ankle)[:, 1] - ball[1])


def _locals(
    rig: Rig, humanoid: Mapping[str, int], rotations: Mapping[str, Array]
) -> dict[str, Float[Array, "frame 4"]]:
    """Return each bone's rotation in its parent; bones between that are not a person's stay at rest."""
    turned = {humanoid[name]: rotation for name, rotation in rotations.items()}
    result = {}
    for name, rotation in rotations.items():
        parent, steps = rig.bones[humanoid[name]].parent, 0
        while parent >= 0 and parent not in turned and steps < len(rig.bones):
            parent, steps = rig.bones[parent].parent, steps + 1
        result[name] = multiply(conjugate(turned.get(parent, IDENTITY_XYZW)), rotation)
    return result
