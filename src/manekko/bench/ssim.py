"""How alike two pictures are, as an eye sees it: the structural similarity of Wang and others (2004).

Of brightness, with their constants: a Gaussian window of 11 by 11 with σ 1.5, K₁ 0.01, K₂ 0.03.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from manekko.arrays import Array, Bool, Float, UInt8

_SIGMA_PX, _RADIUS_PX = 1.5, 5
_C1, _C2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2
_LUMA = np.array([0.299, 0.587, 0.114])


def similarity(first_rgb: UInt8[Array, "height width 3"], second_rgb: UInt8[Array, "height width 3"]) -> float:
    """Return the mean structural similarity of two pictures of one size: 1 for equal ones, about 0 for unlike ones."""
    return float(similarity_map(first_rgb, second_rgb)[_RADIUS_PX:-_RADIUS_PX, _RADIUS_PX:-_RADIUS_PX].mean())


def similarity_map(
    first_rgb: UInt8[Array, "height width 3"], second_rgb: UInt8[Array, "height width 3"]
) -> Float[Array, "height width"]:
    """Return the structural similarity around each point."""
    return planes_similarity(first_rgb @ _LUMA, second_rgb @ _LUMA)


def planes_similarity(
    first: Float[Array, "*plane height width"], second: Float[Array, "*plane height width"]
) -> Float[Array, "*plane height width"]:
    """Return the structural similarity around each point of pictures of one channel, 0–255."""
    mean_1, mean_2 = _blurred(first), _blurred(second)
    variance_1 = _blurred(first * first) - mean_1 * mean_1
    variance_2 = _blurred(second * second) - mean_2 * mean_2
    covariance = _blurred(first * second) - mean_1 * mean_2
    lightness = (2.0 * mean_1 * mean_2 + _C1) / (mean_1 * mean_1 + mean_2 * mean_2 + _C1)
    return lightness * (2.0 * covariance + _C2) / (variance_1 + variance_2 + _C2)


def box_of(different: Bool[Array, "height width"], margin_px: int = 6) -> tuple[slice, slice]:
    """Return the rows and columns that hold all true points and some margin; everything where there are none."""
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    if not len(rows):
        return slice(None), slice(None)
    return (
        slice(max(int(rows[0]) - margin_px, 0), int(rows[-1]) + 1 + margin_px),
        slice(max(int(columns[0]) - margin_px, 0), int(columns[-1]) + 1 + margin_px),
    )


def figure_similarity(first_rgb: UInt8[Array, "height width 3"], second_rgb: UInt8[Array, "height width 3"]) -> float:
    """Return the similarity within the box around what either picture shows before the colour of its upper left corner.

    A plain background is alike anyhow and would flatter.
    """
    shown = (first_rgb != first_rgb[0, 0]).any(axis=-1) | (second_rgb != second_rgb[0, 0]).any(axis=-1)
    box = box_of(shown)
    return similarity(first_rgb[box], second_rgb[box])


def _blurred(values: Float[Array, "*plane height width"]) -> Float[Array, "*plane height width"]:
    return gaussian_filter(values, _SIGMA_PX, truncate=_RADIUS_PX / _SIGMA_PX, axes=(-2, -1))
