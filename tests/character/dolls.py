"""Characters that several tests look at, each built once."""

from functools import cache

from manekko.character.build import Character, build_character
from manekko.character.design import Design

CHIBI = Design(height_m=0.9, heads=3.0)
TALL = Design(height_m=1.72, heads=7.8, outfit="sailor", hair="long")


@cache
def built(design: Design) -> Character:
    """Return a design's character."""
    return build_character(design)
