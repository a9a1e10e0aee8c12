"""Bows for the hair."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import unit
from manekko.character.design import Design
from manekko.character.hair_strands import Lock
from manekko.character.parts import Surface

RIBBON = "リボン"
_LOOP = ((0.0, 0.30), (0.30, 0.62), (0.72, 1.0), (0.92, 0.95), (1.0, 0.0))
_END = ((0.0, 0.35), (0.6, 0.80), (0.965, 1.0), (1.0, 0.0))
_KNOT = ((0.0, 0.0), (0.15, 0.75), (0.5, 1.0), (0.85, 0.75), (1.0, 0.0))


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
    )


def bow(tie: Float[Array, "3"], side: float) -> Iterator[Lock]:
    """Yield a bow before the root of a tail at ``tie`` [head heights]: two loops, two ends, the knot."""
    facing = unit(np.array([0.55 * side, 0.25, 0.80]))
    up = unit(np.array([-0.25 * side, 1.0, 0.0]) - facing * (0.25 - 0.1375))
    right = np.cross(up, facing)
    middle = tie + 0.055 * facing + np.array([0.012 * side, 0.01, 0.0])

    def line(*knots: tuple[float, float, float]) -> Float[Array, "knot 3"]:
        return middle + np.array(knots) @ np.stack([right, up, facing])

    for turn in (1.0, -1.0):
        loop = line(
            (0.0, 0.0, 0.0), (turn * 0.08, 0.035, 0.034), (turn * 0.16, 0.050, 0.028), (turn * 0.225, 0.045, 0.0)
        )
        yield Lock(loop, 0.096, 0.038, facing=facing, rings=7, taper=_LOOP, material=RIBBON)
        end = line(
            (0.0, 0.0, 0.0), (turn * 0.05, -0.08, 0.015), (turn * 0.075, -0.17, 0.0), (turn * 0.12, -0.25, -0.01)
        )
        yield Lock(end, 0.040, 0.008, facing=facing, rings=5, taper=_END, material=RIBBON)
    knot = line((0.0, 0.045, 0.012), (0.0, 0.0, 0.022), (0.0, -0.045, 0.012))
    yield Lock(knot, 0.036, 0.034, facing=facing, rings=5, taper=_KNOT, material=RIBBON)
    band = tie + np.array([[0.0, 0.065, 0.0], [0.004 * side, 0.0, -0.004], [0.0, -0.065, 0.0]])
    yield Lock(band, 0.062, 0.055, facing=np.array([side, 0.0, 0.0]), rings=5, taper=_KNOT, material=RIBBON)
