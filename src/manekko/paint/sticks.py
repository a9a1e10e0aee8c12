"""Keypoints as compact channels for a painter's network, drawn without steps and straight at a quarter of its size.

Every channel is a smooth formula of the place of its pixel, so that what moves by a fraction of a pixel changes the
numbers, what leaves the picture is cut at its edge, and what is missing is nowhere.

For each of ``STICK_PARTS`` five channels, all zero away from the part:
    left, up, front: where the point of the part's surface that would be seen here is on the part, in the part's own
        axes; about −1 … 1 from end to end of its bone, a fourth of that across.
    depth: of the bone here, behind the middle of the hips: tanh(depth / 0.5 m).
    near: 1 on the part, falling to 0 a hand's breadth beside it; half of that where the keypoints are not trusted.
For each hand four: fingers (1 on a finger), along (0 knuckle … 1 tip), which (−1 thumb … 1 little finger), depth.
For the face four: left eye, right eye, nose, mouth as soft dots, negative where the face looks away.
For chest, head and pelvis two, the same all over the picture: sine and cosine of their facing, 0° towards the camera,
    90° towards the right of the picture.
And eight of the body as capsules, the nearer hiding the farther: rest x, y, z (place on the body at rest about its
hips, by half its height), normal x, y, z (picture axes), depth, covered.
"""

from functools import lru_cache

import numpy as np

from manekko.arrays import Array, Float
from manekko.paint.stick_parts import SOLID, STANDARD_BODY_M, STICK_PARTS, Parts, parts_of, seen_from_front
from manekko.people.keypoints import BODY33_INDEX

STRIDE = 4
"""Pixels of the picture to one of the channels."""

_PART_CHANNELS = ("left", "up", "front", "depth", "near")
_FINGER_CHANNELS = ("fingers", "along", "which", "depth")
_FACE = {
    "left_eye": ("left_eye",),
    "right_eye": ("right_eye",),
    "nose": ("nose",),
    "mouth": ("mouth_left", "mouth_right"),
}
_FACING = ("chest", "head", "pelvis")
_BODY_CHANNELS = ("rest_x", "rest_y", "rest_z", "normal_x", "normal_y", "normal_z", "depth", "covered")
STICK_CHANNELS = (
    *(f"{part}.{channel}" for part in STICK_PARTS for channel in _PART_CHANNELS),
    *(f"{side}_fingers.{channel}" for side in ("left", "right") for channel in _FINGER_CHANNELS),
    *(f"face.{point}" for point in _FACE),
    *(f"{part}.{function}" for part in _FACING for function in ("sine", "cosine")),
    *(f"body.{channel}" for channel in _BODY_CHANNELS),
)
"""What the channels are, in order."""

_DEPTH_M = 0.5
_FURTHEST = 1.5
"""Places on a part are cut off here."""
_BEHIND_M = 0.03
"""A surface that lies so far behind another shows through by a third."""
_LEAST_TRUST = 0.5
_FINGER_PX = 3.0
"""Half the width of a finger's line in the picture [px]."""
_DOT_PX = 4.0
"""Size (σ) of the dots of the face in the picture [px]."""


def stick_channels(
    keypoints: Float[Array, "33 4"],
    hands: Float[Array, "side=2 point=21 4"] | None,
    size_px: int,
    body_m: Float[Array, "33 3"] = STANDARD_BODY_M,
) -> Float[Array, "channel height width"]:
    """Return the channels ``STICK_CHANNELS`` of one body, float32, for a square picture of ``size_px``.

    Args:
        keypoints: x, y [px] in the picture (the middle of the first pixel is ½), depth behind the middle of the hips
            [m], confidence 0–1; in the order of ``BODY33``, NaN where unknown.
        hands: the same of both hands, left and right; None where nothing is known of them.
        size_px: side of the picture, a multiple of ``STRIDE``.
        body_m: the character's own keypoints at rest, facing +Z (``figure_keypoints_m``); its lengths tell the scale.
    """
    parts = parts_of(np.asarray(keypoints, dtype=np.float64), body_m)
    grid = _grid(size_px // STRIDE)
    # Filled, not fresh zero pages: these are slow to touch for the first time.
    result = np.full((len(STICK_CHANNELS), grid.shape[1]), np.float32(0.0))
    limbs = 5 * len(STICK_PARTS)
    side = size_px // STRIDE
    result[-8:] = _drawn_parts(
        parts, side, _rest_places(np.ascontiguousarray(body_m, dtype=np.float64).tobytes()), result[:limbs]
    )
    if hands is not None:
        for number in range(2):
            first = limbs + 4 * number
            result[first : first + 4] = _drawn_fingers(hands[number], grid)
    facing = parts.axes[[STICK_PARTS.index(part) for part in _FACING], :, 2]
    result[limbs + 8 : limbs + 12] = _drawn_face(keypoints, facing[1], side)
    flat = np.hypot(facing[:, 0], facing[:, 2])
    turns = np.stack([facing[:, 0], -facing[:, 2]], axis=1) / np.where(flat > 1e-9, flat, 1.0)[:, None]
    result[limbs + 12 : limbs + 18] = turns.reshape(6, 1)
    return result.reshape(-1, size_px // STRIDE, size_px // STRIDE)


@lru_cache(maxsize=8)
def _grid(side: int) -> Float[Array, "2 pixel"]:
    """Return x and y of the middles of the channels' pixels in the picture [px]."""
    along = ((np.arange(side) + 0.5) * STRIDE).astype(np.float32)
    return np.stack([np.tile(along, side), np.repeat(along, side)])


@lru_cache(maxsize=8)
def _rest_places(body: bytes) -> Float[Array, "part 12"]:
    """Return what turns places on the parts into places on the body at rest: a matrix by rows, and a shift.

    These are turned out of picture axes: x to the body's left, y up, z to the front, 1 is half the body's height.
    """
    body_m = np.frombuffer(body).reshape(33, 3)
    parts = parts_of(seen_from_front(body_m), body_m)
    upright = np.array([1.0, -1.0, -1.0]) / (np.ptp(body_m[:, 1]) / 2.0)
    turned = parts.axes * parts.sizes_px[:, None, :] * upright[:, None]
    return np.concatenate([turned.reshape(-1, 9), parts.middles_px * upright], axis=1).astype(np.float32)


def _drawn_parts(
    parts: Parts, side: int, rest: Float[Array, "part 12"], channels: Float[Array, "row pixel"]
) -> Float[Array, "8 pixel"]:
    """Fill the parts' own channels and return those of the whole body."""
    part, pixel = _pairs(parts, side)
    each = dict(zip(_FORMULA, _formulas(parts).T[:, part], strict=True))
    # Taken before numbers become short ones: the nearer of two parts must not depend on where in the picture they are.
    x, y = (_grid(side)[:, pixel] - parts.middles_px[part, :2].T).astype(np.float32)
    along = each["along_x"] * x + each["along_y"] * y
    on_bone = np.clip(along, -1.0, 1.0)
    beside_x = (x - on_bone * each["half_x"]) / each["radius"]
    beside_y = (y - on_bone * each["half_y"]) / each["radius"]
    square = beside_x**2 + beside_y**2
    distance = np.sqrt(square)
    near = np.clip(1.0 - (distance - 1.0) * each["fall"], 0.0, 1.0)
    near *= near * (3.0 - 2.0 * near)
    metre = np.float32(_DEPTH_M * max(float(parts.scale_px), 1e-6))
    deep = (each["depth"] + each["half_z"] * np.clip(each["steep"] * along, -2.0, 2.0)) / metre
    height = np.sqrt(np.maximum(1.0 - square, 0.0)) * (part < SOLID)
    places = [each["right" + axis] * x + each["down" + axis] * y + each["out" + axis] * height for axis in "012"]
    places = [np.clip(place, -_FURTHEST, _FURTHEST) for place in places]
    rows = channels.reshape(len(STICK_PARTS), 5, -1)
    for row, values in enumerate((*places, np.tanh(deep), each["trust"])):
        rows[:, row][part, pixel] = values * near
    solid = slice(0, int(np.searchsorted(part, SOLID)))
    covered = np.clip((1.0 - distance) * each["radius"] / STRIDE + 0.5, 0.0, 1.0)
    front = deep - each["radius"] / metre * height
    pairs = part[solid], pixel[solid]
    weights, alpha = _shares(covered[solid], front[solid], pairs[1], side * side)
    moved = rest[pairs[0]].T
    body = [moved[9 + row] + sum(moved[3 * row + axis] * places[axis][solid] for axis in range(3)) for row in range(3)]
    body += [beside_x[solid], beside_y[solid], -height[solid], np.tanh(front[solid])]
    summed = [np.bincount(pairs[1], weights * values, side * side) for values in body]
    return np.stack([*summed, alpha]).astype(np.float32)


def _shares(covered: Array, front: Array, pixel: Array, pixels: int) -> tuple[Array, Array]:
    """Return how much each pair counts in its pixel, and (pixel,) how much of each is covered.

    Of all parts in a pixel the nearest counts, and others that are hardly behind it.
    """
    nearest = np.full(pixels, np.inf, dtype=np.float32)
    there = covered > 0.0
    np.minimum.at(nearest, pixel[there], front[there])
    behind = np.where(there, front - nearest[pixel], 0.0) * (_DEPTH_M / _BEHIND_M)
    weights = covered * np.exp(-np.minimum(behind, 30.0))
    alpha = np.zeros(pixels, dtype=np.float32)
    np.maximum.at(alpha, pixel, covered)
    total = np.bincount(pixel, weights, pixels)
    return weights * (alpha / np.where(total > 0.0, total, 1.0))[pixel], alpha


def _pairs(parts: Parts, side: int) -> tuple[Array, Array]:
    """Return all (part, pixel) where the part may be near the pixel, in the order of the parts."""
    reach = np.abs(parts.halves_px[:, :2]) + (parts.radii_px + parts.rooms_px)[:, None]
    ends = np.stack([parts.middles_px[:, :2] - reach, parts.middles_px[:, :2] + reach])
    low, high = np.clip(np.rint(ends / STRIDE), 0, side).astype(np.int64)
    high[~parts.present] = low[~parts.present]
    pixels = [
        (np.arange(top, bottom)[:, None] * side + np.arange(left, right)).ravel()
        for (left, top), (right, bottom) in zip(low.tolist(), high.tolist(), strict=True)
    ]
    return np.repeat(np.arange(len(pixels)), [len(each) for each in pixels]), np.concatenate(pixels)


_FORMULA = (
    *("depth", "half_x", "half_y", "half_z", "along_x", "along_y", "steep", "radius", "fall", "trust"),
    *("right0", "right1", "right2", "down0", "down1", "down2", "out0", "out1", "out2"),
)


def _formulas(parts: Parts) -> Float[Array, "part number"]:
    """Return what the formulas of each part need: its place, and what turns a step in the picture into one on it."""
    half = parts.halves_px
    length = np.hypot(half[:, 0], half[:, 1])
    drawn = np.maximum(length, parts.shortest_px)
    # The bone's own middle plane, the one that faces the camera most: depth changes along the bone, not across it.
    depth_along = half[:, 2:] * half[:, :2] / (drawn**2)[:, None]
    to_part = np.swapaxes(parts.axes, 1, 2) / parts.sizes_px[:, :, None]
    along = half[:, :2] / np.maximum(length, 1e-3)[:, None] ** 2
    trust = _LEAST_TRUST + (1.0 - _LEAST_TRUST) * parts.confidences
    numbers = [(length / drawn) ** 2, parts.radii_px, parts.radii_px / parts.rooms_px, trust]
    right, down = (to_part[:, :, axis] + to_part[:, :, 2] * depth_along[:, axis, None] for axis in (0, 1))
    outwards = -to_part[:, :, 2] * parts.radii_px[:, None]
    rows = [parts.middles_px[:, 2:], half, along, np.stack(numbers, axis=1), right, down, outwards]
    return np.concatenate(rows, axis=1).astype(np.float32)


FINGER_CHAINS = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16], [17, 18, 19, 20]])
"""Points of each finger of a hand, thumb first."""


def _drawn_fingers(hand: Float[Array, "21 4"], grid: Float[Array, "2 pixel"]) -> Float[Array, "4 pixel"]:
    """Return one hand's fingers as soft lines of three pieces each."""
    start, end = hand[FINGER_CHAINS[:, :3]].reshape(-1, 4), hand[FINGER_CHAINS[:, 1:]].reshape(-1, 4)
    known = np.isfinite(start[:, :2]).all(1) & np.isfinite(end[:, :2]).all(1)
    result = np.zeros((4, grid.shape[1]), dtype=np.float32)
    numbers = np.flatnonzero(known)
    if not len(numbers):
        return result
    start, end = start[known], end[known]
    ends = np.stack([start[:, :2], end[:, :2]])
    inside = (np.abs(grid - ends.mean((0, 1))[:, None]) <= np.ptp(ends, axis=(0, 1))[:, None] + 4 * _FINGER_PX).all(0)
    pixels = grid[:, inside]
    way = (end - start)[:, :2].astype(np.float32)
    away = pixels[None] - start[:, :2, None].astype(np.float32)
    share = np.einsum("pj,pjn->pn", way / np.maximum((way**2).sum(1), 1e-3)[:, None], away)
    np.clip(share, 0.0, 1.0, out=share)
    distance = np.linalg.norm(away - share[:, None] * way[:, :, None], axis=1) / _FINGER_PX
    near = np.clip(1.5 - 0.5 * distance, 0.0, 1.0)
    # The nearest piece tells; others no more than they are near.
    weights = near**4
    weights /= np.maximum(weights.sum(0), 1e-6)
    strongest = near.max(0)
    depths = np.nan_to_num(start[:, 2, None] + share * (end[:, 2] - start[:, 2])[:, None], nan=0.0)
    along, which = ((numbers % 3)[:, None] + share) / 3.0, (numbers // 3 - 2.0)[:, None] / 2.0
    for row, values in enumerate((1.0, along, which, np.tanh(depths / _DEPTH_M))):
        result[row, inside] = (weights * values).sum(0) * strongest
    return result


def _drawn_face(keypoints: Float[Array, "33 4"], front: Float[Array, "3"], side: int) -> Float[Array, "4 pixel"]:
    """Return eyes, nose and mouth as dots as high as the face looks to the camera."""
    places = np.array([
        keypoints[[BODY33_INDEX[name] for name in names], :2].mean(0) for names in _FACE.values()
    ])  # fmt: skip
    known = np.asarray(np.isfinite(places).all(1))
    along = (np.arange(side) + 0.5) * STRIDE
    rows = np.exp(-0.5 * ((along - np.where(known[:, None], places, 0.0)[:, :, None]) / _DOT_PX) ** 2)
    dots = rows[:, 1, :, None] * rows[:, 0, None] * np.where(known, -front[2], 0.0)[:, None, None]
    return dots.reshape(len(places), -1)
