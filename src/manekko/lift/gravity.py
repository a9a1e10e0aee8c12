"""Which way is up: from how the person stands through the clip, leaning on the camera's own up where they do not."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import between, multiply, normalized, rotate

_CAMERA_UP = np.array([0.0, -1.0, 0.0])
_STANDING = 0.9
"""A frame counts as standing when the head is this high above the feet, as a share of the clip's tall frames."""
_LARGEST_TILT_RAD = np.radians(35.0)
"""A body further from the camera's up than this is lying or bending, not standing under a tilted camera."""
_CAMERA_FRAMES = 15.0
"""How many standing frames the camera's own up is worth."""


def up_direction(
    positions_m: Float[Array, "frame 33 3"], camera_up: Float[Array, "3"] = _CAMERA_UP
) -> Float[Array, "3"]:
    """Return where up is in the axes of the positions, x right, y down, z away from the camera.

    Over a clip people balance over the middle of their feet, so the mean direction from there to the trunk, in the
    frames in which they stand tall, is up. This also takes out the detector's habit of leaning people back.

    Args:
        positions_m: keypoints in the camera axes of one frame.
        camera_up: the camera's own up in them, over the clip.
    """

    def at(part: str) -> Array:
        return positions_m[:, [BODY33_INDEX[f"left_{part}"], BODY33_INDEX[f"right_{part}"]]].mean(1)

    trunk = (at("shoulder") + at("hip")) / 2.0
    body = trunk - (at("heel") + at("toe")) / 2.0
    size = np.linalg.norm(body, axis=-1)
    directions = normalized(body)
    standing = (size > _STANDING * np.percentile(size, 95)) & (directions @ camera_up > np.cos(_LARGEST_TILT_RAD))
    # Walking sways: each frame's lean cancels in the mean, so a plain mean beats a median here.
    return normalized(directions[standing].sum(0) + _CAMERA_FRAMES * camera_up)


def upright_rotation(
    positions_m: Float[Array, "frame 33 3"], camera_up: Float[Array, "3"] = _CAMERA_UP
) -> Float[Array, "4"]:
    """Return the rotation (xyzw) from camera axes to the world (+Y up, +Z to the camera); see ``up_direction``."""
    return levelled(up_direction(positions_m, camera_up))


def levelled(up: Float[Array, "*frame 3"]) -> Float[Array, "*frame 4"]:
    """Return the rotation (xyzw) from the camera axes in which ``up`` is given to upright ones that face the camera."""
    half_turn_about_x = np.array([1.0, 0.0, 0.0, 0.0])
    return multiply(half_turn_about_x, between(up, _CAMERA_UP))


def mean_up(turns_xyzw: Float[Array, "frame 4"]) -> Float[Array, "3"]:
    """Return the camera's own up over a clip in the first frame's axes, from each frame's turn to these."""
    return _CAMERA_UP if (turns_xyzw == turns_xyzw[0]).all() else normalized(rotate(turns_xyzw, _CAMERA_UP).mean(0))


def to_world(positions_m: Float[Array, "frame 33 3"], upright_xyzw: Float[Array, "4"]) -> Float[Array, "frame 33 3"]:
    """Return camera-space positions in the upright world [m]; the origin stays the camera."""
    return rotate(upright_xyzw, positions_m)
