"""Forward kinematics of the canonical humanoid."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import conjugate, multiply, rotate
from manekko.skeleton.skeleton import PARENT_INDICES, Skeleton


def global_rotations(local_rotations_xyzw: Float[Array, "*batch joint 4"]) -> Float[Array, "*batch joint 4"]:
    """Return each joint's rotation in the world; rest is identity everywhere."""
    result = np.array(local_rotations_xyzw, dtype=np.float64)
    for joint, parent in enumerate(PARENT_INDICES):
        if parent >= 0:
            result[..., joint, :] = multiply(result[..., parent, :], result[..., joint, :])
    return result


def local_rotations(global_rotations_xyzw: Float[Array, "*batch joint 4"]) -> Float[Array, "*batch joint 4"]:
    """Return each joint's rotation in its parent; the inverse of ``global_rotations``."""
    result = np.array(global_rotations_xyzw, dtype=np.float64)
    for joint, parent in enumerate(PARENT_INDICES):
        if parent >= 0:
            parent_rotation = global_rotations_xyzw[..., parent, :]
            result[..., joint, :] = multiply(conjugate(parent_rotation), global_rotations_xyzw[..., joint, :])
    return result


def joint_positions(
    skeleton: Skeleton,
    root_positions_m: Float[Array, "*batch 3"],
    global_rotations_xyzw: Float[Array, "*batch joint 4"],
) -> Float[Array, "*batch joint 3"]:
    """Return each joint's position in the world [m]; the hips are at ``root_positions_m``."""
    positions = np.empty((*global_rotations_xyzw.shape[:-1], 3))
    for joint, parent in enumerate(PARENT_INDICES):
        if parent < 0:
            positions[..., joint, :] = root_positions_m
        else:
            offset = rotate(global_rotations_xyzw[..., parent, :], skeleton.rest_offsets_m[joint])
            positions[..., joint, :] = positions[..., parent, :] + offset
    return positions
