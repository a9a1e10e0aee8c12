"""What a PMX 2.0/2.1 file says, in MMD's own frame: left-handed, +Y up, units of 8 cm, the model faces −Z.

Bone, texture, material, morph and body numbers are indices into the file's own lists; −1 is none.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int, UInt8

BDEF1, BDEF2, BDEF4, SDEF, QDEF = range(5)
"""Kinds of vertex weights."""

TAIL_IS_BONE = 0x0001
ROTATABLE = 0x0002
MOVABLE = 0x0004
VISIBLE = 0x0008
HAS_IK = 0x0020
LOCAL_APPEND = 0x0080
APPENDS_ROTATION = 0x0100
APPENDS_MOVE = 0x0200
FIXED_AXIS = 0x0400
LOCAL_AXES = 0x0800
AFTER_PHYSICS = 0x1000
EXTERNAL_PARENT = 0x2000

GROUP_MORPH, VERTEX_MORPH, BONE_MORPH, UV_MORPH = range(4)
MATERIAL_MORPH, FLIP_MORPH, IMPULSE_MORPH = 8, 9, 10

Vector3 = tuple[float, float, float]
Vector4 = tuple[float, float, float, float]


@dataclass(frozen=True)
class PmxHeader:
    """How the rest of the file is stored, and who made it."""

    version: float
    encoding: str
    """``utf-16-le`` or ``utf-8``."""
    extra_uv_count: int
    index_sizes: tuple[int, int, int, int, int, int]
    """Bytes of a vertex, texture, material, bone, morph and rigid body index: 1, 2 or 4."""
    more_settings: bytes
    """Settings bytes beyond the eight known ones."""
    name: str
    name_en: str
    comment: str
    comment_en: str


@dataclass(frozen=True)
class PmxVertices:
    """All vertices."""

    positions: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"]
    uvs: Float[Array, "vertex 2"]
    extra_uvs: Float[Array, "vertex uv 4"]
    weight_kinds: UInt8[Array, " vertex"]
    """BDEF1, BDEF2, BDEF4, SDEF or QDEF."""
    bones: Int[Array, "vertex 4"]
    """−1 where the kind has fewer than four bones."""
    weights: Float[Array, "vertex 4"]
    """Weights as used: 1 for BDEF1, the second is one minus the first for BDEF2 and SDEF."""
    sdef: Float[Array, "vertex 3 3"]
    """SDEF's C, R0 and R1; zero for other kinds."""
    edge_scales: Float[Array, " vertex"]


@dataclass(frozen=True)
class PmxMaterial:
    """One material; ``vertex_count`` corners of the face list belong to it, in order."""

    name: str
    name_en: str
    diffuse: Vector4
    specular: Vector4
    """Colour and, last, strength."""
    ambient: Vector3
    flags: int
    edge_colour: Vector4
    edge_size: float
    texture: int
    sphere: int
    sphere_mode: int
    shared_toon: int
    """0: ``toon`` is a texture; 1: it is one of MMD's ten toons."""
    toon: int
    memo: str
    vertex_count: int


@dataclass(frozen=True)
class PmxIkLink:
    """A bone that an IK chain turns, with (lowest, highest) turns about x, y and z [rad] or None."""

    bone: int
    limits: tuple[Vector3, Vector3] | None


@dataclass(frozen=True)
class PmxIk:
    """An IK chain."""

    target: int
    loops: int
    step_rad: float
    links: tuple[PmxIkLink, ...]


@dataclass(frozen=True)
class PmxBone:
    """One bone; the optional parts are there where ``flags`` says so."""

    name: str
    name_en: str
    position: Vector3
    parent: int
    layer: int
    flags: int
    tail_bone: int | None = None
    tail_offset: Vector3 | None = None
    append: tuple[int, float] | None = None
    """(source bone, ratio)."""
    fixed_axis: Vector3 | None = None
    local_axes: tuple[Vector3, Vector3] | None = None
    external_key: int | None = None
    ik: PmxIk | None = None


@dataclass(frozen=True)
class PmxMorph:
    """One morph; ``offsets`` is a structured array whose fields depend on ``kind`` (see ``morph_dtype``)."""

    name: str
    name_en: str
    panel: int
    kind: int
    offsets: Array


@dataclass(frozen=True)
class PmxDisplayFrame:
    """A group of bones and morphs in MMD's panel; ``items`` are (0 bone or 1 morph, index)."""

    name: str
    name_en: str
    special: int
    items: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class PmxRigidBody:
    """One rigid body; ``mode`` 0 follows the bone, 1 is physics, 2 physics aligned to the bone."""

    name: str
    name_en: str
    bone: int
    group: int
    unhit_groups: int
    shape: int
    size: Vector3
    position: Vector3
    rotation: Vector3
    mass: float
    linear_damping: float
    angular_damping: float
    repulsion: float
    friction: float
    mode: int


@dataclass(frozen=True)
class PmxJoint:
    """A spring between two rigid bodies."""

    name: str
    name_en: str
    kind: int
    bodies: tuple[int, int]
    settings: tuple[float, ...]
    """Eight triples: position, rotation, lowest and highest move, lowest and highest turn, springs of move and turn."""


@dataclass(frozen=True)
class PmxSoftBody:
    """A soft body of PMX 2.1; ``settings`` are its fixed-size fields as stored."""

    name: str
    name_en: str
    shape: int
    material: int
    settings: bytes
    anchors: Array
    """Structured: ``body``, ``vertex``, ``near``."""
    pins: Array
    """Vertex indices."""


@dataclass(frozen=True)
class PmxFile:
    """A whole PMX file."""

    header: PmxHeader
    vertices: PmxVertices
    faces: Int[Array, "face 3"]
    textures: tuple[str, ...]
    materials: tuple[PmxMaterial, ...]
    bones: tuple[PmxBone, ...]
    morphs: tuple[PmxMorph, ...]
    display_frames: tuple[PmxDisplayFrame, ...]
    rigid_bodies: tuple[PmxRigidBody, ...]
    joints: tuple[PmxJoint, ...]
    soft_bodies: tuple[PmxSoftBody, ...] | None
    """None where the file has no such section (all of version 2.0)."""
    trailing: bytes = b""
    """Whatever follows the last section."""


def index_dtype(size: int, *, vertex: bool = False) -> str:
    """Return numpy's name of an index of ``size`` bytes; small vertex indices have no sign."""
    return f"<{'u' if vertex and size < 4 else 'i'}{size}"


def index_layout(size: int, *, vertex: bool = False) -> str:
    """Return ``struct``'s letter of an index of ``size`` bytes; small vertex indices have no sign."""
    letter = {1: "b", 2: "h", 4: "i"}[size]
    return letter.upper() if vertex and size < 4 else letter


def vertex_dtype(kind: int, header: PmxHeader) -> np.dtype:
    """Return the record of one vertex of a weight kind."""
    bone = index_dtype(header.index_sizes[3])
    weights = {
        BDEF1: [("bones", bone, 1)],
        BDEF2: [("bones", bone, 2), ("weights", "<f4", 1)],
        BDEF4: [("bones", bone, 4), ("weights", "<f4", 4)],
        SDEF: [("bones", bone, 2), ("weights", "<f4", 1), ("sdef", "<f4", (3, 3))],
        QDEF: [("bones", bone, 4), ("weights", "<f4", 4)],
    }[kind]
    fixed = [("position", "<f4", 3), ("normal", "<f4", 3), ("uv", "<f4", 2)]
    extra = [("extra_uv", "<f4", (header.extra_uv_count, 4))]
    shaped = [(name, code, (size,) if isinstance(size, int) else size) for name, code, size in weights]
    return np.dtype([*fixed, *extra, ("kind", "u1"), *shaped, ("edge", "<f4")])


def morph_dtype(kind: int, header: PmxHeader) -> np.dtype | None:
    """Return the record of one offset of a morph kind, or None for a kind that does not exist."""
    vertex_size, _, material_size, bone_size, morph_size, body_size = header.index_sizes
    vertex = ("vertex", index_dtype(vertex_size, vertex=True))
    weighted = [("morph", index_dtype(morph_size)), ("weight", "<f4")]
    if kind in (GROUP_MORPH, FLIP_MORPH):
        return np.dtype(weighted)
    if kind == VERTEX_MORPH:
        return np.dtype([vertex, ("shift", "<f4", 3)])
    if kind == BONE_MORPH:
        return np.dtype([("bone", index_dtype(bone_size)), ("shift", "<f4", 3), ("turn", "<f4", 4)])
    if UV_MORPH <= kind < MATERIAL_MORPH:
        return np.dtype([vertex, ("shift", "<f4", 4)])
    if kind == MATERIAL_MORPH:
        return np.dtype([("material", index_dtype(material_size)), ("adds", "u1"), ("values", "<f4", 28)])
    if kind == IMPULSE_MORPH:
        return np.dtype([("body", index_dtype(body_size)), ("local", "u1"), ("speed", "<f4", 3), ("torque", "<f4", 3)])
    return None
