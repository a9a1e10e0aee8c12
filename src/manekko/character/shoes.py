"""Shoes and boots: rings that turn from the shaft around the heel to the toe, on soles of their own."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.clothes import within
from manekko.character.sheets import Sheet, clipped, hemmed, inflated, split_quads, strip_quads
from manekko.character.thinning import thinned
from manekko.character.weights import foot_weights, leg_weights, mirrored_columns

_COLUMNS = 20
_BOOT_SHAFT = np.array(
    [
        # in front: height, depth; behind: height, depth; half width; squareness above and below
        (0.2190, 0.0275, 0.2190, -0.0570, 0.0310, 2.0, 2.0),
        (0.1950, 0.0228, 0.1950, -0.0548, 0.0282, 2.0, 2.0),
        (0.1680, 0.0170, 0.1680, -0.0532, 0.0258, 2.0, 2.0),
        (0.1430, 0.0118, 0.1410, -0.0506, 0.0242, 2.0, 2.0),
        (0.1220, 0.0088, 0.1160, -0.0497, 0.0230, 2.0, 2.0),
        (0.1060, 0.0094, 0.0940, -0.0512, 0.0233, 2.0, 2.0),
    ]
)
_HEELED_FOOT = np.array(
    [
        (0.0945, 0.0132, 0.0730, -0.0552, 0.0242, 2.0, 2.05),
        (0.0865, 0.0180, 0.0540, -0.0592, 0.0252, 2.0, 2.1),
        (0.0810, 0.0225, 0.0390, -0.0608, 0.0258, 2.0, 2.2),
        (0.0770, 0.0265, 0.0260, -0.0605, 0.0262, 2.0, 2.4),
        (0.0740, 0.0300, 0.0190, -0.0560, 0.0264, 2.1, 3.0),
        (0.0715, 0.0330, 0.0185, -0.0340, 0.0264, 2.2, 4.5),
        (0.0680, 0.0375, 0.0170, -0.0110, 0.0262, 2.2, 5.0),
        (0.0635, 0.0440, 0.0140, 0.0150, 0.0272, 2.2, 5.0),
        (0.0570, 0.0545, 0.0105, 0.0370, 0.0296, 2.2, 5.0),
        (0.0500, 0.0670, 0.0080, 0.0570, 0.0322, 2.2, 5.0),
        (0.0435, 0.0815, 0.0065, 0.0760, 0.0334, 2.2, 5.0),
        (0.0380, 0.0965, 0.0060, 0.0950, 0.0324, 2.2, 5.0),
        (0.0335, 0.1105, 0.0060, 0.1130, 0.0288, 2.2, 4.5),
        (0.0290, 0.1235, 0.0065, 0.1280, 0.0226, 2.2, 4.0),
        (0.0235, 0.1345, 0.0075, 0.1385, 0.0146, 2.1, 3.0),
        (0.0165, 0.1415, 0.0100, 0.1435, 0.0060, 2.0, 2.0),
    ]
)
_FLAT_FOOT = np.array(
    [
        (0.0960, 0.0180, 0.0860, -0.0590, 0.0276, 2.0, 2.0),
        (0.0885, 0.0205, 0.0620, -0.0612, 0.0270, 2.0, 2.1),
        (0.0825, 0.0235, 0.0420, -0.0630, 0.0272, 2.0, 2.2),
        (0.0780, 0.0265, 0.0250, -0.0632, 0.0276, 2.1, 2.6),
        (0.0745, 0.0295, 0.0130, -0.0600, 0.0278, 2.2, 3.4),
        (0.0715, 0.0325, 0.0110, -0.0380, 0.0278, 2.2, 4.5),
        (0.0685, 0.0370, 0.0100, -0.0120, 0.0278, 2.2, 5.0),
        (0.0645, 0.0440, 0.0090, 0.0150, 0.0292, 2.3, 5.0),
        (0.0590, 0.0540, 0.0085, 0.0370, 0.0318, 2.3, 5.0),
        (0.0530, 0.0665, 0.0080, 0.0570, 0.0344, 2.3, 5.0),
        (0.0480, 0.0810, 0.0080, 0.0760, 0.0358, 2.3, 5.0),
        (0.0440, 0.0960, 0.0080, 0.0950, 0.0354, 2.3, 5.0),
        (0.0405, 0.1090, 0.0085, 0.1130, 0.0326, 2.3, 4.5),
        (0.0360, 0.1210, 0.0095, 0.1260, 0.0272, 2.2, 4.0),
        (0.0295, 0.1305, 0.0110, 0.1350, 0.0192, 2.1, 3.0),
        (0.0215, 0.1360, 0.0145, 0.1385, 0.0090, 2.0, 2.0),
    ]
)
_HEELED_SOLE = np.array(
    [
        # depth; half width; height of its upper and its lower side
        (-0.0622, 0.0065, 0.0265, 0.0190),
        (-0.0600, 0.0138, 0.0265, 0.0190),
        (-0.0550, 0.0200, 0.0262, 0.0190),
        (-0.0460, 0.0248, 0.0258, 0.0185),
        (-0.0330, 0.0272, 0.0252, 0.0180),
        (-0.0110, 0.0272, 0.0235, 0.0160),
        (0.0150, 0.0282, 0.0205, 0.0110),
        (0.0370, 0.0307, 0.0170, 0.0050),
        (0.0570, 0.0334, 0.0143, 0.0010),
        (0.0760, 0.0347, 0.0128, 0.0000),
        (0.0950, 0.0337, 0.0122, 0.0000),
        (0.1130, 0.0300, 0.0122, 0.0003),
        (0.1280, 0.0238, 0.0125, 0.0015),
        (0.1385, 0.0160, 0.0130, 0.0030),
        (0.1445, 0.0080, 0.0135, 0.0045),
    ]
)
_FLAT_SOLE = np.array(
    [
        (-0.0652, 0.0068, 0.0210, 0.0030),
        (-0.0630, 0.0148, 0.0210, 0.0010),
        (-0.0580, 0.0215, 0.0205, 0.0000),
        (-0.0485, 0.0265, 0.0200, 0.0000),
        (-0.0330, 0.0292, 0.0190, 0.0000),
        (-0.0110, 0.0293, 0.0182, 0.0000),
        (0.0150, 0.0305, 0.0175, 0.0000),
        (0.0370, 0.0332, 0.0170, 0.0000),
        (0.0570, 0.0358, 0.0168, 0.0000),
        (0.0760, 0.0372, 0.0168, 0.0000),
        (0.0950, 0.0368, 0.0170, 0.0000),
        (0.1130, 0.0339, 0.0175, 0.0008),
        (0.1260, 0.0286, 0.0182, 0.0025),
        (0.1350, 0.0207, 0.0190, 0.0050),
        (0.1405, 0.0105, 0.0200, 0.0080),
    ]
)
_HEEL = np.array(
    [
        # depth; half width, both at its upper end
        (-0.0606, 0.0062),
        (-0.0588, 0.0128),
        (-0.0540, 0.0190),
        (-0.0450, 0.0238),
        (-0.0330, 0.0260),
        (-0.0180, 0.0262),
    ]
)
_HEEL_TOP_M = 0.0200


@dataclass(frozen=True, eq=False)
class Shoes:
    """A pair of shoes before it is cut and trimmed."""

    upper: Sheet
    sole: Sheet
    heel: Sheet | None
    """None where the sole is flat."""


def boots() -> Shoes:
    """Return boots in the standard proportions, with low heels, half up the shin's narrow end."""
    return Shoes(_upper(np.concatenate([_BOOT_SHAFT, _HEELED_FOOT])), _sole(_HEELED_SOLE), _heel())


def heeled_shoes() -> Shoes:
    """Return shoes with low heels in the standard proportions, up to the ankle."""
    return Shoes(_upper(_HEELED_FOOT), _sole(_HEELED_SOLE), _heel())


def flat_shoes() -> Shoes:
    """Return shoes with thick flat soles in the standard proportions, up to the ankle."""
    return Shoes(_upper(_FLAT_FOOT), _sole(_FLAT_SOLE), None)


def _middle_x(depth: Array) -> Array:
    """Return the middle of the left shoe: the foot points a little outwards at the ball, as feet do."""
    return 0.078 + 0.006 * np.clip(depth / 0.125, 0.0, 1.0)


def _upper(table: Float[Array, "row 7"]) -> Sheet:
    angle = np.arange(_COLUMNS) / _COLUMNS * 2.0 * np.pi
    front_y, front_z, back_y, back_z, width, above, below = (column[:, None] for column in table.T)
    power = 2.0 / np.where(np.cos(angle) > 0.0, above, below)
    ahead = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    aside = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    middle_x = _middle_x((front_z + back_z) / 2.0)
    y = (front_y + back_y) / 2.0 + ahead * (front_y - back_y) / 2.0
    z = (front_z + back_z) / 2.0 + ahead * (front_z - back_z) / 2.0
    rows = np.stack([middle_x + width * aside, y, z], axis=-1)
    numbers = np.arange(rows.size // 3).reshape(rows.shape[:2])
    points = rows.reshape(-1, 3)
    last = numbers[-1]
    cap = np.array([[last[0], last[k + 1], last[k], last[0]] for k in range(1, _COLUMNS - 1)])
    return _pair(points, split_quads(points, np.concatenate([strip_quads(numbers, closed=True), cap])))


def _sole(table: Float[Array, "row 4"]) -> Sheet:
    z, half, top, bottom = table.T
    x = _middle_x(z)
    return _block(
        np.stack([x - half, top, z], axis=1),
        np.stack([x + half, top, z], axis=1),
        np.stack([x - half, bottom, z], axis=1),
        np.stack([x + half, bottom, z], axis=1),
    )


def _heel() -> Sheet:
    """Return the heels, narrower at the floor."""
    z, half = _HEEL.T
    floor_z = np.interp(z, z[[0, -1]], [-0.0585, -0.0215])
    top, floor = np.full_like(z, _HEEL_TOP_M), np.zeros_like(z)
    x = np.full_like(z, 0.078)
    return _block(
        np.stack([x - half, top, z], axis=1),
        np.stack([x + half, top, z], axis=1),
        np.stack([x - 0.9 * half, floor, floor_z], axis=1),
        np.stack([x + 0.9 * half, floor, floor_z], axis=1),
    )


def _block(
    right_top: Float[Array, "row 3"],
    left_top: Float[Array, "row 3"],
    right_floor: Float[Array, "row 3"],
    left_floor: Float[Array, "row 3"],
) -> Sheet:
    """Return a pair of flat blocks between four lines that run forwards; walls, top and floor meet sharply."""
    top_rim = np.concatenate([left_top, right_top[::-1]])
    floor_rim = np.concatenate([left_floor, right_floor[::-1]])
    wall, count = np.concatenate([top_rim, floor_rim]), len(top_rim)
    rows = np.arange(2 * count).reshape(2, count)
    quads = [strip_quads(rows, closed=True)[:, ::-1]]
    points, start = [wall], 2 * count
    for left, right, turned in ((left_top, right_top, False), (left_floor, right_floor, True)):
        numbers = start + np.arange(2 * len(left)).reshape(2, len(left))
        strip = strip_quads(numbers, closed=False)
        quads.append(strip[:, ::-1] if turned else strip)
        points.append(np.concatenate([left, right]))
        start += 2 * len(left)
    flat = np.concatenate(points)
    return _pair(flat, split_quads(flat, np.concatenate(quads)))


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
    strap = clipped(inflated(sheet, 0.0018), within(slanted, -width_m / 2.0, width_m / 2.0))
    return hemmed(thinned(strap, 0.0004), 0.002)
