"""Values for laws of rotations and series, drawn (not seeded) so that failures shrink to readable cases."""

import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

ANGLES_RAD = st.one_of(
    st.sampled_from([0.0, np.pi / 2, np.pi]),
    st.floats(0.0, 1e-6),
    st.floats(np.pi - 1e-6, np.pi),
    st.floats(0.0, np.pi),
)
"""From no turn to half a turn; often at, or all but at, the ends, where formulas break."""

FRACTIONS = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0))


def _array(values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


VECTORS = st.tuples(*[st.floats(-2.0, 2.0, allow_subnormal=False)] * 3).map(_array)

DIRECTIONS = (
    st.one_of(
        st.sampled_from([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)]).map(_array), VECTORS
    )
    .filter(lambda vector: np.linalg.norm(vector) > 1e-2)
    .map(lambda vector: vector / np.linalg.norm(vector))
)
"""Unit vectors."""


def _rotation(axis: np.ndarray, angle_rad: float, negative: bool) -> np.ndarray:
    quaternion = Rotation.from_rotvec(axis * angle_rad).as_quat()
    return -quaternion if negative else quaternion


ROTATIONS = st.builds(_rotation, DIRECTIONS, ANGLES_RAD, st.booleans())
"""Unit quaternions (xyzw) of either sign."""


def apart(a_xyzw: np.ndarray, b_xyzw: np.ndarray) -> float:
    """Largest difference of two quaternions' numbers, up to the sign of the whole."""
    return float(np.minimum(np.abs(a_xyzw - b_xyzw).max(-1), np.abs(a_xyzw + b_xyzw).max(-1)).max())
