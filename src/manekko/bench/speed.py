"""``manekko bench speed``: how long the whole command takes against the clip's own length, and how much memory."""

import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from manekko.bench.command import run_on_clip
from manekko.bench.judge import measuring_file, table
from manekko.video.repeat import repeat_clip
from manekko.video.source import open_clip

CLIP = ("video", "dance_frontal_1080x1920_24fps.mp4")
CORES = 2
LONGER = 10
"""How many times longer the clip is that shows whether memory grows."""
GROWTH = 1.15
"""Memory for the longer clip may be this many times that for the short one: allocators are not exact."""
MEMORY_BAR_MB = 1500.0

PARTS = {"body": 1.5, "body,hands,face": 0.8}
"""What is captured → how many times faster than the clip plays it must be."""


@dataclass(frozen=True)
class SpeedRow:
    """One set of parts on one clip."""

    parts: str
    clip_s: float
    runs: int
    wall_s: float
    """Median over the runs."""
    times_real_time: float
    """Clip length over wall time: above 1 is faster than the clip plays."""
    peak_mb: float | None
    """Largest over the runs; None where the system does not tell."""


@dataclass(frozen=True)
class Mark:
    """One bar and whether it was met; None where it could not be measured here."""

    what: str
    value: float | None
    bar: str
    passed: bool | None


@dataclass(frozen=True)
class Speed:
    """Everything that ``manekko bench speed`` found."""

    cores: int
    rows: list[SpeedRow]
    marks: list[Mark]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Tables for people."""
        head = ["parts", "clip s", "runs", "wall s", "x real time", "peak MB"]
        rows = [[r.parts, r.clip_s, r.runs, r.wall_s, r.times_real_time, r.peak_mb] for r in self.rows]
        words = {True: "pass", False: "FAIL", None: "not measured here"}
        marks = [[m.what, m.value, m.bar, words[m.passed]] for m in self.marks]
        title = f"Whole command with preview and sound, {self.cores} cores, {CLIP[-1]}"
        return "\n\n".join([title, table(head, rows), table(["what", "found", "bar", ""], marks)])


def speed(runs: int = 3) -> Speed:
    """Time the command on the measuring clip, and once on one ten times as long.

    Raises:
        MissingToolError: the data or the detector's models are missing.
    """
    clip = measuring_file(*CLIP)
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        rows = [_row(clip, parts, runs, Path(folder)) for parts in PARTS]
        long_clip = Path(folder) / f"long{clip.suffix}"
        repeat_clip(clip, long_clip, LONGER)
        rows.append(_row(long_clip, "body", 1, Path(folder)))
    return Speed(CORES, rows, marks(rows))


def marks(rows: list[SpeedRow]) -> list[Mark]:
    """Hold rows (one for each of ``PARTS``, then the longer clip) against the bars."""
    result = []
    for row in rows[: len(PARTS)]:
        least = PARTS[row.parts]
        result.append(
            Mark(f"{row.parts}, x real time", row.times_real_time, f">= {least}", row.times_real_time >= least)
        )
    peaks = [row.peak_mb for row in rows if row.peak_mb is not None]
    if len(peaks) < len(rows):
        return [*result, Mark("peak memory MB", None, f"< {MEMORY_BAR_MB:g}", None)]
    growth = peaks[-1] / peaks[0]
    return [
        *result,
        Mark("peak memory MB", max(peaks), f"< {MEMORY_BAR_MB:g}", max(peaks) < MEMORY_BAR_MB),
        Mark(f"memory, {LONGER} x the clip", growth, f"<= {GROWTH} x", growth <= GROWTH),
    ]


def _row(clip: Path, parts: str, runs: int, folder: Path) -> SpeedRow:
    seconds = open_clip(clip).info.duration_s
    if seconds is None:
        seconds = sum(1 for _ in open_clip(clip).frames()) / open_clip(clip).info.fps
    finished = [
        run_on_clip("capture", clip, folder / f"out{turn}", "--parts", parts, cores=CORES) for turn in range(runs)
    ]
    wall_s = statistics.median(run.wall_s for run in finished)
    peak = max((run.peak_bytes for run in finished if run.peak_bytes is not None), default=None)
    return SpeedRow(parts, seconds, runs, wall_s, seconds / wall_s, None if peak is None else peak / 1e6)
