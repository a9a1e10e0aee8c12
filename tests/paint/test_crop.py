"""The square that is painted: what its camera sees, that the figure lies in it, and that it moves calmly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.arrays import Array, Float
from manekko.paint.crop import Outlines, Square, calm_squares
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage.truths import Truths
from manekko.stage.truths_surface import projected
from tests.stage.dolls import box_corners_m, doll
from tests.stage.looking import looking
from tests.stage.tube import bent, posed_points, tube_figure

VIEW = looking((0.4, 1.2, 3.0), (0.0, 0.9, 0.0), fov_rad=0.6, size_px=(160, 96))
FPS = 30.0


def dancing_boxes(frames: int = 150) -> Float[Array, "frame corner=2 2"]:
    """A figure of about 200 px that sways, and throws up its arms twice a second."""
    time_s = np.arange(frames) / FPS
    middle_x, rise = 320.0 + 60.0 * np.sin(2.0 * np.pi * 0.7 * time_s), 25.0 * np.sin(2.0 * np.pi * 2.0 * time_s)
    low = np.stack([middle_x - 50.0, 80.0 - rise], axis=1)
    return np.stack([low, np.stack([middle_x + 50.0, np.full(frames, 280.0)], axis=1)], axis=1)


def numbers(squares: list[Square]) -> Float[Array, "frame 3"]:
    return np.array([(square.left, square.top, square.side) for square in squares])


@given(
    left=st.floats(-200.0, 200.0),
    top=st.floats(-200.0, 200.0),
    side=st.floats(5.0, 400.0),
    centre=st.none() | st.tuples(st.floats(0.0, 160.0), st.floats(0.0, 96.0)),
)
def test_a_squares_camera_sees_each_point_as_far_from_the_corner_as_the_picture_does_times_the_scale(
    left: float, top: float, side: float, centre: tuple[float, float] | None
) -> None:
    view = VIEW if centre is None else type(VIEW)(**{**vars(VIEW), "centre_px": centre})
    points_m = np.random.default_rng(1).uniform([-1.0, 0.0, -1.0], [1.0, 2.0, 1.0], (20, 3))
    whole_px, whole_m = projected(view, points_m)
    cut_px, cut_m = projected(Square(left, top, side).seen_by(view, 64), points_m)
    np.testing.assert_allclose(cut_px, (whole_px - [left, top]) * 64.0 / side, atol=1e-6)
    np.testing.assert_allclose(cut_m, whole_m)


@pytest.mark.usefixtures("graphics")
def test_a_square_shows_exactly_the_part_that_is_cut_out_of_the_picture() -> None:
    figure, pose = tube_figure(), bent(from_rotation_vectors(np.array([0.0, 0.0, 0.9])))
    with Truths([figure]) as truths:
        whole = truths.look(VIEW, [pose])
        cut = truths.look(Square(60.0, 20.0, 48.0).seen_by(VIEW, 48), [pose])
    assert whole.alpha[20:68, 60:108].mean() > 0.1
    assert (cut.surface.triangles == whole.surface.triangles[20:68, 60:108]).mean() > 0.999
    both = (cut.alpha > 0) & (whole.alpha[20:68, 60:108] > 0)
    np.testing.assert_allclose(cut.depth_m[both], whole.depth_m[20:68, 60:108][both], atol=1e-5)


def test_outlines_hold_the_whole_figure_and_no_more() -> None:
    figure, pose = tube_figure(), bent(from_rotation_vectors(np.array([0.0, 0.0, 1.2])), (0.2, 0.1, 0.0))
    box = Outlines(figure).box_px(VIEW, pose)
    assert box is not None
    points_px, _ = projected(VIEW, posed_points(figure.mesh.positions_m, pose))
    low, high = points_px.min(0), points_px.max(0)
    # The bend itself is blended, so that a bone's own vertices may stand out a little more than the skin does.
    assert (box[0] <= low + 1.5).all()
    assert (box[1] >= high - 1.5).all()
    assert (box[0] >= low - 8.0).all()
    assert (box[1] <= high + 8.0).all()


def test_a_rigid_figures_outline_is_its_corners() -> None:
    box = Outlines(doll()).box_px(VIEW, bent(from_rotation_vectors(np.zeros(3)), (0.3, -0.5, 0.4)))
    points_px, _ = projected(VIEW, box_corners_m(np.array([0.3, 0.0, 0.4])))
    assert box is not None
    np.testing.assert_allclose(box, [points_px.min(0), points_px.max(0)], atol=1e-9)


def test_who_is_behind_the_camera_has_no_outline() -> None:
    pose = bent(from_rotation_vectors(np.zeros(3)), (0.8, 0.0, 8.0))
    assert Outlines(tube_figure()).box_px(VIEW, pose) is None


def test_squares_hold_their_boxes() -> None:
    boxes = dancing_boxes()
    squares = numbers(calm_squares(boxes, FPS))
    assert (squares[:, :2] <= boxes[:, 0]).all()
    assert (squares[:, :2] + squares[:, 2:] >= boxes[:, 1]).all()
    assert (squares[:, 2] <= 1.35 * (boxes[:, 1] - boxes[:, 0]).max()).all()


def test_squares_neither_jump_nor_tremble_where_boxes_do() -> None:
    boxes = dancing_boxes() + np.random.default_rng(0).normal(0.0, 3.0, (150, 2, 2))
    boxes[60] += 80.0  # one frame gone wrong
    steps = np.abs(np.diff(numbers(calm_squares(boxes, FPS)), axis=0))
    assert np.abs(np.diff(boxes, axis=0)).max() > 80.0
    assert steps.max() < 15.0
    still = np.tile([[100.0, 50.0], [180.0, 250.0]], (90, 1, 1)) + np.random.default_rng(0).normal(0.0, 2.0, (90, 2, 2))
    turns = np.diff(numbers(calm_squares(still, FPS)), n=2, axis=0)
    assert np.abs(turns).max() < 0.25


def test_squares_do_not_wait_for_who_is_lost() -> None:
    boxes = dancing_boxes()
    lost = boxes.copy()
    lost[70:80] = np.nan
    lost[:5] = np.nan
    squares = numbers(calm_squares(lost, FPS))
    assert np.isfinite(squares).all()
    assert np.abs(np.diff(squares, axis=0)).max() < 15.0
    np.testing.assert_allclose(squares[110:], numbers(calm_squares(boxes, FPS))[110:])


def test_who_is_never_seen_has_squares_all_the_same_and_a_dot_is_not_painted_by_itself() -> None:
    assert len(set(calm_squares(np.full((4, 2, 2), np.nan), FPS))) == 1
    (square,) = calm_squares(np.array([[[50.0, 60.0], [51.0, 61.0]]]), FPS)
    assert square.side >= 16.0
    assert square.left + square.side / 2.0 == pytest.approx(50.5)
    assert square.top + square.side / 2.0 == pytest.approx(60.5)
