"""The mouth: its line, and what is seen inside when it opens."""

from collections.abc import Callable

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import along, profile, sides, smoothstep, strip
from manekko.character.eyes import Drawn, brush
from manekko.character.face_mesh import place_lips
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import Layer, layer_part
from manekko.character.mouth_shapes import CLOSED, LIP_POINTS, SHAPES, MouthShape, lips
from manekko.character.parts import Part

LINE, INSIDE = "口線", "口内"
DARK, TEETH, TONGUE = (0.00, 0.49), (0.51, 0.74), (0.76, 1.00)
"""Columns of the texture of the inside, as shares of its width."""
_BAG = ((1.00, 0.002, -0.001), (1.00, 0.010, -0.030), (0.60, 0.0, -0.055), (0.0, 0.0, -0.060))
"""Rings of the inside: size, distance beyond the lips, depth [head heights]."""
_SHARES = np.linspace(0.0, 1.0, LIP_POINTS)


def mouth_parts(surface: FaceSurface) -> list[Part]:
    """Return everything of the mouth but the skin round it."""
    line = [_layer(maker, np.full(2 * LIP_POINTS, 0.0035)) for maker in (_upper_line, _lower_line)]
    parts = [layer_part(surface, layer, LINE) for layer in line]
    inside = [_bag_layer(), _layer(_teeth, np.full(2 * LIP_POINTS, -0.010)), _tongue_layer()]
    return [*parts, *(layer_part(surface, layer, INSIDE) for layer in inside)]


def _layer(maker: Callable[[MouthShape], Drawn], lifts: Float[Array, " vertex"]) -> Layer:
    rest, triangles, uvs = maker(CLOSED)
    targets = {name: (place_lips(maker(shape)[0]), lifts) for name, shape in SHAPES.items()}
    return Layer(place_lips(rest), lifts, triangles, uvs, targets)


def _upper_line(shape: MouthShape) -> Drawn:
    thickness = profile(((0.0, 0.02), (0.12, 0.10), (0.5, 0.10), (0.88, 0.10), (1.0, 0.02)), _SHARES)
    return brush(along(shape.upper, _SHARES), 0.2 * thickness, 0.8 * thickness)


def _lower_line(shape: MouthShape) -> Drawn:
    thickness = profile(((0.0, 0.0), (0.2, 0.02), (0.5, 0.06), (0.8, 0.02), (1.0, 0.0)), _SHARES)
    return brush(along(shape.lower, _SHARES), 0.7 * thickness, 0.3 * thickness)


def _bag_layer() -> Layer:
    def bag(shape: MouthShape) -> Float[Array, "vertex 2"]:
        hole = place_lips(lips(shape))
        out = sides(np.vstack([hole[-1:], hole, hole[:1]]))[1:-1]
        middle = hole.mean(axis=0)
        return np.vstack([(hole - middle) * size + middle + out * beyond for size, beyond, _ in _BAG])

    count = len(lips(CLOSED))
    lifts = np.repeat([depth for _, _, depth in _BAG], count)
    open_view = bag(SHAPES["あ"])
    low, high = open_view.min(axis=0), open_view.max(axis=0)
    uvs = (open_view - low) / (high - low) * [DARK[1] - DARK[0], -1.0] + [DARK[0], 1.0]
    targets = {name: (bag(shape), lifts) for name, shape in SHAPES.items()}
    return Layer(bag(CLOSED), lifts, strip(len(_BAG), count, closed=True)[:, ::-1], uvs, targets)


def _teeth(shape: MouthShape) -> Drawn:
    upper, lower = along(shape.upper, _SHARES), along(shape.lower, _SHARES)
    opening = np.maximum(upper[:, 1] - lower[:, 1], 0.0)
    wide = smoothstep(1.4, 1.9, np.ptp(upper[:, 0], keepdims=True))  # a pursed mouth shows none
    drop = wide * (np.minimum(0.30 * opening, 0.20 + shape.teeth) + np.minimum(shape.teeth, 0.6 * opening))
    rows = np.vstack([upper - drop[:, None] * [0.0, 1.0], upper + np.array([0.0, 0.10])])
    columns = TEETH[0] + (TEETH[1] - TEETH[0]) * _SHARES
    uvs = np.stack([np.tile(columns, 2), np.repeat([1.0, 0.0], LIP_POINTS)], axis=-1)
    return rows, strip(2, LIP_POINTS), uvs


def _tongue_layer() -> Layer:
    def tongue(shape: MouthShape) -> tuple[Float[Array, "vertex 2"], Float[Array, " vertex"]]:
        if shape.tongue[2] > 0.0:
            return _tongue_out(shape)
        upper, lower = along(shape.upper, _SHARES), along(shape.lower, _SHARES)
        opening = np.maximum(upper[:, 1] - lower[:, 1], 0.0)
        rise = 0.42 * opening.max() * np.sin(np.pi * _SHARES) ** 0.7
        rows = np.vstack([lower - [0.0, 0.10], lower + np.minimum(rise, 0.8 * opening)[:, None] * [0.0, 1.0]])
        return place_lips(rows), np.full(len(rows), -0.016)

    rest, lifts = tongue(CLOSED)
    columns = TONGUE[0] + (TONGUE[1] - TONGUE[0]) * _SHARES
    uvs = np.stack([np.tile(columns, 2), np.repeat([1.0, 0.0], LIP_POINTS)], axis=-1)
    return Layer(rest, lifts, strip(2, LIP_POINTS), uvs, {name: tongue(shape) for name, shape in SHAPES.items()})


def _tongue_out(shape: MouthShape) -> tuple[Float[Array, "vertex 2"], Float[Array, " vertex"]]:
    """Return the tongue hanging over the lower lip."""
    left, up, out = shape.tongue
    across = np.cos(np.pi * (1.0 - _SHARES))
    tip = np.stack([left + 0.38 * across, up - 0.42 - 0.52 * np.sin(np.pi * _SHARES) ** 0.6], axis=-1)
    root = np.stack([left + 0.38 * across, np.full(LIP_POINTS, up - 0.24)], axis=-1)
    lifts = np.concatenate([np.full(LIP_POINTS, 0.3 * out), np.full(LIP_POINTS, -0.008)])
    return place_lips(np.vstack([tip, root])), lifts
