"""Both hands of a body: a rough square from the body's keypoints, a finer one, then 21 points."""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.keypoints import BODY33_INDEX
from manekko.people.litert import Net
from manekko.people.roi import Roi

SIDES = ("left", "right")
"""Order of the ``side`` axis."""

LEAST_SCORE = 0.5
"""A hand below this presence is not there."""

_HOPELESS = 0.1  # between this and LEAST_SCORE a second look, at the points just found, often helps
_PALM = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]  # points that do not fly about as the fingers bend


@dataclass(frozen=True)
class HandPose:
    """One hand in one frame."""

    score: float
    """Presence, 0-1."""
    keypoints_px: Float[Array, "point=21 2"]
    """Image points [px]: wrist, then thumb ... little finger from the palm outwards."""
    world_m: Float[Array, "point=21 3"]
    """Metric shape [m], camera axes, about the hand's own centre."""


class HandNet:
    """The two loaded networks of hands."""

    def __init__(self) -> None:
        self._recrop = Net("hand_recrop.tflite", outputs=(0,))
        self._net = Net("hand_landmark_full.tflite", outputs=(0, 1, 3))

    def look(
        self,
        rgb: UInt8[Array, "height width 3"],
        body_px: Float[Array, "keypoint=33 2"],
        side: str,
        previous: HandPose | None,
    ) -> HandPose | None:
        """Return the hand of one side, None where it is not seen.

        Args:
            rgb: the picture.
            body_px: the body's keypoints in it.
            side: "left" or "right", the dancer's own.
            previous: the same hand one frame before, whose place is used where it still fits.
        """
        rough = roi_of_body(body_px, side)
        if not rough.is_usable(rgb):
            return None
        roi = self._refined(rgb, rough)
        if previous is not None and _still_fits(roi_of_hand(previous.keypoints_px), roi):
            roi = roi_of_hand(previous.keypoints_px)
        found = self._at(rgb, roi)
        if found is not None and _HOPELESS < found.score < LEAST_SCORE:
            found = self._at(rgb, roi_of_hand(found.keypoints_px))
        return found if found is not None and found.score >= LEAST_SCORE and _at_wrist(found, body_px, side) else None

    def _refined(self, rgb: UInt8[Array, "height width 3"], rough: Roi) -> Roi:
        (line,) = self._recrop(rough.cut(rgb, self._recrop.side))
        middle, rim = rough.to_image(line.reshape(2, 2).astype(np.float64) / self._recrop.side)
        return Roi.of_line(middle, rim, 1.0, -math.pi / 2).shifted(-0.1)

    def _at(self, rgb: UInt8[Array, "height width 3"], roi: Roi) -> HandPose | None:
        if not roi.is_usable(rgb):
            return None
        raw, flag, world = self._net(roi.cut(rgb, self._net.side))
        points = roi.to_image(raw.reshape(21, 3)[:, :2].astype(np.float64) / self._net.side)
        return HandPose(float(flag[0]), points, roi.turn(world.reshape(21, 3).astype(np.float64)))


def roi_of_body(body_px: Float[Array, "keypoint=33 2"], side: str) -> Roi:
    """Return the rough square about a hand: its middle is between the knuckles, nearer the forefinger's."""
    wrist, pinky, index = (body_px[BODY33_INDEX[f"{side}_{name}"]] for name in ("wrist", "pinky", "index"))
    knuckles = (2.0 * index + pinky) / 3.0
    away = Roi.of_line(knuckles, wrist, 1.0, -math.pi / 2)  # the wrist below: fingers up
    return away.shifted(-0.1).scaled(2.7)


def roi_of_hand(points_px: Float[Array, "point=21 2"]) -> Roi:
    """Return the square for the next frame: about the palm, wrist below, as wide as leaves room for the fingers."""
    forward = (points_px[5] + points_px[13]) / 2 * 0.5 + points_px[9] * 0.5 - points_px[0]
    turn = math.pi / 2 - math.atan2(-float(forward[1]), float(forward[0]))
    return Roi.around(points_px[_PALM], turn, 1.0).scaled(2.0).shifted(-0.1)


def _still_fits(tracked: Roi, refined: Roi) -> bool:
    """Whether the place one frame ago agrees with the place just found: then it is the steadier of the two."""
    shift = math.dist(tracked.center_px, refined.center_px) / refined.size_px
    growth = tracked.size_px / refined.size_px
    turn = abs(math.remainder(tracked.rotation_rad - refined.rotation_rad, 2 * math.pi))
    return shift < 0.2 and 0.6 < growth < 1.4 and turn < math.radians(40)


def _at_wrist(hand: HandPose, body_px: Float[Array, "keypoint=33 2"], side: str) -> bool:
    """Whether the hand hangs on its own wrist: a hand found on the other arm or on a face is none."""
    wrist = BODY33_INDEX[f"{side}_wrist"]
    other = BODY33_INDEX[f"{'right' if side == 'left' else 'left'}_wrist"]
    size = float(np.ptp(hand.keypoints_px, axis=0).max())
    near, far = (float(np.linalg.norm(hand.keypoints_px[0] - body_px[point])) for point in (wrist, other))
    return near < 1.2 * size and (near <= far or near < 0.4 * size)
