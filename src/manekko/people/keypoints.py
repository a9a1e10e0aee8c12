"""What a detector saw of one person through a video: image points, confidences, weak 3D."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.errors import InputError
from manekko.people.camera_path import CameraPath

BODY33 = (
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear right_ear "
    "mouth_left mouth_right left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "left_pinky right_pinky left_index right_index left_thumb right_thumb left_hip right_hip left_knee right_knee "
    "left_ankle right_ankle left_heel right_heel left_toe right_toe"
).split()
"""Body keypoints in BlazePose's order. "Left" is the dancer's own left."""

BODY33_INDEX = {name: index for index, name in enumerate(BODY33)}

BODY33_MIRROR = np.array(
    [BODY33_INDEX[name.replace("left", "#").replace("right", "left").replace("#", "right")] for name in BODY33]
)
"""``keypoints[:, BODY33_MIRROR]`` swaps the dancer's left and right."""

BODY33_EDGES = [
    (BODY33_INDEX[a], BODY33_INDEX[b])
    for a, b in (
        pair.split("-")
        for pair in (
            "left_shoulder-right_shoulder left_hip-right_hip left_shoulder-left_hip right_shoulder-right_hip "
            "left_shoulder-left_elbow left_elbow-left_wrist left_wrist-left_index left_wrist-left_pinky "
            "right_shoulder-right_elbow right_elbow-right_wrist right_wrist-right_index right_wrist-right_pinky "
            "left_hip-left_knee left_knee-left_ankle left_ankle-left_heel left_heel-left_toe left_ankle-left_toe "
            "right_hip-right_knee right_knee-right_ankle right_ankle-right_heel right_heel-right_toe "
            "right_ankle-right_toe nose-left_eye nose-right_eye left_eye-left_ear right_eye-right_ear "
            "mouth_left-mouth_right"
        ).split()
    )
]
"""Pairs of keypoints that a drawing of the skeleton joins."""


@dataclass(frozen=True)
class Hands:
    """Both hands of one person; axis ``side`` is (left, right); 21 points: wrist, then thumb … little finger."""

    keypoints_px: Float[Array, "frame side=2 point=21 2"]
    """Image points [px]; NaN where unseen."""
    world_m: Float[Array, "frame side=2 point=21 3"]
    """Metric shape [m], camera axes (x right, y down, z away), about the hand's own centre; NaN where unseen."""
    scores: Float[Array, "frame side=2"]
    """Presence 0–1; 0 where unseen."""


@dataclass(frozen=True)
class Face:
    """Face mesh of one person."""

    keypoints_px: Float[Array, "frame point=468 3"]
    """Image points [px] and relative depth [px]; NaN where unseen."""
    scores: Float[Array, " frame"]
    """Presence 0–1; 0 where unseen."""


@dataclass(frozen=True)
class Track:
    """One person through a clip. The frame axis is that of the clip: every decoded frame, seen or not."""

    track_id: int
    """Number of the person, from 1, by first appearance (and left to right within a frame)."""
    times_s: Float[Array, " frame"]
    """Presentation time of each frame from the start of the clip [s]."""
    keypoints_px: Float[Array, "frame keypoint=33 2"]
    """Image points [px], x right, y down, in the upright picture; NaN where unseen."""
    confidences: Float[Array, "frame keypoint=33"]
    """0–1; 0 where unseen."""
    world_m: Float[Array, "frame keypoint=33 3"]
    """Detector's metric guess [m], camera axes (x right, y down, z away), mid-hip at the origin; NaN where unknown."""
    image_size_px: tuple[int, int]
    """(width, height) of the upright picture with square pixels."""
    hands: Hands | None = None
    face: Face | None = None
    camera: CameraPath | None = None
    """How the camera turned, which all people of the clip share; None where nothing is known: it stands still."""
    warnings: tuple[str, ...] = field(default=())
    """What a person should know of how this track came about, in words."""

    @property
    def seen(self) -> Bool[Array, " frame"]:
        """Whether any keypoint of the person was found in each frame."""
        return np.asarray(np.isfinite(self.keypoints_px).all(-1).any(-1))

    def between(self, start_s: float, end_s: float | None) -> "Track":
        """Return the frames with ``start_s`` ≤ time < ``end_s``, their times counted from the first of them.

        Raises:
            InputError: no frame lies there.
        """
        inside = np.flatnonzero(
            (self.times_s >= start_s - 1e-6) & (self.times_s < (np.inf if end_s is None else end_s))
        )
        if len(inside) == 0:
            raise InputError(
                f"the clip ends at {self.times_s[-1]:.2f} s: no frame from {start_s:g} s on; start earlier"
            )
        part = slice(int(inside[0]), int(inside[-1]) + 1)
        hands, face = self.hands, self.face
        if hands is not None:
            hands = Hands(hands.keypoints_px[part], hands.world_m[part], hands.scores[part])
        if face is not None:
            face = Face(face.keypoints_px[part], face.scores[part])
        return replace(
            self,
            times_s=self.times_s[part] - self.times_s[part][0],
            keypoints_px=self.keypoints_px[part],
            confidences=self.confidences[part],
            world_m=self.world_m[part],
            hands=hands,
            face=face,
            camera=None if self.camera is None else self.camera.part(part),
        )


def most_visible(tracks: Sequence[Track], people: int | None) -> list[Track]:
    """Return so many people, those seen best and longest, in their own order; None keeps everybody."""
    by_visibility = sorted(tracks, key=lambda track: float(track.confidences.sum()), reverse=True)
    return sorted(by_visibility[:people], key=lambda track: track.track_id)
