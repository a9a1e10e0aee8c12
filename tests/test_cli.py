"""The command line: its help, its exit codes, and the one line that a failure prints."""

import errno
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import tyro

import manekko
from manekko import cli
from manekko.commands import PLAIN_NAMES
from manekko.errors import FormatError, InputError
from manekko.files.results import options_typed


def manekko_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "manekko", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


def parsed(*arguments: str) -> cli.Command:
    """What the command line understands, without doing it."""
    return tyro.cli(cli.Command, args=arguments, config=PLAIN_NAMES)  # pyright: ignore


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from manekko.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'scipy', 'cv2', 'av', 'ai_edge_litert', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr


def test_version_is_printed() -> None:
    run = manekko_command("--version")
    assert (run.returncode, run.stdout) == (0, f"manekko {manekko.__version__}\n")


def test_without_arguments_the_help_is_shown() -> None:
    run = manekko_command()
    assert run.returncode == 0
    assert "capture" in run.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        "capture",
        "capture clip.mp4 --people 0",
        "capture clip.mp4 --people some",
        "capture clip.mp4 --parts legs",
        "capture clip.mp4 --formats glb",
        "capture clip.mp4 --start -1",
        "capture clip.mp4 --end nan",
        "capture clip.mp4 --fps 0",
        "capture clip.mp4 --legs hover",
        "capture clip.mp4 --keys none",
        "check dance.vmd",
        "render dance.vmd",
        "render dance.vmd a.mp4 --size 1280",
        "render dance.vmd a.mp4 --fps 0",
        "paint a.mp4 --with oil",
        "train painter data --out run --kind sculptor",
        "weights burn",
        "fly",
    ],
)
def test_wrong_arguments_exit_with_2_and_say_so(arguments: str) -> None:
    run = manekko_command(*arguments.split())
    assert run.returncode == 2
    assert run.stdout == ""
    assert "manekko" in run.stderr
    assert "Traceback" not in run.stderr


def test_lists_are_given_with_commas_in_any_order() -> None:
    command = parsed("capture", "a.mp4", "--parts", "face,body", "--formats", "bvh,vmd")
    assert isinstance(command, cli.Capture)
    assert command.parts == frozenset({"body", "face"})
    assert command.formats == ("vmd", "bvh")


def test_people_are_all_or_a_number() -> None:
    everyone, two = parsed("capture", "a.mp4"), parsed("capture", "a.mp4", "--people", "2")
    assert isinstance(everyone, cli.Capture)
    assert isinstance(two, cli.Capture)
    assert (everyone.people, two.people) == (None, 2)
    assert parsed("capture", "a.mp4", "--people", "all") == everyone


def test_what_the_help_calls_the_default_can_be_given() -> None:
    spelled = "capture a.mp4 --model standard --people all --parts body --formats vmd --start 0 --end end"
    assert parsed(*spelled.split(), "--fps", "30", "--workers", "all", "--fix", "none", "--out", "out") == parsed(
        "capture", "a.mp4"
    )


def test_a_render_takes_several_motions_and_models() -> None:
    command = parsed(
        "render", "a.vmd", "b.mp4", "--with", "c.vmd", "d.bvh", "--model", "x.pmx, y.vrm", "--size", "640x360"
    )
    assert isinstance(command, cli.Render)
    assert (command.motion, command.beside, command.out) == (
        Path("a.vmd"),
        (Path("c.vmd"), Path("d.bvh")),
        Path("b.mp4"),
    )
    assert command.model == (Path("x.pmx"), Path("y.vrm"))
    assert command.size == (640, 360)
    spelled = "render a.vmd b.mp4 --model maneko --camera auto --size auto --fps auto --start 0 --end end --sound auto"
    assert parsed(*spelled.split()) == parsed("render", "a.vmd", "b.mp4")


def test_painting_says_who_becomes_whom_and_how() -> None:
    words = "--people p2=Miku.pmx,p1=maneko --with 3d --background #00ff00 --resemble .8 --colours hair=#aa3300"
    command = parsed("paint", "a.mp4", *words.split(), "--detail", "512", "--start", "1:05", "--workers", "2")
    assert isinstance(command, cli.Paint)
    assert (command.people, command.by) == (((1, "maneko"), (2, "Miku.pmx")), "3d")
    assert (command.resemble, command.colours, command.background) == (0.8, "hair=#aa3300", "#00ff00")
    assert (command.detail, command.start, command.workers) == ("512", 65.0, 2)
    spelled = (
        "--character maneko --people all --with painter --background keep --resemble 0 --colours own --detail auto"
    )
    assert parsed("paint", "a.mp4", *spelled.split(), "--shadow", "0.5", "--light", "0.5") == parsed("paint", "a.mp4")


def test_datasets_and_training_are_asked_for_by_their_plain_names() -> None:
    drawn = parsed(*"dataset render --character m.pmx --motions a.vmd,b.bvh --out d --frames 9 --held b".split())
    assert isinstance(drawn, cli.Dataset)
    assert isinstance(drawn.action, cli.DatasetRender)
    assert (drawn.action.motions, drawn.action.held) == ((Path("a.vmd"), Path("b.bvh")), (Path("b"),))
    brought = parsed(*"dataset import pictures --out d --masks masks --size 512".split())
    assert isinstance(brought, cli.Dataset)
    assert isinstance(brought.action, cli.DatasetImport)
    assert (brought.action.source, brought.action.masks, brought.action.size) == (Path("pictures"), Path("masks"), 512)
    written = parsed(*"dataset pose-video out pose.mp4".split())
    assert isinstance(written, cli.Dataset)
    assert isinstance(written.action, cli.DatasetPoseVideo)
    trained = parsed(*"train painter d1 d2 --out run --kind stick --minutes 1.5 --resume".split())
    assert isinstance(trained, cli.Train)
    assert (trained.datasets, trained.kind, trained.minutes) == ((Path("d1"), Path("d2")), "stick", 1.5)
    assert (trained.steps, trained.resume) == (None, True)


@pytest.mark.parametrize(
    "arguments",
    [
        "paint",
        "paint a.mp4 --people maneko",
        "paint a.mp4 --people p1=a,p1=b",
        "paint a.mp4 --resemble 2",
        "paint a.mp4 --shadow -1",
        "paint a.mp4 --detail 300",
        "dataset",
        "dataset burn",
        "dataset render --motions a.bvh --out d",
        "dataset render --character m.pmx --motions a.bvh --out d --frames 0",
        "dataset import pictures",
        "dataset pose-video out",
        "train",
        "train singer d --out run",
        "train painter d --out run --steps 0",
        "train painter d --out run --minutes 0",
    ],
)
def test_what_painting_and_learning_cannot_be_asked_is_refused(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*arguments.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_a_comma_in_the_name_of_a_model_that_is_there_stays(tmp_path: Path) -> None:
    model = tmp_path / "red, blue.pmx"
    model.write_bytes(b"")
    command = parsed("render", "a.vmd", "b.mp4", "--model", str(model))
    assert isinstance(command, cli.Render)
    assert command.model == (model,)


def test_repairs_are_a_file_and_staying_on_the_spot_is_a_word() -> None:
    command = parsed("capture", "a.mp4", "--fix", "out/a-fixes.toml", "--in-place")
    assert isinstance(command, cli.Capture)
    assert (command.fix, command.in_place) == (Path("out/a-fixes.toml"), True)
    convert = parsed("convert", "a.vmd", "b.vmd", "--in-place")
    assert isinstance(convert, cli.Convert)
    assert convert.in_place


def test_the_options_that_a_capture_was_given_are_typed_again_as_they_were() -> None:
    words = "--people 2 --parts body,hands --formats bvh,vmd --start 65.5 --end 70 --in-place --legs fk --no-preview"
    line = ["a.mp4", "--model", "My Model.pmx", *words.split(), "--fps", "24", "--workers", "3", "--fix", "b.toml"]
    given, usual = parsed("capture", *line), parsed("capture", "a.mp4")
    typed = options_typed(vars(given), vars(usual))
    assert parsed("capture", *shlex.split(f"a.mp4 {typed} --workers 3 --fix b.toml")) == given
    assert '--model "My Model.pmx"' in typed
    assert options_typed(vars(usual), vars(usual)) == ""


def test_times_of_a_clip_are_seconds() -> None:
    command = parsed("capture", "a.mp4", "--start", "1.5", "--end", "3")
    assert isinstance(command, cli.Capture)
    assert (command.start, command.end) == (1.5, 3.0)


def test_times_of_a_clip_may_be_minutes_and_seconds() -> None:
    command = parsed("capture", "a.mp4", "--start", "1:05.5", "--end", "02:00")
    assert isinstance(command, cli.Capture)
    assert (command.start, command.end) == (65.5, 120.0)


@pytest.mark.parametrize("text", ["soon", "1.5s", "1:2:3", ":", "-1:10", "nan", "inf"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    run = manekko_command("capture", "a.mp4", f"--start={text}")
    assert run.returncode == 2
    assert "such as 1:15" in " ".join(run.stderr.replace("│", " ").split())


def test_a_name_with_spaces_and_without_quotes_is_recognized(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my new dance.mp4").write_bytes(b"x")
    with pytest.raises(SystemExit) as ended:
        cli.main("capture --people 1 my new dance.mp4".split())
    assert ended.value.code == 2
    assert 'a name with spaces needs quotes: "my new dance.mp4"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("dance.mp4 does not exist"), "dance.mp4 does not exist"),
        (FormatError("cut short", path=Path("a.vmd"), offset=7), "a.vmd: cut short (at byte 7)"),
        (MemoryError(), "ran out of memory"),
        (
            OSError(errno.ENOSPC, "No space left on device", "out/a.vmd"),
            "the disk is full, out/a.vmd could not be written",
        ),
        (OSError(errno.EROFS, "Read-only file system", "out"), "out lies on a disk that cannot be written to"),
        (PermissionError(errno.EACCES, "Permission denied", "out"), "no permission for out"),
        (OSError(errno.EFBIG, "File too large", "a.mp4"), "a.mp4 would grow beyond"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "out"), "out is a file, a folder was expected"),
        (ZeroDivisionError("division by zero"), "a mistake in Manekko itself (ZeroDivisionError: division by zero)"),
        (InputError("two\nlines"), "two lines"),
    ],
)
def test_each_failure_is_one_line_and_exits_with_1(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: object) -> int:
        raise error

    monkeypatch.setattr(cli, "_run", fail)
    assert cli.main(["demo"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("manekko: ")
    assert printed.count("\n") == 1
    assert words in printed


def test_debug_mode_shows_where_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_run", fail)
    monkeypatch.setenv("MANEKKO_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["demo"])


def test_stopping_is_one_line_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(command: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", stop)
    assert cli.main(["demo"]) == 1
    assert capsys.readouterr().err == "manekko: stopped: no unfinished file was left behind\n"


def test_native_libraries_stay_silent_and_our_words_do_not() -> None:
    script = (
        "import os, sys\n"
        "from manekko import cli\n"
        "def noisy(command):\n"
        "    os.write(2, b'INFO: a banner')\n"
        "    print('ours', file=sys.stderr)\n"
        "    raise MemoryError\n"
        "cli._run = noisy\n"
        "sys.exit(cli.main(['demo']))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    ours, complaint = run.stderr.splitlines()
    assert ours == "ours"
    assert complaint.startswith("manekko: the machine ran out of memory")


@pytest.mark.slow
def test_japanese_is_printed_on_a_console_of_another_code_page(tmp_path: Path) -> None:
    run = manekko_command("capture", str(tmp_path / "踊り.mp4"), PYTHONIOENCODING="ascii")
    assert run.returncode == 1
    assert "踊り.mp4" in run.stderr


def test_check_prints_a_table_or_json(data_folder: Path) -> None:
    motion = data_folder / "mmd" / "motions" / "azusa_bow1.vmd"
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    as_table = manekko_command("check", str(motion), "--model", str(model))
    assert as_table.returncode == 0, as_table.stderr
    rows = {line[:13].strip(): line[14:20].strip() for line in as_table.stdout.splitlines()}
    assert rows["foot slide"] in ("good", "fair", "poor")
    assert rows["length"] == rows["way of hips"] == ""
    as_json = manekko_command("check", str(motion), "--model", str(model), "--json")
    figures = json.loads(as_json.stdout)
    assert f"{figures['frames']} frames" in as_table.stdout


def test_convert_writes_the_file_and_says_what_it_assumed(data_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "bow.bvh"
    run = manekko_command("convert", str(data_folder / "mmd" / "motions" / "azusa_bow1.vmd"), str(target))
    assert run.returncode == 0, run.stderr
    assert target.read_bytes().startswith(b"HIERARCHY")
    assert "standard model" in run.stdout


@pytest.mark.slow
def test_the_table_of_a_single_pose_says_what_cannot_be_measured(data_folder: Path) -> None:
    pose = data_folder / "mmd" / "fixtures" / "makoto_basic.vpd"
    run = manekko_command("check", str(pose), "--model", str(data_folder / "mmd" / "models" / "yw_test_model.pmx"))
    rows = dict(line.split(maxsplit=1) for line in run.stdout.splitlines() if " " in line.strip())
    assert rows["length"] == "1 frame, 0.0 s"
    assert rows["jitter"] == "–"
    assert rows["jumps"] == "–"


def test_weights_are_listed_with_their_places(weights_folder: Path) -> None:
    run = manekko_command("weights", "list")
    assert run.returncode == 0
    assert "pose_landmark_full.tflite" in run.stdout
    assert "not fetched" not in run.stdout
