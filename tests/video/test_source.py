import struct
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from manekko.video.decode import timed
from manekko.video.folder import natural_key
from manekko.video.source import open_clip
from manekko.video.upright import LONGEST_PX, square_size
from manekko.video.writer import write_png
from tests.video.clips import make_video, number_of, picture

X265 = {"x265-params": "log-level=none"}

KINDS = {
    "h264.mp4": {},
    "hevc10.mp4": {"codec": "libx265", "pixel_format": "yuv420p10le", "options": X265},
    "prores.mov": {"codec": "prores_ks", "pixel_format": "yuv422p10le"},
    "alpha.mov": {"codec": "qtrle", "pixel_format": "argb"},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"bf": "2"}},
    "mjpeg.avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "vp8.webm": {"codec": "libvpx"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "vp9alpha.webm": {"codec": "libvpx-vp9", "pixel_format": "yuva420p"},
    "wmv2.wmv": {"codec": "wmv2"},
    "h264.mkv": {},
    "odd.mkv": {"codec": "ffv1", "pixel_format": "bgr0", "size": (63, 47)},
    "plain.gif": {"codec": "gif", "pixel_format": "rgb8"},
    "moving.png": {"codec": "apng", "pixel_format": "rgb24", "container": "apng"},
    "a.flv": {"codec": "flv"},
    "a.mpg": {"codec": "mpeg2video"},
    "a.ts": {"container": "mpegts"},
    "raw.h264": {"container": "h264"},
    "interlaced.mpg": {"codec": "mpeg2video", "options": {"flags": "+ildct+ilme"}},
}


@pytest.mark.parametrize("name", KINDS)
def test_frames_come_in_order_with_their_times(tmp_path: Path, name: str) -> None:
    clip = open_clip(make_video(tmp_path / name, **KINDS[name]))
    frames = list(clip.frames())
    assert [number_of(frame.rgb) for frame in frames] == [index % 6 for index in range(12)]
    assert [frame.index for frame in frames] == list(range(12))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(12) / 25, atol=1e-3)
    assert clip.info.kind == "video"
    assert clip.info.size_px == KINDS[name].get("size", (64, 48))
    assert all(frame.rgb.shape[1::-1] == clip.info.size_px and frame.rgb.flags.c_contiguous for frame in frames)
    if name != "a.mpg" and name != "interlaced.mpg":  # their headers tell no length
        assert clip.info.fps == pytest.approx(25)
        assert clip.info.frame_estimate == 12
        assert clip.info.duration_s == pytest.approx(0.48, abs=0.01)
    assert clip.warnings == []


def test_frames_come_in_any_size_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(2):
        write_png(folder / f"{number}.png", picture(number))
    video = make_video(tmp_path / "a.mp4", frames=2)
    for path in (video, folder, folder / "0.png"):
        for size in ((32, 24), (21, 40), (128, 96)):
            frames = list(open_clip(path).frames(size_px=size))
            assert [frame.rgb.shape for frame in frames] == [(size[1], size[0], 3)] * len(frames)
            assert [number_of(frame.rgb) for frame in frames] == list(range(len(frames)))


@pytest.mark.parametrize("rate", [12, 24, 50, 60, 120])
def test_frame_rate_is_kept(tmp_path: Path, rate: int) -> None:
    clip = open_clip(make_video(tmp_path / "a.mp4", rate=rate))
    assert clip.info.fps == pytest.approx(rate)
    assert [frame.time_s for frame in clip.frames()] == pytest.approx(np.arange(12) / rate, abs=1e-4)


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times_s = [0.0, 0.04, 0.05, 0.3, 0.34, 1.0]
    path = make_video(tmp_path / "a.mp4", times_s=times_s, time_base=Fraction(1, 1000))
    assert [frame.time_s for frame in open_clip(path).frames()] == pytest.approx(times_s, abs=1e-4)


def test_gif_times_are_kept_in_hundredths(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.gif", codec="gif", pixel_format="rgb8", times_s=[0, 0.03, 0.1, 0.2], time_base=Fraction(1, 100)
    )
    assert [frame.time_s for frame in open_clip(path).frames()] == pytest.approx([0, 0.03, 0.1, 0.2])


def test_time_starts_at_the_first_frame_even_if_the_file_starts_later(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mkv", times_s=[2 + index / 25 for index in range(12)])
    clip = open_clip(path)
    assert clip.first_frame_s == pytest.approx(2.0)
    assert [frame.time_s for frame in clip.frames()] == pytest.approx(np.arange(12) / 25, abs=1e-3)
    assert number_of(next(clip.frames(0.2)).rgb) == 5


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", {"options": {"g": "250"}}),
        ("a.mkv", {}),
        ("a.avi", {"codec": "mpeg4", "options": {"bf": "2"}}),
        ("a.webm", {"codec": "libvpx", "options": {"deadline": "realtime", "cpu-used": "8"}}),
        ("a.wmv", {"codec": "wmv2"}),
        ("a.ts", {"container": "mpegts"}),
        ("a.mpg", {"codec": "mpeg2video"}),
        ("a.gif", {"codec": "gif", "pixel_format": "rgb8"}),
        ("a.h264", {"container": "h264"}),
    ],
)
def test_a_part_is_what_the_whole_shows_there(tmp_path: Path, name: str, kind: dict) -> None:
    clip = open_clip(make_video(tmp_path / name, frames=150, **kind))
    whole = list(clip.frames())
    wanted = [frame for frame in whole if 4.019 <= frame.time_s < 4.999]
    part = list(clip.frames(4.02, 5.0))
    assert [number_of(frame.rgb) for frame in part] == [number_of(frame.rgb) for frame in wanted]
    assert part[0].time_s == 0.0
    assert part[-1].time_s == pytest.approx(wanted[-1].time_s - wanted[0].time_s)
    assert clip.first_time_s(4.02) == pytest.approx(wanted[0].time_s)


def test_neighbouring_parts_share_no_frame_and_lose_none(tmp_path: Path) -> None:
    clip = open_clip(make_video(tmp_path / "a.mp4", rate=30, frames=30))
    parts = [list(clip.frames(start, end)) for start, end in ((0.0, 0.333), (0.333, 0.7), (0.7, None))]
    assert [len(part) for part in parts] == [10, 11, 9]


@pytest.mark.parametrize(
    ("matrix", "size", "white"),
    [
        ((1, 0, 0, 1), (64, 48), (0, 0)),
        ((0, 1, -1, 0), (48, 64), (0, 1)),  # quarter turn clockwise: a phone held upright
        ((-1, 0, 0, -1), (64, 48), (1, 1)),
        ((0, -1, 1, 0), (48, 64), (1, 0)),
        ((-1, 0, 0, 1), (64, 48), (0, 1)),  # mirrored: a front camera
        ((0, 1, 1, 0), (48, 64), (0, 0)),
    ],
)
def test_video_is_turned_and_mirrored_as_it_asks(tmp_path: Path, matrix: tuple, size: tuple, white: tuple) -> None:
    path = make_video(tmp_path / "a.mp4", frames=2)
    data = bytearray(path.read_bytes())
    a, b, c, d = (round(value * 65_536) for value in matrix)
    # The matrix of a track's header (tkhd, version 0): x' = a x + c y, y' = b x + d y.
    struct.pack_into(">iiiiiiiii", data, data.index(b"tkhd") + 44, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    clip = open_clip(path)
    rgb = next(clip.frames()).rgb
    assert clip.info.size_px == size == rgb.shape[1::-1]
    corners = {(y, x): rgb[y * (size[1] - 12) :, x * (size[0] - 12) :][:12, :12].min() for y in (0, 1) for x in (0, 1)}
    assert max(corners, key=lambda corner: corners[corner]) == white
    assert number_of(rgb[:: -1 if white[0] else 1, :: -1 if white[1] else 1]) == 0


@pytest.mark.parametrize(("aspect", "size"), [(Fraction(4, 3), (85, 48)), (Fraction(1, 2), (64, 96))])
def test_oblong_pixels_become_square(tmp_path: Path, aspect: Fraction, size: tuple[int, int]) -> None:
    clip = open_clip(make_video(tmp_path / "a.mkv", pixel_aspect=aspect, frames=2))
    assert clip.info.size_px == size
    assert [frame.rgb.shape[1::-1] for frame in clip.frames()] == [size, size]


def test_very_large_pictures_are_scaled_down() -> None:
    assert square_size(7680, 4320, None) == (LONGEST_PX, 2304)
    assert square_size(2000, 8000, Fraction(1)) == (1024, LONGEST_PX)
    assert square_size(640, 480, Fraction(1000, 1)) == (640, 480)


def test_a_large_picture_is_scaled_down(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((10, 5000, 3), 77, dtype=np.uint8))
    clip = open_clip(tmp_path / "a.png")
    assert clip.info.size_px == (4096, 8)
    assert int(np.ptp(next(clip.frames()).rgb)) == 0


@pytest.mark.parametrize(
    ("codec", "container", "pixel_format", "name"),
    [
        ("png", "image2", "rgb24", "a.png"),
        ("png", "image2", "rgb48be", "deep.png"),
        ("mjpeg", "image2", "yuvj444p", "a.jpg"),
        ("libwebp", "image2", "yuv420p", "a.webp"),
        ("bmp", "image2", "bgr24", "a.bmp"),
        ("tiff", "image2", "rgb24", "a.tif"),
        ("gif", "gif", "rgb8", "a.gif"),
    ],
)
def test_picture_is_a_clip_of_one_frame(
    tmp_path: Path, codec: str, container: str, pixel_format: str, name: str
) -> None:
    clip = open_clip(make_video(tmp_path / name, codec=codec, container=container, pixel_format=pixel_format, frames=1))
    assert (clip.info.kind, clip.info.size_px, clip.info.fps) == ("image", (64, 48), 30.0)
    assert (clip.info.duration_s, clip.info.frame_estimate, clip.info.has_sound) == (None, 1, False)
    (frame,) = clip.frames()
    assert (frame.index, frame.time_s, number_of(frame.rgb)) == (0, 0.0, 0)


def test_see_through_stands_before_mid_grey(tmp_path: Path) -> None:
    rgba = np.dstack([picture(0), np.full((48, 64), 255, dtype=np.uint8)])
    rgba[:, :16, 3], rgba[:, 16:32, 3] = 0, 128
    path = make_video(
        tmp_path / "a.png", codec="png", container="image2", pixel_format="rgba", pictures=[rgba], times_s=[0.0],
        source_format="rgba",
    )  # fmt: skip
    rgb = next(open_clip(path).frames()).rgb
    assert (rgb[:, :16] == 128).all()
    assert (rgb[:24, 16:32] == 192).all()
    assert number_of(rgb) == 0


def exif(orientation: int, order: str) -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    tiff = mark + struct.pack(f"{order}IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return b"Exif\0\0" + tiff


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photograph_is_turned_as_its_exif_says(tmp_path: Path, orientation: int, order: str) -> None:
    plain = make_video(tmp_path / "plain.jpg", codec="mjpeg", container="image2", pixel_format="yuvj444p", frames=1)
    data, segment = plain.read_bytes(), exif(orientation, order)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:])
    stored = next(open_clip(plain).frames()).rgb
    turned = {
        1: stored, 2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1], 5: stored.swapaxes(0, 1),
        6: stored[::-1].swapaxes(0, 1), 7: stored[::-1, ::-1].swapaxes(0, 1), 8: stored[:, ::-1].swapaxes(0, 1),
    }  # fmt: skip
    clip = open_clip(path)
    np.testing.assert_array_equal(next(clip.frames()).rgb, turned[orientation])
    assert clip.info.size_px == turned[orientation].shape[1::-1]


def test_folder_is_read_in_natural_order(tmp_path: Path) -> None:
    for index in range(12):
        write_png(tmp_path / f"おどり{index}.PNG", picture(index))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "._おどり0.png").write_bytes(b"left by macOS")
    clip = open_clip(tmp_path)
    assert (clip.info.kind, clip.info.fps, clip.info.frame_estimate) == ("folder", 30.0, 12)
    assert [number_of(frame.rgb) for frame in clip.frames()] == [index % 6 for index in range(12)]
    part = list(clip.frames(0.1, 0.2))
    assert [number_of(frame.rgb) for frame in part] == [3, 4, 5]
    assert [frame.time_s for frame in part] == pytest.approx([0, 1 / 30, 2 / 30])


def test_natural_order_counts_numbers() -> None:
    names = ["b2", "a10", "A9", "a2x", "10", "9"]
    assert sorted(names, key=natural_key) == ["9", "10", "a2x", "A9", "a10", "b2"]


def test_folder_of_mixed_sizes_is_fitted_into_the_first(tmp_path: Path) -> None:
    write_png(tmp_path / "1.png", picture(0))
    write_png(tmp_path / "2.png", np.full((80, 40, 3), 10, dtype=np.uint8))
    clip = open_clip(tmp_path)
    frames = list(clip.frames())
    assert [frame.rgb.shape for frame in frames] == [(48, 64, 3)] * 2
    assert (frames[1].rgb[:, :19] == 128).all()
    assert (frames[1].rgb[:, 21:43] == 10).all()
    assert len(clip.warnings) == 1
    assert "differ in size and were fitted into 64x48 pixels" in clip.warnings[0]


def test_damaged_picture_in_a_folder_leaves_a_gap(tmp_path: Path) -> None:
    for index in range(3):
        write_png(tmp_path / f"{index}.png", picture(index))
    (tmp_path / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    clip = open_clip(tmp_path)
    assert [frame.time_s for frame in clip.frames()] == pytest.approx([0, 2 / 30])
    assert "1.png" in clip.warnings[0]


class _Stamp:
    def __init__(self, pts: int | None) -> None:
        self.pts = pts


@pytest.mark.parametrize(
    ("stamps", "times_s"),
    [
        ([None, None, None], [0, 0.1, 0.2]),
        ([-200, -100, 0, 100], [-0.2, -0.1, 0, 0.1]),
        ([0, 100, 100, 200], [0, 0.1, 0.11, 0.2]),
        ([0, 200, 100, 300], [0, 0.2, 0.21, 0.3]),
        ([0, None, 200], [0, 0.1, 0.2]),
        ([90_000, 90_100, 0, 100, 200], [90, 90.1, 90.2, 90.3, 90.4]),
        ([0, 100, 9_000_000, 9_000_100], [0, 0.1, 0.2, 0.3]),
    ],
)
def test_times_always_rise(stamps: list[int | None], times_s: list[float]) -> None:
    told = [time_s for time_s, _ in timed(map(_Stamp, stamps), Fraction(1, 1000), 0.1)]
    assert told == pytest.approx(times_s)
    assert all(np.diff(told) > 0)


def test_any_name_can_be_opened(tmp_path: Path) -> None:
    for name in ("踊り %03d.mp4", "http:a b.mp4", "-i.mp4", "file_without_suffix", "wrong.png"):
        path = make_video(tmp_path / "a.mp4", frames=2).rename(tmp_path / name)
        assert open_clip(path).info.kind == "video"


@pytest.mark.slow
def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", size=(640, 360), frames=600, options={"preset": "ultrafast"})
    tracemalloc.start()
    try:
        for frame in open_clip(path).frames():
            assert frame.rgb.shape == (360, 640, 3)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * 640 * 360 * 3


@pytest.mark.slow
@pytest.mark.data
def test_every_measuring_clip_is_read(data_folder: Path) -> None:
    paths = [path for path in data_folder.rglob("*") if path.suffix in (".mp4", ".gif")]
    assert len(paths) >= 9
    for path in paths:
        clip = open_clip(path)
        frames = list(clip.frames(0.2, 0.6))
        assert abs(len(frames) - 0.4 * clip.info.fps) <= 1, path
        assert frames[0].rgb.shape[1::-1] == clip.info.size_px
        assert clip.warnings == []
