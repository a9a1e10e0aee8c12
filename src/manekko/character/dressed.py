"""The body in its clothes."""

from manekko.character.clothes import part_of
from manekko.character.design import Design
from manekko.character.outfit_casual import casual_piece, casual_skin
from manekko.character.outfit_idol import idol_piece, idol_skin
from manekko.character.outfit_sailor import sailor_piece, sailor_skin
from manekko.character.outfit_sports import sports_piece, sports_skin
from manekko.character.parts import Piece, Surface

_WARDROBE = {
    "idol": (idol_piece, idol_skin),
    "sailor": (sailor_piece, sailor_skin),
    "casual": (casual_piece, casual_skin),
    "sports": (sports_piece, sports_skin),
}


def skin_surface(design: Design) -> Surface:
    """Return the body's skin; under MMD's light it has the face's colour."""
    red, green, blue = design.skin_rgb
    return Surface("肌", "skin", (red, green, blue, 1.0), (0.4 * red, 0.4 * green, 0.4 * blue))


def dressed_piece(design: Design) -> Piece:
    """Return body and clothes."""
    piece, skin = _WARDROBE[design.outfit]
    clothes = piece(design)
    bare = part_of(skin(), "肌", design)
    return Piece((bare, *clothes.parts), (skin_surface(design), *clothes.surfaces), clothes.chains)
