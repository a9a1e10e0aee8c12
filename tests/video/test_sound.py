import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.errors import InputError, MissingToolError
from manekko.video.sound import write_wav
from manekko.video.writer import write_png
from tests.video.clips import make_video, picture

RATE = 48_000


def clicks(*times_s: float, length_s: float = 4.0, rate: int = RATE) -> np.ndarray:
    """Silence with a short bump at each time."""
    sound = np.zeros(round(length_s * rate))
    for time_s in times_s:
        start = round(time_s * rate)
        sound[start : start + rate // 500] = 0.8
    return sound


def read(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path), "rb") as wav:
        assert wav.getsampwidth() == 2
        samples = np.frombuffer(wav.readframes(wav.getnframes()), dtype="<i2").reshape(-1, wav.getnchannels())
        return samples, wav.getframerate()


def heard_s(path: Path) -> list[float]:
    """Times [s] at which the clicks of a WAV begin."""
    samples, rate = read(path)
    loud = np.abs(samples[:, 0].astype(int)) > 6000
    begins = np.flatnonzero(loud & ~np.concatenate([[False], loud[:-1]]))
    return [begin / rate for begin in begins[np.diff(begins, prepend=-rate) > rate / 20]]


def make_mkv(path: Path, **options: object) -> Path:
    """A clip of 4 s with uncompressed sound, so that clicks stay where they are."""
    return make_video(path, frames=100, sound_codec="pcm_s16le", **options)  # type: ignore[arg-type]


def test_click_is_where_it_was(tmp_path: Path) -> None:
    clip, wav = make_mkv(tmp_path / "a.mkv", sound=clicks(0.5, 3.0)), tmp_path / "a.wav"
    assert write_wav(clip, wav) is True
    assert heard_s(wav) == pytest.approx([0.5, 3.0], abs=1 / RATE)
    samples, rate = read(wav)
    assert (samples.shape, rate) == ((4 * RATE, 1), RATE)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_click_survives_aac(tmp_path: Path, name: str) -> None:
    clip = make_video(tmp_path / name, frames=100, sound=clicks(1.0, 2.5))
    write_wav(clip, tmp_path / "a.wav")
    # Matroska does not say how long the encoder's run-in is beyond a millisecond.
    assert heard_s(tmp_path / "a.wav") == pytest.approx([1.0, 2.5], abs=0.002)


@pytest.mark.parametrize("start_s", [0.5, 1.01, 3.3])
def test_click_is_in_step_with_the_first_frame_given_out(tmp_path: Path, start_s: float) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.2, 3.5))
    write_wav(clip, tmp_path / "a.wav", start_s=start_s)
    first_frame_s = np.ceil(start_s * 25 - 1e-6) / 25
    assert heard_s(tmp_path / "a.wav") == pytest.approx([3.5 - first_frame_s], abs=1 / RATE)


def test_end_is_honoured_to_the_sample(tmp_path: Path) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.5, 3.0))
    write_wav(clip, tmp_path / "a.wav", start_s=0.4, end_s=1.5)
    assert len(read(tmp_path / "a.wav")[0]) == round(1.1 * RATE)
    assert heard_s(tmp_path / "a.wav") == pytest.approx([0.1], abs=1 / RATE)


def test_sound_that_starts_later_is_preceded_by_silence(tmp_path: Path) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.0, 1.0, length_s=2.0), sound_start_s=1.5)
    write_wav(clip, tmp_path / "a.wav")
    assert heard_s(tmp_path / "a.wav") == pytest.approx([1.5, 2.5], abs=1 / RATE)
    assert len(read(tmp_path / "a.wav")[0]) == round(3.5 * RATE)


def test_sound_before_the_first_frame_is_cut_off(tmp_path: Path) -> None:
    times_s = [1.0 + index / 25 for index in range(50)]
    clip = make_video(tmp_path / "a.mkv", times_s=times_s, sound=clicks(0.5, 1.25), sound_codec="pcm_s16le")
    write_wav(clip, tmp_path / "a.wav")
    assert heard_s(tmp_path / "a.wav") == pytest.approx([0.25], abs=1 / RATE)


def make_gap(path: Path, second_start_s: float) -> Path:
    """Sound in two pieces of 1 s, each begun by a click, the second at ``second_start_s``."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = output.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for index in range(100):
            frame = av.VideoFrame.from_ndarray(picture(index), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for start_s in (0.0, second_start_s):
            block = (clicks(0.0, length_s=1.0) * 32767).astype(np.int16)
            for offset in range(0, RATE, 1000):
                heard = av.AudioFrame.from_ndarray(block[None, offset : offset + 1000], format="s16", layout="mono")
                heard.sample_rate, heard.time_base = RATE, Fraction(1, RATE)
                heard.pts = round(start_s * RATE) + offset
                output.mux(audio.encode(heard))
    return path


def test_gap_is_filled_with_silence(tmp_path: Path) -> None:
    assert write_wav(make_gap(tmp_path / "a.mkv", 2.5), tmp_path / "a.wav")
    assert heard_s(tmp_path / "a.wav") == pytest.approx([0.0, 2.5], abs=1 / RATE)
    assert len(read(tmp_path / "a.wav")[0]) == round(3.5 * RATE)


@pytest.mark.parametrize(("rate", "written"), [(44_100, 44_100), (22_050, 44_100), (32_000, 48_000), (96_000, 48_000)])
def test_rate_becomes_one_that_mmd_plays(tmp_path: Path, rate: int, written: int) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.5, 3.0, rate=rate), sound_rate=rate)
    write_wav(clip, tmp_path / "a.wav")
    assert read(tmp_path / "a.wav")[1] == written
    assert heard_s(tmp_path / "a.wav") == pytest.approx([0.5, 3.0], abs=0.001)
    assert len(read(tmp_path / "a.wav")[0]) == pytest.approx(4 * written, abs=64)


def test_clip_without_sound_gives_no_file(tmp_path: Path) -> None:
    assert write_wav(make_video(tmp_path / "a.mp4"), tmp_path / "a.wav") is False
    write_png(tmp_path / "a.png", picture(0))
    assert write_wav(tmp_path / "a.png", tmp_path / "a.wav") is False
    assert not (tmp_path / "a.wav").exists()


def test_part_behind_the_sound_gives_no_file(tmp_path: Path) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.5, length_s=1.0))
    assert write_wav(clip, tmp_path / "a.wav", start_s=2.0) is False
    assert not (tmp_path / "a.wav").exists()


def test_damaged_sound_is_read_as_far_as_it_can(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mkv", frames=100, sound=clicks(0.5, 1.0)).read_bytes()
    random = np.random.default_rng(3)
    data = bytearray(whole)
    for place in random.integers(len(data) // 2, len(data), 40):
        data[place] ^= 255
    (tmp_path / "b.mkv").write_bytes(data)
    write_wav(tmp_path / "b.mkv", tmp_path / "b.wav")
    assert len(read(tmp_path / "b.wav")[0]) <= 5 * RATE


def test_bad_bounds_and_bad_targets_are_one_line(tmp_path: Path) -> None:
    clip = make_mkv(tmp_path / "a.mkv", sound=clicks(0.5))
    with pytest.raises(InputError, match=r"the start, 2 s, is not before the end, 1 s"):
        write_wav(clip, tmp_path / "a.wav", start_s=2.0, end_s=1.0)
    with pytest.raises(InputError, match=r"no frame from 9 s on"):
        write_wav(clip, tmp_path / "a.wav", start_s=9.0)
    with pytest.raises(MissingToolError, match=r"the folder .* does not exist"):
        write_wav(clip, tmp_path / "nowhere" / "a.wav")
    (tmp_path / "folder").mkdir()
    with pytest.raises(MissingToolError, match="it is a folder"):
        write_wav(clip, tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv", "folder"]
