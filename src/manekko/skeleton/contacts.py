"""Which parts of the feet stand on the floor, and where the floor is."""

import numpy as np
from scipy.ndimage import percentile_filter, uniform_filter1d

from manekko.arrays import Array, Bool, Float, spans

_ENTER_SPEED, _LEAVE_SPEED = 0.45, 0.80
"""Speed of a planted point [m/s]: below the first it becomes planted, above the second it leaves."""
_ENTER_HEIGHT, _LEAVE_HEIGHT = 0.05, 0.09
"""Height above the floor of a planted point [m], in the same way."""
_ACROSS_VIEW = np.array([1.0, 1.0, 0.0])
"""Speed along the view tells nothing of contact: measured, it is as large in planted feet as in moving ones."""
_RESTING_PERCENTILE = 12
_HIGHEST_REST = 0.09
"""A point that never comes lower than this above the floor [m] never rests on it."""
_FLOOR_WINDOW_S = 3.0
_FLOOR_PERCENTILE = 15
_SHORTEST_S = 0.1


def floor_heights(foot_points_m: Float[Array, "frame point 3"], *, fps: float) -> Float[Array, " frame"]:
    """Return the height of the floor under the dancer through time [m].

    It is the lower envelope of the lowest foot point over windows longer than a jump, so that depth errors, which tilt
    the floor as the dancer comes and goes, do not make them sink or float, and jumps keep their height.
    """
    lowest = foot_points_m[..., 1].min(1)
    window = max(3, min(round(_FLOOR_WINDOW_S * fps) | 1, len(lowest) | 1))
    envelope = percentile_filter(lowest, _FLOOR_PERCENTILE, size=window, mode="nearest")
    return uniform_filter1d(envelope, size=max(1, window // 3), mode="nearest")


def find_contacts(
    points_m: Float[Array, "frame point 3"], heights_m: Float[Array, "frame point"], *, fps: float
) -> Bool[Array, "frame point"]:
    """Return where each point is planted: slow and low, with hysteresis; spans shorter than 0.1 s are none.

    ``points_m`` are world positions (+Z along the view), ``heights_m`` their heights above the floor. Low means near
    the point's own resting height: a detector sees heels and toes at different heights inside the shoe.
    """
    velocity = np.gradient(points_m, axis=0) * fps if len(points_m) > 1 else np.zeros_like(points_m)
    speed = np.linalg.norm(velocity * _ACROSS_VIEW, axis=-1)
    height = heights_m - resting_heights(heights_m)
    enter = (speed < _ENTER_SPEED) & (height < _ENTER_HEIGHT)
    stay = (speed < _LEAVE_SPEED) & (height < _LEAVE_HEIGHT)
    planted = np.stack([_hysteresis(enter[:, k], stay[:, k]) for k in range(points_m.shape[1])], axis=1)
    shortest = round(_SHORTEST_S * fps)
    for column in range(planted.shape[1]):
        for start, end in spans(planted[:, column]):
            if end - start < shortest:
                planted[start:end, column] = False
    return planted


def resting_heights(heights_m: Float[Array, "frame point"]) -> Float[Array, " point"]:
    """Return the height of each point above the floor when it rests on it [m], from how low it comes."""
    return np.minimum(np.percentile(heights_m, _RESTING_PERCENTILE, axis=0), _HIGHEST_REST)


def _hysteresis(enter: Array, stay: Array) -> Array:
    """A run of ``stay`` counts when it holds an ``enter``."""
    result = np.zeros(len(enter), dtype=bool)
    for start, end in spans(stay):
        if enter[start:end].any():
            result[start:end] = True
    return result
