"""A stage dress: puffed sleeves, a round collar with a bow, a pleated skirt over a frill, long socks, boots."""

import numpy as np

from manekko.character.accessories import below_neck, from_neck, knob, round_collar
from manekko.character.bows import Bow, bow_sheet
from manekko.character.clothes import Field, Form, both, cloth, coarse_form, either, fine_form, part_of, within
from manekko.character.design import Design
from manekko.character.legwear import above_socks, boot_parts, shorts_sheet, sock_parts
from manekko.character.parts import Part, Piece, Surface
from manekko.character.sheets import Sheet, clipped
from manekko.character.skirt import (
    SkirtCut,
    pleat_texture,
    ribbon_chains,
    ribbon_parts,
    skirt_chains,
    skirt_part,
)
from manekko.character.weights import eased

_OUTER = SkirtCut(1.000, 0.738, 0.222, 0.205, pleats=24, pleat_depth=0.013, bulge=0.016)
_FRILL = SkirtCut(1.000, 0.716, 0.219, 0.202, pleats=24, pleat_depth=0.014, bulge=0.012, starts=0.80, rows=4)
_SOCK_TOP_Y = 0.585


def idol_piece(design: Design) -> Piece:
    """Return the dress."""
    parts = (
        *_top(design),
        *_skirts(design),
        *sock_parts(coarse_form(), design, _SOCK_TOP_Y, ((0.0, 0.016), (0.024, 0.030))),
        *boot_parts(design),
        *_bows(design),
    )
    return Piece(parts, _surfaces(design), (*skirt_chains(_OUTER, design), *ribbon_chains(_OUTER, design)))


def idol_skin() -> Sheet:
    """Return the skin that the dress leaves bare, a little of what it covers included."""
    form = coarse_form()
    neck, arms = 0.012 - below_neck(form), form.arm - 0.088
    thighs = np.minimum.reduce([0.80 - form.y, form.y - (_SOCK_TOP_Y - 0.008), form.off_arm])
    return clipped(above_socks(form.sheet, _SOCK_TOP_Y), either(neck, arms, thighs)[:, None])


def _top(design: Design) -> list[Part]:
    form = fine_form()
    puff = np.sin(np.pi * np.clip((form.arm + 0.004) / 0.110, 0.0, 1.0)) ** 0.75
    gathers = 0.0010 * np.cos(18.0 * np.arctan2(form.z + 0.018, form.y - 1.262 + 0.7 * (np.abs(form.x) - 0.105)))
    tucked = np.exp(-(((form.y - _bodice_top(form) - 0.013) / 0.013) ** 2)) * (form.arm < 0.0)
    thick = 0.0045 + 0.0055 * tucked + (0.0175 + gathers) * puff * (form.arm > -0.004)
    blouse = both(below_neck(form), either(form.y - 1.045, form.arm), 0.105 - form.arm)
    coarse = coarse_form()
    band = within(coarse.arm, 0.101, 0.118)
    collar = both(round_collar(form, 0.098), form.off_arm + 0.03)
    trim = both(round_collar(form, 0.0935), from_neck(form) - 0.0895, form.off_arm + 0.03)
    return [
        part_of(form.cut(blouse, thick, tolerance_m=0.0012), "トップス", design),
        part_of(coarse.cut(band, 0.0060), "飾り", design),
        part_of(form.cut(collar, 0.0090, 0.004, tolerance_m=0.0008), "襟", design),
        part_of(form.cut(trim, 0.0100, 0.0), "白", design),
        *_bodice(coarse_form(), design),
        *_cuffs(coarse_form(), design),
    ]


def _bodice_top(form: Form) -> Field:
    wide, ahead = np.abs(form.x), eased(form.z, -0.03, 0.03)
    return 1.086 + ahead * (0.024 * np.exp(-((wide / 0.022) ** 2)) - 0.010 * np.exp(-(((wide - 0.055) / 0.025) ** 2)))


def _bodice(form: Form, design: Design) -> list[Part]:
    """Return what laces the waist: pointed below the breasts, piped, with buttons."""
    top = _bodice_top(form)
    piping = within(form.y - top, -0.0030, 0.0030)
    bodice = both(form.y - 0.972, top - form.y)
    belt = within(form.y, 0.988, 1.010)
    wide_below = 0.0092 + 0.0085 * eased(form.y, 1.010, 0.982)
    buttons = [knob((0.0, y, z), 0.0062, "上半身") for y, z in ((1.080, 0.0735), (1.055, 0.0700), (1.030, 0.0685))]
    return [
        part_of(form.cut(both(bodice, form.off_arm), 0.0068, 0.004, 0.0008), "襟", design),
        part_of(form.cut(both(piping, form.off_arm), 0.0078, 0.002), "白", design),
        part_of(form.cut(both(belt, form.off_arm), wide_below, 0.004), "飾り", design),
        *(part_of(button, "金", design) for button in buttons),
    ]


def _cuffs(form: Form, design: Design) -> list[Part]:
    flare = 0.004 + 0.006 * eased(form.arm, 0.432, 0.402)
    cuff = form.cut(within(form.arm, 0.404, 0.438), flare, 0.004, 0.0010)
    band = form.cut(within(form.arm, 0.408, 0.4145), flare + 0.0008, 0.0)
    return [part_of(cuff, "襟", design), part_of(band, "飾り", design)]


def _skirts(design: Design) -> list[Part]:
    return [
        part_of(shorts_sheet(coarse_form(), 0.975, 0.745, 0.0025), "アンダー", design),
        skirt_part(_FRILL, "フリル", design),
        skirt_part(_OUTER, "スカート", design),
    ]


def _bows(design: Design) -> list[Part]:
    chest = Bow((0.0, 1.243, 0.066), "上半身2", 0.050, 0.024, 0.062)
    back = Bow((0.0, 0.994, -0.094), "下半身", 0.092, 0.046, 0.0, -1.0)
    gem = knob((0.0, 1.243, 0.080), 0.0085, "上半身2", 0.6)
    return [
        *(part_of(bow_sheet(bow), "リボン", design) for bow in (chest, back)),
        *ribbon_parts(_OUTER, "リボン", design),
        part_of(gem, "金", design),
    ]


def _surfaces(design: Design) -> tuple[Surface, ...]:
    white = (0.98, 0.98, 1.0)
    pleats = pleat_texture(design.bottom_rgb, ((0.870, 0.905, white), (0.925, 0.936, white)))
    frill = pleat_texture(design.top_rgb, ((0.962, 0.982, design.accent_rgb),))
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
        cloth("白", "white", white),
        cloth("金", "gold", (0.98, 0.82, 0.42)),
        cloth("リボン", "ribbon", design.accent_rgb, two_sided=True),
    )
