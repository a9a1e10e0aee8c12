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


def _both(values: dict[str, tuple[float, ...]]) -> dict[str, Float[Array, "3"]]:
    """Mirror what is said of the left: turns about y and z change their sense."""
    result = {name: np.radians(value) for name, value in values.items() if not name[0].isupper()}
    for name, value in values.items():
        if name[0].isupper():
            result["left" + name] = np.radians(value)
            result["right" + name] = np.radians(value) * np.array([1.0, -1.0, -1.0])
    return result


MEANS_RAD = _both({
    "spine": (2.0, 0.0, 0.0), "head": (0.0, 0.0, 0.0), "Shoulder": (0.0, 0.0, 0.0), "UpperArm": (0.0, -10.0, -40.0),
    "LowerArm": (0.0, 0.0, 0.0), "Hand": (0.0, 0.0, 0.0), "UpperLeg": (-15.0, 5.0, 3.0), "Foot": (0.0, 5.0, 0.0),
})  # fmt: skip
RANGES_RAD = {name: np.abs(value) for name, value in _both({
    "spine": (20.0, 20.0, 15.0), "head": (25.0, 35.0, 20.0), "Shoulder": (8.0, 8.0, 8.0), "UpperArm": (50.0, 50.0, 60.0),
    "LowerArm": (60.0, 90.0, 60.0), "Hand": (25.0, 25.0, 25.0), "UpperLeg": (40.0, 20.0, 20.0), "Foot": (25.0, 15.0, 12.0),
}).items()}  # fmt: skip
ACCELERATIONS_RAD = {name: float(np.radians(value)) for name, value in {
    "hips": 1.0, "spine": 0.7, "head": 1.5,
    **{side + part: value for side in _SIDES for part, value in {
        "Shoulder": 1.0, "UpperArm": 3.0, "LowerArm": 4.0, "Hand": 3.0, "UpperLeg": 1.6, "LowerLeg": 2.5, "Foot": 2.5,
    }.items()},
}.items()}  # fmt: skip
"""Root mean square of each joint's angular acceleration in dance, at 30 frames a second [rad a frame²]."""
ROOT_ACCELERATION_M = 0.004


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
