"""The paint command as people run it: trouble ends in one clear line and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from manekko.paint.painter import shipped_painters
from manekko.video.folder import read_picture
from manekko.video.source import open_clip
from manekko.video.writer import write_png
from tests.clips import EXAMPLE, changed_example, example_pictures, write_clip
from tests.conftest import missing
from tests.test_bad_input import COMMAND, NOT_A_CLIP, assert_nothing_left, assert_one_clear_line, each, interrupted, run
from tests.test_bad_render import run_without_graphics

pytestmark = pytest.mark.slow
FRAMES = 4


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A moment of the example's dance, in a folder whose name is not ASCII."""
    if not EXAMPLE.is_file():
        missing("examples/dance.mp4 is not there")
    return changed_example(tmp_path / "踊り ダンス" / "私の動画.mp4", count=FRAMES)


@pytest.fixture
def painter(tmp_path: Path) -> Path:
    """A copy of the character that comes with Manekko, under a name of the user's."""
    shipped = shipped_painters() / "maneko"
    if not shipped.is_dir():
        missing("no trained character comes with this Manekko")
    return shutil.copytree(shipped, tmp_path / "まねこ copy")


def _done(result: subprocess.CompletedProcess[str], out: Path, ending: str) -> Path:
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    [painted] = out.glob(f"*-painted{ending}")
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    return painted


# --- files that are no clip, and clips without people ----------------------------------------------------------------


@pytest.mark.parametrize("kind", each(NOT_A_CLIP, fast="missing, text, sound only, a motion, empty folder"))
def test_what_is_no_clip_is_named_in_one_line(kind: str, tmp_path: Path) -> None:
    name, make, words = NOT_A_CLIP[kind]
    make(tmp_path / name)
    assert_one_clear_line(run("paint", tmp_path / name, "--out", tmp_path / "out"), words)
    assert_nothing_left(tmp_path / "out")


def test_a_mistyped_name_is_answered_with_the_right_one(clip: Path, tmp_path: Path) -> None:
    result = run("paint", clip.with_name("私の動面.mp4"), "--out", tmp_path / "out")
    assert_one_clear_line(result, "did you mean 私の動画.mp4")


def test_a_clip_without_people_is_one_line_and_leaves_nothing(weights_folder: Path, tmp_path: Path) -> None:
    wall = np.full((120, 160, 3), 90, np.uint8)
    source = write_clip(tmp_path / "wall.mp4", iter([wall] * 5))
    assert_one_clear_line(run("paint", source, "--out", tmp_path / "out"), "wall.mp4")
    assert_nothing_left(tmp_path / "out")


def test_a_picture_without_people_is_one_line_and_leaves_nothing(weights_folder: Path, tmp_path: Path) -> None:
    write_png(tmp_path / "wall.png", np.full((120, 160, 3), 90, np.uint8))
    assert_one_clear_line(run("paint", tmp_path / "wall.png", "--out", tmp_path / "out"), "wall.png")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize("share", [0.02, 0.6])
def test_a_cut_clip_is_refused_or_painted_as_far_as_it_goes(
    share: float, clip: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    data = clip.read_bytes()
    clip.write_bytes(data[: int(len(data) * share)])
    out = tmp_path / "out"
    result = run("paint", clip, "--out", out)
    if result.returncode == 0:
        assert len(list(open_clip(_done(result, out, ".mp4")).frames())) <= FRAMES
    else:
        assert_one_clear_line(result, clip.name)
        assert_nothing_left(out)


def test_openpose_json_cannot_be_painted_for_it_has_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "poses").mkdir()
    (tmp_path / "poses" / "a_000_keypoints.json").write_text('{"people": []}')
    assert_one_clear_line(run("paint", tmp_path / "poses", "--out", tmp_path / "out"), "give the video itself")
    assert_nothing_left(tmp_path / "out")


# --- characters that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--character", "Miku"], "there is no character Miku"),
        (["--character", "gone/Miku.pmx", "--with", "3d"], "there is no character"),
        (["--people", "p1=Miku"], "there is no character Miku"),
        (["--background", "sunset"], "sunset is no background"),
        (["--background", "#12"], "#12"),
        (["--colours", "hair=red"], "red"),
        (["--colours", "wings=#ff0000"], "wings"),
    ],
)
def test_what_is_not_known_is_told_before_the_long_work_begins(
    words: list[str], answer: str, clip: Path, tmp_path: Path
) -> None:
    started = time.monotonic()
    assert_one_clear_line(run("paint", clip, *words, "--out", tmp_path / "out"), answer)
    assert time.monotonic() - started < 60
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize("words", [["--resemble", "2"], ["--shadow", "x"], ["--people", "Miku"], ["--detail", "300"]])
def test_a_wrong_argument_is_told_as_one(words: list[str], clip: Path, tmp_path: Path) -> None:
    result = run("paint", clip, *words, "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert_nothing_left(tmp_path / "out")


def test_a_model_without_a_painter_is_told_of_both_ways(clip: Path, tmp_path: Path) -> None:
    from manekko.character import default_model

    model = shutil.copy(default_model(), tmp_path / "mine.pmx")
    words = ["--character", model, "--with", "sticks"]
    assert_one_clear_line(run("paint", clip, *words, "--out", tmp_path / "out"), "--with 3d")
    assert_nothing_left(tmp_path / "out")


DAMAGED = {
    "json cut": ("painter.json", lambda data: data[: len(data) // 2]),
    "json of something else": ("painter.json", lambda data: b'["painter"]'),
    "json of another version": ("painter.json", lambda data: data.replace(b'"version": 1', b'"version": 99')),
    "views cut": ("views.npz", lambda data: data[: len(data) // 2]),
    "views empty": ("views.npz", lambda data: b""),
    "network cut": ("dense.onnx", lambda data: data[: len(data) // 2]),
    "network of noise": ("dense.onnx", lambda data: np.random.default_rng(0).bytes(1000)),
    "face cut": ("face.onnx", lambda data: data[: len(data) // 3]),
    "another network in its place": ("dense.onnx", None),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_painter_is_named_and_leaves_no_video(
    kind: str, clip: Path, painter: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    name, damage = DAMAGED[kind]
    data = (painter / name).read_bytes() if damage else (painter / "face.onnx").read_bytes()
    (painter / name).write_bytes(damage(data) if damage else data)
    out = tmp_path / "out"
    assert_one_clear_line(run("paint", clip, "--character", painter, "--out", out), name)
    assert not list(out.rglob("*-painted*")), list(out.rglob("*"))
    assert not list(out.rglob(".*"))


def test_flipped_bytes_in_a_painter_end_in_a_line_or_in_a_video(
    clip: Path, painter: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    whole = {path.name: path.read_bytes() for path in painter.iterdir()}
    for number, name in enumerate(["painter.json", "views.npz", "dense.onnx", "dense.onnx", "hand.onnx"]):
        data = bytearray(whole[name])
        for place in rng.integers(0, min(len(data), 4000), 20):
            data[place] ^= 1 << int(rng.integers(8))
        (painter / name).write_bytes(bytes(data))
        out = tmp_path / f"out{number}"
        result = run("paint", clip, "--character", painter, "--out", out)
        (painter / name).write_bytes(whole[name])
        if result.returncode == 0:
            _done(result, out, ".mp4")
        else:
            assert_one_clear_line(result)
            assert not list(out.rglob("*-painted*"))


# --- people ----------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_people_beyond_those_who_are_named_become_the_character(
    data_folder: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    two = data_folder / "video" / "two_people_1080x1920_12fps.mp4"
    result = run("paint", two, "--end", "0.4", "--people", "p2=maneko", "--out", tmp_path / "out")
    _done(result, tmp_path / "out", ".mp4")
    assert "2 people" in result.stdout


def test_a_person_who_is_not_there_is_told_with_those_who_are(clip: Path, weights_folder: Path, tmp_path: Path) -> None:
    result = run("paint", clip, "--people", "p7=maneko", "--out", tmp_path / "out")
    assert_one_clear_line(result, "there is no person p7")
    assert "there are p1" in result.stderr
    assert not list((tmp_path / "out").rglob("*-painted*"))


# --- odd clips that are painted --------------------------------------------------------------------------------------


def test_a_clip_of_another_name_is_painted_whole_and_left_as_it_is(
    clip: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    before = clip.read_bytes()
    out = tmp_path / "出力"
    painted = open_clip(_done(run("paint", clip, "--out", out), out, ".mp4"))
    assert clip.read_bytes() == before
    source = open_clip(clip)
    assert painted.info.size_px == source.info.size_px
    shown, original = list(painted.frames()), list(source.frames())
    assert len(shown) == len(original) == FRAMES
    assert np.abs(shown[2].rgb.astype(int) - original[2].rgb).mean() > 2.0
    again = run("paint", clip, "--out", out)
    assert _done(again, out, ".mp4") == painted.info.path


@pytest.mark.parametrize("fps", [Fraction(7), Fraction(60000, 1001), Fraction(120)])
def test_any_frame_rate_is_kept(fps: Fraction, weights_folder: Path, graphics: None, tmp_path: Path) -> None:
    source = changed_example(tmp_path / "a.mp4", count=FRAMES, fps=fps)
    painted = open_clip(_done(run("paint", source, "--out", tmp_path / "out"), tmp_path / "out", ".mp4"))
    times = [frame.time_s for frame in painted.frames()]
    assert times == pytest.approx([frame.time_s for frame in open_clip(source).frames()], abs=2e-3)


def test_odd_sizes_are_painted(weights_folder: Path, graphics: None, tmp_path: Path) -> None:
    [picture] = example_pictures(1)
    write_png(tmp_path / "odd.png", np.ascontiguousarray(picture[:-3, :-1]))
    painted = _done(run("paint", tmp_path / "odd.png", "--out", tmp_path / "out"), tmp_path / "out", ".png")
    assert read_picture(painted).shape == (picture.shape[0] - 3, picture.shape[1] - 1, 3)


def test_a_folder_of_pictures_is_painted_as_a_video(weights_folder: Path, graphics: None, tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    for number, picture in enumerate(example_pictures(FRAMES)):
        write_png(tmp_path / "frames" / f"{number}.png", picture)
    painted = _done(run("paint", tmp_path / "frames", "--out", tmp_path / "out"), tmp_path / "out", ".mp4")
    assert len(list(open_clip(painted).frames())) == FRAMES


# --- the machine -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_folder_that_cannot_be_written_is_named(clip: Path) -> None:
    assert_one_clear_line(run("paint", clip, "--out", "/proc/nowhere"), "/proc/nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_named(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    assert_one_clear_line(run("paint", clip, "--out", out), "no permission")


def test_a_file_where_a_folder_was_expected_is_named(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert_one_clear_line(run("paint", clip, "--out", tmp_path / "out"), "a folder was expected")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_a_full_disk_is_one_line_and_leaves_no_video(
    clip: Path, weights_folder: Path, graphics: None, tmp_path: Path
) -> None:
    result = run("paint", clip, "--out", tmp_path / "out", limit_bytes=8_000)
    assert_one_clear_line(result)
    assert not list((tmp_path / "out").rglob("*-painted*"))
    assert not list((tmp_path / "out").rglob(".*"))


@pytest.mark.skipif(sys.platform != "linux", reason="graphics are hidden as on Linux")
def test_without_graphics_one_line_names_the_package(clip: Path, weights_folder: Path, tmp_path: Path) -> None:
    result = run_without_graphics("paint", clip, "--out", tmp_path / "out")
    assert_one_clear_line(result, "libegl1 libgl1-mesa-dri")
    assert not list((tmp_path / "out").rglob("*-painted*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one program on Windows")
@pytest.mark.parametrize("after_s", [1.5, 6.0, 12.0])
def test_ctrl_c_is_one_line_and_leaves_no_video(after_s: float, weights_folder: Path, tmp_path: Path) -> None:
    if not EXAMPLE.is_file():
        missing("examples/dance.mp4 is not there")
    out = tmp_path / "out"
    arguments = [*COMMAND, "paint", str(EXAMPLE), "--out", str(out)]
    assert_one_clear_line(interrupted(arguments, after_s), "stopped")
    assert not list(out.rglob("*-painted*"))
    assert not list(out.rglob(".*"))
