import math

import numpy as np

from manekko.pixels.maps import enlarged, looked_up, map_points, shift_of


def smooth(width: int = 120, height: int = 90) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 2, y * 2, (x + y)], axis=-1).astype(np.uint8)


def test_places_of_its_own_pixels_give_the_picture_back() -> None:
    picture = smooth()
    np.testing.assert_array_equal(looked_up(picture, map_points((0, 0, 120, 90)), (120, 90)), picture)


def test_a_part_is_looked_up_where_it_lies() -> None:
    picture = smooth()
    part = looked_up(picture, map_points((30, 20, 50, 37)), (50, 37))
    np.testing.assert_array_equal(part, picture[20:57, 30:80])


def test_what_lies_outside_is_black_or_the_edge() -> None:
    picture = smooth() + 20
    places = map_points((0, 0, 120, 90)) + np.array([100.0, 0.0])
    assert (looked_up(picture, places, (120, 90))[:, 30:] == 0).all()
    edge = looked_up(picture, places, (120, 90), repeat_edges=True)
    np.testing.assert_array_equal(edge[:, 30:], np.broadcast_to(picture[:, -1:], (90, 90, 3)))


def test_values_between_map_points_lie_evenly_between() -> None:
    points = map_points((0, 0, 70, 41))
    full = enlarged(points, (70, 41))
    y, x = np.mgrid[:41, :70]
    np.testing.assert_allclose(full, np.stack([x, y], axis=-1), atol=1e-4)


def test_a_shift_with_turn_and_size_is_found_among_wrong_points() -> None:
    random = np.random.default_rng(0)
    points = random.uniform(0, 200, (60, 2))
    turn, size = math.radians(3.0), 1.02
    matrix = size * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    moved = points @ matrix.T + (5.0, -3.0)
    moved[:15] += random.uniform(20, 40, (15, 2))
    found = shift_of(points, moved)
    np.testing.assert_allclose(points @ found[:, :2].T + found[:, 2], points @ matrix.T + (5.0, -3.0), atol=0.05)


def test_without_enough_agreement_nothing_moves() -> None:
    random = np.random.default_rng(0)
    still = np.eye(2, 3)
    np.testing.assert_array_equal(shift_of(random.uniform(0, 200, (5, 2)), random.uniform(0, 200, (5, 2))), still)
    np.testing.assert_array_equal(shift_of(random.uniform(0, 200, (80, 2)), random.uniform(0, 200, (80, 2))), still)
