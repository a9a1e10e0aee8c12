"""babylon-mmd in headless Chromium, asked where a model's bones are: a judge written by others."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.conftest import missing

_SOURCE = Path(__file__).parent / "babylon"
_FILES = ("package.json", "package-lock.json", "page.ts", "judge.mjs")
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MMD_UNIT_M = 0.08


def babylon_positions(model: Path, motion: Path, frames: Sequence[int], bones: Sequence[str]) -> dict[str, np.ndarray]:
    """Return where babylon-mmd puts bones, as (frame, 3) arrays in our frame [m]; skips where it cannot be run.

    Args:
        model: a PMX or PMD file.
        motion: a VMD file.
        frames: frames at 30 a second.
        bones: names; those the model does not have are left out of the answer.
    """
    chromium = os.environ.get("MANEKKO_CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    node = shutil.which("node")
    if chromium is None or node is None:
        missing("babylon-mmd needs Chromium and node: install them, or name Chromium in MANEKKO_CHROMIUM")
    command = [str(node), "judge.mjs", str(chromium), str(model.resolve()), str(motion.resolve())]
    request = json.dumps({"frames": [int(frame) for frame in frames], "bones": list(bones)})
    done = subprocess.run(
        command, cwd=_built(), input=request, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"the judge failed:\n{done.stderr}"
    answer = {name: np.array(rows) for name, rows in json.loads(done.stdout).items() if rows}
    return {name: rows * [MMD_UNIT_M, MMD_UNIT_M, -MMD_UNIT_M] for name, rows in answer.items()}


def _built() -> Path:
    """Return a folder with the installed and bundled page, made once for these sources."""
    digest = hashlib.sha256(b"".join((_SOURCE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "manekko-tests"
    folder = home / f"babylon-{digest}"
    if folder.is_dir():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        missing("babylon-mmd needs npm to be installed once")
    home.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=home))
    for name in _FILES:
        shutil.copy(_SOURCE / name, workplace)
    for step in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(
            [str(npm), *step], cwd=workplace, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode != 0:
            shutil.rmtree(workplace)
            missing(f"babylon-mmd cannot be installed (npm {step[0]}): {done.stderr.strip()[-400:]}")
    try:
        workplace.rename(folder)
    except OSError:
        # Another test run has made the same folder meanwhile.
        shutil.rmtree(workplace)
    return folder
