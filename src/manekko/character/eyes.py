"""The eyes: white, iris, lashes and the fold of the lid."""

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.curves import Points, profile, sides, strip
from manekko.character.eye_shapes import BOTH, LEFT, LID_POINTS, OPEN, RIGHT, EyePlace, EyeShape, outline
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import LEFT_SIDE, Layer, layer_part
from manekko.character.parts import Part

WHITE, IRIS, LASH = "白目", "瞳", "まつげ"
_LASH_LIFT = 0.0045
_WING_POINTS = 5
_LASH_THICKNESS: Points = ((0.0, 0.015), (0.10, 0.07), (0.45, 0.125), (0.78, 0.17), (0.90, 0.14), (1.0, 0.0))
"""Along the lash, wing included, in half eye widths."""
_SPIKES = ((0.80, 0.055, (0.20, 0.20)), (0.91, 0.05, (0.24, 0.14)))
"""Single lashes: where on the lid, half their width there, and from there to their tip."""
_IRIS_LIFT = -0.022
_BOWL = ((1.00, 0.014, -0.006), (1.00, 0.012, -0.040), (0.60, 0.0, -0.046), (0.0, 0.0, -0.046))
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
        layer_part(surface, _iris(place, expressions), IRIS, side=side, bone=bone),
        *(layer_part(surface, layer, LASH, side=side) for layer in _lines(place, expressions)),
    ]


def _white(place: EyePlace, expressions: dict[str, EyeShape]) -> Layer:
    def bowl(shape: EyeShape) -> Float[Array, "vertex 2"]:
        hole = outline(shape)
        out = sides(np.vstack([hole[-1:], hole, hole[:1]]))[1:-1]
        rings = [hole * size + out * beyond / place.half_width for size, beyond, _ in _BOWL]
        return place.front_view(np.vstack(rings))

    count = len(outline(OPEN))
    lifts = np.repeat([depth for _, _, depth in _BOWL], count)
    rest = bowl(OPEN)
    low, high = rest.min(axis=0), rest.max(axis=0)
    uvs = (rest - low) / (high - low) * [1.0, -1.0] + [0.0, 1.0]
    triangles = strip(len(_BOWL), count, closed=True)
    wide = {name: (bowl(shape), lifts) for name, shape in expressions.items() if name == "びっくり"}
    return Layer(rest, lifts, triangles[:, ::-1], uvs, wide)


def _iris(place: EyePlace, expressions: dict[str, EyeShape]) -> Layer:
    sizes = np.array([0.0, 0.4, 0.75, 1.0])
    turns = np.linspace(0.0, 2 * np.pi, 28, endpoint=False)
    disc = np.stack([np.outer(sizes, np.cos(turns)), np.outer(sizes, np.sin(turns))], axis=-1).reshape(-1, 2)
    middle = np.array(place.middle) + [-0.05 * place.half_width, 0.01 * place.half_width]

    def scaled(size: float) -> Float[Array, "vertex 2"]:
        return disc * np.array(place.iris) * size + middle

    lifts = np.full(len(disc), _IRIS_LIFT)
    targets = {name: (scaled(shape.iris), lifts) for name, shape in expressions.items() if shape.iris != 1.0}
    uvs = disc * [0.5, -0.5] + 0.5
    return Layer(scaled(1.0), lifts, strip(len(sizes), len(turns), closed=True)[:, ::-1], uvs, targets)


def _lines(place: EyePlace, expressions: dict[str, EyeShape]) -> list[Layer]:
    """Return the upper lash, its single lashes, the lower lash and the fold."""
    makers = [
        _upper_lash,
        _lower_lash,
        _fold,
        *((lambda shape, spike=spike: _spike(shape, *spike)) for spike in _SPIKES),
    ]
    layers = []
    for maker in makers:
        rest, triangles, uvs = maker(OPEN)
        lifts = np.full(len(rest), _LASH_LIFT)
        targets = {name: (place.front_view(maker(shape)[0]), lifts) for name, shape in expressions.items()}
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
    lid = shape.upper_lid(np.linspace(0.0, 1.0, LID_POINTS))
    share = np.linspace(0.0, 1.0, _WING_POINTS + 1)[1:, None]
    wing = lid[-1] + np.array(shape.wing) * share + np.array([0.0, 0.35 * shape.wing[0]]) * share * (share - 1.0) * 0.8
    line = np.vstack([lid, wing])
    thickness = profile(_LASH_THICKNESS, np.linspace(0.0, 1.0, len(line))) * shape.lash
    return brush(line, 0.12 * thickness, 0.88 * thickness)


def _spike(shape: EyeShape, share: float, half_width: float, tip: tuple[float, float]) -> Drawn:
    ends = shape.upper_lid(np.array([share - half_width, share + half_width]))
    to = ends.mean(axis=0) + np.array(tip) * [1.0, shape.wing[1] / 0.02 if shape.wing[1] < 0 else 1.0] * [1.0, 1.0]
    base = ends + [0.0, 0.04]
    return np.vstack([base, to]), np.array([[0, 1, 2]]), np.array([[0.9, 1.0], [1.0, 1.0], [1.0, 0.0]])


def _lower_lash(shape: EyeShape) -> Drawn:
    shares = np.linspace(0.30, 1.0, 13)
    thickness = profile(((0.0, 0.005), (0.5, 0.035), (0.85, 0.06), (1.0, 0.01)), np.linspace(0.0, 1.0, 13))
    return brush(shape.lower_lid(shares), 0.8 * thickness, 0.2 * thickness)


def _fold(shape: EyeShape) -> Drawn:
    line = OPEN.upper_lid(np.linspace(0.16, 0.86, 13)) * [1.02, 1.0] + [0.02, 0.24 + shape.crease]
    thickness = profile(((0.0, 0.0), (0.5, 0.035), (1.0, 0.0)), np.linspace(0.0, 1.0, 13))
    return brush(line, 0.5 * thickness, 0.5 * thickness)
