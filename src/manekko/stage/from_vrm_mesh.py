"""The meshes of a GLB or VRM file as one mesh in the world, its triangles in drawing order."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.errors import FormatError
from manekko.files.vrm_read import MOST_TRIANGLES, MOST_VERTICES
from manekko.files.vrm_values import GltfMaterial, GltfModel, MToon, Vertices
from manekko.skeleton.rotations import normalized
from manekko.stage.figure import LINEAR, Mesh

_MOST_INSTANCES = 5_000
_MOST_REPEATS = 1e4
"""Texture coordinates beyond are no texture coordinates."""
_DRAWN_AFTER = {"OPAQUE": 0, "MASK": 1, "BLEND": 2}


@dataclass(frozen=True, eq=False)
class Instance:
    """Vertices of the file where a node puts them in the figure's mesh."""

    mesh: int
    """Number of the file's mesh."""
    vertices: int
    """Number of the file's vertices."""
    first: int
    """Place of the first of them in the figure's mesh."""
    turns: Float[Array, "vertex 3 3"]
    """From each vertex' own frame to the world, for morphs."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The figure's mesh, and what of the file lies where in it."""

    mesh: Mesh
    instances: tuple[Instance, ...]
    spans: tuple[tuple[int, int, int], ...]
    """(the file's material or −1, first triangle, number of triangles) in drawing order."""


@dataclass(frozen=True, eq=False)
class _Piece:
    """An instance's vertices in the world."""

    positions_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"] | None
    uvs: Float[Array, "vertex 2"]
    bones: Int[Array, "vertex 4"]
    weights: Float[Array, "vertex 4"]


def figure_mesh(model: GltfModel, worlds: Float[Array, "node 4 4"]) -> Layout:
    """Return all meshes of the scene as one, at rest in the world; what is opaque comes first, what blends last.

    Raises:
        FormatError: there is nothing to draw, or more than anyone means; a vertex hangs on a joint that its skin does
            not have.
    """
    bone_of_node = np.zeros(len(model.nodes), dtype=np.int64)
    bone_of_node[list(model.order)] = np.arange(len(model.order))
    pieces: list[_Piece] = []
    instances: list[Instance] = []
    places: dict[tuple[int, int, tuple[object, ...]], int] = {}
    triangles: dict[int, list[Array]] = {}
    first, triangle_count = 0, 0
    for node in model.order:
        mesh = model.nodes[node].mesh
        for primitive in model.meshes[mesh].primitives if mesh >= 0 else ():
            material = _material(model, primitive.material)
            key = (node, primitive.vertices, (material.uv_offset, material.uv_scale, material.uv_turn_rad))
            if key not in places:
                vertices = model.vertices[primitive.vertices]
                if first + len(vertices.positions_m) > MOST_VERTICES or len(instances) == _MOST_INSTANCES:
                    raise FormatError(
                        f"meshes are drawn so often that they have more than {MOST_VERTICES} vertices "
                        f"or {_MOST_INSTANCES} parts"
                    )
                piece, turns = _placed(model, worlds, bone_of_node, node, vertices)
                pieces.append(_with_moved_uvs(piece, material))
                instances.append(Instance(mesh, primitive.vertices, first, turns))
                places[key], first = first, first + len(vertices.positions_m)
            triangle_count += len(primitive.triangles)
            if triangle_count > MOST_TRIANGLES:
                raise FormatError(f"meshes are drawn so often that they have more than {MOST_TRIANGLES} triangles")
            triangles.setdefault(primitive.material, []).append(primitive.triangles + places[key])
    if not pieces:
        raise FormatError("the file holds no mesh: there is nothing to draw; give a VRM or GLB of a character")
    order = sorted(triangles, key=lambda number: (*_layer(_material(model, number)), number))
    spans, total = [], 0
    for number in order:
        count = sum(len(part) for part in triangles[number])
        spans.append((number, total, count))
        total += count
    corners = np.concatenate([part for number in order for part in triangles[number]] or [np.zeros((0, 3), np.int64)])
    return Layout(_joined(pieces, corners), tuple(instances), tuple(spans))


def _material(model: GltfModel, number: int) -> GltfMaterial:
    return model.materials[number] if number >= 0 else GltfMaterial("")


def _layer(material: GltfMaterial) -> tuple[int, int]:
    return _DRAWN_AFTER[material.alpha_mode], (material.mtoon or MToon()).queue


def _placed(
    model: GltfModel, worlds: Float[Array, "node 4 4"], bone_of_node: Int[Array, " node"], node: int, vertices: Vertices
) -> tuple[_Piece, Float[Array, "vertex 3 3"]]:
    """Return the vertices at rest in the world and each vertex' turn from its own frame."""
    count = len(vertices.positions_m)
    skin = model.nodes[node].skin
    if skin < 0 or vertices.joints is None or vertices.weights is None:
        matrices = np.broadcast_to(worlds[node], (count, 4, 4))
        bones = np.zeros((count, 4), dtype=np.int64)
        bones[:, 0] = bone_of_node[node]
        weights = np.tile([1.0, 0.0, 0.0, 0.0], (count, 1))
    else:
        nodes, binds = np.array(model.skins[skin].nodes), model.skins[skin].inverse_binds
        if vertices.joints.min() < 0 or vertices.joints.max() >= len(nodes):
            raise FormatError(f"a vertex hangs on joint {vertices.joints.max()} of a skin with {len(nodes)}")
        weights = vertices.weights
        moves = worlds[nodes] @ binds
        matrices = np.zeros((count, 4, 4))
        for corner in range(4):
            matrices += moves[vertices.joints[:, corner]] * weights[:, corner, None, None]
        bones = np.where(weights > 0.0, bone_of_node[nodes[vertices.joints]], 0)
    turns = matrices[:, :3, :3]
    positions = np.einsum("vij,vj->vi", turns, vertices.positions_m) + matrices[:, :3, 3]
    if not (np.abs(positions) < 1e9).all():
        raise FormatError(f"the vertices of node {node} lie beyond all measure")
    normals = None if vertices.normals is None else normalized(_turned_normals(turns, vertices.normals))
    uvs = np.zeros((count, 2)) if vertices.uvs is None else vertices.uvs
    return _Piece(positions, normals, uvs, bones, weights), turns


def _turned_normals(turns: Float[Array, "vertex 3 3"], normals: Float[Array, "vertex 3"]) -> Float[Array, "vertex 3"]:
    """Return normals turned by the cofactors of the matrices, which are right for stretching matrices too."""
    x, y, z = np.moveaxis(turns, -1, 0)
    cofactors = np.stack([np.cross(y, z), np.cross(z, x), np.cross(x, y)], axis=-1)
    return np.einsum("vij,vj->vi", cofactors, normals)


def _with_moved_uvs(piece: _Piece, material: GltfMaterial) -> _Piece:
    """Return the piece with KHR_texture_transform done to its texture coordinates."""
    turn = material.uv_turn_rad
    cosine, sine = np.cos(turn), np.sin(turn)
    given, scale, offset = (
        np.clip(part, -_MOST_REPEATS, _MOST_REPEATS) for part in (piece.uvs, material.uv_scale, material.uv_offset)
    )
    uvs = (given * scale) @ np.array([[cosine, -sine], [sine, cosine]]) + offset
    return _Piece(piece.positions_m, piece.normals, uvs, piece.bones, piece.weights)


def _joined(pieces: list[_Piece], triangles: Int[Array, "triangle 3"]) -> Mesh:
    positions = np.concatenate([piece.positions_m for piece in pieces])
    smooth = smooth_normals(positions, triangles) if any(piece.normals is None for piece in pieces) else positions
    normals, first = [], 0
    for piece in pieces:
        count = len(piece.positions_m)
        normals.append(smooth[first : first + count] if piece.normals is None else piece.normals)
        first += count
    return Mesh(
        positions_m=positions,
        normals=np.concatenate(normals),
        uvs=np.concatenate([piece.uvs for piece in pieces]),
        bones=np.concatenate([piece.bones for piece in pieces]),
        weights=np.concatenate([piece.weights for piece in pieces]),
        skinning=np.full(len(positions), LINEAR, dtype=np.uint8),
        sdef_m=np.zeros((len(positions), 3, 3)),
        edge_scales=np.ones(len(positions)),
        triangles=triangles,
    )


def smooth_normals(
    positions_m: Float[Array, "vertex 3"], triangles: Int[Array, "triangle 3"]
) -> Float[Array, "vertex 3"]:
    """Return each vertex' mean of its triangles' normals by their areas; zero where it has none."""
    a, b, c = (positions_m[triangles[:, corner]] for corner in range(3))
    normals = np.zeros_like(positions_m)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], np.cross(b - a, c - a))
    return normalized(normals)
