"""The head: skin, ears, eyes, brows and mouth with all morphs of the face."""

from manekko.character.brows import BROW, brow_parts
from manekko.character.design import Design
from manekko.character.dressed import skin_surface
from manekko.character.eye_shapes import EyePlace, eye_place
from manekko.character.eyes import IRIS, LASH, WHITE, eye_parts
from manekko.character.face import BLUSH, SKIN, blush_parts, ear_part, skin_parts
from manekko.character.face_surface import FaceSurface, face_surface
from manekko.character.layers import LEFT_SIDE, RIGHT_SIDE
from manekko.character.mouth import INSIDE, LINE, mouth_parts
from manekko.character.paint_face import (
    darker,
    paint_blush,
    paint_inside,
    paint_iris,
    paint_lash,
    paint_skin,
    paint_white,
)
from manekko.character.parts import Part, Piece, Surface

_FULL, _HALF = (1.0, 1.0, 1.0, 1.0), (0.5, 0.5, 0.5)
"""Diffuse and ambient that show a texture's own colours under MMD's light."""
_SIDES = (LEFT_SIDE, RIGHT_SIDE)


def head_piece(design: Design) -> Piece:
    """Return the head of a design, its surfaces in the order in which they are drawn."""
    surface = face_surface(design)
    place = place_of_eye(design, surface)
    parts: list[Part] = skin_parts(surface, place)
    parts += [ear_part(surface, side) for side in _SIDES]
    parts += mouth_parts(surface)
    for side in _SIDES:
        parts += eye_parts(surface, place, side) + brow_parts(surface, place, side) + blush_parts(surface, side)
    return Piece(tuple(parts), _surfaces(design, place))


def place_of_eye(design: Design, surface: FaceSurface) -> EyePlace:
    """Return where the left eye is."""
    frame = surface.frame
    return eye_place(design, frame.eye_x / frame.height, (frame.eye_y - frame.chin_y) / frame.height)


def _surfaces(design: Design, place: EyePlace) -> tuple[Surface, ...]:
    plain = {"diffuse_rgba": _FULL, "ambient_rgb": _HALF}
    drawn = plain | {"edge": False, "casts_shadow": False}
    lash = darker(design.hair_rgb, 0.38, 0.10)
    return (
        Surface(SKIN, "face", **plain, texture=paint_skin(design.skin_rgb, place), takes_shadow=False),
        Surface(WHITE, "eye white", **drawn, texture=paint_white(), shade_rgb=(0.90, 0.88, 0.93)),
        Surface(INSIDE, "mouth", **drawn, texture=paint_inside(), shade_rgb=(0.92, 0.88, 0.90)),
        Surface(IRIS, "iris", **drawn, texture=paint_iris(design.eye_rgb), shade_rgb=(0.93, 0.93, 0.95)),
        Surface(LASH, "lashes", **drawn, texture=paint_lash(lash), shade_rgb=(0.9, 0.9, 0.9), two_sided=True),
        Surface(BROW, "brows", **drawn, texture=paint_lash(darker(design.hair_rgb, 0.62)), two_sided=True),
        Surface(LINE, "lip line", **drawn, texture=paint_lash((0.46, 0.20, 0.20)), two_sided=True),
        Surface(BLUSH, "blush", **drawn, texture=paint_blush()),
        skin_surface(design),
    )
