"""The trunk's surface: rings from the neck down to the hips, shaped by a table of profiles."""

import numpy as np

from manekko.arrays import Array, Float

COLUMNS = 17
"""Of the left half: the first in front and the last at the back lie in the middle."""
ARM_ROWS, ARM_COLUMNS = (8, 12), (5, 11)
"""The first and last row and column around the hole where the arm begins."""

_ROWS = np.array(
    [
        # height in front, at the side, at the back; half width; depth in front and at the back; squareness
        (1.3500, 1.3500, 1.3500, 0.0270, 0.0085, -0.0450, 2.0),
        (1.3400, 1.3400, 1.3400, 0.0290, 0.0110, -0.0470, 2.0),
        (1.3366, 1.3366, 1.3366, 0.0323, 0.0143, -0.0503, 2.0),
        (1.3280, 1.3310, 1.3330, 0.0324, 0.0136, -0.0506, 2.0),
        (1.3060, 1.3160, 1.3240, 0.0338, 0.0120, -0.0545, 2.0),
        (1.2880, 1.3030, 1.3140, 0.0400, 0.0120, -0.0615, 2.0),
        (1.2750, 1.2940, 1.3040, 0.0540, 0.0210, -0.0680, 2.05),
        (1.2630, 1.2830, 1.2910, 0.0750, 0.0310, -0.0750, 2.15),
        (1.2490, 1.2690, 1.2740, 0.0960, 0.0420, -0.0820, 2.3),
        (1.2320, 1.2450, 1.2530, 0.1020, 0.0500, -0.0860, 2.4),
        (1.2140, 1.2230, 1.2320, 0.1030, 0.0560, -0.0880, 2.4),
        (1.1950, 1.2000, 1.2090, 0.1030, 0.0600, -0.0880, 2.4),
        (1.1750, 1.1770, 1.1850, 0.1020, 0.0630, -0.0870, 2.35),
        (1.1550, 1.1550, 1.1610, 0.1010, 0.0650, -0.0850, 2.3),
        (1.1330, 1.1320, 1.1360, 0.0990, 0.0650, -0.0820, 2.25),
        (1.1100, 1.1090, 1.1110, 0.0950, 0.0640, -0.0780, 2.2),
        (1.0860, 1.0850, 1.0860, 0.0898, 0.0620, -0.0740, 2.2),
        (1.0600, 1.0590, 1.0590, 0.0840, 0.0595, -0.0700, 2.15),
        (1.0330, 1.0320, 1.0320, 0.0788, 0.0580, -0.0668, 2.1),
        (1.0070, 1.0060, 1.0060, 0.0772, 0.0575, -0.0658, 2.1),
        (0.9820, 0.9810, 0.9810, 0.0800, 0.0588, -0.0680, 2.1),
        (0.9570, 0.9560, 0.9560, 0.0885, 0.0620, -0.0730, 2.15),
        (0.9320, 0.9310, 0.9310, 0.1000, 0.0655, -0.0810, 2.2),
        (0.9080, 0.9060, 0.9060, 0.1095, 0.0690, -0.0890, 2.25),
        (0.8840, 0.8820, 0.8800, 0.1185, 0.0705, -0.0960, 2.3),
        (0.8610, 0.8600, 0.8560, 0.1260, 0.0710, -0.1010, 2.3),
        (0.8390, 0.8400, 0.8330, 0.1318, 0.0705, -0.1035, 2.3),
        (0.8180, 0.8210, 0.8110, 0.1360, 0.0690, -0.1025, 2.3),
    ]
)
_BUSTS = (
    # middle x, y; how far they stand out; reach inwards/outwards, up, down
    (0.052, 1.148, 0.040, 0.047, 0.075, 0.045),
)


def torso_rows() -> Float[Array, "row 17 3"]:
    """Return the left half of the trunk [m], from the top of the neck to where the legs part."""
    angle = np.linspace(0.0, np.pi, COLUMNS)
    front, side, back, width, depth, behind, square = (column[:, None] for column in _ROWS.T)
    sine, cosine = np.sin(angle), np.cos(angle)
    power = 2.0 / square
    forward = np.sign(cosine) * np.abs(cosine) ** power
    middle = (depth + behind) / 2.0
    share = np.abs(cosine) ** 2.0
    height = np.where(cosine > 0, side + (front - side) * share, side + (back - side) * share)
    points = np.stack([width * np.abs(sine) ** power, height, middle + (depth - behind) / 2.0 * forward], axis=-1)
    points[:, [0, -1], 0] = 0.0
    return _with_seat(_with_spine(_with_bust(points)))


def _with_bust(points: Float[Array, "row column 3"]) -> Float[Array, "row column 3"]:
    """Return the trunk with breasts: round below, sloping above, apart in the middle."""
    moved = points.copy()
    for x, y, out, wide, up, down in _BUSTS:
        across, above = points[..., 0] - x, points[..., 1] - y
        reach = np.hypot(across / wide, above / np.where(above > 0, up, down))
        swell = np.where(reach < 1.0, np.cos(np.minimum(reach, 1.0) * np.pi / 2.0) ** 1.35, 0.0)
        swell *= points[..., 2] > 0.0
        moved[..., 2] += out * swell
        moved[..., 0] += 0.10 * out * swell * np.sign(points[..., 0])
        moved[..., 1] -= 0.10 * out * swell
    return moved


def _with_spine(points: Float[Array, "row column 3"]) -> Float[Array, "row column 3"]:
    """Return the trunk with the furrow of the back, deepest above the waist."""
    moved = points.copy()
    near = np.exp(-((points[..., 0] / 0.022) ** 2)) * (points[..., 2] < -0.02)
    along = np.exp(-(((points[..., 1] - 1.06) / 0.10) ** 2))
    moved[..., 2] += 0.007 * near * along
    return moved


def _with_seat(points: Float[Array, "row column 3"]) -> Float[Array, "row column 3"]:
    """Return the trunk with a seat: round at both sides of a furrow in the middle."""
    moved = points.copy()
    behind = points[..., 2] < -0.01
    across, above = points[..., 0] - 0.060, points[..., 1] - 0.838
    swell = np.exp(-((across / 0.048) ** 2) - (above / 0.050) ** 2) * behind
    furrow = np.exp(-((points[..., 0] / 0.016) ** 2) - ((points[..., 1] - 0.825) / 0.040) ** 2) * behind
    moved[..., 2] += -0.010 * swell + 0.010 * furrow
    return moved
