"""Rotations as matrices and back, for some hundreds at a time, many times a second."""

import numpy as np

from manekko.arrays import Array, Float


def matrices(rotations_xyzw: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3 3"]:
    """Return the matrices of unit quaternions."""
    x, y, z, w = np.moveaxis(rotations_xyzw, -1, 0)
    x2, y2, z2 = 2.0 * x, 2.0 * y, 2.0 * z
    xx, yy, zz = x * x2, y * y2, z * z2
    xy, xz, yz = x * y2, x * z2, y * z2
    wx, wy, wz = w * x2, w * y2, w * z2
    result = np.empty((*x.shape, 3, 3))
    result[..., 0, 0], result[..., 0, 1], result[..., 0, 2] = 1.0 - yy - zz, xy - wz, xz + wy
    result[..., 1, 0], result[..., 1, 1], result[..., 1, 2] = xy + wz, 1.0 - xx - zz, yz - wx
    result[..., 2, 0], result[..., 2, 1], result[..., 2, 2] = xz - wy, yz + wx, 1.0 - xx - yy
    return result


def quaternions(turns: Float[Array, "row 3 3"]) -> Float[Array, "row 4"]:
    """Return unit quaternions of orthonormal matrices.

    Four times the products of any two of its parts stand in the matrix; the row of the largest is the exact one.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = turns.transpose(1, 2, 0)
    products = np.empty((len(turns), 4, 4))
    products[:, 0, 0], products[:, 1, 1] = 1.0 + xx - yy - zz, 1.0 - xx + yy - zz
    products[:, 2, 2], products[:, 3, 3] = 1.0 - xx - yy + zz, 1.0 + xx + yy + zz
    products[:, 0, 1] = products[:, 1, 0] = xy + yx
    products[:, 0, 2] = products[:, 2, 0] = xz + zx
    products[:, 1, 2] = products[:, 2, 1] = yz + zy
    products[:, 0, 3] = products[:, 3, 0] = zy - yz
    products[:, 1, 3] = products[:, 3, 1] = xz - zx
    products[:, 2, 3] = products[:, 3, 2] = yx - xy
    best = np.einsum("ijj->ij", products).argmax(1)
    rows = products[np.arange(len(turns)), best]
    return rows / np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
