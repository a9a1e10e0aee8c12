"""Anti-aliased marks drawn in place on a picture.

All places are image points [px], x right, y down, with fractions; the middle of the first pixel is (0, 0). Colours are
(red, green, blue) 0–255. A point that is NaN, infinite or absurdly far away draws nothing; what lies partly outside
is cut at the edge.
"""

import math
from collections.abc import Iterable

import cv2
import numpy as np

from manekko.arrays import Array, Float, UInt8

Colour = tuple[int, int, int]
Point = Iterable[float]

_FAR_PX = 1e6
_SHIFT = 4  # OpenCV reads coordinates as integers with this many fractional bits
_FONT = cv2.FONT_HERSHEY_DUPLEX


def draw_line(
    rgb: UInt8[Array, "height width 3"], start_px: Point, end_px: Point, colour: Colour, width_px: float = 2.0
) -> None:
    """Draw a straight line with round ends, ``width_px`` wide (rounded, at least 1)."""
    ends = _inside(rgb, _point(start_px), _point(end_px), margin_px=width_px + 2)
    if ends is not None:
        cv2.line(rgb, _fixed(ends[0]), _fixed(ends[1]), colour, _width(width_px), cv2.LINE_AA, _SHIFT)


def draw_lines(
    rgb: UInt8[Array, "height width 3"],
    lines_px: Float[Array, "line end=2 axis=2"],
    colour: Colour,
    width_px: float = 2.0,
) -> None:
    """Draw many lines of one colour and width, as ``draw_line`` would draw each."""
    inside = ((lines_px >= 0) & (lines_px <= (rgb.shape[1] - 1, rgb.shape[0] - 1))).all(axis=(1, 2))
    whole = np.rint(lines_px[inside] * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(rgb, list(whole), False, colour, _width(width_px), cv2.LINE_AA, _SHIFT)
    for start, end in lines_px[~inside]:
        draw_line(rgb, start, end, colour, width_px)


def draw_polyline(
    rgb: UInt8[Array, "height width 3"],
    points_px: Float[Array, "point 2"],
    colour: Colour,
    width_px: float = 2.0,
    *,
    closed: bool = False,
) -> None:
    """Draw lines from each point to the next (and back to the first if ``closed``); a NaN point leaves a gap."""
    following = np.roll(points_px, -1, axis=0)
    count = max(0, len(points_px) if closed else len(points_px) - 1)
    draw_lines(rgb, np.stack([points_px[:count], following[:count]], axis=1), colour, width_px)


def draw_circle(
    rgb: UInt8[Array, "height width 3"],
    center_px: Point,
    radius_px: float,
    colour: Colour,
    *,
    width_px: float | None = None,
) -> None:
    """Draw a disc, or with ``width_px`` its outline only."""
    height, width = rgb.shape[:2]
    x, y = _point(center_px)
    reach = radius_px + (width_px or 0) + 1
    # Written so that NaN is outside, and so that nothing larger than OpenCV's fixed-point circles reaches it.
    if not (-reach <= x <= width + reach and -reach <= y <= height + reach and 0 < radius_px < 20_000):
        return
    thickness = cv2.FILLED if width_px is None else _width(width_px)
    radius = max(1, round(radius_px * (1 << _SHIFT)))
    cv2.circle(rgb, _fixed((x, y)), radius, colour, thickness, cv2.LINE_AA, _SHIFT)


def fill_rectangle(
    rgb: UInt8[Array, "height width 3"], corner_px: Point, opposite_px: Point, colour: Colour, opacity: float = 0.5
) -> None:
    """Lay a rectangle of ``colour`` over the picture; ``opacity`` 0 leaves the picture, 1 hides it."""
    ends = (*_point(corner_px), *_point(opposite_px))
    if not all(math.isfinite(value) for value in ends):
        return
    height, width = rgb.shape[:2]
    left, right = (round(min(max(x, 0), width)) for x in sorted((ends[0], ends[2])))
    top, bottom = (round(min(max(y, 0), height)) for y in sorted((ends[1], ends[3])))
    patch = rgb[top:bottom, left:right]
    if patch.size:
        paint = np.full_like(patch, colour)
        patch[...] = cv2.addWeighted(paint, opacity, patch, 1 - opacity, 0)


def text_size(text: str, height_px: float) -> tuple[int, int]:
    """Return the width and height [px] that ``draw_text`` fills with one line."""
    (width, height), below = cv2.getTextSize(_ascii(text), _FONT, _text_scale(height_px), 1)
    return width, height + below


def draw_text(
    rgb: UInt8[Array, "height width 3"], text: str, corner_px: Point, colour: Colour, height_px: float = 16.0
) -> None:
    """Write one line of text, its upper left corner at ``corner_px``.

    Only ASCII has shapes; every other character shows as "?". ``height_px`` is the height of a capital letter.
    """
    x, y = _point(corner_px)
    if not (abs(x) < _FAR_PX and abs(y) < _FAR_PX):
        return
    scale = _text_scale(height_px)
    (_, ascent), _ = cv2.getTextSize(_ascii(text), _FONT, scale, 1)
    thickness = max(1, round(height_px / 14))
    cv2.putText(rgb, _ascii(text), (round(x), round(y) + ascent), _FONT, scale, colour, thickness, cv2.LINE_AA)


def _text_scale(height_px: float) -> float:
    return cv2.getFontScaleFromHeight(_FONT, max(1, round(height_px)), 1)


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _width(width_px: float) -> int:
    return max(1, round(width_px))


def _point(point_px: Point) -> tuple[float, float]:
    x, y = point_px
    return float(x), float(y)


def _fixed(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * (1 << _SHIFT)), round(point[1] * (1 << _SHIFT))


def _inside(
    rgb: UInt8[Array, "height width 3"], start: tuple[float, float], end: tuple[float, float], margin_px: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the part of a segment that can touch the picture (Liang–Barsky), or None."""
    height, width = rgb.shape[:2]
    if 0 <= start[0] < width and 0 <= end[0] < width and 0 <= start[1] < height and 0 <= end[1] < height:
        return start, end
    if not all(abs(value) < _FAR_PX for value in (*start, *end)):
        return None
    enter, leave = 0.0, 1.0
    for axis, length in enumerate((width, height)):
        change = end[axis] - start[axis]
        for distance, speed in ((-margin_px - start[axis], change), (start[axis] - length - margin_px, -change)):
            if speed == 0:
                if distance > 0:
                    return None
            elif speed > 0:
                enter = max(enter, distance / speed)
            else:
                leave = min(leave, distance / speed)
    if enter > leave:
        return None
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (start[0] + enter * dx, start[1] + enter * dy), (start[0] + leave * dx, start[1] + leave * dy)


def fill_bone(
    rgb: UInt8[Array, "height width 3"], start_px: Point, end_px: Point, half_width_px: int, colour: Colour
) -> None:
    """Fill an ellipse from one point to another, without smoothing, as OpenPose's pictures have limbs.

    Its middle, its half length and its angle [°] are cut to whole numbers, as those pictures' are.
    """
    (x0, y0), (x1, y1) = _point(start_px), _point(end_px)
    if not all(abs(value) < _FAR_PX for value in (x0, y0, x1, y1)):
        return
    middle = int((x0 + x1) / 2.0), int((y0 + y1) / 2.0)
    axes = int(math.hypot(x1 - x0, y1 - y0) / 2.0), half_width_px
    outline = cv2.ellipse2Poly(middle, axes, int(math.degrees(math.atan2(y0 - y1, x0 - x1))), 0, 360, 1)
    cv2.fillConvexPoly(rgb, np.asarray(outline), colour)


def fill_dot(rgb: UInt8[Array, "height width 3"], center_px: Point, radius_px: int, colour: Colour) -> None:
    """Fill a disc about a point cut to whole pixels, without smoothing."""
    x, y = _point(center_px)
    if abs(x) < _FAR_PX and abs(y) < _FAR_PX:
        cv2.circle(rgb, (int(x), int(y)), radius_px, colour, cv2.FILLED)


def hard_line(
    rgb: UInt8[Array, "height width 3"], start_px: Point, end_px: Point, width_px: int, colour: Colour
) -> None:
    """Draw a line between points cut to whole pixels, without smoothing."""
    ends = _inside(rgb, _point(start_px), _point(end_px), margin_px=width_px + 2.0)
    if ends is not None:
        (x0, y0), (x1, y1) = ends
        cv2.line(rgb, (int(x0), int(y0)), (int(x1), int(y1)), colour, width_px)
