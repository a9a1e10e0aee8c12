import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.skeleton.rotations import as_axes, normalized
from manekko.stage.sway_turns import matrices, quaternions

PARTS = st.floats(-1.0, 1.0)


@given(st.lists(st.tuples(PARTS, PARTS, PARTS, PARTS).filter(lambda q: np.linalg.norm(q) > 1e-3), max_size=5))
def test_rotations_become_matrices_and_come_back(parts: list[tuple[float, ...]]):
    rotations = normalized(np.array(parts).reshape(-1, 4))
    turns = matrices(rotations)
    np.testing.assert_allclose(turns, as_axes(rotations), atol=1e-12)
    back = quaternions(turns)
    np.testing.assert_allclose(np.abs((back * rotations).sum(-1)), 1.0, atol=1e-12)


def test_half_turns_come_back():
    rotations = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.6, -0.8, 0.0, 0.0], [0.0, 0.6, 0.0, -0.8]])
    np.testing.assert_allclose(np.abs((quaternions(matrices(rotations)) * rotations).sum(-1)), 1.0, atol=1e-12)
