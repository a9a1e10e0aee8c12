"""Keypoints as OpenPose has them (25 of the body, 70 of the face, 21 of each hand), and as dance_now's maps.

dance_now (2020) fed its networks pictures of 512×512 with 35 channels, one for each limb of BODY_25, one for each
finger and the background, and of 64×64 with 15 for the head: every fourteenth point of the face shares a channel, and
the background. The maps here have the same channels, sizes, line widths and order, written from what they look like.
Different, because it was wrong there: what is missing is absent (there: a line to the upper left corner), what leaves
the picture is cut (there: bent along its edge), the middle finger ends at its own tip (there: a link from the index
finger's), all ten fingers are equally wide (there: one was not widened), and each person has maps of their own.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, convolve1d

from manekko.arrays import Array, Bool, Float
from manekko.people.keypoints import BODY33_INDEX

BODY25: tuple[str, ...] = tuple(
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip "
    "right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_toe "
    "left_small_toe left_heel right_toe right_small_toe right_heel".split()
)
"""OpenPose's BODY_25. We know no small toes: they, and their links, are missing."""

BODY_SIZE_PX, HEAD_SIZE_PX = 512, 64

_BODY_LINKS = (
    (0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (10, 11), (8, 12), (12, 13),
    (13, 14), (0, 15), (0, 16), (15, 17), (16, 18), (14, 19), (19, 20), (14, 21), (11, 22), (22, 23), (11, 24),
)  # fmt: skip
BODY_CHANNELS = (
    *(f"{BODY25[start]}-{BODY25[end]}" for start, end in _BODY_LINKS),
    *(f"{side}_{finger}" for side in ("left", "right") for finger in ("thumb", "index", "middle", "ring", "little")),
    "background",
)
"""What the 35 channels of the body's map are."""

_MIDDLES = {"neck": "shoulder", "mid_hip": "hip"}
_IBUG = (
    *(127, 234, 132, 58, 172, 150, 176, 148, 152, 377, 400, 379, 397, 288, 361, 454, 356),
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),
)
"""Points of the face mesh that lie nearest to the 68 of iBUG, from the right jaw on."""
_PUPILS = (slice(36, 42), slice(42, 48))
"""Lids of the right and of the left eye; the mesh has no pupils: they are put between."""
_FACE_OF_BODY = {
    30: "nose", 36: "right_eye_outer", 39: "right_eye_inner", 42: "left_eye_inner", 45: "left_eye_outer",
    48: "mouth_right", 54: "mouth_left", 68: "right_eye", 69: "left_eye",
}  # fmt: skip
_NOSE_TIP = 30
_SHARED = 14
_DIAMOND = np.array([(x, y) for x in range(-2, 3) for y in range(-2, 3) if abs(x) + abs(y) <= 2])
_PLUS = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
_BRUSH_PX = 4
"""More than a brush reaches."""
_ROUND = np.hypot(*np.mgrid[-3:4, -3:4]) < 3.5


@dataclass(frozen=True, eq=False)
class OpenPosePoints:
    """One person; x, y [px] and confidence 0–1 of each point, NaN, NaN and 0 where it is missing."""

    body: Float[Array, "25 3"]
    face: Float[Array, "70 3"]
    hands: Float[Array, "side=2 point=21 3"]
    """Left and right."""


def openpose_points(
    keypoints: Float[Array, "33 4"],
    hands: Float[Array, "side=2 point=21 4"] | None = None,
    face_px: Float[Array, "468 3"] | None = None,
) -> OpenPosePoints:
    """Return what OpenPose would have said of a person.

    The neck and the middle of the hips are those of shoulders and hips. Without a face mesh only the points of the
    face that the body has are known: nose, pupils, corners of eyes and mouth.

    Args:
        keypoints: x, y [px], a number that is not used, confidence 0–1 in the order of ``BODY33``; NaN where unknown.
        hands: the same of both hands.
        face_px: x, y [px] and depth of the face mesh.
    """
    known = _three(keypoints)
    body = np.full((len(BODY25), 3), np.nan)
    for row, name in enumerate(BODY25):
        if name in _MIDDLES:
            pair = known[[BODY33_INDEX[f"{side}_{_MIDDLES[name]}"] for side in ("left", "right")]]
            body[row] = *pair[:, :2].mean(0), pair[:, 2].min()
        elif name in BODY33_INDEX:
            body[row] = known[BODY33_INDEX[name]]
    face = np.full((70, 3), np.nan)
    for row, name in _FACE_OF_BODY.items():
        face[row] = known[BODY33_INDEX[name]]
    if face_px is not None and np.isfinite(face_px).all():
        face[:68] = np.concatenate([face_px[list(_IBUG), :2], np.ones((68, 1))], axis=1)
        face[68:] = [face[lids].mean(0) for lids in _PUPILS]
    return OpenPosePoints(
        _present(body), _present(face), _three(hands) if hands is not None else _present(np.full((2, 21, 3), np.nan))
    )


def _three(points: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3"]:
    return _present(points[..., [0, 1, 3]])


def _present(points: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return points of which those that lack a place have confidence 0."""
    places = np.asarray(np.isfinite(points[..., :2]).all(-1))
    sure = np.where(places, np.nan_to_num(points[..., 2], nan=0.0).clip(0.0, 1.0), 0.0)
    return np.concatenate([np.where(places[..., None], points[..., :2], np.nan), sure[..., None]], axis=-1)


def openpose_json(people: Sequence[OpenPosePoints]) -> bytes:
    """Return one of OpenPose's JSON files, of the people of one frame; missing points are three zeros."""
    told = []
    for number, person in enumerate(people):
        parts = {"pose": person.body, "face": person.face}
        parts |= {f"hand_{side}": person.hands[place] for place, side in enumerate(("left", "right"))}
        entry: dict[str, list] = {"person_id": [-1 - number]}
        for name, points in parts.items():
            rows = np.where((points[:, 2] > 0.0)[:, None], points, 0.0)
            entry[f"{name}_keypoints_2d"] = np.nan_to_num(rows).round(4).ravel().tolist()
        told.append(entry)
    return json.dumps({"version": 1.3, "people": told}).encode()


def body_maps(points: OpenPosePoints, size_px: int = BODY_SIZE_PX) -> Float[Array, "35 height width"]:
    """Return dance_now's map of a person's body and hands, 0 or 1, float32; ``BODY_CHANNELS`` names the channels.

    Lines are five squares wide (a diamond), those of fingers three (a cross).
    """
    result = np.zeros((len(BODY_CHANNELS), size_px, size_px), dtype=np.float32)
    for row, (start, end) in enumerate(_BODY_LINKS):
        _draw(result[row], points.body[start], points.body[end], _DIAMOND)
    for side, hand in enumerate(points.hands):
        for finger in range(5):
            chain = (0, *range(1 + 4 * finger, 5 + 4 * finger))
            for start, end in pairwise(chain):
                _draw(result[len(_BODY_LINKS) + 5 * side + finger], hand[start], hand[end], _PLUS)
    result[-1] = ~result[:-1].any(0)
    return result


def _draw(channel: Float[Array, "height width"], start: Array, end: Array, brush: Array) -> None:
    """Draw a line of a brush between two points, as far as it lies in the picture."""
    if not (start[2] > 0.0 and end[2] > 0.0):
        return
    side, way = len(channel), (end - start)[:2]
    steep = int(abs(way[1]) > abs(way[0]))
    low, high = sorted((float(start[steep]), float(end[steep])))
    # One square for each column (row, of a steep line) that the line crosses, wherever the picture ends.
    squares = np.arange(max(np.floor(low), -_BRUSH_PX), min(np.floor(high), side + _BRUSH_PX) + 1.0)
    places = np.clip(squares + 0.5, low, high)
    shares = (places - start[steep]) / way[steep] if way[steep] != 0.0 else np.zeros_like(places)
    across = np.clip(np.floor(start[1 - steep] + shares * way[1 - steep]), -2 * _BRUSH_PX, side + 2 * _BRUSH_PX)
    middles = np.stack([across, squares] if steep else [squares, across], axis=1).astype(np.int64)
    painted = (middles[:, None] + brush).reshape(-1, 2)
    painted = painted[((painted >= 0) & (painted < side)).all(1)]
    channel[painted[:, 1], painted[:, 0]] = 1.0


def face_maps(points: OpenPosePoints) -> Float[Array, "15 64 64"]:
    """Return dance_now's map of a person's face, float32, the tip of the nose in its middle.

    Fourteen channels of softened dots (point n in channel n mod 14) and one of the background, which keeps its
    distance from them. Without a nose there is only background.
    """
    result = np.zeros((_SHARED + 1, HEAD_SIZE_PX, HEAD_SIZE_PX), dtype=np.float32)
    nose, sure = points.face[_NOSE_TIP], points.face[:, 2] > 0.0
    if sure[_NOSE_TIP]:
        for number in np.flatnonzero(sure):
            x, y = np.floor(points.face[number, :2] - np.floor(nose[:2])).astype(np.int64) + HEAD_SIZE_PX // 2
            if 0 <= x < HEAD_SIZE_PX and 0 <= y < HEAD_SIZE_PX:
                result[number % _SHARED, y, x] = 1.0
    result[:-1] = _softened(result[:-1], np.array([1.0, 2.0, 1.0]) / 4.0)
    background = _away_from(np.asarray(result[:-1].any(0)))
    result[-1:] = _softened(background[None].astype(np.float32), np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0)
    return result


def _softened(maps: Float[Array, "map height width"], weights: Array) -> Float[Array, "map height width"]:
    return convolve1d(convolve1d(maps, weights, axis=1, mode="mirror"), weights, axis=2, mode="mirror")


def _away_from(dots: Bool[Array, "height width"]) -> Bool[Array, "height width"]:
    """Return the background: what is left where dots grow by three discs, and grown back by two."""
    free = binary_erosion(~dots, _ROUND, iterations=3, border_value=1)
    return binary_dilation(free, _ROUND, iterations=2)
