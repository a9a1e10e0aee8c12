"""A painted character takes a person's colours: hair, skin and clothes, with its own shading and lines."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.paint.region_colours import REGIONS, RegionColours, away_from, is_skin
from manekko.pixels.fill import grown
from manekko.pixels.lab import lab_of, rgb_of
from manekko.stage.truths_parts import PARTS

_MAY_BE = {
    "head": ("skin",), "hair": ("hair",), "neck": ("skin", "top"), "torso": ("top", "bottom", "skin"),
    "skirt": ("bottom",), "upper_arm": ("top", "skin"), "forearm": ("top", "skin"), "hand": ("skin", "top"),
    "thigh": ("bottom", "skin"), "shin": ("bottom", "shoes", "skin"), "foot": ("shoes", "bottom", "skin"), "other": (),
}  # fmt: skip
"""Regions that a part may show."""
_ALIKE, _OTHER = 14.0, 30.0
"""Up to the first distance from a region's colour a pixel is all of that region, from the second on nothing of it:
eyes, ribbons and stripes keep their colour."""
_USUAL_SKIN = np.array([68.0, 14.0, 17.0])
"""Photographed light skin; the character's own skin stands for it."""
_SKIN_SHARE = 0.65
_SKIN_LIGHTNESS = (-32.0, 2.0)
_SKIN_TINT = 5.0
"""The character's skin changes by no more: a face in shadow or in coloured light is no dark or coloured face."""
_DARK_SKIN = 40.0
"""So much darker than usual, skin has its own tint rather than the character's, and no less colour than this:"""
_LEAST_CHROMA = 18.0
_LIGHTNESS = (16.0, 94.0)
_VIVID, _MOST_CHROMA = 1.12, 78.0
"""Drawn colours are clearer than filmed ones, within limits."""
_WHITE = 90.0
_EDGE_PX = 3
_NOTHING = 255


def recoloured(
    rgba: UInt8[Array, "height width 4"],
    parts: UInt8[Array, "height width"],
    own: RegionColours,
    wanted: RegionColours,
    strength: float = 1.0,
) -> UInt8[Array, "height width 4"]:
    """Return the picture with each region's colour moved to the wanted one; shading and lines stay.

    Args:
        rgba: the character; colours multiplied by alpha.
        parts: which part (a place in ``PARTS``) each pixel shows; more is nothing.
        own: the character's colours.
        wanted: the person's, as ``wanted_colours`` makes them fit; unknown regions stay as they are.
        strength: 0 changes nothing, 1 takes the wanted colours.
    """
    rows = np.flatnonzero(rgba[..., 3])
    if strength <= 0.0 or len(rows) == 0:
        return rgba
    flat = rgba.reshape(-1, 4)[rows]
    alpha = flat[:, 3:].astype(np.float32)
    lab = lab_of(np.minimum(flat[:, :3] * (np.float32(255.0) / alpha), np.float32(255.0)))
    moved = _moved(lab, _around(parts).reshape(-1)[rows], own, wanted, strength)
    result = rgba.copy()
    result.reshape(-1, 4)[rows, :3] = np.minimum(rgb_of(moved) * alpha / 255.0 + 0.5, alpha).astype(np.uint8)
    return result


def wanted_colours(own: RegionColours, person: RegionColours) -> RegionColours:
    """Return the colours in which the character resembles a person and stays pretty.

    Skin moves from the character's own by what the person's differs from usual; the rest takes the person's colour, a
    little clearer, neither black nor white.
    """
    lab = person.lab.copy()
    skin = REGIONS.index("skin")
    chroma = np.linalg.norm(lab[:, 1:], axis=1, keepdims=True)
    lab[:, 1:] *= np.minimum(_VIVID, _MOST_CHROMA / np.maximum(chroma, 1e-6))
    lab[:, 0] = np.clip(lab[:, 0], *_LIGHTNESS)
    lab[skin] = _skin(own.lab[skin], person.lab[skin])
    known = (person.sure > 0.0) & (own.sure > 0.0)
    shown = lab_of(rgb_of(np.where(known[:, None], lab, 0.0))).astype(np.float64)
    return RegionColours(np.where(known[:, None], shown, np.nan), np.where(known, person.sure, 0.0))


def _skin(own: Float[Array, "3"], person: Float[Array, "3"]) -> Float[Array, "3"]:
    step = _SKIN_SHARE * (person - _USUAL_SKIN)
    light = own[1:] + np.clip(step[1:], -_SKIN_TINT, _SKIN_TINT)
    dark = person[1:] * max(1.0, _LEAST_CHROMA / max(float(np.linalg.norm(person[1:])), 1.0))
    share = np.clip((_USUAL_SKIN[0] - person[0]) / _DARK_SKIN, 0.0, 1.0)
    return np.array([own[0] + np.clip(step[0], *_SKIN_LIGHTNESS), *(light + (dark - light) * share)])


def _moved(
    lab: Float[Array, "pixel 3"],
    parts: UInt8[Array, " pixel"],
    own: RegionColours,
    wanted: RegionColours,
    strength: float,
) -> Float[Array, "pixel 3"]:
    known = (own.sure > 0.0) & (wanted.sure > 0.0)
    distances = np.full((len(REGIONS), len(lab)), np.inf, np.float32)
    for region in np.flatnonzero(own.sure > 0.0).tolist():
        away = away_from(lab, own.lab[region])
        if REGIONS[region] == "skin":
            # White is not far from drawn skin, and skin in shadow is not near.
            away = np.where(is_skin(lab, own.lab[region]), np.minimum(away, _ALIKE), np.maximum(away, _OTHER))
        distances[region] = np.where(_MAY[region][parts], away, np.inf)
    nearest = distances.argmin(axis=0)
    result = lab.copy()
    for region in np.flatnonzero(known).tolist():
        rows = np.flatnonzero((nearest == region) & (distances[region] < _OTHER))
        away = distances[region, rows]
        share = strength * np.clip((_OTHER - away) / (_OTHER - _ALIKE), 0.0, 1.0)
        changed = _shifted(lab[rows], own.lab[region], wanted.lab[region])
        result[rows] += share[:, None].astype(np.float32) * (changed - lab[rows])
    return result


def _shifted(
    lab: Float[Array, "pixel 3"], base: Float[Array, "3"], target: Float[Array, "3"]
) -> Float[Array, "pixel 3"]:
    """Return colours moved so that the base becomes the target, black stays black and white white."""
    light, lightness = max(float(base[0]), 1.0), lab[:, :1]
    below = lightness * (float(target[0]) / light)
    # Next to white nothing is a highlight: all of it is the colour itself.
    above = 100.0 - (100.0 - lightness) * ((100.0 - float(target[0])) / (100.0 - light)) if light < _WHITE else below
    dark = np.clip(lightness / light, 0.0, 1.0)
    bright = np.clip((100.0 - lightness) / max(100.0 - light, 1.0), 0.0, 1.0) if light < _WHITE else 1.0
    colours = lab[:, 1:] + (target - base)[1:].astype(np.float32) * np.minimum(dark, bright)
    return np.concatenate([np.where(lightness < light, below, above), colours], axis=1).astype(np.float32)


def _around(parts: UInt8[Array, "height width"]) -> UInt8[Array, "height width"]:
    """Return the parts with nothing's border taken by its neighbours: outlines and soft edges reach beyond the body."""
    inverted = grown(np.where(parts < len(PARTS), _NOTHING - parts, 0).astype(np.uint8), float(_EDGE_PX))
    return np.where(parts < len(PARTS), parts, _NOTHING - inverted).astype(np.uint8)


def _may() -> list[Array]:
    """Return for each region which of the 256 part numbers may show it."""
    result = [np.zeros(256, dtype=bool) for _ in REGIONS]
    for number, part in enumerate(PARTS):
        for region in _MAY_BE[part.removeprefix("left_").removeprefix("right_")]:
            result[REGIONS.index(region)][number] = True
    return result


_MAY = _may()
