"""Two-bone limbs: bending a knee or an elbow so that the limb's end reaches a point."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import between, from_rotation_vectors, multiply, rotate

_STRAIGHTEST = 0.9985
"""Longest reach as a share of the limb: a dead straight knee pops, and has no plane."""


def reach(
    upper_xyzw: Float[Array, "frame 4"],
    roots_m: Float[Array, "frame 3"],
    targets_m: Float[Array, "frame 3"],
    *,
    upper_offset_m: Float[Array, "3"],
    lower_offset_m: Float[Array, "3"],
    hinge: Float[Array, "*frame 3"],
) -> tuple[Float[Array, "frame 4"], Float[Array, "frame 4"]]:
    """Return global rotations of both bones so that the limb's end comes to the target, or as near as it reaches.

    The joint between the bones bends about ``hinge``, an axis of the upper bone, positive in the sense in which the
    joint may bend; the limb keeps the plane that ``upper_xyzw`` gives it. Offsets are the bones' rest vectors [m].
    """
    a, b = float(np.linalg.norm(upper_offset_m)), float(np.linalg.norm(lower_offset_m))
    towards = targets_m - roots_m
    distance = np.clip(np.linalg.norm(towards, axis=-1), abs(a - b) + 1e-4, (a + b) * _STRAIGHTEST)
    bend = from_rotation_vectors(_bends(upper_offset_m, lower_offset_m, distance, hinge)[:, None] * hinge)
    end = upper_offset_m + rotate(bend, lower_offset_m)
    upper = multiply(between(rotate(upper_xyzw, end), towards), upper_xyzw)
    return upper, multiply(upper, bend)


def _bends(upper: Array, lower: Array, distance: Array, hinge: Array) -> Float[Array, " frame"]:
    """Turn of the lower bone about the hinge [rad] that brings the end to a distance from the root.

    A limb need not be straight at rest: the turn counts from there, beyond the turn that would make it straight.
    """
    along = (hinge * upper).sum(-1) * (hinge * lower).sum(-1)
    cosine = (upper * lower).sum(-1) - along
    sine = (np.cross(hinge, lower) * upper).sum(-1)
    wanted = (distance**2 - (upper**2).sum() - (lower**2).sum()) / 2.0 - along
    return np.arctan2(sine, cosine) + np.arccos(np.clip(wanted / np.maximum(np.hypot(cosine, sine), 1e-12), -1.0, 1.0))
