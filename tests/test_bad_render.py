"""The render command as people run it: trouble ends in one clear line and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manekko.files.motions import write_motion
from tests.clips import EXAMPLE
from tests.conftest import missing
from tests.show.samples import dance_motion
from tests.test_bad_input import COMMAND, assert_nothing_left, assert_one_clear_line, interrupted, run

NO_GRAPHICS = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent.json"}


@pytest.fixture
def motion(tmp_path: Path) -> Path:
    write_motion(tmp_path / "踊り.bvh", dance_motion(2.0))
    return tmp_path / "踊り.bvh"


def run_without_graphics(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env=os.environ | NO_GRAPHICS,
        check=False,
    )


def test_a_wrong_motion_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "日記.vmd").write_text("dear diary")
    result = run("render", tmp_path / "日記.vmd", tmp_path / "out" / "a.mp4")
    assert_one_clear_line(result, "日記.vmd")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.slow
def test_a_size_that_is_none_is_a_wrong_argument(motion: Path, tmp_path: Path) -> None:
    result = run("render", motion, tmp_path / "a.mp4", "--size", "large")
    assert result.returncode == 2
    assert "such as 1280x720" in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="graphics are hidden as on Linux")
def test_without_graphics_one_line_names_the_package(motion: Path, tmp_path: Path) -> None:
    result = run_without_graphics("render", motion, tmp_path / "out" / "a.mp4")
    assert_one_clear_line(result, "libegl1 libgl1-mesa-dri")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="graphics are hidden as on Linux")
def test_without_graphics_the_capture_succeeds_with_a_note(weights_folder: Path, tmp_path: Path) -> None:
    if not EXAMPLE.is_file():
        missing("examples/dance.mp4 is not there")
    result = run_without_graphics("capture", EXAMPLE, "--end", "1", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "dance-preview.mp4").is_file()
    [note] = [line for line in result.stdout.splitlines() if line.startswith("Note: the preview")]
    assert "libegl1 libgl1-mesa-dri" in note


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_folder_that_cannot_be_written_is_named(motion: Path) -> None:
    result = run("render", motion, "/proc/nowhere/a.mp4")
    assert_one_clear_line(result, "/proc/nowhere")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "frames"])
def test_a_full_disk_is_one_line_and_leaves_nothing(name: str, motion: Path, tmp_path: Path) -> None:
    result = run("render", motion, tmp_path / "out" / name, "--size", "640x360", limit_bytes=20_000)
    assert_one_clear_line(result, "cannot write")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one program on Windows")
@pytest.mark.parametrize("after_s", [2.0, 3.5])
def test_ctrl_c_is_one_line_and_leaves_nothing(after_s: float, tmp_path: Path) -> None:
    write_motion(tmp_path / "long.bvh", dance_motion(60.0))
    arguments = [*COMMAND, "render", str(tmp_path / "long.bvh"), str(tmp_path / "out" / "a.mp4")]
    assert_one_clear_line(interrupted(arguments, after_s), "stopped")
    assert_nothing_left(tmp_path / "out")
