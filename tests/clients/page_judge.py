"""A page of our own around somebody else's MMD player, in headless Chromium: what judges in a browser share."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from manekko.bench.browser import chromium_program
from manekko.errors import MissingToolError
from tests.conftest import missing

MMD_UNIT_M = 0.08

_SHARED = Path(__file__).with_suffix(".mjs")


def ask_page(
    source: Path,
    model: Path,
    motion: Path,
    request: Mapping[str, object],
    *,
    files: Mapping[str, Path] | None = None,
    draws: bool = False,
) -> Any:
    """Return what the page in ``source`` answers to a request about a model that plays a motion.

    Skips where the page cannot be built or opened; fails on an error in the page, missing textures apart.

    Args:
        source: folder with package.json, package-lock.json and the page; the header of page_judge.mjs says what the
            page offers.
        model: a PMX or PMD file.
        motion: a VMD file.
        request: anything that JSON can say.
        files: what else the page may fetch: address → file.
        draws: the page needs WebGL; without a GPU it is drawn by the processor.
    """
    node = shutil.which("node")
    if node is None:
        missing(f"{source.name}: needs Chromium and node; install them, or name Chromium in MANEKKO_CHROMIUM")
    served = {address: str(path.resolve()) for address, path in (files or {}).items()}
    command = [str(node), _SHARED.name, chromium(), str(model.resolve()), str(motion.resolve())]
    done = subprocess.run(
        command,
        cwd=_built(source),
        input=json.dumps({**request, "files": served, "draws": draws}),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"the judge failed:\n{done.stderr}"
    return json.loads(done.stdout)


def chromium() -> str:
    """Return where Chromium is; skips where there is none."""
    try:
        return chromium_program()
    except MissingToolError as error:
        missing(str(error))
        raise


def _built(source: Path) -> Path:
    """Return a folder with the installed and bundled page, made once for these sources."""
    files = sorted(path for path in source.iterdir() if path.is_file() and path.name != ".gitignore")
    return npm_folder(source.name, [*files, _SHARED], steps=(["run", "build"],))


def npm_folder(name: str, files: Sequence[Path], *, steps: Sequence[Sequence[str]] = ()) -> Path:
    """Return a folder with these files and the npm packages that they name, kept for later runs.

    Skips where it cannot be made.

    Args:
        name: what the folder is called; files of other bytes give another folder.
        files: package.json, package-lock.json, and what the steps need.
        steps: what npm does there, once, after the packages are in place.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "manekko-tests"
    folder = home / f"{name}-{digest}"
    if folder.is_dir():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        missing(f"{name}: needs npm to be installed once")
    home.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=home))
    for path in files:
        shutil.copy(path, workplace)
    for step in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], *steps):
        done = subprocess.run(
            [str(npm), *step], cwd=workplace, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode != 0:
            shutil.rmtree(workplace)
            missing(f"{name}: cannot be installed (npm {step[0]}): {done.stderr.strip()[-400:]}")
    try:
        workplace.rename(folder)
    except OSError:
        # Another test run has made the same folder meanwhile.
        shutil.rmtree(workplace)
    return folder
