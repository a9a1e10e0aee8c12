"""Pictures and videos with their alpha: what ``source`` shows over grey, kept as it is."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.decode import decoded, first_frame, opened, packets, video_stream
from manekko.video.exif import exif_orientation
from manekko.video.source import Clip
from manekko.video.upright import Developer


def read_rgba(path: Path) -> UInt8[Array, "height width 4"]:
    """Return a picture file upright with its straight alpha (its first picture, if it holds several).

    Raises:
        InputError: it cannot be read.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        _, frame = first_frame(container, stream, path, [])
        developer = Developer.of(frame, stream.sample_aspect_ratio, orientation=exif_orientation(path))
        return developer.develop_rgba(frame)


def rgba_frames(clip: Clip) -> Iterator[UInt8[Array, "height width 4"]]:
    """Yield all pictures of a video with their straight alpha, in the order of ``clip.frames()``.

    Raises:
        InputError: it cannot be read.
    """
    path = clip.info.path
    with opened(path) as container:
        stream = video_stream(container, path)
        frames = _with_alpha(container, stream, clip.warnings)
        head = next(frames, None)
        if head is None:
            raise InputError(f"{path} is damaged: not one frame of it can be decoded; copy it again")
        developer = Developer.of(head, stream.sample_aspect_ratio, size_px=clip.info.size_px)
        for frame in chain([head], frames):
            yield developer.develop_rgba(frame)


def _with_alpha(container: InputContainer, stream: VideoStream, troubles: list[str]) -> Iterator[av.VideoFrame]:
    # FFmpeg's own decoder of VP9 does not look at the second stream that holds the transparency.
    if stream.metadata.get("alpha_mode") != "1" or "libvpx-vp9" not in av.codecs_available:
        yield from decoded(container, stream, troubles)
        return
    context = av.CodecContext.create("libvpx-vp9", "r")
    assert isinstance(context, VideoCodecContext)
    for packet in chain(packets(container, stream, troubles), [None]):
        # What is damaged is left out, as ``decoded`` does, which has told of it when the clip was looked through.
        with suppress(FFmpegError, ValueError):
            yield from context.decode(packet)
