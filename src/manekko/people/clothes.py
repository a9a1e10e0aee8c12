"""What a body wears, as a histogram of colours: tells people apart when they meet."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.keypoints import BODY33_INDEX

_LEVELS = 4  # per colour channel

_SAMPLES = np.linspace(0.1, 0.9, 12)


def clothes(
    rgb: UInt8[Array, "height width 3"], keypoints_px: Float[Array, "keypoint=33 2"]
) -> Float[Array, "bin=128"]:
    """Return the shares of colours on the trunk and on the thighs, together 1."""
    left_shoulder, right_shoulder, left_hip, right_hip, left_knee, right_knee = (
        keypoints_px[BODY33_INDEX[f"{side}_{name}"]]
        for name in ("shoulder", "hip", "knee")
        for side in ("left", "right")
    )
    down, across = (grid[..., None] for grid in np.meshgrid(_SAMPLES, _SAMPLES, indexing="ij"))
    upper = left_shoulder + (right_shoulder - left_shoulder) * across
    lower = left_hip + (right_hip - left_hip) * across
    trunk = (upper + (lower - upper) * down).reshape(-1, 2)
    thighs = np.concatenate(
        [hip + (knee - hip) * _SAMPLES[:, None] for hip, knee in ((left_hip, left_knee), (right_hip, right_knee))]
    )
    return np.concatenate([_shares(rgb, trunk), _shares(rgb, thighs)]) / 2


def _shares(rgb: UInt8[Array, "height width 3"], points_px: Float[Array, "point 2"]) -> Float[Array, "bin=64"]:
    height, width = rgb.shape[:2]
    columns = np.clip(points_px[:, 0], 0, width - 1).astype(np.int64)
    rows = np.clip(points_px[:, 1], 0, height - 1).astype(np.int64)
    # Each colour counts for the levels on both sides of it, so that a change of light moves shares little by little.
    levels = rgb[rows, columns] * ((_LEVELS - 1) / 255.0)
    lower = np.minimum(levels.astype(np.int64), _LEVELS - 2)
    shares = np.zeros(_LEVELS**3)
    for corner in np.ndindex(2, 2, 2):
        weights = np.prod(np.abs(1.0 - np.array(corner) - (levels - lower)), axis=1)
        numbers = (lower + corner) @ np.array([_LEVELS**2, _LEVELS, 1])
        shares += np.bincount(numbers, weights, minlength=_LEVELS**3)
    return shares / len(points_px)
