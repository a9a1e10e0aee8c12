"""The program's own command, run as a user runs it, with the clock on and its memory watched."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from manekko.errors import MissingToolError

_POLL_S = 0.02


@dataclass(frozen=True)
class CommandRun:
    """One finished run."""

    wall_s: float
    """From start to exit [s]."""
    peak_bytes: int | None
    """Most resident memory of the process and its children at once; None where the system does not tell (no /proc)."""


def run_on_clip(
    verb: Literal["capture", "paint"], source: Path, out: Path, *options: str, cores: int | None = None
) -> CommandRun:
    """Run ``manekko VERB SOURCE --out OUT OPTIONS`` in a process of its own.

    Args:
        verb: what is done with the clip.
        source: the clip.
        out: folder for the results.
        options: further arguments.
        cores: how many processor cores the process may use (where the system can bind it), and its ``--workers``.

    Raises:
        MissingToolError: the command failed; the message is its own last line.
    """
    workers = [] if cores is None else ["--workers", str(cores)]
    return _run([verb, str(source), "--out", str(out), *options, *workers], f"{verb} of {source.name}", cores)


def run_render(motion: Path, out: Path, *options: str, cores: int | None = None) -> CommandRun:
    """Run ``manekko render MOTION OUT OPTIONS`` in a process of its own.

    Args:
        motion: the motion file.
        out: the video or pictures to write.
        options: further arguments.
        cores: how many processor cores the process may use (where the system can bind it).

    Raises:
        MissingToolError: the command failed; the message is its own last line.
    """
    return _run(["render", str(motion), str(out), *options], f"rendering of {motion.name}", cores)


def _run(words: list[str], what: str, cores: int | None) -> CommandRun:
    """Run the program with these words; ``what`` names it where it fails."""
    command = [sys.executable, "-m", "manekko", *words]
    had = bind(cores)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        unbind(had)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident_bytes(process.pid))
            time.sleep(_POLL_S)
        wall_s = time.perf_counter() - start
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").strip().splitlines()
    if process.returncode:
        reason = lines[-1].removeprefix("manekko: ") if lines else f"exit code {process.returncode}"
        raise MissingToolError(f"{what} failed: {reason}")
    return CommandRun(wall_s, peak or None)


def captured_vmd(source: Path, model: Path, out: Path, *options: str) -> Path:
    """Capture one person's body and return the VMD that the command wrote.

    Raises:
        MissingToolError: the command failed or wrote no VMD.
    """
    chosen = ("--model", str(model), "--people", "1", "--parts", "body", "--no-preview", *options)
    run_on_clip("capture", source, out, *chosen)
    written = sorted(out.glob("*.vmd"))
    if not written:
        raise MissingToolError(f"capture of {source.name} wrote no VMD into {out}")
    return written[0]


def bind(cores: int | None) -> set[int] | None:
    """Bind this process, and so what it starts next, to some cores; return those it had, for ``unbind``."""
    if cores is None or sys.platform != "linux":
        return None
    had = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(had)[:cores])
    return had


def unbind(had: set[int] | None) -> None:
    """Give this process back the cores that it had."""
    if had is not None and sys.platform == "linux":
        os.sched_setaffinity(0, had)


def _resident_bytes(pid: int) -> int:
    """Resident memory of a process and all its children now; 0 where the system does not tell."""
    total = 0
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        total = pages * os.sysconf("SC_PAGE_SIZE")
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += _resident_bytes(int(child))
    except (OSError, IndexError, ValueError):
        # The process ended between two looks, or there is no /proc.
        return total
    return total
