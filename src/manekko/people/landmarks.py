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
        self._net = Net("pose_landmark_full.tflite")

    def look(self, rgb: UInt8[Array, "height width 3"], roi: Roi) -> BodyPose:
        """Return the body in the square, whatever its score."""
        raw, flag, heat, world = self._net(roi.cut(rgb, self._net.side), (0, 1, 3, 4))
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
    settled = shares.copy()
    columns, rows = (shares * _HEAT_SIDE).astype(np.int64).T
    inside = (columns >= 0) & (columns < _HEAT_SIDE) & (rows >= 0) & (rows < _HEAT_SIDE)
    for point in np.flatnonzero(inside):
        left, top = max(0, columns[point] - _HEAT_REACH), max(0, rows[point] - _HEAT_REACH)
        window = heat[top : rows[point] + _HEAT_REACH + 1, left : columns[point] + _HEAT_REACH + 1, point]
        if window.max() < 0.0:  # the sigmoid of 0 is the least heat of 0.5
            continue
        warmth = sigmoid(window.astype(np.float64))
        total = warmth.sum()
        across = warmth.sum(0) @ np.arange(left, left + warmth.shape[1])
        down = warmth.sum(1) @ np.arange(top, top + warmth.shape[0])
        settled[point] = across / total / _HEAT_SIDE, down / total / _HEAT_SIDE
    return settled
