"""Clips for tests, made from the example clip: other rates, cut off, turned, silent."""

import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np

EXAMPLE = Path(__file__).parent.parent / "examples" / "dance.mp4"

Picture = np.ndarray
_QUARTER_TURN_SHOWN = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
"""MP4's display matrix for pictures that are to be shown a quarter turn clockwise (16.16 and 2.30 fixed point)."""


def example_pictures(count: int) -> Iterator[Picture]:
    """First ``count`` pictures of the example clip, RGB."""
    with av.open(str(EXAMPLE)) as container:
        for frame in islice(container.decode(video=0), count):
            yield frame.to_ndarray(format="rgb24")


def write_clip(target: Path, pictures: Iterator[Picture], *, fps: Fraction | int = 30) -> Path:
    """Write pictures as a silent H.264 clip; odd sizes lose a row or column, as the codec wants them even."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(target), "w") as container:
        stream = None
        for picture in pictures:
            height, width = (length // 2 * 2 for length in picture.shape[:2])
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "23"})
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            even = np.ascontiguousarray(picture[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        assert stream is not None
        container.mux(stream.encode())
    return target


def changed_example(
    target: Path,
    change: Callable[[Picture], Picture] = lambda picture: picture,
    *,
    count: int = 45,
    fps: Fraction | int = 30,
) -> Path:
    """Write the beginning of the example clip with every picture changed."""
    return write_clip(target, (change(picture) for picture in example_pictures(count)), fps=fps)


def turn_display(clip: Path) -> None:
    """Tell players to show an MP4 a quarter turn clockwise, as phones do, leaving its pictures as they are."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"tkhd") + 4
    long_times = data[at] == 1
    at += 4 + (32 if long_times else 20) + 16  # version and flags, times and id, then layer, group, volume
    data[at : at + 36] = struct.pack(">9i", *_QUARTER_TURN_SHOWN)
    clip.write_bytes(bytes(data))
