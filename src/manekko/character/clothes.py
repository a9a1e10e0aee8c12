"""How garments are cut from the body: parts of its surface, moved outwards, with hems."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.body import body_sheet, fine_body_sheet
from manekko.character.design import Colour, Design
from manekko.character.parts import Part, Surface
from manekko.character.proportions import proportions
from manekko.character.sheets import Sheet, clipped, hemmed, inflated
from manekko.character.thinning import thinned
from manekko.character.weights import BODY_BONES, eased

_CLOTH_SHADE = (0.83, 0.79, 0.87)
_AMBIENT, _LIT = 0.42, 0.97
"""Under MMD's light of 0.6 they sum to the colour itself."""


Field = Float[Array, " vertex"]
"""One value for each vertex of a form."""
Conditions = Float[Array, "vertex _"]
"""Values that are positive where something is kept; a garment's edge runs where one is zero."""


@dataclass(frozen=True, eq=False)
class Form:
    """The body's surface as clothes are measured on it."""

    sheet: Sheet

    @property
    def x(self) -> Field:
        """To the left [m]."""
        return self.sheet.points_m[:, 0]

    @property
    def y(self) -> Field:
        """Height [m]."""
        return self.sheet.points_m[:, 1]

    @property
    def z(self) -> Field:
        """Forwards [m]."""
        return self.sheet.points_m[:, 2]

    @property
    def arm(self) -> Field:
        """Along the arm from the shoulder joint [m]; negative on the trunk."""
        return self.sheet.field("arm")

    @property
    def off_arm(self) -> Field:
        """Positive on trunk and legs, negative on the arms [m]."""
        return 0.022 - self.arm

    def cut(
        self, keep: Conditions, thickness_m: Field | float, hem_m: float = 0.003, tolerance_m: float = 0.0005
    ) -> Sheet:
        """Return the part where all conditions are positive, moved outwards, its hems turned in.

        Its triangles are as few as ``tolerance_m`` lets them be.
        """
        piece = thinned(clipped(inflated(self.sheet, thickness_m), keep), tolerance_m)
        return hemmed(piece, hem_m) if hem_m else piece


def coarse_form() -> Form:
    """Return the body as its skin is."""
    return Form(body_sheet())


def fine_form() -> Form:
    """Return the body in four times the triangles."""
    return Form(fine_body_sheet())


def both(*fields: Field | Conditions) -> Conditions:
    """Return conditions that hold where all of some do."""
    return np.concatenate([field[:, None] if field.ndim == 1 else field for field in fields], axis=1)


def either(*fields: Field) -> Field:
    """Return a field that is positive where one of some is."""
    return np.maximum.reduce(fields)


def within(value: Field, low: float, high: float) -> Conditions:
    """Return the conditions that a value lies between two bounds."""
    return np.stack([value - low, high - value], axis=1)


def part_of(sheet: Sheet, material: str, design: Design) -> Part:
    """Return a sheet of the standard figure as a part of a design's."""
    points = proportions(design).placed(sheet.points_m, eased(sheet.field("arm"), -0.02, 0.05))
    uvs = sheet.fields.get("uv", np.zeros((len(points), 2)))
    return Part(material, points, sheet.triangles, uvs, BODY_BONES, sheet.fields["weights"])


def cloth(name: str, name_en: str, colour: Colour, *, two_sided: bool = False, texture: Array | None = None) -> Surface:
    """Return a garment's material; with a texture its colour is the texture's own."""
    red, green, blue = (1.0, 1.0, 1.0) if texture is not None else colour
    dark = tuple(0.35 * part for part in colour)
    return Surface(
        name,
        name_en,
        (_LIT * red, _LIT * green, _LIT * blue, 1.0),
        (_AMBIENT * red, _AMBIENT * green, _AMBIENT * blue),
        texture=texture,
        shade_rgb=_CLOTH_SHADE,
        edge_rgba=(0.10 + dark[0], 0.06 + dark[1], 0.08 + dark[2], 1.0),
        two_sided=two_sided,
    )


def everyday_surfaces(design: Design) -> tuple[Surface, ...]:
    """Return the materials of shorts, a top, socks and sports shoes."""
    return (
        cloth("ズボン", "shorts", design.bottom_rgb),
        cloth("靴下", "socks", design.socks_rgb),
        cloth("靴", "shoes", design.shoes_rgb, two_sided=True),
        cloth("靴底", "soles", (0.97, 0.96, 0.95)),
        cloth("トップス", "top", design.top_rgb, two_sided=True),
        cloth("飾り", "trim", design.accent_rgb),
        cloth("白", "white", (0.98, 0.98, 1.0)),
    )
