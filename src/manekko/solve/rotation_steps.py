"""Derivatives of rotation vectors: how the logarithm of a rotation changes with small turns of either end."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_rotation_vectors, conjugate, continuous, multiply


def skew(vectors: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3 3"]:
    """Return the matrices that multiply like a vector product from the left."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    rows = [np.stack(row, axis=-1) for row in ((zero, -z, y), (z, zero, -x), (-y, x, zero))]
    return np.stack(rows, axis=-2)


def inverse_right_jacobian(vectors_rad: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3 3"]:
    """Return d log(exp(v) exp(d)) / dd at d = 0; its transpose is the same for a turn on the left.

    Source: Chirikjian, Stochastic Models, Information Theory, and Lie Groups 2 (2012), §10.4.
    """
    angle = np.linalg.norm(vectors_rad, axis=-1)[..., None, None]
    cross = skew(vectors_rad)
    small = angle < 1e-4
    safe = np.where(small, 1.0, angle)
    # At half a turn the cotangent ends the series; a whole turn never occurs.
    factor = np.where(small, 1.0 / 12.0, 1.0 / safe**2 - (1.0 + np.cos(safe)) / (2.0 * safe * np.sin(safe) + 1e-12))
    return np.eye(3) + 0.5 * cross + factor * (cross @ cross)


def turns_between(rotations_xyzw: Float[Array, "frame 4"]) -> Float[Array, "step 3"]:
    """Return the rotation vector from each frame to the next, in the earlier frame's own axes [rad]."""
    own = continuous(rotations_xyzw)
    return as_rotation_vectors(multiply(conjugate(own[:-1]), own[1:]))
