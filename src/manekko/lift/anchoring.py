"""How far away a dancer is, told by feet that stand still: what does not move in the picture does not move in depth."""

import numpy as np

from manekko.arrays import Array, Float, spans
from manekko.lift.camera import Camera
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33_INDEX

_STILL_M_S = 0.4
"""A foot slower than this across the view stands [m/s]."""
_SHORTEST_S = 0.25
_SHIFT_CUTOFF_HZ = 2.0
_FEET = [[BODY33_INDEX[f"{side}_{part}"] for part in ("ankle", "heel", "toe")] for side in ("left", "right")]


def anchored_depths(
    depths_m: Float[Array, " frame"],
    positions_m: Float[Array, "frame 33 3"],
    keypoints_px: Float[Array, "frame 33 2"],
    camera: Camera,
    *,
    fps: float,
) -> Float[Array, " frame"]:
    """Return the hips' depths [m] corrected so that feet which stand still in the picture keep their own depth.

    A body's size in the picture tells its depth badly while it crouches or bends: it looks smaller, so it seems to go
    away. Its feet know better. Between standing spans the correction is interpolated.
    """
    shifts, weights = np.zeros(len(depths_m)), np.zeros(len(depths_m))
    for foot in _FEET:
        depth = positions_m[:, foot, 2].mean(1)
        for start, end in _still_spans(keypoints_px[:, foot].mean(1), depths_m, camera, fps):
            shifts[start:end] += np.median(depth[start:end]) - depth[start:end]
            weights[start:end] += 1.0
    standing = np.flatnonzero(weights)
    if len(standing) == 0:
        return depths_m
    bridged = np.interp(np.arange(len(depths_m)), standing, shifts[standing] / weights[standing])
    return depths_m + smoothed(bridged, fps=fps, cutoff_hz=_SHIFT_CUTOFF_HZ)


def _still_spans(foot_px: Array, depths_m: Array, camera: Camera, fps: float) -> list[tuple[int, int]]:
    """Return [start, end) of each span in which a foot stands still in the picture."""
    if len(foot_px) < 2 or not np.isfinite(foot_px).all():
        return []
    calm = smoothed(foot_px, fps=fps, cutoff_hz=6.0)
    speed = np.linalg.norm(np.gradient(calm, axis=0), axis=-1) * fps * depths_m / camera.focal_px
    return [span for span in spans(speed < _STILL_M_S) if span[1] - span[0] >= _SHORTEST_S * fps]
