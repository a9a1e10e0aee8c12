"""PMX models as figures."""

from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError
from manekko.files.binary import printable
from manekko.files.model_rig import unmirrored
from manekko.files.pmx import rig_from_pmx
from manekko.files.pmx_values import (
    BONE_MORPH,
    FLIP_MORPH,
    GROUP_MORPH,
    MATERIAL_MORPH,
    QDEF,
    SDEF,
    UV_MORPH,
    VERTEX_MORPH,
    PmxFile,
    PmxMaterial,
    PmxMorph,
    PmxVertices,
)
from manekko.stage.figure import (
    DUAL_QUATERNION,
    LINEAR,
    SPHERE_NONE,
    SPHERE_SUB_TEXTURE,
    SPHERICAL,
    BoneMorph,
    Figure,
    GroupMorph,
    Material,
    MaterialMorph,
    Mesh,
    Morph,
    UvMorph,
    VertexMorph,
)
from manekko.stage.springs_from_mmd import springs_from_mmd
from manekko.stage.wardrobe import Wardrobe

_TWO_SIDED, _ON_GROUND, _CASTS, _TAKES, _EDGE = (1 << bit for bit in range(5))
_FARTHEST_M = 1e4
_LARGEST = 1e9
_MIRROR = np.array([1.0, 1.0, -1.0])


def figure_from_pmx(file: PmxFile, folder: Path) -> Figure:
    """Return a PMX model with its pictures.

    What the file says wrongly is mended where MMD would draw on: references to nothing are left out, places that are
    no numbers are the origin.

    Args:
        file: what the file says.
        folder: where it lies; pictures are looked for there and below.

    Raises:
        FormatError: it has no bones, or more vertices than its triangles can name.
    """
    rig = rig_from_pmx(file)
    if not rig.bones:
        raise FormatError("the model has no bones; at least one is needed to pose it")
    wardrobe = Wardrobe(folder)
    mesh = _mesh(file, len(rig.bones), wardrobe.warnings)
    materials = _materials(file, wardrobe, len(mesh.triangles))
    morphs = tuple((printable(morph.name), _morph(morph, len(mesh.uvs))) for morph in file.morphs)
    springs, capsules = springs_from_mmd(file.bones, file.rigid_bodies, file.joints)
    textures, warnings = tuple(wardrobe.textures), tuple(wardrobe.warnings)
    return Figure(rig, mesh, materials, textures, morphs, springs, capsules, warnings)


def _mesh(file: PmxFile, bone_count: int, warnings: list[str]) -> Mesh:
    vertices = file.vertices
    bones, weights = carried(vertices.bones, vertices.weights, bone_count)
    second = vertices.extra_uvs[:, 0, :2] if vertices.extra_uvs.shape[1] else None
    return Mesh(
        positions_m=bounded(unmirrored(vertices.positions)),
        normals=unit_normals(vertices.normals),
        uvs=sensible(vertices.uvs),
        bones=bones,
        weights=weights,
        skinning=_kinds(vertices),
        sdef_m=bounded(unmirrored(vertices.sdef)),
        edge_scales=np.clip(sensible(vertices.edge_scales), 0.0, 100.0),
        triangles=whole_triangles(file.faces, len(vertices.positions), warnings),
        second_uvs=None if second is None else sensible(second),
    )


def carried(bones: Array, weights: Array, bone_count: int) -> tuple[Array, Float[Array, "vertex 4"]]:
    """Return bones and weights of vertices, four each, that exist and sum to 1; bone 0 carries what no bone does."""
    there = (bones >= 0) & (bones < bone_count)
    weights = np.where(there, np.clip(sensible(weights), 0.0, 1e6), 0.0)
    total = weights.sum(1, keepdims=True)
    weights = np.where(total > 1e-9, weights / np.maximum(total, 1e-9), [1.0, 0.0, 0.0, 0.0])
    return np.where(there, bones, 0).astype(np.int64), weights


def _kinds(vertices: PmxVertices) -> Array:
    """Return how each vertex follows its bones; an SDEF vertex without centres of its own is a plain one."""
    spherical = (vertices.weight_kinds == SDEF) & (vertices.sdef[:, 1:] != 0.0).any(axis=(1, 2))
    kinds = np.full(len(vertices.weight_kinds), LINEAR, np.uint8)
    kinds[spherical] = SPHERICAL
    kinds[vertices.weight_kinds == QDEF] = DUAL_QUATERNION
    return kinds


def whole_triangles(faces: Array, vertex_count: int, warnings: list[str]) -> Array:
    """Return the triangles; those that name vertices which do not exist become points that nobody sees.

    The mirror between MMD's axes and ours turns their sense round, so their corners are taken backwards.
    """
    wrong = np.any((faces < 0) | (faces >= vertex_count), axis=1)
    if wrong.any():
        warnings.append(f"{int(wrong.sum())} triangles name vertices that the model does not have; they are left out")
    return np.where(wrong[:, None], 0, faces)[:, ::-1].astype(np.int64)


def sensible(values: Array) -> Array:
    """Return numbers as float64, none of them beyond what can be drawn; what is no number is 0."""
    with np.errstate(invalid="ignore"):
        known = np.asarray(values, dtype=np.float64)
    return np.clip(np.nan_to_num(known, nan=0.0, posinf=0.0, neginf=0.0), -_LARGEST, _LARGEST)


def bounded(positions_m: Array) -> Array:
    """Return positions none of which is farther out than any stage [m]."""
    return np.clip(sensible(positions_m), -_FARTHEST_M, _FARTHEST_M)


def unit_normals(normals: Array) -> Float[Array, "vertex 3"]:
    """Return MMD's normals in our axes at length 1; up where there is none."""
    with np.errstate(over="ignore"):
        ours = np.clip(sensible(normals), -1e6, 1e6) * _MIRROR
    length = np.linalg.norm(ours, axis=1, keepdims=True)
    return np.where(length > 1e-9, ours / np.maximum(length, 1e-9), [0.0, 1.0, 0.0])


def _materials(file: PmxFile, wardrobe: Wardrobe, triangle_count: int) -> tuple[Material, ...]:
    result = []
    first = 0
    for material in file.materials:
        count = min(max(material.vertex_count, 0) // 3, triangle_count - first)
        result.append(_material(material, first, count, file, wardrobe))
        first += count
    return tuple(result)


def _material(material: PmxMaterial, first: int, count: int, file: PmxFile, wardrobe: Wardrobe) -> Material:
    def picture(number: int) -> int:
        return wardrobe.picture(file.textures[number]) if 0 <= number < len(file.textures) else -1

    has_toon_file = material.shared_toon == 0 and 0 <= material.toon < len(file.textures)
    mode = material.sphere_mode if 0 <= material.sphere_mode <= SPHERE_SUB_TEXTURE else SPHERE_NONE
    if mode == SPHERE_SUB_TEXTURE and not file.header.extra_uv_count:
        mode = SPHERE_NONE
    return Material(
        name=printable(material.name),
        first_triangle=first,
        triangle_count=count,
        diffuse_rgba=floats(material.diffuse),
        specular_rgb=floats(material.specular[:3]),
        specular_power=floats(material.specular[3])[0],
        ambient_rgb=floats(material.ambient),
        texture=picture(material.texture),
        sphere=picture(material.sphere) if mode != SPHERE_NONE else -1,
        sphere_mode=mode,
        toon=wardrobe.toon(file.textures[material.toon])
        if has_toon_file
        else wardrobe.ramp(material.toon)
        if material.shared_toon
        else -1,
        two_sided=bool(material.flags & _TWO_SIDED),
        edge=bool(material.flags & _EDGE),
        edge_rgba=floats(material.edge_colour),
        edge_size=floats(material.edge_size)[0],
        casts_on_ground=bool(material.flags & _ON_GROUND),
        casts_shadow=bool(material.flags & _CASTS),
        takes_shadow=bool(material.flags & _TAKES),
    )


def floats(*values: Array | tuple[float, ...] | float) -> tuple:
    """Return numbers of a material, none of them wild."""
    return tuple(float(value) for value in np.clip(sensible(np.hstack(values)), -1e4, 1e4))


def _morph(morph: PmxMorph, vertex_count: int) -> Morph:
    """Return a morph; kinds that nothing here can show (impulses, further texture coordinates) do nothing."""
    offsets = morph.offsets
    if morph.kind == VERTEX_MORPH:
        there = offsets["vertex"] < vertex_count
        there &= offsets["vertex"] >= 0
        return VertexMorph(offsets["vertex"][there].astype(np.int64), bounded(unmirrored(offsets["shift"][there])))
    if morph.kind == UV_MORPH:
        there = (offsets["vertex"] >= 0) & (offsets["vertex"] < vertex_count)
        return UvMorph(offsets["vertex"][there].astype(np.int64), sensible(offsets["shift"][there, :2]))
    if morph.kind == BONE_MORPH:
        turns = sensible(offsets["turn"]) * np.array([-1.0, -1.0, 1.0, 1.0])
        return BoneMorph(offsets["bone"].astype(np.int64), bounded(unmirrored(offsets["shift"])), turns)
    if morph.kind == MATERIAL_MORPH:
        return MaterialMorph(offsets["material"].astype(np.int64), offsets["adds"] != 0, sensible(offsets["values"]))
    if morph.kind in (GROUP_MORPH, FLIP_MORPH):
        return GroupMorph(offsets["morph"].astype(np.int64), sensible(offsets["weight"]))
    return VertexMorph(np.zeros(0, np.int64), np.zeros((0, 3)))
