"""Kinds of files beside MP4: WebM, MOV, GIF, numbered pictures; with and without transparency."""

from pathlib import Path

import av
import numpy as np
import pytest

from manekko.errors import InputError, MissingToolError
from manekko.video.gif import GifWriter
from manekko.video.png import encode_png
from manekko.video.sequence import SequenceWriter
from manekko.video.sound import write_wav
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.video.clips import number_of, picture
from tests.video.test_sound import clicks, heard_s
from tests.video.test_writer import make_wav


def cut_out(index: int, clear: int = 20) -> np.ndarray:
    """A numbered picture whose right part is transparent."""
    alpha = np.full((48, 64, 1), 255, dtype=np.uint8)
    alpha[:, -clear:] = 0
    return np.concatenate([picture(index), alpha], axis=2)


def read_alpha(path: Path) -> list[np.ndarray]:
    """The transparency of every frame, by the decoder that knows of it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name != "vp9":
            return [frame.to_ndarray(format="rgba")[..., 3] for frame in container.decode(video=0)]
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        packets = [packet for packet in container.demux(stream) if packet.size]
        frames = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
        return [frame.to_ndarray(format="rgba")[..., 3] for frame in frames]


@pytest.mark.parametrize("kind", [".webm", ".mov"])
def test_pictures_times_and_sound_are_read_back(tmp_path: Path, kind: str) -> None:
    sound = make_wav(tmp_path / "in.wav", clicks(0.2), 44_100)
    with VideoWriter(tmp_path / f"踊り{kind}", (64, 48), 25.0, sound=sound) as video:
        for index in range(12):
            video.write(picture(index), index / 25)
    frames = list(open_clip(tmp_path / f"踊り{kind}").frames())
    assert [number_of(frame.rgb) for frame in frames] == [index % 6 for index in range(12)]
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(12) / 25, abs=1e-3)
    assert write_wav(tmp_path / f"踊り{kind}", tmp_path / "out.wav")
    assert heard_s(tmp_path / "out.wav") == pytest.approx([0.2 * 48_000 / 44_100], abs=0.01)


@pytest.mark.parametrize("kind", [".webm", ".mov", ".gif"])
def test_transparency_is_kept(tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"a{kind}"
    writer = GifWriter if kind == ".gif" else VideoWriter
    with writer(target, (64, 48), 25.0, transparent=True) as video:
        for index in range(5):
            video.write(cut_out(index), index / 25)
    alphas = read_alpha(target)
    assert len(alphas) == 5
    for alpha in alphas:
        assert alpha[:, :40].min() >= 250
        assert alpha[:, -16:].max() <= 5


def test_a_moving_cut_out_leaves_no_trail_in_a_gif(tmp_path: Path) -> None:
    with GifWriter(tmp_path / "a.gif", (64, 48), 25.0, transparent=True) as video:
        for index in range(5):
            video.write(cut_out(0, clear=20 + 8 * index), index / 25)
    assert read_alpha(tmp_path / "a.gif")[-1][:, 16:].max() == 0


def test_an_mp4_cannot_be_transparent_and_says_what_can(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be transparent; write \.webm, \.mov, \.gif or \.png"):
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25.0, transparent=True)


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.flv is no known kind of video; expected \.mp4 \.webm \.mov"):
        VideoWriter(tmp_path / "a.flv", (64, 48), 25.0)


def test_a_gif_loops_for_ever_and_keeps_its_times(tmp_path: Path) -> None:
    with GifWriter(tmp_path / "a.gif", (64, 48), 30.0) as video:
        for index in range(12):
            video.write(picture(index), index / 30)
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in (tmp_path / "a.gif").read_bytes()
    frames = list(open_clip(tmp_path / "a.gif").frames())
    assert [number_of(frame.rgb) for frame in frames] == [index % 6 for index in range(12)]
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(12) / 30, abs=0.006)


def test_a_gif_faster_than_browsers_play_is_thinned(tmp_path: Path) -> None:
    with GifWriter(tmp_path / "a.gif", (64, 48), 120.0) as video:
        for index in range(120):
            video.write(picture(index), index / 120)
    frames = list(open_clip(tmp_path / "a.gif").frames())
    assert 38 <= len(frames) <= 50
    assert np.diff([frame.time_s for frame in frames]).min() > 0.019


def test_pictures_are_numbered_in_a_folder_or_under_a_name(tmp_path: Path) -> None:
    for target, names in ((tmp_path / "踊り", "frame"), (tmp_path / "b" / "hop.png", "hop")):
        with SequenceWriter(target, (64, 48)) as video:
            for index in range(3):
                video.write(picture(index), index / 25)
        folder = tmp_path / ("踊り" if names == "frame" else "b")
        assert sorted(path.name for path in folder.iterdir()) == [f"{names}-000{n}.png" for n in (1, 2, 3)]
        assert [number_of(frame.rgb) for frame in open_clip(folder).frames()] == [0, 1, 2]


def test_a_shorter_run_leaves_nothing_of_the_longer_one_and_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "frame-9999.png").write_bytes(b"mine")
    for count in (5, 2):
        with SequenceWriter(tmp_path, (64, 48)) as video:
            for index in range(count):
                video.write(picture(index), 0.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frame-0001.png", "frame-0002.png", "frame-9999.png"]


@pytest.mark.parametrize("name", ["a.gif", "a.webm", "seq"])
def test_failure_leaves_nothing(tmp_path: Path, name: str) -> None:
    def writer() -> GifWriter | VideoWriter | SequenceWriter:
        target = tmp_path / name
        if name == "seq":
            return SequenceWriter(target, (64, 48))
        return (GifWriter if name == "a.gif" else VideoWriter)(target, (64, 48), 25.0)

    def stop() -> None:
        with writer() as video:
            video.write(picture(0), 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    with pytest.raises(InputError, match="no frame to write"), writer():
        pass
    with pytest.raises(ValueError, match="32x24 px"), writer() as video:
        video.write(picture(0, 32, 24), 0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MissingToolError, match="cannot write"):
        SequenceWriter(tmp_path / "file", (64, 48)).__enter__()
    with pytest.raises(MissingToolError, match="does not exist"):
        GifWriter(tmp_path / "nowhere" / "a.gif", (64, 48), 25.0).__enter__()


def test_a_png_keeps_every_value_and_its_transparency(tmp_path: Path) -> None:
    rgba = np.random.default_rng(1).integers(0, 256, (37, 53, 4), dtype=np.uint8)
    write_png(tmp_path / "a.png", rgba)
    assert (tmp_path / "a.png").read_bytes() == encode_png(rgba)
    with av.open(str(tmp_path / "a.png")) as container:
        assert np.array_equal(next(container.decode(video=0)).to_ndarray(format="rgba"), rgba)
