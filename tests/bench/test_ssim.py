import numpy as np
import pytest

from manekko.arrays import Array, UInt8
from manekko.bench.ssim import figure_similarity, similarity, similarity_map


def noise(seed: int) -> UInt8[Array, "height width 3"]:
    return np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def by_hand(first: Array, second: Array, row: int, column: int) -> float:
    """The formula of the paper for one window, with sums written out."""
    at = np.arange(-5, 6)
    window = np.exp(-(at[:, None] ** 2 + at[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    luma = [0.299, 0.587, 0.114]
    x, y = ((picture @ luma)[row - 5 : row + 6, column - 5 : column + 6] for picture in (first, second))
    mean_x, mean_y = (window * x).sum(), (window * y).sum()
    variance_x, variance_y = (window * (x - mean_x) ** 2).sum(), (window * (y - mean_y) ** 2).sum()
    covariance = (window * (x - mean_x) * (y - mean_y)).sum()
    c1, c2 = 2.55**2, 7.65**2
    above = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return above / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2))


def test_each_window_is_the_formula_of_the_paper() -> None:
    first, second = noise(1), noise(2)
    found = similarity_map(first, second)
    for row, column in [(5, 5), (20, 30), (34, 44)]:
        assert found[row, column] == pytest.approx(by_hand(first, second, row, column), abs=1e-9)


def test_a_picture_is_wholly_like_itself_and_not_like_noise() -> None:
    assert similarity(noise(1), noise(1)) == pytest.approx(1.0)
    assert abs(similarity(noise(1), noise(2))) < 0.1


def test_an_empty_background_does_not_flatter() -> None:
    first, second = (np.full((200, 200, 3), 180, np.uint8) for _ in range(2))
    first[80:120, 80:130], second[80:120, 80:130] = noise(1), noise(2)
    assert similarity(first, second) > 0.8
    assert figure_similarity(first, second) < 0.5
