import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.skeleton.rotations import angle_between, as_rotation_vectors, from_rotation_vectors, multiply, normalized
from manekko.solve.rotation_steps import inverse_right_jacobian, skew, turns_between

_STEP_RAD = 1e-6
AXES = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda axis: np.linalg.norm(axis) > 0.1)
ANGLES = st.floats(0.0, 3.1) | st.floats(0.0, 1e-3) | st.floats(np.pi - 1e-2, np.pi - 1e-4)
"""Any turn, hardly one, and nearly half of one."""


@given(AXES, ANGLES)
def test_the_logarithm_changes_as_told_with_small_turns_of_either_end(axis: tuple, angle: float):
    vector = normalized(np.array(axis)) * angle
    turn = from_rotation_vectors(vector)
    told = inverse_right_jacobian(vector)
    for column in range(3):
        small = _STEP_RAD * np.eye(3)[column]
        for jacobian, moved in (
            (told, [multiply(turn, from_rotation_vectors(sign * small)) for sign in (1.0, -1.0)]),
            (told.T, [multiply(from_rotation_vectors(sign * small), turn) for sign in (1.0, -1.0)]),
        ):
            found = (as_rotation_vectors(moved[0]) - as_rotation_vectors(moved[1])) / (2.0 * _STEP_RAD)
            np.testing.assert_allclose(jacobian[:, column], found, atol=1e-4)


@pytest.mark.parametrize("angle", [0.0, 1e-12, 9.9e-5, 1.01e-4, np.pi - 1e-9])
def test_no_angle_up_to_half_a_turn_breaks_the_formula(angle: float):
    vector = angle * np.array([0.6, 0.0, 0.8])
    jacobian = inverse_right_jacobian(vector)
    # What turns about the vector itself adds to its length.
    np.testing.assert_allclose(jacobian @ vector, vector, atol=1e-12)
    square = np.eye(3)[1]
    shrunk = 1.0 if angle < 1e-3 else angle / 2.0 / np.tan(angle / 2.0)
    assert (jacobian @ square) @ square == pytest.approx(shrunk, abs=1e-4)


def test_skew_multiplies_like_a_vector_product():
    a, b = np.random.default_rng(0).normal(size=(2, 5, 3))
    np.testing.assert_allclose((skew(a) @ b[..., None])[..., 0], np.cross(a, b))


def test_turns_between_do_not_depend_on_signs_of_quaternions():
    vectors = np.cumsum(np.random.default_rng(1).normal(0.0, 0.2, (8, 3)), axis=0)
    rotations = from_rotation_vectors(vectors)
    turns = turns_between(rotations)
    np.testing.assert_allclose(turns_between(rotations * np.array([1, -1] * 4)[:, None]), turns)
    np.testing.assert_allclose(
        angle_between(multiply(rotations[:-1], from_rotation_vectors(turns)), rotations[1:]), 0.0, atol=1e-7
    )
