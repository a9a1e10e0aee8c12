"""Small clips made on the spot, whose frames tell their own number by colour."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

COLOURS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40), (40, 200, 200), (200, 40, 200)]


def picture(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A plain colour by number; the upper left quarter white, so that turning shows."""
    rgb = np.full((height, width, 3), COLOURS[number % len(COLOURS)], dtype=np.uint8)
    rgb[: height // 2, : width // 2] = 255
    return rgb


def number_of(rgb: np.ndarray) -> int:
    """The colour number of a picture made by ``picture``, seen in its lower right quarter."""
    height, width = rgb.shape[:2]
    seen = rgb[height * 5 // 8 : height * 7 // 8, width * 5 // 8 : width * 7 // 8].reshape(-1, 3).mean(axis=0)
    distances = np.abs(np.array(COLOURS) - seen).max(axis=1)
    assert distances.min() < 40, f"no known colour: {seen}"
    return int(distances.argmin())


def make_video(
    path: Path,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container: str | None = None,
    size: tuple[int, int] = (64, 48),
    times_s: Sequence[float] | None = None,
    frames: int = 12,
    rate: int = 25,
    time_base: Fraction | None = None,
    sound: np.ndarray | None = None,
    sound_start_s: float = 0.0,
    sound_codec: str = "aac",
    sound_rate: int = 48_000,
    pixel_aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    pictures: Sequence[np.ndarray] | None = None,
    source_format: str = "rgb24",
) -> Path:
    """Encode numbered pictures (and sound: mono floats) into a file."""
    times_s = times_s if times_s is not None else [index / rate for index in range(frames)]
    with av.open(str(path), "w", format=container) as output:
        video = output.add_stream(codec, rate=rate, options=options or {})
        video.width, video.height, video.pix_fmt = size[0], size[1], pixel_format
        time_base = time_base or Fraction(1, rate)
        video.codec_context.time_base = time_base
        if pixel_aspect is not None:
            video.codec_context.sample_aspect_ratio = pixel_aspect
        audio = output.add_stream(sound_codec, rate=sound_rate, layout="mono") if sound is not None else None
        for index, time_s in enumerate(times_s):
            array = pictures[index] if pictures is not None else picture(index, *size)
            frame = av.VideoFrame.from_ndarray(array, format=source_format)
            frame = frame.reformat(format=pixel_format) if frame.format.name != pixel_format else frame
            frame.pts, frame.time_base = round(time_s / time_base), time_base
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                block = (sound[start : start + 1024] * 32767).astype(np.int16)
                heard = av.AudioFrame.from_ndarray(block[None], format="s16", layout="mono")
                heard.sample_rate, heard.time_base = sound_rate, Fraction(1, sound_rate)
                heard.pts = start + round(sound_start_s * sound_rate)
                output.mux(audio.encode(heard))
            output.mux(audio.encode(None))
    return path
