"""The eyes: white, iris, lashes and the fold of the lid."""

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.curves import Points, along, profile, sides, strip
from manekko.character.eye_shapes import BOTH, LEFT, LID_POINTS, OPEN, RIGHT, EyePlace, EyeShape, outline
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import LEFT_SIDE, Layer, layer_part
from manekko.character.parts import Part

WHITE, IRIS, LASH = "白目", "瞳", "まつげ"
_LASH_LIFT = 0.0045
_WING_POINTS = 5
_LASH_THICKNESS: Points = ((0.0, 0.015), (0.10, 0.08), (0.45, 0.165), (0.76, 0.23), (0.88, 0.19), (1.0, 0.0))
"""Along the lash, wing included, in half eye widths."""
_SPIKES = ((0.74, 0.042, (0.15, 0.36)), (0.87, 0.045, (0.30, 0.36)))
"""Single lashes: where on the lid, half their width there, and from there to their tip."""
_IRIS_LIFT = -0.020
_BOWL = ((1.00, 0.018, -0.007), (1.00, 0.024, -0.060), (0.60, 0.0, -0.066), (0.0, 0.0, -0.066))
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
    # The wing leaves the corner along the lid and bends up to its tip.
    wing = lid[-1] + np.array(shape.wing) * share - np.array([0.0, 0.28 * shape.wing[0]]) * share * (1.0 - share)
    line = np.vstack([lid, wing])
    thickness = profile(_LASH_THICKNESS, np.linspace(0.0, 1.0, len(line))) * shape.lash
    if shape.stroke is not None:
        line = along(shape.stroke, np.linspace(0.0, 1.0, len(line)))
        thickness = profile(
            ((0.0, 0.0), (0.2, 0.13), (0.5, 0.15), (0.8, 0.13), (1.0, 0.0)), np.linspace(0, 1, len(line))
        )
        return brush(line, 0.5 * thickness, 0.5 * thickness)
    return brush(line, 0.12 * thickness, 0.88 * thickness)


def _spike(shape: EyeShape, share: float, half_width: float, tip: tuple[float, float]) -> Drawn:
    """Return a single lash, a curved point; where the lid is closed it lies along it."""
    ends = shape.upper_lid(np.array([share - half_width, share + half_width]))
    droop = -1.0 if shape.wing[1] < 0.0 else 1.0
    to = ends.mean(axis=0) + np.array(tip) * [1.0, droop if shape.stroke is None else 0.0]
    if shape.stroke is not None:
        ends = np.repeat(ends.mean(axis=0)[None], 2, axis=0)
        to = ends[0]
    base = ends + np.array([0.0, 0.05 * droop])
    bend = base[1:] * 0.45 + to * 0.55 + np.array([[0.05, -0.04 * droop]])
    points = np.vstack([base, bend, to])
    return points, np.array([[0, 1, 3], [1, 2, 3]]), np.full((4, 2), 0.7)


def _lower_lash(shape: EyeShape) -> Drawn:
    shares = np.linspace(0.42, 1.0, 13)
    thickness = profile(((0.0, 0.0), (0.5, 0.030), (0.80, 0.055), (1.0, 0.01)), np.linspace(0.0, 1.0, 13))
    return brush(shape.lower_lid(shares), 0.8 * thickness, 0.2 * thickness)


def _fold(shape: EyeShape) -> Drawn:
    line = OPEN.upper_lid(np.linspace(0.16, 0.86, 13)) * [1.02, 1.0] + [0.02, 0.24 + shape.crease]
    thickness = profile(((0.0, 0.0), (0.5, 0.035), (1.0, 0.0)), np.linspace(0.0, 1.0, 13))
    return brush(line, 0.5 * thickness, 0.5 * thickness)
