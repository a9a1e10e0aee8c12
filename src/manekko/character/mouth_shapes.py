"""The outlines of the mouth, closed and in every expression, as seen from the front.

Points count in half widths of the closed mouth from its middle, x to the character's left, y up.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import Points, along

LIP_POINTS = 17
"""On each lip, corners included; the middle one is at x = 0."""
MIDDLE_Y, HALF_WIDTH = 0.124, 0.060
"""Of the closed mouth [head heights]."""


@dataclass(frozen=True)
class MouthShape:
    """Both lips from the right corner to the left one; where only half is given, the mouth is symmetrical."""

    upper: Points
    lower: Points
    jaw: float = 0.0
    """How far the chin goes down [head heights]."""
    tongue: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How far the tongue moves: left, up [half widths] and out [head heights]."""
    teeth: float = 0.0
    """How far the upper teeth come down [half widths]."""


def half(points: Points) -> Points:
    """Return the whole line whose left half, from the middle to the corner, is ``points``."""
    return tuple((-x, y) for x, y in points[:0:-1]) + points


def line(points: Points) -> MouthShape:
    """Return a closed mouth."""
    return MouthShape(upper=half(points), lower=half(points))


def lips(shape: MouthShape) -> Float[Array, "point 2"]:
    """Return the closed outline: the upper lip from right to left, then the lower lip back, corners once."""
    shares = np.linspace(0.0, 1.0, LIP_POINTS)
    return np.vstack([along(shape.upper, shares), along(shape.lower, shares)[-2:0:-1]])


CHART = MouthShape(
    upper=half(((0.0, 0.42), (0.45, 0.36), (0.82, 0.18), (1.0, 0.0))),
    lower=half(((0.0, -0.42), (0.45, -0.36), (0.82, -0.18), (1.0, 0.0))),
)
"""Not seen: the opening in which the mesh is laid out."""
CLOSED = line(((0.0, -0.07), (0.5, -0.04), (1.0, 0.10)))
SHAPES: dict[str, MouthShape] = {
    "あ": MouthShape(
        upper=half(((0.0, 0.34), (0.55, 0.34), (0.92, 0.22), (1.02, 0.02))),
        lower=half(((0.0, -1.02), (0.42, -0.92), (0.82, -0.48), (1.02, 0.02))),
        jaw=0.022,
    ),
    "い": MouthShape(
        upper=half(((0.0, 0.16), (0.6, 0.19), (1.05, 0.22), (1.22, 0.14))),
        lower=half(((0.0, -0.32), (0.55, -0.26), (1.00, -0.06), (1.22, 0.14))),
        jaw=0.003,
        teeth=0.10,
    ),
    "う": MouthShape(
        upper=half(((0.0, 0.20), (0.20, 0.18), (0.37, 0.08), (0.44, -0.08))),
        lower=half(((0.0, -0.38), (0.20, -0.35), (0.37, -0.24), (0.44, -0.08))),
        jaw=0.004,
    ),
    "え": MouthShape(
        upper=half(((0.0, 0.24), (0.55, 0.25), (0.96, 0.22), (1.10, 0.06))),
        lower=half(((0.0, -0.62), (0.50, -0.58), (0.92, -0.34), (1.10, 0.06))),
        jaw=0.012,
    ),
    "お": MouthShape(
        upper=half(((0.0, 0.36), (0.32, 0.32), (0.60, 0.12), (0.68, -0.18))),
        lower=half(((0.0, -0.78), (0.32, -0.74), (0.60, -0.50), (0.68, -0.18))),
        jaw=0.016,
    ),
    "▲": MouthShape(
        upper=half(((0.0, 0.38), (0.22, 0.20), (0.46, -0.12), (0.62, -0.36))),
        lower=half(((0.0, -0.36), (0.25, -0.37), (0.48, -0.37), (0.62, -0.36))),
    ),
    "∧": line(((0.0, 0.16), (0.45, 0.02), (0.95, -0.26))),
    "ω": line(((0.0, 0.14), (0.14, -0.04), (0.42, -0.20), (0.72, -0.08), (0.86, 0.16))),
    "にやり": MouthShape(
        upper=half(((0.0, -0.08), (0.6, 0.00), (1.05, 0.18), (1.32, 0.42))),
        lower=half(((0.0, -0.40), (0.6, -0.26), (1.05, 0.06), (1.32, 0.42))),
        teeth=0.10,
    ),
    "にっこり": line(((0.0, -0.26), (0.55, -0.14), (0.95, 0.10), (1.16, 0.34))),
    "ぺろっ": MouthShape(
        upper=half(((0.0, -0.02), (0.5, -0.01), (0.9, 0.08), (1.10, 0.24))),
        lower=half(((0.0, -0.34), (0.5, -0.26), (0.9, -0.02), (1.10, 0.24))),
        tongue=(0.28, 0.10, 0.035),
    ),
    "口角上げ": line(((0.0, -0.08), (0.5, -0.02), (1.06, 0.24))),
    "口角下げ": line(((0.0, 0.06), (0.5, 0.00), (1.00, -0.20))),
}
"""Expressions of the mouth."""
