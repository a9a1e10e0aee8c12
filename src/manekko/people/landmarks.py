"""The 33 keypoints of one body inside a square of the picture, and the square for the next frame."""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.detector import Detection
from manekko.people.litert import Net, sigmoid
from manekko.people.roi import Roi

BODY_SCALE = 1.25
"""Side of the square over the diameter of the circle about the body."""

_POINTS = 39  # 33 keypoints, middle and rim of the next square, 4 unused
_HEAT_SIDE = 64
_HEAT_REACH = 4  # the kernel is 9 wide in the released graph


@dataclass(frozen=True)
class BodyPose:
    """What the network saw of one body in one frame."""

    score: float
    """Probability that the square holds a person, 0-1."""
    keypoints_px: Float[Array, "keypoint=33 2"]
    """Image points [px]."""
    confidences: Float[Array, "keypoint=33"]
    """Visibility (not hidden) times presence (inside the picture), both the network's own probabilities, times the
    score of the body. Not fitted to measured errors: good for ranking and weighting."""
    world_m: Float[Array, "keypoint=33 3"]
    """Metric guess [m], camera axes, mid-hip at the origin."""
    next_roi: Roi
    """Where to look in the next frame."""


class BodyNet:
    """The loaded network of body keypoints."""

    def __init__(self) -> None:
        self._net = Net("pose_landmark_full.tflite", outputs=(0, 1, 3, 4))

    def look(self, rgb: UInt8[Array, "height width 3"], roi: Roi) -> BodyPose:
        """Return the body in the square, whatever its score."""
        raw, flag, heat, world = self._net(roi.cut(rgb, self._net.side))
        table = raw.reshape(_POINTS, 5).astype(np.float64)
        shares = _settle(table[:, :2] / self._net.side, heat)
        points = roi.to_image(shares)
        score = float(flag[0])
        visibility, presence = sigmoid(table[:33, 3]), sigmoid(table[:33, 4])
        return BodyPose(
            score=score,
            keypoints_px=points[:33],
            confidences=visibility * presence * score,
            world_m=roi.turn(world.reshape(_POINTS, 3)[:33].astype(np.float64)),
            next_roi=Roi.of_line(points[33], points[34], BODY_SCALE, math.pi / 2),
        )


def roi_of_detection(found: Detection) -> Roi:
    """Return the square about a person just detected."""
    return Roi.of_line(found.keypoints_px[0], found.keypoints_px[1], BODY_SCALE, math.pi / 2)


def _settle(shares: Float[Array, "point 2"], heat: Float[Array, "64 64 point"]) -> Float[Array, "point 2"]:
    """Move each point to the centre of heat around it, where the heat map is sure enough."""
    cells = (shares * _HEAT_SIDE).astype(np.int64)
    inside = ((cells >= 0) & (cells < _HEAT_SIDE)).all(axis=1)
    points = np.flatnonzero(inside)
    reach = np.arange(-_HEAT_REACH, _HEAT_REACH + 1)
    columns, rows = cells[points, 0, None] + reach, cells[points, 1, None] + reach
    # Outside the map it is as cold as can be; the margin keeps every window whole.
    padded = np.pad(heat, ((_HEAT_REACH,) * 2, (_HEAT_REACH,) * 2, (0, 0)), constant_values=-60.0)
    windows = padded[rows[:, :, None] + _HEAT_REACH, columns[:, None, :] + _HEAT_REACH, points[:, None, None]]
    warmth = sigmoid(windows.astype(np.float64))
    total = warmth.sum(axis=(1, 2))
    centres = np.stack([(warmth.sum(1) * columns).sum(1), (warmth.sum(2) * rows).sum(1)], axis=1)
    sure = windows.max(axis=(1, 2)) >= 0.0  # a probability of one half
    settled = shares.copy()
    settled[points[sure]] = centres[sure] / total[sure, None] / _HEAT_SIDE
    return settled
