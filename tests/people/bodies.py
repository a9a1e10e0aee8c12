"""Stick bodies for tests that need no picture."""

import numpy as np

from manekko.people.keypoints import BODY33
from manekko.people.tracklet import Tracklet

# Across (to the right of the picture) and down, in body heights, of the keypoints of someone who stands facing us.
_PLACES = {
    **{name: (0.0, -0.44) for name in BODY33[:11]},
    "left_ear": (0.045, -0.44),
    "right_ear": (-0.045, -0.44),
    "left_shoulder": (0.1, -0.32),
    "left_elbow": (0.15, -0.15),
    "left_wrist": (0.17, 0.0),
    "left_pinky": (0.17, 0.05),
    "left_index": (0.16, 0.05),
    "left_thumb": (0.15, 0.03),
    "left_hip": (0.05, 0.0),
    "left_knee": (0.06, 0.25),
    "left_ankle": (0.06, 0.48),
    "left_heel": (0.05, 0.5),
    "left_toe": (0.09, 0.5),
}


def standing(x: float, y: float, height: float) -> np.ndarray:
    """Return the keypoints of a body with its middle at (x, y) and the given height, all in px."""
    places = []
    for name in BODY33:
        across, down = _PLACES[name] if name in _PLACES else _PLACES[name.replace("right", "left")]
        places.append((-across if name.startswith("right") and name not in _PLACES else across, down))
    return np.array([x, y]) + height * np.array(places)


def tracklet(
    frames: range, paths: np.ndarray, height: float, colour: int | None = None, score: float = 1.0
) -> Tracklet:
    """Return a body of that height whose middle goes along ``paths`` (frame, 2), dressed in one of 128 colours."""
    points = np.stack([standing(float(x), float(y), height) for x, y in paths])
    count = len(frames)
    return Tracklet(
        frames=np.array(frames),
        keypoints_px=points,
        confidences=np.full((count, 33), 0.9),
        scores=np.full(count, score),
        colours=None if colour is None else np.eye(128)[colour],
    )
