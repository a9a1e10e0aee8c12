"""The four styles: which locks there are, where they lie, and what they sway with."""

from dataclasses import dataclass

from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_back import bob_locks, long_locks, short_locks
from manekko.character.hair_fringe import fringe, side_locks
from manekko.character.hair_strands import Lock
from manekko.character.hair_tails import tails
from manekko.character.parts import Chain


@dataclass(frozen=True, eq=False)
class Style:
    """What a style is made of."""

    locks: tuple[Lock, ...]
    chains: tuple[Chain, ...]


def style_of(design: Design, surface: FaceSurface) -> Style:
    """Return the locks and chains of a design's hair."""
    behind = {"twintails": tails, "long": long_locks, "bob": bob_locks, "short": short_locks}[design.hair]
    locks = [*fringe(design, surface), *side_locks(design, surface), *behind(design, surface)]
    chains = {lock.chain.bones[0]: lock.chain for lock in locks if lock.chain is not None}
    return Style(tuple(locks), tuple(chains.values()))
