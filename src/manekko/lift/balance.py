"""Nobody stands far in front of their own feet: a standing body's lean along the view is held to what balances."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, multiply, rotate

_CUTOFF_HZ = 3.0
"""Balance is a matter of moments, not of frames."""
_BELIEVED_RAD = np.radians(3.0)
"""A lean up to here is a pose, not a mistake."""
_LARGEST_RAD = np.radians(30.0)
_LOW_M = 0.06
"""A foot this much higher than the other carries little."""


def balanced(
    shape_m: Float[Array, "frame 33 3"], uprights_xyzw: Float[Array, "*frame 4"], *, fps: float
) -> Float[Array, "frame 33 3"]:
    """Return the shape turned, frame by frame, about the axis across the view until the trunk is over the feet.

    The detector leans a crouching body forwards as a whole in place of bending its hips and knees; sideways it sees
    well. ``shape_m`` and the result are in each frame's camera axes about the hips; ``uprights_xyzw`` turns those into
    upright ones that face the camera.
    """
    world = rotate(uprights_xyzw[..., None, :], shape_m)
    lean = np.arctan2(*_over_feet(world).T)
    excess = np.sign(lean) * np.maximum(np.abs(lean) - _BELIEVED_RAD, 0.0)
    turn = smoothed(np.clip(excess, -_LARGEST_RAD, _LARGEST_RAD), fps=fps, cutoff_hz=_CUTOFF_HZ)
    about_x = from_rotation_vectors(np.stack([-turn, np.zeros_like(turn), np.zeros_like(turn)], axis=-1))
    in_camera = multiply(conjugate(uprights_xyzw), multiply(about_x, uprights_xyzw))
    return rotate(in_camera[:, None], shape_m)


def _over_feet(world_m: Array) -> Float[Array, "frame 2"]:
    """(ahead towards the camera, above) of the trunk's middle from the foot or feet that carry it [m]."""

    def at(*names: str) -> Array:
        return world_m[:, [BODY33_INDEX[name] for name in names]].mean(1)

    trunk = at("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    feet = np.stack([at(f"{side}_heel", f"{side}_toe") for side in ("left", "right")], axis=1)
    weight = np.exp(-(feet[..., 1] - feet[..., 1].min(1, keepdims=True)) / _LOW_M)[..., None]
    carrier = (feet * weight).sum(1) / weight.sum(1)
    offset = trunk - carrier
    return np.stack([offset[:, 2], np.maximum(offset[:, 1], 0.2)], axis=-1)
