"""`manekko view` as a process of its own, opened in headless Chromium: what measures and what tests the page share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from manekko.errors import MissingToolError

READY = "html[data-ready=true]"
"""Selector that the page fits once its first picture is drawn."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGUMENTS = (
    "--no-sandbox",
    # Without a graphics card, the processor draws.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_S = 30


def chromium_program() -> str:
    """Return where Chromium is: what MANEKKO_CHROMIUM names, else what is found.

    Raises:
        MissingToolError: there is none.
    """
    found = os.environ.get("MANEKKO_CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        raise MissingToolError("Chromium is missing; install it, or name it in MANEKKO_CHROMIUM")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Chromium without a window, until the block ends.

    Raises:
        MissingToolError: Chromium is missing.
    """
    program = chromium_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(*words: str | Path) -> Iterator[str]:
    """Give the address at which ``manekko view`` serves what its arguments name, until the block ends.

    Raises:
        MissingToolError: it served nothing; the message is its own last line.
    """
    command = [sys.executable, "-m", "manekko", "view", *map(str, words), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        address = next((word for line in process.stdout for word in line.split() if word.startswith("http://")), None)
        if address is None:
            said = process.communicate(timeout=_PATIENCE_S)[1].strip().splitlines() or ["nothing was said"]
            raise MissingToolError(f"manekko view gave no address: {said[-1].removeprefix('manekko: ')}")
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE_S)
