"""The hair: a cap on the scalp, fringe and side locks, and what the style adds behind."""

import numpy as np

from manekko.character.curves import strip
from manekko.character.design import Colour, Design
from manekko.character.face_surface import FaceSurface, face_surface, hairline
from manekko.character.hair_ribbons import RIBBON, ribbon_surface
from manekko.character.hair_shell import shell_normals
from manekko.character.hair_strands import HAIR, joined, lock_part, texture_row
from manekko.character.hair_styles import style_of
from manekko.character.paint_hair import paint_hair
from manekko.character.parts import Part, Piece, Surface

_CAP_SHARES = np.append(np.linspace(0.0, 0.917, 9), 1.0)
"""Places of the cap's rings from the crown to the hairline, where it bends in."""
_CAP_COLUMNS = 28


def hair_piece(design: Design) -> Piece:
    """Return the hair of a design."""
    surface = face_surface(design)
    style = style_of(design, surface)
    locks = [lock_part(surface, lock, number) for number, lock in enumerate(style.locks)]
    hair = joined([_cap(surface), *(lock for lock in locks if lock.material == HAIR)])
    ribbons = [lock for lock in locks if lock.material == RIBBON]
    if not ribbons:
        return Piece((hair,), (_surface(design.hair_rgb),), style.chains)
    return Piece((hair, joined(ribbons)), (_surface(design.hair_rgb), ribbon_surface(design)), style.chains)


def _cap(surface: FaceSurface) -> Part:
    """Return the hair that lies on the scalp under all locks: the skin, lifted, down to the hairline."""
    turns = np.linspace(0.0, 360.0, _CAP_COLUMNS + 1)
    ends = hairline(np.radians(turns))
    shares = _CAP_SHARES[:, None]
    rings = np.maximum(shares * ends, 1e-3)
    skin = surface.at(np.radians(np.broadcast_to(turns, rings.shape)), rings)
    away = shell_normals(skin.reshape(-1, 3) + np.array([0.0, 1e-6, 0.0])).reshape(skin.shape)
    lifts = np.where(shares < 0.99, 0.094 - 0.064 * np.sqrt(shares), -0.012)
    points = skin + away * lifts[..., None]
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    way = np.concatenate([np.zeros((1, len(turns))), np.cumsum(steps, axis=0)])
    u = np.broadcast_to(turns / 360.0 * 3.0, way.shape)
    flat_points = points.reshape(-1, 3)
    return Part(
        material=HAIR,
        positions_m=surface.world(flat_points),
        triangles=strip(len(shares), len(turns))[:, ::-1],
        uvs=np.stack([u.ravel(), texture_row(way.ravel())], axis=-1),
        bones=("頭",),
        weights=np.ones((len(flat_points), 1)),
        normals=away.reshape(-1, 3),
        edge_scales=np.repeat(np.where(_CAP_SHARES < 0.8, 1.0, 0.0), len(turns)),
    )


def _shade(hair_rgb: Colour) -> Colour:
    """Return what the shaded side is multiplied by: the hair's own hue, a little towards violet."""
    red, green, blue = (channel / max(max(hair_rgb), 1e-6) for channel in hair_rgb)
    return (0.58 + 0.20 * red, 0.54 + 0.20 * green, 0.63 + 0.20 * blue)


def _surface(hair_rgb: Colour) -> Surface:
    red, green, blue = (0.32 * channel + 0.02 for channel in hair_rgb)
    return Surface(
        HAIR,
        "hair",
        diffuse_rgba=(1.0, 1.0, 1.0, 1.0),
        ambient_rgb=(0.5, 0.5, 0.5),
        texture=paint_hair(hair_rgb),
        shade_rgb=_shade(hair_rgb),
        edge_rgba=(red, green, blue, 1.0),
    )
