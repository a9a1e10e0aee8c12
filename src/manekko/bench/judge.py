"""The measuring data and the judge beside it: a program that is no part of Manekko and shares no code with it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from manekko.errors import MissingToolError

Verdict = dict[str, Any]
"""What the judge says: nested figures by name."""


def data_folder() -> Path:
    """Return the folder of the measuring data: MANEKKO_DATA, or ``../shared/data`` from the current folder.

    Raises:
        MissingToolError: there is none.
    """
    beside = Path.cwd().parent / "shared" / "data"
    folder = Path(os.environ.get("MANEKKO_DATA") or beside)
    if not folder.is_dir():
        raise MissingToolError(
            f"the measuring data is not at {folder}; set MANEKKO_DATA to its folder (see docs/benchmarks.md)"
        )
    return folder


def measuring_file(*parts: str) -> Path:
    """Return one file of the measuring data.

    Raises:
        MissingToolError: it is not there.
    """
    path = data_folder().joinpath(*parts)
    if not path.exists():
        raise MissingToolError(f"{path} is missing from the measuring data; see docs/benchmarks.md")
    return path


def judge(*arguments: str | Path) -> Verdict:
    """Run the judge (``../tools/score.py`` beside the data) and return what it says.

    Raises:
        MissingToolError: the judge is not there, or it cannot judge this file.
    """
    script = data_folder().parent / "tools" / "score.py"
    if not script.is_file():
        raise MissingToolError(f"the judge is not at {script}; it belongs beside the measuring data")
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = os.environ | {"MANEKKO_DATA": str(data_folder()), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=600, check=False)
    try:
        verdict = json.loads(done.stdout)
    except json.JSONDecodeError:
        verdict = {"error": (done.stderr.strip().splitlines() or ["no answer"])[-1]}
    if "error" in verdict:
        raise MissingToolError(f"the judge gave up on {arguments[-1]}: {verdict['error']}")
    return verdict


def pick(verdict: Verdict, path: str) -> float | None:
    """Return a figure by its path, such as ``cam.mpjpe_camframe_mm``; None where the judge has none."""
    value: Any = verdict
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return None if value is None else float(value)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return columns in plain text: words to the left, numbers to the right, None as a dash."""
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    numeric = [any(isinstance(row[column], int | float) for row in rows) for column in range(len(head))]
    lines = []
    for row in cells:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        if value.is_integer() and abs(value) >= 100:
            return f"{value:.0f}"
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)
