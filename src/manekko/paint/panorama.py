"""Where the pixels of a turning camera's pictures lie in one picture of everything that it saw."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Float
from manekko.people.camera_path import CameraPath

_STEEPEST = 1.3
"""Furthest that the panorama looks up or down [rad]: at the poles it has no sides."""
_BEHIND_PX = -1e5
"""Place of what lies behind the camera: outside every picture."""


@dataclass(frozen=True, eq=False)
class Panorama:
    """Places in a picture of the whole sphere or of a part of it: x grows with the yaw, y with the pitch down.

    The middle of the first pixel is (0, 0), here and in the clip's pictures.
    """

    path: CameraPath
    picture_px: tuple[int, int]
    """Width and height of the clip's pictures."""
    most_px: int
    """Pixels that the panorama may have."""

    @cached_property
    def _turns(self) -> Float[Array, "frame 3 3"]:
        """From each frame's camera axes to the panorama's, which look to the middle of all."""
        turns = Rotation.from_quat(self.path.rotations_xyzw)
        return (turns.mean().inv() * turns).as_matrix()

    @cached_property
    def _focals_px(self) -> Float[Array, " frame"]:
        return self.path.focal_px * self.path.zooms

    @cached_property
    def _angles(self) -> tuple[float, float, float, float]:
        """Least yaw and pitch, and greatest ones, that any frame's edge sees [rad]."""
        width, height = self.picture_px
        along = np.linspace(0.0, 1.0, 9)
        edge = np.concatenate([[(t, 0.0), (t, 1.0), (0.0, t), (1.0, t)] for t in along]) * (width - 1, height - 1)
        seen = [self._yaw_pitch(edge, frame) for frame in range(0, len(self._turns), max(1, len(self._turns) // 200))]
        low, high = np.min(seen, axis=(0, 1)), np.max(seen, axis=(0, 1))
        return float(low[0]), float(max(low[1], -_STEEPEST)), float(high[0]), float(min(high[1], _STEEPEST))

    @cached_property
    def _scale(self) -> float:
        """Pixels a radian: as sharp as the pictures, if so many pixels are allowed."""
        left, up, right, down = self._angles
        sharp = float(self._focals_px.max())
        return min(sharp, math.sqrt(self.most_px / max((right - left) * (down - up), 1e-6)))

    @cached_property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the panorama."""
        left, up, right, down = self._angles
        return max(2, math.ceil((right - left) * self._scale)), max(2, math.ceil((down - up) * self._scale))

    def _yaw_pitch(self, points_px: Float[Array, "*point 2"], frame: int) -> Float[Array, "*point 2"]:
        middle = (np.array(self.picture_px) - 1.0) / 2.0
        flat = (points_px - middle) / self._focals_px[frame]
        rays = np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1) @ self._turns[frame].T
        pitch = np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2]))
        return np.stack([np.arctan2(rays[..., 0], rays[..., 2]), pitch], axis=-1)

    def places(
        self, frame: int, points_px: Float[Array, "*point 2"], shift: Float[Array, "2 3"]
    ) -> Float[Array, "*point 2"]:
        """Return where points of a frame lie in the panorama.

        ``shift`` brings what the camera's path tells of to where it is in the frame.
        """
        told = (points_px - shift[:, 2]) @ np.linalg.inv(shift[:, :2]).T
        left, up, _, _ = self._angles
        return (self._yaw_pitch(told, frame) - (left, up)) * self._scale

    def seen_places(
        self, frame: int, points_px: Float[Array, "*point 2"], shift: Float[Array, "2 3"]
    ) -> Float[Array, "*point 2"]:
        """Return where points of the panorama lie in a frame; far outside where they lie behind its camera."""
        left, up, _, _ = self._angles
        angles = points_px / self._scale + (left, up)
        yaw, pitch = angles[..., 0], angles[..., 1]
        rays = np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=-1)
        rays = rays @ self._turns[frame]
        middle = (np.array(self.picture_px) - 1.0) / 2.0
        places = rays[..., :2] / np.maximum(rays[..., 2:], 1e-2) * self._focals_px[frame] + middle
        return np.where(rays[..., 2:] > 1e-2, places @ shift[:, :2].T + shift[:, 2], _BEHIND_PX)
