import numpy as np

from manekko.paint.composite import Layer, composed, drawing_orders
from manekko.paint.crop import Square


def disc(side: int, colour: tuple[int, int, int]) -> np.ndarray:
    """A disc with a soft edge, colours multiplied by alpha."""
    y, x = np.mgrid[:side, :side] + 0.5
    alpha = np.clip(0.4 * side - np.hypot(x - side / 2, y - side / 2) + 0.5, 0.0, 1.0)
    return np.round(np.concatenate([alpha[..., None] * colour, 255 * alpha[..., None]], axis=-1)).astype(np.uint8)


def grey(size: tuple[int, int] = (80, 60), level: int = 100) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


def test_the_last_layer_is_in_front() -> None:
    red, blue = disc(32, (255, 0, 0)), disc(32, (0, 0, 255))
    square = Square(20.0, 10.0, 32.0)
    picture = composed(grey(), [Layer(red, square), Layer(blue, square)], (80, 60))
    assert picture[26, 36].tolist() == [0, 0, 255]
    assert picture[5, 5].tolist() == [100, 100, 100]


def test_a_layer_over_its_own_colour_has_no_fringe_whatever_its_size() -> None:
    for side in (9.3, 21.7, 32.0, 50.6):
        picture = composed(grey(level=200), [Layer(disc(32, (200, 200, 200)), Square(11.4, 3.7, side))], (80, 60))
        assert np.abs(picture.astype(int) - 200).max() <= 2


def test_a_layer_lies_where_its_square_says() -> None:
    for side in (12.0, 24.5, 47.0):
        picture = composed(None, [Layer(disc(32, (255, 255, 255)), Square(13.25, 5.5, side))], (80, 60))
        alpha = picture[..., 3] / 255.0
        y, x = np.mgrid[:60, :80] + 0.5
        middle = (alpha * x).sum() / alpha.sum(), (alpha * y).sum() / alpha.sum()
        np.testing.assert_allclose(middle, (13.25 + side / 2, 5.5 + side / 2), atol=0.1)
        np.testing.assert_allclose(alpha.sum(), np.pi * (0.4 * side) ** 2, rtol=0.03)


def test_what_reaches_beyond_the_picture_is_cut() -> None:
    white = disc(32, (255, 255, 255))
    picture = composed(
        grey(), [Layer(white, Square(-20.0, -20.0, 40.0)), Layer(white, Square(70.0, 50.0, 40.0))], (80, 60)
    )
    assert picture[0, 0].tolist() == [255, 255, 255]
    unseen = composed(grey(), [Layer(white, Square(-50.0, 0.0, 40.0)), Layer(white, Square(90.0, 0.0, 40.0))], (80, 60))
    np.testing.assert_array_equal(unseen, grey())


def test_without_background_colours_are_whole_and_alpha_straight() -> None:
    picture = composed(None, [Layer(disc(32, (240, 120, 60)), Square(10.0, 10.0, 32.0))], (80, 60))
    soft = (picture[..., 3] > 40) & (picture[..., 3] < 215)
    assert soft.any()
    np.testing.assert_allclose(picture[soft][:, :3].astype(int), [[240, 120, 60]] * soft.sum(), atol=4)


def test_the_nearer_is_drawn_last_and_people_change_places_once() -> None:
    times = np.arange(120) / 30.0
    distances = np.stack([3.0 + np.zeros(120), 4.0 - times * 0.5], axis=1)
    orders = drawing_orders(distances, 30.0)
    assert orders[0].tolist() == [1, 0]
    assert orders[-1].tolist() == [0, 1]
    assert (np.diff(orders[:, 0]) != 0).sum() == 1


def test_two_side_by_side_do_not_flicker() -> None:
    random = np.random.default_rng(0)
    distances = 3.0 + random.normal(0.0, 0.04, (300, 2))
    orders = drawing_orders(distances, 30.0)
    assert (np.diff(orders[:, 0]) == 0).all()


def test_who_is_hidden_for_a_while_keeps_their_place() -> None:
    distances = np.tile([2.0, 4.0, 3.0], (50, 1))
    distances[20:30, 0] = np.nan
    assert (drawing_orders(distances, 30.0) == [1, 2, 0]).all()
