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
_HEAD_RADIUS_M = 0.24
"""A wrist this near the head in the picture covers it or is covered [m]."""
_BEFORE_FACE_M = 0.12
"""How far before the middle of the head a wrist is that covers the face [m]."""
_SEEN = (0.5, 0.8)
"""Confidences of a wrist that is hidden, and of one that is seen."""
_LONG_ENOUGH_S = 5.0
_STRAIGHT_BEND_RAD = np.radians(4.0)
_LARGEST_EXCESS_RAD = np.radians(18.0)
_UNTOUCHED_BEND_RAD = np.radians(60.0)
"""Bends this much above the least are believed."""


def plausible_legs(shape_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 33 3"]:
    """Return the shape (camera axes, [m]) with feet that point forwards and knees that bend forwards."""
    result = shape_m.copy()
    forward = facing(shape_m)
    for side in ("left", "right"):
        _turn_foot(result, side, forward)
        _bend_knee(result, side, forward)
    return result


def plausible_hands(
    shape_m: Float[Array, "frame 33 3"], confidences: Float[Array, "frame 33"]
) -> Float[Array, "frame 33 3"]:
    """Return the shape with hands that are seen before the face in front of it, the elbow going half the way along.

    A hand behind the head would not be seen; the detector says so by a low confidence.
    """
    result = shape_m.copy()
    head = shape_m[:, [BODY33_INDEX["left_ear"], BODY33_INDEX["right_ear"]]].mean(1)
    for side in ("left", "right"):
        wrist, elbow = BODY33_INDEX[f"{side}_wrist"], BODY33_INDEX[f"{side}_elbow"]
        hand = [wrist, *(BODY33_INDEX[f"{side}_{part}"] for part in ("index", "pinky", "thumb"))]
        apart = np.linalg.norm(shape_m[:, wrist, :2] - head[:, :2], axis=-1)
        over_face = np.clip((_HEAD_RADIUS_M - apart) / (0.5 * _HEAD_RADIUS_M), 0.0, 1.0)
        seen = np.clip((confidences[:, wrist] - _SEEN[0]) / (_SEEN[1] - _SEEN[0]), 0.0, 1.0)
        behind = np.maximum(shape_m[:, wrist, 2] - (head[:, 2] - _BEFORE_FACE_M), 0.0)
        shift = over_face * seen * behind
        result[:, hand, 2] -= shift[:, None]
        result[:, elbow, 2] -= 0.5 * shift
    return result


def straightened_knees(shape_m: Float[Array, "frame 33 3"], *, fps: float) -> Float[Array, "frame 33 3"]:
    """Return the shape with the bend taken off the knees that the detector gives even straight legs.

    In a clip long enough, everyone stands on straight legs now and then: the least bend seen is the detector's own. It
    is taken off small bends whole, off large ones not at all, and only along the view, where the picture is silent.
    """
    if len(shape_m) < _LONG_ENOUGH_S * fps:
        return shape_m
    result = shape_m.copy()
    for side in ("left", "right"):
        hip, knee, ankle = (BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        thigh, shin = normalized(shape_m[:, knee] - shape_m[:, hip]), normalized(shape_m[:, ankle] - shape_m[:, knee])
        bend = np.arccos(np.clip((thigh * shin).sum(-1), -1.0, 1.0))
        least = float(np.percentile(bend, 5))
        excess = float(np.clip(least - _STRAIGHT_BEND_RAD, 0.0, _LARGEST_EXCESS_RAD))
        straighter = bend - excess * np.clip(1.0 - (bend - least) / _UNTOUCHED_BEND_RAD, 0.0, 1.0)
        scale = np.sin(np.maximum(straighter, 0.0) / 2.0) / np.maximum(np.sin(bend / 2.0), 1e-6)
        middle = (shape_m[:, hip, 2] + shape_m[:, ankle, 2]) / 2.0
        result[:, knee, 2] = middle + np.minimum(scale, 1.0) * (shape_m[:, knee, 2] - middle)
    return result


def facing(shape: Array) -> Float[Array, "frame 3"]:
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
