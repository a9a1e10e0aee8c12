"""Small figures made of numbers, for pictures whose colours can be told beforehand."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import IDENTITY_XYZW
from manekko.stage.figure import LINEAR, Figure, Material, Mesh, Morph, Pose, Texture
from manekko.stage.view import Light, View

SIZE = (64, 48)
SUN = Light(direction=(0.0, 0.0, -1.0), colour_rgb=(0.5, 0.5, 0.5))
"""Shines straight at what faces +Z."""

WHITE = (1.0, 1.0, 1.0, 1.0)


def front_view(size_px: tuple[int, int] = SIZE, *, distance_m: float = 5.0, high_m: float = 1.0) -> View:
    """Return a camera without perspective on +Z that looks back at the origin; ``high_m`` fill the picture's height."""
    half_turn_about_x = np.array([1.0, 0.0, 0.0, 0.0])
    place = np.array([0.0, 0.0, distance_m])
    return View(place, half_turn_about_x, size_px, 1.0, orthographic_height_m=high_m)


def plate(
    material: Material,
    *,
    centre_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    half_m: float = 0.25,
    normal: tuple[float, float, float] = (0.0, 0.0, 1.0),
    textures: tuple[Texture, ...] = (),
    morphs: tuple[tuple[str, Morph], ...] = (),
) -> Figure:
    """Return an upright square that faces +Z, whatever its normals say, on one bone at the origin."""
    corners = np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    return figure_of(
        corners * half_m + centre_m,
        np.tile(normal, (4, 1)) / np.linalg.norm(normal),
        np.array([[0, 1, 2], [0, 2, 3]]),
        replace(material, first_triangle=0, triangle_count=2),
        uvs=np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
        textures=textures,
        morphs=morphs,
    )


def figure_of(
    positions_m: Float[Array, "vertex 3"],
    normals: Float[Array, "vertex 3"],
    triangles: Array,
    *materials: Material,
    uvs: Array | None = None,
    textures: tuple[Texture, ...] = (),
    morphs: tuple[tuple[str, Morph], ...] = (),
) -> Figure:
    """Return a figure all of whose vertices hang on one bone at the origin."""
    count = len(positions_m)
    mesh = Mesh(
        positions_m=positions_m,
        normals=normals,
        uvs=np.zeros((count, 2)) if uvs is None else uvs,
        bones=np.zeros((count, 4), np.int64),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
        skinning=np.full(count, LINEAR, np.uint8),
        sdef_m=np.zeros((count, 3, 3)),
        edge_scales=np.ones(count),
        triangles=triangles,
    )
    return Figure(Rig("plate", (RigBone("b", -1, (0.0, 0.0, 0.0)),)), mesh, materials, textures, morphs)


def paint(diffuse: tuple[float, float, float, float] = WHITE) -> Material:
    """Return a material without anything but its colour."""
    return Material("paint", 0, 0, diffuse)


def still(figure: Figure, *weights: float) -> Pose:
    """Return the rest pose with some morphs' weights."""
    count = len(figure.rig.bones)
    places = np.array([bone.rest_position_m for bone in figure.rig.bones])
    return Pose(places, np.tile(IDENTITY_XYZW, (count, 1)), np.array([*weights], dtype=float))


def one_colour(rgba: tuple[int, int, int, int], name: str = "colour") -> Texture:
    """Return a picture of one colour."""
    return Texture(name, np.full((8, 8, 4), rgba, np.uint8))


def ramp(lit: tuple[int, int, int], shaded: tuple[int, int, int]) -> Texture:
    """Return a toon of two colours that meet in its middle."""
    rows = np.full((32, 4, 4), 255, np.uint8)
    rows[:16, :, :3], rows[16:, :, :3] = lit, shaded
    return Texture("ramp", rows)
