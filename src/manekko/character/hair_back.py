"""The hair behind of the styles that let it down."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import smoothstep
from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_fringe import hanging, make_chain, on_shell
from manekko.character.hair_shell import shell
from manekko.character.hair_strands import Lock
from manekko.character.parts import Chain

_HANGING = ((0.0, 0.0), (0.06, 0.70), (0.25, 1.0), (0.62, 0.95), (0.85, 0.58), (1.0, 0.0))
_GROUPS = (("後髪中", 180.0), ("後髪左", 145.0), ("後髪右", -145.0), ("後髪左外", 108.0), ("後髪右外", -108.0))


def _nearest(chains: dict[float, Chain], turn: float) -> Chain:
    """Return the chain whose place round the head is nearest."""
    return chains[min(chains, key=lambda at: abs((turn - at + 180.0) % 360.0 - 180.0))]


def _spread(first: float, step: float, count: int) -> Float[Array, " lock"]:
    """Return places round the back, evenly to both sides of the middle [°]."""
    return 180.0 + (np.arange(count) - (count - 1) / 2) * step + 0.0 * first


def _behind(line: Float[Array, "knot 3"]) -> Float[Array, "knot 3"]:
    """Return a line that hangs from the head led behind shoulders and back."""
    x, y, z = line.T
    share = smoothstep(-0.35, 0.15, -y)
    back = -0.47 + 0.45 * np.maximum(np.abs(x) - 0.20, 0.0) + (z - shell(np.array([180.0, 2.0, 0.0]))[2]) * 0.10
    return np.stack([x * (1.0 + 0.06 * share), y, z * (1.0 - share) + back * share], axis=-1)


def long_locks(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield hair that falls to the waist, in two layers."""
    end = 1.0 + 3.35 * hanging(design)
    chains = {}
    for name, turn in _GROUPS:
        line = on_shell((turn, 1.0, 0.05), (turn, 1.7, 0.02), (turn, 0.5 * (1.7 + end), 0.0), (turn, end, 0.05))
        line = _behind(line)
        chains[turn] = make_chain(surface, name, line, 6, stiffness=0.7)
    for layer, (count, step, reach, lift) in enumerate(((12, 15.5, 1.0, 0.056), (11, 15.5, 0.93, 0.020))):
        for number, turn in enumerate(_spread(0.0, step, count)):
            tip = end * (reach - 0.07 * ((number * 5 + layer * 2) % 4) / 3)
            sway = 5.0 * ((number % 3) - 1)
            line = on_shell(
                (turn, 0.05 + 0.25 * layer, -0.012),
                (turn, 0.28 + 0.10 * layer, 0.28 * lift),
                (turn, 0.60, lift),
                (turn, 1.10, lift + 0.010),
                (turn + 0.5 * sway, 1.75, lift - 0.050),
                (turn - 0.5 * sway, 0.60 * 1.75 + 0.40 * tip, lift - 0.020),
                (turn + 0.6 * sway, 0.25 * 1.75 + 0.75 * tip, lift + 0.010),
                (turn + 0.2 * sway, tip, lift + 0.06),
            )
            chain = _nearest(chains, turn)
            yield Lock(_behind(line), 0.085, 0.045, chain=chain, rings=16, taper=_HANGING)


def bob_locks(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield hair to the jaw whose ends turn in."""
    end = 1.0 + 0.95 * design.hair_length
    chains = {}
    for name, turn in _GROUPS:
        line = on_shell((turn, 1.0, 0.06), (turn, 1.5, 0.06), (turn, end, -0.01))
        chains[turn] = make_chain(surface, name, line, 3, stiffness=0.6)
    for layer, (count, step, reach, lift) in enumerate(((13, 15.0, 1.0, 0.070), (12, 15.0, 0.95, 0.035))):
        for number, turn in enumerate(_spread(0.0, step, count)):
            tip = end * (reach - 0.035 * ((number * 3 + layer) % 3))
            line = on_shell(
                (turn, 0.05 + 0.25 * layer, -0.012),
                (turn, 0.28 + 0.10 * layer, 0.28 * lift),
                (turn, 0.60, lift - 0.006),
                (turn, 1.05, lift),
                (turn, 1.0 + 0.55 * (tip - 1.0), lift + 0.006),
                (turn + 3.0 * ((number % 3) - 1), tip, lift - 0.095),
            )
            chain = _nearest(chains, turn)
            yield Lock(line, 0.088, 0.045, chain=chain, rings=11, taper=_HANGING)


def short_locks(design: Design, surface: FaceSurface) -> Iterator[Lock]:
    """Yield short hair in three rows, each over the next, with points that stand off a little."""
    chains = {}
    for name, turn in _GROUPS[:3]:
        line = on_shell((turn, 0.95, 0.05), (turn, 1.3, 0.04), (turn, 1.6, 0.02))
        chains[turn] = make_chain(surface, name, line, 2, stiffness=0.8)
    rows = ((9, 21.0, 0.05, 1.12, 0.070), (11, 18.0, 0.35, 1.42, 0.048), (9, 16.0, 0.75, 1.72, 0.012))
    for row, (count, step, root, end, lift) in enumerate(rows):
        for number, turn in enumerate(_spread(0.0, step, count)):
            tip = 1.0 + (end - 1.0 + 0.07 * ((number * 2 + row) % 3)) * design.hair_length
            line = on_shell(
                (turn, root, -0.012),
                (turn, 0.75 * root + 0.25, 0.30 * lift),
                (turn, 0.4 * root + 0.54, lift - 0.01),
                (turn + 2.0, 0.35 * root + 0.65 * tip, lift),
                (turn + 9.0 * ((number % 3) - 0.7), tip, lift + (0.020 if row < 2 else -0.10)),
            )
            yield Lock(line, 0.098, 0.045, chain=_nearest(chains, turn), rings=9)
