"""A stage dress: puffed sleeves, a round collar with a bow, a pleated skirt over a frill, long socks, boots."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.bows import Bow, bow_sheet
from manekko.character.clothes import Form, both, cloth, coarse_form, either, fine_form, part_of, within
from manekko.character.design import Design
from manekko.character.parts import Part, Piece, Surface
from manekko.character.sheets import Sheet, clipped, hemmed, inflated
from manekko.character.shoes import above_sole, shoe_sheet
from manekko.character.skirt import SkirtCut, pleat_texture, skirt_chains, skirt_part
from manekko.character.weights import eased

_OUTER = SkirtCut(0.996, 0.738, 0.222, 0.205, pleats=24, pleat_depth=0.013, bulge=0.016)
_FRILL = SkirtCut(0.985, 0.712, 0.214, 0.198, pleats=32, pleat_depth=0.012, bulge=0.008)
_SOCK_TOP_Y = 0.585


def idol_piece(design: Design) -> Piece:
    """Return the dress."""
    parts = (*_top(design), *_skirts(design), *_legs(design), *_bows(design))
    return Piece(parts, _surfaces(design), skirt_chains(_OUTER, design))


def idol_skin() -> Sheet:
    """Return the skin that the dress leaves bare, a little of what it covers included."""
    form = coarse_form()
    neck = _below_neck(form) * -1.0 + 0.012
    arms = form.arm - 0.088
    thighs = both(0.80 - form.y, form.y - (_SOCK_TOP_Y - 0.012), form.off_arm)
    return clipped(form.sheet, either(neck, arms, thighs))


def _below_neck(form: Form) -> Float[Array, " vertex"]:
    """Return how far a point lies below the neckline, which is lower in front [m]."""
    return 1.287 + 0.26 * -(form.z + 0.022) - form.y


def _top(design: Design) -> list[Part]:
    form = fine_form()
    puff = np.sin(np.pi * np.clip((form.arm + 0.004) / 0.108, 0.0, 1.0)) ** 0.7
    gathers = 0.0018 * np.cos(34.0 * np.arctan2(form.z + 0.018, form.y - 1.262 + 0.7 * (np.abs(form.x) - 0.105)))
    thick = 0.0045 + (0.019 + gathers) * puff * (form.arm > -0.004)
    lowest = form.y - 0.975
    bodice = both(_below_neck(form), either(lowest, form.arm), 0.103 - form.arm)
    sleeve_bands = within(form.arm, 0.099, 0.116)
    collar = both(_below_neck(form) + 0.004, _collar_reach(form) - _below_neck(form), form.off_arm + 0.02)
    edge = both(_collar_reach(form) - 0.004 - _below_neck(form), _below_neck(form) - _collar_reach(form) + 0.0085)
    waist = within(form.y, 0.968, 1.004)
    return [
        part_of(form.cut(bodice, thick), "トップス", design),
        part_of(form.cut(both(sleeve_bands), 0.0055), "飾り", design),
        part_of(form.cut(both(collar, form.off_arm + 0.02), 0.0085, 0.004), "襟", design),
        part_of(form.cut(both(edge, form.off_arm + 0.02), 0.0092, 0.0), "飾り", design),
        part_of(form.cut(both(waist, form.off_arm), 0.0085, 0.004), "飾り", design),
        *_cuffs(form, design),
    ]


def _collar_reach(form: Form) -> Float[Array, " vertex"]:
    """Return how far the collar reaches below the neckline: round, parted in front."""
    parted = np.where(form.z > 0.0, eased(np.abs(form.x), 0.000, 0.016), 1.0)
    return 0.050 * parted**0.6 - 0.003


def _cuffs(form: Form, design: Design) -> list[Part]:
    flare = 0.004 + 0.006 * eased(form.arm, 0.432, 0.402)
    cuff = form.cut(within(form.arm, 0.404, 0.438), flare, 0.004)
    band = form.cut(within(form.arm, 0.408, 0.4145), flare + 0.0008, 0.0)
    return [part_of(cuff, "襟", design), part_of(band, "飾り", design)]


def _skirts(design: Design) -> list[Part]:
    form = coarse_form()
    shorts = both(0.975 - form.y, form.y - 0.745, form.off_arm)
    return [
        part_of(form.cut(shorts, 0.0025), "アンダー", design),
        skirt_part(_FRILL, "フリル", design),
        skirt_part(_OUTER, "スカート", design),
    ]


def _legs(design: Design) -> list[Part]:
    form = coarse_form()
    sock = form.cut(both(_SOCK_TOP_Y - form.y, form.y - 0.10, form.off_arm), 0.0022, 0.002)
    bands = [
        form.cut(both(within(form.y, low, high), form.off_arm), 0.0030, 0.001)
        for low, high in ((_SOCK_TOP_Y - 0.016, _SOCK_TOP_Y + 0.001), (_SOCK_TOP_Y - 0.030, _SOCK_TOP_Y - 0.024))
    ]
    boots = shoe_sheet(boot=True)
    upper, sole = clipped(boots, above_sole(boots)), clipped(inflated(boots, 0.0022), -above_sole(boots) + 0.001)
    trim = clipped(inflated(boots, 0.0012), within(boots.points_m[:, 1], 0.157, 0.171))
    return [
        part_of(sock, "靴下", design),
        *(part_of(band, "飾り", design) for band in bands),
        part_of(hemmed(upper, 0.004), "靴", design),
        part_of(hemmed(trim, 0.004), "飾り", design),
        part_of(hemmed(sole, 0.002), "靴底", design),
    ]


def _bows(design: Design) -> list[Part]:
    chest = Bow((0.0, 1.243, 0.062), "上半身2", 0.052, 0.024, 0.058)
    back = Bow((0.0, 0.992, -0.092), "下半身", 0.095, 0.046, 0.0, -1.0)
    return [part_of(bow_sheet(bow), "リボン", design) for bow in (chest, back)]


def _surfaces(design: Design) -> tuple[Surface, ...]:
    white = (0.98, 0.98, 1.0)
    pleats = pleat_texture(design.bottom_rgb, ((0.870, 0.905, white), (0.925, 0.936, white)))
    frill = pleat_texture(design.top_rgb, ((0.955, 0.972, design.accent_rgb),))
    return (
        cloth("アンダー", "shorts", design.bottom_rgb),
        cloth("靴下", "socks", design.socks_rgb),
        cloth("靴", "shoes", design.shoes_rgb, two_sided=True),
        cloth("靴底", "soles", (0.96, 0.95, 0.94)),
        cloth("トップス", "top", design.top_rgb),
        cloth("フリル", "frill", design.top_rgb, two_sided=True, texture=frill),
        cloth("スカート", "skirt", design.bottom_rgb, two_sided=True, texture=pleats),
        cloth("襟", "collar", design.bottom_rgb),
        cloth("飾り", "trim", design.accent_rgb),
        cloth("リボン", "ribbon", design.accent_rgb),
    )
