"""How joints usually stand and hurry."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.solve.joints import INDEX, LEVERS, elbow_axis, forearm_axis

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Hinge:
    """A degree of freedom with an end."""

    joint: int
    """Index into ``joints.JOINTS``."""
    freedom: int
    axis: Float[Array, "3"]
    least_rad: float
    most_rad: float
    sigma_rad: float = np.radians(3.0)
    """How far beyond its end a joint gives way."""


ACCELERATIONS_RAD = {name: float(np.radians(value)) for name, value in {
    "hips": 1.0, "spine": 1.0, "chest": 1.0, "head": 1.5, "neck": 1.0,
    **{side + part: value for side in _SIDES for part, value in {
        "Shoulder": 1.0, "UpperArm": 3.0, "LowerArm": 4.0, "Hand": 3.0, "UpperLeg": 1.6, "LowerLeg": 2.5, "Foot": 2.5,
    }.items()},
}.items()}  # fmt: skip
"""What is thought usual of each joint's angular acceleration, at 30 frames a second [rad/frame²].

``Weights.smoothness`` scales all of them: it is how they stand to each other that counts."""
ROOT_ACCELERATION_M = 0.006
"""The same of the place of the hips [m/frame²]."""


def _hinges() -> tuple[Hinge, ...]:
    result = []
    for side in _SIDES:
        for part, axis, least, most in (
            ("LowerArm", elbow_axis(side), 0.0, 150.0),
            ("LowerArm", forearm_axis(side), -90.0, 90.0),
            ("LowerLeg", np.array([1.0, 0.0, 0.0]), 0.0, 150.0),
        ):
            freedom = next(
                lever.freedom
                for lever in LEVERS
                if lever.joint == INDEX[side + part] and abs(float(lever.axis @ axis)) > 1.0 - 1e-9
            )
            result.append(Hinge(INDEX[side + part], freedom, axis, np.radians(least), np.radians(most)))
    return tuple(result)


HINGES = _hinges()
"""Elbows, forearms and knees."""


def hinge_angles(local_xyzw: Float[Array, "frame 4"], hinge: Hinge) -> Float[Array, " frame"]:
    """Return the turn about a hinge's axis [rad]: of a bend and a twist square to each other each shows by itself."""
    sense = np.where(local_xyzw[:, 3] < 0.0, -1.0, 1.0)
    return 2.0 * np.arctan2(sense * (local_xyzw[:, :3] @ hinge.axis), sense * local_xyzw[:, 3])
