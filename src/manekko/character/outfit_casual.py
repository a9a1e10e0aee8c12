"""Street clothes: a wide hooded sweater, shorts, striped socks, sports shoes."""

import numpy as np

from manekko.character.accessories import cord, ring_around
from manekko.character.clothes import Form, both, coarse_form, either, everyday_surfaces, part_of, within
from manekko.character.design import Design
from manekko.character.legwear import shorts_sheet, sneaker_parts, sock_parts
from manekko.character.parts import Part, Piece
from manekko.character.sheets import Sheet, clipped
from manekko.character.weights import eased

_SOCK_TOP_Y, _SHORTS_Y, _SWEATER_Y = 0.400, 0.742, 0.905
_SLEEVE_END = 0.432


def casual_piece(design: Design) -> Piece:
    """Return sweater, shorts, socks and shoes."""
    form = coarse_form()
    parts = (
        *_sweater(design),
        *_hood(design),
        part_of(shorts_sheet(form, 0.985, _SHORTS_Y, 0.0065), "ズボン", design),
        part_of(form.cut(both(within(form.y, _SHORTS_Y, _SHORTS_Y + 0.014), form.off_arm), 0.0090), "飾り", design),
        *sock_parts(form, design, _SOCK_TOP_Y, ((0.014, 0.026), (0.034, 0.046))),
        *sneaker_parts(design),
    )
    return Piece(parts, everyday_surfaces(design))


def casual_skin() -> Sheet:
    """Return the skin that the street clothes leave bare, a little of what they cover included."""
    form = coarse_form()
    hands, neck = form.arm - (_SLEEVE_END - 0.015), form.y - 1.270
    legs = np.minimum.reduce([0.765 - form.y, form.y - (_SOCK_TOP_Y - 0.012), form.off_arm])
    return clipped(form.sheet, either(hands, np.minimum(neck, form.off_arm), legs)[:, None])


def _thickness(form: Form) -> np.ndarray:
    """Return how far the sweater stands off: wide around waist and elbows, gathered at its ribbed ends."""
    waist = 0.034 * np.exp(-(((form.y - 0.995) / 0.060) ** 2)) * (form.arm < 0.0)
    sleeve = 0.011 * eased(form.arm, 0.0, 0.08)
    wide_end = 0.012 * np.exp(-(((form.arm - 0.375) / 0.045) ** 2))
    return 0.0085 + waist + sleeve + wide_end - 0.015 * eased(form.arm, 0.395, 0.425)


def _sweater(design: Design) -> list[Part]:
    form = coarse_form()
    thick = _thickness(form)
    neckline = 1.300 - 0.30 * form.z - form.y
    body = both(neckline, either(form.y - _SWEATER_Y, form.arm), _SLEEVE_END - form.arm)
    trunk = both(form.off_arm + 0.03, form.y - _SWEATER_Y)
    rib = both(within(form.y, _SWEATER_Y - 0.004, _SWEATER_Y + 0.024), form.off_arm)
    pocket = both(
        within(form.y, 0.945, 1.030), form.z, 0.088 - np.abs(form.x), 0.150 - np.abs(form.x) - 1.05 * (form.y - 0.945)
    )
    chest = both(within(form.y, 1.088, 1.118), trunk)
    return [
        part_of(form.cut(body, thick, 0.005), "トップス", design),
        part_of(form.cut(rib, thick + 0.0025), "飾り", design),
        part_of(form.cut(within(form.arm, _SLEEVE_END - 0.022, _SLEEVE_END + 0.003), thick + 0.0022), "飾り", design),
        part_of(form.cut(within(form.arm, 0.150, 0.172), thick + 0.0007, 0.0), "白", design),
        part_of(form.cut(within(form.arm, 0.180, 0.188), thick + 0.0007, 0.0), "白", design),
        part_of(form.cut(chest, thick + 0.0007, 0.0), "白", design),
        part_of(form.cut(pocket, thick + 0.004, 0.005), "トップス", design),
    ]


def _hood(design: Design) -> list[Part]:
    """Return the hood, laid down around the neck, and its two cords; under long hair it lies flat."""
    full = 0.0 if design.hair == "long" else 1.0
    angle = np.arange(28) / 28.0 * 2.0 * np.pi
    behind = (1.0 - np.cos(angle)) / 2.0
    path = np.stack(
        [
            (0.058 + 0.016 * behind) * np.sin(angle),
            1.262 + 0.034 * eased(behind, 0.0, 0.45) - 0.034 * eased(behind, 0.55, 1.0),
            -0.022 + (0.066 - 0.002 * behind) * np.cos(angle) - (0.030 * full - 0.014 * (1.0 - full)) * behind**3,
        ],
        axis=1,
    )
    roll = ring_around(path, 0.016 + 0.026 * full * behind**2, 1.15 + 0.35 * behind, "上半身2")
    parts = [part_of(roll, "トップス", design)]
    for side in (1.0, -1.0):
        line = np.array([(0.024, 1.252, 0.058), (0.027, 1.225, 0.076), (0.029, 1.190, 0.094), (0.030, 1.150, 0.108)])
        parts.append(part_of(cord(line * [side, 1.0, 1.0], 0.0028, "上半身2"), "白", design))
    return parts
