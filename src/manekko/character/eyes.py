"""The eyes: white, iris, lashes and the fold of the lid."""

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.curves import Points, along, profile, sides, strip
from manekko.character.eye_shapes import BOTH, LEFT, OPEN, RIGHT, EyePlace, EyeShape, outline
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import LEFT_SIDE, Layer, layer_part
from manekko.character.parts import Part

WHITE, IRIS, LASH = "白目", "瞳", "まつげ"
_LASH_LIFT, _BEHIND = 0.0045, -0.030
_LASH_POINTS = 21
_DARK = 0.7
"""Where the lashes' texture is plain."""
_LASH_THICKNESS: Points = ((0.0, 0.015), (0.10, 0.08), (0.45, 0.165), (0.70, 0.235), (0.84, 0.20), (1.0, 0.0))
"""Along the lash, wing included, in half eye widths."""
_IRIS_LIFT = -0.020
_BOWL = ((1.00, 0.002, -0.001), (1.00, 0.028, -0.060), (0.60, 0.0, -0.066), (0.0, 0.0, -0.066))
"""Rings of the white: size, distance beyond the outline, depth [head heights]."""


def shapes(side: int) -> dict[str, EyeShape]:
    """Return the expressions of the eye on one side."""
    return BOTH | (LEFT if side == LEFT_SIDE else RIGHT)


def eye_parts(surface: FaceSurface, place: EyePlace, side: int) -> list[Part]:
    """Return everything of one eye but the lids' skin."""
    bone = "左目" if side == LEFT_SIDE else "右目"
    expressions = shapes(side)
    return [
        layer_part(surface, _white(place, expressions), WHITE, side=side),
        layer_part(surface, _iris(place, expressions, side), IRIS, side=side, bone=bone),
        *(layer_part(surface, layer, LASH, side=side) for layer in _lines(place, expressions)),
    ]


def _white(place: EyePlace, expressions: dict[str, EyeShape]) -> Layer:
    """Return a bowl behind the opening; its rim goes with the lids, so that it never stands out of the skin."""

    def bowl(shape: EyeShape) -> Float[Array, "vertex 2"]:
        wide = outline(shape if shape.iris != 1.0 else OPEN)
        rings = [_beyond(outline(shape), _BOWL[0][1] / place.half_width)]
        rings += [_beyond(wide * size, beyond / place.half_width) for size, beyond, _ in _BOWL[1:]]
        return place.front_view(np.vstack(rings))

    count = len(outline(OPEN))
    lifts = np.repeat([depth for _, _, depth in _BOWL], count)
    rest = bowl(OPEN)
    low, high = rest.min(axis=0), rest.max(axis=0)
    uvs = (rest - low) / (high - low) * [1.0, -1.0] + [0.0, 1.0]
    triangles = strip(len(_BOWL), count, closed=True)[:, ::-1]
    return Layer(rest, lifts, triangles, uvs, {name: (bowl(shape), lifts) for name, shape in expressions.items()})


def _beyond(hole: Float[Array, "point 2"], distance: float) -> Float[Array, "point 2"]:
    """Return an outline widened by a distance."""
    return hole + distance * sides(np.vstack([hole[-1:], hole, hole[:1]]))[1:-1]


def _iris(place: EyePlace, expressions: dict[str, EyeShape], side: int) -> Layer:
    sizes = np.array([0.0, 0.4, 0.75, 1.0])
    turns = np.linspace(0.0, 2 * np.pi, 28, endpoint=False)
    disc = np.stack([np.outer(sizes, np.cos(turns)), np.outer(sizes, np.sin(turns))], axis=-1).reshape(-1, 2)
    middle = np.array(place.middle) + np.array([-0.05, 0.01]) * place.half_width

    def scaled(size: float) -> Float[Array, "vertex 2"]:
        return disc * np.array(place.iris) * size + middle

    lifts = np.full(len(disc), _IRIS_LIFT)
    targets = {name: (scaled(shape.iris), lifts) for name, shape in expressions.items() if shape.iris != 1.0}
    uvs = disc * [0.5 * side, -0.5] + 0.5  # the light falls on both eyes from one side
    return Layer(scaled(1.0), lifts, strip(len(sizes), len(turns), closed=True)[:, ::-1], uvs, targets)


def _lines(place: EyePlace, expressions: dict[str, EyeShape]) -> list[Layer]:
    """Return the upper lash, the end of the lid under it, a second point, the lower lash and the fold."""
    layers = []
    for maker in (_upper_lash, _lid_end, _second_point, _lower_lash, _fold):
        rest, triangles, uvs = maker(OPEN)
        lifts = np.full(len(rest), _LASH_LIFT)
        targets = {}
        for name, shape in expressions.items():
            hidden = shape.stroke is not None and maker is not _upper_lash
            targets[name] = (place.front_view(maker(shape)[0]), np.full_like(lifts, _BEHIND) if hidden else lifts)
        layers.append(Layer(place.front_view(rest), lifts, triangles, uvs, targets))
    return layers


Drawn = tuple[Float[Array, "vertex 2"], Int[Array, "triangle 3"], Float[Array, "vertex 2"]]


def brush(line: Float[Array, "point 2"], below: Float[Array, " point"], above: Float[Array, " point"]) -> Drawn:
    """Return a band along a line that goes to the right: its vertices, triangles and texture coordinates."""
    up = sides(line)
    count = len(line)
    rows = np.vstack([line - up * below[:, None], line + up * above[:, None]])
    uvs = np.stack([np.tile(np.linspace(0.0, 1.0, count), 2), np.repeat([1.0, 0.0], count)], axis=-1)
    return rows, strip(2, count), uvs


def _upper_lash(shape: EyeShape) -> Drawn:
    shares = np.linspace(0.0, 1.0, _LASH_POINTS)
    if shape.stroke is not None:
        thickness = profile(((0.0, 0.0), (0.2, 0.13), (0.5, 0.15), (0.8, 0.13), (1.0, 0.0)), shares)
        return brush(along(shape.stroke, shares), 0.5 * thickness, 0.5 * thickness)
    # It leaves the lid before the corner and ends beyond it in a point.
    knots = shape.upper_lid(np.array([0.0, 0.16, 0.32, 0.48, 0.62, 0.73]))
    tip = shape.upper_lid(np.array([1.0])) + np.array(shape.wing)
    thickness = profile(_LASH_THICKNESS, shares) * shape.lash
    return brush(along(np.vstack([knots, tip]), shares), 0.15 * thickness, 0.85 * thickness)


def _lid_end(shape: EyeShape) -> Drawn:
    shares = np.linspace(0.62, 1.0, 8)
    thickness = profile(((0.0, 0.10), (0.5, 0.15), (0.8, 0.10), (1.0, 0.01)), np.linspace(0.0, 1.0, 8))
    rows, triangles, uvs = brush(shape.upper_lid(shares), np.full_like(shares, 0.02), thickness * shape.lash)
    return rows, triangles, np.full_like(uvs, _DARK)


def _second_point(shape: EyeShape) -> Drawn:
    """Return a shorter lash under the first one."""
    end = shape.upper_lid(np.array([1.0]))
    line = along(end + np.array([(-0.02, 0.06), (0.08, 0.02), (0.20, 0.06)]), np.linspace(0.0, 1.0, 6))
    thickness = profile(((0.0, 0.06), (0.4, 0.075), (1.0, 0.0)), np.linspace(0.0, 1.0, 6)) * shape.lash
    rows, triangles, uvs = brush(line, 0.4 * thickness, 0.6 * thickness)
    return rows, triangles, np.full_like(uvs, _DARK)


def _lower_lash(shape: EyeShape) -> Drawn:
    shares = np.linspace(0.42, 1.0, 13)
    thickness = profile(((0.0, 0.0), (0.5, 0.030), (0.80, 0.055), (1.0, 0.01)), np.linspace(0.0, 1.0, 13))
    return brush(shape.lower_lid(shares), 0.8 * thickness, 0.2 * thickness)


def _fold(shape: EyeShape) -> Drawn:
    line = OPEN.upper_lid(np.linspace(0.16, 0.86, 13)) * [1.02, 1.0] + [0.02, 0.24 + shape.crease]
    thickness = profile(((0.0, 0.0), (0.5, 0.035), (1.0, 0.0)), np.linspace(0.0, 1.0, 13))
    return brush(line, 0.5 * thickness, 0.5 * thickness)
