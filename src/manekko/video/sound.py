"""The sound of a clip as a WAV file that MikuMikuDance plays, in step with the motion."""

import wave
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np

from manekko.arrays import Array, Int
from manekko.video.decode import decoded, opened
from manekko.video.source import check_bounds, open_clip
from manekko.video.target import replacing

_JITTER_S = 0.03  # time stamps this far from where the samples are, are rounding; further off, a gap or an overlap
_BACKWARDS_S = 1.0  # a leap back this far, or forwards
_FORWARDS_S = 600.0  # this far, is a broken clock
_LONGEST_BYTES = 2**32 - 4096  # what a WAV header can count

Samples = Int[Array, "sample channel"]


def write_wav(source: Path, target: Path, *, start_s: float = 0.0, end_s: float | None = None) -> bool:
    """Write a clip's first sound stream as 16-bit PCM; return False, and write nothing, if there is no sound.

    The first sample belongs to the first frame that ``Clip.frames(start_s)`` gives out: sound that starts later is
    preceded by silence, earlier sound is cut off, gaps are silent. The file ends with the sound, or at ``end_s``.
    The rate is 44.1 kHz if the clip's is, else 48 kHz; mono stays mono, everything else becomes stereo.

    Args:
        source: the clip; a picture or a folder has no sound.
        target: the WAV file; written whole or not at all.
        start_s: where the motion begins [s on the clip's clock].
        end_s: where it ends [s on the clip's clock]; None for the end of the sound.

    Raises:
        InputError: the clip cannot be read, or the bounds make no sense.
        MissingToolError: the target cannot be written.
    """
    check_bounds(start_s, end_s)
    clip = open_clip(source)
    if not clip.info.has_sound:
        return False
    zero_s = clip.first_frame_s + clip.first_time_s(start_s)
    with opened(source) as container:
        stream = container.streams.audio[0]
        if stream.codec_context is None or not stream.codec_context.sample_rate:
            return False
        rate = 44_100 if stream.codec_context.sample_rate % 11_025 == 0 else 48_000
        channels = 1 if stream.codec_context.channels == 1 else 2
        longest = _LONGEST_BYTES // (2 * channels)
        if end_s is not None:
            longest = min(longest, max(0, round((clip.first_frame_s + end_s - zero_s) * rate)))
        placed = _placed(_runs(decoded(container, stream, [])), zero_s, rate, channels)
        pieces = _joined(placed, rate, longest)
        first = next(pieces, None)
        if first is None:
            return False
        with replacing(target) as temporary, temporary.open("wb") as handle, wave.open(handle, "wb") as wav:
            wav.setparams((channels, 2, rate, 0, "NONE", ""))
            wav.writeframes(first.astype("<i2").tobytes())
            for piece in pieces:
                wav.writeframes(piece.astype("<i2").tobytes())
    return True


def _runs(frames: Iterator[av.AudioFrame]) -> Iterator[tuple[float | None, av.AudioFrame]]:
    """Yield the frames; with a frame that does not simply follow on, its time [s on the file's clock], else None."""
    shift_s, expected_s, kind_before = 0.0, None, None
    for frame in frames:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        time_s = None if frame.pts is None or not frame.time_base else float(frame.pts * frame.time_base) + shift_s
        if expected_s is None:
            expected_s = start_s = time_s or 0.0
        elif time_s is None or abs(time_s - expected_s) <= _JITTER_S:
            start_s = None if kind == kind_before else expected_s
        elif time_s < expected_s - _BACKWARDS_S or time_s > expected_s + _FORWARDS_S:
            shift_s += expected_s - time_s
            start_s = expected_s
        else:
            expected_s = start_s = time_s
        yield start_s, frame
        expected_s += frame.samples / frame.sample_rate
        kind_before = kind


def _placed(
    runs: Iterator[tuple[float | None, av.AudioFrame]], zero_s: float, rate: int, channels: int
) -> Iterator[tuple[int, Samples]]:
    """Yield converted samples and the place of the first, counted from ``zero_s``; negative before it."""
    layout = "mono" if channels == 1 else "stereo"
    resampler: av.AudioResampler | None = None
    place = 0
    for start_s, frame in chain(runs, [(0.0, None)]):
        if resampler is not None and start_s is not None:
            # What the resampler holds back belongs before the jump, and at the end to the end.
            for samples in _resampled(resampler, None, channels):
                yield place, samples
                place += len(samples)
        if frame is None:
            return
        if resampler is None or start_s is not None:
            resampler = av.AudioResampler("s16", layout, rate)
            place = round(((start_s or 0.0) - zero_s) * rate)
        for samples in _resampled(resampler, frame, channels):
            yield place, samples
            place += len(samples)


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None, channels: int) -> Iterator[Samples]:
    for converted in resampler.resample(frame):
        yield converted.to_ndarray().reshape(-1, channels)


def _joined(placed: Iterator[tuple[int, Samples]], rate: int, longest: int) -> Iterator[Samples]:
    """Yield at most ``longest`` samples from place 0 on, without gaps or overlaps."""
    written = 0
    for place, samples in placed:
        while written < min(place, longest):
            silence = np.zeros((min(rate, min(place, longest) - written), samples.shape[1]), dtype=np.int16)
            yield silence
            written += len(silence)
        new = samples[max(0, written - place) : max(0, longest - place)]
        if len(new):
            yield new
            written += len(new)
        if written >= longest:
            return
