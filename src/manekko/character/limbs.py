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
        (0.7820, 0.7520, 0.0750, 0.0680, 0.0676, 0.0668, -0.0876),
        (0.7570, 0.7350, 0.0760, 0.0672, 0.0666, 0.0662, -0.0782),
        (0.7280, 0.7130, 0.0767, 0.0652, 0.0648, 0.0655, -0.0706),
        (0.6950, 0.6860, 0.0774, 0.0622, 0.0617, 0.0643, -0.0643),
        (0.6580, 0.6540, 0.0781, 0.0587, 0.0578, 0.0622, -0.0588),
        (0.6250, 0.6240, 0.0787, 0.0553, 0.0541, 0.0597, -0.0541),
        (0.6000, 0.6000, 0.0790, 0.0526, 0.0511, 0.0574, -0.0507),
        (0.5740, 0.5740, 0.0791, 0.0496, 0.0479, 0.0546, -0.0470),
        (0.5450, 0.5450, 0.0790, 0.0461, 0.0442, 0.0511, -0.0430),
        (0.5180, 0.5180, 0.0786, 0.0426, 0.0409, 0.0480, -0.0394),
        (0.4960, 0.4960, 0.0780, 0.0396, 0.0385, 0.0461, -0.0366),
        (0.4790, 0.4790, 0.0777, 0.0375, 0.0374, 0.0453, -0.0346),
        (0.4640, 0.4640, 0.0775, 0.0359, 0.0367, 0.0444, -0.0332),
        (0.4490, 0.4490, 0.0775, 0.0349, 0.0358, 0.0420, -0.0330),
        (0.4330, 0.4330, 0.0778, 0.0347, 0.0349, 0.0386, -0.0352),
        (0.4130, 0.4130, 0.0785, 0.0360, 0.0346, 0.0354, -0.0408),
        (0.3880, 0.3880, 0.0794, 0.0381, 0.0350, 0.0333, -0.0478),
        (0.3580, 0.3580, 0.0801, 0.0392, 0.0350, 0.0318, -0.0533),
        (0.3270, 0.3270, 0.0804, 0.0381, 0.0339, 0.0301, -0.0551),
        (0.2950, 0.2950, 0.0802, 0.0350, 0.0316, 0.0279, -0.0540),
        (0.2620, 0.2620, 0.0797, 0.0309, 0.0284, 0.0247, -0.0513),
        (0.2280, 0.2280, 0.0791, 0.0267, 0.0250, 0.0205, -0.0482),
        (0.1940, 0.1940, 0.0785, 0.0232, 0.0223, 0.0157, -0.0458),
        (0.1620, 0.1620, 0.0781, 0.0207, 0.0203, 0.0104, -0.0446),
        (0.1330, 0.1330, 0.0780, 0.0194, 0.0192, 0.0057, -0.0445),
        (0.1080, 0.1080, 0.0780, 0.0194, 0.0193, 0.0032, -0.0456),
        (0.0850, 0.0850, 0.0780, 0.0200, 0.0200, 0.0037, -0.0485),
        (0.0600, 0.0600, 0.0780, 0.0208, 0.0208, 0.0096, -0.0508),
        (0.0350, 0.0350, 0.0780, 0.0213, 0.0210, 0.0164, -0.0506),
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
