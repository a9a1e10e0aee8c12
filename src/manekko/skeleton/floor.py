"""Where the floor is under a dancer, also while nothing of them is seen."""

from itertools import pairwise

import numpy as np
from scipy.ndimage import percentile_filter, uniform_filter1d

from manekko.arrays import Array, Bool, Float, spans
from manekko.people.keypoints import BODY33_INDEX

_WINDOW_S = 3.0
_PERCENTILE = 15
_FLESH_M = {
    BODY33_INDEX[f"{side}_{part}"]: flesh
    for part, flesh in (("heel", 0.0), ("toe", 0.0), ("knee", 0.03), ("hip", 0.06), ("elbow", 0.01), ("wrist", 0.0))
    for side in ("left", "right")
}
"""How much further the body's end is below each keypoint than below heel and toe [m], the least of it."""
_LONG_GAP_S = 0.5
"""Who is out of sight for longer may be on another floor when they are seen again [s]."""
_STEP_M = 0.3
"""Floors less far apart are one: heights of lifted people are off by so much [m]."""
_STANDING_M = 0.1
"""A body no higher than this above the floor is on it [m]."""
_FADE_S = 0.3
"""Time in which a body that went out of sight in the air comes down, and goes up before it is seen there [s]."""
_LEAST_ABOVE_M = 0.4
"""A camera no higher than this above the floor sees no depth on it [m]."""
_MOST_MOVED = 0.15
"""Depths told by size are off by no larger share than this; more is another floor."""
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]


def support_points(positions_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame point 3"]:
    """Return the lowest points of all parts of a body that may carry it: heels, toes, knees, hips, elbows and hands.

    Points that lie deeper in the flesh than heels and toes do are brought as near to the floor under them.
    """
    drop = np.array(list(_FLESH_M.values()))
    return positions_m[:, list(_FLESH_M)] - drop[:, None] * np.array([0.0, 1.0, 0.0])


def floor_heights(
    points_m: Float[Array, "frame point 3"], seen: Bool[Array, " frame"] | None = None, *, fps: float
) -> Float[Array, " frame"]:
    """Return the height of the floor under the dancer through time [m].

    It is the lower envelope of the lowest point over windows longer than a jump, so that depth errors, which tilt
    the floor as the dancer comes and goes, do not make them sink or float, and jumps keep their height.

    While someone is out of sight for long the floor stays under them, wherever they are thought to be. Who is seen
    again on another floor, as after a leap from a roof, was on no floor between; the fall is taken out, too.

    Args:
        points_m: points that may carry the body.
        seen: frames in which the dancer is seen; None: all.
        fps: frames per second.
    """
    lowest = points_m[..., 1].min(1)
    known = _bridged_short_gaps(np.ones(len(lowest), dtype=bool) if seen is None or not seen.any() else seen, fps)
    groups = _floors(lowest, spans(known), fps)
    floor = np.full(len(lowest), np.nan)
    for stretches in groups:
        frames = _frames(stretches)
        floor[frames] = _envelope(lowest[frames], fps)
    for earlier, later in pairwise(groups):
        _take_out_fall(floor, lowest, earlier[-1], later[0])
    above = np.where(np.isnan(floor), 0.0, lowest - floor)
    for start, end in spans(np.isnan(floor)):
        floor[start:end] = lowest[start:end] - _faded(above, start, end, fps)
    return floor


def on_one_floor(
    positions_m: Float[Array, "frame 33 3"], seen: Bool[Array, " frame"], *, fps: float
) -> Float[Array, "frame 33 3"]:
    """Return a lifted body moved along the camera's view until the floor under it is level through the clip.

    The size in the picture tells depth badly: whoever bends or reaches forward seems to go away. A floor that seems to
    rise then tells how far the body is too near, as the camera at the origin sees its feet at a known angle down.

    Args:
        positions_m: keypoints in an upright world whose origin is the camera.
        seen: frames in which the dancer is seen.
        fps: frames per second.
    """
    floor = floor_heights(support_points(positions_m), seen, fps=fps)
    level = float(np.median(floor[seen] if seen.any() else floor))
    if level > -_LEAST_ABOVE_M:
        return positions_m
    share = np.clip(level / np.minimum(floor, -_LEAST_ABOVE_M / 2.0) - 1.0, -_MOST_MOVED, _MOST_MOVED)
    share = np.where(np.abs(floor - level) < _STEP_M, share, 0.0)
    return positions_m + (positions_m[:, _HIPS].mean(1) * share[:, None])[:, None]


def _frames(stretches: list[tuple[int, int]]) -> Array:
    return np.concatenate([np.arange(start, end) for start, end in stretches])


def _bridged_short_gaps(seen: Bool[Array, " frame"], fps: float) -> Bool[Array, " frame"]:
    result = seen.copy()
    for start, end in spans(~seen):
        result[start:end] = end - start < _LONG_GAP_S * fps
    return result


def _floors(lowest: Array, stretches: list[tuple[int, int]], fps: float) -> list[list[tuple[int, int]]]:
    """Group the stretches of sight that follow each other on one floor."""
    groups = [[stretches[0]]]
    for stretch in stretches[1:]:
        before = _envelope(lowest[slice(*groups[-1][-1])], fps)[-1]
        after = _envelope(lowest[slice(*stretch)], fps)[0]
        if abs(after - before) < _STEP_M:
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return groups


def _envelope(lowest: Float[Array, " frame"], fps: float) -> Float[Array, " frame"]:
    window = max(3, min(round(_WINDOW_S * fps) | 1, len(lowest) | 1))
    envelope = percentile_filter(lowest, _PERCENTILE, size=window, mode="nearest")
    return uniform_filter1d(envelope, size=max(1, window // 3), mode="nearest")


def _take_out_fall(floor: Array, lowest: Array, before: tuple[int, int], after: tuple[int, int]) -> None:
    """Forget the floor in the frames next to a gap in which the body is in the air between two floors."""
    standing = np.flatnonzero(lowest[slice(*before)] - floor[slice(*before)] < _STANDING_M)
    floor[before[0] + (int(standing[-1]) + 1 if len(standing) else 0) : before[1]] = np.nan
    standing = np.flatnonzero(lowest[slice(*after)] - floor[slice(*after)] < _STANDING_M)
    floor[after[0] : after[0] + (int(standing[0]) if len(standing) else after[1] - after[0])] = np.nan


def _faded(above_m: Array, start: int, end: int, fps: float) -> Float[Array, " frame"]:
    """Height above the floor in a gap [m]: that of its two ends fades away."""
    frames, fade = np.arange(start, end), _FADE_S * fps
    result = np.zeros(end - start)
    for edge, distance in ((start - 1, frames - start + 1), (end, end - frames)):
        if 0 <= edge < len(above_m):
            share = np.clip(1.0 - distance / fade, 0.0, 1.0)
            result += above_m[edge] * share * share * (3.0 - 2.0 * share)
    return result
