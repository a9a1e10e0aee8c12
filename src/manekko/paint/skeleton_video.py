"""The skeleton pictures that Wan-Animate and its kin take as a pose video: black, with OpenPose's colours.

Written from what the tool that makes them (``wan/modules/animate/preprocess`` of Wan 2.2, Apache-2.0) draws; faces are
not drawn, since those models take them from a video of their own.
"""

import colorsys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import InputError
from manekko.files.captured import find_report, read_captured
from manekko.files.keypoints import read_tracks
from manekko.paint.keypoint_series import filled_and_smoothed
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.draw import Colour, fill_bone, fill_dot, hard_line
from manekko.progress import Progress, counted, silent
from manekko.video.writer import VideoWriter

SKELETON20: tuple[str, ...] = tuple(
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip right_knee "
    "right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_toe right_toe".split()
)
"""OpenPose's 18 points and two toes; the neck is the middle of the shoulders."""

_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0),
    (0, 14), (14, 16), (0, 15), (15, 17), (13, 18), (10, 19),
)  # fmt: skip
_FINGERS = tuple(
    (0 if joint == 0 else 4 * finger + joint, 4 * finger + joint + 1) for finger in range(5) for joint in range(4)
)
_RAINBOW: tuple[Colour, ...] = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255),
    (255, 0, 255), (255, 0, 170), (255, 0, 85), (200, 200, 0), (100, 100, 0),
)  # fmt: skip
"""Of the points in order; limbs have the same, in their own order, at six tenths."""
_LIMB_SHARE = 0.6
_KNUCKLE: Colour = (0, 0, 255)
_SURE = 0.5
"""Points less sure than this are not drawn."""
_FASTEST_FPS = 30.0

_COLUMNS = [BODY33_INDEX[name] for name in SKELETON20 if name != "neck"]
_SHOULDERS = [BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]]


def skeleton20(keypoints: Float[Array, "*batch 33 4"]) -> Float[Array, "*batch 20 4"]:
    """Return the points of ``SKELETON20``; the neck is the mean of the shoulders, its confidence too."""
    own = np.asarray(keypoints[..., _COLUMNS, :])
    neck = keypoints[..., _SHOULDERS, :].mean(-2)
    return np.concatenate([own[..., :1, :], neck[..., None, :], own[..., 1:, :]], axis=-2)


def draw_skeleton(
    picture: UInt8[Array, "height width 3"],
    points: Float[Array, "20 4"],
    hands: Float[Array, "side=2 point=21 4"] | None = None,
) -> None:
    """Draw one person as the format has it.

    Args:
        picture: drawn on.
        points: x, y [px] of ``SKELETON20``, a number that is not used, confidence; NaN where unknown.
        hands: the same of the left and the right hand.
    """
    width = max(int(min(picture.shape[:2]) / 200) - 1, 1)
    sure = np.isfinite(points[:, :2]).all(-1) & (points[:, 3] >= _SURE)
    for (start, end), (red, green, blue) in zip(_LIMBS, _RAINBOW, strict=False):
        if sure[start] and sure[end]:
            dark = int(red * _LIMB_SHARE), int(green * _LIMB_SHARE), int(blue * _LIMB_SHARE)
            fill_bone(picture, points[start, :2], points[end, :2], width, dark)
    for point in np.flatnonzero(sure):
        fill_dot(picture, points[point, :2], width, _RAINBOW[point])
    for hand in hands if hands is not None else ():
        _draw_hand(picture, hand, max(width // 2, 1))


def _draw_hand(picture: UInt8[Array, "height width 3"], hand: Float[Array, "21 4"], width: int) -> None:
    sure = np.isfinite(hand[:, :2]).all(-1) & (hand[:, 3] >= _SURE)
    for number, (start, end) in enumerate(_FINGERS):
        if sure[start] and sure[end]:
            red, green, blue = (int(255 * value) for value in colorsys.hsv_to_rgb(number / len(_FINGERS), 1.0, 1.0))
            hard_line(picture, hand[start, :2], hand[end, :2], width, (red, green, blue))
    for point in np.flatnonzero(sure):
        fill_dot(picture, hand[point, :2], width, _KNUCKLE)


def pose_video(source: Path, target: Path, progress: Progress = silent) -> Path:
    """Write the skeleton video of captured people and return where it is; size and rate are those of the clip.

    Args:
        source: keypoints that ``manekko capture`` kept (``…-keypoints.npz``), a capture's folder, or its report.
        target: the video to write (MP4, WebM or MOV); replaced whole or not at all.
        progress: told after each frame.

    Raises:
        InputError: there are no keypoints, nobody is in them, or the target is no video.
        FormatError: the keypoints or the report are damaged.
        MissingToolError: the target cannot be written.
    """
    if not source.exists():
        raise InputError(f"there is nothing at {source}; give the folder that `manekko capture` wrote")
    return write_pose_video(read_tracks(_keypoints_of(source)), target, progress)


def write_pose_video(tracks: Sequence[Track], target: Path, progress: Progress = silent) -> Path:
    """Write the skeleton video of some people of one clip and return where it is.

    Gaps of up to a second are filled and jitter is smoothed before, since a limb that comes and goes is what such
    models follow worst.

    Raises:
        InputError: there is nobody to draw, or the target is no video.
        MissingToolError: the target cannot be written.
    """
    if not tracks or len(tracks[0].times_s) == 0:
        raise InputError("there is nobody to draw a pose video of")
    times_s, size_px = tracks[0].times_s, tracks[0].image_size_px
    spacing_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    fps = 1.0 / spacing_s if spacing_s > 0.0 else _FASTEST_FPS
    people = [_drawable(track, fps) for track in tracks]
    with VideoWriter(target, size_px, fps, fine=target.suffix.lower() == ".mp4") as writer:
        for frame, time_s in enumerate(counted(times_s.tolist(), "pose video", len(times_s), progress)):
            picture = np.zeros((size_px[1], size_px[0], 3), dtype=np.uint8)
            for points, hands in people:
                if frame < len(points):
                    draw_skeleton(picture, points[frame], None if hands is None else hands[frame])
            writer.write(picture, time_s)
    return target


def _drawable(track: Track, fps: float) -> tuple[Array, Array | None]:
    """Return (frame, 20, 4) and the hands (frame, 2, 21, 4), what is not sure filled or missing, the rest sure."""
    points = _with_confidences(track.keypoints_px, track.confidences)
    hands = None
    if track.hands is not None:
        scores = np.broadcast_to(track.hands.scores[..., None], track.hands.keypoints_px.shape[:-1])
        hands = _with_confidences(track.hands.keypoints_px, scores)
    points, hands = filled_and_smoothed(points, hands, fps=fps)
    for values in (points,) if hands is None else (points, hands):
        values[..., 3] = np.isfinite(values[..., :2]).all(-1)
    return skeleton20(points), hands


def _with_confidences(
    places_px: Float[Array, "*batch 2"], confidences: Float[Array, "*batch"]
) -> Float[Array, "*batch 4"]:
    sure = np.asarray(confidences >= _SURE)[..., None]
    places = np.where(sure, places_px, np.nan)
    return np.concatenate([places, np.zeros_like(places[..., :1]), confidences[..., None]], axis=-1)


def _keypoints_of(source: Path) -> Path:
    """Return the keypoints' file of what the user named."""
    if source.is_dir():
        source = find_report(source)
    if source.suffix.lower() != ".json":
        return source
    files = read_captured(source).files
    if "keypoints" not in files:
        raise InputError(f"{source}: this report names no keypoints; capture the clip again")
    return files["keypoints"]
