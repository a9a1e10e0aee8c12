"""How far the depths of a shape are to be believed: told by the clip itself.

The detector's own 3D never agrees with its own image points to better than 17 mm, and is far off along the view. A
shape that lies nearer to its picture, and whose bones keep their lengths, comes from something that sees depth:
several cameras, a suit, a known motion. It is followed so much more closely.
"""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.lift.proportions import shifted
from manekko.people.keypoints import BODY33_INDEX

_APART_M = (0.011, 0.017)
"""Median distance of a shape from its image points, at the person's depth [m]: from the second on it may be the
detector's (60 rendered clips: 17.5–34, 12 real ones: 20–37), below the first it cannot be."""
_SURE = 0.5
"""Keypoints of less confidence do not count."""
_LIMB_PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_LIMBS = np.array([[BODY33_INDEX[f"{side}_{part}"] for part in _LIMB_PARTS] for side in ("left", "right")])
_POINTS = _LIMBS.ravel()
_BONES = _LIMBS[:, [[0, 1], [1, 2], [3, 4], [4, 5]]].reshape(-1, 2)
_ALONG = 0.4
"""Share of a bone that must lie along the view for its length to tell of depth."""
_DETECTOR = 0.3
"""Error of the detector's bones along the view, in bone lengths (``second_prior``)."""
_LEAST = 0.2
"""Nobody's depths are surer than a fifth of that: the lens is a guess, and joints are defined elsewhere."""
_OF_MEDIAN = 1.4826
"""Standard deviation of a normal law by the median of its absolute values."""


def doubt_of(
    shape_m: Float[Array, "frame 33 3"],
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    camera: Camera,
) -> float:
    """Return how far off a clip's shape is along the view, in the usual errors of the detector: 0.2–1.

    Args:
        shape_m: keypoints about the mid-hip in camera axes, before anything was corrected [m].
        keypoints_px: image points [px]; NaN where never seen.
        confidences: 0–1.
        camera: the clip's.
    """
    apart = _apart_m(shape_m, keypoints_px, confidences, camera)
    low, high = _APART_M
    return float(np.clip(max((apart - low) / (high - low), _length_error(shape_m) / _DETECTOR), _LEAST, 1.0))


def _apart_m(shape_m: Array, keypoints_px: Array, confidences: Array, camera: Camera) -> float:
    """Median distance of the limbs' ends from the rays of their image points [m]; infinite where none is seen."""
    placed, rays = shifted(shape_m, keypoints_px, confidences, camera), camera.rays(keypoints_px)
    off = np.linalg.norm(placed[..., :2] - rays[..., :2] * placed[..., 2:], axis=-1)[:, _POINTS]
    sure = (confidences[:, _POINTS] > _SURE) & np.isfinite(off)
    return float(np.median(off[sure])) if sure.any() else np.inf


def _length_error(shape_m: Array) -> float:
    """Error along the view that explains how the limbs' lengths change, in bone lengths; infinite if none lies so."""
    bones = shape_m[:, _BONES[:, 1]] - shape_m[:, _BONES[:, 0]]
    lengths = np.maximum(np.linalg.norm(bones, axis=-1), 1e-6)
    along = np.abs(bones[..., 2]) / lengths
    error = np.abs(lengths / np.median(lengths, axis=0) - 1.0) / np.maximum(along, _ALONG)
    telling = along > _ALONG
    return _OF_MEDIAN * float(np.median(error[telling])) if telling.any() else np.inf
