"""A character cut out of a picture: by its alpha, by a mask, from a plain or a known background, or by its colours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.paint.crop import Square
from manekko.people.keypoints import BODY33, BODY33_EDGES, BODY33_INDEX
from manekko.pixels.background import background_mask
from manekko.pixels.cutout import colour_cutout, known_cutout, masked, plain_cutout, squared
from manekko.pixels.warp import resize

Way = Literal["alpha", "mask", "plain", "background", "colours"]

Behind = Callable[[], UInt8[Array, "height width 3"] | None]
"""Returns what is behind the character, as large as the picture; None where that is not known."""

_CLEAR_SHARE = 0.005
"""A picture has an alpha of its own if more than this of it is see-through."""
_BREADTH, _CLOSE, _AROUND = 0.01, 0.11, 0.2
"""Breadth of what surely is the figure, of what mostly is and of where it may be, of the body's extent."""
_MARGIN = 0.35
"""What is looked at beside the body, of its extent."""
_FINE = 1.25
"""So many times finer than the result a figure is kept until its square is known."""
_LEAST_PX = 12.0
_SIDES = {("left_shoulder", "left_hip"), ("right_shoulder", "right_hip")}
_LINES = [
    *(edge for edge in BODY33_EDGES if (BODY33[edge[0]], BODY33[edge[1]]) not in _SIDES),
    (BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_hip"]),
    (BODY33_INDEX["right_shoulder"], BODY33_INDEX["left_hip"]),
]
"""What is surely the body: not the trunk's sides, which leave a narrow waist."""


@dataclass(frozen=True, eq=False)
class Points:
    """Where one character's keypoints are: x, y [px], z [m] behind the hips' middle, 1 where visible."""

    body: Float[Array, "keypoint=33 4"]
    hands: Float[Array, "side=2 point=21 4"]
    guess: Float[Array, "keypoint=33 4"] | None = None
    """The detector's metric place of each keypoint about the hips [m], in the camera's axes, and how sure it is; None
    where it saw nothing."""

    def moved(self, origin: tuple[float, float], scale: tuple[float, float]) -> "Points":
        """Return them as they are in a part of the picture that begins at ``origin`` and is scaled."""
        body, hands = self.body.copy(), self.hands.copy()
        for points in (body, hands):
            points[..., :2] = (points[..., :2] - origin) * scale
        return Points(body, hands, self.guess)


@dataclass(frozen=True, eq=False)
class Cutout:
    """One character, cut out of its picture."""

    rgba: UInt8[Array, "height width 4"]
    """The part of the picture that it is in, perhaps scaled; straight alpha."""
    origin: tuple[float, float]
    """Where that part begins in the picture [px]."""
    scale: tuple[float, float]
    """How the part is scaled, across and down."""
    points: Points
    """In the picture."""
    way: Way
    """How it was cut out."""
    box_px: Float[Array, "corner=2 2"]
    """Upper left and lower right corner of the character in the picture."""
    at_edge: bool
    """Whether the picture's edge cuts it."""

    def in_square(self, square: Square, side_px: int) -> tuple[UInt8[Array, "side side 4"], Points]:
        """Return the square of the picture as ``side_px`` wide, and the keypoints in it."""
        x, y = self.origin
        left, top = (square.left - x) * self.scale[0], (square.top - y) * self.scale[1]
        rgba = squared(self.rgba, left, top, square.side * self.scale[0], side_px)
        factor = side_px / square.side
        return rgba, self.points.moved((square.left, square.top), (factor, factor))

    def in_picture(self, points: Points) -> Points:
        """Return points of the part that was cut out as they are in the picture."""
        (x, y), (across, down) = self.origin, self.scale
        return points.moved((-x * across, -y * down), (1.0 / across, 1.0 / down))


def has_alpha(rgba: UInt8[Array, "height width 4"]) -> bool:
    """Whether a picture has an alpha of its own that says where something is."""
    clear = rgba[..., 3] < 128
    return bool(clear.mean() > _CLEAR_SHARE and not clear.all())


def mask_of(picture: UInt8[Array, "height width 4"], size_px: tuple[int, int]) -> UInt8[Array, "height2 width2"]:
    """Return what a picture of a mask says, stretched to ``size_px``: its alpha if it has one, else its brightness."""
    mask = picture[..., 3] if has_alpha(picture) else picture[..., :3].max(-1)
    return resize(np.repeat(mask[..., None], 3, axis=2), size_px)[..., 0]


def cut_out(
    rgba: UInt8[Array, "height width 4"],
    points: Points,
    size_px: int,
    mask: UInt8[Array, "height width"] | None = None,
    behind: Behind | None = None,
) -> Cutout | None:
    """Return the character in a picture; None where nothing of it is found.

    Args:
        rgba: the picture.
        points: the character's, in it.
        size_px: side of the square that it is wanted for: it is kept a little finer.
        mask: where the character is, if that is known.
        behind: asked only where nothing simpler tells the character from the rest.
    """
    given: tuple[Way, UInt8[Array, "height width 4"]] | None = None
    if mask is not None:
        given = "mask", masked(rgba[..., :3], mask)
    elif has_alpha(rgba):
        given = "alpha", rgba
    if given is not None:
        box = _alpha_box(given[1])
        return None if box is None else _cutout(*given, (0.0, 0.0), (1.0, 1.0), points, rgba.shape[:2])
    return _found(rgba[..., :3], points, size_px, behind)


def _found(rgb: UInt8[Array, "height width 3"], points: Points, size_px: int, behind: Behind | None) -> Cutout | None:
    """Return the character that only its keypoints tell of."""
    known = points.body[np.isfinite(points.body[:, :2]).all(1), :2]
    if len(known) < 3:
        return None
    height, width = rgb.shape[:2]
    extent = float(np.ptp(known, axis=0).max())
    low = np.clip(np.floor(known.min(0) - _MARGIN * extent), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(known.max(0) + _MARGIN * extent), 0, [width, height]).astype(int)
    if (high - low).min() < _LEAST_PX:
        return None
    shrinking = min(1.0, _FINE * size_px / max(extent, 1.0))
    small = max(1, round(float(high[0] - low[0]) * shrinking)), max(1, round(float(high[1] - low[1]) * shrinking))
    scale = small[0] / float(high[0] - low[0]), small[1] / float(high[1] - low[1])
    rows, columns = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    part = resize(np.ascontiguousarray(rgb[rows, columns]), small)
    origin = float(low[0]), float(low[1])
    placed = points.moved(origin, scale).body[:, :2]
    bones = _drawn(placed, small, _BREADTH)
    if (rgba := plain_cutout(part, bones)) is not None:
        return _cutout("plain", rgba, origin, scale, points, rgb.shape[:2])
    if behind is not None and (known := behind()) is not None:
        free = resize(np.ascontiguousarray(known[rows, columns]), small)
        rgba = known_cutout(part, free, bones, _above_feet(placed, small))
        return _cutout("background", rgba, origin, scale, points, rgb.shape[:2])
    return _cutout(
        "colours", colour_cutout(part, bones, _drawn(placed, small, _CLOSE)), origin, scale, points, rgb.shape[:2]
    )


def _cutout(
    way: Way,
    rgba: UInt8[Array, "height width 4"],
    origin: tuple[float, float],
    scale: tuple[float, float],
    points: Points,
    picture: tuple[int, ...],
) -> Cutout | None:
    """Return what was cut out without the clear pixels beside it; None where nothing was."""
    box = _alpha_box(rgba)
    if box is None:
        return None
    left, top, right, bottom = box
    begins = origin[0] + left / scale[0], origin[1] + top / scale[1]
    ends = origin[0] + right / scale[0], origin[1] + bottom / scale[1]
    at_edge = begins[0] < 1.0 or begins[1] < 1.0 or ends[0] > picture[1] - 1.0 or ends[1] > picture[0] - 1.0
    part = np.ascontiguousarray(rgba[top:bottom, left:right])
    return Cutout(part, begins, scale, points, way, np.array([begins, ends]), at_edge)


def _alpha_box(rgba: UInt8[Array, "height width 4"]) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom of what is not clear."""
    shown = rgba[..., 3] > 8
    columns, rows = np.flatnonzero(shown.any(0)), np.flatnonzero(shown.any(1))
    if min(len(columns), len(rows)) < 2:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _above_feet(points_px: Float[Array, "keypoint=33 2"], size_px: tuple[int, int]) -> Bool[Array, "height width"]:
    """Return where the body may be, and no more than its bones below the knees: there it casts its shadow."""
    above = points_px.copy()
    above[BODY33_INDEX["left_ankle"] :] = np.nan
    return _drawn(above, size_px, _AROUND) | _drawn(points_px, size_px, _BREADTH)


def _drawn(
    points_px: Float[Array, "keypoint=33 2"], size_px: tuple[int, int], breadth: float
) -> Bool[Array, "height width"]:
    """Return where the lines of a body are, so broad in its extent; with the head's hair where more than bones."""
    lines = [points_px[list(line)] for line in _LINES]
    neck = points_px[[BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]]].mean(0)
    head = points_px[BODY33_INDEX["nose"]]
    lines.append(np.stack([head, neck]))
    if breadth > _BREADTH:
        lines.append(np.stack([head, head + 0.7 * (head - neck)]))
    limbs = np.stack([line for line in lines if np.isfinite(line).all()] or [np.full((2, 2), -1e3)])
    known = points_px[np.isfinite(points_px).all(1)]
    width = breadth * float(np.ptp(known, axis=0).max())
    return background_mask(size_px, limbs, np.full(len(limbs), width)) == 0
