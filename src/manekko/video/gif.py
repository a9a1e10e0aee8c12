"""Animated GIFs written: small loops that play anywhere."""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.error import BlockingIOError as NothingYetError
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.stream import VideoStream

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.target import abandon, refusals, replacing
from manekko.video.writer import check_size

FASTEST_FPS = 50
"""Browsers slow down whatever is faster."""

_TIME_BASE = Fraction(1, 100)  # what the format counts in
_LEAST_TICKS = 2
_DITHER = "dither=bayer:bayer_scale=4"
_WHOLE_FRAMES = {"gifflags": "-offsetting-transdiff"}
"""FFmpeg leaves out pixels whose number in the palette stays; with a palette for each frame that says nothing."""


class GifWriter:
    """Context manager that writes frames into an endless GIF, whole or not at all.

    Every frame has its own 256 colours, so nothing waits for the last frame. Pixels are opaque or clear, no shades.
    Times are rounded to hundredths of a second; frames that come faster than ``FASTEST_FPS`` are left out.
    """

    def __init__(self, target: Path, size_px: tuple[int, int], fps: float, *, transparent: bool = False) -> None:
        """Prepare; nothing is touched before the ``with`` block is entered.

        Args:
            target: the file to write.
            size_px: width and height of every frame [px].
            fps: nominal rate; the times given with the frames are what counts, the last frame lasts 1/fps.
            transparent: whether the frames have a fourth channel that is kept.
        """
        self.target = target
        self.size_px = size_px
        self._rate = Fraction(min(fps, FASTEST_FPS)).limit_denominator(1001)
        self._pixels = "rgba" if transparent else "rgb24"
        self._graph, self._start, self._end = _palette_graph(size_px, self._pixels, transparent)
        self._last_tick = -_LEAST_TICKS

    def __enter__(self) -> "GifWriter":
        """Open the file under a temporary name.

        Raises:
            MissingToolError: the target cannot be written.
        """
        with ExitStack() as stack:
            temporary = stack.enter_context(replacing(self.target))
            temporary.touch()
            container = stack.enter_context(av.open(f"file:{temporary}", "w", format="gif", options={"loop": "0"}))
            stream = container.add_stream("gif", rate=self._rate, options=_WHOLE_FRAMES)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height = self.size_px
            stream.pix_fmt = "pal8"
            stream.codec_context.time_base = _TIME_BASE
            self._container, self._video = container, stream
            self._stack = stack.pop_all()
        return self

    def write(self, picture: UInt8[Array, "height width channel"], time_s: float) -> None:
        """Add one frame of ``size_px``, shown from ``time_s`` [s] on.

        Raises:
            MissingToolError: the target cannot be written.
        """
        check_size(picture, self.size_px)
        tick = round(time_s / _TIME_BASE)
        if tick < self._last_tick + _LEAST_TICKS:
            return
        self._last_tick = tick
        frame = av.VideoFrame.from_ndarray(picture, format=self._pixels)
        frame.pts, frame.time_base = tick, _TIME_BASE
        self._start.push(frame)
        with refusals(self.target):
            for ready in self._ready():
                ready.duration = max(_LEAST_TICKS, round(1 / (self._rate * _TIME_BASE)))
                self._container.mux(self._video.encode(ready))

    def _ready(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                frame = self._end.pull()
            except NothingYetError:
                return
            assert isinstance(frame, av.VideoFrame)
            yield frame

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or remove it if the block failed.

        Raises:
            InputError: not one frame was written.
            MissingToolError: the target cannot be written.
        """
        if kind is not None:
            abandon(self._stack)
            return
        with self._stack, refusals(self.target):
            if self._last_tick < 0:
                raise InputError(f"there is no frame to write into {self.target}")
            self._container.mux(self._video.encode(None))


def _palette_graph(
    size_px: tuple[int, int], pixels: str, transparent: bool
) -> tuple[Graph, FilterContext, FilterContext]:
    """Return FFmpeg's filters that find each frame's colours and paint it with them: the whole, its start, its end."""
    graph = Graph()
    form = av.VideoFormat(pixels, *size_px)
    start = graph.add_buffer(width=size_px[0], height=size_px[1], format=form, time_base=_TIME_BASE)
    split = graph.add("split")
    palette = graph.add("palettegen", f"stats_mode=single:reserve_transparent={int(transparent)}")
    paint = graph.add("paletteuse", f"new=1:{_DITHER}")
    end = graph.add("buffersink")
    start.link_to(split)
    split.link_to(paint, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(paint, 0, 1)
    paint.link_to(end)
    graph.configure()
    return graph, start, end
