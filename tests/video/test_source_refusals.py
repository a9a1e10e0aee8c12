import os
import socket
import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.errors import InputError
from manekko.video.source import open_clip
from tests.video.clips import make_video


def message(path: Path, *bounds: float | None) -> str:
    with pytest.raises(InputError) as caught:
        list(open_clip(path).frames(*bounds))
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_missing_file_names_near_ones(tmp_path: Path) -> None:
    (tmp_path / "dance.mp4").write_bytes(b"x")
    assert "there is nothing at" in message(tmp_path / "dacne.mp4")
    assert "did you mean dance.mp4?" in message(tmp_path / "dacne.mp4")


def test_an_address_is_not_fetched(tmp_path: Path) -> None:
    assert "download the clip first" in message(Path("https://example.com/dance.mp4"))


@pytest.mark.parametrize("name", ["a.vmd", "b.VPD", "c.bvh"])
def test_a_motion_is_pointed_to_convert(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"Vocaloid Motion Data 0002")
    assert "`manekko convert`" in message(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty (0 bytes)"),
        (bytes(5000), "holds only zeros"),
        (b"hello\n" * 100, "is a text file"),
        (b'{"people": []}', "is a text file"),
        (b"#EXTM3U\n#EXTINF:5,\nhttp://example.com/a.ts\n", "is a text file"),
        (np.random.default_rng(0).bytes(5000), "is not a video or picture that can be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is damaged"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert says in message(path)


def test_song_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mkv"
    make_video(path, frames=1, sound=np.zeros(48_000))
    with av.open(str(path)) as source, av.open(str(tmp_path / "song.m4a"), "w", format="ipod") as song:
        audio = song.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = audio
                song.mux(packet)
    assert "holds sound but no video" in message(tmp_path / "song.m4a")


def test_huge_announced_picture_costs_nothing(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    assert "a.png" in message(tmp_path / "a.png")


def test_folders_without_pictures_say_what_they_hold(tmp_path: Path) -> None:
    assert "holds no picture; expected png" in message(tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"x")
    assert "holds 1 videos and no picture" in message(tmp_path)
    (tmp_path / "a_keypoints.json").write_text("{}")
    assert "1 JSON files and no picture; if they are OpenPose's" in message(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x" * 10)
    assert "none can be read" in message(tmp_path)


def test_bounds_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    assert "cannot start at -1 s" in message(path, -1.0)
    assert "cannot start at nan s" in message(path, float("nan"))
    assert "the start, 0.4 s, is not before the end, 0.2 s" in message(path, 0.4, 0.2)
    assert "is 0.48 s long and has no frame from 5 s on" in message(path, 5.0)
    assert "has no frame between 0.045 s and 0.075 s" in message(path, 0.045, 0.075)


def test_cut_file_is_read_up_to_the_cut(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mkv", frames=100, options={"g": "10"}).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    clip = open_clip(tmp_path / "cut.mkv")
    assert 20 < len(list(clip.frames())) < 80
    assert "it was cut" in clip.warnings[0]


def test_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    assert "an MP4 or MOV whose index is missing" in message(tmp_path / "cut.mp4")


def test_any_cut_and_any_broken_byte_gives_frames_or_one_line(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mkv", frames=20, options={"g": "5"}).read_bytes()
    random = np.random.default_rng(5)
    for trial in range(60):
        data = bytearray(whole)
        if trial % 2:
            data = data[: random.integers(1, len(data))]
        else:
            for place in random.integers(0, len(data), 5):
                data[place] ^= 1 << random.integers(8)
        (tmp_path / "b.mkv").write_bytes(data)
        try:
            for frame in open_clip(tmp_path / "b.mkv").frames():
                assert frame.rgb.dtype == np.uint8
        except InputError:
            continue


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    assert "is a pipe or a device" in message(tmp_path / "a.mp4")


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="this system has no numbered users")
def test_file_without_permission_says_so(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    path.chmod(0)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(65_534)
        assert "no permission to read it" in message(path)
    finally:
        os.seteuid(was)


def test_playlist_in_disguise_reaches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        path = tmp_path / "a.mp4"
        path.write_text(f"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:{server.getsockname()[1]}/a.ts\n")
        message(path)
        with pytest.raises(TimeoutError):
            server.accept()
