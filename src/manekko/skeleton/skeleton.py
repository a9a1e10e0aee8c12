"""The canonical humanoid: joint names, parents and rest offsets; no motion."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
"""Fingers of a hand in VRM's words, thumb first."""


def finger_segments(finger: str) -> tuple[str, str, str]:
    """Names of the three joints of a finger, from the palm outwards (VRM 1.0: the thumb has a metacarpal)."""
    if finger == "Thumb":
        return ("Metacarpal", "Proximal", "Distal")
    return ("Proximal", "Intermediate", "Distal")


def _parents() -> dict[str, str | None]:
    parents: dict[str, str | None] = {
        "hips": None,
        "spine": "hips",
        "chest": "spine",
        "neck": "chest",
        "head": "neck",
        "leftEye": "head",
        "rightEye": "head",
    }
    for side in ("left", "right"):
        chain = ["chest", *(side + part for part in ("Shoulder", "UpperArm", "LowerArm", "Hand"))]
        parents |= dict(zip(chain[1:], chain, strict=False))
        for finger in FINGERS:
            joints = [side + "Hand", *(side + finger + segment for segment in finger_segments(finger))]
            parents |= dict(zip(joints[1:], joints, strict=False))
        chain = ["hips", *(side + part for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))]
        parents |= dict(zip(chain[1:], chain, strict=False))
    return parents


HUMANOID_PARENTS = _parents()
"""Parent of each joint of the humanoid (VRM 1.0 bone names); parents come before children."""

HUMANOID = tuple(HUMANOID_PARENTS)
"""Joint names in the order of every ``joint`` axis."""

JOINT_INDEX = {name: index for index, name in enumerate(HUMANOID)}

PARENT_INDICES = tuple(-1 if parent is None else JOINT_INDEX[parent] for parent in HUMANOID_PARENTS.values())
"""Index of each joint's parent; -1 for the root (hips)."""

HEEL_BEHIND_ANKLE = 0.35
"""How far the heel stands behind the ankle, as a share of the way from ankle to ball."""
ELBOW_NORMAL = np.array([0.0, np.cos(np.radians(22.0)), -np.sin(np.radians(22.0))])
"""Normal of the plane in which an elbow bends in T-pose: forwards and up, where the crook of a relaxed arm points.

(forearm × upper arm on the left, upper arm × forearm on the right.)"""


@dataclass(frozen=True)
class Skeleton:
    """Proportions of one body in T-pose.

    Convention: right-handed, +Y up, the body faces +Z, its left hand points to +X, palms face down, thumbs and
    toes point forward (+Z). Every joint's local axes are the world's in the rest pose, so an identity rotation
    everywhere is the T-pose.
    """

    rest_offsets_m: Float[Array, "joint 3"]
    """Position of each joint from its parent in T-pose [m]; for the hips, their height above the floor."""

    @property
    def rest_positions_m(self) -> Float[Array, "joint 3"]:
        """Position of each joint in T-pose [m]; the floor is y = 0."""
        positions = self.rest_offsets_m.copy()
        for joint, parent in enumerate(PARENT_INDICES):
            if parent >= 0:
                positions[joint] += positions[parent]
        return positions

    @property
    def height_m(self) -> float:
        """Height of the head joint above the lowest joint in T-pose [m]."""
        heights = self.rest_positions_m[:, 1]
        return float(heights[JOINT_INDEX["head"]] - heights.min())

    def heel_m(self, side: str) -> Float[Array, "3"]:
        """Return where the heel touches the floor, from the ankle and in its axes [m]; ``side`` is left or right."""
        ankle_m = float(self.rest_positions_m[JOINT_INDEX[side + "Foot"], 1])
        ball_ahead_m = float(self.rest_offsets_m[JOINT_INDEX[side + "Toes"], 2])
        return np.array([0.0, -ankle_m, -HEEL_BEHIND_ANKLE * ball_ahead_m])


def _default_offsets() -> dict[str, tuple[float, float, float]]:
    offsets = {
        "hips": (0.0, 0.90, 0.0),
        "spine": (0.0, 0.08, 0.0),
        "chest": (0.0, 0.16, 0.0),
        "neck": (0.0, 0.24, 0.0),
        "head": (0.0, 0.08, 0.0),
        "leftEye": (0.03, 0.08, 0.07),
        "leftShoulder": (0.03, 0.20, 0.0),
        "leftUpperArm": (0.13, 0.0, 0.0),
        "leftLowerArm": (0.27, 0.0, 0.0),
        "leftHand": (0.24, 0.0, 0.0),
        "leftUpperLeg": (0.09, -0.03, 0.0),
        "leftLowerLeg": (0.0, -0.40, 0.0),
        "leftFoot": (0.0, -0.39, 0.0),
        "leftToes": (0.0, -0.07, 0.13),
    }
    spread = {"Thumb": 0.03, "Index": 0.025, "Middle": 0.005, "Ring": -0.015, "Little": -0.032}
    for finger, z in spread.items():
        first, second, third = (f"left{finger}{segment}" for segment in finger_segments(finger))
        thumb = finger == "Thumb"
        offsets[first] = (0.025, -0.01, z) if thumb else (0.085, 0.0, z)
        offsets[second] = (0.03, -0.005, 0.02) if thumb else (0.038, 0.0, 0.0)
        offsets[third] = (0.025, 0.0, 0.012) if thumb else (0.024, 0.0, 0.0)
    offsets |= {
        "right" + name.removeprefix("left"): (-x, y, z)
        for name, (x, y, z) in list(offsets.items())
        if name.startswith("left")
    }
    return offsets


def default_skeleton() -> Skeleton:
    """Return an adult of about 1.60 m with ordinary proportions."""
    offsets = _default_offsets()
    return Skeleton(np.array([offsets[name] for name in HUMANOID], dtype=np.float64))
