"""Arms and legs that show the same points in another way: which of their readings is a body's."""

import numpy as np

from manekko.arrays import Array, Bool
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, multiply
from manekko.solve.joints import INDEX, forearm_axis
from manekko.solve.pose import Pose
from manekko.solve.ranges import HINGES, hinge_angles

_SIDES = ("left", "right")
_BACKWARDS_RAD = np.radians(-3.0)
"""A hinge bent backwards further than this is not only nearly straight."""
_SHIN = np.array([0.0, 1.0, 0.0])


def turned_over(pose: Pose) -> Pose | None:
    """Return the pose with every elbow and knee that bends backwards bending forwards; None where none does.

    An upper arm or thigh turned by half a turn about its own length, and what hangs on it turned back, show the same
    points. The fit does not find from one to the other: between them the limb is far from what is seen.
    """
    local, found = pose.local_xyzw.copy(), False
    for side in _SIDES:
        upper, lower = INDEX[side + "UpperArm"], INDEX[side + "LowerArm"]
        backwards, half = _backwards(pose, lower), from_rotation_vectors(np.pi * forearm_axis(side))
        local[backwards, upper] = multiply(local[backwards, upper], half)
        local[backwards, lower] = multiply(conjugate(half), local[backwards, lower])
        found = found or bool(backwards.any())
        thigh, shin, foot = (INDEX[side + part] for part in ("UpperLeg", "LowerLeg", "Foot"))
        backwards, half = _backwards(pose, shin), from_rotation_vectors(np.pi * _SHIN)
        local[backwards, thigh] = multiply(local[backwards, thigh], half)
        # A shin has no twist of its own: its foot turns back.
        local[backwards, shin] = multiply(conjugate(half), multiply(local[backwards, shin], half))
        local[backwards, foot] = multiply(conjugate(half), local[backwards, foot])
        found = found or bool(backwards.any())
    return Pose(pose.roots_m, local) if found else None


def _backwards(pose: Pose, joint: int) -> Bool[Array, " frame"]:
    bend = next(hinge for hinge in HINGES if hinge.joint == joint)
    return np.asarray(hinge_angles(pose.local_xyzw[:, joint], bend) < _BACKWARDS_RAD)


def with_twisted_forearms(pose: Pose) -> Pose:
    """Return the pose with the hands' turns about the forearms' length in the forearms: wrists do not twist."""
    local = pose.local_xyzw.copy()
    for side in _SIDES:
        lower, hand = INDEX[side + "LowerArm"], INDEX[side + "Hand"]
        axis = forearm_axis(side)
        sense = np.where(local[:, hand, 3] < 0.0, -1.0, 1.0)
        angle = 2.0 * np.arctan2(sense * (local[:, hand, :3] @ axis), sense * local[:, hand, 3])
        twist = from_rotation_vectors(angle[:, None] * axis)
        local[:, lower] = multiply(local[:, lower], twist)
        local[:, hand] = multiply(conjugate(twist), local[:, hand])
    return Pose(pose.roots_m, local)
