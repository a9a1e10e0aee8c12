"""Moving pictures to where coarse maps say, and how one picture has shifted against another."""

import cv2
import numpy as np

from manekko.arrays import Array, Float, UInt8

_LEAST_POINTS = 12
_NEAR_PX = 1.5


STEP_PX = 16
"""Maps are given at every so many pixels."""


def map_points(part: tuple[int, int, int, int]) -> Float[Array, "rows columns 2"]:
    """Return the points (x, y) of a part (left, top, width, height) of a picture for which ``looked_up`` wants places.

    They are the middles of squares of 16 × 16 px, and of the squares around the part.
    """
    left, top, width, height = part
    x = left + STEP_PX * (np.arange(-(-width // STEP_PX) + 2) - 0.5) - 0.5
    y = top + STEP_PX * (np.arange(-(-height // STEP_PX) + 2) - 0.5) - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1)


def enlarged(
    values: Float[Array, "rows columns *channel"], size_px: tuple[int, int]
) -> Float[Array, "height width *channel"]:
    """Return values at all pixels of a picture of ``size_px`` (width, height) from those at its ``map_points``."""
    whole = STEP_PX * values.shape[1], STEP_PX * values.shape[0]
    full = cv2.resize(values.astype(np.float32), whole, interpolation=cv2.INTER_LINEAR)
    return full[STEP_PX : STEP_PX + size_px[1], STEP_PX : STEP_PX + size_px[0]]


def looked_up(
    picture: UInt8[Array, "height width *channel"],
    places_px: Float[Array, "rows columns 2"],
    size_px: tuple[int, int],
    *,
    repeat_edges: bool = False,
) -> UInt8[Array, "new_height new_width *channel"]:
    """Return a picture of ``size_px`` (width, height) whose pixels are those of ``picture`` at given places, bilinear.

    Args:
        picture: where they are taken from.
        places_px: (x, y) there of the new picture's ``map_points``; those of the pixels between lie evenly between.
        size_px: the new picture's.
        repeat_edges: whether places outside show the nearest edge; else they are 0.
    """
    full = enlarged(places_px, size_px)
    border = cv2.BORDER_REPLICATE if repeat_edges else cv2.BORDER_CONSTANT
    return cv2.remap(picture, full, np.zeros(0, np.float32), cv2.INTER_LINEAR, borderMode=border)


def shift_of(from_px: Float[Array, "point 2"], to_px: Float[Array, "point 2"]) -> Float[Array, "2 3"]:
    """Return the affine map (y = M x + t as M | t) that brings most points into place; nothing moves without enough.

    Source: RANSAC (Fischler and Bolles 1981) over shifts with turn and size, as OpenCV has it.
    """
    still = np.eye(2, 3)
    if len(from_px) < _LEAST_POINTS:
        return still
    found, inliers = cv2.estimateAffinePartial2D(
        from_px.astype(np.float32), to_px.astype(np.float32), method=cv2.RANSAC, ransacReprojThreshold=_NEAR_PX
    )
    if found is None or int(inliers.sum()) < max(_LEAST_POINTS, 0.4 * len(from_px)):
        return still
    return np.asarray(found, dtype=np.float64)
