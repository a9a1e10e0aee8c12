"""What people really feed in: each kind of trouble ends in one clear line or in a result, never in a traceback."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
import wave
import zipfile
import zlib
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from manekko.files.motions import read_motion
from manekko.motion.motion import Motion, RigMotion
from manekko.skeleton.skeleton import JOINT_INDEX
from tests.clips import EXAMPLE, changed_example, turn_display, write_clip
from tests.conftest import missing

COMMAND = [sys.executable, "-m", "manekko"]


def each(kinds: Iterable[str], *, fast: str) -> list[ParameterSet]:
    """Every kind of trouble; those not in ``fast`` (split at commas) are left to the full check.

    A run of the command takes over a second; the tests of each reader try all kinds on the reader itself.
    """
    always = fast.split(", ")
    assert set(always) <= set(kinds), always
    return [pytest.param(kind, marks=() if kind in always else pytest.mark.slow) for kind in kinds]


def run(*arguments: str | Path, limit_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command as a user does; ``limit_bytes`` is the longest file the system lets it write."""

    def full_disk() -> None:
        import resource

        assert limit_bytes is not None
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        preexec_fn=full_disk if limit_bytes is not None else None,
        check=False,
    )


def assert_one_clear_line(result: subprocess.CompletedProcess[str], words: str = "") -> None:
    assert "Traceback" not in result.stderr, result.stderr
    assert result.returncode == 1, (result.returncode, result.stdout, result.stderr)
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert result.stderr.startswith("manekko: ")
    assert "a mistake in Manekko itself" not in result.stderr
    assert words.lower() in result.stderr.lower()


def assert_nothing_left(out: Path) -> None:
    assert not out.exists() or not list(out.rglob("*")), f"left behind: {list(out.rglob('*'))}"


def assert_done(result: subprocess.CompletedProcess[str], out: Path) -> dict[str, object]:
    """Check that the run went through and left whole files only; return its report."""
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    [report] = out.glob("*-report.json")
    return json.loads(report.read_text(encoding="utf-8"))


@pytest.fixture
def example() -> Path:
    if not EXAMPLE.is_file():
        missing("examples/dance.mp4 is not there")
    return EXAMPLE


# --- files that are no clip ------------------------------------------------------------------------------------------


def _png(width: int, height: int, rows: bytes = bytes(64)) -> bytes:
    """Return a PNG that says its size is so; ``rows`` are its bytes, each row begun by a 0."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    )


def _silence(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 8000, "NONE", ""))
        sound.writeframes(bytes(16000))


def _zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _nothing(path: Path) -> None:
    """Leave the path empty: the user mistyped it."""


def _folder_of(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.mkdir()
        for name in names:
            (path / name).write_bytes(b"hello")

    return make


NOT_A_CLIP: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("dance.mp4", _nothing, "dance.mp4"),
    "empty": ("empty.mp4", lambda path: path.write_bytes(b""), "empty"),
    "text": ("notes.mp4", lambda path: path.write_text("dear diary\n" * 50), "notes.mp4"),
    "noise": ("noise.mp4", lambda path: path.write_bytes(np.random.default_rng(1).bytes(50_000)), "noise.mp4"),
    "sound only": ("song.wav", _silence, "song.wav"),
    "a motion": ("dance.vmd", lambda path: path.write_bytes(b"Vocaloid Motion Data 0002" + bytes(100)), "dance.vmd"),
    "empty folder": ("clips", _folder_of(), "clips"),
    "folder of texts": ("letters", _folder_of("a.txt", "b.doc"), "letters"),
    "folder of broken pictures": ("frames", _folder_of("1.png", "2.png"), "frames"),
    "broken json": ("poses", _folder_of("a_keypoints.json"), "poses"),
    "empty archive": ("poses.zip", lambda path: _zip(path, {}), "poses.zip"),
    "archive of other things": ("poses.zip", lambda path: _zip(path, {"a.txt": b"hello"}), "poses.zip"),
    "archive that is none": ("poses.zip", lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "poses.zip"),
}
HOSTILE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "playlist to the network": (
        "list.m3u8",
        lambda path: path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"),
        "list.m3u8",
    ),
    "list of other files": (
        "list.mp4",
        lambda path: path.write_text("ffconcat version 1.0\nfile /etc/passwd\n"),
        "list.mp4",
    ),
    "picture that claims to be enormous": ("huge.png", lambda path: path.write_bytes(_png(60_000, 60_000)), "huge.png"),
    "archive that unpacks to gigabytes": (
        "bomb.zip",
        lambda path: _zip(path, {f"{n}_keypoints.json": bytes(300_000_000) for n in range(4)}),
        "bomb.zip",
    ),
    "deeply nested json": (
        "deep.zip",
        lambda path: _zip(path, {"0_keypoints.json": b"[" * 200_000}),
        "deep.zip",
    ),
    "json of absurd numbers": (
        "absurd.zip",
        lambda path: _zip(path, {"0_keypoints.json": b'{"people":[{"pose_keypoints_2d":[1e999,-1e999,1e308]}]}'}),
        "absurd.zip",
    ),
    "a pipe that never speaks": ("pipe.mp4", lambda path: os.mkfifo(path), "pipe.mp4"),
    "a name like an option": ("-x.mp4", _nothing, "-x.mp4"),
}


@pytest.mark.parametrize("kind", each(NOT_A_CLIP, fast="text, empty folder"))
def test_what_is_no_clip_is_named_in_one_line(kind: str, tmp_path: Path) -> None:
    name, make, words = NOT_A_CLIP[kind]
    make(tmp_path / name)
    out = tmp_path / "out"
    assert_one_clear_line(run("capture", tmp_path / name, "--out", out), words)
    assert_nothing_left(out)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("kind", each(HOSTILE, fast="json of absurd numbers"))
def test_hostile_files_are_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    name, make, words = HOSTILE[kind]
    make(tmp_path / name)
    out = tmp_path / "out"
    assert_one_clear_line(run("capture", tmp_path / name, "--out", out), words)
    assert_nothing_left(out)


@pytest.mark.slow
def test_a_mistyped_name_is_answered_with_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "dance.mp4").write_bytes(b"x")
    assert_one_clear_line(run("capture", tmp_path / "danse.mp4", "--out", tmp_path / "out"), "dance.mp4")


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, pytest.param(0.3, marks=pytest.mark.slow)])
def test_a_cut_clip_is_refused_or_captured_as_far_as_it_goes(share: float, example: Path, tmp_path: Path) -> None:
    data = example.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * share)])
    out = tmp_path / "out"
    result = run("capture", tmp_path / "cut.mp4", "--parts", "body", "--no-preview", "--out", out)
    if result.returncode == 0:
        assert_done(result, out)
    else:
        assert_one_clear_line(result, "cut.mp4")
        assert_nothing_left(out)


# --- models and motions that are none --------------------------------------------------------------------------------


def _huge_pmx() -> bytes:
    texts = b"".join(struct.pack("<I", 0) for _ in range(4))
    return b"PMX " + struct.pack("<f", 2.0) + bytes([8, 1, 0, 4, 4, 4, 4, 4, 4]) + texts + struct.pack("<i", 2**31 - 1)


MODELS: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "text": b"this is my model",
    "cut": _huge_pmx()[:20],
    "of two thousand million vertices": _huge_pmx(),
    "a motion in place of a model": b"Vocaloid Motion Data 0002" + bytes(100),
}


@pytest.mark.parametrize("kind", each(MODELS, fast="text"))
def test_a_bad_model_is_named_before_the_long_work_begins(kind: str, example: Path, tmp_path: Path) -> None:
    model, content = tmp_path / "初音ミク.pmx", MODELS[kind]
    if content is not None:
        model.write_bytes(content)
    out = tmp_path / "out"
    started = time.monotonic()
    assert_one_clear_line(run("capture", example, "--model", model, "--out", out), "初音ミク.pmx")
    assert time.monotonic() - started < 20
    assert_nothing_left(out)


@pytest.mark.parametrize(
    "name", ["dance.vmd", *(pytest.param(name, marks=pytest.mark.slow) for name in ("pose.vpd", "dance.bvh"))]
)
@pytest.mark.parametrize(
    "content", [None, b"", b"Vocaloid Motion Data 0002\0\0\0\0\0", b"HIERARCHY\nROOT", b"\xff" * 999]
)
def test_bad_motions_are_refused_in_one_line(name: str, content: bytes | None, tmp_path: Path) -> None:
    source, target = tmp_path / name, tmp_path / ("to.vmd" if name.endswith("bvh") else "to.bvh")
    if content is not None:
        source.write_bytes(content)
    assert_one_clear_line(run("convert", source, target), name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ([name] if content is not None else [])


@pytest.mark.slow
def test_a_motion_that_claims_millions_of_keys_is_refused_at_once(tmp_path: Path) -> None:
    claim = b"Vocaloid Motion Data 0002".ljust(30, b"\0") + b"model".ljust(20, b"\0") + struct.pack("<I", 2**32 - 1)
    (tmp_path / "huge.vmd").write_bytes(claim + bytes(500))
    assert_one_clear_line(run("convert", tmp_path / "huge.vmd", tmp_path / "to.bvh"), "huge.vmd")


@pytest.mark.slow
def test_an_unknown_kind_of_motion_names_the_known_ones(tmp_path: Path) -> None:
    assert_one_clear_line(run("convert", tmp_path / "dance.fbx", tmp_path / "dance.vmd"), ".vmd .vpd .bvh")


# --- wishes that the clip cannot fulfil ------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_end_before_the_start_is_refused(example: Path, tmp_path: Path) -> None:
    result = run("capture", example, "--start", "3", "--end", "2", "--out", tmp_path / "out")
    assert_one_clear_line(result, "2 s")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.slow
def test_a_start_behind_the_end_of_the_clip_is_refused(example: Path, tmp_path: Path) -> None:
    result = run("capture", example, "--start", "5000", "--out", tmp_path / "out")
    assert_one_clear_line(result, "5000 s")
    assert_nothing_left(tmp_path / "out")


def test_a_clip_without_a_person_says_that_nobody_was_found(weights_folder: Path, tmp_path: Path) -> None:
    ramp = np.linspace(40, 200, 320, dtype=np.uint8)
    picture = np.broadcast_to(ramp[None, :, None], (240, 320, 3))
    clip = write_clip(tmp_path / "wall.mp4", iter([picture] * 20))
    assert_one_clear_line(run("capture", clip, "--out", tmp_path / "out"), "wall.mp4")
    assert_nothing_left(tmp_path / "out")


@pytest.mark.slow
def test_a_picture_without_a_person_says_that_nobody_was_found(weights_folder: Path, tmp_path: Path) -> None:
    clip = tmp_path / "wall.png"
    clip.write_bytes(_png(320, 240, (b"\0" + b"\x5a" * 960) * 240))
    assert_one_clear_line(run("capture", clip, "--out", tmp_path / "out"), "wall.png")
    assert_nothing_left(tmp_path / "out")


# --- places that cannot be written -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_in_place_of_the_out_folder_is_refused(example: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert_one_clear_line(run("capture", example, "--out", tmp_path / "out"), "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected otherwise on Windows")
def test_a_folder_that_may_not_be_written_is_refused(example: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    if os.geteuid() == 0:
        locked = Path("/sys")  # the superuser may write everywhere but here
        if not locked.is_dir():
            pytest.skip("no folder that the superuser may not write")
    else:
        locked.mkdir(mode=0o500)
    assert_one_clear_line(run("capture", example, "--out", locked / "manekko-out"), "manekko-out")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="file lengths cannot be limited on Windows")
@pytest.mark.parametrize("limit_bytes", [0, 3_000, 60_000])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    limit_bytes: int, example: Path, weights_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run("capture", example, "--parts", "body", "--end", "2", "--out", out, limit_bytes=limit_bytes)
    assert_one_clear_line(result)
    # Files finished before the disk was full may stay; none may be cut at the limit or bear a temporary name.
    for path in out.rglob("*"):
        assert path.suffix in (".vmd", ".wav", ".mp4", ".json", ".html", ".npz", ".toml"), path
        assert path.stat().st_size < limit_bytes


def _as_from_a_terminal() -> None:
    """Listen to Ctrl-C even if the tests run in a shell's background, where it is ignored and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(arguments: list[str], after_s: float) -> subprocess.CompletedProcess[str]:
    """Run a command and press Ctrl-C after a while."""
    # A session of its own, so that the signal reaches all its processes, as from a terminal, and not this one.
    with subprocess.Popen(
        arguments, stdout=-1, stderr=-1, text=True, start_new_session=True, preexec_fn=_as_from_a_terminal
    ) as process:
        time.sleep(after_s)
        os.killpg(process.pid, signal.SIGINT)
        output, complaint = process.communicate(timeout=60)
    # CPython ends by the signal itself, after our line, where it came inside exec(), which imports of dataclasses use.
    code = 1 if process.returncode == -signal.SIGINT else process.returncode
    return subprocess.CompletedProcess(arguments, code, output, complaint)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one program on Windows")
@pytest.mark.parametrize("after_s", [1.0, 2.5, 4.0])
def test_ctrl_c_stops_with_one_line_and_leaves_nothing_half_written(
    after_s: float, example: Path, weights_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    # All parts, so that the command is still at work after the longest wait.
    arguments = [*COMMAND, "capture", str(example), "--parts", "body,hands,face", "--out", str(out)]
    assert_one_clear_line(interrupted(arguments, after_s), "stopped")
    assert not [path for path in out.rglob("*") if path.suffix not in (".vmd", ".wav")], list(out.rglob("*"))


# --- clips that are unusual and go through ---------------------------------------------------------------------------


def _vmd_frames(path: Path) -> int:
    motion = read_motion(path)
    assert isinstance(motion, RigMotion)
    return motion.frame_count


@pytest.mark.slow
@pytest.mark.parametrize("fps", [Fraction(12), Fraction(24000, 1001), Fraction(120)])
def test_any_frame_rate_becomes_30_a_second_in_step(
    fps: Fraction, example: Path, weights_folder: Path, tmp_path: Path
) -> None:
    clip, out = changed_example(tmp_path / "odd.mp4", fps=fps, count=48), tmp_path / "out"
    assert_done(run("capture", clip, "--parts", "body", "--no-preview", "--out", out), out)
    assert _vmd_frames(out / "odd.vmd") == pytest.approx(48 / fps * 30, abs=2.6)


@pytest.mark.slow
def test_a_clip_shown_turned_is_captured_upright(example: Path, weights_folder: Path, tmp_path: Path) -> None:
    clip = changed_example(tmp_path / "turned.mp4", lambda picture: np.rot90(picture, 1))
    turn_display(clip)
    out = tmp_path / "out"
    assert_done(run("capture", clip, "--parts", "body", "--no-preview", "--formats", "bvh", "--out", out), out)
    motion = read_motion(out / "turned.bvh")
    assert isinstance(motion, Motion)
    positions_m = motion.joint_positions_m()
    head, foot = (JOINT_INDEX[name] for name in ("head", "leftFoot"))
    assert np.median(positions_m[:, head, 1] - positions_m[:, foot, 1]) > 0.8


@pytest.mark.slow
def test_a_silent_clip_gives_a_motion_and_no_sound(example: Path, weights_folder: Path, tmp_path: Path) -> None:
    clip, out = changed_example(tmp_path / "silent.mp4"), tmp_path / "out"
    assert_done(run("capture", clip, "--parts", "body", "--out", out), out)
    assert (out / "silent.vmd").is_file()
    assert (out / "silent-preview.mp4").is_file()
    assert not (out / "silent.wav").exists()


@pytest.mark.slow
def test_names_in_any_script_go_through(example: Path, weights_folder: Path, tmp_path: Path) -> None:
    clip = changed_example(tmp_path / "踊り 🎵" / "ダンス é 1.mp4", count=30)
    out = tmp_path / "結果 フォルダ"
    assert_done(run("capture", clip, "--parts", "body", "--out", out), out)
    assert (out / "ダンス é 1.vmd").is_file()


@pytest.mark.slow
def test_a_person_half_out_of_view_is_captured_with_a_warning(
    example: Path, weights_folder: Path, tmp_path: Path
) -> None:
    clip = changed_example(tmp_path / "half.mp4", lambda picture: picture[: picture.shape[0] * 55 // 100])
    out = tmp_path / "out"
    report = assert_done(run("capture", clip, "--parts", "body", "--no-preview", "--out", out), out)
    people = report["people"]
    assert isinstance(people, list)
    assert people[0]["warnings"], "legs that were never seen are worth a word"


@pytest.mark.slow
def test_one_frame_is_enough(example: Path, weights_folder: Path, tmp_path: Path) -> None:
    clip, out = changed_example(tmp_path / "short.mp4", count=1), tmp_path / "out"
    assert_done(run("capture", clip, "--parts", "body", "--out", out), out)
    assert (out / "short.vmd").is_file() or (out / "short.vpd").is_file()
