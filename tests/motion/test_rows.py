"""Arithmetic by rows is that of ``skeleton.rotations``."""

import numpy as np
from hypothesis import given

from manekko.motion.rows import STILL, cross, dot, entry, inverse, product, turned, unit
from manekko.skeleton.rotations import as_axes, conjugate, multiply, normalized, rotate
from tests.properties.strategies import ROTATIONS, VECTORS


def column(values: np.ndarray) -> np.ndarray:
    return values[:, None]


@given(a=ROTATIONS, b=ROTATIONS, vector=VECTORS)
def test_rotations_compose_invert_and_turn_vectors_alike(a: np.ndarray, b: np.ndarray, vector: np.ndarray) -> None:
    assert np.allclose(product(column(a), column(b))[:, 0], multiply(a, b), atol=1e-12)
    assert np.allclose(inverse(column(a))[:, 0], conjugate(a))
    assert np.allclose(turned(column(a), column(vector))[:, 0], rotate(a, vector), atol=1e-12)
    matrix = [[float(entry(column(a), row, place)[0]) for place in range(3)] for row in range(3)]
    assert np.allclose(matrix, as_axes(a), atol=1e-9)


@given(a=VECTORS, b=VECTORS)
def test_products_and_lengths_of_vectors_are_numpys(a: np.ndarray, b: np.ndarray) -> None:
    assert np.allclose(cross(column(a), column(b))[:, 0], np.cross(a, b))
    assert np.allclose(dot(column(a), column(b)), a @ b)
    assert np.allclose(unit(column(a))[:, 0], normalized(a))


def test_one_rotation_serves_many_frames() -> None:
    frames = np.random.default_rng(1).normal(size=(4, 5))
    assert np.array_equal(product(STILL, frames), frames)
    assert np.array_equal(product(frames, STILL), frames)
    assert turned(frames, np.ones((3, 1))).shape == (3, 5)
