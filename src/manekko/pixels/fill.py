"""Filling, growing and softening parts of a picture, and changing the size of masks and maps."""

import cv2
import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8

_FILLED_SIDE_PX = 240
"""What no frame shows is made up in pictures so small: from further away, lines go on and noise does not."""
_REACH_PX = 4.0


def grown(mask: UInt8[Array, "height width"], radius_px: float) -> UInt8[Array, "height width"]:
    """Return the mask with all that lies within ``radius_px`` of it; with a negative radius, without its border."""
    size = 2 * round(abs(radius_px)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.dilate(mask, kernel) if radius_px >= 0.0 else cv2.erode(mask, kernel)


def spread_within(
    mask: UInt8[Array, "height width"], allowed: UInt8[Array, "height width"], steps: int
) -> UInt8[Array, "height width"]:
    """Return the mask and what is joined to it through allowed places (not 0), at most two pixels a step away."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for _ in range(steps):
        mask = cv2.bitwise_or(mask, cv2.bitwise_and(cv2.dilate(mask, kernel), allowed))
    return mask


def softened(picture: Array, sigma_px: float) -> Array:
    """Return the picture or map blurred by a Gaussian; its edges are mirrored."""
    if sigma_px <= 0.0:
        return picture
    return cv2.GaussianBlur(picture, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)


def stretched(picture: Array, size_px: tuple[int, int]) -> Array:
    """Return a picture, mask or map of any number type at ``size_px`` (width, height): areas averaged, or smooth."""
    if picture.shape[1::-1] == tuple(size_px):
        return picture
    shrinks = size_px[0] <= picture.shape[1] and size_px[1] <= picture.shape[0]
    return cv2.resize(picture, size_px, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def mixed(
    old: UInt8[Array, "height width 3"],
    new: UInt8[Array, "height width 3"],
    gain: Float[Array, "height width 3"],
    share: Float[Array, "height width"],
) -> UInt8[Array, "height width 3"]:
    """Return ``old`` where the share is 0, ``new`` times the gain where it is 1, and between them between."""
    lit = cv2.multiply(new, gain, dtype=cv2.CV_8U)
    return cv2.blendLinear(lit, old, share, 1.0 - share)


def filled(rgb: UInt8[Array, "height width 3"], hole: Bool[Array, "height width"]) -> UInt8[Array, "height width 3"]:
    """Return the picture with the hole painted from what is around it; a picture that is all hole turns grey.

    Source: Telea (2004), as OpenCV has it, in a small picture, whose steps are then smoothed.
    """
    if not hole.any():
        return rgb
    if hole.all():
        return np.full_like(rgb, 128)
    height, width = hole.shape
    factor = min(1.0, _FILLED_SIDE_PX / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    known = stretched((~hole).astype(np.float32), size)
    small = stretched(np.where(hole[..., None], 0, rgb).astype(np.float32), size) / np.maximum(known, 1e-3)[..., None]
    unknown = np.asarray(known < 0.05)
    painted = cv2.inpaint(
        np.clip(small, 0, 255).astype(np.uint8), unknown.astype(np.uint8), _REACH_PX, cv2.INPAINT_TELEA
    )
    inside = softened(grown(unknown.astype(np.uint8) * 255, -2.0).astype(np.float32) / 255.0, 1.5)[..., None]
    smooth = painted + (softened(painted.astype(np.float32), 2.5) - painted) * inside
    large = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.where(hole[..., None], np.clip(large + 0.5, 0, 255).astype(np.uint8), rgb)
