import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from manekko.arrays import Array
from manekko.stage.compose import blank, laid_over, opaque, straight

PIXELS = arrays(np.uint8, (3, 5, 4), elements=st.integers(0, 255))


def premultiplied(rgba: Array) -> Array:
    result = rgba.copy()
    result[..., :3] = np.rint(rgba[..., :3] * (rgba[..., 3:] / 255.0))
    return result


@given(rgba=PIXELS)
def test_straight_colours_come_back_as_exactly_as_their_alpha_allows(rgba: Array) -> None:
    found = straight(premultiplied(rgba)).astype(int)
    assert (found[..., 3] == rgba[..., 3]).all()
    alpha = np.maximum(rgba[..., 3:].astype(int), 1)
    error = np.abs(found[..., :3] - rgba[..., :3]) * (rgba[..., 3:] > 0)
    assert (error <= 127.5 / alpha + 1.0).all()


@given(rgba=PIXELS, behind=arrays(np.uint8, (3, 5, 3), elements=st.integers(0, 255)))
def test_laying_over_is_the_formula_of_over(rgba: Array, behind: Array) -> None:
    front = premultiplied(rgba)
    wanted = front[..., :3] + behind * (1.0 - rgba[..., 3:] / 255.0)
    found = laid_over(front.copy(), opaque(behind, (5, 3)))
    assert np.abs(found[..., :3] - wanted).max() <= 1.0
    assert (found[..., 3] == 255).all()


def test_a_backdrop_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="5x3 px"):
        opaque(np.zeros((3, 5, 3), np.uint8), (5, 4))
    assert blank((5, 4)).shape == (4, 5, 4)
