"""Single pictures in memory, as models carry them."""

import io

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext

from manekko.arrays import Array, UInt8
from manekko.errors import FormatError

MOST_PIXELS = 8192 * 4096

_SIGNATURES = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8", "mjpeg"),
    (b"BM", "bmp"),
    (b"DDS ", "dds"),
    (b"RIFF", "webp"),
    (b"GIF8", "gif"),
)
_DAMAGE = (FFmpegError, ValueError, OSError)


def decode_picture(data: bytes) -> UInt8[Array, "height width 4"]:
    """Return a picture's sRGB and straight alpha, the top row first; the bytes decide what kind it is.

    Kinds: PNG, JPEG, BMP, DDS, WebP, GIF (its first frame); anything else is tried as TGA, which has no signature.

    Raises:
        FormatError: it is none of these, damaged, or has more than ``MOST_PIXELS`` pixels.
    """
    kind = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), "targa")
    try:
        frames = _gif(data) if kind == "gif" else _coded(data, kind)
        if not frames:
            raise FormatError("the picture is empty or damaged")
        return np.ascontiguousarray(frames[0].to_ndarray(format="rgba"))
    except _DAMAGE:
        if kind == "targa":
            raise FormatError("this is no picture that can be read: png, jpg, bmp, tga, dds, gif or webp") from None
        raise FormatError(f"the picture is damaged, cut off or larger than {MOST_PIXELS} pixels") from None


def _coded(data: bytes, kind: str) -> list[av.VideoFrame]:
    context = av.CodecContext.create(kind, "r")
    assert isinstance(context, VideoCodecContext)
    context.options = {"max_pixels": str(MOST_PIXELS)}
    context.thread_count = 1
    return [*context.decode(av.Packet(data)), *context.decode(None)]


def _gif(data: bytes) -> list[av.VideoFrame]:
    options = {"max_pixels": str(MOST_PIXELS)}
    with av.open(io.BytesIO(data), format="gif", options=options) as container:
        assert isinstance(container, InputContainer)
        container.streams.video[0].codec_context.options = options
        return [frame for frame, _ in zip(container.decode(video=0), range(1), strict=False)]
