"""A browser, a capture, and the page opened with it: shared by the tests of the page."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from manekko.bench.browser import chromium, chromium_program, served
from manekko.errors import MissingToolError
from manekko.studio.server import PAGE
from tests.clients.page_judge import npm_folder
from tests.clips import EXAMPLE
from tests.conftest import ROOT, missing
from tests.page.browser import Tab

CAPTURED_S = 4.0
WEB = ROOT / "src" / "manekko" / "studio" / "web"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, and a page that was built."""
    if not (PAGE / "index.html").is_file():
        missing(f"the page has not been built: {PAGE}")
    try:
        chromium_program()
    except MissingToolError as error:
        missing(str(error))
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def captured(weights_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a capture of the first seconds of the example, with everything that capture writes."""
    out = tmp_path_factory.mktemp("captured") / "ダンス"
    command = [sys.executable, "-m", "manekko", "capture", str(EXAMPLE), "--end", str(CAPTURED_S), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return out


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's sources, with all packages that checking them needs."""
    packages = npm_folder("web", [WEB / "package.json", WEB / "package-lock.json"])
    package = tmp_path_factory.mktemp("page")
    folder = package / "studio" / "web"
    shutil.copytree(WEB, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(packages / "node_modules")
    # Its tests read our characters, which lie beside it.
    (package / "character").symlink_to(WEB.parent.parent / "character")
    return folder


@pytest.fixture(scope="module")
def address(browser: Browser, captured: Path) -> Iterator[str]:
    """Where the page is served with that capture."""
    with served(captured) as url:
        yield url


@pytest.fixture
def opened(browser: Browser) -> Iterator["Opener"]:
    """What opens tabs of their own, and finds at the end that nothing failed or was asked for from elsewhere."""
    with ExitStack() as stack:
        opener = Opener(browser, stack)
        yield opener
        for home, tab in opener.tabs:
            tab.assert_quiet(*opener.expected)
            assert tab.asked_elsewhere(home) == []


@pytest.fixture
def tab(opened: "Opener", address: str) -> Tab:
    """The page with the capture, opened anew."""
    return opened(address)


class Opener:
    """Opens tabs, each as in a browser that was never used."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser = browser
        self._stack = stack
        self.tabs: list[tuple[str, Tab]] = []
        """Each with the page's address."""
        self.expected: list[str] = []
        """Words of the errors that a test provokes."""

    def __call__(self, url: str, *, width: int = 1280, height: int = 800, **options: object) -> Tab:
        """Return a tab on the page, drawn and ready."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            locale=str(options.pop("locale", "en-GB")),
            accept_downloads=True,
            **options,  # pyright: ignore[reportArgumentType]
        )
        self._stack.callback(context.close)
        tab = Tab(context.new_page())
        self.tabs.append((url, tab))
        return tab.open(url)
