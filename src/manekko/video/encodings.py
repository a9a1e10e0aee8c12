"""How each kind of video file is coded: container, codecs by preference, pixels, sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from manekko.errors import InputError

SUFFIXES = (".mp4", ".webm", ".mov")
"""Endings of the video files that ``VideoWriter`` writes."""


@dataclass(frozen=True)
class Encoding:
    """One kind of video file."""

    container: str
    """FFmpeg's name of it."""
    codecs: Mapping[str, Mapping[str, str]]
    """Video codecs by preference, with their options."""
    pixel_format: str
    sound_codec: str
    sound_rates: frozenset[int]
    """Rates that the sound may keep; any other becomes 48 kHz."""
    sound_bit_rate: int | None = None
    even: bool = True
    """Whether width and height must be even."""
    container_options: Mapping[str, str] = field(default_factory=dict)


_MP4 = Encoding(
    container="mp4",
    # An FFmpeg built without its GPL parts has no libx264.
    codecs={"libx264": {"preset": "ultrafast", "crf": "23"}, "mpeg4": {"qmin": "3", "qmax": "6"}},
    pixel_format="yuv420p",
    sound_codec="aac",
    sound_rates=frozenset(
        (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)
    ),
    sound_bit_rate=160_000,
    # The index goes to the front, for playing from the web.
    container_options={"movflags": "+faststart"},
)
_MP4_FINE = replace(_MP4, codecs={"libx264": {"preset": "veryfast", "crf": "18"}, "mpeg4": {"qmin": "2", "qmax": "4"}})
_VP9 = {"deadline": "realtime", "cpu-used": "6", "crf": "24", "b": "0", "row-mt": "1"}
# FFmpeg's VP9 codes transparency as a second stream, which must not hold frames that are never shown.
_WEBM = Encoding("webm", {"libvpx-vp9": _VP9}, "yuv420p", "libopus", frozenset({48_000}), 128_000)
_WEBM_CLEAR = Encoding(
    "webm", {"libvpx-vp9": _VP9 | {"auto-alt-ref": "0"}}, "yuva420p", "libopus", frozenset({48_000}), 128_000
)
_PRORES = {"profile": "4444", "vendor": "apl0", "qscale": "11"}
_MOV_SOUND = frozenset({44_100, 48_000, 96_000})
_MOV = Encoding("mov", {"prores_ks": _PRORES}, "yuv444p10le", "pcm_s16le", _MOV_SOUND, even=False)
_MOV_CLEAR = Encoding(
    "mov", {"prores_ks": _PRORES | {"alpha_bits": "8"}}, "yuva444p10le", "pcm_s16le", _MOV_SOUND, even=False
)


def encoding_of(target: Path, *, transparent: bool, fine: bool) -> Encoding:
    """Return how a file is coded, by the ending of its name: H.264 in MP4, VP9 in WebM, ProRes 4444 in MOV.

    An MP4 that is not ``fine`` is quick to write and good enough to be looked at once.

    Raises:
        InputError: the ending is another, or its kind cannot be transparent.
    """
    suffix = target.suffix.lower()
    if suffix == ".mp4" and transparent:
        raise InputError(f"{target}: an MP4 cannot be transparent; write .webm, .mov, .gif or .png instead")
    mp4 = _MP4_FINE if fine else _MP4
    kinds = {".mp4": (mp4, mp4), ".webm": (_WEBM, _WEBM_CLEAR), ".mov": (_MOV, _MOV_CLEAR)}
    if suffix not in kinds:
        raise InputError(f"{target}: {suffix or 'no ending'} is no known kind of video; expected {' '.join(SUFFIXES)}")
    return kinds[suffix][transparent]
