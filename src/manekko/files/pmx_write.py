"""``PmxFile`` → PMX bytes; a file that was read and not changed comes out byte for byte."""

import struct
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from manekko.arrays import Array
from manekko.files.binary import text_bytes
from manekko.files.pmx_values import (
    BDEF4,
    QDEF,
    SDEF,
    PmxBone,
    PmxDisplayFrame,
    PmxFile,
    PmxHeader,
    PmxIk,
    PmxJoint,
    PmxMaterial,
    PmxMorph,
    PmxRigidBody,
    PmxSoftBody,
    PmxVertices,
    index_dtype,
    index_layout,
    vertex_dtype,
)

_Item = TypeVar("_Item")
_SCATTER = 65536


class _PmxWriter:
    """Pieces of a file in order, with the header's encoding and index sizes at hand."""

    def __init__(self, header: PmxHeader) -> None:
        self.header = header
        self.pieces: list[bytes] = []

    def pack(self, layout: str, *numbers: float | int) -> None:
        self.pieces.append(struct.pack("<" + layout, *numbers))

    def words(self, *texts: str) -> None:
        self.pieces += [text_bytes(text, self.header.encoding) for text in texts]

    def index(self, which: int, value: int) -> None:
        """Add a reference to texture (1), material (2), bone (3), morph (4) or rigid body (5)."""
        self.pack(index_layout(self.header.index_sizes[which]), value)

    def items(self, items: Iterable[_Item], write: "Callable[[_PmxWriter, _Item], None]") -> None:
        items = tuple(items)
        self.pack("i", len(items))
        for item in items:
            write(self, item)


def write_pmx(file: PmxFile) -> bytes:
    """Return the bytes of a PMX file."""
    writer = _PmxWriter(file.header)
    _header(writer)
    _vertices(writer, file.vertices)
    corners = file.faces.reshape(-1).astype(index_dtype(file.header.index_sizes[0], vertex=True))
    writer.pack("i", len(corners))
    writer.pieces.append(corners.tobytes())
    writer.items(file.textures, lambda w, path: w.words(path))
    writer.items(file.materials, _material)
    writer.items(file.bones, _bone)
    writer.items(file.morphs, _morph)
    writer.items(file.display_frames, _display_frame)
    writer.items(file.rigid_bodies, _rigid_body)
    writer.items(file.joints, _joint)
    if file.soft_bodies is not None:
        writer.items(file.soft_bodies, _soft_body)
    writer.pieces.append(file.trailing)
    return b"".join(writer.pieces)


def _header(writer: _PmxWriter) -> None:
    header = writer.header
    encoding = 0 if header.encoding == "utf-16-le" else 1
    settings = bytes([encoding, header.extra_uv_count, *header.index_sizes]) + header.more_settings
    writer.pieces += [b"PMX ", struct.pack("<fB", header.version, len(settings)), settings]
    writer.words(header.name, header.name_en, header.comment, header.comment_en)


def _vertices(writer: _PmxWriter, vertices: PmxVertices) -> None:
    layouts = [vertex_dtype(kind, writer.header) for kind in range(QDEF + 1)]
    kinds = vertices.weight_kinds
    sizes = np.array([layout.itemsize for layout in layouts])[kinds]
    ends = np.cumsum(sizes)
    raw = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    for kind, layout in enumerate(layouts):
        of_kind = np.flatnonzero(kinds == kind)
        for rows in np.split(of_kind, range(_SCATTER, len(of_kind), _SCATTER)):
            records = _vertex_records(vertices, rows, kind, layout)
            places = (ends[rows] - layout.itemsize)[:, None] + np.arange(layout.itemsize)
            raw[places] = np.frombuffer(records.tobytes(), np.uint8).reshape(places.shape)
    writer.pack("i", len(kinds))
    writer.pieces.append(raw.tobytes())


def _vertex_records(vertices: PmxVertices, rows: Array, kind: int, layout: np.dtype) -> Array:
    records = np.zeros(len(rows), layout)
    records["position"], records["normal"] = vertices.positions[rows], vertices.normals[rows]
    records["uv"], records["extra_uv"] = vertices.uvs[rows], vertices.extra_uvs[rows]
    records["kind"], records["edge"] = kind, vertices.edge_scales[rows]
    records["bones"] = vertices.bones[rows, : layout["bones"].shape[0]]
    if "weights" in (layout.names or ()):
        records["weights"] = vertices.weights[rows, : 4 if kind in (BDEF4, QDEF) else 1]
    if kind == SDEF:
        records["sdef"] = vertices.sdef[rows]
    return records


def _material(writer: _PmxWriter, material: PmxMaterial) -> None:
    writer.words(material.name, material.name_en)
    writer.pack("11fB", *material.diffuse, *material.specular, *material.ambient, material.flags)
    writer.pack("5f", *material.edge_colour, material.edge_size)
    writer.index(1, material.texture)
    writer.index(1, material.sphere)
    writer.pack("2B", material.sphere_mode, material.shared_toon)
    if material.shared_toon:
        writer.pack("B", material.toon)
    else:
        writer.index(1, material.toon)
    writer.words(material.memo)
    writer.pack("i", material.vertex_count)


def _bone(writer: _PmxWriter, bone: PmxBone) -> None:
    writer.words(bone.name, bone.name_en)
    writer.pack("3f", *bone.position)
    writer.index(3, bone.parent)
    writer.pack("iH", bone.layer, bone.flags)
    if bone.tail_bone is not None:
        writer.index(3, bone.tail_bone)
    if bone.tail_offset is not None:
        writer.pack("3f", *bone.tail_offset)
    if bone.append is not None:
        writer.index(3, bone.append[0])
        writer.pack("f", bone.append[1])
    if bone.fixed_axis is not None:
        writer.pack("3f", *bone.fixed_axis)
    if bone.local_axes is not None:
        writer.pack("6f", *bone.local_axes[0], *bone.local_axes[1])
    if bone.external_key is not None:
        writer.pack("i", bone.external_key)
    if bone.ik is not None:
        _ik(writer, bone.ik)


def _ik(writer: _PmxWriter, ik: PmxIk) -> None:
    writer.index(3, ik.target)
    writer.pack("ifi", ik.loops, ik.step_rad, len(ik.links))
    for link in ik.links:
        writer.index(3, link.bone)
        writer.pack("B", link.limits is not None)
        if link.limits is not None:
            writer.pack("6f", *link.limits[0], *link.limits[1])


def _morph(writer: _PmxWriter, morph: PmxMorph) -> None:
    writer.words(morph.name, morph.name_en)
    writer.pack("2Bi", morph.panel, morph.kind, len(morph.offsets))
    writer.pieces.append(morph.offsets.tobytes())


def _display_frame(writer: _PmxWriter, frame: PmxDisplayFrame) -> None:
    writer.words(frame.name, frame.name_en)
    writer.pack("Bi", frame.special, len(frame.items))
    for kind, index in frame.items:
        writer.pack("B", kind)
        writer.index(4 if kind else 3, index)


def _rigid_body(writer: _PmxWriter, body: PmxRigidBody) -> None:
    writer.words(body.name, body.name_en)
    writer.index(3, body.bone)
    writer.pack("BHB9f", body.group, body.unhit_groups, body.shape, *body.size, *body.position, *body.rotation)
    springs = body.linear_damping, body.angular_damping, body.repulsion, body.friction
    writer.pack("5fB", body.mass, *springs, body.mode)


def _joint(writer: _PmxWriter, joint: PmxJoint) -> None:
    writer.words(joint.name, joint.name_en)
    writer.pack("B", joint.kind)
    writer.index(5, joint.bodies[0])
    writer.index(5, joint.bodies[1])
    writer.pack("24f", *joint.settings)


def _soft_body(writer: _PmxWriter, body: PmxSoftBody) -> None:
    writer.words(body.name, body.name_en)
    writer.pack("B", body.shape)
    writer.index(2, body.material)
    writer.pieces.append(body.settings)
    for records in (body.anchors, body.pins):
        writer.pack("i", len(records))
        writer.pieces.append(records.tobytes())
