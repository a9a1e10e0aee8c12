"""Bodies without perspective, as keypoints of a picture."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.paint.stick_parts import STANDARD_BODY_M
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, rotate


def seen(
    body_m: Float[Array, "33 3"] = STANDARD_BODY_M,
    *,
    yaw_rad: float = 0.0,
    metre_px: float = 120.0,
    hips_px: tuple[float, float] = (128.0, 132.0),
) -> Float[Array, "33 4"]:
    """Return a body's keypoints, turned about the vertical (0 faces the camera), its hips at a point of the picture."""
    turned = rotate(from_rotation_vectors(np.array([0.0, yaw_rad, 0.0])), body_m - body_m[[23, 24]].mean(0))
    places = turned * [metre_px, -metre_px, -1.0] + [*hips_px, 0.0]
    return np.concatenate([places, np.ones((33, 1))], axis=1)


def bent(rng: np.random.Generator) -> Float[Array, "33 3"]:
    """Return the standard body with its limbs swung about their own joints at random [m]."""
    body = STANDARD_BODY_M.copy()
    chains = {
        "left_shoulder": "left_elbow left_wrist left_pinky left_index left_thumb",
        "left_elbow": "left_wrist left_pinky left_index left_thumb",
        "left_hip": "left_knee left_ankle left_heel left_toe",
        "left_knee": "left_ankle left_heel left_toe",
    }
    for side in ("left", "right"):
        for joint, hanging in chains.items():
            centre = body[BODY33_INDEX[joint.replace("left", side)]]
            numbers = [BODY33_INDEX[name.replace("left", side)] for name in hanging.split()]
            turn = from_rotation_vectors(rng.uniform(-1.0, 1.0, 3))
            body[numbers] = centre + rotate(turn, body[numbers] - centre)
    return body


def hand_at(wrist_px: tuple[float, float], length_px: float = 20.0) -> Float[Array, "21 4"]:
    """Return a flat hand that points down."""
    hand = np.zeros((21, 4))
    hand[0, :2] = wrist_px
    for finger in range(5):
        for joint in range(4):
            x = (finger - 2) * length_px / 5.0
            hand[1 + 4 * finger + joint, :2] = wrist_px + np.array([x, length_px * (joint + 2) / 5.0])
    hand[:, 3] = 1.0
    return hand
