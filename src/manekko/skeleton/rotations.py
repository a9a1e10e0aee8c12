"""Rotations as unit quaternions, xyzw, on the last axis; leading axes broadcast as in numpy.

Convention: ``[0, 0, 0, 1]`` is no rotation; ``[0, 0, sin 45°, cos 45°]`` turns +x to +y; ``q`` and ``-q`` are the
same rotation; ``multiply(a, b)`` applies ``b`` first. Zero vectors have no direction: functions that need one
return identity there and say so.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Float

IDENTITY_XYZW = np.array([0.0, 0.0, 0.0, 1.0])
_TINY = 1e-12


def normalized(vectors: Float[Array, "*batch n"]) -> Float[Array, "*batch n"]:
    """Return the vectors at length 1; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _TINY)


def conjugate(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the inverse rotations."""
    return rotations_xyzw * np.array([-1.0, -1.0, -1.0, 1.0])


def multiply(a_xyzw: Float[Array, "*a 4"], b_xyzw: Float[Array, "*b 4"]) -> Float[Array, "*c 4"]:
    """Compose rotations: first ``b``, then ``a``."""
    ax, ay, az, aw = np.moveaxis(a_xyzw, -1, 0)
    bx, by, bz, bw = np.moveaxis(b_xyzw, -1, 0)
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=-1,
    )


def rotate(rotations_xyzw: Float[Array, "*a 4"], vectors: Float[Array, "*b 3"]) -> Float[Array, "*c 3"]:
    """Turn vectors by rotations."""
    axis, w = rotations_xyzw[..., :3], rotations_xyzw[..., 3:]
    twice = 2.0 * np.cross(axis, vectors)
    return vectors + w * twice + np.cross(axis, twice)


def between(start: Float[Array, "*a 3"], end: Float[Array, "*b 3"]) -> Float[Array, "*c 4"]:
    """Return the shortest rotation that turns direction ``start`` to ``end``.

    Opposite directions turn half a circle about an axis square to ``start``; a zero vector gives identity.
    """
    start, end = np.broadcast_arrays(normalized(start), normalized(end))
    cosine = (start * end).sum(-1, keepdims=True)
    quaternion = np.concatenate([np.cross(start, end), 1.0 + cosine], axis=-1)
    helper = np.where(np.abs(start[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    half_turn = np.concatenate([normalized(np.cross(start, helper)), np.zeros_like(cosine)], axis=-1)
    return normalized(np.where(cosine < -1.0 + 1e-9, half_turn, quaternion))


def from_axes(matrices: Float[Array, "*batch 3 3"]) -> Float[Array, "*batch 4"]:
    """Return rotations from orthonormal matrices whose columns are the turned x, y and z axes."""
    flat = Rotation.from_matrix(matrices.reshape(-1, 3, 3)).as_quat()
    return flat.reshape(*matrices.shape[:-2], 4)


def as_axes(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3 3"]:
    """Return orthonormal matrices whose columns are the turned x, y and z axes."""
    flat = Rotation.from_quat(rotations_xyzw.reshape(-1, 4)).as_matrix()
    return flat.reshape(*rotations_xyzw.shape[:-1], 3, 3)


def from_rotation_vectors(vectors_rad: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Return rotations about each vector by its length [rad]."""
    flat = Rotation.from_rotvec(vectors_rad.reshape(-1, 3)).as_quat()
    return flat.reshape(*vectors_rad.shape[:-1], 4)


def as_rotation_vectors(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3"]:
    """Return axis times angle, the angle at most π [rad]."""
    flat = Rotation.from_quat(rotations_xyzw.reshape(-1, 4)).as_rotvec()
    return flat.reshape(*rotations_xyzw.shape[:-1], 3)


def angle_between(a_xyzw: Float[Array, "*a 4"], b_xyzw: Float[Array, "*b 4"]) -> Float[Array, "*c"]:
    """Return the geodesic angle between rotations, 0 to π [rad]."""
    difference = multiply(conjugate(a_xyzw), b_xyzw)
    return np.asarray(2.0 * np.arctan2(np.linalg.norm(difference[..., :3], axis=-1), np.abs(difference[..., 3])))


def swing_twist(
    rotations_xyzw: Float[Array, "*a 4"], axis: Float[Array, "*b 3"]
) -> tuple[Float[Array, "*c 4"], Float[Array, "*c 4"]]:
    """Split rotations into ``swing * twist`` where the twist turns about the unit ``axis`` (applied first).

    Where the rotation is a half turn square to the axis, any twist fits and identity is returned for it.
    """
    along = (rotations_xyzw[..., :3] * axis).sum(-1, keepdims=True)
    raw = np.concatenate([along * axis, np.broadcast_to(rotations_xyzw[..., 3:], along.shape)], axis=-1)
    size = np.linalg.norm(raw, axis=-1, keepdims=True)
    twist = np.where(size > 1e-9, raw / np.maximum(size, _TINY), IDENTITY_XYZW)
    return multiply(rotations_xyzw, conjugate(twist)), twist


def slerp(
    a_xyzw: Float[Array, "*a 4"], b_xyzw: Float[Array, "*b 4"], fraction: Float[Array, "*f"] | float
) -> Float[Array, "*c 4"]:
    """Return rotations on the shorter arc from ``a`` (fraction 0) to ``b`` (fraction 1)."""
    fraction = np.asarray(fraction, dtype=np.float64)[..., None]
    cosine = (a_xyzw * b_xyzw).sum(-1, keepdims=True)
    near = np.where(cosine < 0, -b_xyzw, b_xyzw)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    straight = sine < 1e-6
    safe = np.where(straight, 1.0, sine)
    weight_a = np.where(straight, 1.0 - fraction, np.sin((1.0 - fraction) * angle) / safe)
    weight_b = np.where(straight, fraction, np.sin(fraction * angle) / safe)
    return normalized(weight_a * a_xyzw + weight_b * near)


def continuous(rotations_xyzw: Float[Array, "frame *rest 4"]) -> Float[Array, "frame *rest 4"]:
    """Choose the sign of each quaternion so that neighbours in time are on the same side."""
    dots = (rotations_xyzw[1:] * rotations_xyzw[:-1]).sum(-1)
    signs = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    result = rotations_xyzw.copy()
    result[1:] *= signs[..., None]
    return result
