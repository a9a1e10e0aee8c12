"""What stands still in the world, followed from picture to picture: corners outside the people, in small grey pictures.

All places are image points [px] of the small picture, x right, y down; the middle of the first pixel is (0, 0).
"""

import cv2
import numpy as np
from scipy.signal import fftconvolve

from manekko.arrays import Array, Bool, Float, UInt8

LONGEST_SIDE_PX = 480
"""Of the small pictures: half a pixel of these is a fourteenth of a degree, which no one sees in a dance."""

_LEAST_QUALITY = 0.005
_APART_PX = 10.0
_WINDOW_PX = (17, 17)
_LEVELS = 3
_ENOUGH = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.02)
_FIELD_PX = 60.0
_COARSE = 4
"""Wide steps are looked for in pictures so many times smaller."""
_FAR_PX = 10_000.0
_THERE_AND_BACK_PX = 0.7
"""A corner that is not found again from where it was followed to was not followed."""


def small_size(size_px: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height of the small picture of a picture of ``size_px`` (width, height)."""
    factor = min(1.0, LONGEST_SIDE_PX / max(size_px))
    return max(1, round(size_px[0] * factor)), max(1, round(size_px[1] * factor))


def small_grey(rgb: UInt8[Array, "height width 3"]) -> UInt8[Array, "small_height small_width"]:
    """Return the picture in grey, its longest side at most 480 px."""
    size = small_size((rgb.shape[1], rgb.shape[0]))
    small = rgb if size == (rgb.shape[1], rgb.shape[0]) else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)


def background_mask(
    size_px: tuple[int, int], limbs_px: Float[Array, "limb end=2 axis=2"], widths_px: Float[Array, " limb"]
) -> UInt8[Array, "height width"]:
    """Return a picture of ``size_px`` (width, height): 0 on the people's limbs, which are thick lines, else 255."""
    mask = np.full((size_px[1], size_px[0]), 255, np.uint8)
    near = np.abs(limbs_px).max(axis=(1, 2), initial=0.0) < _FAR_PX
    for (start, end), width in zip(np.rint(limbs_px[near]).astype(int).tolist(), widths_px[near], strict=True):
        cv2.line(mask, start, end, 0, max(1, round(float(width))))
    return mask


def within(points_px: Float[Array, "point 2"], mask: UInt8[Array, "height width"]) -> Bool[Array, " point"]:
    """Return which points lie where the mask is not 0; what is outside the picture does not."""
    x, y = np.rint(points_px).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return inside & (mask[np.where(inside, y, 0), np.where(inside, x, 0)] > 0)


def share_of_fields(points_px: Float[Array, "point 2"], flags: Bool[Array, " point"]) -> float:
    """Return the share of the picture's fields in which most points are flagged; 0 without points.

    A line of text or a lamp has many corners, but few fields.
    """
    if len(points_px) == 0:
        return 0.0
    fields = np.unique((points_px // _FIELD_PX).astype(int), axis=0, return_inverse=True)[1].reshape(-1)
    return float((np.bincount(fields, flags) / np.bincount(fields) > 0.5).mean())


def corners(
    grey: UInt8[Array, "height width"], mask: UInt8[Array, "height width"], *, most: int = 240
) -> Float[Array, "point 2"]:
    """Return the places where the mask is not 0 that can be found again, the best ``most``, spread over the picture.

    Source: Shi and Tomasi, Good features to track (1994), as OpenCV has it.
    """
    found = cv2.goodFeaturesToTrack(grey, most, _LEAST_QUALITY, _APART_PX, mask=mask, blockSize=5)
    return np.zeros((0, 2)) if found is None else found.reshape(-1, 2).astype(np.float64)


def followed(
    start: UInt8[Array, "height width"],
    end: UInt8[Array, "height width"],
    points_px: Float[Array, "point 2"],
    guess_px: Float[Array, "point 2"],
) -> tuple[Float[Array, "point 2"], Bool[Array, " point"]]:
    """Return where the points of one picture are in another, looked for about the guess, and which were found.

    Source: Lucas and Kanade with pyramids (Bouguet 2000), as OpenCV has it, there and back (Kalal 2010).
    """
    if len(points_px) == 0:
        return points_px, np.zeros(0, dtype=bool)
    there, ok = _flow(start, end, points_px, guess_px)
    back, ok_back = _flow(end, start, there, points_px)
    size = np.array([end.shape[1], end.shape[0]])
    inside = ((there >= 0) & (there <= size - 1)).all(1)
    return there, ok & ok_back & inside & (np.linalg.norm(back - points_px, axis=1) < _THERE_AND_BACK_PX)


def _flow(start: Array, end: Array, points_px: Array, guess_px: Array) -> tuple[Array, Array]:
    there, status, _ = cv2.calcOpticalFlowPyrLK(
        start,
        end,
        points_px.astype(np.float32),
        guess_px.astype(np.float32),
        winSize=_WINDOW_PX,
        maxLevel=_LEVELS,
        criteria=_ENOUGH,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    there = there.astype(np.float64)
    sound = np.asarray(np.isfinite(there).all(1))
    there[~sound] = 0.0
    return there, (status.reshape(-1) == 1) & sound


def shift_between(
    start: UInt8[Array, "height width"], end: UInt8[Array, "height width"], mask: UInt8[Array, "height width"]
) -> Float[Array, "2"]:
    """Return by how much the picture as a whole moved [px, to a few], for steps too wide to follow corner by corner.

    What lies where the mask is 0 has no say; at least a third of the rest must be in both pictures.

    Source: normalized correlation of masked pictures (Padfield 2012).
    """
    size = (max(1, start.shape[1] // _COARSE), max(1, start.shape[0] // _COARSE))
    known = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) == 255).astype(np.float64)
    one, other = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) * known / 255.0 for p in (start, end))

    def correlated(first: Array, second: Array) -> Array:
        return fftconvolve(second, first[::-1, ::-1])

    count = np.maximum(correlated(known, known), 1.0)
    ones, others = correlated(one, known), correlated(known, other)
    together = correlated(one, other) - ones * others / count
    spread = (correlated(one**2, known) - ones**2 / count) * (correlated(known, other**2) - others**2 / count)
    likeness = together / np.sqrt(np.maximum(spread, 1e-6))
    likeness[count < known.sum() / 3.0] = -1.0
    down, across = np.unravel_index(int(np.argmax(likeness)), likeness.shape)
    return _COARSE * np.array([across - size[0] + 1.0, down - size[1] + 1.0])


def alike(first: UInt8[Array, "height width"], second: UInt8[Array, "height width"]) -> float:
    """Return the correlation of two pictures' brightness, -1 to 1: near 1 for the same view, and where one is flat."""
    one, other = (picture.astype(np.float64) - picture.mean() for picture in (first, second))
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / size) if size > 0.0 else 1.0
