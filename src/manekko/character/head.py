"""The head: skin, ears, eyes, brows and mouth with all morphs of the face."""

from dataclasses import replace

from manekko.arrays import Array, UInt8
from manekko.character.brows import BROW, brow_parts
from manekko.character.design import Colour, Design
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
    lash, brow, line = darker(design.hair_rgb, 0.38, 0.10), darker(design.hair_rgb, 0.62), (0.46, 0.20, 0.20)
    skin = skin_surface(design)
    face = replace(
        skin,
        name=SKIN,
        name_en="face",
        diffuse_rgba=_FULL,
        ambient_rgb=_HALF,
        texture=paint_skin(design.skin_rgb, place),
        takes_shadow=False,
    )
    return (
        face,
        _drawn(WHITE, "eye white", paint_white(), shade_rgb=(0.90, 0.88, 0.93)),
        _drawn(INSIDE, "mouth", paint_inside(), shade_rgb=(0.92, 0.88, 0.90)),
        _drawn(IRIS, "iris", paint_iris(design.eye_rgb), shade_rgb=(0.93, 0.93, 0.95)),
        _drawn(LASH, "lashes", paint_lash(lash, (0.45, 0.22, 0.22))),
        _drawn(BROW, "brows", paint_lash(brow, brow)),
        _drawn(LINE, "lip line", paint_lash(line, line)),
        _drawn(BLUSH, "blush", paint_blush()),
        skin,
    )


def _drawn(
    name: str, name_en: str, texture: UInt8[Array, "height width 4"], *, shade_rgb: Colour = (0.92, 0.88, 0.90)
) -> Surface:
    """Return a surface that is drawn on the face: no outline, no shadow."""
    return Surface(
        name,
        name_en,
        _FULL,
        _HALF,
        texture=texture,
        shade_rgb=shade_rgb,
        edge=False,
        casts_shadow=False,
        takes_shadow=False,
    )
