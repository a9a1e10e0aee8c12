"""The page's own checks: types, style and the tests of its logic."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.page_judge import npm_folder
from tests.conftest import ROOT

WEB = ROOT / "src" / "manekko" / "studio" / "web"


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


@pytest.mark.slow
@pytest.mark.client
@pytest.mark.parametrize("task", ["check", "test"])
def test_the_page_passes_its_own_checks(web: Path, task: str) -> None:
    command = [str(shutil.which("npm")), "run", task]
    done = subprocess.run(command, cwd=web, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
