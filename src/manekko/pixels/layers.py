"""Pictures with alpha put into larger pictures; their colours are multiplied by their alpha throughout.

Places are in px from the picture's upper left corner, so that the middle of the first pixel is (½, ½).
"""

import cv2
import numpy as np

from manekko.arrays import Array, Float, UInt8


def fitted(
    premultiplied: UInt8[Array, "height width 4"],
    corner_px: tuple[float, float],
    size_px: tuple[float, float],
    picture_px: tuple[int, int],
) -> tuple[tuple[int, int], UInt8[Array, "part_height part_width 4"]]:
    """Return a picture stretched over a rectangle, as the part of the larger picture that it covers, and its corner.

    Areas are averaged where it shrinks, else it is enlarged smoothly. Nothing is left of what lies outside; a part
    without rows or columns means that all of it does.

    Args:
        premultiplied: the picture.
        corner_px: upper left corner of the rectangle; may lie between pixels and outside.
        size_px: its width and height.
        picture_px: width and height of the larger picture.
    """
    start = np.floor(np.array(corner_px)).astype(int).clip(0, None)
    end = np.minimum(np.ceil(np.array(corner_px) + size_px).astype(int), picture_px)
    if (end <= start).any():
        return (int(start[0]), int(start[1])), np.zeros((0, 0, 4), np.uint8)
    # First near to its size by areas, then to its place between pixels.
    whole = np.minimum(np.maximum(np.rint(size_px).astype(int), 1), premultiplied.shape[1::-1])
    small = cv2.resize(premultiplied, tuple(whole.tolist()), interpolation=cv2.INTER_AREA)
    scale = whole / np.array(size_px)
    shift = scale * (start + 0.5 - np.array(corner_px)) - 0.5
    matrix = np.array([[scale[0], 0.0, shift[0]], [0.0, scale[1], shift[1]]])
    part_px = int(end[0] - start[0]), int(end[1] - start[1])
    if (scale > 0.8).all():
        return (int(start[0]), int(start[1])), _moved(small, matrix, part_px, cv2.INTER_LINEAR)
    swung = _moved(small.astype(np.int16), matrix, part_px, cv2.INTER_CUBIC)
    return (int(start[0]), int(start[1])), _calmed(swung)


def _moved(picture: Array, matrix: Float[Array, "2 3"], size_px: tuple[int, int], between: int) -> Array:
    flags = between | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, matrix, size_px, flags=flags, borderMode=cv2.BORDER_CONSTANT)


def _calmed(swung: Array) -> UInt8[Array, "height width 4"]:
    """Return what cubic curves made, who swing over at edges: colours go back with the alpha that does."""
    over = np.flatnonzero(swung[..., 3] > 255)
    flat = swung.reshape(-1, 4)
    flat[over] = flat[over].astype(np.int32) * 255 // flat[over, 3:]
    calm = np.clip(swung, 0, 255).astype(np.uint8)
    np.minimum(calm[..., :3], calm[..., 3:], out=calm[..., :3])
    return calm


def lay_over(
    rgba: UInt8[Array, "height width 4"], corner: tuple[int, int], part: UInt8[Array, "part_height part_width 4"]
) -> None:
    """Lay a part, whose upper left pixel goes to ``corner``, over a picture, in place."""
    height, width = part.shape[:2]
    if height == 0 or width == 0:
        return
    behind = rgba[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    through = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2RGBA)
    through[..., 3] = through[..., 0]
    cv2.add(part, cv2.multiply(behind, through, scale=1.0 / 255.0), dst=behind)


def darken(
    rgba: UInt8[Array, "height width 4"], corner: tuple[int, int], darkness: Float[Array, "part_height part_width"]
) -> None:
    """Lay black, as opaque as ``darkness`` (0–1) says, over a picture, in place."""
    height, width = darkness.shape
    black = np.zeros((height, width, 4), np.uint8)
    black[..., 3] = np.clip(darkness * 255.0 + 0.5, 0, 255).astype(np.uint8)
    lay_over(rgba, corner, black)
