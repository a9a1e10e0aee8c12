"""The clip's tune: five bars for drums, bass, chords and a bell, made of sines and noise."""

import wave
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

from dancer.dance import BEAT_S, BEATS
from manekko.arrays import Array, Float

RATE_HZ = 44_100
_CHORDS = ((48, 52, 55), (43, 47, 50), (45, 48, 52), (41, 45, 48), (48, 52, 55))
"""MIDI notes of the five bars: C, G, A minor, F, C."""
_BELL = (
    "76 - 79 - 84 - 79 76 | 74 - 79 - 83 - 79 74 | 72 - 76 - 81 76 84 - | 81 - 77 - 84 86 84 81 | 79 84 88 84 91 - - -"
)
"""The melody in eighths, MIDI notes; - holds."""


def tune() -> Float[Array, "sample 2"]:
    """Return the tune, −1 to 1, left and right; the first drum is at sample 0."""
    chance = np.random.default_rng(125)
    sound = np.zeros((round(BEATS * BEAT_S * RATE_HZ), 2))
    for beat in range(BEATS):
        last = beat >= BEATS - 2
        _add(sound, beat, 0.75 * _kick())
        if beat % 2 == 1:
            _add(sound, beat, 0.30 * _noise(chance, 0.16, 28.0, 1200.0))
        for half in (0.0, 0.5):
            if not last:
                _add(sound, beat + half, (0.10 if half else 0.05) * _noise(chance, 0.06, 70.0, 7000.0), right=0.2)
        chord = _CHORDS[beat // 4]
        for half, octave in ((0.0, 0), (0.5, 12)):
            _add(sound, beat + half, 0.26 * _pluck(chord[0] - 12 + octave, 0.30, 7.0, (1.0, 0.5, 0.2)))
        for place, note in enumerate(chord):
            _add(sound, beat + 0.5, 0.07 * _pluck(note + 12, 0.35, 9.0, (1.0, 0.3, 0.3, 0.1)), right=0.4 * (place - 1))
    notes = _BELL.replace("|", "").split()
    for eighth, note in enumerate(notes):
        if note != "-":
            _add(sound, eighth / 2, 0.15 * _pluck(int(note), 0.8, 5.0, (1.0, 0.0, 0.25, 0.0, 0.08)), right=-0.15)
    fade = np.clip((len(sound) - np.arange(len(sound))) / (0.12 * RATE_HZ), 0.0, 1.0)
    return np.tanh(1.1 * sound) * fade[:, None]


def write_tune(target: Path) -> None:
    """Write the tune as a 16-bit WAV."""
    with wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(32000 * tune()).astype("<i2").tobytes())


def _add(sound: Array, beat: float, note: Array, right: float = 0.0) -> None:
    start = round(beat * BEAT_S * RATE_HZ)
    note = note[: len(sound) - start]
    sound[start : start + len(note)] += note[:, None] * np.array([1.0 - right, 1.0 + right])


def _times(seconds: float) -> Array:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _kick() -> Array:
    time = _times(0.28)
    return np.sin(2 * np.pi * (48.0 * time + 90.0 / 30.0 * (1.0 - np.exp(-30.0 * time)))) * np.exp(-11.0 * time)


def _noise(chance: np.random.Generator, seconds: float, decay: float, above_hz: float) -> Array:
    time = _times(seconds)
    high = butter(2, above_hz, "high", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(high, 0.5 * chance.standard_normal(len(time)))) * np.exp(-decay * time)


def _pluck(midi: int, seconds: float, decay: float, partials: tuple[float, ...]) -> Array:
    time = _times(seconds)
    pitch_hz = 440.0 * 2.0 ** ((midi - 69) / 12.0)
    tone = np.zeros_like(time)
    for number, loud in enumerate(partials, start=1):
        tone += loud * np.sin(2 * np.pi * pitch_hz * number * time) * np.exp(-decay * number**0.7 * time)
    return tone * np.clip(time / 0.004, 0.0, 1.0) * np.clip((seconds - time) / 0.02, 0.0, 1.0)
