import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.paint.scene_light import lit, matched_light, mean_colour


def test_a_middling_grey_place_changes_next_to_nothing() -> None:
    np.testing.assert_allclose(matched_light(np.full(3, 0.46)), 1.0, atol=1e-6)


def test_a_dark_place_darkens_and_a_warm_one_warms() -> None:
    assert (matched_light(np.full(3, 0.1)) < 0.75).all()
    warm = matched_light(np.array([0.6, 0.45, 0.3]))
    assert warm[0] > 1.0 > warm[2]


@given(place=st.tuples(*[st.floats(0.0, 1.0)] * 3), strength=st.floats(0.0, 1.0))
def test_the_change_is_always_gentle_and_none_at_strength_0(place: tuple, strength: float) -> None:
    gain = matched_light(np.array(place), strength)
    assert (gain > 0.5).all()
    assert (gain < 1.35).all()
    np.testing.assert_allclose(matched_light(np.array(place), 0.0), 1.0)


def test_lit_pictures_keep_their_alpha_and_no_colour_exceeds_it() -> None:
    random = np.random.default_rng(0)
    alpha = random.integers(0, 256, (8, 8, 1))
    picture = np.concatenate([random.integers(0, 256, (8, 8, 3)) * alpha // 255, alpha], axis=-1).astype(np.uint8)
    result = lit(picture, np.array([1.1, 0.9, 0.5]))
    np.testing.assert_array_equal(result[..., 3], picture[..., 3])
    assert (result[..., :3] <= result[..., 3:]).all()
    np.testing.assert_allclose(result[..., 2], picture[..., 2] * 0.5, atol=0.51)
    assert lit(picture, np.ones(3)) is picture


def test_the_mean_colour_is_that_of_the_picture() -> None:
    picture = np.full((20, 30, 3), (255, 51, 0), np.uint8)
    np.testing.assert_allclose(mean_colour(picture), (1.0, 0.2, 0.0))
