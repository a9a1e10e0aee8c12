"""Bows for the hair."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import along, profile, strip, unit, vertex_normals
from manekko.character.design import Design
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_strands import joined
from manekko.character.parts import Part, Surface

RIBBON = "リボン"


def ribbon_surface(design: Design) -> Surface:
    """Return the ribbons' surface in the accent colour."""
    red, green, blue = design.accent_rgb
    return Surface(
        RIBBON,
        "ribbon",
        diffuse_rgba=(red, green, blue, 1.0),
        ambient_rgb=(0.5 * red, 0.5 * green, 0.5 * blue),
        shade_rgb=(0.78, 0.66, 0.76),
        edge_rgba=(0.35 * red, 0.25 * green, 0.25 * blue, 1.0),
        two_sided=True,
    )


def bow_part(surface: FaceSurface, tie: Float[Array, "3"], ahead: Float[Array, "3"], side: float) -> Part:
    """Return a bow round the root of a tail that leads ``ahead`` from ``tie`` [head heights]."""
    axis = unit(np.asarray(ahead, float))
    back = unit(np.array([0.35 * side, 0.0, -1.0]))
    back = unit(back - axis * (back @ axis))
    up = np.cross(axis, back) * side
    frame = np.stack([up, back, axis])
    middle = tie + 0.02 * axis
    loops = [_loop(surface, middle, frame, turn) for turn in (1.0, -1.0)]
    ends = [_end(surface, middle, frame, turn) for turn in (1.0, -1.0)]
    return joined([_knot(surface, middle, frame), *loops, *ends])


def _placed(surface: FaceSurface, middle: Array, frame: Array, grid: Float[Array, "row column 3"]) -> Part:
    """Return a sheet given in the bow's own axes."""
    rows, columns = grid.shape[:2]
    points = middle + grid.reshape(-1, 3) @ frame
    triangles = strip(rows, columns)
    uvs = np.stack(np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows)), axis=-1).reshape(-1, 2)
    return Part(
        material=RIBBON,
        positions_m=surface.world(points),
        triangles=triangles,
        uvs=uvs,
        bones=("頭",),
        weights=np.ones((len(points), 1)),
        normals=vertex_normals(points, triangles),
        edge_scales=np.full(len(points), 0.8),
    )


def _knot(surface: FaceSurface, middle: Array, frame: Array) -> Part:
    turns = np.linspace(0.0, 2 * np.pi, 13)
    across = np.linspace(-1.0, 1.0, 4)
    radius = 0.052 * (1.0 - 0.18 * across**2)[:, None]
    grid = np.stack([radius * np.cos(turns), radius * np.sin(turns), 0.030 * across[:, None] + 0.0 * turns], axis=-1)
    return _placed(surface, middle, frame, grid)


def _loop(surface: FaceSurface, middle: Array, frame: Array, turn: float) -> Part:
    """Return one loop of the bow: a closed band that swells outwards."""
    shares = np.linspace(0.0, 1.0, 13)
    way = 2 * np.pi * shares
    out = 0.03 + 0.105 * (1.0 - np.cos(way))
    thick = 0.040 * np.sin(way) * (1.0 - 0.4 * np.cos(way))
    width = profile(((0.0, 0.018), (0.35, 0.085), (0.5, 0.095), (0.65, 0.085), (1.0, 0.018)), shares)
    rows = np.linspace(-1.0, 1.0, 3)[:, None]
    grid = np.stack([turn * (out + 0.0 * rows), 0.035 + thick + 0.0 * rows, rows * width - 0.15 * out], axis=-1)
    return _placed(surface, middle, frame, grid)


def _end(surface: FaceSurface, middle: Array, frame: Array, turn: float) -> Part:
    """Return one hanging end of the bow."""
    line = along(((0.02, 0.04), (0.09, 0.055), (0.15, 0.050), (0.22, 0.060)), np.linspace(0.0, 1.0, 7))
    width = profile(((0.0, 0.014), (0.6, 0.040), (1.0, 0.048)), np.linspace(0.0, 1.0, 7))
    rows = np.linspace(-1.0, 1.0, 3)[:, None]
    drop = 0.55 * line[:, 0]
    notch = np.where(np.arange(7) == 6, 0.030, 0.0) * (1.0 - np.abs(rows))
    grid = np.stack([turn * (line[:, 0] - notch), line[:, 1] + 0.0 * rows, rows * width + drop], axis=-1)
    return _placed(surface, middle, frame, grid)
