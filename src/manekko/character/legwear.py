"""Socks, shoes and shorts that several outfits wear."""

import numpy as np

from manekko.character.accessories import cord
from manekko.character.clothes import Form, both, part_of, within
from manekko.character.design import Design
from manekko.character.parts import Part
from manekko.character.sheets import Sheet, clipped, hemmed, inflated, merged
from manekko.character.shoes import ankle_strap, shoe_parts, shoe_sheet


def sock_parts(form: Form, design: Design, top_y: float, stripes: tuple[tuple[float, float], ...]) -> list[Part]:
    """Return socks up to a height, with stripes (from, to) measured down from their top [m]."""
    sock = form.cut(both(top_y - form.y, form.y - 0.06, form.off_arm), 0.0022, 0.002)
    bands = [
        form.cut(both(within(form.y, top_y - low, top_y + 0.001 - high), form.off_arm), 0.0030, 0.001)
        for high, low in stripes
    ]
    return [part_of(sock, "靴下", design), *(part_of(band, "飾り", design) for band in bands)]


def boot_parts(design: Design) -> list[Part]:
    """Return boots with a folded top and a strap."""
    boots = shoe_sheet(boot=True)
    height = boots.points_m[:, 1]
    fold = clipped(inflated(boots, 0.0045), within(height, 0.188, 0.2149))
    line = clipped(inflated(boots, 0.0052), within(height, 0.1895, 0.1945))
    upper, sole = shoe_parts(boots)
    return [
        part_of(upper, "靴", design),
        part_of(hemmed(fold, 0.006), "白", design),
        part_of(line, "飾り", design),
        part_of(merged(_laces()), "白", design),
        part_of(ankle_strap(boots, 0.102, 0.014), "飾り", design),
        part_of(sole, "靴底", design),
    ]


def _laces() -> list[Sheet]:
    """Return both boots' crossed laces, on the front of their shafts."""
    laces = []
    for side, bone in ((1.0, "左ひざD"), (-1.0, "右ひざD")):
        for low in (0.122, 0.140, 0.158):
            for slope in (1.0, -1.0):
                across = np.array([-0.0095, -0.0035, 0.0035, 0.0095])
                height = low + 0.009 + slope * across
                depth = np.interp(height, (0.115, 0.135, 0.160, 0.190), (0.0150, 0.0160, 0.0185, 0.0227))
                bulge = np.array([-0.0006, 0.0012, 0.0012, -0.0006])
                line = np.stack([side * 0.078 + across, height, depth + bulge], axis=1)
                laces.append(cord(line, 0.0016, bone))
    return laces


def loafer_parts(design: Design) -> list[Part]:
    """Return low shoes with a strap over the instep."""
    shoes = shoe_sheet(boot=False)
    opening = shoes.points_m[:, 1] - 0.30 * (0.05 - shoes.points_m[:, 2])
    low = clipped(shoes, (0.051 - opening)[:, None])
    upper, sole = shoe_parts(low)
    return [part_of(upper, "靴", design), part_of(sole, "靴底", design)]


def sneaker_parts(design: Design) -> list[Part]:
    """Return sports shoes: white caps on the toes, a stripe along the side, thick soles."""
    shoes = shoe_sheet(boot=False)
    upper, sole = shoe_parts(shoes)
    y, z = shoes.points_m[:, 1], shoes.points_m[:, 2]
    puffed = inflated(shoes, 0.0015)
    cap = clipped(puffed, both(z - 0.092 - 0.5 * (y - 0.03), y - 0.012))
    stripe = clipped(puffed, both(within(z + 0.7 * y, 0.022, 0.036), y - 0.013, 0.060 - y))
    collar = clipped(inflated(shoes, 0.003), (y - 0.078)[:, None])
    return [
        part_of(upper, "靴", design),
        part_of(hemmed(cap, 0.002), "白", design),
        part_of(hemmed(stripe, 0.001), "飾り", design),
        part_of(hemmed(collar, 0.004), "飾り", design),
        part_of(sole, "靴底", design),
    ]


def shorts_sheet(form: Form, waist_y: float, leg_y: float, thickness_m: float) -> Sheet:
    """Return shorts from the waist down the thighs."""
    return form.cut(both(waist_y - form.y, form.y - leg_y, form.off_arm), thickness_m, 0.005)
