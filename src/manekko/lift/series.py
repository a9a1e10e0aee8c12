"""Time series with gaps: filling, spikes, zero-phase smoothing, resampling."""

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d, median_filter

from manekko.arrays import Array, Float


def resampled(
    times_s: Float[Array, " frame"],
    values: Float[Array, "frame *rest"],
    target_times_s: Float[Array, " target"],
) -> Float[Array, "target *rest"]:
    """Interpolate without overshoot (PCHIP), filling NaN from both sides; the ends hold the nearest known value.

    A column without any known value stays NaN.
    """
    flat = values.reshape(len(values), -1)
    result = np.full((len(target_times_s), flat.shape[1]), np.nan)
    for column in range(flat.shape[1]):
        known = np.isfinite(flat[:, column])
        if known.sum() == 1:
            result[:, column] = flat[known, column][0]
        elif known.any():
            curve = PchipInterpolator(times_s[known], flat[known, column])
            result[:, column] = curve(np.clip(target_times_s, times_s[known][0], times_s[known][-1]))
    return result.reshape(len(target_times_s), *values.shape[1:])


def without_spikes(values: Float[Array, "frame *rest"], *, width: int = 5) -> Float[Array, "frame *rest"]:
    """Replace single-frame outliers by the running median; what moves on for longer than the window's half stays.

    A value is an outlier where it is further from the running median than four times the usual distance.
    """
    if len(values) < width:
        return values
    median = median_filter(values, size=(width, *[1] * (values.ndim - 1)), mode="nearest")
    distance = np.abs(values - median)
    limit = 4.0 * np.median(distance, axis=0) + 1e-9
    return np.where(distance > limit, median, values)


def smoothed(values: Float[Array, "frame *rest"], *, fps: float, cutoff_hz: float) -> Float[Array, "frame *rest"]:
    """Low-pass without delay: a Gaussian that halves what moves at the cutoff; straight lines stay, to both ends.

    Clips too short for the filter's run-in, and rates below twice the cutoff, come back unchanged.
    """
    if len(values) < 4 or fps <= 2.2 * cutoff_hz:
        return values
    width = np.sqrt(np.log(2.0) / 2.0) / np.pi * fps / cutoff_hz
    run_in = min(len(values) - 1, int(np.ceil(4.0 * width)))
    padding = [(run_in, run_in), *[(0, 0)] * (values.ndim - 1)]
    extended = np.pad(values, padding, mode="reflect", reflect_type="odd")
    return gaussian_filter1d(extended, width, axis=0)[run_in : run_in + len(values)]
