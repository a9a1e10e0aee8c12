"""Clips: videos, pictures and folders of pictures, as upright frames with their times."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.format import Flags as FormatFlags
from av.video.stream import VideoStream

from manekko.arrays import Array, UInt8
from manekko.errors import InputError
from manekko.video.decode import check_path, decoded, first_frame, opened, packets, timed, video_stream
from manekko.video.folder import first_size, folder_frames, folder_pictures, read_picture
from manekko.video.upright import Developer, scaled

STILL_FPS = 30.0
"""Rate at which a folder of pictures is played, and the nominal rate of one picture."""

_TOLERANCE_S = 1e-3  # a frame this close to a bound is at the bound: people type 1.033, not 1.0333333
_SEEK_MARGIN_S = 1.0
_SHORT_S = 3.0  # up to here decoding from the beginning is as quick as seeking
_MOVING_PICTURES = {"gif", "apng", "webp", "webp_anim"}  # without an index: cheap to scan, and no seeking


@dataclass(frozen=True)
class Frame:
    """One picture of a clip."""

    index: int
    """Number among the frames given out, from 0."""
    time_s: float
    """Presentation time [s] after the first frame given out."""
    rgb: UInt8[Array, "height width 3"]
    """Upright picture with square pixels."""


@dataclass(frozen=True)
class ClipInfo:
    """What is known of a clip before it is read through."""

    path: Path
    kind: Literal["video", "image", "folder"]
    size_px: tuple[int, int]
    """Width and height of the upright frames [px]."""
    fps: float
    """Mean frame rate; 30 for a folder or a picture. The times of the frames are the truth, this is only nominal."""
    duration_s: float | None
    """Length [s]; None where the file does not say, and for a picture."""
    frame_estimate: int | None
    """About how many frames there are, for progress bars; None where the file does not say."""
    has_sound: bool


@dataclass(frozen=True)
class Clip:
    """A clip that can be read as often as wanted; nothing stays open between readings."""

    info: ClipInfo
    first_frame_s: float = 0.0
    """Time of the first frame on the file's own clock [s], which the sound shares."""
    warnings: list[str] = field(default_factory=list)
    """What was wrong with the file but could be passed over; grows while frames are read."""

    def frames(
        self, start_s: float = 0.0, end_s: float | None = None, *, size_px: tuple[int, int] | None = None
    ) -> Iterator[Frame]:
        """Return the frames with ``start_s`` ≤ time < ``end_s`` on the clip's own clock (0 at its first frame).

        Args:
            start_s: where to begin [s]; a video is sought, not decoded, up to about there.
            end_s: where to stop [s]; None reads to the end.
            size_px: width and height [px] to stretch the pictures to, which makes small ones cheap; None for the
                clip's own.

        Raises:
            InputError: the bounds make no sense, or no frame lies between them.
        """
        check_bounds(start_s, end_s)
        return self._frames(start_s, end_s, size_px or self.info.size_px)

    def first_time_s(self, start_s: float) -> float:
        """Return where the first frame at or after ``start_s`` stands [s on the clip's clock]."""
        if start_s <= _TOLERANCE_S:
            return 0.0
        for time_s, _ in self._timed_pictures(start_s - _TOLERANCE_S, self.info.size_px):
            return time_s
        raise _nothing_between(self.info, start_s, None, 0.0)

    def _frames(self, start_s: float, end_s: float | None, size_px: tuple[int, int]) -> Iterator[Frame]:
        first_s, time_s = None, 0.0
        for index, (time_s, rgb) in enumerate(self._timed_pictures(start_s - _TOLERANCE_S, size_px)):
            if end_s is not None and time_s >= end_s - _TOLERANCE_S:
                break
            first_s = time_s if first_s is None else first_s
            yield Frame(index, time_s - first_s, rgb)
        else:
            if first_s is not None:
                self._note_early_end(time_s)
        if first_s is None:
            raise _nothing_between(self.info, start_s, end_s, time_s)

    def _timed_pictures(
        self, start_s: float, size_px: tuple[int, int]
    ) -> Iterator[tuple[float, UInt8[Array, "height width 3"]]]:
        """Yield the pictures from ``start_s`` on in the given size, with their times on the clip's clock."""
        info = self.info
        if info.kind == "folder":
            pictures = folder_frames(info.path, info.size_px, info.fps, start_s, self.warnings)
            return ((time_s, scaled(rgb, size_px)) for time_s, rgb in pictures)
        if info.kind == "image":
            return iter([(0.0, scaled(read_picture(info.path), size_px))] if start_s <= 0 else [])
        return _video_pictures(self, start_s, size_px)

    def _note_early_end(self, last_s: float) -> None:
        duration_s = self.info.duration_s
        if duration_s is not None and last_s + 2 / self.info.fps + 0.5 < duration_s:
            trouble = f"the file announces {duration_s:.1f} s but its frames end at {last_s:.1f} s: it was cut"
            if trouble not in self.warnings:
                self.warnings.append(trouble)


def check_bounds(start_s: float, end_s: float | None) -> None:
    """Raise ``InputError`` unless 0 ≤ start < end."""
    if not 0.0 <= start_s < math.inf:
        raise InputError(f"a clip cannot start at {start_s:g} s; give a start of 0 s or later")
    if end_s is not None and not end_s > start_s:
        raise InputError(f"the start, {start_s:g} s, is not before the end, {end_s:g} s; give an end after the start")


def _nothing_between(info: ClipInfo, start_s: float, end_s: float | None, last_s: float) -> InputError:
    if end_s is not None and last_s >= end_s - _TOLERANCE_S:
        return InputError(f"{info.path} has no frame between {start_s:g} s and {end_s:g} s; give a wider range")
    length_s = max(last_s, info.duration_s or 0.0)
    return InputError(f"{info.path} is {length_s:.2f} s long and has no frame from {start_s:g} s on; start earlier")


def open_clip(path: Path, *, folder_fps: float = STILL_FPS) -> Clip:
    """Return a clip: any video or picture that FFmpeg reads, or a folder of pictures.

    Args:
        path: where it is.
        folder_fps: pictures a second of a folder, which are taken in natural order.

    Raises:
        InputError: nothing is there, it cannot be read, or it holds no pictures; the message says which.
    """
    check_path(path)
    if path.is_dir():
        return _open_folder(path, folder_fps)
    warnings: list[str] = []
    with opened(path) as container:
        stream = video_stream(container, path)
        first_s, frame = first_frame(container, stream, path, warnings)
        size_px = Developer.of(frame, stream.sample_aspect_ratio).size_px
        has_sound = len(container.streams.audio) > 0
        still = _is_still(container)
        fps, duration_s, count = (STILL_FPS, None, 1) if still else _timing(container, stream, path)
        still = still or (container.format.name in _MOVING_PICTURES and count == 1)
    if still:
        height, width = read_picture(path).shape[:2]
        size_px = (width, height)
        return Clip(ClipInfo(path, "image", size_px, STILL_FPS, None, 1, has_sound=False), warnings=warnings)
    return Clip(ClipInfo(path, "video", size_px, fps, duration_s, count, has_sound), first_s, warnings)


def _open_folder(path: Path, fps: float) -> Clip:
    pictures = folder_pictures(path)
    warnings: list[str] = []
    size_px = first_size(pictures, path, warnings)
    count = len(pictures)
    info = ClipInfo(path, "folder", size_px, fps, count / fps, count, has_sound=False)
    return Clip(info, warnings=warnings)


def _is_still(container: InputContainer) -> bool:
    name = container.format.name
    return name == "image2" or (name.endswith("_pipe") and name not in _MOVING_PICTURES)


def _timing(container: InputContainer, stream: VideoStream, path: Path) -> tuple[float, float | None, int | None]:
    """Return frame rate, length [s] and number of frames, by counting packets where the header cannot be trusted."""
    rate = float(stream.average_rate or stream.guessed_rate or 0.0)
    duration_s = _header_duration_s(container, stream)
    if duration_s is not None and 1.0 <= rate <= 240.0 and container.format.name not in _MOVING_PICTURES:
        return rate, duration_s, stream.frames or max(1, round(duration_s * rate))
    count, span_s = _counted(path)
    if count > 1 and span_s > 0:
        rate = (count - 1) / span_s
    elif not 1.0 <= rate <= 240.0:
        rate = STILL_FPS
    return rate, count / rate, count


def _header_duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _counted(path: Path) -> tuple[int, float]:
    """Return the number of packets of the video and the time they span [s], without decoding them."""
    count, first_s, last_s = 0, math.inf, -math.inf
    with opened(path) as container:
        for packet in packets(container, video_stream(container, path), []):
            count += 1
            if packet.pts is not None and packet.time_base:
                time_s = float(packet.pts * packet.time_base)
                first_s, last_s = min(first_s, time_s), max(last_s, time_s)
    return count, max(0.0, last_s - first_s)


def _video_pictures(
    clip: Clip, start_s: float, size_px: tuple[int, int], *, seeking: bool = True
) -> Iterator[tuple[float, UInt8[Array, "height width 3"]]]:
    path, first_s = clip.info.path, clip.first_frame_s
    with opened(path) as container:
        stream = video_stream(container, path)
        sought = seeking and start_s > _SHORT_S and _seek(container, stream, first_s + start_s - _SEEK_MARGIN_S)
        frames = timed(decoded(container, stream, clip.warnings), stream.time_base, 1 / clip.info.fps)
        head = next(frames, None)
        arrived = head is not None and head[1].pts is not None and head[0] <= first_s + start_s
        if head is not None and (arrived or not sought):
            developer = Developer.of(head[1], stream.sample_aspect_ratio, size_px=size_px)
            for time_s, frame in chain([head], frames):
                if time_s - first_s >= start_s:
                    yield time_s - first_s, developer.develop(frame)
    if sought and not arrived:
        # The file cannot be sought, or not exactly: all that stands before the start is decoded and passed over.
        yield from _video_pictures(clip, start_s, size_px, seeking=False)


def _seek(container: InputContainer, stream: VideoStream, time_s: float) -> bool:
    # Where the file holds no times, FFmpeg would count them from 0 again after a seek.
    timeless = container.format.flags & FormatFlags.no_timestamps.value
    if container.format.name in _MOVING_PICTURES or timeless or not stream.time_base:
        return False
    try:
        container.seek(int(time_s / stream.time_base), stream=stream)
    except (FFmpegError, OSError):
        return False
    return True
