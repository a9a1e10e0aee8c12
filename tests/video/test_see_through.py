from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.video.gif import GifWriter
from manekko.video.see_through import read_rgba, rgba_frames
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.video.clips import make_video

PICTURE = np.zeros((48, 64, 4), np.uint8)
PICTURE[10:30, 10:30] = (200, 50, 20, 255)


def test_a_picture_keeps_its_alpha(tmp_path: Path) -> None:
    half = PICTURE.copy()
    half[15:20, 15:20, 3] = 100
    write_png(tmp_path / "a.png", half)
    assert (read_rgba(tmp_path / "a.png") == half).all()


def test_a_picture_without_alpha_is_opaque(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", PICTURE[..., :3])
    assert (read_rgba(tmp_path / "a.png")[..., 3] == 255).all()


@pytest.mark.parametrize("kind", ["webm", "mov", "gif"])
def test_a_video_keeps_its_alpha_in_every_frame(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    writer = GifWriter if kind == "gif" else VideoWriter
    with writer(path, (64, 48), 25.0, transparent=True) as video:
        for number in range(5):
            video.write(np.roll(PICTURE, 4 * number, axis=1), number / 25)
    clip = open_clip(path)
    frames = list(rgba_frames(clip))
    assert len(frames) == 5 == len(list(clip.frames()))
    for number, rgba in enumerate(frames):
        shown = rgba[..., 3] > 127
        assert shown.sum() == 400
        assert shown[20, 10 + 4 * number]
        assert np.abs(rgba[20, 20 + 4 * number, :3].astype(int) - (200, 50, 20)).max() < 12


def test_a_video_without_alpha_is_opaque(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", frames=4)
    frames = list(rgba_frames(open_clip(path)))
    assert [frame.shape for frame in frames] == [(48, 64, 4)] * 4
    assert all((frame[..., 3] == 255).all() for frame in frames)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x01" * 50)
    with pytest.raises(InputError, match=r"a\.png"):
        read_rgba(tmp_path / "a.png")
