"""The eyebrows."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import Points, along, profile
from manekko.character.eye_shapes import EyePlace
from manekko.character.eyes import brush
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import Layer, layer_part
from manekko.character.parts import Part

BROW = "眉"
_REST: Points = ((-0.74, 1.30), (-0.20, 1.44), (0.40, 1.45), (0.98, 1.22))
"""From the inner to the outer end, in half eye widths from the middle of the eye."""
_MOVES: dict[str, tuple[tuple[float, float], ...]] = {
    "真面目": ((0.06, -0.20), (0.02, -0.18), (0.00, -0.06), (0.02, 0.06)),
    "困る": ((0.04, 0.24), (0.02, 0.06), (-0.02, -0.14), (-0.02, -0.26)),
    "にこり": ((-0.02, 0.02), (0.00, 0.16), (0.00, 0.18), (0.00, 0.02)),
    "怒り": ((0.12, -0.36), (0.06, -0.26), (0.02, 0.00), (0.02, 0.18)),
    "上": ((0.0, 0.22),) * 4,
    "下": ((0.0, -0.22),) * 4,
    "前": ((0.0, 0.0),) * 4,
}
_LIFT, _FORWARD = 0.0045, 0.055
_THICKNESS: Points = ((0.0, 0.05), (0.12, 0.095), (0.5, 0.09), (1.0, 0.0))


def brow_parts(surface: FaceSurface, place: EyePlace, side: int) -> list[Part]:
    """Return one eyebrow."""

    def line(moves: tuple[tuple[float, float], ...]) -> Float[Array, "point 2"]:
        return along(np.array(_REST) + moves, np.linspace(0.0, 1.0, 13))

    thickness = profile(_THICKNESS, np.linspace(0.0, 1.0, 13))
    rest, triangles, uvs = brush(line(((0.0, 0.0),) * 4), 0.5 * thickness, 0.5 * thickness)
    lifts = np.full(len(rest), _LIFT)
    targets = {}
    for name, moves in _MOVES.items():
        there = place.front_view(brush(line(moves), 0.5 * thickness, 0.5 * thickness)[0])
        targets[name] = (there, lifts + (_FORWARD if name == "前" else 0.0))
    return [layer_part(surface, Layer(place.front_view(rest), lifts, triangles, uvs, targets), BROW, side=side)]
