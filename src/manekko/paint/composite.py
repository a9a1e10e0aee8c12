"""Painted people put before a background: the nearer over the farther, with their shadows on the floor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from manekko.arrays import Array, Float, Int, UInt8
from manekko.paint.crop import Square
from manekko.paint.shadows import Shadow
from manekko.pixels.layers import darken, fitted, lay_over
from manekko.stage.compose import straight

_CALM_S = 0.15
_APART_M = 0.12
"""Who stands behind comes to the front only when nearer by so much: two at one distance do not flicker."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One painted person."""

    rgba: UInt8[Array, "side side 4"]
    """The picture; colours multiplied by alpha."""
    square: Square
    """Where it lies."""


def composed(
    background: UInt8[Array, "height width 3"] | None,
    layers: Sequence[Layer],
    size_px: tuple[int, int],
    shadow: Shadow | None = None,
) -> UInt8[Array, "height width channel"]:
    """Return the layers before the background: RGB, or RGB and straight alpha where there is none.

    Args:
        background: of the picture's size, or None.
        layers: the farthest first.
        size_px: width and height of the picture.
        shadow: what lies on the background, under all layers.
    """
    picture = np.zeros((size_px[1], size_px[0], 4), np.uint8)
    if background is not None:
        assert background.shape[1::-1] == tuple(size_px), "a background of the picture's size"
        picture[..., :3], picture[..., 3] = background, 255
    if shadow is not None:
        darken(picture, shadow.corner, shadow.darkness)
    for layer in layers:
        square = layer.square
        corner, part = fitted(layer.rgba, (square.left, square.top), (square.side, square.side), size_px)
        lay_over(picture, corner, part)
    return straight(picture) if background is None else picture[..., :3]


def drawing_orders(
    distances_m: Float[Array, "frame person"], fps: float, *, apart_m: float = _APART_M
) -> Int[Array, "frame person"]:
    """Return for each frame the people's numbers, the farthest first; two change places only for a reason.

    Args:
        distances_m: of each person from the camera; NaN where not to be seen, which changes nothing.
        fps: frames a second.
        apart_m: by how much nearer one must be to come before another who was drawn before them.
    """
    frames, people = distances_m.shape
    calm = np.stack([_calm(distances_m[:, person], fps) for person in range(people)], axis=1)
    orders = np.empty((frames, people), dtype=np.int64)
    order = np.argsort(-calm[0], kind="stable").tolist() if frames else []
    for frame in range(frames):
        order = _sorted(order, calm[frame], apart_m)
        orders[frame] = order
    return orders


def _sorted(order: list[int], distances_m: Float[Array, " person"], apart_m: float) -> list[int]:
    """Return the order after neighbours have changed places wherever the first is clearly nearer."""
    order = list(order)
    for _ in order:
        for place in range(len(order) - 1):
            behind, before = order[place], order[place + 1]
            if distances_m[behind] < distances_m[before] - apart_m:
                order[place], order[place + 1] = before, behind
    return order


def _calm(distances_m: Float[Array, " frame"], fps: float) -> Float[Array, " frame"]:
    known = np.flatnonzero(np.isfinite(distances_m))
    if len(known) == 0:
        return np.full(len(distances_m), np.inf)
    filled = np.interp(np.arange(len(distances_m)), known, distances_m[known])
    return gaussian_filter1d(filled, _CALM_S * fps, mode="nearest")
