from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.errors import MissingToolError
from manekko.show import preview
from manekko.show.dancer import DancerPanel, DancerView
from manekko.show.layout import PANEL, SIZE_PX, Box, layout
from manekko.show.preview import PersonView, write_preview, write_preview_png
from manekko.show.solved import front_camera
from tests.show.samples import dance_motion, dance_track
from tests.stage.dolls import HEIGHT_M, doll, sliding

BOX = Box(40, 10, 200, 300)

pytestmark = pytest.mark.usefixtures("graphics")


def person(seconds: float = 1.0) -> PersonView:
    motion = dance_motion(seconds)
    return PersonView(dance_track(seconds), motion.joint_positions_m(), motion.contacts)


def red(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 120) & (picture[..., 1] < 80)


def test_the_character_stands_on_the_floor_of_its_box_and_moves_with_its_motion() -> None:
    dancer = DancerView(doll(), sliding((0.5, 0.0, 0.0), 1.0), 1.0)
    canvases = []
    with DancerPanel([(person(), dancer)], [BOX]) as panel:
        camera = front_camera(BOX, panel.framing(0), 0)
        for number in (0, 28):
            canvas = np.full((400, 300, 3), PANEL, dtype=np.uint8)
            panel.draw(canvas, 0, number, number)
            canvases.append(canvas)
    for canvas, x in zip(canvases, (0.0, 0.5 * 28 / 30), strict=True):
        shown = red(canvas)
        assert not shown[: BOX.top].any()
        assert not shown[:, : BOX.left].any()
        assert not shown[BOX.top + BOX.height :].any()
        (place,), _ = camera.see(np.array([[x, HEIGHT_M / 2, 0.0]]))
        rows, columns = np.nonzero(shown)
        assert columns.mean() - BOX.left == pytest.approx(place[0], abs=2.0)
        assert rows.mean() - BOX.top == pytest.approx(place[1], abs=4.0)


def test_it_is_drawn_anew_in_every_second_picture_only() -> None:
    dancer = DancerView(doll(), sliding((0.5, 0.0, 0.0), 1.0), 1.0)
    shown = []
    with DancerPanel([(person(), dancer)], [BOX]) as panel:
        for number in range(6):
            canvas = np.zeros((400, 300, 3), dtype=np.uint8)
            panel.draw(canvas, 0, number, number)
            shown.append(canvas)
    same = [bool((a == b).all()) for a, b in pairwise(shown)]
    assert same == [True, False, True, False, True]


def test_every_person_has_a_character_of_their_own_place() -> None:
    far = Box(BOX.left + BOX.width, BOX.top, BOX.width, BOX.height)
    people = [(person(), DancerView(doll(), sliding((0.0, 0.0, 0.0)), 1.0)) for _ in range(2)]
    canvas = np.zeros((400, 500, 3), dtype=np.uint8)
    with DancerPanel(people, [BOX, far]) as panel:
        for number in range(2):
            panel.draw(canvas, number, 0, 0)
    assert red(canvas[BOX.rows, BOX.columns]).any()
    assert red(canvas[far.rows, far.columns]).any()


def test_the_preview_shows_the_character_beside_the_source(tmp_path: Path) -> None:
    dancer = DancerView(doll(), sliding((0.2, 0.0, 0.0), 0.2), 1.0)
    assert write_preview(None, [person(0.2)], tmp_path / "a.mp4", dancers=[dancer]) == ()
    assert write_preview_png(None, [person(0.2)], tmp_path / "a.png", dancers=[dancer]) == ()
    for name in ("a.mp4", "a.png"):
        with av.open(str(tmp_path / name)) as container:
            picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
        assert red(picture[:, SIZE_PX[0] // 2 :]).sum() > 1000


def test_without_graphics_the_skeleton_dances_and_one_warning_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_graphics(panel: DancerPanel) -> DancerPanel:
        raise MissingToolError("no OpenGL here; install it")

    monkeypatch.setattr(preview.DancerPanel, "__enter__", no_graphics)
    dancer = DancerView(doll(), sliding((0.0, 0.0, 0.0)), 1.0)
    told = write_preview_png(None, [person(0.1)], tmp_path / "a.png", dancers=[dancer])
    assert told == ("the preview shows the skeleton alone: no OpenGL here; install it",)
    write_preview_png(None, [person(0.1)], tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_front_view_may_take_more_of_the_width() -> None:
    even, wide = layout((640, 720), 1), layout((640, 720), 1, front_share=0.66)
    (front, side), (broad, narrow) = even.views[0], wide.views[0]
    assert front.width == side.width
    assert broad.width == pytest.approx(0.66 * (front.width + side.width), abs=2)
    assert broad.left == front.left
    assert narrow.left + narrow.width == side.left + side.width
    assert even.source == wide.source


def test_a_side_view_by_itself_shows_no_more_than_the_depth() -> None:
    view = person(2.0)
    assert view.framing.from_side == replace(view.framing, reach_m=view.framing.depth_m)
    assert view.framing.depth_m <= view.framing.reach_m
