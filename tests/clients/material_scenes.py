"""Scenes around the fixtures of materials, skinning and morphs, each with its textures beside the model."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from manekko.character import default_model
from manekko.files.pmx import parse_pmx, write_pmx
from manekko.files.pmx_values import (
    BONE_MORPH,
    GROUP_MORPH,
    MATERIAL_MORPH,
    SDEF,
    UV_MORPH,
    PmxFile,
    PmxMorph,
    morph_dtype,
)
from manekko.stage.view import Light
from tests.clients.babylon_pictures import PictureScene
from tests.clients.page_judge import MMD_UNIT_M
from tests.clients.small_textures import encoded, pictures

Turns = dict[str, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Case:
    """What one picture is about."""

    fixture: str
    about: str
    """What the picture exercises: toon, sphere, edge, alpha, texture, skinning or morph."""
    morphs: dict[str, float] = field(default_factory=dict)
    turns: Turns = field(default_factory=dict)
    renamed: str = ""
    """The fixture's texture under another name and in another kind of file."""
    yaw_deg: float = 25.0
    aside: bool = False
    """Moved off the middle: babylon-mmd takes an SDEF centre with x = 0 for none."""


def turn(axis: str, degrees: float) -> tuple[float, float, float, float]:
    """Return a rotation about x, y or z."""
    half = math.radians(degrees) / 2.0
    x, y, z = (math.sin(half) if name == axis else 0.0 for name in "xyz")
    return x, y, z, math.cos(half)


_TWIST: Turns = {"bone1": turn("y", 50.0), "bone2": turn("y", 40.0), "bone3": turn("z", 40.0)}
CASES = {
    "toon": Case("mmd-toon-ramp-lit-box", "toon"),
    "toon-bmp": Case("mmd-toon-ramp-lit-box", "toon", renamed="toon.bmp", yaw_deg=-60.0),
    "shared-toon": Case("constraint_test", "toon", yaw_deg=40.0),
    "sphere-add": Case("mmd-sphere-texture-add", "sphere"),
    "sphere-add-spa": Case("mmd-sphere-texture-add", "sphere", renamed="sphere.spa", yaw_deg=-40.0),
    "sphere-multiply": Case("mmd-sphere-texture-multiply", "sphere"),
    "sphere-multiply-sph": Case("mmd-sphere-texture-multiply", "sphere", renamed="sphere.sph", yaw_deg=-40.0),
    "edge": Case("mmd-outline-normal-silhouette", "edge"),
    "edge-order": Case("mmd-material-order-body-outline-interleave", "edge"),
    "flat": Case("mmd-diffuse-lit-box", "edge"),
    "alpha-overlap": Case("mmd-alpha-blend-overlap", "alpha"),
    "alpha-cutout": Case("mmd-texture-alpha-used-uv-cutout", "alpha"),
    "alpha-atlas": Case("mmd-texture-alpha-atlas-padding-ignored", "alpha"),
    "alpha-png": Case("mmd-png-hair-shadow-alpha-morph-blend", "alpha"),
    "alpha-png-half": Case("mmd-png-hair-shadow-alpha-morph-blend", "alpha", morphs={"png_hairshadow_hide": 0.5}),
    "alpha-tga": Case("mmd-tga-hair-shadow-overlay-alpha-blend", "alpha"),
    "alpha-morph": Case(
        "mmd-material-morph-alpha-opaque-depth", "alpha", morphs={"foreground_hide": 0.5}, yaw_deg=10.0
    ),
    "alpha-gone": Case("mmd-material-morph-alpha-opaque-depth", "alpha", morphs={"foreground_hide": 1.0}, yaw_deg=10.0),
    "tga-opaque": Case("mmd-tga-regular-hair-alpha-opaque", "texture"),
    "uv-orientation": Case("mmd-texture-uv-orientation-plane", "texture", yaw_deg=15.0),
    "uv-orientation-bmp": Case("mmd-texture-uv-orientation-plane", "texture", renamed="plane.bmp", yaw_deg=15.0),
    "jpg": Case("uv_morph_test", "texture"),
    "sdef": Case("sdef-two-bone-elbow", "skinning", turns={"upperArm": turn("z", 80.0)}, aside=True),
    "bdef2": Case("bdef2-two-bone-strip", "skinning", turns={"upper": turn("z", 60.0)}),
    "bdef4": Case("bdef4-twist-cylinder", "skinning", turns=_TWIST),
    "uv-morph": Case("mmd-texture-uv-orientation-plane", "morph", morphs={"uv": 0.8}, yaw_deg=15.0),
    "bone-morph": Case("mmd-sphere-texture-add", "morph", morphs={"bone": 0.7}),
    "tint-morph": Case("mmd-texture-alpha-atlas-padding-ignored", "morph", morphs={"tint": 0.6}),
    "plus-morph": Case("mmd-texture-alpha-atlas-padding-ignored", "morph", morphs={"plus": 0.7}),
    "group-morph": Case("mmd-texture-alpha-atlas-padding-ignored", "morph", morphs={"group": 1.0}),
    "vertex-morph": Case("test_vertex_morph", "morph", morphs={"blink": 0.5}, yaw_deg=0.0),
}


def material_scenes(data_folder: Path, folder: Path) -> dict[str, PictureScene]:
    """Return every case as a scene, its model with its textures in a folder of its own inside ``folder``."""
    return {name: _scene(name, case, data_folder / "mmd" / "fixtures", folder) for name, case in CASES.items()}


def character_scenes() -> dict[str, PictureScene]:
    """Return our character from the front and, its face under two morphs, from near.

    The light comes from the front: there toon ramps that are read in two ways differ least.
    """
    light = Light((-0.25, -0.33, -0.91))
    full = PictureScene(
        "whole", default_model(), (0.9, 1.0, 4.4), (0.0, 0.82, 0.0), fov_rad=0.4, size_px=(660, 880), light=light
    )
    near = PictureScene(
        *("face", default_model(), (0.25, 1.5, 1.1), (0.0, 1.45, 0.0)),
        fov_rad=0.4,
        size_px=(660, 880),
        light=light,
        morphs={"ウィンク": 1.0, "あ": 0.7},
    )
    return {scene.name: scene for scene in (full, near)}


def _scene(name: str, case: Case, fixtures: Path, folder: Path) -> PictureScene:
    file = parse_pmx((fixtures / f"{case.fixture}.pmx").read_bytes())
    made = pictures()
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    for texture in file.textures:
        kept = case.renamed or texture
        (home / kept).write_bytes(encoded(kept, made[texture]))
    if case.renamed:
        file = replace(file, textures=(case.renamed,))
    if case.aside:
        file = _moved(file, (2.0, 0.0, 0.0))
    file = _with_morphs(file)
    (home / "model.pmx").write_bytes(write_pmx(file))
    position, target = _around(file, math.radians(case.yaw_deg), pitch_rad=0.3)
    return PictureScene(name, home / "model.pmx", position, target, morphs=case.morphs, turns=case.turns)


def _with_morphs(file: PmxFile) -> PmxFile:
    """Return the model with a morph of each further kind: of UVs, of its first bone, of its first material, a group."""
    count = len(file.morphs)
    at_vertices = [(vertex, (0.2, 0.1, 0.0, 0.0)) for vertex in range(len(file.vertices.positions))]
    # Tints of pictures are left at nothing: babylon-mmd 1.3.0 on Babylon 9.34 does not draw them. Nothing is added to
    # diffuse and edge size: on the judge's page they are scaled already.
    tint = [0.5, 1.0, 0.7, 1.0, *[1.0] * 3, 1.0, 0.4, 1.0, 1.0, *[1.0] * 17]
    plus = [*[0.0] * 8, 0.3, 0.0, 0.4, 0.9, 0.2, 0.2, *[0.0] * 14]
    rows = (
        ("uv", UV_MORPH, at_vertices),
        ("bone", BONE_MORPH, [(0, (0.2, 0.1, 0.1), turn("y", 50.0))]),
        ("tint", MATERIAL_MORPH, [(0, 0, tint)]),
        ("plus", MATERIAL_MORPH, [(0, 1, plus)]),
        ("group", GROUP_MORPH, [(count + 1, 0.5), (count + 2, 0.8)]),
    )
    added = tuple(
        PmxMorph(name, name, 4, kind, np.array(offsets, dtype=morph_dtype(kind, file.header)))
        for name, kind, offsets in rows
    )
    return replace(file, morphs=(*file.morphs, *added))


def _moved(file: PmxFile, shift: tuple[float, float, float]) -> PmxFile:
    """Return the whole model moved, in MMD's units."""
    vertices = file.vertices
    sdef = np.where(vertices.weight_kinds[:, None, None] == SDEF, vertices.sdef + shift, vertices.sdef)
    moved = replace(vertices, positions=vertices.positions + np.float32(shift), sdef=sdef.astype(np.float32))
    bones = tuple(replace(bone, position=_triple(np.add(bone.position, shift))) for bone in file.bones)
    return replace(file, vertices=moved, bones=bones)


def _around(
    file: PmxFile, yaw_rad: float, *, pitch_rad: float
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return a camera's place and target so that the model fills most of the picture."""
    points_m = file.vertices.positions * [MMD_UNIT_M, MMD_UNIT_M, -MMD_UNIT_M]
    lowest, highest = points_m.min(axis=0), points_m.max(axis=0)
    middle, radius_m = (lowest + highest) / 2.0, float(np.linalg.norm(highest - lowest)) / 2.0
    away = np.array([math.sin(yaw_rad), math.tan(pitch_rad), math.cos(yaw_rad)])
    position = middle + away / np.linalg.norm(away) * radius_m * 4.3
    return _triple(position), _triple(middle)


def _triple(vector: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 6) for value in vector)
    return x, y, z
