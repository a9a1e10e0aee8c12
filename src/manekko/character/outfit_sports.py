"""Sports clothes: a sleeveless top, short trousers with stripes, wristbands, low socks, sports shoes."""

import numpy as np

from manekko.character.accessories import from_neck
from manekko.character.clothes import (
    Field,
    Form,
    both,
    coarse_form,
    either,
    everyday_surfaces,
    fine_form,
    part_of,
    within,
)
from manekko.character.design import Design
from manekko.character.legwear import shorts_sheet, sneaker_parts, sock_parts
from manekko.character.parts import Piece
from manekko.character.sheets import Sheet, clipped

_SOCK_TOP_Y, _SHORTS_Y, _TOP_Y = 0.160, 0.748, 1.015


def sports_piece(design: Design) -> Piece:
    """Return the sports clothes."""
    fine, form = fine_form(), coarse_form()
    top = both(from_neck(fine) - 0.066, fine.y - _TOP_Y, _off_shoulder(fine))
    hem = both(within(fine.y, _TOP_Y - 0.002, _TOP_Y + 0.016), fine.off_arm)
    side = both(0.022 - np.abs(form.z + 0.012), within(form.y, _SHORTS_Y, 0.93), np.abs(form.x) - 0.05, form.off_arm)
    parts = (
        part_of(fine.cut(top, 0.0045, 0.004), "トップス", design),
        part_of(fine.cut(hem, 0.0062, 0.002), "飾り", design),
        part_of(shorts_sheet(form, 0.965, _SHORTS_Y, 0.0060), "ズボン", design),
        part_of(form.cut(side, 0.0072, 0.0), "飾り", design),
        part_of(form.cut(both(within(form.y, 0.940, 0.966), form.off_arm), 0.0075), "飾り", design),
        part_of(form.cut(within(form.arm, 0.396, 0.430), 0.0045), "飾り", design),
        *sock_parts(form, design, _SOCK_TOP_Y, ((0.006, 0.014),)),
        *sneaker_parts(design),
    )
    return Piece(parts, everyday_surfaces(design))


def sports_skin() -> Sheet:
    """Return the skin that the sports clothes leave bare, a little of what they cover included."""
    form = coarse_form()
    above = either(0.078 - from_neck(form), 0.012 - _off_shoulder(form))
    belly = np.minimum(within(form.y, 0.950, _TOP_Y + 0.012).min(axis=1), form.off_arm)
    legs = np.minimum.reduce([0.775 - form.y, form.y - (_SOCK_TOP_Y - 0.012), form.off_arm])
    return clipped(form.sheet, either(above, belly, legs)[:, None])


def _off_shoulder(form: Form) -> Field:
    """Return a field that is positive on the trunk within the armholes."""
    holes = [np.linalg.norm(form.sheet.points_m - [side * 0.122, 1.240, -0.016], axis=1) for side in (1.0, -1.0)]
    return np.minimum.reduce([0.035 - form.arm, *(hole - 0.062 for hole in holes)])
