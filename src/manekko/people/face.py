"""The face of a body: a rough square from the body's keypoints, a finer one from the face detector, then 468 points."""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.detector import Detector
from manekko.people.keypoints import BODY33_INDEX
from manekko.people.litert import Net, sigmoid
from manekko.people.roi import Roi

LEAST_SCORE = 0.5
"""A face below this presence is not there."""

_RIGHT_EYE_CORNER, _LEFT_EYE_CORNER = 33, 263  # outer corners in the mesh
_HEAD = 11  # body keypoints 0-10 are of the head


@dataclass(frozen=True)
class FacePose:
    """One face in one frame."""

    score: float
    """Presence, 0-1."""
    keypoints_px: Float[Array, "point=468 3"]
    """Image points [px] and relative depth [px]."""


class FaceNet:
    """The loaded face detector and mesh network."""

    def __init__(self) -> None:
        self._detector = Detector.of_faces()
        self._net = Net("face_landmark.tflite", outputs=(0, 1))

    def look(
        self,
        rgb: UInt8[Array, "height width 3"],
        body_px: Float[Array, "keypoint=33 2"],
        previous: FacePose | None,
    ) -> FacePose | None:
        """Return the face of a body, None where it is not seen (turned away, hidden, outside).

        Args:
            rgb: the picture.
            body_px: the body's keypoints in it.
            previous: the same face one frame before, whose place is used where it still fits.
        """
        rough = roi_of_body(body_px)
        if not rough.is_usable(rgb):
            return None
        roi = None
        if previous is not None and _still_fits(roi_of_mesh(previous.keypoints_px), rough):
            roi = roi_of_mesh(previous.keypoints_px)
        found = self._at(rgb, roi) if roi is not None else None
        if found is None or found.score < LEAST_SCORE:
            roi = self._detected(rgb, rough)
            found = self._at(rgb, roi) if roi is not None and roi.is_usable(rgb) else None
        return found if found is not None and found.score >= LEAST_SCORE else None

    def _detected(self, rgb: UInt8[Array, "height width 3"], rough: Roi) -> Roi | None:
        found = self._detector.find(rgb, 0.5, rough)
        if not found:
            return None
        points = found[0].keypoints_px
        return _about(points, _level(points[0], points[1]), 2.0, -0.1)

    def _at(self, rgb: UInt8[Array, "height width 3"], roi: Roi) -> FacePose:
        raw, flag = self._net(roi.cut(rgb, self._net.side))
        mesh = raw.reshape(468, 3).astype(np.float64) / self._net.side
        points = np.concatenate([roi.to_image(mesh[:, :2]), mesh[:, 2:] * roi.size_px], axis=1)
        return FacePose(float(sigmoid(flag.astype(np.float64)).item()), points)


def roi_of_body(body_px: Float[Array, "keypoint=33 2"]) -> Roi:
    """Return the rough square about the head, thrice as wide as its keypoints."""
    turn = _level(body_px[BODY33_INDEX["right_eye"]], body_px[BODY33_INDEX["left_eye"]])
    return _about(body_px[:_HEAD], turn, 3.0)


def roi_of_mesh(points: Float[Array, "point=468 3"]) -> Roi:
    """Return the square for the next frame: half as wide again as the mesh, the eyes level."""
    turn = _level(points[_RIGHT_EYE_CORNER, :2], points[_LEFT_EYE_CORNER, :2])
    return _about(points[:, :2], turn, 1.5)


def _about(points_px: Float[Array, "point 2"], turn_rad: float, scale: float, down: float = 0.0) -> Roi:
    """Return a turned square about the *upright* box of the points, as the networks were trained.

    ``down`` moves it along its own downward axis by a share of the box's height.
    """
    low, high = points_px.min(0), points_px.max(0)
    width, height = (float(value) for value in high - low)
    x, y = (float(value) for value in (low + high) / 2)
    center = (x - down * height * math.sin(turn_rad), y + down * height * math.cos(turn_rad))
    return Roi(center, max(width, height) * scale, turn_rad)


def _level(right_px: Float[Array, " 2"], left_px: Float[Array, " 2"]) -> float:
    """Return the turn [rad] of a square in which the eyes are level, the dancer's right eye on the left."""
    across, down = (float(value) for value in left_px - right_px)
    return math.atan2(down, across)


def _still_fits(tracked: Roi, rough: Roi) -> bool:
    """Whether the place one frame ago is still on the head that the body's keypoints show."""
    shift = math.dist(tracked.center_px, rough.center_px)
    turn = abs(math.remainder(tracked.rotation_rad - rough.rotation_rad, 2 * math.pi))
    return shift < 0.35 * tracked.size_px and turn < math.radians(30)
