"""Shoes and boots: rings that turn from the shaft around the heel to the toe."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.clothes import within
from manekko.character.sheets import Sheet, clipped, hemmed, inflated, split_quads, strip_quads
from manekko.character.weights import foot_weights, leg_weights, mirrored_columns

_COLUMNS = 20
_SHAFT = np.array(
    [
        # in front: height, depth; behind: height, depth; half width; squareness
        (0.2150, 0.0245, 0.2150, -0.0545, 0.0292, 2.0),
        (0.1900, 0.0222, 0.1900, -0.0545, 0.0282, 2.0),
        (0.1600, 0.0180, 0.1600, -0.0548, 0.0268, 2.0),
        (0.1350, 0.0155, 0.1330, -0.0560, 0.0263, 2.0),
        (0.1150, 0.0145, 0.1100, -0.0565, 0.0262, 2.0),
    ]
)
_FOOT = np.array(
    [
        (0.0980, 0.0165, 0.0880, -0.0585, 0.0266, 2.0),
        (0.0860, 0.0195, 0.0640, -0.0620, 0.0274, 2.05),
        (0.0790, 0.0220, 0.0430, -0.0648, 0.0282, 2.1),
        (0.0750, 0.0240, 0.0240, -0.0660, 0.0290, 2.2),
        (0.0725, 0.0255, 0.0090, -0.0655, 0.0294, 2.4),
        (0.0710, 0.0265, 0.0000, -0.0580, 0.0296, 2.6),
        (0.0700, 0.0275, 0.0000, -0.0360, 0.0298, 2.8),
        (0.0690, 0.0285, 0.0000, -0.0120, 0.0300, 2.8),
        (0.0675, 0.0305, 0.0000, 0.0140, 0.0308, 2.8),
        (0.0640, 0.0410, 0.0000, 0.0360, 0.0328, 2.8),
        (0.0590, 0.0560, 0.0000, 0.0560, 0.0352, 2.8),
        (0.0545, 0.0730, 0.0000, 0.0750, 0.0370, 2.8),
        (0.0510, 0.0910, 0.0000, 0.0950, 0.0370, 2.7),
        (0.0475, 0.1070, 0.0000, 0.1130, 0.0346, 2.6),
        (0.0420, 0.1210, 0.0000, 0.1270, 0.0296, 2.5),
        (0.0340, 0.1310, 0.0040, 0.1355, 0.0220, 2.3),
        (0.0250, 0.1360, 0.0120, 0.1390, 0.0110, 2.0),
    ]
)
_SOLE_M = 0.0135


def shoe_sheet(*, boot: bool) -> Sheet:
    """Return both shoes in the standard proportions, up to the ankle or, as a boot, half up the shin's narrow end."""
    table = np.concatenate([_SHAFT, _FOOT]) if boot else _FOOT[1:]
    angle = np.arange(_COLUMNS) / _COLUMNS * 2.0 * np.pi
    front_y, front_z, back_y, back_z, width, square = (column[:, None] for column in table.T)
    power = 2.0 / square
    ahead = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    aside = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    # the foot points a little outwards at the ball, as feet do
    bend = 0.078 + 0.006 * np.clip((front_z + back_z) / 0.25, 0.0, 1.0)
    y = (front_y + back_y) / 2.0 + ahead * (front_y - back_y) / 2.0
    z = (front_z + back_z) / 2.0 + ahead * (front_z - back_z) / 2.0
    rows = np.stack([bend + width * aside, y, z], axis=-1)
    numbers = np.arange(rows.size // 3).reshape(rows.shape[:2])
    points = rows.reshape(-1, 3)
    last = numbers[-1]
    cap = np.array([[last[0], last[k + 1], last[k], last[0]] for k in range(1, _COLUMNS - 1)])
    triangles = split_quads(points, np.concatenate([strip_quads(numbers, closed=True), cap]))
    return _pair(points, triangles)


def _pair(points: Float[Array, "vertex 3"], triangles: Array) -> Sheet:
    y = points[:, 1]
    ankle = np.clip((y - 0.070) / 0.045, 0.0, 1.0)[:, None]
    weights = leg_weights(points) * ankle + foot_weights(points) * (1.0 - ankle)
    mirror = np.array([-1.0, 1.0, 1.0])
    count = len(points)
    return Sheet(
        np.concatenate([points, points * mirror]),
        np.concatenate([triangles, triangles[:, ::-1] + count]),
        {
            "weights": np.concatenate([weights, weights[:, mirrored_columns()]]),
            "arm": np.full((2 * count, 1), -1.0),
        },
    )


def ankle_strap(sheet: Sheet, middle_y: float, width_m: float) -> Sheet:
    """Return a strap around a shoe, lower behind than in front."""
    slanted = sheet.points_m[:, 1] - 0.25 * (sheet.points_m[:, 2] + 0.02) - middle_y
    return hemmed(clipped(inflated(sheet, 0.0022), within(slanted, -width_m / 2.0, width_m / 2.0)), 0.002)


def shoe_parts(sheet: Sheet) -> tuple[Sheet, Sheet]:
    """Return a shoe's upper and its sole, which stands out a little."""
    height = sheet.points_m[:, 1]
    upper = clipped(sheet, (height - _SOLE_M)[:, None])
    sole = clipped(inflated(sheet, 0.0022), (_SOLE_M + 0.001 - height)[:, None])
    return hemmed(upper, 0.004), hemmed(sole, 0.002)
