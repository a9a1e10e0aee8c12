"""A character through a clip: in a square that follows the person, painted after the frame before, or drawn."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.arrays import Array, UInt8
from manekko.motion.motion import RigMotion
from manekko.paint.characters import Character
from manekko.paint.crop import Square
from manekko.paint.painter import open_painter
from manekko.paint.portraits import Portrait, Sitting, Way, depth_of, drawn_side, multiplied, painted_side
from manekko.paint.views import resting
from manekko.stage.scene import Dancer
from manekko.stage.truths_parts import PARTS
from manekko.stage.truths_surface import projected
from manekko.stage.view import View
from tests.paint.small_networks import small_painter, small_views
from tests.stage.dolls import box_corners_m, doll, sliding
from tests.stage.looking import looking

VIEW = looking((0.0, 1.0, 5.0), (0.0, 0.8, 0.0), fov_rad=0.7, size_px=(160, 120))
FPS = 30.0
SIDE_PX = 64
ORANGE = (250, 120, 40)


def camera(_: float) -> View:
    return VIEW


@pytest.fixture(scope="module")
def painted_doll(tmp_path_factory: pytest.TempPathFactory) -> Character:
    """The red doll with a painter that knows it as orange."""
    figure = doll()
    positions = figure.mesh.positions_m
    views = small_views(positions.min(0), positions.max(0), ORANGE)
    folder = small_painter(tmp_path_factory.mktemp("doll") / "painter", views)
    return Character("doll", figure, open_painter(folder, threads=1))


def sitting(character: Character, frames: int = 5, *, motion: RigMotion | None = None) -> Sitting:
    dance = motion or sliding((1.2, 0.0, 1.0), 1.0)
    times_s = np.arange(frames) / FPS
    return Sitting(character, Dancer(character.figure, dance), camera, times_s, np.ones(frames, dtype=bool))


def portraits(one: Sitting, way: Way = "painter") -> list[Portrait | None]:
    return list(one.portraits(way, SIDE_PX))


def pictures(found: list[Portrait | None]) -> UInt8[Array, "frame side side 4"]:
    return np.stack([portrait.rgba for portrait in found if portrait is not None])


def test_the_square_follows_the_figure_and_holds_it(painted_doll: Character) -> None:
    squares = sitting(painted_doll, 31).squares()
    assert len(squares) == 31
    for frame, square in enumerate(squares):
        points_px, _ = projected(VIEW, box_corners_m(np.array([1.2, 0.0, 1.0]) * frame / 30.0))
        assert square.left <= points_px[:, 0].min()
        assert square.top <= points_px[:, 1].min()
        assert square.left + square.side >= points_px[:, 0].max()
        assert square.top + square.side >= points_px[:, 1].max()
    assert squares[-1].left > squares[0].left + 20.0
    assert squares[-1].side > 1.1 * squares[0].side


@pytest.mark.usefixtures("graphics")
def test_a_clip_of_two_frames_is_painted_in_the_painters_colours(painted_doll: Character) -> None:
    first, second = portraits(sitting(painted_doll, 2))
    assert first is not None
    assert second is not None
    body = first.parts == PARTS.index("torso")
    assert 0.2 < body.mean() < 0.9
    assert (first.parts[~body] == 255).all()
    np.testing.assert_allclose(first.rgba[body], np.tile(0.75 * np.array([*ORANGE, 255]), (body.sum(), 1)), atol=2.0)
    assert not first.rgba[~body].any()
    # The second frame is painted after the first.
    both = body & (second.parts != 255)
    np.testing.assert_allclose(second.rgba[both], first.rgba[both] * 1.25, atol=1.6)
    assert first.view is VIEW
    assert np.isnan(second.feet_m).all()  # it has none


@pytest.mark.usefixtures("graphics")
def test_who_is_lost_is_not_painted_and_comes_back_without_a_past(painted_doll: Character) -> None:
    one = sitting(painted_doll, 5)
    one.shown[2:4] = False
    found = portraits(one)
    assert [portrait is None for portrait in found] == [False, False, True, True, False]
    alphas = pictures(found)[..., 3].max((1, 2))
    np.testing.assert_allclose(alphas, [0.75 * 255, 0.9375 * 255, 0.75 * 255], atol=1.0)


@pytest.mark.usefixtures("graphics")
def test_a_motion_can_hide_its_character(painted_doll: Character) -> None:
    hidden = replace(sliding((0.0, 0.0, 0.0), 1.0), shown_states=((2, False),))
    for way in ("painter", "3d"):
        found = portraits(sitting(painted_doll, 4, motion=hidden), way)
        assert [portrait is None for portrait in found] == [False, False, True, True]


@pytest.mark.usefixtures("graphics")
def test_a_character_without_a_painter_is_drawn_in_its_own_colours() -> None:
    one = sitting(Character("doll", doll(), None), 2)
    portrait = portraits(one, "3d")[0]
    assert portrait is not None
    inside = portrait.parts != 255
    assert portrait.rgba.shape[0] == drawn_side(one.squares())
    red, green, blue, alpha = portrait.rgba[inside].mean(0)
    assert alpha > 245.0
    assert red > 100.0 > 20.0 > green + blue
    assert (portrait.rgba[..., :3] <= portrait.rgba[..., 3:]).all()
    assert not portrait.rgba[0].any()


@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize("way", ["painter", "3d"])
def test_the_same_again_is_the_same(painted_doll: Character, way: Way) -> None:
    one = sitting(painted_doll, 3)
    np.testing.assert_array_equal(pictures(portraits(one, way)), pictures(portraits(one, way)))


@pytest.mark.usefixtures("graphics")
def test_a_picture_is_a_clip_of_one_frame(painted_doll: Character) -> None:
    (portrait,) = portraits(sitting(painted_doll, 1))
    assert portrait is not None
    assert portrait.rgba[..., 3].any()


def test_distances_are_the_cameras_and_unknown_where_nobody_is_shown(painted_doll: Character) -> None:
    one = sitting(painted_doll, 31)
    one.shown[:10] = False
    distances = one.distances_m()
    assert np.isnan(distances[:10]).all()
    assert (np.diff(distances[10:]) < 0.0).all()
    np.testing.assert_allclose(distances[10] - distances[30], 1.0 * 20.0 / 30.0, atol=0.01)
    assert depth_of(resting(doll()), VIEW) == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("frame", range(4))
def test_who_is_shown_for_a_moment_only_is_found_in_it(painted_doll: Character, frame: int) -> None:
    one, whole = sitting(painted_doll, 4), sitting(painted_doll, 4)
    one.shown[:] = np.arange(4) == frame
    assert np.isfinite(one.distances_m()).tolist() == one.shown.tolist()
    square, wanted = one.squares()[frame], whole.squares()[frame]
    assert square.left == pytest.approx(wanted.left, abs=5.0)
    assert square.side == pytest.approx(wanted.side, abs=5.0)


def test_a_figure_is_painted_as_finely_as_the_clip_shows_it() -> None:
    squares = [Square(0.0, 0.0, side) for side in (200.0, 250.0, 900.0)]
    assert painted_side(squares) == 256
    assert painted_side([Square(0.0, 0.0, 301.0)]) == 512
    assert drawn_side(squares) == 912
    assert drawn_side([Square(0.0, 0.0, 5.0)]) == 64
    assert drawn_side([Square(0.0, 0.0, 5000.0)]) == 1024


def test_colours_are_multiplied_by_alpha_to_the_nearest_step() -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (8, 8, 4), dtype=np.uint8)
    before = rgba.copy()
    result = multiplied(rgba)
    np.testing.assert_allclose(result[..., :3], before[..., :3] / 255.0 * before[..., 3:], atol=0.502)
    np.testing.assert_array_equal(result[..., 3], before[..., 3])
    np.testing.assert_array_equal(rgba, before)
