"""What tells whether a heel or a toe stands: how it moves in the picture, how high it is, what the body does.

Everything is at 30 frames a second, the rate of lifted motions.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d, percentile_filter, uniform_filter1d

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33_INDEX

_FPS = 30.0
_SIDES = ("left", "right")
_POINTS = [BODY33_INDEX[f"{side}_{part}"] for side in _SIDES for part in ("heel", "toe")]
_ANKLES, _KNEES, _HIPS = ([BODY33_INDEX[f"{side}_{part}"] for side in _SIDES] for part in ("ankle", "knee", "hip"))
_FOOT_OF_POINT = [0, 0, 1, 1]
_SAME_FOOT = [1, 0, 3, 2]
"""The other point of each point's foot."""
_OTHER_FOOT = [2, 3, 0, 1]
_NOISE_M_S = 0.06
"""Speeds are told apart by their ratio; below this all are alike [m/s]."""
_FLOOR_FRAMES, _FLOOR_PERCENTILE, _REST_PERCENTILE = 91, 12.0, 12.0
_HIGHEST_REST_M = 0.08


def contact_features(
    positions_m: Float[Array, "frame 33 3"],
    across_m: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
) -> Float[Array, "frame 4 feature"]:
    """Return the features of left heel, left toe, right heel and right toe.

    Args:
        positions_m: keypoints in the upright world, +Y up, +Z towards the camera.
        across_m: where they are in a picture of a camera that stands still, in metres at the dancer's distance.
        confidences: how well each is seen, 0–1.
    """
    columns = [*_picture_features(across_m), *_height_features(positions_m), *_sight_features(confidences)]
    return np.stack([np.broadcast_to(column, (len(positions_m), 4)) for column in columns], axis=-1)


def _picture_features(across_m: Float[Array, "frame 33 2"]) -> list[Array]:
    """Speeds over several spans of time, at several times around; (frame, 4) each, or (frame, 1)."""
    points, ankles = across_m[:, _POINTS], across_m[:, _ANKLES]
    feet = np.stack([(points[:, 2 * k] + points[:, 2 * k + 1] + ankles[:, k]) / 3.0 for k in range(2)], axis=1)
    feet = feet[:, _FOOT_OF_POINT]
    own, steps, point_steps = _calm_speed(points, 1.2), _speed(feet, 0, 1), _speed(points, 0, 1)
    same, other = own[:, _SAME_FOOT], _calm_speed(feet[:, _OTHER_FOOT], 1.2)
    calm = _soft(points, 0.7)
    return [
        *(_log(_later(own, lag)) for lag in (-5, -3, -2, -1, 0, 1, 2, 3, 5)),
        *(_log(_later(steps, lag)) for lag in (-4, -3, -2, -1, 0, 1, 2, 3)),
        *(_log(_later(point_steps, lag)) for lag in (-2, -1, 0, 1)),
        *(_log(_speed(calm, 0, lag)) for lag in (-6, -4, -3, -2, 2, 3, 4, 6)),
        *(_log(_speed(feet, 0, lag)) for lag in (-3, -2, 2, 3)),
        *(_log(_later(speed, lag)) for lag in (-3, 0, 3) for speed in (same, other)),
        _log(_calm_speed(across_m[:, _KNEES], 1.2))[:, _FOOT_OF_POINT],
        _log(_calm_speed(across_m[:, _HIPS].mean(1, keepdims=True), 1.5)),
    ]


def _height_features(positions_m: Float[Array, "frame 33 3"]) -> list[Array]:
    """Heights over the floor and over the other points, vertical speed, haste in depth, the body's fall."""
    places = positions_m[:, _POINTS]
    height = _heights_m(_soft(places[..., 1], 1.0))
    foot = np.minimum(height, height[:, _SAME_FOOT])
    above_same, above_other = height - height[:, _SAME_FOOT], foot - foot[:, _OTHER_FOOT]
    rise = _rate(_soft(places[..., 1], 1.0))
    depth_speed = np.abs(_rate(_soft(places[..., 2], 3.0)))
    fall = _rate(_rate(_soft(positions_m[:, _HIPS, 1].mean(1, keepdims=True), 1.5))) / 9.81
    return [
        *(np.clip(_later(height, lag), -0.15, 0.4) for lag in (-3, 0, 3)),
        *(np.clip(height - least, 0.0, 0.2) for least in (0.04, 0.08, 0.14)),
        np.clip(-height - 0.03, 0.0, 0.2),
        np.clip(above_same, -0.2, 0.2),
        np.clip(above_same - 0.04, 0.0, 0.2),
        np.clip(above_other, -0.2, 0.2),
        np.clip(above_other - 0.04, 0.0, 0.2),
        np.clip(above_other - 0.10, 0.0, 0.2),
        *(np.clip(_later(rise, lag), -1.0, 1.0) for lag in (-3, 0, 3)),
        _log(np.abs(rise)),
        _log(depth_speed),
        np.clip(depth_speed - 0.6, 0.0, 1.5),
        *(np.clip(_later(fall, lag), -1.5, 1.5) for lag in (-2, 0, 2)),
    ]


def _sight_features(confidences: Float[Array, "frame 33"]) -> list[Array]:
    """How well the point, and the worst seen of its foot, is seen: what is hidden trembles without moving."""
    points, ankles = confidences[:, _POINTS], confidences[:, _ANKLES]
    feet = np.minimum(points.reshape(-1, 2, 2).min(2), ankles)[:, _FOOT_OF_POINT]
    return [points, *(_later(feet, lag) for lag in (-3, 0, 3))]


def _heights_m(up_m: Float[Array, "frame 4"]) -> Float[Array, "frame 4"]:
    """Heights over the floor; heels and toes each count from where the lower of the two comes to rest."""
    frames = len(up_m)
    window = max(3, min(_FLOOR_FRAMES, frames | 1))
    floor = percentile_filter(up_m.min(1), _FLOOR_PERCENTILE, size=window, mode="nearest")
    height = up_m - uniform_filter1d(floor, size=30, mode="nearest")[:, None]
    low = np.percentile(height, _REST_PERCENTILE, axis=0)
    return height - np.clip(np.minimum(low, low[_OTHER_FOOT]), -0.05, _HIGHEST_REST_M)


def _soft(values: Array, width_frames: float) -> Array:
    return gaussian_filter1d(values, width_frames, axis=0, mode="nearest")


def _later(values: Array, frames: int) -> Array:
    """The values some frames later, or earlier; the ends hold."""
    return values[np.clip(np.arange(len(values)) + frames, 0, len(values) - 1)]


def _rate(values: Array) -> Array:
    return np.gradient(values, axis=0) * _FPS if len(values) > 1 else np.zeros_like(values)


def _speed(places: Array, start: int, end: int) -> Array:
    """Mean speed from ``start`` frames later to ``end`` frames later [m/s]."""
    return np.linalg.norm(_later(places, end) - _later(places, start), axis=-1) * _FPS / abs(end - start)


def _calm_speed(places: Array, width_frames: float) -> Array:
    return _speed(_soft(places, width_frames), -2, 2)


def _log(speed_m_s: Array) -> Array:
    return np.log(speed_m_s + _NOISE_M_S)
