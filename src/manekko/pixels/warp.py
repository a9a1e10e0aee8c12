"""Cutting turned rectangles out of a picture, and changing its size."""

import math
from typing import Literal

import cv2
import numpy as np

from manekko.arrays import Array, UInt8

Border = Literal["replicate", "black"]

_BORDERS = {"replicate": cv2.BORDER_REPLICATE, "black": cv2.BORDER_CONSTANT}


def crop(
    rgb: UInt8[Array, "height width 3"],
    center_px: tuple[float, float],
    size_px: tuple[float, float],
    rotation_rad: float,
    output: tuple[int, int],
    border: Border = "replicate",
) -> UInt8[Array, "output_height output_width 3"]:
    """Return a turned rectangle of the picture, upright and scaled to ``output``.

    The corners are taken as MediaPipe's image-to-tensor converter takes them, so that its networks see the pixels
    that they were trained on: the rectangle's edges meet the *coordinates* 0 and ``output``, not pixel centres.

    Args:
        rgb: the picture.
        center_px: middle of the rectangle [px], x right, y down.
        size_px: width and height of the rectangle in the picture [px], both positive.
        rotation_rad: turn of the rectangle [rad]; positive turns its right edge downwards (clockwise on the screen).
        output: width and height of the result [px].
        border: what stands outside the picture: its edge pixels repeated, or black.
    """
    width, height = size_px
    right = np.array([math.cos(rotation_rad), math.sin(rotation_rad)]) * (width / 2)
    down = np.array([-math.sin(rotation_rad), math.cos(rotation_rad)]) * (height / 2)
    center = np.asarray(center_px, dtype=np.float64)
    source = np.stack([center - right + down, center - right - down, center + right - down, center + right + down])
    target = np.array([[0, output[1]], [0, 0], [output[0], 0], [output[0], output[1]]], dtype=np.float32)
    transform = cv2.getPerspectiveTransform(source.astype(np.float32), target)
    return cv2.warpPerspective(rgb, transform, output, flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border])


def resize(
    rgb: UInt8[Array, "height width 3"], size_px: tuple[int, int]
) -> UInt8[Array, "output_height output_width 3"]:
    """Return the picture stretched to ``size_px`` (width, height): areas averaged when it shrinks, else bilinear."""
    height, width = rgb.shape[:2]
    if (width, height) == tuple(size_px):
        return rgb
    shrinks = size_px[0] <= width and size_px[1] <= height
    return cv2.resize(rgb, size_px, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
