"""Depths that no body has, turned over: the picture is the same when a limb points to the camera or away from it.

A detector guesses that sense frame by frame and is often wrong from behind. Feet point where the pelvis faces, and
knees bend forwards; both are decided here, before the fit, by mirroring depths.
"""

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import normalized

_TURNOUT_COSINE = np.cos(np.radians(95.0))
"""A foot further than this from the way the pelvis faces is seen the wrong way round."""


def plausible_legs(shape_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 33 3"]:
    """Return the shape (camera axes, [m]) with feet that point forwards and knees that bend forwards."""
    result = shape_m.copy()
    forward = _facing(shape_m)
    for side in ("left", "right"):
        _turn_foot(result, side, forward)
        _bend_knee(result, side, forward)
    return result


def _facing(shape: Array) -> Float[Array, "frame 3"]:
    """Way the pelvis faces, square to the spine; hips and shoulders both speak."""

    def at(name: str) -> Array:
        return shape[:, BODY33_INDEX[name]]

    across = at("left_hip") - at("right_hip") + 0.5 * (at("left_shoulder") - at("right_shoulder"))
    up = at("left_shoulder") + at("right_shoulder") - at("left_hip") - at("right_hip")
    return normalized(np.cross(across, up))


def _turn_foot(shape: Array, side: str, forward: Array) -> None:
    ankle, heel, toe = (BODY33_INDEX[f"{side}_{part}"] for part in ("ankle", "heel", "toe"))
    pointing = normalized(shape[:, toe] - shape[:, heel])
    wrong = (pointing * forward).sum(-1) < _TURNOUT_COSINE
    for point in (heel, toe):
        depth = shape[:, point, 2] - shape[:, ankle, 2]
        shape[:, point, 2] = np.where(wrong, shape[:, ankle, 2] - depth, shape[:, point, 2])


def _bend_knee(shape: Array, side: str, forward: Array) -> None:
    """Mirror a knee's depth about the line from hip to ankle where it lies behind that line."""
    hip, knee, ankle = (BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
    line = shape[:, ankle] - shape[:, hip]
    share = ((shape[:, knee] - shape[:, hip]) * line).sum(-1) / np.maximum((line**2).sum(-1), 1e-9)
    on_line = shape[:, hip] + np.clip(share, 0.0, 1.0)[:, None] * line
    offset = shape[:, knee] - on_line
    behind = (offset * forward).sum(-1) < 0.0
    mirrored = np.where(behind & (offset[:, 2] * forward[:, 2] < 0.0), -offset[:, 2], offset[:, 2])
    shape[:, knee, 2] = on_line[:, 2] + mirrored
