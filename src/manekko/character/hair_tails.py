"""Twintails: hair drawn up to two bows, and the tails that swing from them."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import Points, along, profile
from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_fringe import SIDES, hanging, make_chain, on_shell
from manekko.character.hair_ribbons import bow
from manekko.character.hair_strands import Lock
from manekko.character.parts import Chain

_TIE = (112.0, 0.74, 0.055)
"""Place of the bow on the shell."""
_TAIL = (
    (0.00, 0.00, 0.00),
    (0.055, 0.070, -0.02),
    (0.135, 0.115, -0.04),
    (0.225, 0.085, -0.06),
    (0.305, -0.035, -0.07),
    (0.360, -0.23, -0.08),
    (0.395, -0.57, -0.08),
    (0.375, -1.02, -0.06),
    (0.31, -1.48, -0.02),
    (0.28, -1.92, 0.03),
    (0.33, -2.32, 0.08),
)
"""The middle of the left tail from the tie [head heights]."""
_GIRTH: Points = ((0.0, 0.020), (0.12, 0.085), (0.35, 0.125), (0.65, 0.115), (0.90, 0.06), (1.0, 0.02))
"""How far the tail's locks lie from its middle, along it."""
_LOOSE = ((0.62, 0.6, 0.10), (0.74, 2.5, 0.12), (0.55, 4.6, 0.08))
"""Thin locks that leave the tail: where they end, on which side [rad], how far they bend out at the tip."""
_TAPER: Points = ((0.0, 0.30), (0.10, 0.75), (0.30, 1.0), (0.65, 0.90), (0.88, 0.48), (1.0, 0.0))


def tails(design: Design, surface: FaceSurface) -> list[Lock]:
    """Return the hair behind of the twintails, with their bows."""
    locks: list[Lock] = []
    for side, word in SIDES:
        mirror = np.array([side, 1.0, 1.0])
        tie = on_shell(_TIE)[0] * mirror
        middle = tie + _stretched(hanging(design)) * mirror
        chain = make_chain(surface, f"ツイン{word}", middle, 6, stiffness=0.9)
        locks += [*_drawn_up(side), *_tail(middle, chain)]
        locks += bow(tie, side)
    return locks


def _stretched(length: float) -> Float[Array, "knot 3"]:
    """Return the tail's middle with its hanging part so many times as long."""
    line = np.array(_TAIL)
    line[:, 1] = np.where(line[:, 1] < 0.0, line[:, 1] * length, line[:, 1])
    return line


def _drawn_up(side: float) -> Iterator[Lock]:
    """Yield the locks that lie on the back of the head and lead to the bow."""
    turn, way, lift = _TIE
    roots = (
        (168.0, 0.10),
        (178.0, 0.40),
        (184.0, 0.68),
        (184.0, 0.98),
        (182.0, 1.32),
        (172.0, 1.56),
        (148.0, 1.46),
        (124.0, 1.24),
    )
    for root_turn, root_way in roots:
        off = 0.046 * min(1.0, 0.25 + root_way) - 0.024
        line = on_shell(
            (side * root_turn, root_way, -0.02),
            (side * (0.66 * root_turn + 0.34 * turn), 0.66 * root_way + 0.34 * way, 0.8 * off),
            (side * (0.33 * root_turn + 0.67 * turn), 0.33 * root_way + 0.67 * way, off),
            (side * turn, way, lift),
        )
        line = _drawn_in(line)
        taper = ((0.0, 0.0), (0.10, 0.55), (0.35, 1.0), (0.75, 0.75), (1.0, 0.30))
        yield Lock(line, 0.105, 0.044, rings=7, under=False, rounding=0.65, taper=taper, from_crown=0.75)
    for root_turn, root_way in ((60.0, 0.22), (86.0, 0.26), (130.0, 0.12)):
        line = on_shell(
            (side * root_turn, root_way, -0.015),
            (side * (0.6 * root_turn + 0.4 * turn), 0.55 * root_way + 0.45 * way, 0.024),
            (side * turn, way, lift),
        )
        taper = ((0.0, 0.0), (0.12, 0.6), (0.4, 1.0), (0.8, 0.7), (1.0, 0.3))
        yield Lock(line, 0.095, 0.046, rings=7, under=False, rounding=0.65, taper=taper, from_crown=0.75)


def _drawn_in(line: Float[Array, "knot 3"]) -> Float[Array, "knot 3"]:
    """Return a line of the shell laid onto the nape, where the head narrows to the neck."""
    inward = np.clip((0.42 - line[:, 1]) / 0.32, 0.0, 1.0)[:, None]
    return line * (1.0 - inward * [0.16, 0.0, 0.34])


def _tail(middle: Float[Array, "knot 3"], chain: Chain) -> Iterator[Lock]:
    """Yield the locks of one tail: round its middle, of uneven length, and one within."""
    count = 8
    shares = np.linspace(0.0, 1.0, 10)
    for number in range(count):
        end = (1.0, 0.86, 0.95, 0.80, 0.98, 0.83, 0.92, 0.88)[number]
        axis = along(middle, shares * end)
        twist = 2 * np.pi * number / count + 0.7 * shares
        girth = profile(_GIRTH, shares) * (0.85 + 0.3 * ((number * 3) % 4) / 3)
        around = np.stack([np.cos(twist), np.zeros_like(shares), np.sin(twist)], axis=-1)
        tip = np.where(shares > 0.85, (shares - 0.85) / 0.15, 0.0)[:, None] * 0.03 * around
        line = axis + around * girth[:, None] + tip
        yield Lock(line, 0.092, 0.046, chain=chain, rings=13, taper=_TAPER, from_crown=0.55, axis=axis)
    for end, turn, flick in _LOOSE:
        axis = along(middle, shares * end)
        around = np.array([np.cos(turn), 0.0, np.sin(turn)])
        girth = 1.12 * profile(_GIRTH, shares * end) + flick * shares**4
        line = axis + around * girth[:, None]
        yield Lock(line, 0.034, 0.026, chain=chain, rings=7, taper=_TAPER, from_crown=0.55, axis=axis)
    yield Lock(along(middle, shares * 0.93), 0.09, 0.08, chain=chain, rings=7, taper=_TAPER, from_crown=0.55)
