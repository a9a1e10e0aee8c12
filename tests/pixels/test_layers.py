import numpy as np

from manekko.pixels.layers import darken, fitted, lay_over


def square(side: int = 16, alpha: int = 255) -> np.ndarray:
    return np.full((side, side, 4), (alpha // 2, alpha // 4, 0, alpha), np.uint8)


def test_a_picture_on_whole_pixels_is_itself() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (16, 16, 4), dtype=np.uint8)
    picture[..., :3] = np.minimum(picture[..., :3], picture[..., 3:])
    corner, part = fitted(picture, (5.0, 7.0), (16.0, 16.0), (60, 40))
    assert corner == (5, 7)
    np.testing.assert_array_equal(part, picture)


def test_half_a_pixel_aside_both_neighbours_have_half() -> None:
    picture = np.zeros((8, 8, 4), np.uint8)
    picture[4, 4] = 200
    corner, part = fitted(picture, (10.5, 10.0), (8.0, 8.0), (40, 40))
    assert corner == (10, 10)
    np.testing.assert_allclose(part[4, 4:6, 3], [100, 100], atol=1)


def test_enlarged_colours_never_exceed_their_alpha_nor_change() -> None:
    picture = np.zeros((16, 16, 4), np.uint8)
    picture[4:12, 4:12] = (240, 120, 60, 255)
    _, part = fitted(picture, (0.0, 0.0), (53.0, 53.0), (60, 60))
    assert (part[..., :3] <= part[..., 3:]).all()
    whole = part[..., 3] > 200
    np.testing.assert_allclose(
        part[whole][:, :3] * 255.0 / part[whole][:, 3:], [[240, 120, 60]] * whole.sum(), atol=3.0
    )


def test_what_lies_outside_has_no_rows() -> None:
    for place in ((-20.0, 0.0), (0.0, -16.0), (60.0, 0.0), (0.0, 99.0)):
        assert fitted(square(), place, (16.0, 16.0), (60, 40))[1].size == 0


def test_a_half_transparent_part_lets_half_through() -> None:
    picture = np.full((20, 20, 4), (100, 100, 100, 255), np.uint8)
    lay_over(picture, (2, 3), square(8, 128))
    np.testing.assert_allclose(picture[5, 5].astype(int), (64 + 50, 32 + 50, 50, 255), atol=1)
    assert picture[15, 15].tolist() == [100, 100, 100, 255]


def test_darkness_takes_light_and_makes_nothing_opaque_by_itself() -> None:
    picture = np.full((10, 10, 4), (200, 100, 50, 255), np.uint8)
    darken(picture, (0, 0), np.full((10, 5), 0.25, np.float32))
    np.testing.assert_allclose(picture[4, 2].astype(int), (150, 75, 38, 255), atol=1)
    assert picture[4, 7].tolist() == [200, 100, 50, 255]
    empty = np.zeros((10, 10, 4), np.uint8)
    darken(empty, (0, 0), np.full((10, 10), 0.5, np.float32))
    np.testing.assert_array_equal(empty[0, 0], (0, 0, 0, 128))
