"""The keypoint skeleton and the person's number, drawn over the video."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.keypoints import BODY33_EDGES, BODY33_INDEX, Hands, Track
from manekko.pixels.draw import Colour, draw_circle, draw_lines, draw_text, fill_rectangle, text_size
from manekko.show.layout import BACKGROUND, person_colour

FAINT = 0.5
"""Keypoints below this confidence are drawn faint."""

_FAINTEST = 0.05
_HEAD = [BODY33_INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_JOINTS = [
    BODY33_INDEX[f"{side}_{name}"]
    for side in ("left", "right")
    for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]
_FINGER_EDGES = np.array([
    (0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 6), (6, 7), (7, 8), (5, 9), (9, 10), (10, 11), (11, 12),
    (9, 13), (13, 14), (14, 15), (15, 16), (13, 17), (0, 17), (17, 18), (18, 19), (19, 20),
])  # fmt: skip


def draw_track(picture: UInt8[Array, "height width 3"], track: Track, frame: int) -> None:
    """Draw one frame of a track on the picture, whatever size the picture is shown at; nothing if it is unseen."""
    if frame >= len(track.times_s):
        return
    scale = np.array(picture.shape[1::-1]) / np.array(track.image_size_px)
    points = track.keypoints_px[frame] * scale
    if not np.isfinite(points).all(-1).any():
        return
    confidences = np.where(np.isfinite(points).all(-1), track.confidences[frame], 0.0)
    colour = person_colour(track.track_id)
    width = max(2.0, min(picture.shape[:2]) / 180.0)
    edges = np.array(BODY33_EDGES)
    sure = confidences[edges].min(axis=1)
    _draw_faint(picture, points, edges[(sure < FAINT) & (sure > _FAINTEST)], colour, width)
    draw_lines(picture, points[edges[sure >= FAINT]], colour, width)
    for joint in _JOINTS:
        if confidences[joint] >= FAINT:
            draw_circle(picture, points[joint], width * 1.1, (255, 255, 255))
    if track.hands is not None:
        _draw_hands(picture, track.hands, frame, scale, colour)
    _draw_number(picture, points, track.track_id, colour)


def _draw_faint(
    picture: UInt8[Array, "height width 3"],
    points: Float[Array, "keypoint 2"],
    edges: Array,
    colour: Colour,
    width: float,
) -> None:
    """Draw edges half transparent, within the box that holds them."""
    if len(edges) == 0:
        return
    ends = points[edges].reshape(-1, 2)
    limit = np.array(picture.shape[1::-1])
    low = np.clip(np.floor(ends.min(axis=0) - width - 1), 0, limit).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0) + width + 1), 0, limit).astype(int)
    patch = picture[low[1] : high[1], low[0] : high[0]]
    layer = np.ascontiguousarray(patch)
    if layer.size == 0:
        return
    layer = layer.copy()
    draw_lines(layer, points[edges] - low, colour, width)
    patch[:] = (patch >> 1) + (layer >> 1)


def _draw_hands(
    picture: UInt8[Array, "height width 3"], hands: Hands, frame: int, scale: Float[Array, "2"], colour: Colour
) -> None:
    for points, score in zip(hands.keypoints_px[frame] * scale, hands.scores[frame], strict=True):
        if score >= FAINT:
            draw_lines(picture, points[_FINGER_EDGES], colour, 1.0)


def _draw_number(
    picture: UInt8[Array, "height width 3"], points: Float[Array, "keypoint 2"], track_id: int, colour: Colour
) -> None:
    """Write the person's number above the head, inside the picture."""
    known = points[_HEAD][np.isfinite(points[_HEAD]).all(-1)]
    if len(known) == 0:
        known = points[np.isfinite(points).all(-1)]
    place = np.array([known[:, 0].mean(), known[:, 1].min()])
    spread = float(np.ptp(known, axis=0).max()) if len(known) > 1 else 10.0
    text = str(track_id)
    size = text_size(text, 14.0)
    height, width = picture.shape[:2]
    left = float(np.clip(place[0] - size[0] / 2, 6, max(6, width - size[0] - 8)))
    top = float(np.clip(place[1] - 1.2 * spread - size[1] - 10, 6, max(6, height - size[1] - 8)))
    fill_rectangle(picture, (left - 6, top - 5), (left + size[0] + 6, top + size[1] + 3), BACKGROUND, 0.75)
    draw_text(picture, text, (left, top), colour, 14.0)
