import numpy as np

from manekko.pixels.fill import filled, grown, mixed, softened, spread_within, stretched


def dot(side: int = 41) -> np.ndarray:
    mask = np.zeros((side, side), np.uint8)
    mask[side // 2, side // 2] = 255
    return mask


def test_masks_grow_by_a_disc_and_shrink_back() -> None:
    y, x = np.mgrid[:41, :41] - 20
    large = grown(dot(), 6.0)
    assert (large[np.hypot(x, y) <= 5.0] == 255).all()
    assert (large[np.hypot(x, y) > 7.0] == 0).all()
    assert (grown(large, -7.0) == 0).all()


def test_a_mask_spreads_only_through_allowed_places_and_only_so_far() -> None:
    allowed = np.zeros((41, 41), np.uint8)
    allowed[20] = 255
    spread = spread_within(dot(), allowed, 4) > 0
    assert spread[20, 12:29].all()
    assert spread.sum() == 17


def test_softening_keeps_the_sum_and_no_softening_the_picture() -> None:
    picture = dot().astype(np.float32)
    np.testing.assert_allclose(softened(picture, 3.0).sum(), 255.0, rtol=1e-3)
    assert softened(picture, 3.0).max() < 10.0
    assert softened(picture, 0.0) is picture


def test_stretching_keeps_means_and_its_own_size() -> None:
    picture = np.random.default_rng(0).uniform(0, 1, (40, 60)).astype(np.float32)
    np.testing.assert_allclose(stretched(picture, (15, 10)), picture.reshape(10, 4, 15, 4).mean((1, 3)), atol=1e-5)
    assert stretched(picture, (60, 40)) is picture
    assert stretched(picture, (120, 80)).shape == (80, 120)


def test_a_hole_in_a_picture_is_filled_from_around_it_and_the_rest_is_kept() -> None:
    height, width = 120, 160
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:60], rgb[60:] = (40, 80, 200), (180, 170, 160)
    hole = np.zeros((height, width), dtype=bool)
    hole[30:90, 60:90] = True
    broken = rgb.copy()
    broken[hole] = (255, 0, 0)
    whole = filled(broken, hole)
    np.testing.assert_array_equal(whole[~hole], rgb[~hole])
    assert np.abs(whole[hole].astype(int) - rgb[hole]).mean() < 6.0
    assert np.abs(whole[34:50, 62:88].astype(int) - rgb[34:50, 62:88]).max() < 20


def test_a_picture_without_hole_is_kept_and_one_that_is_all_hole_is_grey() -> None:
    rgb = np.full((20, 30, 3), 77, np.uint8)
    assert filled(rgb, np.zeros((20, 30), dtype=bool)) is rgb
    assert (filled(rgb, np.ones((20, 30), dtype=bool)) == 128).all()


def test_pictures_are_mixed_by_their_share_and_the_gain() -> None:
    old, new = np.full((2, 3, 3), 100, np.uint8), np.full((2, 3, 3), 200, np.uint8)
    share = np.array([[0.0, 0.5, 1.0]] * 2, np.float32)
    gain = np.full((2, 3, 3), 0.8, np.float32)
    np.testing.assert_allclose(mixed(old, new, gain, share)[0, :, 0], [100, 130, 160], atol=1)
