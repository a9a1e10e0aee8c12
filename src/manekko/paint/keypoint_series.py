"""Keypoints over time: short gaps filled, jitter smoothed by as much as there is of it."""

import numpy as np
from scipy.fft import dct, idct

from manekko.arrays import Array, Bool, Float, spans
from manekko.people.keypoints import BODY33_INDEX

_TRUNK = [BODY33_INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("shoulder", "hip")]
_WRISTS = [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]
_LONGEST_GAP_S = 1.0
"""What is missing for longer stays missing."""
_LONGEST_HOLD_S = 0.3
"""So long before it is first seen, and after it is last seen, a keypoint is held in its place on the body."""
_SURE = 0.5
"""Confidence from which a keypoint counts fully."""
_LEAST_WEIGHT = 0.1
_FEWEST_FRAMES = 12
"""Shorter clips tell too little of their noise: only their gaps are filled."""
_ROUNDS = 4
_RUN_IN = 30
_STRENGTHS = np.geomspace(1e-2, 1e5, 36)


def filled_and_smoothed(
    keypoints: Float[Array, "frame 33 4"], hands: Float[Array, "frame side=2 point=21 4"] | None, *, fps: float
) -> tuple[Float[Array, "frame 33 4"], Float[Array, "frame side=2 point=21 4"] | None]:
    """Return body and hands with gaps of up to a second filled, and smoothed.

    A gap is bridged on the body, whose shoulders and hips move on; hands on their wrists. The ways in which the points
    move together (principal components) are each smoothed by a spline whose strength their own noise tells
    (generalised cross-validation on cosines: Garcia 2010, "Robust smoothing of gridded data in one and higher
    dimensions with missing values"), so that clean keypoints stay as they are. What is filled has the confidences
    beside the gap, halved.

    Args:
        keypoints: x, y [px], depth [m], confidence 0–1; NaN where unknown.
        hands: the same of both hands, or None.
        fps: frames a second.
    """
    if len(keypoints) == 0:
        return keypoints, hands
    trunk = _series(keypoints[:, _TRUNK], np.zeros((len(keypoints), 1, 3)), fps)
    body = _series(keypoints, _middle(trunk), fps)
    if hands is None:
        return body, None
    wrists = np.where(np.isfinite(body[:, _WRISTS, :3]), body[:, _WRISTS, :3], _middle(trunk))
    both = [_series(hands[:, side], wrists[:, side, None], fps) for side in range(2)]
    return body, np.stack(both, axis=1)


def _middle(points: Float[Array, "frame point 4"]) -> Float[Array, "frame 1 3"]:
    """Return the middle of the points that are known, frame by frame, held where none is; 0 where none ever is."""
    places = points[..., :3]
    count = np.isfinite(places).sum(1)
    middle = np.where(count > 0, np.nansum(places, axis=1) / np.maximum(count, 1), np.nan)
    return np.nan_to_num(_interpolated(middle), nan=0.0)[:, None]


def _series(
    points: Float[Array, "frame point 4"], carrier: Float[Array, "frame #point 3"], fps: float
) -> Float[Array, "frame point 4"]:
    """Return points filled and smoothed; gaps are bridged in places counted from ``carrier``."""
    known = np.asarray(np.isfinite(points[..., :2]).all(-1))
    kept = np.stack([_bridged(known[:, point], fps) for point in range(points.shape[1])], axis=1)
    confidences = np.where(known, np.nan_to_num(points[..., 3], nan=0.0).clip(0.0, 1.0), np.nan)
    weights = np.where(known, np.clip(confidences / _SURE, _LEAST_WEIGHT, 1.0), 0.0)
    values = np.where(known[..., None], points[..., :3], np.nan)
    guess = _interpolated(values - carrier) + carrier
    own = np.where(np.isnan(values), 0.0, weights[..., None])
    # Depth is guessed, not seen: its noise has nothing to do with that of the picture.
    parts = [
        _smoothed(*(each[..., axes].reshape(len(points), -1) for each in (values, own, guess)))
        for axes in (slice(0, 2), slice(2, 3))
    ]
    places = np.concatenate([part.reshape(*points.shape[:2], -1) for part in parts], axis=-1)
    filled = np.where(known, 1.0, 0.5) * np.nan_to_num(_interpolated(confidences), nan=0.0)
    result = np.concatenate([places, filled[..., None]], axis=-1)
    result[~kept] = (np.nan, np.nan, np.nan, 0.0)
    return result


def _bridged(known: Bool[Array, " frame"], fps: float) -> Bool[Array, " frame"]:
    """Return the frames in which a point is known or can be filled in."""
    result = known.copy()
    for start, end in spans(~known):
        inside = start > 0 and end < len(known)
        hold = int(_LONGEST_HOLD_S * fps)
        if inside and end - start <= _LONGEST_GAP_S * fps:
            result[start:end] = True
        else:
            # At either end of what is seen it is held for a moment.
            result[start : min(end, start + hold)] |= start > 0
            result[max(start, end - hold) : end] |= end < len(known)
    return result


def _interpolated(values: Float[Array, "frame *rest"]) -> Float[Array, "frame *rest"]:
    """Return values with straight lines over gaps, held at both ends; a column of NaN stays so."""
    flat = values.reshape(len(values), -1).copy()
    frames = np.arange(len(flat))
    for column in flat.T:
        known = np.isfinite(column)
        if known.any() and not known.all():
            column[~known] = np.interp(frames[~known], frames[known], column[known])
    return flat.reshape(values.shape)


def _smoothed(
    values: Float[Array, "frame column"], weights: Float[Array, "frame column"], guess: Float[Array, "frame column"]
) -> Float[Array, "frame column"]:
    """Return columns smoothed as they need; where nothing is known, the guess is."""
    usable = np.isfinite(guess).all(0)
    if len(values) < _FEWEST_FRAMES or not usable.any():
        return np.where(weights > 0.0, values, guess)
    result = guess.copy()
    known, weight, smooth = np.nan_to_num(values[:, usable], nan=0.0), weights[:, usable], guess[:, usable]
    middle = smooth.mean(0)
    together = _splined(smooth - middle, smooth - middle)
    for _ in range(_ROUNDS):
        _, ways = np.linalg.eigh(together.T @ together)
        observed = weight * known + (1.0 - weight) * smooth - middle
        together = _splined(observed @ ways, together @ ways) @ ways.T
        smooth = together + middle
    result[:, usable] = smooth
    return result


def _splined(values: Float[Array, "frame column"], before: Float[Array, "frame column"]) -> Array:
    """Return (frame, column) the smoothing spline of each column whose strength cross-validates best.

    Args:
        values: what is smoothed.
        before: what is known of the result; its ends tell where the series is turned about itself, so that it runs on
            as straight as it ended.
    """
    run_in = min(len(values) - 1, _RUN_IN)
    first, last = 2.0 * before[0] - values[run_in:0:-1], 2.0 * before[-1] - values[-2 : -run_in - 2 : -1]
    longer = np.concatenate([first, values, last])
    waves = np.asarray(dct(longer, axis=0, norm="ortho"))
    roughness = (2.0 - 2.0 * np.cos(np.pi * np.arange(len(longer)) / len(longer))) ** 2
    kept = 1.0 / (1.0 + _STRENGTHS[:, None] * roughness)
    left = (1.0 - kept) ** 2 @ waves**2
    best = (left / (1.0 - kept.mean(1, keepdims=True)) ** 2).argmin(0)
    return np.asarray(idct(waves * kept[best].T, axis=0, norm="ortho"))[run_in : run_in + len(values)]
