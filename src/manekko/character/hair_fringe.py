"""The fringe over the forehead and the locks that frame the face."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import along, profile
from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_shell import Place, shell
from manekko.character.hair_strands import Lock
from manekko.character.parts import Chain

_DIGITS = "１２３４５６７８９"
SIDES = ((1.0, "左"), (-1.0, "右"))
_FRINGE = (
    # turn at the root and the tip [°], way at the tip, half width, lift in the middle
    (6.0, -6.0, 1.330, 0.054, 0.076),
    (-10.0, -24.0, 1.215, 0.084, 0.060),
    (22.0, 6.0, 1.205, 0.080, 0.062),
    (16.0, 17.0, 1.245, 0.036, 0.052),
    (-30.0, -35.0, 1.265, 0.078, 0.068),
    (38.0, 25.0, 1.230, 0.084, 0.068),
    (-43.0, -57.0, 1.285, 0.074, 0.056),
    (49.0, 49.0, 1.330, 0.064, 0.058),
    (-57.0, -64.0, 1.400, 0.066, 0.064),
    (61.0, 65.0, 1.380, 0.070, 0.064),
    (31.0, 34.0, 1.265, 0.024, 0.078),
    (-38.0, -46.0, 1.290, 0.026, 0.078),
)
_SWEPT = (
    (14.0, -24.0, 1.270, 0.075, 0.070),
    (-6.0, -40.0, 1.225, 0.080, 0.060),
    (30.0, 2.0, 1.195, 0.078, 0.062),
    (-28.0, -56.0, 1.290, 0.078, 0.068),
    (24.0, 18.0, 1.225, 0.040, 0.054),
    (42.0, 36.0, 1.240, 0.080, 0.070),
    (-46.0, -68.0, 1.350, 0.076, 0.058),
    (57.0, 66.0, 1.330, 0.076, 0.060),
)
_FULL_TAPER = ((0.0, 0.0), (0.10, 0.60), (0.40, 1.0), (0.68, 0.90), (0.86, 0.58), (1.0, 0.0))


def hanging(design: Design) -> float:
    """Return the length of what hangs below the head, of the standard figure's: small bodies carry shorter hair."""
    return design.hair_length * float(np.interp(design.heads, [2.5, 6.6, 8.0], [0.55, 1.0, 1.15]))


def on_shell(*places: Place) -> Float[Array, "knot 3"]:
    """Return a line through places of the shell."""
    return shell(np.array(places))


def make_chain(
    surface: FaceSurface, name: str, line: Float[Array, "knot 3"], count: int, *, stiffness: float, start: float = 0.0
) -> Chain:
    """Return a chain of ``count`` bones along a line [head heights], its root at share ``start``."""
    points = surface.world(along(line, np.linspace(start, 1.0, count + 1)))
    bones = tuple(f"{name}{_DIGITS[number]}" for number in range(count))
    return Chain("hair", "頭", bones, points, radius_m=0.05 * surface.frame.height, stiffness=stiffness, drag=0.45)


def fringe(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield the locks over the forehead; they sway a little, in three groups."""
    table = _SWEPT if design.hair == "short" else _FRINGE
    chains = {}
    for name, turn in (("前髪中", 0.0), ("前髪左", 38.0), ("前髪右", -38.0)):
        line = on_shell((turn, 0.75, 0.05), (turn, 1.02, 0.05), (turn, 1.25, 0.03))
        chains[name] = make_chain(surface, name, line, 2, stiffness=0.85)
    for root, tip, end, wide, lift in table:
        share = np.linspace(0.0, 1.0, 7)
        turns = root + (tip - root) * share**2.2
        ways = 0.03 + (end - 0.03) * share
        lifts = lift * profile(((0.0, -0.25), (0.12, 0.05), (0.45, 0.85), (0.75, 1.0), (1.0, 0.42)), share)
        line = shell(np.stack([turns, ways, lifts], axis=-1))
        word = "前髪中" if abs(root) < 16 else "前髪左" if root > 0 else "前髪右"
        yield Lock(line, wide, 0.034, chain=chains[word], taper=_FULL_TAPER, rings=12)


def side_locks(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield the locks before the ears."""
    end = {"twintails": 2.02, "long": 2.10, "bob": 1.82, "short": 1.58}[design.hair]
    for side, word in SIDES:
        line = on_shell(
            (side * 62.0, 0.08, -0.010),
            (side * 65.0, 0.30, 0.018),
            (side * 68.0, 0.60, 0.052),
            (side * 71.0, 1.08, 0.058),
            (side * 67.0, 0.5 * (1.08 + end), 0.046),
            (side * 57.0, end, 0.00),
        )
        chain = make_chain(surface, f"横髪{word}", line, 4, stiffness=0.5, start=0.40)
        yield Lock(line, 0.076, 0.044, chain=chain, rings=13)
        back = on_shell(
            (side * 78.0, 0.12, -0.010),
            (side * 81.0, 0.32, 0.018),
            (side * 84.0, 0.62, 0.050),
            (side * 86.0, 1.08, 0.054),
            (side * 84.0, 0.5 * (1.08 + 0.92 * end), 0.052),
            (side * 80.0, 0.92 * end, 0.03),
        )
        yield Lock(back, 0.070, 0.040, chain=chain, rings=11)
