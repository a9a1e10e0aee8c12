"""What was drawn, put before nothing or before a picture.

Drawn pictures come with colours multiplied by their alpha, as they gather in the graphics card.
"""

import numpy as np

from manekko.arrays import Array, Int, UInt8


def blank(size_px: tuple[int, int]) -> UInt8[Array, "height width 4"]:
    """Return a picture with nothing in it."""
    return np.zeros((size_px[1], size_px[0], 4), np.uint8)


def opaque(rgb: UInt8[Array, "height width 3"], size_px: tuple[int, int]) -> UInt8[Array, "height width 4"]:
    """Return a picture with an alpha that hides everything."""
    if rgb.shape[1::-1] != tuple(size_px):
        raise ValueError(f"a backdrop of {rgb.shape[1]}x{rgb.shape[0]} px behind a picture of {size_px} px")
    picture = np.empty((*rgb.shape[:2], 4), np.uint8)
    for channel in range(3):  # a third of the time that all three at once take
        picture[..., channel] = rgb[..., channel]
    picture[..., 3] = 255
    return picture


def _between(alpha: UInt8[Array, " pixel"]) -> Int[Array, " row"]:
    """Return the pixels that neither hide nor show all behind them: few, so that only they are reckoned with."""
    return np.flatnonzero(alpha - np.uint8(1) < 254)


def straight(premultiplied: UInt8[Array, "height width 4"]) -> UInt8[Array, "height width 4"]:
    """Return a picture whose colours are no longer multiplied by its alpha, in place."""
    flat = premultiplied.reshape(-1, 4)
    rows = _between(flat[:, 3])
    some = flat[rows].astype(np.uint16)
    flat[rows, :3] = np.minimum((some[:, :3] * 255 + some[:, 3:] // 2) // some[:, 3:], 255)
    return premultiplied


def laid_over(
    premultiplied: UInt8[Array, "height width 4"], behind: UInt8[Array, "height width 4"]
) -> UInt8[Array, "height width 4"]:
    """Return a picture in front of one without holes, in place of the first."""
    flat, back = premultiplied.reshape(-1, 4), np.ascontiguousarray(behind).reshape(-1, 4)
    alpha = flat[:, 3]
    rows = _between(alpha)
    seen = (back[rows].astype(np.uint16) * (255 - flat[rows, 3:].astype(np.uint16)) + 127) // 255
    mixed = np.minimum(flat[rows] + seen, 255).astype(np.uint8)
    # Whole pixels at once.
    np.copyto(flat.view(np.uint32)[:, 0], back.view(np.uint32)[:, 0], where=alpha == 0)
    flat[rows] = mixed
    return premultiplied
