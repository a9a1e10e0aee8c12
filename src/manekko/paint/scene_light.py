"""A painted person in the light of the place: a little brighter or darker, a little warmer or cooler."""

import numpy as np

from manekko.arrays import Array, Float, UInt8

_MIDDLE = 0.46
"""Mean brightness (0–1, as shown) of a picture that is neither dark nor bright."""
_BRIGHT_SHARE, _TINT_SHARE = 0.45, 0.3
"""How much of a place's difference from the middle, and from grey, its light is believed to make."""
_BRIGHT_RANGE = (0.62, 1.12)
_TINT_RANGE = (0.88, 1.12)
_LUMA = np.array([0.299, 0.587, 0.114])


def mean_colour(rgb: UInt8[Array, "height width 3"]) -> Float[Array, "3"]:
    """Return the mean colour of a picture (0–1, as shown), of every sixteenth pixel."""
    return rgb[::4, ::4].reshape(-1, 3).mean(axis=0) / 255.0


def matched_light(place_rgb: Float[Array, "3"], strength: float = 1.0) -> Float[Array, "3"]:
    """Return by what each channel of a painted person is multiplied to fit the place.

    It is taken from the whole clip's background, so that it never flickers.

    Args:
        place_rgb: mean colour of the background (0–1, as shown).
        strength: 0 changes nothing.

    Source: after Reinhard et al., Color transfer between images (2001), with means only, and small ones.
    """
    brightness = max(float(place_rgb @ _LUMA), 1e-3)
    bright = np.clip((brightness / _MIDDLE) ** _BRIGHT_SHARE, *_BRIGHT_RANGE)
    tint = np.clip((np.maximum(place_rgb, 0.02) / max(brightness, 0.02)) ** _TINT_SHARE, *_TINT_RANGE)
    tint /= float(tint @ _LUMA)
    return (bright * tint) ** strength


def lit(premultiplied: UInt8[Array, "height width 4"], gain: Float[Array, "3"]) -> UInt8[Array, "height width 4"]:
    """Return a picture (colours multiplied by alpha) with its colours multiplied by the gain."""
    if (gain == 1.0).all():
        return premultiplied
    steps = np.clip(np.arange(256)[:, None] * gain + 0.5, 0, 255).astype(np.uint8)
    result = premultiplied.copy()
    for channel in range(3):
        np.minimum(steps[:, channel][premultiplied[..., channel]], premultiplied[..., 3], out=result[..., channel])
    return result
