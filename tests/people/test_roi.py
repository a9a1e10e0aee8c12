import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.people.roi import Roi, whole

pixels = st.floats(-500, 500)
angles = st.floats(-3.1, 3.1)


@given(pixels, pixels, st.floats(10, 500), angles)
def test_a_point_above_the_middle_stays_above_in_the_turned_square(
    x: float, y: float, size: float, turn: float
) -> None:
    roi = Roi((x, y), size, turn)
    above = roi.to_image(np.array([[0.5, 0.0]]))[0]
    again = Roi.of_line(np.array([x, y]), above, 1.0, math.pi / 2)
    assert math.isclose(again.size_px, size, rel_tol=1e-6)
    assert abs(math.remainder(again.rotation_rad - turn, 2 * math.pi)) < 1e-6


@given(pixels, pixels, st.floats(10, 500), angles)
def test_the_square_around_its_own_corners_is_itself(x: float, y: float, size: float, turn: float) -> None:
    roi = Roi((x, y), size, turn)
    corners = roi.to_image(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    again = Roi.around(corners, turn, 1.0)
    np.testing.assert_allclose([*again.center_px, again.size_px], [x, y, size], rtol=1e-6, atol=1e-6)


def test_shifting_down_follows_the_turn() -> None:
    shifted = Roi((10.0, 10.0), 100.0, math.pi / 2).shifted(0.1)
    np.testing.assert_allclose(shifted.center_px, (0.0, 10.0), atol=1e-9)


def test_a_cut_shows_what_the_points_say() -> None:
    rgb = np.zeros((80, 120, 3), np.uint8)
    rgb[40:, 60:] = 255
    cut = Roi((60.0, 40.0), 40.0, 0.0).cut(rgb, 20)
    assert cut.dtype == np.float32
    assert cut[15, 15].min() == 1.0
    assert cut[5, 5].max() == cut[5, 15].max() == cut[15, 5].max() == 0.0


def test_the_whole_picture_lies_in_its_square() -> None:
    assert whole(np.zeros((100, 60, 3), np.uint8)) == Roi((30.0, 50.0), 100.0, 0.0)


def test_squares_without_size_or_sense_are_not_usable() -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    assert Roi((50.0, 50.0), 50.0, 0.0).is_usable(rgb)
    assert not Roi((50.0, 50.0), 0.0, 0.0).is_usable(rgb)
    assert not Roi((math.nan, 50.0), 50.0, 0.0).is_usable(rgb)
    assert not Roi((900.0, 50.0), 50.0, 0.0).is_usable(rgb)
