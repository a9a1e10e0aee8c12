"""Values of a bone's keys at any frame, as MMD interpolates: Bézier curves for x, y, z and the turn."""

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.motion import BoneTrack
from manekko.skeleton.rotations import slerp

_BISECTIONS = 26


def sample_track(track: BoneTrack, frames: Array) -> tuple[Float[Array, "frame 3"], Float[Array, "frame 4"]]:
    """Return a bone's shift [m] and turn (xyzw) at each of ``frames``; the outer keys hold before and after."""
    if len(track.frames) == 0:
        return np.zeros((len(frames), 3)), np.tile([0.0, 0.0, 0.0, 1.0], (len(frames), 1))
    start, end, fraction = spans(track.frames, frames)
    eased = np.repeat(fraction[:, None], 4, axis=1)
    before, after = track.positions_m[start], track.positions_m[end]
    turn_before, turn_after = track.rotations_xyzw[start], track.rotations_xyzw[end]
    if track.curves is not None:
        # Most bones never move and many rest for long; their curves need no solving.
        changes = np.concatenate([before != after, (turn_before != turn_after).any(-1, keepdims=True)], axis=1)
        eased[changes] = bezier_fraction(track.curves[end][changes], eased[changes])
    positions = before + (after - before) * eased[:, :3]
    return positions, slerp(turn_before, turn_after, eased[:, 3])


def spans(keys: Array, frames: Array) -> tuple[Int[Array, " frame"], Int[Array, " frame"], Float[Array, " frame"]]:
    """Return for each frame the keys around it (both the same outside) and the share of the time between them.

    A frame on a key is the end of the span before it.

    Args:
        keys: rising times of at least one key.
        frames: when.
    """
    times = np.asarray(keys, dtype=np.float64)
    end = np.searchsorted(times, frames, side="left").clip(0, len(times) - 1)
    start = np.maximum(end - 1, 0)
    span = np.maximum(times[end] - times[start], 1e-9)
    fraction = np.clip((np.asarray(frames, dtype=np.float64) - times[start]) / span, 0.0, 1.0)
    return start, end, fraction


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
    # The cubic by powers of its parameter, which is sought by halving: time rises with it, if not always steadily.
    first, second, third = 3.0 * x1, 3.0 * x2 - 6.0 * x1, 1.0 + 3.0 * x1 - 3.0 * x2
    parameter = np.full_like(time, 0.5)
    for halving in range(2, _BISECTIONS + 2):
        reached = ((third * parameter + second) * parameter + first) * parameter
        parameter += np.where(reached < time, 0.5**halving, -(0.5**halving))
    rest = 1.0 - parameter
    result[bent] = 3.0 * rest * parameter * (rest * y1 + parameter * y2) + parameter**3
    return result
