"""Help and error messages are part of the product: their words are recorded, and a change is read before it is kept.

``make golden`` writes the records anew.
"""

import difflib
import os
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from manekko import cli
from manekko.files.motions import write_motion
from tests.clips import write_clip
from tests.show.samples import dance_motion

SNAPSHOTS = Path(__file__).parent / "snapshots"
MOTION_CLAIMING_KEYS = b"Vocaloid Motion Data 0002".ljust(30, b"\0") + bytes(20) + struct.pack("<I", 900) + bytes(300)


def assert_recorded(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("MANEKKO_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8", newline="\n")
    recorded = path.read_text(encoding="utf-8") if path.is_file() else ""
    change = difflib.unified_diff(recorded.splitlines(), text.splitlines(), "recorded", "now", lineterm="")
    difference = "\n".join(change)
    assert text == recorded, f"{path.name} has changed; if it reads well, run `make golden`:\n{difference}"


def words(text: str) -> str:
    """The text without frames, colours and line breaks that depend on the terminal: one sentence or option a line."""
    plain = re.sub(r"\x1b\[[0-9;]*m|[╭╮╰╯─│•]", " ", text)
    return re.sub(r"(?<!,) (?=--?[a-z])|(?<=[.)]) (?=[A-Z])", "\n", " ".join(plain.split())) + "\n"


COMMANDS = (
    *("", "capture", "convert", "check", "render", "view", "paint", "dataset", "dataset render", "dataset import"),
    *("dataset pose-video", "train", "weights", "demo", "bench"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_reads_as_recorded(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        cli.main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert_recorded(f"help-{command.replace(' ', '-') or 'manekko'}.txt", words(capsys.readouterr().out))


def _folder(name: str, *files: str) -> None:
    Path(name).mkdir()
    for file in files:
        (Path(name) / file).write_bytes(b"hello")


def _motion(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)


def _standing(name: str) -> None:
    write_motion(Path(name), dance_motion(0.1))


SITUATIONS: dict[str, Callable[[], object]] = {
    "capture dance.mp4": lambda: None,
    "paint dance.mp4": lambda: None,
    "paint dance.mp4 --character nobody": lambda: None,
    "paint dance.mp4 --background nowhere": lambda: None,
    "paint dance.mp4 --colours hair=red": lambda: None,
    "dataset render --character maneko --motions nowhere --out data": lambda: None,
    "dataset import nowhere --out data": lambda: None,
    "dataset pose-video nowhere out.mp4": lambda: None,
    "capture danse.mp4": lambda: Path("dance.mp4").write_bytes(b"x"),
    "capture empty.mp4": lambda: Path("empty.mp4").write_bytes(b""),
    "capture notes.mp4": lambda: Path("notes.mp4").write_text("dear diary\n" * 20),
    "capture clips": lambda: _folder("clips"),
    "capture letters": lambda: _folder("letters", "a.txt"),
    "capture broken": lambda: _folder("broken", "1.png"),
    "capture grey.mp4 --model none.pmx": lambda: None,
    "capture grey.mp4 --model text.pmx": lambda: Path("text.pmx").write_text("my model"),
    "capture grey.mp4 --fix none.toml": lambda: None,
    "capture grey.mp4 --fix mine.toml": lambda: Path("mine.toml").write_text('[person-1]\nfront-back = ["3 bis 4"]'),
    "capture grey.mp4 --start 3 --end 2": lambda: None,
    "capture grey.mp4 --start 5000": lambda: None,
    "capture grey.mp4 --out taken": lambda: Path("taken").write_text("mine"),
    "capture https://example.com/dance.mp4": lambda: None,
    "capture dance.vmd": lambda: _motion("dance.vmd", b"Vocaloid Motion Data 0002"),
    "convert dance.vmd dance.bvh": lambda: None,
    "convert dance.fbx dance.vmd": lambda: None,
    "convert a.vmd b.vmd": lambda: None,
    "convert empty.vmd a.bvh": lambda: _motion("empty.vmd", b""),
    "convert cut.vmd a.bvh": lambda: _motion("cut.vmd", MOTION_CLAIMING_KEYS),
    "convert text.vpd a.bvh": lambda: _motion("text.vpd", b"hello"),
    "convert empty.bvh a.vmd": lambda: _motion("empty.bvh", b""),
    "convert text.bvh a.vmd": lambda: _motion("text.bvh", b"hello"),
    "check a.vmd --model none.pmx": lambda: None,
    "render dance.vmd a.mp4": lambda: None,
    "render clips a.mp4": lambda: _folder("clips"),
    "render a.vmd a.flv": lambda: None,
    "render a.vmd a.mp4 --size 0x100000": lambda: None,
    "render a.vmd a.mp4 --background transparent": lambda: None,
    "render a.vmd a.mp4 --background #red": lambda: None,
    "render a.vmd a.mp4 --camera drone": lambda: None,
    "render standing.bvh a.mp4 --background source": lambda: _standing("standing.bvh"),
    "render standing.bvh a.mp4 --background none.png": lambda: _standing("standing.bvh"),
    "render standing.bvh a.mp4 --model text.pmx": lambda: (_standing("standing.bvh"), _motion("text.pmx", b"hello")),
    "render standing.bvh a.mp4 --model a.pmx,b.pmx": lambda: _standing("standing.bvh"),
    "bench beauty": lambda: None,
}


def test_error_messages_read_as_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = []
    clip = write_clip(tmp_path / "grey.mp4", iter([np.full((64, 64, 3), 99, np.uint8)] * 30))
    for number, (situation, prepare) in enumerate(SITUATIONS.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        prepare()
        shutil.copy(clip, "grey.mp4")
        assert cli.main(situation.split()) == 1, situation
        lines.append(f"$ manekko {situation}\n{capsys.readouterr().err}".replace("\\", "/"))
    assert_recorded("messages.txt", "\n".join(lines))
