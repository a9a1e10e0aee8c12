import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import manekko.pixels
from manekko.pixels.draw import (
    draw_circle,
    draw_line,
    draw_lines,
    draw_polyline,
    draw_text,
    fill_bone,
    fill_dot,
    fill_rectangle,
    hard_line,
    text_size,
)

WHITE = (255, 255, 255)
anywhere = st.one_of(st.floats(), st.floats(-300, 300), st.sampled_from([1e5, -1e6, 1e9, 1e38]))


def black(width: int = 80, height: int = 60) -> np.ndarray:
    return np.zeros((height, width, 3), dtype=np.uint8)


def middle(rgb: np.ndarray) -> np.ndarray:
    """Centre of the drawn light (x, y) [px]."""
    light = rgb.astype(float).sum(axis=2)
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]]
    return np.array([(x * light).sum(), (y * light).sum()]) / light.sum()


def test_opencv_uses_one_thread() -> None:
    assert manekko.pixels.__doc__
    assert cv2.getNumThreads() == 1


@pytest.mark.parametrize("center", [(30.0, 20.0), (30.25, 20.5), (30.75, 20.125)])
def test_circle_lies_where_it_should_to_a_fraction_of_a_pixel(center: tuple[float, float]) -> None:
    rgb = black()
    draw_circle(rgb, center, 5.0, WHITE)
    np.testing.assert_allclose(middle(rgb), center, atol=0.06)
    # OpenCV's smooth edge adds about half a pixel to the radius.
    assert np.pi * 5.0**2 < rgb[:, :, 0].sum() / 255 < np.pi * 5.8**2


def test_many_lines_at_once_are_as_each_by_itself() -> None:
    lines = np.random.default_rng(4).uniform(-30, 110, (60, 2, 2))
    lines[7, 1, 0] = np.nan
    together, each = black(), black()
    draw_lines(together, lines, WHITE, 3.0)
    for start, end in lines:
        draw_line(each, start, end, WHITE, 3.0)
    # Those partly outside come last, so smooth edges may mix in another order.
    np.testing.assert_allclose(together.astype(int), each.astype(int), atol=3)


def test_outline_of_a_circle_is_hollow() -> None:
    rgb = black()
    draw_circle(rgb, (30.0, 20.0), 10.0, WHITE, width_px=2.0)
    assert rgb[20, 30].max() == 0
    assert rgb[20, 40].max() > 100


def test_line_lies_between_its_ends() -> None:
    rgb = black()
    draw_line(rgb, (10.5, 10.25), (60.5, 40.75), (255, 0, 0), 3.0)
    np.testing.assert_allclose(middle(rgb), [35.5, 25.5], atol=0.15)
    assert rgb[:, :, 1:].max() == 0


def test_line_from_far_outside_is_the_same_within() -> None:
    near, far = black(), black()
    draw_line(near, (-20.0, 10.0), (100.0, 50.0), WHITE, 3.0)
    draw_line(far, (-20.0 - 120 * 800, 10.0 - 40 * 800), (100.0 + 120 * 800, 50.0 + 40 * 800), WHITE, 3.0)
    assert np.abs(near.astype(int) - far).mean() < 1


def test_missing_points_leave_gaps_in_a_polyline() -> None:
    rgb = black()
    points = np.array([[10, 10], [20, 10], [np.nan, np.nan], [40, 10], [50, 10]], dtype=float)
    draw_polyline(rgb, points, WHITE, 1.0)
    assert rgb[10, 15].min() > 200
    assert rgb[10, 45].min() > 200
    assert rgb[:, 25:36].max() == 0


def test_closed_polyline_returns_to_its_start() -> None:
    rgb = black()
    points = np.array([[10, 10], [50, 10], [50, 40]], dtype=float)
    draw_polyline(rgb, points, WHITE, 1.0)
    assert rgb[25, 30].max() == 0
    draw_polyline(rgb, points, WHITE, 1.0, closed=True)
    assert rgb[25, 30].max() > 100


def test_rectangle_is_translucent_and_cut_at_the_edge() -> None:
    rgb = black()
    fill_rectangle(rgb, (70.0, 50.0), (500.0, 1e30), (200, 100, 0), 0.5)
    assert rgb[55, 75].tolist() == [100, 50, 0]
    assert rgb[:49].max() == 0
    fill_rectangle(rgb, (5.0, 5.0), (0.0, 0.0), WHITE, 1.0)
    assert rgb[:5, :5].min() == 255


def test_text_stays_in_the_box_it_announces() -> None:
    rgb = black(200, 60)
    width, height = text_size("Agjy 123", 16.0)
    draw_text(rgb, "Agjy 123", (10.0, 20.0), WHITE, 16.0)
    rows, columns = np.flatnonzero(rgb.max(axis=(1, 2))), np.flatnonzero(rgb.max(axis=(0, 2)))
    assert rows[0] >= 18
    assert rows[-1] <= 20 + height + 1
    assert columns[0] >= 9
    assert columns[-1] <= 10 + width + 1


def test_other_letters_show_as_question_marks() -> None:
    asked, marks = black(), black()
    draw_text(asked, "踊り", (5.0, 5.0), WHITE)
    draw_text(marks, "??", (5.0, 5.0), WHITE)
    np.testing.assert_array_equal(asked, marks)


@given(x=anywhere, y=anywhere, x2=anywhere, y2=anywhere, size=st.floats(0, 1e6))
def test_no_place_is_too_strange_to_draw_at(x: float, y: float, x2: float, y2: float, size: float) -> None:
    rgb = black()
    draw_line(rgb, (x, y), (x2, y2), WHITE, min(size, 50.0))
    draw_circle(rgb, (x, y), size, WHITE)
    draw_circle(rgb, (x, y), size, WHITE, width_px=3.0)
    fill_rectangle(rgb, (x, y), (x2, y2), WHITE)
    draw_text(rgb, "a", (x, y), WHITE)
    if not np.isfinite([x, y]).all():
        assert rgb.max() == 0


@pytest.mark.parametrize("end", [(65.0, 30.0), (40.0, 55.0), (60.0, 50.0)])
def test_bone_is_an_ellipse_between_its_ends_in_one_colour(end: tuple[float, float]) -> None:
    rgb, start = black(), (15.0, 10.0)
    fill_bone(rgb, start, end, 3, WHITE)
    np.testing.assert_allclose(middle(rgb), [(start[0] + end[0]) / 2.0, (start[1] + end[1]) / 2.0], atol=0.8)
    assert set(np.unique(rgb)) == {0, 255}
    half = float(np.hypot(end[0] - start[0], end[1] - start[1])) / 2.0
    assert rgb[..., 0].sum() / 255 == pytest.approx(np.pi * half * 3.5, rel=0.15)


def test_dots_and_hard_lines_are_not_smoothed() -> None:
    rgb = black()
    fill_dot(rgb, (20.9, 20.9), 4, WHITE)
    hard_line(rgb, (40.0, 10.0), (70.0, 50.0), 2, WHITE)
    assert set(np.unique(rgb)) == {0, 255}
    np.testing.assert_allclose(middle(rgb[:, :35]), (20.0, 20.0), atol=1e-9)
    assert rgb[30, 55].all()


@given(anywhere, anywhere, anywhere, anywhere)
def test_bones_dots_and_hard_lines_go_anywhere(x: float, y: float, x2: float, y2: float) -> None:
    rgb = black(20, 15)
    fill_bone(rgb, (x, y), (x2, y2), 3, WHITE)
    fill_dot(rgb, (x, y), 3, WHITE)
    hard_line(rgb, (x, y), (x2, y2), 2, WHITE)
