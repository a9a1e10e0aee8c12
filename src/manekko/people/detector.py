"""Where people and faces are: single-shot detectors with fixed anchors and weighted suppression of doubles."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.litert import Net, sigmoid
from manekko.people.roi import Roi, whole

OVERLAP = 0.3
"""Boxes that share more than this (intersection over union) are the same find."""


@dataclass(frozen=True)
class Detection:
    """One find."""

    box_px: Float[Array, " 4"]
    """Left, top, right, bottom [px]. For a person: of the head and shoulders, not of the body."""
    keypoints_px: Float[Array, "point 2"]
    """Person: mid-hip, top of the circle about the body, mid-shoulder, top of the circle about the upper body.
    Face: right eye, left eye, nose, mouth, right ear, left ear."""
    score: float
    """0-1."""


class Detector:
    """A loaded detector."""

    def __init__(self, name: str, strides: tuple[int, ...]) -> None:
        self._net = Net(name, outputs=(0, 1))
        self._anchors = anchors(self._net.side, strides)

    @classmethod
    def of_people(cls) -> "Detector":
        """Return the detector of people."""
        return cls("pose_detection.tflite", (8, 16, 32, 32, 32))

    @classmethod
    def of_faces(cls) -> "Detector":
        """Return the detector of near faces."""
        return cls("face_detection_short_range.tflite", (8, 16, 16, 16))

    def find(self, rgb: UInt8[Array, "height width 3"], threshold: float, region: Roi | None = None) -> list[Detection]:
        """Return the finds with a score of at least ``threshold``, best first.

        Args:
            rgb: the picture.
            threshold: least score, 0-1.
            region: square to look at; the whole picture by default.
        """
        region = whole(rgb) if region is None else region
        side = self._net.side
        raw_boxes, raw_scores = self._net(region.cut(rgb, side, -1.0, "black"))
        scores = sigmoid(raw_scores[:, 0].astype(np.float64))
        kept = scores >= threshold
        raw = raw_boxes[kept].astype(np.float64) / side
        middle = raw[:, :2] + self._anchors[kept]
        boxes = np.concatenate([middle - raw[:, 2:4] / 2, middle + raw[:, 2:4] / 2], axis=1)
        points = raw[:, 4:].reshape(len(raw), (raw.shape[1] - 4) // 2, 2) + self._anchors[kept][:, None]
        return [_in_picture(found, region) for found in merge_doubles(boxes, points, scores[kept])]


def anchors(side: int, strides: tuple[int, ...]) -> Float[Array, "anchor 2"]:
    """Return the middles of the anchors as shares of the picture: two per cell and layer, grouped by stride."""
    grids = []
    for stride in sorted(set(strides)):
        count = -(-side // stride)
        line = (np.arange(count) + 0.5) / count
        x, y = np.meshgrid(line, line)
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), 2 * strides.count(stride), axis=0))
    return np.concatenate(grids)


def overlap(box: Float[Array, " 4"], others: Float[Array, "box 4"]) -> Float[Array, " box"]:
    """Return intersection over union of one box with others."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return shared / np.maximum(np.prod(box[2:] - box[:2]) + areas - shared, 1e-12)


def merge_doubles(
    boxes: Float[Array, "box 4"], points: Float[Array, "box point 2"], scores: Float[Array, " box"]
) -> list[Detection]:
    """Return one find for each heap of overlapping boxes: their mean, weighted by score, with the best score."""
    found, left = [], np.argsort(-scores, kind="stable")
    while len(left):
        same = overlap(boxes[left[0]], boxes[left]) > OVERLAP
        same[0] = True  # a box without area overlaps nothing, not even itself
        heap = left[same]
        weights = scores[heap] / scores[heap].sum()
        box, point = np.tensordot(weights, boxes[heap], 1), np.tensordot(weights, points[heap], 1)
        found.append(Detection(box, point, float(scores[left[0]])))
        left = left[~same]
    return found


def _in_picture(found: Detection, region: Roi) -> Detection:
    corners = region.to_image(found.box_px.reshape(2, 2))
    return Detection(corners.reshape(4), region.to_image(found.keypoints_px), found.score)
