"""The fringe over the forehead and the locks that frame the face."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import along
from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_shell import Place, shell
from manekko.character.hair_strands import SCALP, Lock
from manekko.character.parts import Chain

_DIGITS = "１２３４５６７８９"
SIDES = ((1.0, "左"), (-1.0, "右"))
_FRINGE = (
    # turn at the root and the tip [°], way at the tip, half width, lift in the middle
    (4.0, -4.0, 1.310, 0.060, 0.070),
    (-14.0, -18.0, 1.220, 0.076, 0.058),
    (21.0, 14.0, 1.235, 0.076, 0.060),
    (-33.0, -39.0, 1.265, 0.082, 0.064),
    (38.0, 35.0, 1.285, 0.082, 0.064),
    (-52.0, -61.0, 1.350, 0.082, 0.058),
    (56.0, 62.0, 1.350, 0.082, 0.058),
)
_SWEPT = (
    (12.0, -24.0, 1.270, 0.075, 0.066),
    (-8.0, -34.0, 1.230, 0.078, 0.058),
    (28.0, 2.0, 1.200, 0.075, 0.060),
    (-28.0, -52.0, 1.290, 0.080, 0.064),
    (42.0, 38.0, 1.240, 0.080, 0.066),
    (-46.0, -66.0, 1.330, 0.080, 0.056),
    (57.0, 66.0, 1.330, 0.080, 0.058),
)
_FULL_TAPER = ((0.0, 0.80), (0.35, 1.0), (0.70, 0.88), (0.88, 0.55), (1.0, 0.0))


def on_shell(*places: Place) -> Float[Array, "knot 3"]:
    """Return a line through places of the shell."""
    return shell(np.array(places))


def make_chain(
    surface: FaceSurface, name: str, line: Float[Array, "knot 3"], count: int, *, stiffness: float, start: float = 0.0
) -> Chain:
    """Return a chain of ``count`` bones along a line [head heights], its root at share ``start``."""
    points = surface.world(along(line, np.linspace(start, 1.0, count + 1)))
    bones = tuple(f"{name}{_DIGITS[number]}" for number in range(count))
    return Chain("hair", "頭", bones, points, radius_m=0.05 * surface.frame.height, stiffness=stiffness, drag=0.35)


def fringe(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield the locks over the forehead; they sway a little, in three groups."""
    table = _SWEPT if design.hair == "short" else _FRINGE
    chains = {}
    for name, turn in (("前髪中", 0.0), ("前髪左", 38.0), ("前髪右", -38.0)):
        line = on_shell((turn, 0.75, 0.05), (turn, 1.02, 0.05), (turn, 1.25, 0.03))
        chains[name] = make_chain(surface, name, line, 2, stiffness=0.85)
    for root, tip, end, wide, lift in table:
        line = on_shell(
            (root * 0.9, 0.08, 0.020),
            (root, 0.50, lift),
            (0.65 * root + 0.35 * tip, 0.93, lift),
            (tip, end, 0.026),
        )
        word = "前髪中" if abs(root) < 16 else "前髪左" if root > 0 else "前髪右"
        yield Lock(line, wide, 0.034, chain=chains[word], from_crown=0.08 * SCALP, taper=_FULL_TAPER, rings=10)


def side_locks(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield the locks before the ears."""
    end = {"twintails": 2.02, "long": 2.10, "bob": 1.82, "short": 1.58}[design.hair]
    for side, word in SIDES:
        line = on_shell(
            (side * 64.0, 0.14, 0.020),
            (side * 72.0, 0.60, 0.054),
            (side * 76.0, 1.08, 0.058),
            (side * 73.0, 0.5 * (1.08 + end), 0.046),
            (side * 64.0, end, -0.01),
        )
        chain = make_chain(surface, f"横髪{word}", line, 4, stiffness=0.5, start=0.40)
        yield Lock(line, 0.076, 0.044, chain=chain, rings=13, from_crown=0.14 * SCALP)
        back = on_shell(
            (side * 78.0, 0.20, 0.020),
            (side * 84.0, 0.62, 0.050),
            (side * 86.0, 1.08, 0.054),
            (side * 84.0, 0.5 * (1.08 + 0.92 * end), 0.052),
            (side * 80.0, 0.92 * end, 0.03),
        )
        yield Lock(back, 0.070, 0.040, chain=chain, rings=11, from_crown=0.2 * SCALP)
