"""Values of a bone's keys at any frame, as MMD interpolates: Bézier curves for x, y, z and the turn."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.motion import BoneTrack
from manekko.skeleton.rotations import slerp

_BISECTIONS = 26


def sample_track(track: BoneTrack, frames: Array) -> tuple[Float[Array, "frame 3"], Float[Array, "frame 4"]]:
    """Return a bone's shift [m] and turn (xyzw) at each of ``frames``; the outer keys hold before and after."""
    times = np.asarray(track.frames, dtype=np.float64)
    if len(times) == 0:
        return np.zeros((len(frames), 3)), np.tile([0.0, 0.0, 0.0, 1.0], (len(frames), 1))
    end = np.searchsorted(times, frames, side="left").clip(0, len(times) - 1)
    start = np.maximum(end - 1, 0)
    span = np.maximum(times[end] - times[start], 1e-9)
    fraction = np.clip((np.asarray(frames, dtype=np.float64) - times[start]) / span, 0.0, 1.0)
    if track.curves is None:
        eased = np.repeat(fraction[:, None], 4, axis=1)
    else:
        eased = bezier_fraction(track.curves[end], fraction[:, None])
    before, after = track.positions_m[start], track.positions_m[end]
    positions = before + (after - before) * eased[:, :3]
    return positions, slerp(track.rotations_xyzw[start], track.rotations_xyzw[end], eased[:, 3])


def bezier_fraction(curves: Array, fraction: Float[Array, "*batch"]) -> Float[Array, "*shape"]:
    """Return how far a span has got in value when ``fraction`` (0–1) of its time has passed.

    Args:
        curves: (..., 4) control points x1, y1, x2, y2 in 0–127 of a cubic from (0, 0) to (1, 1).
        fraction: broadcasts with the leading axes of ``curves``.
    """
    x1, y1, x2, y2 = np.moveaxis(np.asarray(curves, dtype=np.float64) / 127.0, -1, 0)
    fraction, x1, y1, x2, y2 = np.broadcast_arrays(fraction, x1, y1, x2, y2)
    result = np.array(fraction, dtype=np.float64)
    bent = ((x1 != y1) | (x2 != y2)) & (fraction > 0.0) & (fraction < 1.0)
    if not bent.any():
        return result
    x1, y1, x2, y2, time = x1[bent], y1[bent], x2[bent], y2[bent], fraction[bent]
    low, high = np.zeros_like(time), np.ones_like(time)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        early = _cubic(x1, x2, middle) < time
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    result[bent] = _cubic(y1, y2, (low + high) / 2.0)
    return result


def _cubic(first: Array, second: Array, parameter: Array) -> Array:
    rest = 1.0 - parameter
    return 3.0 * rest * parameter * (rest * first + parameter * second) + parameter**3
