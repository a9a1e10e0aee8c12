"""What the fit may turn: the joints of the canonical humanoid that a video shows, and their degrees of freedom.

Elbows and knees are hinges, the forearm twists about its own length, the spine is one bend shared by two joints, the
neck takes a share of the head's turn; both shares are soft. A degree of freedom is a small turn about an axis of one
joint, or of two that share it; what it does to any point of the body is then a cross product.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.skeleton.skeleton import ELBOW_NORMAL, HUMANOID_PARENTS, JOINT_INDEX

_SIDES = ("left", "right")
_LIMB_PARTS = ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
JOINTS = ("hips", "spine", "chest", "neck", "head", *(side + part for side in _SIDES for part in _LIMB_PARTS))
"""Joints that the fit turns; parents come before children."""
INDEX = {name: index for index, name in enumerate(JOINTS)}
PARENTS = tuple(-1 if (up := HUMANOID_PARENTS[name]) is None else INDEX[up] for name in JOINTS)
IN_HUMANOID = np.array([JOINT_INDEX[name] for name in JOINTS])
"""Where each of ``JOINTS`` is among all joints of the humanoid."""
SPINE_SHARES = (("spine", 0.5), ("chest", 0.5))
HEAD_SHARES = (("neck", 0.15), ("head", 0.85))
FOLLOWING = (("chest", "spine", 1.0), ("neck", "head", 0.15 / 0.85))
"""Joints that turn nearly as another does: (joint, whose turn, how much of it)."""
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class Lever:
    """One joint that a degree of freedom turns."""

    freedom: int
    """Number of the degree of freedom."""
    joint: int
    """Index into ``JOINTS``."""
    axis: Float[Array, "3"]
    """Axis of the turn, in the joint's own frame or its parent's."""
    in_parent: bool
    share: float = 1.0
    """How much of the degree of freedom's value the joint turns."""


def elbow_axis(side: str) -> Float[Array, "3"]:
    """Return the axis of the upper arm about which the forearm bends, positive in the sense in which it may."""
    sign = 1.0 if side == "left" else -1.0
    return -sign * ELBOW_NORMAL


def forearm_axis(side: str) -> Float[Array, "3"]:
    """Return the forearm's own length, from elbow to wrist, in T-pose."""
    return _X if side == "left" else -_X


def _ball(first: int, shares: tuple[tuple[str, float], ...]) -> list[Lever]:
    return [
        Lever(first + axis, INDEX[name], np.eye(3)[axis], in_parent=False, share=share)
        for name, share in shares
        for axis in range(3)
    ]


def _levers() -> tuple[Lever, ...]:
    result: list[Lever] = []
    count = 3  # the first three move the hips through the world
    for shares in ((("hips", 1.0),), SPINE_SHARES, HEAD_SHARES):
        result += _ball(count, shares)
        count += 3
    for side in _SIDES:
        for part, axes in (
            ("Shoulder", ((_Y, False), (_Z, False))),
            ("UpperArm", ((_X, False), (_Y, False), (_Z, False))),
            ("LowerArm", ((elbow_axis(side), True), (forearm_axis(side), False))),
            ("Hand", ((_Y, False), (_Z, False))),
            ("UpperLeg", ((_X, False), (_Y, False), (_Z, False))),
            ("LowerLeg", ((_X, False),)),
            ("Foot", ((_X, False), (_Y, False), (_Z, False))),
        ):
            for axis, in_parent in axes:
                result.append(Lever(count, INDEX[side + part], axis, in_parent))
                count += 1
    for joint, _, _ in FOLLOWING:
        result += _ball(count, ((joint, 1.0),))
        count += 3
    return tuple(result)


LEVERS = _levers()
FREEDOMS = LEVERS[-1].freedom + 1
"""How many degrees of freedom a frame has; 0–2 are the place of the hips in the world."""
ROOT = slice(0, 3)


def _ancestry() -> Bool[Array, "joint joint"]:
    carried = np.eye(len(JOINTS), dtype=bool)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            carried[:, joint] |= carried[:, parent]
    return carried


CARRIES = _ancestry()
"""``CARRIES[a, b]``: whether a turn of joint a takes joint b's frame along."""
