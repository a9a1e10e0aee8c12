"""The body in its clothes."""

from manekko.character.clothes import part_of
from manekko.character.design import Design
from manekko.character.outfit_idol import idol_piece, idol_skin
from manekko.character.parts import Piece, Surface


def skin_surface(design: Design) -> Surface:
    """Return the body's skin; the face's surface of the same name goes with it."""
    red, green, blue = design.skin_rgb
    return Surface("肌", "skin", (red, green, blue, 1.0), (0.4 * red, 0.4 * green, 0.4 * blue))


def dressed_piece(design: Design) -> Piece:
    """Return body and clothes."""
    clothes = idol_piece(design)
    skin = part_of(idol_skin(), "肌", design)
    return Piece((skin, *clothes.parts), (skin_surface(design), *clothes.surfaces), clothes.chains)
