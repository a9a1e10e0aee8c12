"""The page's own checks: types, style and the tests of its logic."""

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.client
@pytest.mark.parametrize("task", ["check", "test"])
def test_the_page_passes_its_own_checks(web: Path, task: str) -> None:
    command = [str(shutil.which("npm")), "run", task]
    done = subprocess.run(command, cwd=web, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
