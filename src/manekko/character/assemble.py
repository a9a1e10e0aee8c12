"""Parts of a character → the vertices, faces, materials and morphs of a PMX file."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int, UInt8
from manekko.character.bone_names import english_morph, morph_panel
from manekko.character.parts import Part, Piece, Surface
from manekko.character.sheets import vertex_normals
from manekko.files.pmx_values import (
    BDEF1,
    BDEF2,
    BDEF4,
    VERTEX_MORPH,
    PmxHeader,
    PmxMaterial,
    PmxMorph,
    PmxVertices,
    Vector3,
    morph_dtype,
)

UNIT_M = 0.08
_LEAST_WEIGHT = 0.004
_DECIMALS = 5
"""Kept of what is written: how many processors share a sum must not show in the file."""
_LEAST_SHIFT_M = 1e-5
_TWO_SIDED, _ON_GROUND, _CASTS, _TAKES, _EDGE = 1, 2, 4, 8, 16


@dataclass(frozen=True, eq=False)
class Assembly:
    """The parts in file order, grouped by the surface they wear."""

    surfaces: tuple[Surface, ...]
    parts: tuple[tuple[Part, ...], ...]
    """Parts of each surface."""

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """Return all parts in file order."""
        return tuple(part for group in self.parts for part in group)


def assembled(pieces: tuple[Piece, ...]) -> Assembly:
    """Return pieces as one; of surfaces that share a name the first is taken, where it first stands."""
    surfaces: dict[str, Surface] = {}
    for piece in pieces:
        for surface in piece.surfaces:
            surfaces.setdefault(surface.name, surface)
    parts: dict[str, list[Part]] = {name: [] for name in surfaces}
    for piece in pieces:
        for part in piece.parts:
            parts[part.material].append(part)
    worn = [name for name in surfaces if parts[name]]
    return Assembly(tuple(surfaces[name] for name in worn), tuple(tuple(parts[name]) for name in worn))


def mirrored(points_m: Float[Array, "*point 3"]) -> Float[Array, "*point 3"]:
    """Return points of our frame [m] in MMD's [units of 8 cm]."""
    return points_m / UNIT_M * [1.0, 1.0, -1.0]


def units(point_m: Array | tuple[float, float, float]) -> Vector3:
    """Return one point in MMD's frame and units."""
    x, y, z = mirrored(np.asarray(point_m, dtype=np.float64))
    return float(x), float(y), float(z)


def vertices_of(assembly: Assembly, bones: dict[str, int]) -> PmxVertices:
    """Return all vertices."""
    parts = assembly.all_parts
    skins = [_skin(part, bones) for part in parts]
    points = np.concatenate([part.positions_m for part in parts])
    normals = np.concatenate(
        [vertex_normals(p.positions_m, p.triangles) if p.normals is None else p.normals for p in parts]
    )
    edges = [np.ones(len(p.positions_m)) if p.edge_scales is None else p.edge_scales for p in parts]
    count = len(points)
    return PmxVertices(
        positions=np.round(mirrored(points), _DECIMALS).astype(np.float32),
        normals=np.round(normals * [1.0, 1.0, -1.0], _DECIMALS).astype(np.float32),
        uvs=np.round(np.concatenate([part.uvs for part in parts]), _DECIMALS).astype(np.float32),
        extra_uvs=np.zeros((count, 0, 4), dtype=np.float32),
        weight_kinds=np.concatenate([skin[0] for skin in skins]),
        bones=np.concatenate([skin[1] for skin in skins]),
        weights=np.concatenate([skin[2] for skin in skins]).astype(np.float32),
        sdef=np.zeros((count, 3, 3), dtype=np.float32),
        edge_scales=np.concatenate(edges).astype(np.float32),
    )


def _skin(
    part: Part, bones: dict[str, int]
) -> tuple[UInt8[Array, " vertex"], Int[Array, "vertex 4"], Float[Array, "vertex 4"]]:
    """Return weight kinds, bone numbers (−1 where none) and weights of a part's vertices."""
    weights = part.weights
    if weights.shape[1] < 4:
        weights = np.pad(weights, ((0, 0), (0, 4 - weights.shape[1])))
    numbers = np.array([bones[name] for name in part.bones] + [0] * 4)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    strongest = np.take_along_axis(weights, order, axis=1)
    strongest = np.where(strongest < _LEAST_WEIGHT, 0.0, strongest)
    strongest /= strongest.sum(axis=1, keepdims=True)
    # as stored: the second of two weights is what the first leaves
    strongest[:, 1:] = np.round(strongest[:, 1:], _DECIMALS).astype(np.float32)
    strongest[:, 0] = 1.0 - strongest[:, 1:].sum(axis=1)
    used = (strongest > 0).sum(axis=1)
    kinds = np.select([used == 1, used == 2], [BDEF1, BDEF2], BDEF4).astype(np.uint8)
    room = np.array([1, 2, 4])[np.minimum(kinds, 2)]
    chosen = np.where(np.arange(4) < room[:, None], np.where(strongest > 0, numbers[order], 0), -1)
    return kinds, chosen, strongest


def faces_of(assembly: Assembly) -> Int[Array, "face 3"]:
    """Return all triangles, their corners the other way round in MMD's mirrored frame."""
    starts = np.cumsum([0] + [len(part.positions_m) for part in assembly.all_parts])
    return np.concatenate(
        [part.triangles[:, ::-1] + start for part, start in zip(assembly.all_parts, starts[:-1], strict=True)]
    )


def materials_of(assembly: Assembly, textures: dict[str, int], toons: dict[str, int]) -> tuple[PmxMaterial, ...]:
    """Return the materials; ``textures`` and ``toons`` say where each surface's pictures stand in the file."""
    return tuple(
        _material(surface, 3 * sum(len(part.triangles) for part in parts), textures, toons)
        for surface, parts in zip(assembly.surfaces, assembly.parts, strict=True)
    )


def _material(surface: Surface, corners: int, textures: dict[str, int], toons: dict[str, int]) -> PmxMaterial:
    flags = (
        _TWO_SIDED * surface.two_sided
        + (_ON_GROUND + _CASTS) * surface.casts_shadow
        + _TAKES * surface.takes_shadow
        + _EDGE * surface.edge
    )
    return PmxMaterial(
        name=surface.name,
        name_en=surface.name_en,
        diffuse=surface.diffuse_rgba,
        specular=(*surface.specular_rgb, surface.specular_power),
        ambient=surface.ambient_rgb,
        flags=flags,
        edge_colour=surface.edge_rgba,
        edge_size=surface.edge_size,
        texture=textures.get(surface.name, -1),
        sphere=-1,
        sphere_mode=0,
        shared_toon=0,
        toon=toons[surface.name],
        memo="",
        vertex_count=corners,
    )


def morphs_of(assembly: Assembly, header: PmxHeader) -> tuple[PmxMorph, ...]:
    """Return the vertex morphs, those of one name in several parts as one, in the order of MMD's panels."""
    layout = morph_dtype(VERTEX_MORPH, header)
    rows: dict[str, list[Array]] = {}
    start = 0
    for part in assembly.all_parts:
        for name, (vertices, shifts) in part.morphs.items():
            moving = np.linalg.norm(shifts, axis=1) > _LEAST_SHIFT_M
            block = np.zeros(int(moving.sum()), dtype=layout)
            block["vertex"] = vertices[moving] + start
            block["shift"] = np.round(mirrored(shifts[moving]), _DECIMALS)
            rows.setdefault(name, []).append(block)
        start += len(part.positions_m)
    morphs = [
        PmxMorph(name, english_morph(name), morph_panel(name), VERTEX_MORPH, np.concatenate(blocks))
        for name, blocks in rows.items()
    ]
    return tuple(sorted(morphs, key=lambda morph: morph.panel))
