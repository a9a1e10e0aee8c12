"""PMX bytes → ``PmxFile``."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from manekko.arrays import Array, Int
from manekko.errors import FormatError
from manekko.files.binary import ByteReader
from manekko.files.model_rig import check_bones
from manekko.files.pmx_values import (
    APPENDS_MOVE,
    APPENDS_ROTATION,
    BDEF1,
    BDEF2,
    EXTERNAL_PARENT,
    FIXED_AXIS,
    HAS_IK,
    LOCAL_AXES,
    QDEF,
    SDEF,
    TAIL_IS_BONE,
    PmxBone,
    PmxDisplayFrame,
    PmxFile,
    PmxHeader,
    PmxIk,
    PmxIkLink,
    PmxJoint,
    PmxMaterial,
    PmxMorph,
    PmxRigidBody,
    PmxSoftBody,
    PmxVertices,
    index_dtype,
    index_layout,
    morph_dtype,
    vertex_dtype,
)

SOFT_BODY_SETTINGS = 1 + 2 + 1 + 4 * 2 + 4 * 2 + 4 + 4 * 12 + 4 * 6 + 4 * 4 + 4 * 3
"""Bytes of a soft body's fixed-size fields."""

_GATHER = 65536
_ENCODINGS = {0: "utf-16-le", 1: "utf-8"}
_Item = TypeVar("_Item")


class _PmxReader(ByteReader):
    """A reader that knows the file's text encoding and index sizes."""

    header: PmxHeader

    def words(self, what: str) -> str:
        return self.text(self.header.encoding, what)

    def index(self, which: int) -> int:
        """Return a reference to texture (1), material (2), bone (3), morph (4) or rigid body (5)."""
        return self.number(index_layout(self.header.index_sizes[which]), "a reference")

    def items(self, read: "Callable[[_PmxReader], _Item]", least_bytes: int, what: str) -> tuple[_Item, ...]:
        return tuple(read(self) for _ in range(self.count(least_bytes, what)))


def parse_pmx(data: bytes) -> PmxFile:
    """Return what a PMX 2.0 or 2.1 file says.

    Raises:
        FormatError: the bytes are no PMX file, are cut off, or name a bone's parent that does not exist or makes a
            circle.
    """
    reader = _PmxReader(data)
    reader.header = _header(reader)
    vertices = _vertices(reader)
    faces = _faces(reader)
    textures = reader.items(lambda r: r.words("a texture's path"), 4, "textures")
    materials = reader.items(_material, 4 * 16, "materials")
    bones_start = reader.offset
    bones = reader.items(_bone, 4 * 6, "bones")
    check_bones([bone.parent for bone in bones], [bone.position for bone in bones], bones_start)
    return PmxFile(
        header=reader.header,
        vertices=vertices,
        faces=faces,
        textures=textures,
        materials=materials,
        bones=bones,
        morphs=reader.items(_morph, 14, "morphs"),
        display_frames=reader.items(_display_frame, 13, "display frames"),
        rigid_bodies=reader.items(_rigid_body, 70, "rigid bodies"),
        joints=reader.items(_joint, 107, "joints"),
        soft_bodies=reader.items(_soft_body, 4 * 10, "soft bodies") if _has_soft_bodies(reader) else None,
        trailing=reader.take(reader.left, "the rest"),
    )


def _has_soft_bodies(reader: _PmxReader) -> bool:
    # Some programs write version 2.1 and leave the section out.
    return reader.header.version >= 2.05 and reader.left > 0


def _header(reader: _PmxReader) -> PmxHeader:
    if reader.take(4, "the signature") != b"PMX ":
        raise FormatError("this is not a PMX model: it does not begin with 'PMX '", offset=0)
    (version,) = reader.numbers("f", "the version")
    if not 1.95 < version < 2.15:
        raise reader.error(f"PMX version {version:.4g} is not known; 2.0 and 2.1 are")
    settings = reader.take(reader.number("B", "number of settings"), "the settings")
    if len(settings) < 8 or settings[0] > 1 or settings[1] > 4 or not set(settings[2:8]) <= {1, 2, 4}:
        raise reader.error(f"settings {list(settings[:8])} make no sense for a PMX file")
    encoding = _ENCODINGS[settings[0]]
    sizes = settings[2], settings[3], settings[4], settings[5], settings[6], settings[7]
    names = [reader.text(encoding, "the model's name or comment") for _ in range(4)]
    return PmxHeader(version, encoding, settings[1], sizes, settings[8:], *names)


def _vertices(reader: _PmxReader) -> PmxVertices:
    header = reader.header
    layouts = [vertex_dtype(kind, header) for kind in range(QDEF + 1)]
    count = reader.count(layouts[BDEF1].itemsize, "vertices")
    starts, kinds = _vertex_starts(reader, count, layouts)
    positions = np.zeros((count, 3), np.float32)
    normals, edges = np.zeros((count, 3), np.float32), np.zeros(count, np.float32)
    uvs, extra = np.zeros((count, 2), np.float32), np.zeros((count, header.extra_uv_count, 4), np.float32)
    bones, weights = np.full((count, 4), -1, np.int32), np.zeros((count, 4), np.float32)
    sdef = np.zeros((count, 3, 3), np.float32)
    raw = np.frombuffer(reader.data, np.uint8)
    for kind, layout in enumerate(layouts):
        of_kind = np.flatnonzero(kinds == kind)
        for rows in np.split(of_kind, range(_GATHER, len(of_kind), _GATHER)):
            records = raw[starts[rows, None] + np.arange(layout.itemsize)].view(layout)[:, 0]
            positions[rows], normals[rows], uvs[rows] = records["position"], records["normal"], records["uv"]
            extra[rows], edges[rows] = records["extra_uv"], records["edge"]
            bones[rows, : records["bones"].shape[1]] = records["bones"]
            if kind == BDEF1:
                weights[rows, 0] = 1.0
            elif kind in (BDEF2, SDEF):
                weights[rows, 0] = records["weights"][:, 0]
                with np.errstate(invalid="ignore"):
                    weights[rows, 1] = 1.0 - records["weights"][:, 0]
            else:
                weights[rows] = records["weights"]
            if kind == SDEF:
                sdef[rows] = records["sdef"]
    return PmxVertices(positions, normals, uvs, extra, kinds, bones, weights, sdef, edges)


def _vertex_starts(reader: _PmxReader, count: int, layouts: list[np.dtype]) -> tuple[Array, Array]:
    """Return where each vertex begins and its weight kind; the reader ends up behind the last."""
    sizes = [layout.itemsize for layout in layouts]
    kind_at = 32 + 16 * reader.header.extra_uv_count
    data, end, offset = reader.data, len(reader.data), reader.offset
    starts, kinds = np.empty(count, np.int64), np.empty(count, np.uint8)
    for number in range(count):
        kind = data[offset + kind_at] if offset + kind_at < end else 0
        if kind > QDEF:
            reader.offset = offset + kind_at
            raise reader.error(f"vertex {number} has weights of kind {kind}; 0 to {QDEF} are known")
        starts[number], kinds[number] = offset, kind
        offset += sizes[kind]
    reader.take(offset - reader.offset, "the vertices")
    return starts, kinds


def _faces(reader: _PmxReader) -> Int[Array, "face 3"]:
    size = reader.header.index_sizes[0]
    count = reader.count(size, "face corners")
    if count % 3:
        raise reader.error(f"{count} face corners do not make whole triangles")
    corners = reader.array(np.dtype(index_dtype(size, vertex=True)), count, "the faces")
    return corners.astype(np.int32).reshape(-1, 3)


def _material(reader: _PmxReader) -> PmxMaterial:
    name, name_en = reader.words("a material's name"), reader.words("a material's name")
    colours = reader.numbers("11fB5f", "a material")
    texture, sphere = reader.index(1), reader.index(1)
    sphere_mode, shared_toon = reader.numbers("2B", "a material")
    toon = reader.number("B", "a material") if shared_toon else reader.index(1)
    memo = reader.words("a material's memo")
    return PmxMaterial(
        name=name,
        name_en=name_en,
        diffuse=colours[:4],
        specular=colours[4:8],
        ambient=colours[8:11],
        flags=colours[11],
        edge_colour=colours[12:16],
        edge_size=colours[16],
        texture=texture,
        sphere=sphere,
        sphere_mode=sphere_mode,
        shared_toon=shared_toon,
        toon=toon,
        memo=memo,
        vertex_count=reader.number("i", "a material"),
    )


def _bone(reader: _PmxReader) -> PmxBone:
    name, name_en = reader.words("a bone's name"), reader.words("a bone's name")
    position = reader.numbers("3f", "a bone")
    parent = reader.index(3)
    layer, flags = reader.numbers("iH", "a bone")
    tail_bone = reader.index(3) if flags & TAIL_IS_BONE else None
    tail_offset = None if flags & TAIL_IS_BONE else reader.numbers("3f", "a bone's tail")
    append = None
    if flags & (APPENDS_ROTATION | APPENDS_MOVE):
        append = (reader.index(3), reader.numbers("f", "a bone's append ratio")[0])
    fixed_axis = reader.numbers("3f", "a bone's axis") if flags & FIXED_AXIS else None
    local_axes = None
    if flags & LOCAL_AXES:
        local_axes = (reader.numbers("3f", "a bone's axes"), reader.numbers("3f", "a bone's axes"))
    external_key = reader.number("i", "a bone's outside parent") if flags & EXTERNAL_PARENT else None
    ik = _ik(reader) if flags & HAS_IK else None
    return PmxBone(
        name,
        name_en,
        position,
        parent,
        layer,
        flags,
        tail_bone,
        tail_offset,
        append,
        fixed_axis,
        local_axes,
        external_key,
        ik,
    )


def _ik(reader: _PmxReader) -> PmxIk:
    target = reader.index(3)
    loops, step = reader.numbers("if", "an IK chain")
    return PmxIk(target, loops, step, reader.items(_ik_link, 2, "IK links"))


def _ik_link(reader: _PmxReader) -> PmxIkLink:
    bone = reader.index(3)
    limited = reader.number("B", "an IK link")
    if limited > 1:
        raise reader.error(f"an IK link's limit switch is {limited}; 0 and 1 are known")
    if not limited:
        return PmxIkLink(bone, None)
    return PmxIkLink(bone, (reader.numbers("3f", "an IK limit"), reader.numbers("3f", "an IK limit")))


def _morph(reader: _PmxReader) -> PmxMorph:
    name, name_en = reader.words("a morph's name"), reader.words("a morph's name")
    panel, kind = reader.numbers("2B", "a morph")
    layout = morph_dtype(kind, reader.header)
    if layout is None:
        raise reader.error(f"morph {name!r} is of kind {kind}; 0 to 10 are known")
    count = reader.count(layout.itemsize, "morph offsets")
    return PmxMorph(name, name_en, panel, kind, reader.array(layout, count, "a morph"))


def _display_frame(reader: _PmxReader) -> PmxDisplayFrame:
    name, name_en = reader.words("a display frame's name"), reader.words("a display frame's name")
    return PmxDisplayFrame(
        name, name_en, reader.number("B", "a display frame"), reader.items(_display_item, 2, "items")
    )


def _display_item(reader: _PmxReader) -> tuple[int, int]:
    kind = reader.number("B", "an item of a display frame")
    if kind > 1:
        raise reader.error(f"an item of a display frame is of kind {kind}; 0 (bone) and 1 (morph) are known")
    return kind, reader.index(4 if kind else 3)


def _rigid_body(reader: _PmxReader) -> PmxRigidBody:
    name, name_en = reader.words("a rigid body's name"), reader.words("a rigid body's name")
    bone = reader.index(3)
    group, unhit, shape = reader.numbers("BHB", "a rigid body")
    size, position, rotation = (reader.numbers("3f", "a rigid body") for _ in range(3))
    mass, linear, angular, repulsion, friction, mode = reader.numbers("5fB", "a rigid body")
    return PmxRigidBody(
        name,
        name_en,
        bone,
        group,
        unhit,
        shape,
        size,
        position,
        rotation,
        mass,
        linear,
        angular,
        repulsion,
        friction,
        mode,
    )


def _joint(reader: _PmxReader) -> PmxJoint:
    name, name_en = reader.words("a joint's name"), reader.words("a joint's name")
    kind = reader.number("B", "a joint")
    bodies = (reader.index(5), reader.index(5))
    return PmxJoint(name, name_en, kind, bodies, reader.numbers("24f", "a joint"))


def _soft_body(reader: _PmxReader) -> PmxSoftBody:
    name, name_en = reader.words("a soft body's name"), reader.words("a soft body's name")
    shape = reader.number("B", "a soft body")
    material = reader.index(2)
    settings = reader.take(SOFT_BODY_SETTINGS, "a soft body")
    vertex = index_dtype(reader.header.index_sizes[0], vertex=True)
    layout = np.dtype([("body", index_dtype(reader.header.index_sizes[5])), ("vertex", vertex), ("near", "u1")])
    anchors = reader.array(layout, reader.count(layout.itemsize, "anchors"), "anchors")
    pins = reader.array(np.dtype(vertex), reader.count(np.dtype(vertex).itemsize, "pins"), "pins")
    return PmxSoftBody(name, name_en, shape, material, settings, anchors, pins)
