"""How people usually hold their limbs: a Gaussian over the joints of each limb, from motion capture.

It decides what the picture leaves open: the twist of an arm whose elbow is straight, the depth of a knee. A right limb
is the left one's mirror image.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_rotation_vectors, conjugate, multiply
from manekko.solve.joints import FREEDOMS, INDEX
from manekko.solve.pose import Pose, own_turns
from manekko.solve.ranges import HINGES, hinge_angles
from manekko.solve.rotation_steps import inverse_right_jacobian

DATA = "usual_poses.json"
PARTS = {"spine": ("spine",), "head": ("head",), "shoulder": ("Shoulder",), "arm": ("UpperArm", "LowerArm"),
         "hand": ("Hand",), "leg": ("UpperLeg", "LowerLeg"), "foot": ("Foot",)}  # fmt: skip
"""Joints of each limb without their side; the ends of a hinge are angles, all other joints rotation vectors."""


@dataclass(frozen=True)
class Usual:
    """A limb's usual pose."""

    joints: tuple[str, ...]
    """Names in ``joints.JOINTS``."""
    means_xyzw: dict[str, Float[Array, "4"]]
    """Mean rotation of each joint that is no hinge, in its parent."""
    mean_angles_rad: Float[Array, " angle"]
    """Mean of each hinge angle, in the order of ``HINGES``."""
    whitening: Float[Array, "value value"]
    """Square root of the precision of all values, joint after joint."""


@cache
def usual_poses() -> tuple[Usual, ...]:
    """Return what is usual for each limb of either side."""
    told = json.loads((files("manekko.solve") / DATA).read_text("utf-8"))
    result = []
    for limb, joints in PARTS.items():
        sides = ("left", "right") if joints[0][0].isupper() else ("",)
        result += [_usual(told[limb], tuple(side + joint for joint in joints), side == "right") for side in sides]
    return tuple(result)


def _usual(told: dict[str, list], joints: tuple[str, ...], mirrored: bool) -> Usual:
    balls = [joint for joint in joints if not _hinges_of(joint)]
    means = dict(zip(balls, np.array(told["means_xyzw"], dtype=np.float64), strict=True))
    covariance = np.array(told["covariance_rad2"], dtype=np.float64)
    if mirrored:
        sense = np.concatenate([_sense(joint) for joint in joints])
        covariance = covariance * np.outer(sense, sense)
        means = {joint: mean * [1.0, -1.0, -1.0, 1.0] for joint, mean in means.items()}
    angles = np.array(told["mean_angles_rad"], dtype=np.float64)
    whitening = np.linalg.cholesky(np.linalg.inv(covariance)).T
    if mirrored and len(angles):
        angles = angles * np.concatenate([_sense(joint) for joint in joints if _hinges_of(joint)])
    return Usual(joints, means, angles, whitening)


def _hinges_of(joint: str) -> list:
    return [hinge for hinge in HINGES if hinge.joint == INDEX[joint]]


def _sense(joint: str) -> Float[Array, " value"]:
    hinges = _hinges_of(joint)
    if not hinges:
        return np.array([1.0, -1.0, -1.0])
    # A bend stays what it is in the mirror; a forearm twists the other way about its own length.
    return np.array([1.0, -1.0])[: len(hinges)]


def deviations(
    pose: Pose, usual: Usual, *, slopes: bool
) -> tuple[Float[Array, "frame value"], Float[Array, "frame value freedom"] | None]:
    """Return how far a limb is from its usual pose, in standard deviations, and how that changes with each freedom."""
    values, rows, angles = [], [], iter(usual.mean_angles_rad)
    for joint in usual.joints:
        hinges = _hinges_of(joint)
        for hinge in hinges:
            values.append((hinge_angles(pose.local_xyzw[:, hinge.joint], hinge) - next(angles))[:, None])
            rows.append(np.broadcast_to(np.eye(FREEDOMS)[hinge.freedom], (len(values[0]), 1, FREEDOMS)))
        if hinges:
            continue
        away = multiply(conjugate(usual.means_xyzw[joint]), pose.local_xyzw[:, INDEX[joint]])
        values.append(as_rotation_vectors(away))
        if slopes:
            columns, own = own_turns(pose, INDEX[joint])
            row = np.zeros((len(away), 3, FREEDOMS))
            row[:, :, columns] = inverse_right_jacobian(values[-1]) @ own
            rows.append(row)
    found = np.concatenate(values, axis=1) @ usual.whitening.T
    return found, usual.whitening @ np.concatenate(rows, axis=1) if slopes else None
