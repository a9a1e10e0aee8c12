"""Turned squares of the picture: what a network looks at, and the way back from its points to the picture."""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.pixels.warp import Border, crop


@dataclass(frozen=True)
class Roi:
    """A square region of interest."""

    center_px: tuple[float, float]
    """Middle [px]."""
    size_px: float
    """Side [px]."""
    rotation_rad: float
    """Turn [rad]; positive turns the right edge downwards."""

    @classmethod
    def of_line(
        cls, start_px: Float[Array, " 2"], end_px: Float[Array, " 2"], scale: float, direction_rad: float
    ) -> "Roi":
        """Return the square about ``start_px``, turned so that the line to ``end_px`` points along ``direction_rad``.

        Args:
            start_px: middle of the square.
            end_px: a point on the rim of the circle that encloses the thing.
            scale: side of the square over the diameter of that circle.
            direction_rad: where the line shall point inside the square: 0 right, +pi/2 up.
        """
        across, down = (float(value) for value in end_px - start_px)
        size = 2.0 * math.hypot(across, down) * scale
        turn = direction_rad - math.atan2(-down, across)
        return cls((float(start_px[0]), float(start_px[1])), size, _half_turn(turn))

    @classmethod
    def around(cls, points_px: Float[Array, "point 2"], rotation_rad: float, scale: float) -> "Roi":
        """Return the square of the given turn about the points' own turned box, its long side times ``scale``."""
        along = _rotation(rotation_rad)
        turned = points_px @ along  # coordinates in the axes of the square
        low, high = turned.min(0), turned.max(0)
        center = along @ ((low + high) / 2)
        return cls((float(center[0]), float(center[1])), float((high - low).max()) * scale, rotation_rad)

    def shifted(self, down: float) -> "Roi":
        """Return the square moved along its own downward axis by that share of its side."""
        step = down * self.size_px
        x, y = self.center_px
        center = (x - step * math.sin(self.rotation_rad), y + step * math.cos(self.rotation_rad))
        return Roi(center, self.size_px, self.rotation_rad)

    def scaled(self, factor: float) -> "Roi":
        """Return the square made larger about its middle."""
        return Roi(self.center_px, self.size_px * factor, self.rotation_rad)

    def cut(
        self, rgb: UInt8[Array, "height width 3"], side: int, low: float = 0.0, border: Border = "replicate"
    ) -> Float[Array, "side side 3"]:
        """Return the square as a network input: ``side`` px wide, colours from ``low`` (0 or -1) to 1."""
        size = (self.size_px, self.size_px)
        pixels = crop(rgb, self.center_px, size, self.rotation_rad, (side, side), border)
        return pixels.astype(np.float32) * np.float32((1.0 - low) / 255.0) + np.float32(low)

    def to_image(self, points: Float[Array, "point 2"]) -> Float[Array, "point 2"]:
        """Return image points [px] of points given as shares of the square (0-1, from its upper left corner)."""
        return np.asarray(self.center_px) + ((points - 0.5) * self.size_px) @ _rotation(self.rotation_rad).T

    def turn(self, vectors: Float[Array, "point 3"]) -> Float[Array, "point 3"]:
        """Return 3D vectors seen in the turned square in the axes of the picture (x right, y down, z kept)."""
        return np.concatenate([vectors[:, :2] @ _rotation(self.rotation_rad).T, vectors[:, 2:]], axis=1)

    def is_usable(self, rgb: UInt8[Array, "height width 3"]) -> bool:
        """Whether the square has a sensible size and its middle lies within half a side of the picture."""
        height, width = rgb.shape[:2]
        values = (*self.center_px, self.size_px, self.rotation_rad)
        if not all(math.isfinite(value) for value in values) or not 8.0 <= self.size_px <= 8.0 * max(height, width):
            return False
        half = self.size_px / 2
        return -half < self.center_px[0] < width + half and -half < self.center_px[1] < height + half


def whole(rgb: UInt8[Array, "height width 3"]) -> Roi:
    """Return the upright square about the whole picture."""
    height, width = rgb.shape[:2]
    return Roi((width / 2, height / 2), float(max(height, width)), 0.0)


def _rotation(angle_rad: float) -> Float[Array, "2 2"]:
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[cosine, -sine], [sine, cosine]])


def _half_turn(angle_rad: float) -> float:
    return angle_rad - 2 * math.pi * math.floor((angle_rad + math.pi) / (2 * math.pi))
