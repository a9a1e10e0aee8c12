"""What the README tells people to type is understood."""

import contextlib
import re
import shlex
from pathlib import Path

import pytest
import tyro

from manekko import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = sorted({
    re.split(r" {3,}", part.strip())[0]
    for block in BLOCKS
    for line in block.splitlines()
    for part in line.split("&&")
    if part.strip().startswith("manekko ")
})  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_is_understood(command: str) -> None:
    tyro.cli(cli.Command, args=shlex.split(command)[1:], config=cli.PLAIN_NAMES)  # pyright: ignore


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`(--[^`]+)`", README)) - {"--help"}))
def test_every_option_of_the_readme_is_understood(option: str) -> None:
    # In running text an option stands without the value that it takes.
    values = {"--model": "Model.pmx", "--start": "1", "--fps": "1", "--sound": "song.wav", "--fix": "dance-fixes.toml"}
    value = [values[option]] if option in values else []
    understood = []
    for command in (["capture", "dance.mp4"], ["render", "dance.vmd", "dance.mp4"], ["paint", "dance.mp4"]):
        words = [*command, *shlex.split(option), *value]
        with contextlib.suppress(SystemExit):
            understood.append(tyro.cli(cli.Command, args=words, config=cli.PLAIN_NAMES))  # pyright: ignore
    assert understood


def test_the_two_commands_stand_there_as_promised() -> None:
    assert "pip install . && manekko capture examples/dance.mp4\n" in BLOCKS
    assert "pip install '.[test]' && pytest\n" in BLOCKS


def test_the_full_check_runs_the_readmes_commands() -> None:
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "pip install . && manekko capture examples/dance.mp4" in steps
    assert "pip install '.[test]' && pytest" in steps


def test_links_in_the_repository_lead_somewhere() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"(?:\]\(|src=\")([^)#\"]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (ROOT / target).exists()
    ]
    assert not broken
