"""A sailor suit: a wide collar with lines, a scarf, a pleated skirt, knee socks, low shoes."""

import numpy as np

from manekko.character.accessories import below_neck, sailor_collar
from manekko.character.bows import Bow, bow_sheet
from manekko.character.clothes import both, cloth, coarse_form, either, fine_form, part_of, within
from manekko.character.design import Design
from manekko.character.legwear import loafer_parts, shorts_sheet, sock_parts
from manekko.character.parts import Part, Piece, Surface
from manekko.character.sheets import Sheet, clipped
from manekko.character.skirt import SkirtCut, pleat_texture, skirt_chains, skirt_part
from manekko.character.weights import eased

_SKIRT = SkirtCut(0.990, 0.700, 0.212, 0.196, pleats=20, pleat_depth=0.016, bulge=0.014)
_SOCK_TOP_Y = 0.435


def sailor_piece(design: Design) -> Piece:
    """Return the sailor suit."""
    form = coarse_form()
    parts = (
        *_top(design),
        part_of(shorts_sheet(form, 0.96, 0.745, 0.0025), "アンダー", design),
        skirt_part(_SKIRT, "スカート", design),
        *sock_parts(form, design, _SOCK_TOP_Y, ((0.010, 0.016), (0.022, 0.028))),
        *loafer_parts(design),
        part_of(bow_sheet(Bow((0.0, 1.196, 0.090), "上半身2", 0.046, 0.023, 0.095)), "リボン", design),
    )
    return Piece(parts, _surfaces(design), skirt_chains(_SKIRT, design))


def sailor_skin() -> Sheet:
    """Return the skin that the sailor suit leaves bare, a little of what it covers included."""
    form = coarse_form()
    neck, arms = 0.012 - below_neck(form), form.arm - 0.120
    legs = np.minimum.reduce([0.80 - form.y, form.y - (_SOCK_TOP_Y - 0.012), form.off_arm])
    return clipped(form.sheet, either(neck, arms, legs)[:, None])


def _top(design: Design) -> list[Part]:
    form, coarse = fine_form(), coarse_form()
    loose = 0.0045 + 0.012 * eased(coarse.arm, 0.0, 0.10) + 0.021 * eased(coarse.y, 1.07, 0.97) * (coarse.arm < 0.0)
    sleeve_end = 0.140
    blouse = both(below_neck(coarse), either(coarse.y - 0.955, coarse.arm), sleeve_end - coarse.arm)
    cuff = within(coarse.arm, sleeve_end - 0.024, sleeve_end + 0.002)
    line = within(coarse.arm, sleeve_end - 0.014, sleeve_end - 0.008)
    collar = sailor_collar(form, 0.0)
    outer, inner = sailor_collar(form, 0.009), sailor_collar(form, 0.0145)
    return [
        part_of(coarse.cut(blouse, loose, 0.004), "トップス", design),
        part_of(coarse.cut(cuff, 0.0185, 0.004), "襟", design),
        part_of(coarse.cut(line, 0.0192, 0.0), "白", design),
        *(part_of(form.cut(shape, 0.0090, 0.004), "襟", design) for shape in collar),
        *(
            part_of(form.cut(strip, 0.0097, 0.0), "白", design)
            for shape, core in zip(outer, inner, strict=True)
            for strip in [both(shape, -np.minimum.reduce(core, axis=1))]
        ),
    ]


def _surfaces(design: Design) -> tuple[Surface, ...]:
    white = (0.98, 0.98, 1.0)
    pleats = pleat_texture(design.bottom_rgb, ((0.900, 0.918, white),))
    return (
        cloth("アンダー", "shorts", design.bottom_rgb),
        cloth("靴下", "socks", design.socks_rgb),
        cloth("靴", "shoes", design.shoes_rgb, two_sided=True),
        cloth("靴底", "soles", (0.30, 0.24, 0.24)),
        cloth("トップス", "top", design.top_rgb, two_sided=True),
        cloth("スカート", "skirt", design.bottom_rgb, two_sided=True, texture=pleats),
        cloth("襟", "collar", design.bottom_rgb),
        cloth("白", "white", white),
        cloth("飾り", "trim", design.accent_rgb),
        cloth("リボン", "ribbon", design.accent_rgb),
    )
