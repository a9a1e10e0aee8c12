"""How far the detector is off: image points by their confidence, and how long an error lasts.

Measured on pictures of known motion: motion capture (CMU) danced by our own characters, seen by cameras from all sides
and followed as capture does (``python -m manekko.bench.detector_noise``; 14 thousand frames); real clips with known
truth (pose2sim) agree in size.
"""

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33

IMAGE_LASTS_S = 0.12
"""Errors of image points stay alike for about so long [s]."""
SHAPE_LASTS_S = 0.5
"""Errors of the detector's 3D stay alike for about so long [s]."""

_CONFIDENCES = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.87, 0.93, 0.97, 1.0])
_IMAGE_MM = {
    "elbow": (72, 61, 48, 35, 31, 29, 28, 26, 22, 16),
    "wrist": (85, 60, 48, 41, 31, 24, 19, 16, 15, 12),
    "pinky": (105, 79, 62, 48, 40, 31, 25, 23, 22, 21),
    "knee": (60, 50, 40, 36, 31, 28, 24, 23, 20, 17),
    "ankle": (90, 65, 45, 40, 38, 32, 26, 21, 20, 16),
    "heel": (90, 70, 50, 35, 30, 27, 23, 20, 21, 24),
    "toe": (90, 65, 46, 36, 34, 29, 25, 19, 15, 14),
    "shoulder": (60, 55, 50, 45, 40, 35, 30, 30, 28, 24),
    "hip": (60, 55, 50, 45, 40, 35, 28, 25, 24, 22),
    "head": (90, 80, 70, 60, 55, 47, 38, 38, 37, 34),
}
"""Standard deviation along each axis of the picture at the person's depth [mm], at ``_CONFIDENCES``.

From the median of the errors, so that the outliers (a tenth at a confidence of 0.5, half at 0.1) are left to a robust
cost. Half of it is constant through a clip: joints are defined elsewhere. Confidences of shoulders, hips and head say
little; they are seldom low.
"""
_LIKE = {"thumb": "pinky", "index": "pinky"}


def _part(keypoint: str) -> str:
    part = keypoint.split("_")[-1]
    return part if part in _IMAGE_MM else _LIKE.get(part, "head")


_IMAGE_TABLE_M = np.array([_IMAGE_MM[_part(name)] for name in BODY33]) / 1000.0


def image_sigmas_m(confidences: Float[Array, "frame 33"]) -> Float[Array, "frame 33"]:
    """Return the standard deviation of image points along each axis of the picture, at the person's depth [m].

    Args:
        confidences: 0–1, as the detector gives them; 0 is taken for a guess, not for "unknown".
    """
    columns = [np.interp(confidences[:, k], _CONFIDENCES, _IMAGE_TABLE_M[k]) for k in range(len(BODY33))]
    return np.stack(columns, axis=1)


def repeated(fps: float, lasts_s: float) -> float:
    """Return by how much standard deviations grow when each frame's error counts as one of its own.

    Errors that last ``lasts_s`` repeat from frame to frame; a sum over n such frames knows no more than n divided by
    the square of this. Source: variance of the mean of a first-order autoregression.
    """
    alike = float(np.exp(-1.0 / (fps * lasts_s)))
    return float(np.sqrt((1.0 + alike) / (1.0 - alike)))
