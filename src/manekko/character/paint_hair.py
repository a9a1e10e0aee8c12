"""The picture that hair wears: streaks along the locks, a bright ring, lighter tips."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.character.curves import smoothstep
from manekko.character.design import Colour
from manekko.character.paint_face import flat, over, rgba

_WIDTH, _HEIGHT = 512, 512
_RING = (0.325, 0.020)
"""Middle and half height of the bright ring, as texture rows: half a head from the crown."""


def paint_hair(hair_rgb: Colour) -> UInt8[Array, "512 512 4"]:
    """Return the hair's texture: rows by the way from the crown, columns across the locks; it repeats sideways."""
    u = (np.arange(_WIDTH) + 0.5) / _WIDTH
    v = ((np.arange(_HEIGHT) + 0.5) / _HEIGHT)[:, None] + np.zeros((1, _WIDTH))
    fine, broad = _streaks(u, 14, 56), _streaks(u, 5, 22)
    hair = np.array(hair_rgb)
    light, shine = np.minimum(1.0, hair * 1.30 + np.array([0.07, 0.08, 0.06])), np.minimum(1.0, hair * 1.32 + 0.15)
    dark = hair * 0.74
    picture = flat(hair_rgb, (_HEIGHT, _WIDTH))
    picture = over(picture, tuple(dark), 0.55 * smoothstep(0.22, 0.0, v))
    picture = over(picture, tuple(light), 0.85 * smoothstep(0.44, 0.80, v))
    picture = over(picture, tuple(dark), np.clip(0.55 * (broad - 0.45), 0.0, 0.3)[None, :] + 0.0 * v)
    picture = over(picture, tuple(light), np.clip(0.4 * (fine - 0.62), 0.0, 0.16)[None, :] + 0.0 * v)
    middle, half = _RING
    reach = half * np.maximum(1.9 * broad + 0.6 * fine - 0.55, 0.02)[None, :]
    ring = smoothstep(1.0, 0.82, np.abs(v - middle - 0.012 * (fine - 0.5)[None, :]) / reach)
    return rgba(over(picture, tuple(shine), 0.70 * ring))


def _streaks(u: Float[Array, " column"], low: int, high: int) -> Float[Array, " column"]:
    """Return an uneven, repeating pattern 0–1 of waves between two frequencies."""
    chance = np.random.default_rng(low)
    waves = chance.integers(low, high, 14)
    phases = chance.uniform(0.0, 2 * np.pi, 14)
    total = np.sum(np.cos(2 * np.pi * np.outer(u, waves) + phases), axis=1)
    return np.clip(0.5 + total / 9.0, 0.0, 1.0)
