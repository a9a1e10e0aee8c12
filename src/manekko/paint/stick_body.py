"""A driver's keypoints moved to the character's proportions: the directions of limbs stay, their lengths do not."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33_INDEX

_CHAIN = """left_hip-left_knee left_knee-left_ankle left_ankle-left_heel left_ankle-left_toe
right_hip-right_knee right_knee-right_ankle right_ankle-right_heel right_ankle-right_toe
left_shoulder-left_elbow left_elbow-left_wrist left_wrist-left_pinky left_wrist-left_index left_wrist-left_thumb
right_shoulder-right_elbow right_elbow-right_wrist right_wrist-right_pinky right_wrist-right_index
right_wrist-right_thumb"""
_LIMBS = [tuple(BODY33_INDEX[end] for end in limb.split("-")) for limb in _CHAIN.split()]
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_SHOULDERS = [BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]]
_FEET = [BODY33_INDEX[f"{side}_{end}"] for side in ("left", "right") for end in ("heel", "toe")]
_FACE = list(range(11))
_WRISTS, _KNUCKLES = ([BODY33_INDEX[f"{side}_{joint}"] for side in ("left", "right")] for joint in ("wrist", "index"))
_LONG_PALM = 90
"""Percentile of a clip's palms: how long one looks when it is seen from its side."""


def with_lengths_of(keypoints: Float[Array, "frame 33 4"], body_m: Float[Array, "33 3"]) -> Float[Array, "frame 33 4"]:
    """Return keypoints of a body of other proportions in the same pose, as tall as before, feet where they were.

    Args:
        keypoints: x, y [px], depth [m], confidence; NaN where unknown.
        body_m: the other body's keypoints at rest.
    """
    scale = _pixels_per_metre(keypoints, body_m)
    points = keypoints[..., :3] * np.array([1.0, 1.0, scale])
    result = points.copy()
    hips, shoulders = points[:, _HIPS].mean(1), points[:, _SHOULDERS].mean(1)
    rest_hips, rest_shoulders = body_m[_HIPS].mean(0), body_m[_SHOULDERS].mean(0)
    trunk = _unit(shoulders - hips) * (np.linalg.norm(rest_shoulders - rest_hips) * scale)
    _spread(result, points, _HIPS, hips, body_m, scale)
    _spread(result, points, _SHOULDERS, hips + trunk, body_m, scale)
    across, own = (np.linalg.norm(b[..., 7, :] - b[..., 8, :], axis=-1) for b in (body_m, points))
    known = own[np.isfinite(own)]
    head = float(across) * scale / max(float(np.percentile(known, 90)), 1e-6) if len(known) else 1.0
    face = points[:, _FACE] - shoulders[:, None]
    middle = _mean(face)
    neck = np.linalg.norm(np.nanmean(body_m[_FACE], axis=0) - rest_shoulders) * scale
    result[:, _FACE] = (hips + trunk)[:, None] + _unit(middle) * neck + (face - middle) * head
    for start, end in _LIMBS:
        length = np.linalg.norm(body_m[end] - body_m[start]) * scale
        result[:, end] = result[:, start] + _unit(points[:, end] - points[:, start]) * length
    down = _lowest(points) - _lowest(result)
    result[..., 1] += np.where(np.isfinite(down), down, 0.0)[:, None]
    result[..., 2] /= scale
    return np.concatenate([result, keypoints[..., 3:]], axis=-1)


def with_hands_of(
    hands: Float[Array, "frame side=2 point=21 4"],
    keypoints: Float[Array, "frame 33 4"],
    moved: Float[Array, "frame 33 4"],
) -> Float[Array, "frame side=2 point=21 4"]:
    """Return hands put on the wrists of a body that was given other lengths, as large as its palms are.

    A hand that was seen further from the wrist than a palm is long is something else, and unknown.

    Args:
        hands: x, y [px], depth [m], confidence; NaN where unknown.
        keypoints: the body that they were seen on.
        moved: the body that they are wanted on; see ``with_lengths_of``.
    """
    palm_px = _palm_px(keypoints)
    away = np.linalg.norm(hands[:, :, 0, :2] - keypoints[:, _WRISTS, :2], axis=-1)
    after = moved[:, _WRISTS, None, :3]
    places = after + (hands[..., :3] - hands[:, :, :1, :3]) * (_palm_px(moved) / max(palm_px, 1e-6))
    own = np.nan_to_num(away, nan=np.inf) <= palm_px
    return np.where(own[..., None, None], np.concatenate([places, hands[..., 3:]], axis=-1), np.nan)


def _palm_px(keypoints: Float[Array, "frame 33 4"]) -> float:
    palms = np.linalg.norm(keypoints[:, _KNUCKLES, :2] - keypoints[:, _WRISTS, :2], axis=-1)
    known = palms[np.isfinite(palms)]
    return float(np.percentile(known, _LONG_PALM)) if len(known) else 1.0


def _spread(
    result: Array, points: Array, pair: list[int], middle: Float[Array, "frame 3"], body_m: Array, scale: float
) -> None:
    """Put a pair of joints about their middle, as far apart as the other body's."""
    half = np.linalg.norm(body_m[pair[0]] - body_m[pair[1]]) * scale / 2.0
    way = _unit(points[:, pair[0]] - points[:, pair[1]]) * half
    result[:, pair[0]], result[:, pair[1]] = middle + way, middle - way


def _mean(points: Float[Array, "frame point 3"]) -> Float[Array, "frame 1 3"]:
    """Return the middle of the points that are known; NaN where none is."""
    count = np.isfinite(points).sum(1, keepdims=True)
    return np.where(count > 0, np.nansum(points, axis=1, keepdims=True) / np.maximum(count, 1), np.nan)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _lowest(points: Float[Array, "frame 33 3"]) -> Float[Array, " frame"]:
    feet = points[:, _FEET, 1]
    return np.where(np.isfinite(feet).any(1), np.where(np.isfinite(feet), feet, -np.inf).max(1), np.nan)


def _pixels_per_metre(keypoints: Float[Array, "frame 33 4"], body_m: Float[Array, "33 3"]) -> float:
    """Return how large a metre of the other body is to be, so that it stands as tall as the driver does [px]."""
    heights = _lowest(keypoints[..., :3]) - _mean(keypoints[:, _FACE, :3])[:, 0, 1]
    heights = heights[np.isfinite(heights)]
    own_m = float(np.nanmean(body_m[_FACE, 1]) - np.nanmin(body_m[_FEET, 1]))
    return max(float(np.percentile(heights, 80)) if len(heights) else 100.0, 1.0) / max(own_m, 1e-3)
