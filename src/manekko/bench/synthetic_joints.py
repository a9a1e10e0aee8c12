"""Joint frames of motion capture whose file does not tell how its bones lie at rest, set to what we mean by them.

Only labels change: every joint stays where it is. CMU's pack rests with all bones upright; how a level foot, an
upright trunk and a flat palm lie in the joints' own axes is told by standing feet, by the mean over all of the
dancer's clips, and by the knuckles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Float
from manekko.motion.motion import Motion
from manekko.motion.rigged import standing
from manekko.skeleton.kinematics import global_rotations, local_rotations
from manekko.skeleton.rotations import (
    between,
    conjugate,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
    slerp,
)
from manekko.skeleton.skeleton import FINGERS, JOINT_INDEX, PARENT_INDICES, Skeleton, finger_segments

SIDES = ("left", "right")
_BALL_HEIGHT_M = 0.02
"""Height of the joint of the toes over the floor in a body whose file does not tell."""
_STILL_M = 0.012
"""A foot that moves less between frames stands."""
_LARGEST_TOE_BEND_RAD = np.radians(60.0)
_TRUNK = ("hips", "chest", "spine")


@dataclass
class _Labels:
    """A motion taken apart, to be relabelled in place."""

    turned: Float[Array, "frame joint 4"]
    joints_m: Float[Array, "frame joint 3"]
    offsets_m: Float[Array, "joint 3"]

    @staticmethod
    def of(motion: Motion) -> "_Labels":
        turned = global_rotations(motion.local_rotations_xyzw)
        return _Labels(turned, motion.joint_positions_m(), motion.skeleton.rest_offsets_m.copy())

    def turn(self, name: str, by: Float[Array, "*frame 4"]) -> None:
        """Turn a joint's own axes; what hangs on it stays where it is."""
        joint = JOINT_INDEX[name]
        self.turned[:, joint] = multiply(self.turned[:, joint], by)
        for child, parent in enumerate(PARENT_INDICES):
            if parent == joint and by.ndim == 1:
                self.offsets_m[child] = rotate(conjugate(by), self.offsets_m[child])

    def way(self, start: str, end: str) -> Float[Array, "frame 3"]:
        return self.joints_m[:, JOINT_INDEX[end]] - self.joints_m[:, JOINT_INDEX[start]]

    def middle(self, part: str) -> Float[Array, "frame 3"]:
        return self.joints_m[:, [JOINT_INDEX[side + part] for side in SIDES]].mean(1)


def with_known_joints(motions: Mapping[str, Motion]) -> dict[str, Motion]:
    """Return one dancer's clips with level feet, upright trunk, flat palms, and toes that lie under a raised heel."""
    labels = {name: _Labels.of(motion) for name, motion in motions.items()}
    for joint in _TRUNK:
        turn = _mean_turn(np.concatenate([_upright(clip, joint) for clip in labels.values()]))
        for clip in labels.values():
            clip.turn(joint, turn)
    result = {}
    for name, clip in labels.items():
        for side in SIDES:
            _flatten_palm(clip, side)
        ankle_m = float(np.mean([_level_foot(clip, side) for side in SIDES]))
        skeleton = Skeleton(standing(clip.offsets_m, ankle_height_m=ankle_m))
        result[name] = replace(motions[name], skeleton=skeleton, local_rotations_xyzw=local_rotations(clip.turned))
    return result


def with_twisted_forearms(motion: Motion) -> Motion:
    """Return the motion with the hands' turns about the forearms' length in the forearms, where bodies have them."""
    clip = _Labels.of(motion)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        lower, hand = JOINT_INDEX[side + "LowerArm"], JOINT_INDEX[side + "Hand"]
        along = rotate(clip.turned[:, hand], np.array([sign, 0.0, 0.0]))
        clip.turned[:, lower] = multiply(
            between(along, clip.way(side + "LowerArm", side + "Hand")), clip.turned[:, hand]
        )
        clip.offsets_m[hand] = np.array([sign * np.linalg.norm(clip.offsets_m[hand]), 0.0, 0.0])
    return replace(motion, skeleton=Skeleton(clip.offsets_m), local_rotations_xyzw=local_rotations(clip.turned))


def _mean_turn(turns: Float[Array, "frame 4"]) -> Float[Array, "4"]:
    return Rotation.from_quat(turns).mean().as_quat()


def _upright(clip: _Labels, joint: str) -> Float[Array, "frame 4"]:
    """Turn from a joint of the trunk to the frame of the line from the hips to the shoulders."""
    if joint == "spine":
        wanted = slerp(clip.turned[:, JOINT_INDEX["hips"]], clip.turned[:, JOINT_INDEX["chest"]], 0.5)
    else:
        part = "UpperLeg" if joint == "hips" else "UpperArm"
        wanted = _frame(clip.way("right" + part, "left" + part), clip.middle("UpperArm") - clip.middle("UpperLeg"))
    return multiply(conjugate(clip.turned[:, JOINT_INDEX[joint]]), wanted)


def _frame(x: Float[Array, "*batch 3"], y: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Rotation that brings +x to ``x`` and +y as near to ``y`` as is square to it."""
    x = normalized(x)
    y = normalized(y - x * (x * y).sum(-1, keepdims=True))
    return from_axes(np.stack([x, y, np.cross(x, y)], axis=-1))


def _flatten_palm(clip: _Labels, side: str) -> None:
    sign = 1.0 if side == "left" else -1.0
    index, little = (clip.offsets_m[JOINT_INDEX[side + finger + "Proximal"]] for finger in ("Index", "Little"))
    along = sign * (index + little) / 2.0
    turn = _frame(along, np.cross(index - little, along))
    for joint in ("Hand", *(finger + segment for finger in FINGERS for segment in finger_segments(finger))):
        clip.turn(side + joint, turn)


def _level_foot(clip: _Labels, side: str) -> float:
    """Level a foot that stands, bend its toes, and return how high its ankle is over the sole [m]."""
    toes = JOINT_INDEX[side + "Toes"]
    length = float(np.linalg.norm(clip.offsets_m[toes]))
    foot = _level(clip, side)
    clip.turn(side + "Foot", foot)
    clip.offsets_m[toes] = length * np.array([0.0, -0.5, np.sqrt(0.75)])
    turned, ankle = clip.turned[:, JOINT_INDEX[side + "Foot"]], clip.joints_m[:, JOINT_INDEX[side + "Foot"]]
    ball = ankle[:, 1] + rotate(turned, clip.offsets_m[toes])[:, 1] - _BALL_HEIGHT_M
    clip.turned[:, toes] = multiply(turned, _toe_bend(turned, ball - np.percentile(ball, 5.0)))
    return 0.5 * length + _BALL_HEIGHT_M


def _level(clip: _Labels, side: str) -> Float[Array, "4"]:
    """Return how a level foot lies in the joint's own axes, from the frames in which the ankle stands low."""
    foot = JOINT_INDEX[side + "Foot"]
    ankle, turned = clip.joints_m[:, foot], clip.turned[:, foot]
    still = np.linalg.norm(np.gradient(ankle, axis=0), axis=-1) < _STILL_M
    stands = still & (ankle[:, 1] < np.percentile(ankle[still, 1], 5.0) + 0.02)
    up = normalized(rotate(conjugate(turned[stands]), np.array([0.0, 1.0, 0.0])).mean(0))
    toes = clip.offsets_m[JOINT_INDEX[side + "Toes"]]
    return _frame(np.cross(up, toes), up)


def _toe_bend(foot: Float[Array, "frame 4"], ball_m: Float[Array, " frame"]) -> Float[Array, "frame 4"]:
    """Return the bend of the toes that keeps them level while the foot stands on its ball."""
    down = np.arcsin(np.clip(-rotate(foot, np.array([0.0, 0.0, 1.0]))[:, 1], -1.0, 1.0))
    grounded = np.clip((0.06 - ball_m) / 0.03, 0.0, 1.0)
    bend = np.clip(down, 0.0, _LARGEST_TOE_BEND_RAD) * grounded
    return from_rotation_vectors(bend[:, None] * np.array([-1.0, 0.0, 0.0]))
