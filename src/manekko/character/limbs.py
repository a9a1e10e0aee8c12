"""The arms' and legs' surfaces: rings across the bones, shaped by tables of profiles."""

import math

import numpy as np

from manekko.arrays import Array, Float

ARM_COLUMNS, LEG_COLUMNS = 20, 22
_SLOPE = math.radians(35.0)
ARM_AXIS = np.array([math.cos(_SLOPE), -math.sin(_SLOPE), 0.0])
"""Along the left arm, outwards."""
ARM_UP = np.array([math.sin(_SLOPE), math.cos(_SLOPE), 0.0])
"""Out of the back of the left hand."""
FORWARD = np.array([0.0, 0.0, 1.0])
SHOULDER_M = np.array([0.105, 1.262, -0.018])
"""Where the left upper arm begins [m]."""
ELBOW_ALONG_M, WRIST_ALONG_M = 0.235, 0.450
"""From there to the elbow and the wrist [m]."""

_ARM_ROWS = np.array(
    [
        # along the arm; reach up, down, forward, backward; middle's shift up and forward
        (0.048, 0.0345, 0.0340, 0.0335, 0.0350, 0.000, 0.000),
        (0.066, 0.0335, 0.0335, 0.0325, 0.0345, 0.000, 0.000),
        (0.090, 0.0312, 0.0315, 0.0310, 0.0330, 0.000, 0.000),
        (0.115, 0.0290, 0.0297, 0.0298, 0.0312, 0.000, 0.000),
        (0.140, 0.0275, 0.0282, 0.0288, 0.0294, 0.000, 0.000),
        (0.165, 0.0263, 0.0270, 0.0278, 0.0280, 0.000, 0.000),
        (0.188, 0.0253, 0.0260, 0.0268, 0.0268, 0.000, 0.000),
        (0.206, 0.0247, 0.0253, 0.0260, 0.0262, 0.000, 0.000),
        (0.221, 0.0245, 0.0249, 0.0255, 0.0262, 0.000, 0.000),
        (0.235, 0.0247, 0.0247, 0.0252, 0.0264, 0.000, 0.000),
        (0.249, 0.0252, 0.0247, 0.0256, 0.0258, 0.000, 0.000),
        (0.265, 0.0256, 0.0246, 0.0264, 0.0252, 0.000, 0.001),
        (0.287, 0.0254, 0.0242, 0.0266, 0.0248, 0.000, 0.001),
        (0.312, 0.0243, 0.0232, 0.0258, 0.0241, 0.000, 0.001),
        (0.340, 0.0224, 0.0215, 0.0241, 0.0228, 0.000, 0.001),
        (0.368, 0.0201, 0.0195, 0.0220, 0.0211, 0.000, 0.000),
        (0.395, 0.0178, 0.0175, 0.0200, 0.0194, 0.000, 0.000),
        (0.418, 0.0161, 0.0158, 0.0187, 0.0182, 0.000, 0.000),
        (0.436, 0.0151, 0.0149, 0.0181, 0.0177, 0.000, 0.000),
        (0.450, 0.0147, 0.0146, 0.0182, 0.0178, 0.000, 0.000),
    ]
)
_LEG_ROWS = np.array(
    [
        # height outside, inside; middle x; reach out, in; depth in front and behind
        (0.7820, 0.7520, 0.0750, 0.0673, 0.0673, 0.0662, -0.0872),
        (0.7570, 0.7350, 0.0760, 0.0657, 0.0661, 0.0650, -0.0770),
        (0.7280, 0.7130, 0.0765, 0.0629, 0.0638, 0.0638, -0.0688),
        (0.6950, 0.6860, 0.0770, 0.0594, 0.0604, 0.0619, -0.0626),
        (0.6580, 0.6540, 0.0776, 0.0563, 0.0567, 0.0594, -0.0574),
        (0.6200, 0.6190, 0.0782, 0.0531, 0.0527, 0.0564, -0.0526),
        (0.5830, 0.5830, 0.0786, 0.0497, 0.0487, 0.0530, -0.0480),
        (0.5490, 0.5490, 0.0787, 0.0463, 0.0449, 0.0496, -0.0438),
        (0.5200, 0.5200, 0.0784, 0.0433, 0.0416, 0.0469, -0.0402),
        (0.4970, 0.4970, 0.0780, 0.0407, 0.0393, 0.0453, -0.0375),
        (0.4790, 0.4790, 0.0779, 0.0388, 0.0382, 0.0445, -0.0353),
        (0.4640, 0.4640, 0.0779, 0.0374, 0.0374, 0.0438, -0.0338),
        (0.4490, 0.4490, 0.0779, 0.0363, 0.0365, 0.0418, -0.0334),
        (0.4330, 0.4330, 0.0780, 0.0357, 0.0357, 0.0389, -0.0353),
        (0.4130, 0.4130, 0.0784, 0.0360, 0.0355, 0.0358, -0.0402),
        (0.3880, 0.3880, 0.0789, 0.0370, 0.0358, 0.0337, -0.0463),
        (0.3580, 0.3580, 0.0793, 0.0373, 0.0355, 0.0320, -0.0510),
        (0.3270, 0.3270, 0.0796, 0.0363, 0.0342, 0.0302, -0.0528),
        (0.2950, 0.2950, 0.0796, 0.0340, 0.0319, 0.0281, -0.0523),
        (0.2620, 0.2620, 0.0794, 0.0308, 0.0290, 0.0252, -0.0506),
        (0.2280, 0.2280, 0.0790, 0.0274, 0.0261, 0.0213, -0.0487),
        (0.1940, 0.1940, 0.0786, 0.0243, 0.0235, 0.0167, -0.0473),
        (0.1620, 0.1620, 0.0782, 0.0218, 0.0214, 0.0114, -0.0466),
        (0.1330, 0.1330, 0.0780, 0.0203, 0.0202, 0.0065, -0.0467),
        (0.1080, 0.1080, 0.0780, 0.0201, 0.0201, 0.0034, -0.0476),
        (0.0850, 0.0850, 0.0780, 0.0204, 0.0206, 0.0037, -0.0495),
        (0.0600, 0.0600, 0.0780, 0.0210, 0.0210, 0.0096, -0.0516),
        (0.0350, 0.0350, 0.0780, 0.0215, 0.0212, 0.0164, -0.0514),
    ]
)


def oval(angle: Array, ahead: Array, above: Array, behind: Array, below: Array, square: float = 2.0) -> Array:
    """Return [..., 2] points (along the first axis, along the second) of an oval with four different reaches.

    ``angle`` counts from the first axis (reach ``ahead``) over the second (``above``) [rad].
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    power = 2.0 / square
    first = np.where(cosine > 0, ahead, behind) * np.sign(cosine) * np.abs(cosine) ** power
    second = np.where(sine > 0, above, below) * np.sign(sine) * np.abs(sine) ** power
    return np.stack([first, second], axis=-1)


def arm_point(along_m: Array, ahead_m: Array, above_m: Array) -> Float[Array, "... 3"]:
    """Return world points of the left arm's own coordinates."""
    parts = (along_m, ARM_AXIS), (ahead_m, FORWARD), (above_m, ARM_UP)
    return SHOULDER_M + sum(np.asarray(length)[..., None] * axis for length, axis in parts)


def arm_rows() -> Float[Array, "row 20 3"]:
    """Return the left arm's rings from the shoulder to the wrist [m]; columns run from the front over the top."""
    angle = np.arange(ARM_COLUMNS) / ARM_COLUMNS * 2.0 * np.pi
    along, up, down, ahead, behind, above, forward = (column[:, None] for column in _ARM_ROWS.T)
    ring = oval(angle, ahead, up, behind, down)
    return arm_point(along + np.zeros_like(angle), ring[..., 0] + forward, ring[..., 1] + above)


def leg_angles() -> Float[Array, "22"]:
    """Return each column's angle [rad]: 0 in front, 90° outside; the ninth is the outermost."""
    return np.pi / 2.0 + (np.arange(LEG_COLUMNS) - 8) / LEG_COLUMNS * 2.0 * np.pi


def leg_rows() -> Float[Array, "row 22 3"]:
    """Return the left leg's rings from the groin into the shoe [m]."""
    angle = leg_angles()
    high, low, middle, out, inward, front, behind = (column[:, None] for column in _LEG_ROWS.T)
    centre = (front + behind) / 2.0
    ring = oval(angle, front - centre, out, centre - behind, inward, 2.1)
    height = (high + low) / 2.0 + (high - low) / 2.0 * np.sin(angle)
    return np.stack([middle + ring[..., 1], height, centre + ring[..., 0]], axis=-1)
