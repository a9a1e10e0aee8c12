"""Shoes and boots: rings that turn from the shaft around the heel to the toe."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.sheets import Sheet, split_quads, strip_quads
from manekko.character.weights import foot_weights, leg_weights, mirrored_columns

_COLUMNS = 20
_SHAFT = np.array(
    [
        # in front: height, depth; behind: height, depth; half width; squareness
        (0.1700, 0.0190, 0.1700, -0.0550, 0.0270, 2.0),
        (0.1450, 0.0150, 0.1450, -0.0545, 0.0258, 2.0),
        (0.1200, 0.0130, 0.1180, -0.0555, 0.0253, 2.0),
    ]
)
_FOOT = np.array(
    [
        (0.0980, 0.0140, 0.0900, -0.0575, 0.0258, 2.0),
        (0.0830, 0.0170, 0.0640, -0.0610, 0.0266, 2.05),
        (0.0740, 0.0200, 0.0420, -0.0640, 0.0274, 2.1),
        (0.0690, 0.0220, 0.0220, -0.0650, 0.0282, 2.2),
        (0.0660, 0.0235, 0.0080, -0.0640, 0.0286, 2.4),
        (0.0645, 0.0245, 0.0000, -0.0560, 0.0288, 2.6),
        (0.0635, 0.0255, 0.0000, -0.0360, 0.0290, 2.8),
        (0.0625, 0.0265, 0.0000, -0.0120, 0.0292, 2.8),
        (0.0610, 0.0285, 0.0000, 0.0140, 0.0300, 2.8),
        (0.0570, 0.0400, 0.0000, 0.0360, 0.0320, 2.8),
        (0.0510, 0.0560, 0.0000, 0.0560, 0.0345, 2.8),
        (0.0455, 0.0740, 0.0000, 0.0750, 0.0362, 2.8),
        (0.0410, 0.0930, 0.0000, 0.0950, 0.0358, 2.7),
        (0.0370, 0.1100, 0.0000, 0.1130, 0.0330, 2.6),
        (0.0320, 0.1240, 0.0010, 0.1270, 0.0275, 2.5),
        (0.0250, 0.1330, 0.0040, 0.1350, 0.0195, 2.3),
        (0.0170, 0.1375, 0.0100, 0.1385, 0.0090, 2.0),
    ]
)
_SOLE_M = 0.011


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
    cap = np.array([[last[0], last[k], last[k + 1], last[0]] for k in range(1, _COLUMNS - 1)])
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


def above_sole(sheet: Sheet) -> Float[Array, " vertex"]:
    """Return a field that is positive above a shoe's sole [m]."""
    return sheet.points_m[:, 1] - _SOLE_M
