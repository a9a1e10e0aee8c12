"""``manekko bench stage``: how fast characters are posed and drawn, and how right.

Whether a detector takes ours for a person, and how far pictures and bones are from babylon-mmd's.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from manekko.bench.command import bind, run_render, unbind
from manekko.bench.judge import measuring_file, table
from manekko.bench.likeness import Likeness, likeness
from manekko.bench.speed import Mark
from manekko.character import default_model
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.motion.motion import RigMotion
from manekko.people.find import find_people
from manekko.stage.cameras import following_camera
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from manekko.stage.renderer import Renderer
from manekko.stage.scene import Dancer, dancers_reach
from manekko.stage.view import Light
from manekko.video.source import open_clip

DANCE = ("mmd", "motions", "wavefile_lat.vmd")
MODELS = (("mmd", "models", "yw_test_model.pmx"), ("mmd", "models", "trace_model.pmx"))
"""Drawn beside our own."""
CORES = 2
SIZE_PX = (1280, 720)

PLAIN_BAR_FPS, FINE_BAR_FPS = 20.0, 10.0
POSES_BAR_FPS = 500.0
FOUND_BAR = 0.98

_FIRST_S = 10.0
"""The dance is looked at from here on: before, the dancer only stands."""
_PICTURES, _WARM_UP = 60, 5
_POSES = 1500
_FOUND_S, _DRAWN_S = 12.0, 10.0


@dataclass(frozen=True)
class DrawRow:
    """One model drawn in one way."""

    model: str
    triangles: int
    way: str
    ms: float
    """Median time of a picture, read-back included."""
    fps: float
    processor_ms: float
    """Mean processor time of a picture, all cores together: what is left when others use the machine too."""


@dataclass(frozen=True)
class PoseRow:
    """One model posed through the dance."""

    model: str
    bones: int
    fps: float
    """Frames a second, IK included."""
    swaying_fps: float
    """The same with hair and skirt."""


@dataclass(frozen=True)
class Stage:
    """Everything that ``manekko bench stage`` found."""

    cores: int
    draws: list[DrawRow]
    poses: list[PoseRow]
    found: float
    """Share of the frames of a drawn dance in which the detector finds our character."""
    found_frames: int
    command_fps: float
    """Pictures a second of the whole ``manekko render``, MP4 written, start of the program included."""
    beside_babylon: Likeness
    marks: list[Mark]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Tables for people."""
        draws = [[r.model, r.triangles, r.way, r.ms, r.fps, r.processor_ms] for r in self.draws]
        poses = [[r.model, r.bones, r.fps, r.swaying_fps] for r in self.poses]
        words = {True: "pass", False: "FAIL", None: "not measured here"}
        marks = [[m.what, m.value, m.bar, words[m.passed]] for m in self.marks]
        return "\n\n".join(
            [
                f"Pictures of {SIZE_PX[0]}x{SIZE_PX[1]}, {self.cores} cores, {DANCE[-1]}",
                table(["model", "triangles", "way", "ms", "fps", "processor ms"], draws),
                table(["model", "bones", "poses/s", "with sway"], poses),
                str(self.beside_babylon),
                table(["what", "found", "bar", ""], marks),
            ]
        )


WAYS: dict[str, dict[str, Any]] = {
    "no MSAA": {"samples": 1, "edges": False, "shadow": False},
    "no MSAA, edges, shadow": {"samples": 1, "edges": True, "shadow": True},
    "MSAA 4x, edges, shadow": {"samples": 4, "edges": True, "shadow": True},
}


def stage() -> Stage:
    """Measure posing and drawing, look at a drawn dance with the detector, and have babylon-mmd judge.

    Raises:
        MissingToolError: the data, the detector's models or OpenGL are missing.
    """
    dance = measuring_file(*DANCE)
    motion = rig_motion_from_vmd(parse_vmd(dance.read_bytes()))
    figures = {path.stem: read_figure(path) for path in (default_model(), *(measuring_file(*m) for m in MODELS))}
    with _on_cores(CORES):
        draws = [_draw_row(name, figure, motion, way) for name, figure in figures.items() for way in WAYS]
        poses = [_pose_row(name, figure, motion) for name, figure in figures.items()]
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        found, frames = found_share(dance, Path(folder) / "found.mp4")
        command_fps = _command_fps(dance, Path(folder) / "drawn.mp4")
    beside = likeness()
    held = [*marks(draws, poses, found, command_fps), *beside.marks()]
    return Stage(CORES, draws, poses, found, frames, command_fps, beside, held)


def marks(draws: list[DrawRow], poses: list[PoseRow], found: float, command_fps: float) -> list[Mark]:
    """Hold our own character's rows, which stand first, against the bars."""
    own = {row.way: row.fps for row in draws if row.model == draws[0].model}
    plain, fine = (own[way] for way in (next(iter(WAYS)), list(WAYS)[-1]))
    slowest = min(row.fps for row in poses)
    return [
        Mark("pictures/s, no MSAA", plain, f">= {PLAIN_BAR_FPS:g}", plain >= PLAIN_BAR_FPS),
        Mark("pictures/s, MSAA 4x, edges, shadow", fine, f">= {FINE_BAR_FPS:g}", fine >= FINE_BAR_FPS),
        Mark("pictures/s, the whole command", command_fps, f">= {FINE_BAR_FPS:g}", command_fps >= FINE_BAR_FPS),
        Mark("poses/s with IK, slowest model", slowest, f">= {POSES_BAR_FPS:g}", slowest >= POSES_BAR_FPS),
        Mark("frames in which our character is found", found, f">= {FOUND_BAR:g}", found >= FOUND_BAR),
    ]


@contextmanager
def _on_cores(cores: int) -> Iterator[None]:
    had = bind(cores)
    try:
        yield
    finally:
        unbind(had)


def _draw_row(name: str, figure: Figure, motion: RigMotion, way: str) -> DrawRow:
    """Draw pictures of the dance and take the median time of one."""
    times = _FIRST_S + np.arange(_PICTURES + _WARM_UP) / 6.0
    dancer = Dancer(figure, motion)
    camera = following_camera(dancers_reach([dancer], float(times[0]), float(times[-1])), SIZE_PX)
    poses = list(dancer.poses(times, swaying=False))
    seconds = []
    with Renderer(SIZE_PX, [figure], **WAYS[way]) as renderer:
        busy_s = 0.0
        for number, (time_s, pose) in enumerate(zip(times.tolist(), poses, strict=True)):
            if number == _WARM_UP:
                busy_s = time.process_time()
            start = time.perf_counter()
            renderer.draw(camera(time_s), Light(), [pose])
            seconds.append(time.perf_counter() - start)
        busy_s = time.process_time() - busy_s
    middle = statistics.median(seconds[_WARM_UP:])
    return DrawRow(name, len(figure.mesh.triangles), way, 1000.0 * middle, 1.0 / middle, 1000.0 * busy_s / _PICTURES)


def _pose_row(name: str, figure: Figure, motion: RigMotion) -> PoseRow:
    """Pose a figure through the dance, with and without hair and skirt."""
    frames = _FIRST_S * motion.fps + np.arange(_POSES)
    rates = []
    for swaying in (False, True):
        start = time.perf_counter()
        count = sum(1 for _ in perform(figure, motion, frames, swaying=swaying))
        rates.append(count / (time.perf_counter() - start))
    return PoseRow(name, len(figure.rig.bones), *rates)


def found_share(dance: Path, video: Path) -> tuple[float, int]:
    """Draw a dance and return the share of its frames in which the detector finds our character, and their number.

    Args:
        dance: a VMD.
        video: MP4 to write.
    """
    run_render(dance, video, *_from(_FOUND_S), "--size", "960x720", "--camera", "follow", "--sound", "none")
    people = find_people(open_clip(video), people=1)
    count = sum(1 for _ in open_clip(video).frames())
    return (float(people[0].seen.mean()) if people else 0.0), count


def _command_fps(dance: Path, video: Path) -> float:
    run = run_render(
        dance, video, *_from(_DRAWN_S), "--size", f"{SIZE_PX[0]}x{SIZE_PX[1]}", "--sound", "none", cores=CORES
    )
    return 30.0 * _DRAWN_S / run.wall_s


def _from(seconds: float) -> list[str]:
    return ["--start", f"{_FIRST_S:g}", "--end", f"{_FIRST_S + seconds:g}"]
