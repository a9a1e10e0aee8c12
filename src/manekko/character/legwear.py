"""Socks, shoes and shorts that several outfits wear."""

import numpy as np

from manekko.character.accessories import cord
from manekko.character.clothes import Conditions, Form, both, part_of, within
from manekko.character.design import Design
from manekko.character.parts import Part
from manekko.character.sheets import Sheet, clipped, hemmed, inflated, merged
from manekko.character.shoes import Shoes, ankle_strap, boots, flat_shoes, heeled_shoes
from manekko.character.thinning import thinned
from manekko.character.weights import eased

_SQUEEZE_M = 0.0030
_TOLERANCE_M = 0.0004


def sock_parts(form: Form, design: Design, top_y: float, stripes: tuple[tuple[float, float], ...]) -> list[Part]:
    """Return socks up to a height, with stripes (from, to) measured down from their top [m]."""
    thick = 0.0022 - _squeeze(top_y) * eased(form.y, top_y - 0.045, top_y)
    sock = form.cut(both(top_y - form.y, form.y - 0.06, form.off_arm), thick, 0.002, 0.0007)
    bands = [
        form.cut(both(within(form.y, top_y - low, top_y + 0.001 - high), form.off_arm), thick + 0.0010, 0.001)
        for high, low in stripes
    ]
    return [part_of(sock, "靴下", design), *(part_of(band, "飾り", design) for band in bands)]


def above_socks(sheet: Sheet, top_y: float) -> Sheet:
    """Return the body with its thighs pressed in by the socks' upper edges, and swelling a little above them."""
    y = sheet.points_m[:, 1]
    on_leg = sheet.field("arm") < 0.0
    pressed = eased(y, top_y - 0.045, top_y) * eased(y, top_y + 0.018, top_y)
    swollen = 0.5 * eased(y, top_y + 0.004, top_y + 0.020) * eased(y, top_y + 0.075, top_y + 0.020)
    return inflated(sheet, _squeeze(top_y) * (swollen - pressed) * on_leg)


def _squeeze(top_y: float) -> float:
    """Return how far a sock's edge presses in [m]: thighs are soft, shins are not."""
    return _SQUEEZE_M if top_y > 0.5 else 0.0


def boot_parts(design: Design) -> list[Part]:
    """Return boots with a flared cuff that dips in front, a strap and heels."""
    shoes = boots()
    points = shoes.upper.points_m
    ahead = eased(points[:, 2], -0.005, 0.020)
    top = points[:, 1] + 0.010 * ahead - 0.2145
    low = -0.030 - 0.010 * ahead
    upper = _cut(shoes.upper, (-top - 0.004)[:, None])
    flare = 0.0028 + 0.0040 * eased(top, -0.030, 0.0)
    cuff = _cut(inflated(shoes.upper, flare), both(-top, top - low))
    line = _cut(inflated(shoes.upper, flare + 0.0010), both(within(top - low, 0.003, 0.0075)))
    return [
        part_of(hemmed(upper, 0.004), "靴", design),
        part_of(hemmed(cuff, 0.004), "飾り", design),
        part_of(line, "白", design),
        part_of(merged(_laces()), "白", design),
        part_of(ankle_strap(shoes.upper, 0.098, 0.011), "飾り", design),
        *_soles(shoes, design),
    ]


def _cut(sheet: Sheet, keep: Conditions) -> Sheet:
    """Return the part where all conditions are positive, in as few triangles as it takes."""
    return thinned(clipped(sheet, keep), _TOLERANCE_M)


def _soles(shoes: Shoes, design: Design) -> list[Part]:
    heels = [] if shoes.heel is None else [part_of(shoes.heel, "靴", design)]
    return [part_of(shoes.sole, "靴底", design), *heels]


def _laces() -> list[Sheet]:
    """Return both boots' crossed laces, on the front of their shafts."""
    laces = []
    for side, bone in ((1.0, "左ひざD"), (-1.0, "右ひざD")):
        for low in (0.116, 0.132, 0.148):
            for slope in (1.0, -1.0):
                across = np.array([-0.0085, -0.0030, 0.0030, 0.0085])
                height = low + 0.008 + slope * 0.94 * across
                depth = np.interp(height, (0.106, 0.122, 0.143, 0.168), (0.0100, 0.0097, 0.0122, 0.0170))
                bulge = np.array([-0.0008, 0.0010, 0.0010, -0.0008])
                line = np.stack([side * 0.078 + across, height, depth + bulge], axis=1)
                laces.append(cord(line, 0.0014, bone))
    return laces


def loafer_parts(design: Design) -> list[Part]:
    """Return low shoes with a strap over the instep and low heels."""
    shoes = heeled_shoes()
    y, z = shoes.upper.points_m[:, 1], shoes.upper.points_m[:, 2]
    opening = y + 0.28 * (z - 0.050) - 0.052
    upper = _cut(shoes.upper, (-opening)[:, None])
    strap = _cut(inflated(shoes.upper, 0.0014), both(within(z + 0.35 * y, 0.068, 0.084), -opening))
    return [
        part_of(hemmed(upper, 0.003), "靴", design),
        part_of(hemmed(strap, 0.002), "靴", design),
        *_soles(shoes, design),
    ]


def sneaker_parts(design: Design) -> list[Part]:
    """Return sports shoes: white caps on the toes, a stripe along the side, laces, thick soles."""
    shoes = flat_shoes()
    x, y, z = np.abs(shoes.upper.points_m[:, 0]), shoes.upper.points_m[:, 1], shoes.upper.points_m[:, 2]
    puffed = inflated(shoes.upper, 0.0015)
    cap = _cut(puffed, both(z - 0.098 - 0.6 * (y - 0.03), y - 0.012))
    stripe = _cut(puffed, both(within(z + 0.7 * y, 0.016, 0.030), y - 0.013, 0.058 - y))
    collar = _cut(inflated(shoes.upper, 0.0025), (y - 0.5 * (z + 0.02) * (z > -0.02) - 0.071)[:, None])
    tongue = 0.015 - np.abs(x - 0.081)
    rungs = [
        _cut(inflated(shoes.upper, 0.0022), both(within(z - 0.8 * y, low, low + 0.0055), tongue, y - 0.035))
        for low in (-0.009, 0.007, 0.023)
    ]
    return [
        part_of(hemmed(thinned(shoes.upper, _TOLERANCE_M), 0.004), "靴", design),
        part_of(hemmed(cap, 0.002), "白", design),
        part_of(hemmed(stripe, 0.001), "飾り", design),
        part_of(hemmed(collar, 0.004), "飾り", design),
        part_of(hemmed(merged(rungs), 0.001), "白", design),
        *_soles(shoes, design),
    ]


def shorts_sheet(form: Form, waist_y: float, leg_y: float, thickness_m: float) -> Sheet:
    """Return shorts from the waist down the thighs."""
    return form.cut(both(waist_y - form.y, form.y - leg_y, form.off_arm), thickness_m, 0.005, 0.0015)
