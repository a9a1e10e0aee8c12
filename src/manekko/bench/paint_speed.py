"""How fast people are painted: the networks alone, and the whole command on a clip."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from manekko.bench.command import bind, run_on_clip, unbind
from manekko.bench.judge import measuring_file
from manekko.bench.paint_bars import DENSE, FINE, STICK
from manekko.pixels.warp import resize
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter

CLIP = ("video", "dance_frontal_1080x1920_24fps.mp4")
SIZE_PX, SECONDS = (720, 1280), 10.0
"""What of the clip is painted: one person, upright 720p."""
CORES = 2
COMMANDS = {STICK: ("--with", "sticks"), DENSE: ("--detail", "256"), FINE: ("--detail", "512")}
"""What the whole command is told for each kind."""
_WARM_UP, _RUNS = 5, 40


@dataclass(frozen=True)
class Pace:
    """How fast something is done again and again."""

    ms: float
    """Median."""

    @property
    def fps(self) -> float:
        """How often a second."""
        return 1000.0 / self.ms


def pace(do: Callable[[int], object]) -> Pace:
    """Time something on two cores.

    Args:
        do: told which time it is, from 0.
    """
    had = bind(CORES)
    try:
        seconds = []
        for number in range(_WARM_UP + _RUNS):
            start = time.perf_counter()
            do(number)
            seconds.append(time.perf_counter() - start)
    finally:
        unbind(had)
    return Pace(1000.0 * statistics.median(seconds[_WARM_UP:]))


def write_clip(target: Path) -> None:
    """Write the clip that the whole command is timed on.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    clip = open_clip(measuring_file(*CLIP))
    with VideoWriter(target, SIZE_PX, clip.info.fps, fine=True) as writer:
        for frame in clip.frames(0.0, SECONDS):
            writer.write(resize(frame.rgb, SIZE_PX), frame.time_s)


def command_s(clip: Path, out: Path, options: Sequence[str]) -> float:
    """Return how long ``manekko paint`` takes from start to exit, on two cores [s].

    Raises:
        MissingToolError: the command failed; the message is its own last line.
    """
    return run_on_clip("paint", clip, out, *options, cores=CORES).wall_s
