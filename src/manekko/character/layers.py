"""Flat pieces that lie on, before or behind the skin of the face: lashes, irises, teeth."""

from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.curves import unit
from manekko.character.face_surface import FaceSurface
from manekko.character.parts import Part

LEFT_SIDE, RIGHT_SIDE = 1, -1
_STILL = 1e-7
"""Shifts below this many metres are no part of a morph."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A piece as seen from the front on the character's left [head heights]."""

    front_view: Float[Array, "vertex 2"]
    lifts: Float[Array, " vertex"]
    """How far before the skin."""
    triangles: Int[Array, "triangle 3"]
    uvs: Float[Array, "vertex 2"]
    targets: dict[str, tuple[Float[Array, "vertex 2"], Float[Array, " vertex"]]] = field(default_factory=dict)
    """Morph → where it puts the vertices, and their lifts."""


def layer_part(surface: FaceSurface, layer: Layer, material: str, *, side: int = LEFT_SIDE, bone: str = "頭") -> Part:
    """Return a layer as a part of the left or, mirrored, the right side of the face."""
    mirror = np.array([side, 1.0, 1.0])
    placed = [(layer.front_view, layer.lifts), *layer.targets.values()]
    views, lifts = (np.concatenate(kind) for kind in zip(*placed, strict=True))
    rest, *there = np.split(surface.world(surface.front(views) + _ahead(lifts)) * mirror, len(placed))
    morphs = {name: moved(points - rest) for name, points in zip(layer.targets, there, strict=True)}
    triangles = layer.triangles if side == LEFT_SIDE else layer.triangles[:, ::-1]
    return Part(
        material=material,
        positions_m=rest,
        triangles=triangles,
        uvs=layer.uvs,
        bones=(bone,),
        weights=np.ones((len(rest), 1)),
        normals=outward(rest, surface),
        edge_scales=np.zeros(len(rest)),
        morphs={name: rows for name, rows in morphs.items() if len(rows[0])},
    )


def moved(shifts_m: Float[Array, "vertex 3"]) -> tuple[Int[Array, " row"], Float[Array, "row 3"]]:
    """Return the rows of a morph that do anything."""
    rows = np.flatnonzero(np.abs(shifts_m).max(axis=1) > _STILL)
    return rows, shifts_m[rows]


def outward(positions_m: Float[Array, "vertex 3"], surface: FaceSurface) -> Float[Array, "vertex 3"]:
    """Return the normals of the face as it is lit: of a wide smooth bowl, so that no feature throws a shade."""
    frame = surface.frame
    middle = np.array([0.0, frame.chin_y + 0.42 * frame.height, frame.centre_z])
    away = (positions_m - middle) / frame.height
    return unit(away * [1.0, 0.35, 1.0] + [0.0, 0.05, 0.16])


def _ahead(lifts: Float[Array, " vertex"]) -> Float[Array, "vertex 3"]:
    return np.stack([np.zeros_like(lifts), np.zeros_like(lifts), lifts], axis=-1)
