from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.stage.backdrops import clip_backdrop, colour_backdrop, colour_of, no_backdrop, studio_backdrop
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.video.clips import number_of, picture


def test_a_colour_fills_the_picture() -> None:
    found = colour_backdrop((1, 2, 3), (5, 4))(0.0)
    assert found is not None
    assert found.shape == (4, 5, 3)
    assert (found == (1, 2, 3)).all()
    assert no_backdrop(1.0) is None


@pytest.mark.parametrize(
    ("text", "rgb"), [("#ff8800", (255, 136, 0)), ("#F80", (255, 136, 0)), ("#012345", (1, 35, 69))]
)
def test_a_colour_has_six_digits_or_three(text: str, rgb: tuple[int, int, int]) -> None:
    assert colour_of(text) == rgb


@pytest.mark.parametrize(
    "text", ["#", "#12", "#ff880", "#ff88000", "#+12345", "#12345g", "#１２３", "ff8800", "#123\n"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no colour"):
        colour_of(text)


@pytest.mark.parametrize("size", [(320, 180), (90, 160), (1, 1)])
def test_the_studio_is_bright_in_the_middle_and_changes_softly(size: tuple[int, int]) -> None:
    found = studio_backdrop(size)(0.0)
    assert found is not None
    assert found.shape == (size[1], size[0], 3)
    assert np.abs(np.diff(found.astype(int), axis=1)).max(initial=0) <= 3
    assert found.min() > 180
    assert found[size[1] // 2, size[0] // 2].mean() >= found[-1, -1].mean()


@pytest.mark.parametrize("size", [(64, 48), (128, 48), (64, 96)])
def test_a_picture_fills_the_size_without_being_bent(tmp_path: Path, size: tuple[int, int]) -> None:
    circle = np.zeros((48, 64, 3), dtype=np.uint8)
    y, x = np.mgrid[:48, :64]
    circle[(x - 31.5) ** 2 + (y - 23.5) ** 2 < 8**2] = 255
    write_png(tmp_path / "a.png", circle)
    found = clip_backdrop(open_clip(tmp_path / "a.png"), size)(7.0)
    assert found is not None
    assert found.shape == (size[1], size[0], 3)
    bright = found[..., 0] > 127
    assert np.ptp(np.flatnonzero(bright.any(0))) >= 14
    assert np.ptp(np.flatnonzero(bright.any(0))) == pytest.approx(np.ptp(np.flatnonzero(bright.any(1))), abs=2)


def test_a_clip_runs_in_step_and_its_last_frame_stays(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 10.0) as video:
        for index in range(6):
            video.write(picture(index), index / 10)
    backdrop = clip_backdrop(open_clip(tmp_path / "a.mp4"), (64, 48))
    shown = [number_of(found) for time_s in (0.0, 0.05, 0.1, 0.31, 2.0, 9.0) if (found := backdrop(time_s)) is not None]
    assert shown == [0, 0, 1, 3, 5, 5]
    late = clip_backdrop(open_clip(tmp_path / "a.mp4"), (64, 48), start_s=0.3)(0.0)
    assert late is not None
    assert number_of(late) == 3
