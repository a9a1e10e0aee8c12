"""PMD models as figures."""

from pathlib import Path

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError
from manekko.files.model_rig import unmirrored
from manekko.files.pmd import rig_from_pmd
from manekko.files.pmd_bodies import pmx_bodies, pmx_bones, pmx_joints
from manekko.files.pmd_values import PmdFile, text_of
from manekko.stage.figure import (
    LINEAR,
    SPHERE_ADD,
    SPHERE_MULTIPLY,
    SPHERE_NONE,
    Figure,
    Material,
    Mesh,
    VertexMorph,
)
from manekko.stage.from_mmd import bounded, carried, floats, sensible, unit_normals, whole_triangles
from manekko.stage.springs_from_mmd import springs_from_mmd
from manekko.stage.wardrobe import Wardrobe

_SPHERES = {".sph": SPHERE_MULTIPLY, ".spa": SPHERE_ADD}
_SHADOWLESS_ALPHA = 0.98
"""MMD's sign in a PMD's alpha that a material takes no part in self shadow."""

_BASE = 0
"""The kind of morph that lists which vertices the others move."""


def figure_from_pmd(file: PmdFile, folder: Path) -> Figure:
    """Return a PMD model with its pictures; what the file says wrongly is mended as for PMX.

    Args:
        file: what the file says.
        folder: where it lies; pictures are looked for there and below.

    Raises:
        FormatError: it has no bones.
    """
    rig = rig_from_pmd(file)
    if not rig.bones:
        raise FormatError("the model has no bones; at least one is needed to pose it")
    wardrobe = Wardrobe(folder)
    vertices = file.vertices
    share = np.clip(vertices["percent"].astype(np.float64), 0.0, 100.0) / 100.0
    none = np.zeros(len(vertices))
    bones, weights = carried(
        np.concatenate([vertices["bones"].astype(np.int64), np.zeros((len(vertices), 2), np.int64)], axis=1),
        np.stack([share, 1.0 - share, none, none], axis=1),
        len(rig.bones),
    )
    mesh = Mesh(
        positions_m=bounded(unmirrored(vertices["position"])),
        normals=unit_normals(vertices["normal"]),
        uvs=sensible(vertices["uv"]),
        bones=bones,
        weights=weights,
        skinning=np.full(len(vertices), LINEAR, np.uint8),
        sdef_m=np.zeros((len(vertices), 3, 3)),
        edge_scales=(vertices["no_edge"] == 0).astype(np.float64),
        triangles=whole_triangles(file.faces, len(vertices), wardrobe.warnings),
    )
    materials = _materials(file, wardrobe, len(mesh.triangles))
    springs, capsules = springs_from_mmd(pmx_bones(file), pmx_bodies(file), pmx_joints(file))
    textures, warnings = tuple(wardrobe.textures), tuple(wardrobe.warnings)
    return Figure(rig, mesh, materials, textures, _morphs(file), springs, capsules, warnings)


def _materials(file: PmdFile, wardrobe: Wardrobe, triangle_count: int) -> tuple[Material, ...]:
    result = []
    first = 0
    for number, material in enumerate(file.materials):
        count = min(int(material["corners"]) // 3, triangle_count - first)
        result.append(_material(material, f"{number + 1}", first, count, file, wardrobe))
        first += count
    return tuple(result)


def _material(material: np.void, name: str, first: int, count: int, file: PmdFile, wardrobe: Wardrobe) -> Material:
    """Return one material; a texture's name may carry a sphere map's after an asterisk."""
    names = [part for part in text_of(material["texture"]).split("*") if part.strip()]
    spheres = [part for part in names if part.strip().lower()[-4:] in _SPHERES]
    plain = [part for part in names if part not in spheres]
    diffuse = floats(material["diffuse"])
    takes = abs(diffuse[3] - _SHADOWLESS_ALPHA) > 1e-3
    return Material(
        name=name,
        first_triangle=first,
        triangle_count=count,
        diffuse_rgba=diffuse,
        specular_rgb=floats(material["specular"]),
        specular_power=floats(float(material["shininess"]))[0],
        ambient_rgb=floats(material["ambient"]),
        texture=wardrobe.picture(plain[0]) if plain else -1,
        sphere=wardrobe.picture(spheres[0]) if spheres else -1,
        sphere_mode=_SPHERES[spheres[0].strip().lower()[-4:]] if spheres else SPHERE_NONE,
        toon=_toon(int(material["toon"]), file, wardrobe),
        two_sided=diffuse[3] < 1.0,
        edge=bool(material["edge"]),
        casts_on_ground=bool(material["edge"]),
        casts_shadow=takes,
        takes_shadow=takes,
    )


def _toon(number: int, file: PmdFile, wardrobe: Wardrobe) -> int:
    if not 0 <= number < 10:
        return -1
    name = file.toons[number] if file.toons else ""
    return wardrobe.toon(name) if name else wardrobe.ramp(number)


def _morphs(file: PmdFile) -> tuple[tuple[str, VertexMorph], ...]:
    """Return all morphs but the base, whose list of vertices the others count by."""
    base: Array = next((morph.offsets["vertex"] for morph in file.morphs if morph.kind == _BASE), np.zeros(0, np.int64))
    base = base.astype(np.int64)
    result = []
    for morph in file.morphs:
        if morph.kind == _BASE:
            continue
        places = morph.offsets["vertex"].astype(np.int64)
        there = places < len(base)
        vertices = base[places[there]]
        shifts = bounded(unmirrored(morph.offsets["shift"][there]))
        kept = vertices < len(file.vertices)
        result.append((morph.name, VertexMorph(vertices[kept], shifts[kept])))
    return tuple(result)
