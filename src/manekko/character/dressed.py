"""The body in its clothes."""

import numpy as np

from manekko.character.body import body_sheet
from manekko.character.design import Design
from manekko.character.parts import Part, Piece, Surface
from manekko.character.proportions import proportions
from manekko.character.sheets import Sheet
from manekko.character.weights import BODY_BONES, eased


def part_of(sheet: Sheet, material: str, design: Design) -> Part:
    """Return a sheet of the standard figure as a part of a design's."""
    points = proportions(design).placed(sheet.points_m, eased(sheet.field("arm"), -0.02, 0.05))
    uvs = sheet.fields.get("uv", np.zeros((len(points), 2)))
    return Part(material, points, sheet.triangles, uvs, BODY_BONES, sheet.fields["weights"])


def skin_surface(design: Design) -> Surface:
    """Return the body's skin; the face's surface of the same name goes with it."""
    red, green, blue = design.skin_rgb
    return Surface("肌", "skin", (red, green, blue, 1.0), (0.4 * red, 0.4 * green, 0.4 * blue))


def dressed_piece(design: Design) -> Piece:
    """Return body and clothes."""
    return Piece((part_of(body_sheet(), "肌", design),), (skin_surface(design),))
