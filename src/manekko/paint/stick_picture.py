"""Sticks as people look at them: the parts of a body in colours, the nearer over the farther."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.paint.stick_parts import SOLID, STANDARD_BODY_M, STICK_PARTS, parts_of
from manekko.paint.sticks import FINGER_CHAINS
from manekko.pixels.draw import Colour, draw_circle, draw_line, draw_polyline

_TRUNK: Colour = (230, 230, 230)
_LEFT: Colour = (80, 170, 255)
_RIGHT: Colour = (255, 140, 70)
_FRONT: Colour = (120, 255, 120)
_BACK: Colour = (190, 90, 220)
_FAINTEST, _FURTHEST_M = 0.35, 0.6
"""How bright what is farthest, or not trusted, is at least; how far behind the hips that is."""


def drawn_sticks(
    keypoints: Float[Array, "33 4"],
    hands: Float[Array, "side=2 point=21 4"] | None,
    size_px: int,
    body_m: Float[Array, "33 3"] = STANDARD_BODY_M,
) -> UInt8[Array, "height width 3"]:
    """Return a picture of what ``stick_channels`` is told: left limbs blue, right ones orange, darker further away.

    A line from head, chest and pelvis shows where they face, green towards the camera, purple away from it.
    """
    picture = np.zeros((size_px, size_px, 3), dtype=np.uint8)
    parts = parts_of(np.asarray(keypoints, dtype=np.float64), body_m)
    metre = max(float(parts.scale_px), 1e-6)
    for number in np.argsort(-parts.middles_px[:SOLID, 2], kind="stable"):
        if not parts.present[number]:
            continue
        name, middle, half = STICK_PARTS[number], parts.middles_px[number], parts.halves_px[number]
        near = 1.0 - np.clip(middle[2] / metre / _FURTHEST_M * 0.5 + 0.5, 0.0, 1.0)
        light = _FAINTEST + (1.0 - _FAINTEST) * float(near) * (0.5 + 0.5 * float(parts.confidences[number]))
        side = _LEFT if name.startswith("left") else _RIGHT if name.startswith("right") else _TRUNK
        red, green, blue = (round(value * light) for value in side)
        start, end = middle[:2] - half[:2], middle[:2] + half[:2]
        draw_line(picture, start, end, (red, green, blue), float(parts.radii_px[number]))
        if side is _TRUNK:
            front = parts.axes[number, :, 2]
            tip = middle[:2] + 0.15 * metre * front[:2]
            draw_line(picture, middle[:2], tip, _FRONT if front[2] < 0.0 else _BACK, max(size_px / 128.0, 1.0))
    for hand, colour in zip(hands if hands is not None else (), (_LEFT, _RIGHT), strict=False):
        for chain in FINGER_CHAINS:
            draw_polyline(picture, hand[chain, :2], colour, 1.0)
    for eye in (2, 5):
        draw_circle(picture, keypoints[eye, :2], max(size_px / 128.0, 1.0), _FRONT)
    return picture
