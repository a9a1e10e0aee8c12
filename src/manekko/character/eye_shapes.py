"""The outlines of the left eye, open and in every expression, as seen from the front.

Points count in half eye widths from the middle of the eye, x to the character's left (outwards), y up.
"""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import Points, along
from manekko.character.design import Design

LID_POINTS = 17
"""On each lid, corners included."""


@dataclass(frozen=True)
class EyeShape:
    """One outline: both lids from the inner to the outer corner, and how the lashes stand on them."""

    upper: Points
    lower: Points
    lash: float = 1.0
    """Thickness of the upper lash, of the open eye's."""
    wing: tuple[float, float] = (0.32, 0.24)
    """From the outer corner to the tip of the lash."""
    crease: float = 0.0
    """How far the fold above the lid moves up."""
    stroke: Points | None = None
    """What the upper lash draws where it leaves the lid, lashes and fold hidden."""
    iris: float = 1.0
    """Size of the iris."""

    def upper_lid(self, shares: Float[Array, " sample"]) -> Float[Array, "sample 2"]:
        """Return points of the upper lid, inner corner at share 0."""
        return along(self.upper, shares)

    def lower_lid(self, shares: Float[Array, " sample"]) -> Float[Array, "sample 2"]:
        """Return points of the lower lid, inner corner at share 0."""
        return along(self.lower, shares)


_INNER, _OUTER = (-0.95, -0.22), (0.99, 0.06)
OPEN = EyeShape(
    upper=(_INNER, (-0.84, 0.16), (-0.52, 0.56), (-0.02, 0.75), (0.46, 0.71), (0.84, 0.44), _OUTER),
    lower=(_INNER, (-0.66, -0.60), (-0.22, -0.78), (0.28, -0.78), (0.72, -0.54), _OUTER),
)


def _closed(line: Points, *, lash: float, wing: tuple[float, float], crease: float) -> EyeShape:
    return EyeShape(upper=line, lower=line, lash=lash, wing=wing, crease=crease)


_BLINK = _closed(
    ((-0.96, -0.36), (-0.50, -0.63), (0.05, -0.72), (0.55, -0.58), (0.98, -0.22)),
    lash=0.85,
    wing=(0.20, -0.02),
    crease=-0.42,
)
_SMILE = _closed(
    ((-0.98, -0.38), (-0.55, 0.00), (0.02, 0.16), (0.56, 0.00), (1.00, -0.38)),
    lash=0.85,
    wing=(0.14, -0.13),
    crease=-0.34,
)
_CALM = _closed(
    ((-0.96, -0.27), (-0.45, -0.31), (0.05, -0.32), (0.52, -0.30), (0.98, -0.24)),
    lash=0.85,
    wing=(0.14, 0.00),
    crease=-0.40,
)
_WINCE = replace(
    _CALM,
    wing=(0.04, -0.03),
    stroke=((0.80, 0.36), (0.20, 0.14), (-0.45, -0.12), (-0.62, -0.22), (-0.45, -0.32), (0.20, -0.55), (0.80, -0.75)),
)
_STARTLED = replace(
    OPEN,
    upper=(_INNER, (-0.88, 0.30), (-0.54, 0.80), (-0.02, 1.02), (0.47, 0.93), (0.84, 0.50), _OUTER),
    lower=(_INNER, (-0.72, -0.68), (-0.27, -0.92), (0.27, -0.93), (0.74, -0.64), _OUTER),
    crease=0.14,
    iris=0.78,
)
_FLAT = replace(
    OPEN,
    upper=(_INNER, (-0.85, 0.12), (-0.50, 0.30), (-0.02, 0.33), (0.45, 0.31), (0.80, 0.24), _OUTER),
    lower=(_INNER, (-0.66, -0.54), (-0.25, -0.70), (0.25, -0.71), (0.68, -0.50), _OUTER),
    crease=-0.30,
)
_KEEN = replace(
    OPEN,
    upper=(_INNER, (-0.80, 0.02), (-0.46, 0.38), (0.00, 0.66), (0.46, 0.74), (0.84, 0.52), (1.00, 0.16)),
    lower=(_INNER, (-0.66, -0.54), (-0.25, -0.74), (0.25, -0.76), (0.72, -0.46), (1.00, 0.16)),
    wing=(0.36, 0.24),
    crease=-0.06,
)
_SMALL = replace(OPEN, iris=0.60)

BOTH: dict[str, EyeShape] = {
    "まばたき": _BLINK,
    "笑い": _SMILE,
    "なごみ": _CALM,
    "はぅ": _WINCE,
    "びっくり": _STARTLED,
    "じと目": _FLAT,
    "ｷﾘｯ": _KEEN,
    "瞳小": _SMALL,
}
"""Expressions of both eyes."""
LEFT: dict[str, EyeShape] = {"ウィンク": _SMILE, "ウィンク２": _BLINK}
"""Expressions of the character's left eye."""
RIGHT: dict[str, EyeShape] = {"ウィンク右": _SMILE, "ｳｨﾝｸ２右": _BLINK}
"""Expressions of the character's right eye."""


@dataclass(frozen=True)
class EyePlace:
    """Where the left eye is and how large, in head heights."""

    middle: tuple[float, float]
    half_width: float
    iris: tuple[float, float]
    """Half width and half height of the iris."""

    def front_view(self, points: Float[Array, "point 2"]) -> Float[Array, "point 2"]:
        """Return points of an outline as seen from the front [head heights]."""
        return np.asarray(points) * self.half_width + self.middle


def eye_place(design: Design, eye_x: float, eye_y: float) -> EyePlace:
    """Return the place of a design's left eye: the fewer heads the figure is high, the larger its eyes."""
    half = float(np.interp(design.heads, [2.5, 6.6, 8.0], [0.125, 0.104, 0.092]))
    return EyePlace(middle=(eye_x, eye_y), half_width=half, iris=(0.69 * half, 0.86 * half))


def outline(shape: EyeShape) -> Float[Array, "point 2"]:
    """Return the closed outline: the upper lid outwards, then the lower lid back, corners once."""
    shares = np.linspace(0.0, 1.0, LID_POINTS)
    return np.vstack([shape.upper_lid(shares), shape.lower_lid(shares)[-2:0:-1]])
