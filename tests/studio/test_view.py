"""The verb from the command line: its one line, its end, and what it refuses."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from manekko.errors import InputError, MissingToolError
from manekko.options import port
from manekko.studio import view as verb
from manekko.studio.server import PAGE, listening_socket
from manekko.studio.view import ViewOptions, view

needs_page = pytest.mark.skipif(not (PAGE / "index.html").is_file(), reason="the page is not built")


@contextmanager
def started(
    *arguments: str, folder: Path, browser: bool = False, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``manekko view`` as its own program, once it has told its address; its temporary files go into ``folder``."""
    command = [sys.executable, "-m", "manekko", "view", *([] if browser else ["--no-browser"]), *arguments]
    environment = os.environ | {"TMPDIR": str(folder)} | variables
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, encoding="utf-8") as program:
        try:
            assert program.stdout is not None
            line = program.stdout.readline()
            found = re.fullmatch(r"The page is at (http://127\.0\.0\.1:\d+/[\w-]{32}/) \(Ctrl-C ends it\)\n", line)
            assert found, line + (program.communicate(timeout=60)[1] if not line else "")
            yield program, found[1]
        finally:
            program.kill()


def title_at(url: str) -> str:
    with urllib.request.urlopen(f"{url}api/programme", timeout=20) as answer:
        return json.load(answer)["title"]


@needs_page
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_quietly_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    with started(folder=tmp_path) as (program, url):
        assert title_at(url) == "Maneko"
        assert list(tmp_path.glob("manekko-view-*"))
        # A page that is still open must not keep it.
        with socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0]))):
            program.send_signal(getattr(signal, name))
            out, error = program.communicate(timeout=30)
    assert (program.returncode, out, error) == (0, "", "")
    assert not list(tmp_path.iterdir())


@needs_page
@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a screen is always there")
@pytest.mark.parametrize(("screen", "wanted", "opens"), [(":0", True, True), ("", True, False), (":0", False, False)])
def test_the_browser_is_opened_where_there_is_a_screen_and_it_is_wanted(
    tmp_path: Path, screen: str, wanted: bool, opens: bool
) -> None:
    opened, script = tmp_path / "opened", tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}.part" && mv "{opened}.part" "{opened}"\n')
    script.chmod(0o755)
    environment = {"BROWSER": str(script), "DISPLAY": screen, "WAYLAND_DISPLAY": ""}
    with started(folder=tmp_path, browser=wanted, **environment) as (_, url):
        assert title_at(url) == "Maneko"
        end_s = time.monotonic() + (20.0 if opens else 1.0)
        while not opened.exists() and time.monotonic() < end_s:
            time.sleep(0.05)
        assert opened.exists() == opens
        assert not opens or opened.read_text() == url


@needs_page
@pytest.mark.slow
def test_two_at_once_show_each_its_own(tmp_path: Path) -> None:
    with started(folder=tmp_path) as (_, first), started("--model", "tora", folder=tmp_path) as (_, second):
        assert first != second
        assert (title_at(first), title_at(second)) == ("Maneko", "Tora")
        # The secret of one is none of the other.
        with pytest.raises(urllib.error.HTTPError, match="404"):
            title_at(second[: second.index("/", 8)] + first[first.index("/", 8) :])


@pytest.mark.parametrize("word", ["0", "65536", "-1", "8e3", "http", ""])
def test_what_is_no_port_is_said(word: str) -> None:
    with pytest.raises(ValueError, match="is not a port: give a number from 1 to 65535"):
        port(word)


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with listening_socket(None) as first:
        number = first.getsockname()[1]
        with pytest.raises(
            InputError, match=rf"^port {number} cannot be used \(.+\); give another with --port, or none"
        ):
            listening_socket(number)


def test_a_port_that_was_just_left_can_be_used_again() -> None:
    with listening_socket(None) as first:
        number = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", number)) as wire:
            first.accept()[0].close()
            wire.recv(1)
    with listening_socket(number) as again:
        assert again.getsockname() == ("127.0.0.1", number)


def test_without_the_page_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "PAGE", tmp_path)
    with pytest.raises(MissingToolError, match="npm run build"):
        view(ViewOptions(), _told_nothing)


@needs_page
@pytest.mark.parametrize(
    ("motion", "words"), [("none.vmd", "cannot be read"), ("a.mp4", "manekko capture"), ("empty", "holds no capture")]
)
def test_what_cannot_be_shown_is_said_before_anything_is_served(tmp_path: Path, motion: str, words: str) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=words):
        view(ViewOptions((tmp_path / motion,), browser=False), _told_nothing)


def _told_nothing(url: str) -> None:
    raise AssertionError(f"served at {url}")
