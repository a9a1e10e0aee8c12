"""Colours of the dancer, painted in the rest pose: face, hair, shirt, trousers, shoes."""

import numpy as np

from dancer.body import HAIR, SHIRT, SHOES, SKIN, TROUSERS
from dancer.surface import smoothstep
from manekko.arrays import Array, Float, Int

_SKIN = np.array([0.93, 0.72, 0.60])
_LIPS = np.array([0.74, 0.33, 0.33])
_BROWN = np.array([0.34, 0.19, 0.12])
_WHITE = np.array([0.95, 0.95, 0.95])
_GLOSS = np.zeros(5)
_GLOSS[[SKIN, SHIRT, TROUSERS, SHOES, HAIR]] = 0.07, 0.02, 0.02, 0.16, 0.22


def _over(colour: Array, paint: Array, share: Array) -> Array:
    return colour + share[:, None] * (paint - colour)


def _disc(x: Array, y: Array, centre: tuple[float, float], radii: tuple[float, float], edge: float = 0.12) -> Array:
    distance = np.hypot((x - centre[0]) / radii[0], (y - centre[1]) / radii[1])
    return smoothstep(1.0 + edge, 1.0 - edge, distance)


def _stroke(
    x: Array, y: Array, curve: tuple[float, float, float], span: tuple[float, float], half_width: float
) -> Array:
    """Line y = a + b·t + c·t² with t from −1 to 1 over ``span``, tapering to its ends."""
    t = (2.0 * x - span[0] - span[1]) / (span[1] - span[0])
    line = curve[0] + curve[1] * t + curve[2] * t * t
    width = half_width * np.sqrt(np.clip(1.0 - t * t, 0.0, 1.0))
    return smoothstep(0.0007, -0.0007, np.abs(y - line) - width) * (np.abs(t) < 1.0)


def _mouth(x: Array, y: Array) -> Array:
    """A closed smile: two lips along a line that rises to the corners."""
    return _disc(x, y - 5.0 * x * x, (0.0, 1.4760), (0.0255, 0.0078), 0.15)


def _face(points: Array) -> Array:
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    colour = np.broadcast_to(_SKIN, points.shape).copy()
    colour = _over(colour, np.array([0.93, 0.55, 0.48]), 0.35 * _disc(x, y, (0.043, 1.508), (0.022, 0.016), 0.8))
    front = smoothstep(0.03, 0.05, z)
    colour = _over(
        colour, np.array([0.72, 0.47, 0.40]), 0.35 * front * _disc(x, y, (0.031, 1.546), (0.021, 0.013), 0.5)
    )
    eye = front * _disc(x, y, (0.0315, 1.5425), (0.0170, 0.0108), 0.10)
    colour = _over(colour, _WHITE, eye)
    colour = _over(colour, np.array([0.33, 0.20, 0.12]), eye * _disc(x, y, (0.0310, 1.5425), (0.0095, 0.0103), 0.14))
    colour = _over(colour, np.array([0.05, 0.03, 0.03]), eye * _disc(x, y, (0.0310, 1.5425), (0.0050, 0.0056), 0.2))
    lash = _stroke(x, y, (1.5530, 0.0, -0.0080), (0.0125, 0.0515), 0.0027)
    colour = _over(colour, _BROWN * 0.6, front * lash)
    colour = _over(colour, _BROWN, front * 0.9 * _stroke(x, y, (1.5690, 0.0005, -0.0035), (0.0120, 0.0530), 0.0032))
    nostril = smoothstep(0.09, 0.095, z) * _disc(x, y, (0.0065, 1.5065), (0.0036, 0.0020), 0.4)
    colour = _over(colour, _LIPS * 0.7, 0.5 * nostril)
    colour = _over(colour, _LIPS, 0.85 * front * _mouth(x, y))
    return _over(colour, _LIPS * 0.45, front * _stroke(x, y, (1.4750, 0.0, 0.0050), (-0.0255, 0.0255), 0.0014))


def _shirt(points: Array) -> Array:
    x, y, z = points.T
    colour = np.broadcast_to(np.array([0.91, 0.33, 0.27]), points.shape).copy()
    arm = np.abs(x)
    band = smoothstep(0.268, 0.271, arm) * smoothstep(0.292, 0.289, arm) * (y > 1.25)
    hem = smoothstep(0.868, 0.865, y) * (arm < 0.22)
    stripe = smoothstep(1.155, 1.158, y) * smoothstep(1.247, 1.244, y) * smoothstep(0.215, 0.21, arm)
    inner = smoothstep(1.170, 1.173, y) * smoothstep(1.232, 1.229, y) * stripe
    colour = _over(colour, _WHITE, np.maximum(stripe, band))
    colour = _over(colour, np.array([0.18, 0.25, 0.48]), inner)
    return _over(colour, np.array([0.76, 0.24, 0.20]), np.maximum(hem, 0.0 * z))


def _shoes(points: Array) -> Array:
    x, y, z = points.T
    colour = np.broadcast_to(np.array([0.93, 0.93, 0.95]), points.shape).copy()
    colour = _over(colour, np.array([0.16, 0.55, 0.62]), smoothstep(0.020, 0.022, y) * smoothstep(0.112, 0.108, z))
    laces = smoothstep(0.055, 0.06, y) * smoothstep(0.02, 0.025, z) * smoothstep(0.022, 0.018, np.abs(np.abs(x) - 0.09))
    return _over(colour, _WHITE, laces * (np.sin(z * 330.0) > 0.0))


def gloss(materials: Int[Array, " point"]) -> Float[Array, " point"]:
    """Return how much each point mirrors the light, 0–1."""
    return _GLOSS[materials]


def surface_colour(rest_points_m: Float[Array, "point 3"], materials: Int[Array, " point"]) -> Float[Array, "point 3"]:
    """Return the colour (0–1) of points of the surface, given where they lie in the rest pose."""
    colour = np.empty_like(rest_points_m)
    skin = materials == SKIN
    head = skin & (rest_points_m[:, 1] > 1.40) & (np.abs(rest_points_m[:, 0]) < 0.12)
    colour[skin] = _SKIN
    colour[head] = _face(rest_points_m[head])
    colour[materials == SHIRT] = _shirt(rest_points_m[materials == SHIRT])
    denim = np.array([0.22, 0.30, 0.47])
    trousers = rest_points_m[materials == TROUSERS]
    cuff = smoothstep(0.145, 0.142, trousers[:, 1])
    colour[materials == TROUSERS] = _over(np.broadcast_to(denim, trousers.shape), np.array([0.42, 0.52, 0.68]), cuff)
    colour[materials == SHOES] = _shoes(rest_points_m[materials == SHOES])
    hair = rest_points_m[materials == HAIR]
    strands = 0.5 + 0.5 * np.sin(np.arctan2(hair[:, 0], hair[:, 2] + 0.01) * 46.0 + 6.0 * np.sin(hair[:, 1] * 40.0))
    colour[materials == HAIR] = _over(np.broadcast_to(_BROWN, hair.shape), _BROWN * 1.5, 0.5 * strands)
    return colour
