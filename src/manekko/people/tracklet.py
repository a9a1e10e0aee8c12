"""A stretch of frames in which one body was followed without doubt: what identities are made of."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float, Int


@dataclass(frozen=True)
class Tracklet:
    """One body over some frames. The axis ``seen`` counts only the frames in which it was seen."""

    frames: Int[Array, " seen"]
    """Frame numbers, rising."""
    keypoints_px: Float[Array, "seen keypoint 2"]
    """Image points [px]; NaN where unseen."""
    confidences: Float[Array, "seen keypoint"]
    """0-1."""
    scores: Float[Array, " seen"]
    """Probability that there is a body, 0-1."""
    colours: Float[Array, " bin"] | None = None
    """Mean histogram of the clothes, summing to 1; None where no picture was looked at."""
    world_m: Float[Array, "seen keypoint 3"] | None = None
    """Metric guess [m]."""
    hands_px: Float[Array, "seen side=2 point=21 2"] | None = None
    hands_world_m: Float[Array, "seen side=2 point=21 3"] | None = None
    hand_scores: Float[Array, "seen side=2"] | None = None
    face_px: Float[Array, "seen point=468 3"] | None = None
    face_scores: Float[Array, " seen"] | None = None

    @property
    def first(self) -> int:
        """Number of the first frame."""
        return int(self.frames[0])

    @property
    def last(self) -> int:
        """Number of the last frame."""
        return int(self.frames[-1])

    def enlarged(self, factor: float) -> "Tracklet":
        """Return the same in a picture ``factor`` times as wide."""
        wide = np.float32(factor)
        return replace(
            self,
            keypoints_px=self.keypoints_px * wide,
            hands_px=None if self.hands_px is None else self.hands_px * wide,
            face_px=None if self.face_px is None else self.face_px * wide,
        )
