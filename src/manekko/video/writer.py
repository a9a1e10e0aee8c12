"""Videos and pictures written: MP4, WebM and MOV with sound, and PNG."""

import math
import wave
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from manekko.arrays import Array, UInt8
from manekko.errors import InputError, MissingToolError
from manekko.video.encodings import Encoding, encoding_of
from manekko.video.png import encode_png
from manekko.video.target import abandon, refusals, replacing

_TIME_BASE = Fraction(1, 60_000)  # the finest, for round frame rates, that MPEG-4 part 2 can tell
_SOUND_BLOCK = 4096


class VideoWriter:
    """Context manager that writes frames into an MP4, WebM or MOV, whole or not at all.

    Frames come at rising times, even or not. Odd sizes get one more row or column, a copy of the edge, where the
    codec needs even ones. The file appears, or is replaced, when the block ends without an exception.
    """

    def __init__(
        self,
        target: Path,
        size_px: tuple[int, int],
        fps: float,
        *,
        sound: Path | None = None,
        sound_start_s: float = 0.0,
        transparent: bool = False,
        fine: bool = False,
    ) -> None:
        """Prepare; nothing is touched before the ``with`` block is entered.

        Args:
            target: the file to write; its ending says the kind.
            size_px: width and height of every frame [px].
            fps: nominal rate; the times given with the frames are what counts, the last frame lasts 1/fps.
            sound: 16-bit WAV, cut where the pictures end; None for none.
            sound_start_s: where in the sound time 0 is [s].
            transparent: whether the frames have a fourth channel that is kept.
            fine: whether an MP4 is to be kept, not only looked at; it takes longer to write.

        Raises:
            InputError: there is no such kind of video, or it cannot be transparent.
        """
        self.target = target
        self.size_px = size_px
        self._encoding = encoding_of(target, transparent=transparent, fine=fine)
        self._pixels = "rgba" if transparent else "rgb24"
        self._rate = Fraction(fps).limit_denominator(1001)
        self._sound_path = sound
        self._sound_start_s = sound_start_s
        self._last_tick = -1
        self._sound_done = 0
        self._reformatter = VideoReformatter()

    def __enter__(self) -> "VideoWriter":
        """Open the file under a temporary name.

        Raises:
            InputError: the sound is not a 16-bit WAV file.
            MissingToolError: the target cannot be written.
        """
        encoding = self._encoding
        with ExitStack() as stack:
            self._wav = stack.enter_context(_opened_wav(self._sound_path)) if self._sound_path else None
            if self._wav is not None:
                self._wav.setpos(min(round(self._sound_start_s * self._wav.getframerate()), self._wav.getnframes()))
            temporary = stack.enter_context(replacing(self.target))
            temporary.touch()  # FFmpeg opens it at the first frame only: too late to hear that it cannot be written
            # A name with a protocol is never read as an address.
            options = dict(encoding.container_options)
            container = av.open(f"file:{temporary}", "w", format=encoding.container, options=options)
            self._container = stack.enter_context(container)
            self._video = _add_video(container, encoding, self.size_px, self._rate)
            self._audio = _add_sound(container, encoding, self._wav) if self._wav else None
            self._stack = stack.pop_all()
        return self

    def write(self, picture: UInt8[Array, "height width channel"], time_s: float) -> None:
        """Add one frame of ``size_px``, shown from ``time_s`` [s] on; times that do not rise are moved by a tick.

        Raises:
            MissingToolError: the target cannot be written.
        """
        check_size(picture, self.size_px)
        self._last_tick = max(self._last_tick + 1, round(time_s / _TIME_BASE))
        rows = _even(picture) if self._encoding.even else np.ascontiguousarray(picture)
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(rows, format=self._pixels),
            format=self._encoding.pixel_format,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = self._last_tick, _TIME_BASE
        frame.duration = round(1 / (self._rate * _TIME_BASE))
        with refusals(self.target):
            self._container.mux(self._video.encode(frame))
            self._write_sound(float(self._last_tick * _TIME_BASE))

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
            self._finish()

    def _finish(self) -> None:
        if self._last_tick < 0:
            raise InputError(f"there is no frame to write into {self.target}")
        self._container.mux(self._video.encode(None))
        self._write_sound(float(self._last_tick * _TIME_BASE + 1 / self._rate))
        if self._audio:
            self._container.mux(self._audio.encode(None))

    def _write_sound(self, until_s: float) -> None:
        """Encode the sound up to ``until_s`` [s], so that pictures and sound lie side by side in the file."""
        if self._wav is None or self._audio is None:
            return
        rate, channels = self._wav.getframerate(), self._wav.getnchannels()
        while (missing := math.ceil(until_s * rate) - self._sound_done) > 0:
            block = np.frombuffer(self._wav.readframes(min(missing, _SOUND_BLOCK)), dtype="<i2").astype(np.int16)
            if not len(block):
                return
            frame = av.AudioFrame.from_ndarray(block[None], format="s16", layout=_layout(channels))
            frame.sample_rate, frame.pts, frame.time_base = rate, self._sound_done, Fraction(1, rate)
            self._container.mux(self._audio.encode(frame))
            self._sound_done += len(block) // channels


def check_size(picture: UInt8[Array, "height width channel"], size_px: tuple[int, int]) -> None:
    """Raise ``ValueError`` for a frame that is not of the size that was announced."""
    if picture.shape[1::-1] != tuple(size_px):
        raise ValueError(f"a frame of {picture.shape[1]}x{picture.shape[0]} px in a video of {size_px} px")


def _add_video(container: OutputContainer, encoding: Encoding, size_px: tuple[int, int], rate: Fraction) -> VideoStream:
    name = _first_available(encoding.codecs)
    stream = container.add_stream(name, rate=rate, options=dict(encoding.codecs[name]))
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = (side + side % 2 if encoding.even else side for side in size_px)
    stream.pix_fmt = encoding.pixel_format
    context = stream.codec_context
    context.time_base = _TIME_BASE
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = 1, 1  # BT.709, as the matrix
    return stream


def _add_sound(container: OutputContainer, encoding: Encoding, wav: wave.Wave_read) -> AudioStream:
    rate = wav.getframerate() if wav.getframerate() in encoding.sound_rates else 48_000
    stream = container.add_stream(
        _first_available([encoding.sound_codec]), rate=rate, layout=_layout(wav.getnchannels())
    )
    assert isinstance(stream, AudioStream)
    if encoding.sound_bit_rate is not None:
        stream.codec_context.bit_rate = encoding.sound_bit_rate
    return stream


def _first_available(codecs: Collection[str]) -> str:
    """Return the first codec that this machine's FFmpeg has.

    Raises:
        MissingToolError: it has none of them.
    """
    for name in codecs:
        if name in av.codecs_available:
            return name
    raise MissingToolError(
        f"this FFmpeg has no {' or '.join(codecs)}, which this kind of video needs; write .mp4, or `pip install av`, "
        "which brings an FFmpeg with all of them"
    )


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


@contextmanager
def _opened_wav(path: Path) -> Iterator[wave.Wave_read]:
    with ExitStack() as stack:
        try:
            wav = stack.enter_context(wave.open(str(path), "rb"))
        except OSError as error:
            raise InputError(
                f"the sound {path} cannot be read ({error.strerror}); name a 16-bit PCM WAV file"
            ) from None
        except (wave.Error, EOFError):
            raise InputError(f"the sound {path} is no WAV that can be read; convert it to a 16-bit PCM WAV") from None
        if wav.getsampwidth() != 2 or wav.getnchannels() not in (1, 2):
            found = f"{8 * wav.getsampwidth()}-bit sound with {wav.getnchannels()} channels"
            raise InputError(f"the sound {path} is {found}; expected 16-bit PCM, mono or stereo")
        yield wav


def _even(picture: UInt8[Array, "height width channel"]) -> UInt8[Array, "height2 width2 channel"]:
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(picture)


def write_png(target: Path, picture: UInt8[Array, "height width channel"]) -> None:
    """Write a picture (RGB, or RGB and alpha) as PNG, whole or not at all.

    Raises:
        MissingToolError: the target cannot be written.
    """
    data = encode_png(picture)
    with replacing(target) as temporary:
        temporary.write_bytes(data)
