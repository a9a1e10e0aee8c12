"""Containers opened and decoded with PyAV; FFmpeg's refusals become one clear line."""

import difflib
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import NoReturn, TypeVar, overload

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from manekko.errors import InputError

EXPECTED = "a video (mp4 mov avi webm wmv mkv gif) or a picture (png jpg webp bmp)"

_ADDRESS = re.compile(r"https?:[/\\]", re.IGNORECASE)  # a path has lost the second slash
_MOTIONS = (".vmd", ".vpd", ".bvh")
_HEAD_BYTES = 4096
_MOST_PIXELS = 10**8
_CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r\x0c"))
_NOT_NUMBERED_S = 600.0  # a longer silence between two frames is a broken time stamp, not a pause
_DAMAGE = (FFmpegError, OSError, ValueError)

AnyFrame = TypeVar("AnyFrame")


def check_path(path: Path) -> None:
    """Raise ``InputError`` unless something readable in principle (an ordinary file or a folder) is at ``path``."""
    if _ADDRESS.match(str(path)):
        raise InputError("this is an address on the internet; download the clip first, then give the file")
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unopened(path, error) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(f"{path} is a pipe or a device; expected a file: {EXPECTED}")
    if path.suffix.lower() in _MOTIONS and stat.S_ISREG(mode):
        raise InputError(
            f"{path} is a motion already; to make another kind of it use `manekko convert`; here {EXPECTED} is expected"
        )


def _unopened(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(f"{path} cannot be opened: no permission to read it; allow it or copy it elsewhere")
    if isinstance(error, FileNotFoundError):
        return InputError(f"there is nothing at {path}{_near_names(path)}; expected {EXPECTED}")
    return InputError(f"{path} cannot be opened ({_reason(error)}); expected {EXPECTED}")


def _near_names(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=3)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a media file; the file and the container are closed at the end.

    The bytes are handed to FFmpeg, not the name: so the content decides what the file is, any name works on any
    system, and no name can mean a numbered series or an address.

    Raises:
        InputError: it cannot be opened, is empty, or is no media file.
    """
    check_path(path)
    try:
        handle = path.open("rb")
    except OSError as error:
        raise _unopened(path, error) from None
    with handle:
        try:
            head = handle.read(_HEAD_BYTES)
            handle.seek(0)
        except OSError as error:
            raise _unopened(path, error) from None
        _check_head(path, head)
        try:
            container = av.open(handle, mode="r", buffer_size=1 << 18, io_open=_refuse_other_files)
        except _DAMAGE as error:
            raise InputError(f"{path} {_refusal(head, error)}") from None
        with container:
            yield container


def _check_head(path: Path, head: bytes) -> None:
    """Refuse what FFmpeg would take too much trouble over: nothing, and text.

    FFmpeg shows text as pictures of a terminal, and follows playlists to other files and into the network.
    """
    if not head:
        raise InputError(f"{path} is empty (0 bytes); copy or download it again; expected {EXPECTED}")
    if not head.strip(b"\0"):
        raise InputError(f"{path} holds only zeros: a copy or download was not finished; do it again")
    if len(head.translate(None, _CONTROL_BYTES)) == len(head):
        raise InputError(f"{path} is a text file; expected {EXPECTED}")


def _refuse_other_files(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError(f"the file refers to another, {url}")


def _refusal(head: bytes, error: Exception) -> str:
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return "is an MP4 or MOV whose index is missing or damaged: the file was cut; copy, download or record it again"
    if head[:4] in (b"\x1aE\xdf\xa3", b"RIFF", b"GIF8", b"\x89PNG") or head[:3] == b"\xff\xd8\xff":
        return f"begins as a media file but is damaged ({_reason(error)}); copy or download it again"
    return f"is not a video or picture that can be read ({_reason(error)}); expected {EXPECTED}"


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def packets(container: InputContainer, stream: Stream, troubles: list[str]) -> Iterator[av.Packet]:
    """Yield the packets of one stream from where the container stands; a damaged file ends where it is damaged."""
    arriving = container.demux(stream)
    while True:
        try:
            packet = next(arriving, None)
        except _DAMAGE as error:
            _note(troubles, f"the file is damaged ({_reason(error)}); it was read up to there")
            return
        if packet is None:
            return
        if packet.size > 0:
            yield packet


@overload
def decoded(container: InputContainer, stream: VideoStream, troubles: list[str]) -> Iterator[av.VideoFrame]: ...
@overload
def decoded(container: InputContainer, stream: AudioStream, troubles: list[str]) -> Iterator[av.AudioFrame]: ...
def decoded(
    container: InputContainer, stream: VideoStream | AudioStream, troubles: list[str]
) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Yield what can be decoded of one stream, in order of presentation; damaged packets are left out.

    Args:
        container: an open file, anywhere in it.
        stream: one of its video or audio streams.
        troubles: told, once, when something was damaged.
    """
    # Without a packet the decoder gives back the frames that it still holds.
    for packet in chain(packets(container, stream, troubles), [None]):
        try:
            yield from stream.codec_context.decode(packet)
        except _DAMAGE as error:
            _note(troubles, f"some of it is damaged ({_reason(error)}) and was left out")


def _note(troubles: list[str], trouble: str) -> None:
    if trouble not in troubles and len(troubles) < 20:
        troubles.append(trouble)


def timed(frames: Iterator[AnyFrame], time_base: Fraction | None, period_s: float) -> Iterator[tuple[float, AnyFrame]]:
    """Yield each frame with its time on the stream's clock [s], strictly rising whatever the file says.

    A missing time is one period after the frame before; a repeated or slightly earlier one is moved just behind it;
    a leap backwards, or an absurd one forwards, is closed, so that what follows keeps its own rhythm.
    """
    shift_s, last_s = 0.0, None
    for frame in frames:
        pts = getattr(frame, "pts", None)
        base = getattr(frame, "time_base", None) or time_base
        time_s = None if pts is None or not base else float(pts * base) + shift_s
        if last_s is None:
            time_s = time_s or 0.0
        elif time_s is None:
            time_s = last_s + period_s
        elif time_s < last_s - 1.0 or time_s > last_s + _NOT_NUMBERED_S:
            shift_s += last_s + period_s - time_s
            time_s = last_s + period_s
        elif time_s <= last_s:
            time_s = last_s + period_s / 10
        last_s = time_s
        yield time_s, frame


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the main video stream, set to decode on all cores.

    Raises:
        InputError: there is none (a cover picture of a song is none either), or its codec is unknown.
    """
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        held = "holds sound but no video" if container.streams.audio else "holds no video"
        raise InputError(f"{path} {held}; expected {EXPECTED}")
    if stream.codec_context is None:
        raise InputError(f"{path} is coded in a way that FFmpeg cannot decode; save it as H.264 MP4 first")
    if stream.width * stream.height > _MOST_PIXELS:
        raise InputError(f"{path} has {stream.width}x{stream.height} pixels; scale it down to at most 8192 a side")
    stream.thread_type = "AUTO"
    return stream


def first_frame(
    container: InputContainer, stream: VideoStream, path: Path, troubles: list[str]
) -> tuple[float, av.VideoFrame]:
    """Return the first frame that can be decoded and its time on the stream's clock [s].

    Raises:
        InputError: there is none.
    """
    found: list[str] = []
    for time_s, frame in timed(decoded(container, stream, found), stream.time_base, 1 / 30):
        troubles.extend(found)
        return time_s, frame
    remedy = "save an animated WebP as GIF or MP4 first" if path.suffix.lower() == ".webp" else "copy it again"
    raise InputError(f"{path} is damaged: not one frame of it can be decoded; {remedy}")
