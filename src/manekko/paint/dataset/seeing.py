"""Where a character's keypoints are in one picture, as our own detectors see them.

A drawn character in a single picture is harder to see than a person in a video: it is looked at several times, in
squares of several sizes and mirrored too, and the look that is surest and lies within the character counts.
"""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.paint.dataset.cutting import Points
from manekko.people.find import LONGEST_SIDE_PX
from manekko.people.hands import SIDES
from manekko.people.keypoints import BODY33_EDGES, BODY33_INDEX, BODY33_MIRROR, Track
from manekko.people.landmarks import BodyNet
from manekko.people.plausible import extent
from manekko.people.roi import Roi
from manekko.people.tracker import Networks, follow
from manekko.pixels.warp import resize

_LEAST_SCORE = 0.5
"""A body in a place that is known needs no more than this."""
_ROOM_OF_FIGURE = (1.1, 1.3)
_ROOM_OF_BODY = (1.35,)
_MORE_ROOM_OF_BODY = (1.2, 1.35, 1.55)
"""Sides of the squares that are looked at, of the greater side of the figure or of the body's keypoints."""
_ALONG = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Places of each limb that should lie within the figure."""
_VISIBLE = 0.5
_LIMBS = np.array([edge for edge in BODY33_EDGES if min(edge) >= BODY33_INDEX["left_shoulder"]])

Body = tuple[Float[Array, "keypoint=33 2"], Float[Array, " keypoint=33"], Float[Array, "keypoint=33 3"]]
"""Image points [px], confidences, metric guess [m]."""


def points_in(
    networks: Networks, rgb: UInt8[Array, "height width 3"], shown: UInt8[Array, "height width"] | None
) -> Points | None:
    """Return the most prominent character in a picture; None where there is none.

    Args:
        networks: with hands.
        rgb: the picture.
        shown: where the character is (255), if that is known.
    """
    height, width = rgb.shape[:2]
    factor = min(1.0, LONGEST_SIDE_PX / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = resize(rgb, size)
    inside = None if shown is None else resize(np.repeat(shown[..., None], 3, axis=2), size)[..., 0] > 127
    body = _surest(networks, small, inside)
    if body is None:
        return None
    points = points_of(*body, *_hands(networks, small, body[0]), size)
    return points.moved((0.0, 0.0), (width / size[0], height / size[1]))


def track_points(track: Track, frame: int) -> Points:
    """Return a track's keypoints in one frame."""
    hands = track.hands
    hands_px = np.full((2, 21, 2), np.nan) if hands is None else hands.keypoints_px[frame]
    hands_world_m = np.full((2, 21, 3), np.nan) if hands is None else hands.world_m[frame]
    body = track.keypoints_px[frame], track.confidences[frame], track.world_m[frame]
    return points_of(*body, hands_px, hands_world_m, track.image_size_px)


def points_of(
    body_px: Float[Array, "keypoint=33 2"],
    confidences: Float[Array, " keypoint=33"],
    world_m: Float[Array, "keypoint=33 3"],
    hands_px: Float[Array, "2 21 2"],
    hands_world_m: Float[Array, "2 21 3"],
    size_px: tuple[int, int],
) -> Points:
    """Return what a detector saw in one picture as a dataset keeps it; a hand's depth goes on from its wrist's."""
    inside = ((body_px >= 0.0) & (body_px <= np.array(size_px))).all(1, keepdims=True)
    visible = inside & (confidences[:, None] >= _VISIBLE)
    body = np.concatenate([body_px, world_m[:, 2:], visible], axis=1)
    wrists = [BODY33_INDEX[f"{side}_wrist"] for side in SIDES]
    depths = hands_world_m[..., 2] - hands_world_m[:, :1, 2] + world_m[wrists, 2][:, None]
    seen: Array = np.isfinite(hands_px) & (hands_px >= 0.0) & (hands_px <= np.array(size_px))
    hands = np.concatenate([hands_px, depths[..., None], seen.all(-1, keepdims=True)], axis=-1)
    guess = np.concatenate([world_m, confidences[:, None]], axis=1)
    return Points(body.astype(np.float32), hands.astype(np.float32), guess.astype(np.float32))


def _surest(networks: Networks, rgb: UInt8[Array, "height width 3"], inside: Array | None) -> Body | None:
    tracklets = follow(Networks(networks.people, networks.body, None, None), [(0, rgb)])
    squares: list[Roi] = []
    looks: list[Body] = []
    if tracklets:
        best = max(tracklets, key=lambda one: float((extent(one.keypoints_px) * one.scores).sum()))
        assert best.world_m is not None
        looks.append((best.keypoints_px[0], best.confidences[0], best.world_m[0]))
        squares += _squares(best.keypoints_px[0], _ROOM_OF_BODY if inside is not None else _MORE_ROOM_OF_BODY)
    if inside is not None and inside.any():
        rows, columns = np.nonzero(inside)
        corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], dtype=np.float64)
        squares += _squares(corners, _ROOM_OF_FIGURE)
    looks += [look for square in squares for look in looks_both_ways(networks.body, rgb, square)]
    return max(looks, key=lambda look: float(look[1].mean()) * _share_inside(look[0], inside), default=None)


def _squares(points_px: Float[Array, "point 2"], rooms: tuple[float, ...]) -> list[Roi]:
    low, high = points_px.min(0), points_px.max(0)
    x, y = ((low + high) / 2.0).tolist()
    return [Roi((x, y), room * float((high - low).max()), 0.0) for room in rooms]


def looks_both_ways(net: BodyNet, rgb: UInt8[Array, "height width 3"], square: Roi) -> Iterator[Body]:
    """Yield what is seen in a square, and in its mirror; nothing where nobody is."""
    if not square.is_usable(rgb):
        return
    pose = net.look(rgb, square)
    if pose.score >= _LEAST_SCORE:
        yield pose.keypoints_px, pose.confidences, pose.world_m
    width = rgb.shape[1]
    x, y = square.center_px
    pose = net.look(np.ascontiguousarray(rgb[:, ::-1]), Roi((width - x, y), square.size_px, 0.0))
    if pose.score >= _LEAST_SCORE:
        points, world = pose.keypoints_px[BODY33_MIRROR].copy(), pose.world_m[BODY33_MIRROR].copy()
        points[:, 0] = width - points[:, 0]
        world[:, 0] *= -1.0
        yield points, pose.confidences[BODY33_MIRROR], world


def _share_inside(points_px: Float[Array, "keypoint=33 2"], inside: Array | None) -> float:
    """Return how much of the body's lines lies within the figure; 1 where that is not known."""
    if inside is None:
        return 1.0
    start, end = points_px[_LIMBS[:, 0]], points_px[_LIMBS[:, 1]]
    places = np.concatenate([start + share * (end - start) for share in _ALONG])
    columns, rows = np.clip(places, 0, np.array(inside.shape[::-1]) - 1).astype(int).T
    return float(inside[rows, columns].mean())


def _hands(
    networks: Networks, rgb: UInt8[Array, "height width 3"], body_px: Float[Array, "keypoint=33 2"]
) -> tuple[Float[Array, "2 21 2"], Float[Array, "2 21 3"]]:
    assert networks.hands is not None
    hands_px, world_m = np.full((2, 21, 2), np.nan), np.full((2, 21, 3), np.nan)
    for number, side in enumerate(SIDES):
        hand = networks.hands.look(rgb, body_px, side, None)
        if hand is not None:
            hands_px[number], world_m[number] = hand.keypoints_px, hand.world_m
    return hands_px, world_m
