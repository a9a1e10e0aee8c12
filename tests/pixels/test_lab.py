import numpy as np

from manekko.pixels.lab import lab_of, rgb_of


def test_lab_is_read_back_as_it_was_written() -> None:
    rgb = np.random.default_rng(0).uniform(0, 255, (50, 3))
    np.testing.assert_allclose(rgb_of(lab_of(rgb)), rgb, atol=0.5)


def test_convention_black_white_and_red() -> None:
    rgb = np.array([[0.0, 0.0, 0.0], [255.0, 255.0, 255.0], [255.0, 0.0, 0.0]])
    np.testing.assert_allclose(lab_of(rgb), [[0, 0, 0], [100, 0, 0], [53.2, 80.1, 67.2]], atol=0.3)


def test_no_colours_are_no_trouble() -> None:
    assert lab_of(np.zeros((0, 3))).shape == rgb_of(np.zeros((0, 3))).shape == (0, 3)
