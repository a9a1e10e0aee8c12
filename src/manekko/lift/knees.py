"""Where a detector sees knees: lower on the leg than they are, so that straight legs look bent towards the camera."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.lift.proportions import root_depths
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import normalized

_THIGH_SHARE = 0.5
"""Of a leg from hip to ankle: 42 and 43 cm (de Leva 1996)."""
_LONG_PERCENTILE = 75.0
"""Legs that look longer than in so many of the frames are the straightest of the clip."""
_MOST_BEND_RAD = np.radians(45.0)
"""Legs that even the detector thinks more bent than this are no straight ones; it thinks 30° of straight ones."""
_SURE = 0.5
_FULL_TRUST_FRAMES = 30.0
_MOST = 0.06


def centred_knees(
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    shape_m: Float[Array, "frame 33 3"],
    camera: Camera,
) -> Float[Array, "frame 33 2"]:
    """Return the image points with knees moved along their legs to where straight legs have them.

    A straight leg's knee is half way from hip to ankle, in the picture too but for the camera's perspective. By how
    much the detector's is off in the clip's straightest legs it is off in all.

    Args:
        keypoints_px: image points [px].
        confidences: 0–1.
        shape_m: the detector's 3D about the mid-hip in camera axes [m].
        camera: the clip's.
    """
    depths = root_depths(keypoints_px, confidences, shape_m, camera)
    legs = [_leg(keypoints_px, confidences, shape_m, depths, side) for side in ("left", "right")]
    reach, excess = (np.concatenate(values) for values in zip(*legs, strict=True))
    known = np.isfinite(reach) & np.isfinite(excess)
    if not known.any():
        return keypoints_px
    long = known & (reach >= np.percentile(reach[known], _LONG_PERCENTILE))
    trust = min(1.0, long.sum() / _FULL_TRUST_FRAMES)
    moved = trust * float(np.clip(np.median(excess[long]), -_MOST, _MOST))
    result = keypoints_px.copy()
    for side in ("left", "right"):
        hip, knee, ankle = (BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        result[:, knee] -= moved * (keypoints_px[:, ankle] - keypoints_px[:, hip])
    return result


def _leg(
    keypoints_px: Array, confidences: Array, shape_m: Array, depths_m: Array, side: str
) -> tuple[Float[Array, " frame"], Float[Array, " frame"]]:
    """How long a leg looks, and by what share of it the knee is too low; NaN where it is not seen or clearly bent."""
    points = [BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle")]
    hip_px, knee_px, ankle_px = (keypoints_px[:, point] for point in points)
    hip, knee, ankle = (shape_m[:, point] for point in points)
    line = ankle_px - hip_px
    squared = np.maximum((line**2).sum(-1), 1e-9)
    share = ((knee_px - hip_px) * line).sum(-1) / squared
    # Half way along a line that goes away from the camera is further along in the picture.
    near, far = depths_m + hip[:, 2], depths_m + ankle[:, 2]
    excess = share - _THIGH_SHARE * far / np.maximum(_THIGH_SHARE * far + (1.0 - _THIGH_SHARE) * near, 1e-6)
    bend = np.arccos(np.clip((normalized(knee - hip) * normalized(ankle - knee)).sum(-1), -1.0, 1.0))
    sure = (confidences[:, points].min(1) > _SURE) & (bend < _MOST_BEND_RAD)
    return np.where(sure, np.sqrt(squared) * depths_m, np.nan), excess
