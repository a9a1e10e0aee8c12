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
        (0.7820, 0.7520, 0.0755, 0.0690, 0.0690, 0.0690, -0.0900),
        (0.7570, 0.7350, 0.0765, 0.0685, 0.0685, 0.0690, -0.0810),
        (0.7280, 0.7130, 0.0770, 0.0670, 0.0670, 0.0690, -0.0740),
        (0.6950, 0.6860, 0.0775, 0.0645, 0.0645, 0.0680, -0.0690),
        (0.6580, 0.6540, 0.0780, 0.0615, 0.0610, 0.0655, -0.0640),
        (0.6200, 0.6190, 0.0785, 0.0582, 0.0575, 0.0625, -0.0595),
        (0.5830, 0.5830, 0.0787, 0.0549, 0.0540, 0.0593, -0.0553),
        (0.5490, 0.5490, 0.0787, 0.0517, 0.0507, 0.0560, -0.0515),
        (0.5200, 0.5200, 0.0784, 0.0488, 0.0478, 0.0532, -0.0482),
        (0.4970, 0.4970, 0.0781, 0.0464, 0.0457, 0.0512, -0.0455),
        (0.4790, 0.4790, 0.0780, 0.0446, 0.0444, 0.0500, -0.0434),
        (0.4640, 0.4640, 0.0780, 0.0434, 0.0436, 0.0492, -0.0418),
        (0.4490, 0.4490, 0.0780, 0.0424, 0.0427, 0.0476, -0.0410),
        (0.4330, 0.4330, 0.0781, 0.0418, 0.0420, 0.0450, -0.0422),
        (0.4130, 0.4130, 0.0784, 0.0419, 0.0418, 0.0418, -0.0464),
        (0.3880, 0.3880, 0.0788, 0.0426, 0.0420, 0.0394, -0.0518),
        (0.3580, 0.3580, 0.0791, 0.0428, 0.0416, 0.0374, -0.0562),
        (0.3270, 0.3270, 0.0793, 0.0419, 0.0403, 0.0354, -0.0580),
        (0.2950, 0.2950, 0.0793, 0.0398, 0.0380, 0.0332, -0.0576),
        (0.2620, 0.2620, 0.0791, 0.0367, 0.0351, 0.0301, -0.0556),
        (0.2280, 0.2280, 0.0788, 0.0333, 0.0320, 0.0262, -0.0532),
        (0.1940, 0.1940, 0.0785, 0.0299, 0.0290, 0.0215, -0.0512),
        (0.1620, 0.1620, 0.0782, 0.0272, 0.0265, 0.0162, -0.0500),
        (0.1330, 0.1330, 0.0780, 0.0255, 0.0248, 0.0110, -0.0498),
        (0.1080, 0.1080, 0.0780, 0.0250, 0.0246, 0.0075, -0.0505),
        (0.0850, 0.0850, 0.0780, 0.0253, 0.0252, 0.0075, -0.0525),
        (0.0600, 0.0600, 0.0780, 0.0250, 0.0248, 0.0120, -0.0540),
        (0.0350, 0.0350, 0.0780, 0.0245, 0.0240, 0.0180, -0.0540),
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
