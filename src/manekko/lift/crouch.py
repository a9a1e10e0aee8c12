"""Legs are bent as far as the picture asks: in a crouch further than the detector has them, upright less."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.lift.plausible import facing
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import normalized

_DOUBT_RAD = np.radians(15.0)
"""A leg's length is known to a few percent; near the straight leg that is so much of a bend."""
_STRAIGHT_RAD = np.radians(4.0)
"""What a leg may be bent more than the picture asks: who stands upright is seen by the detector with bent knees."""
_STEADY_HZ, _LOOKS_STRAIGHT_RAD = 0.5, np.radians(8.0)
_FADE_RAD = np.radians(15.0)


def bent_legs(
    shape_m: Float[Array, "frame 33 3"],
    keypoints_px: Float[Array, "frame 33 2"],
    root_depths_m: Float[Array, " frame"],
    camera: Camera,
    *,
    fps: float,
) -> Float[Array, "frame 33 3"]:
    """Return the shape (camera axes, about the hips) with knees bent as far as hips and ankles in the picture ask.

    The detector bends crouching legs too little and tilts them away from the camera in place of it, and those of who
    stands too much. Given the ankle's depth, its distance from the hip follows from the picture, and the knee's bend
    from the law of cosines.
    """
    result = shape_m.copy()
    forward = facing(shape_m)
    hips_px = keypoints_px[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(1)
    root = camera.rays(hips_px) * root_depths_m[:, None]
    for side in ("left", "right"):
        hip, knee, ankle = (BODY33_INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        thigh = np.linalg.norm(shape_m[:, knee] - shape_m[:, hip], axis=-1)
        shin = np.linalg.norm(shape_m[:, ankle] - shape_m[:, knee], axis=-1)
        depth = root[:, 2] + shape_m[:, ankle, 2]
        seen = camera.rays(keypoints_px[:, ankle]) * depth[:, None] - root
        reach = seen - shape_m[:, hip]
        asked = np.pi - _angle(thigh, shin, np.linalg.norm(reach, axis=-1))
        own = np.pi - _angle(thigh, shin, np.linalg.norm(shape_m[:, ankle] - shape_m[:, hip], axis=-1))
        # Points tremble: a leg is straight only where it looks so for a while.
        most = np.maximum(asked, smoothed(asked, fps=fps, cutoff_hz=_STEADY_HZ))
        bend = np.where(most < _LOOKS_STRAIGHT_RAD, np.minimum(own, most + _STRAIGHT_RAD), own)
        bend = np.maximum(bend, asked - _DOUBT_RAD)
        share = np.nan_to_num(np.clip(np.abs(bend - own) / _FADE_RAD, 0.0, 1.0))[:, None]
        length = np.sqrt(thigh**2 + shin**2 + 2.0 * thigh * shin * np.cos(bend))
        along = normalized(reach)
        pole = normalized(forward - along * (along * forward).sum(-1, keepdims=True))
        up_thigh = (thigh**2 + length**2 - shin**2) / np.maximum(2.0 * length, 1e-6)
        bulge = np.sqrt(np.maximum(thigh**2 - up_thigh**2, 0.0))
        new_knee = shape_m[:, hip] + along * up_thigh[:, None] + pole * bulge[:, None]
        new_ankle = shape_m[:, hip] + along * length[:, None]
        moved = np.nan_to_num(share * (new_ankle - shape_m[:, ankle]))
        result[:, knee] += np.nan_to_num(share * (new_knee - shape_m[:, knee]))
        for part in ("ankle", "heel", "toe"):
            result[:, BODY33_INDEX[f"{side}_{part}"]] += moved
    return result


def _angle(a: Array, b: Array, opposite: Array) -> Float[Array, " frame"]:
    """Angle of a triangle between sides a and b [rad]."""
    cosine = (a * a + b * b - opposite * opposite) / np.maximum(2.0 * a * b, 1e-9)
    return np.arccos(np.clip(cosine, -1.0, 1.0))
