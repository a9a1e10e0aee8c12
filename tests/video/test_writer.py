import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from manekko.errors import InputError, MissingToolError
from manekko.video import encodings
from manekko.video.sound import write_wav
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.video.clips import make_video, number_of, picture
from tests.video.test_sound import clicks, heard_s


def make_wav(path: Path, sound: np.ndarray, rate: int = 48_000, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, width, rate, 0, "NONE", ""))
        wav.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def test_written_frames_are_read_back(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "踊り.mp4", (64, 48), 25.0) as video:
        for index in range(12):
            video.write(picture(index), index / 25)
    clip = open_clip(tmp_path / "踊り.mp4")
    frames = list(clip.frames())
    assert [number_of(frame.rgb) for frame in frames] == [index % 6 for index in range(12)]
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(12) / 25, abs=1e-4)
    assert clip.info.fps == pytest.approx(25)
    assert clip.info.duration_s == pytest.approx(0.48, abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["踊り.mp4"]


def test_colours_are_kept(tmp_path: Path) -> None:
    for size in ((64, 48), (1280, 720)):
        with VideoWriter(tmp_path / "a.mp4", size, 25.0) as video:
            video.write(picture(0, *size), 0.0)
        rgb = next(open_clip(tmp_path / "a.mp4").frames()).rgb
        assert np.abs(rgb[-8:, -8:].astype(int) - picture(0)[-8:, -8:]).max() <= 8


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times_s = [0.0, 0.033, 0.2, 0.201, 1.5]
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 29.97) as video:
        for index, time_s in enumerate(times_s):
            video.write(picture(index), time_s)
    assert [frame.time_s for frame in open_clip(tmp_path / "a.mp4").frames()] == pytest.approx(times_s, abs=1e-4)


@pytest.mark.parametrize("size", [(63, 47), (1, 1), (64, 49)])
def test_odd_sizes_become_even(tmp_path: Path, size: tuple[int, int]) -> None:
    with VideoWriter(tmp_path / "a.mp4", size, 25.0) as video:
        video.write(np.full((size[1], size[0], 3), 99, dtype=np.uint8), 0.0)
    clip = open_clip(tmp_path / "a.mp4")
    assert clip.info.size_px == tuple(side + side % 2 for side in size)


@pytest.mark.parametrize("rate", [48_000, 44_100, 22_050, 12_345])
def test_sound_is_in_step_and_ends_with_the_pictures(tmp_path: Path, rate: int) -> None:
    sound = make_wav(tmp_path / "in.wav", clicks(0.5, 1.75, rate=rate), rate)
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0, sound=sound) as video:
        for index in range(50):
            video.write(picture(index), index / 25)
    assert write_wav(tmp_path / "a.mp4", tmp_path / "out.wav")
    assert heard_s(tmp_path / "out.wav") == pytest.approx([0.5, 1.75], abs=0.002)
    with wave.open(str(tmp_path / "out.wav")) as wav:
        assert wav.getnframes() / wav.getframerate() == pytest.approx(2.0, abs=0.05)


def test_without_x264_another_encoder_steps_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mp4 = encodings._MP4
    monkeypatch.setattr(encodings, "_MP4", replace(mp4, codecs={"no_such_encoder": {}, "mpeg4": mp4.codecs["mpeg4"]}))
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 23.976) as video:
        for index in range(12):
            video.write(picture(index), index / 23.976)
    frames = list(open_clip(tmp_path / "a.mp4").frames())
    assert [number_of(frame.rgb) for frame in frames] == [index % 6 for index in range(12)]
    assert frames[-1].time_s == pytest.approx(11 / 23.976, abs=1e-3)


@pytest.mark.parametrize("lacking", [{"codecs": {"no_such_encoder": {}}}, {"sound_codec": "no_such_encoder"}])
def test_without_any_encoder_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: dict[str, Any]
) -> None:
    monkeypatch.setattr(encodings, "_WEBM", replace(encodings._WEBM, **lacking))
    sound = make_wav(tmp_path / "a.wav", np.zeros(4800))
    with (
        pytest.raises(MissingToolError, match="has no no_such_encoder"),
        VideoWriter(tmp_path / "a.webm", (64, 48), 30.0, sound=sound),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_failure_leaves_nothing_and_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"old")
    with pytest.raises(FileNotFoundError), VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0) as video:
        video.write(np.fromfile(tmp_path / "mine", dtype=np.uint8), 0.0)
    with pytest.raises(InputError, match="no frame to write"), VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"old"


def test_frame_of_another_size_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32x24 px"), VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0) as video:
        video.write(picture(0, 32, 24), 0.0)


def test_sound_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"not a wav")
    with pytest.raises(InputError, match="16-bit PCM WAV"):
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0, sound=tmp_path / "a.wav").__enter__()
    make_wav(tmp_path / "a.wav", clicks(0.5), width=1)
    with pytest.raises(InputError, match="8-bit sound with 1 channels"):
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0, sound=tmp_path / "a.wav").__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match=r"the folder .*nowhere does not exist"):
        VideoWriter(tmp_path / "nowhere" / "a.mp4", (64, 48), 25.0).__enter__()
    with pytest.raises(MissingToolError, match=r"the folder .*nowhere does not exist"):
        write_png(tmp_path / "nowhere" / "a.png", picture(0))


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from typing import Any
import numpy as np
from manekko.errors import MissingToolError
from manekko.video.sound import write_wav
from manekko.video.writer import VideoWriter, write_png
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
target = Path(sys.argv[1])
try:
    if target.suffix == ".png":
        write_png(target, noise)
    elif target.suffix == ".wav":
        write_wav(Path(sys.argv[2]), target)
    else:
        with VideoWriter(target, (320, 240), 25.0) as video:
            for index in range(50):
                video.write(np.roll(noise, index, axis=0), index / 25)
except MissingToolError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to stand in for a full disk")
@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a.wav"])
def test_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    heard = make_video(tmp_path / "in.mkv", sound=clicks(0.5))
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "out" / name), str(heard)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cannot write" in done.stdout, done
    assert "free some space or choose another folder" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    assert list((tmp_path / "out").iterdir()) == []


def test_png_is_exact(tmp_path: Path) -> None:
    rgb = np.random.default_rng(1).integers(0, 255, (47, 63, 3), dtype=np.uint8)
    write_png(tmp_path / "絵.png", rgb[:, ::-1])
    np.testing.assert_array_equal(next(open_clip(tmp_path / "絵.png").frames()).rgb, rgb[:, ::-1])
