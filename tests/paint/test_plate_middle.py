import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.paint.plate_middle import sort_columns, usual_colours


@given(count=st.integers(1, 41), seed=st.integers(0, 1000))
def test_columns_are_sorted(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(0, 256, (count, 30), dtype=np.uint8)
    expected = np.sort(rows, axis=0)
    sort_columns(rows)
    np.testing.assert_array_equal(rows, expected)


def test_what_passes_in_fewer_than_half_of_the_pictures_leaves_no_trace() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(20, 230, (500, 3))
    pictures = np.rint(truth + random.normal(0, 1.5, (20, 500, 3))).clip(0, 255).astype(np.uint8)
    for place in range(500):
        pictures[random.choice(20, 8, replace=False), place] = random.integers(0, 256, 3)
    colours, widths = usual_colours(pictures, np.zeros((20, 500), np.uint8), 1)
    # Where what passes is of nearly the same colour, it counts a little.
    assert np.percentile(np.abs(colours.astype(int) - truth), 99.0) <= 2
    assert widths.max() <= 10


def test_hidden_pictures_do_not_count_and_levels_say_which() -> None:
    pictures = np.full((9, 40, 3), 50, np.uint8)
    pictures[:7] = 200
    levels = np.zeros((9, 40), np.uint8)
    levels[:7] = 100
    assert (usual_colours(pictures, levels, 50)[0] == 50).all()
    assert (usual_colours(pictures, levels, 150)[0] == 200).all()


def test_places_differ_in_how_often_they_are_hidden() -> None:
    pictures = np.arange(100, 113, dtype=np.uint8)[:, None, None].repeat(13, axis=1).repeat(3, axis=2)
    levels = np.where(np.arange(13)[:, None] < np.arange(13)[None], 255, 0).astype(np.uint8)
    colours, _ = usual_colours(pictures, levels, 128)
    shown_middle = (np.arange(13) + 12) / 2.0 + 100.0
    assert np.abs(colours[:, 0] - shown_middle).max() <= 3.5


def test_bright_background_is_not_mistaken_for_hidden() -> None:
    pictures = np.full((10, 5, 3), 255, np.uint8)
    levels = np.zeros((10, 5), np.uint8)
    levels[:4] = 255
    pictures[:4] = 10
    assert (usual_colours(pictures, levels, 128)[0] == 255).all()


def test_a_wide_spread_of_colours_is_told() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (40, 200, 3), dtype=np.uint8)
    _, widths = usual_colours(pictures, np.zeros((40, 200), np.uint8), 1)
    assert np.median(widths) > 60
