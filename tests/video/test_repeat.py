"""A repeated clip plays its pictures again, in order and at the right times."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.video.repeat import repeat_clip


def write_clip(path: Path, frames: int) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), 20 * number, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


@pytest.mark.parametrize("times", [1, 3])
def test_repeated_clip_shows_every_picture_again(tmp_path: Path, times: int):
    write_clip(tmp_path / "short.mp4", 10)
    repeat_clip(tmp_path / "short.mp4", tmp_path / "long.mp4", times)
    with av.open(str(tmp_path / "long.mp4")) as file:
        found = [(frame.time, int(frame.to_ndarray(format="gray").mean())) for frame in file.decode(video=0)]
    assert [time for time, _ in found] == pytest.approx([number / 25 for number in range(10 * times)])
    assert [shade for _, shade in found] == [shade for _, shade in found[:10]] * times
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.mp4", "short.mp4"]
