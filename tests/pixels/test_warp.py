import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.pixels.warp import crop, resize


def noise(width: int = 60, height: int = 40) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


def ramp(width: int = 200, height: int = 160) -> np.ndarray:
    """Red tells x, green tells y."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.uint8)


def test_crop_of_the_whole_is_the_whole() -> None:
    rgb = noise()
    np.testing.assert_array_equal(crop(rgb, (30.0, 20.0), (60.0, 40.0), 0.0, (60, 40)), rgb)


def test_crop_cuts_the_rectangle_out() -> None:
    rgb = noise()
    np.testing.assert_array_equal(crop(rgb, (25.0, 15.0), (20.0, 10.0), 0.0, (20, 10)), rgb[10:20, 15:35])


def test_convention_positive_rotation_turns_the_right_edge_down() -> None:
    # Quarter turn: what lies below the centre in the picture lies on the right of the crop.
    cut = crop(ramp(), (100.0, 80.0), (40.0, 40.0), math.pi / 2, (40, 40))
    assert int(cut[20, 39, 1]) > int(cut[20, 0, 1]) + 30
    assert abs(int(cut[20, 39, 0]) - int(cut[20, 0, 0])) <= 1


@given(
    x=st.floats(60, 140), y=st.floats(60, 100), width=st.floats(20, 60), height=st.floats(20, 60),
    turn=st.floats(-math.pi, math.pi), u=st.integers(2, 45), v=st.integers(2, 29),
)  # fmt: skip
def test_each_pixel_comes_from_where_the_rectangle_puts_it(
    x: float, y: float, width: float, height: float, turn: float, u: int, v: int
) -> None:
    cut = crop(ramp(), (x, y), (width, height), turn, (48, 32))
    along, across = (u / 48 - 0.5) * width, (v / 32 - 0.5) * height
    expected_x = x + along * math.cos(turn) - across * math.sin(turn)
    expected_y = y + along * math.sin(turn) + across * math.cos(turn)
    assert abs(int(cut[v, u, 0]) - expected_x) <= 1.1
    assert abs(int(cut[v, u, 1]) - expected_y) <= 1.1


def test_outside_is_the_edge_or_black() -> None:
    rgb = np.full((20, 20, 3), 200, dtype=np.uint8)
    assert (crop(rgb, (0.0, 0.0), (40.0, 40.0), 0.3, (16, 16)) == 200).all()
    black = crop(rgb, (0.0, 0.0), (40.0, 40.0), 0.0, (16, 16), "black")
    assert (black[:7] == 0).all()
    assert (black[10:, 10:] == 200).all()


def test_resize_averages_when_it_shrinks() -> None:
    rgb = np.zeros((8, 8, 3), dtype=np.uint8)
    rgb[::2] = 200
    assert (resize(rgb, (4, 4)) == 100).all()
    assert resize(rgb, (16, 4)).shape == (4, 16, 3)


@pytest.mark.parametrize("size", [(60, 40), (1, 1), (121, 7)])
def test_resize_gives_the_size_asked_for(size: tuple[int, int]) -> None:
    assert resize(noise(), size).shape == (size[1], size[0], 3)
