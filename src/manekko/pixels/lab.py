"""Colours as lightness (0–100), green to red and blue to yellow: distances in it are about what eyes see."""

import cv2
import numpy as np

from manekko.arrays import Array, Float


def lab_of(rgb: Float[Array, "*colour 3"]) -> Float[Array, "*colour 3"]:
    """Return CIE L*a*b* (D65) of sRGB colours (0–255)."""
    flat = np.ascontiguousarray(rgb, dtype=np.float32).reshape(-1, 1, 3) / np.float32(255.0)
    if not flat.size:
        return np.zeros(rgb.shape, np.float32)
    return cv2.cvtColor(flat, cv2.COLOR_RGB2Lab).reshape(rgb.shape)


def rgb_of(lab: Float[Array, "*colour 3"]) -> Float[Array, "*colour 3"]:
    """Return sRGB (0–255, cut where no screen shows it) of CIE L*a*b* colours (D65)."""
    flat = np.ascontiguousarray(lab, dtype=np.float32).reshape(-1, 1, 3)
    if not flat.size:
        return np.zeros(lab.shape, np.float32)
    return np.clip(cv2.cvtColor(flat, cv2.COLOR_Lab2RGB).reshape(lab.shape) * np.float32(255.0), 0.0, 255.0)
