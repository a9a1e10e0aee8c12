"""``manekko bench accuracy``: what capture writes, judged against known truth, beside what others make of the same."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from manekko.bench.command import captured_vmd
from manekko.bench.judge import Verdict, judge, measuring_file, pick, table
from manekko.bench.naive import FPS, motionless, naive_motion
from manekko.bench.peer_kalidokit import kalidokit_motion
from manekko.errors import InputError, MissingToolError
from manekko.files.models import read_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.motion.metrics import figures
from manekko.motion.motion import RigMotion
from manekko.people.find import find_people
from manekko.people.keypoints import Track
from manekko.skeleton.rig import Rig
from manekko.video.source import open_clip

MODEL = ("mmd", "models", "trace_model.pmx")
OURS = "Manekko"


@dataclass(frozen=True)
class Case:
    """One clip whose true motion is known."""

    name: str
    clip: tuple[str, ...]
    mode: str
    """How the judge judges: ``rendered`` or ``pose2sim``."""
    options: Callable[[], list[str | Path]]


CASES = (
    Case(
        "trace_wavefile",
        ("clips", "trace_wavefile.mp4"),
        "rendered",
        lambda: [
            "--truth",
            measuring_file("clips", "trace_wavefile.truth.vmd"),
            "--camera",
            measuring_file("clips", "trace_wavefile.json"),
        ],
    ),
    Case("cam01", ("pose2sim", "cam01.mp4"), "pose2sim", lambda: ["--cam", "1"]),
    Case("cam02", ("pose2sim", "cam02.mp4"), "pose2sim", lambda: ["--cam", "2"]),
)

FIGURES = {
    "mpjae_deg": "mpjae_deg",
    "bone_dir_deg": "bone_dir_deg",
    "mpjpe_camera_mm": "cam.mpjpe_camframe_mm",
    "bone_dir_camera_deg": "cam.bone_dir_camframe_deg",
    "pa_mpjpe_mm": "pa_mpjpe_mm",
    "jitter_ratio": "jitter.ratio",
    "jump_share": "jump30.frac",
    "slide_mm_per_frame": "foot.slide_mm_per_frame",
    "root_vs_static": "root.err_vs_static",
    "penetration_mm": "ground.pen_mean_mm",
    "floating_share": "ground.float_frac_gt50mm",
    "keys": "keys.keys_total",
}
"""Our names of the judge's figures."""

BARS: Mapping[str, Mapping[str, float]] = {
    "trace_wavefile": {
        "mpjae_deg": 22.0,
        "bone_dir_deg": 12.0,
        "mpjpe_camera_mm": 70.0,
        "jitter_ratio": 1.3,
        "jump_share": 0.04,
        "slide_mm_per_frame": 8.0,
        "root_vs_static": 0.6,
    },
    "cam01": {"bone_dir_deg": 14.0},
    "cam02": {"bone_dir_deg": 20.0},
}
"""What our figures may be at most."""

OPENMMD_FIGURES = {
    "frames": "frames",
    "keys": "keys.keys_total",
    "jitter_mm_per_frame3": "jitter_mm_f3",
    "jitter_over_speed": "jitter_over_speed",
    "slide_mm_per_frame": "foot.slide_mean_mm_per_frame",
    "jump_share": "jump30.frac",
    "penetration_mm": "ground.pen_mean_mm",
    "floating_share": "ground.float_frac_gt50mm",
    "root_path_mm": "root.path_mm",
}

SHORT = {
    "mpjae_deg": "MPJAE °",
    "bone_dir_deg": "dir °",
    "mpjpe_camera_mm": "cam mm",
    "bone_dir_camera_deg": "cam dir °",
    "pa_mpjpe_mm": "PA mm",
    "jitter_ratio": "jitter x",
    "jump_share": "jumps",
    "slide_mm_per_frame": "slide mm",
    "root_vs_static": "root x",
    "penetration_mm": "pen mm",
    "floating_share": "float",
    "bones_moving": "moving",
    "jitter_mm_per_frame3": "jitter mm",
    "jitter_over_speed": "jitter/speed",
    "root_path_mm": "path mm",
}
"""Heads of the columns."""


@dataclass(frozen=True)
class Row:
    """One method on one clip; figures are None where the judge has none or the method did not run."""

    clip: str
    method: str
    figures: dict[str, float | None]
    note: str = ""
    """Why there are no figures, or which bones move."""


@dataclass(frozen=True)
class Check:
    """One figure of ours against its bar."""

    clip: str
    figure: str
    value: float | None
    at_most: float
    passed: bool


@dataclass(frozen=True)
class Accuracy:
    """Everything that ``manekko bench accuracy`` found."""

    rows: list[Row]
    checks: list[Check]
    openmmd: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Tables for people."""
        marks = [[c.clip, c.figure, c.value, c.at_most, "pass" if c.passed else "FAIL"] for c in self.checks]
        parts = [
            "Judged against known truth (model trace_model.pmx)",
            _rows_table(self.rows, list(FIGURES)),
            "Ours against the bar",
            table(["clip", "figure", "ours", "at most", ""], marks),
            "OpenMMD's sample: our motion from its OpenPose JSON beside the VMD it ships",
            _rows_table(self.openmmd, [*OPENMMD_FIGURES, "bones_moving"]),
            *(f"  {row.method} moves: {row.note}" for row in self.openmmd if not row.note.startswith("not run")),
        ]
        return "\n\n".join(parts)


def accuracy() -> Accuracy:
    """Capture the measuring clips and have the results and the baselines judged.

    Raises:
        MissingToolError: data, judge or the detector's models are missing. (A row that cannot be had says why.)
    """
    model = measuring_file(*MODEL)
    rig = read_rig(model)
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        rows = [row for case in CASES for row in _case_rows(case, rig, Path(folder))]
        openmmd = _openmmd_rows(rig, Path(folder))
    return Accuracy(rows, checks(rows), openmmd)


def checks(rows: list[Row]) -> list[Check]:
    """Hold our rows against ``BARS``; a figure that is missing fails."""
    ours = {row.clip: row.figures for row in rows if row.method == OURS}
    result = []
    for clip, bars in BARS.items():
        for figure, limit in bars.items():
            value = ours.get(clip, {}).get(figure)
            result.append(Check(clip, figure, value, limit, value is not None and value <= limit))
    return result


def _case_rows(case: Case, rig: Rig, folder: Path) -> list[Row]:
    clip, model = measuring_file(*case.clip), measuring_file(*MODEL)

    def judged(method: str, vmd: Callable[[], Path]) -> Row:
        try:
            verdict = judge(case.mode, "--model", model, *case.options(), "--pred", vmd())
        except MissingToolError as error:
            return Row(case.name, method, dict.fromkeys(FIGURES), f"not run: {error}")
        return Row(case.name, method, picked(verdict, FIGURES))

    track = _most_seen(clip)
    still = motionless(rig, int(track.times_s[-1] * FPS) + 1)
    peer = folder / "peer.vmd"
    return [
        judged(OURS, lambda: captured_vmd(clip, model, folder / case.name)),
        judged("motionless", lambda: _saved(still, peer)),
        judged("naive mapping", lambda: _saved(naive_motion(track, rig), peer)),
        judged("KalidoKit", lambda: _saved(kalidokit_motion(track, rig), peer)),
    ]


def _openmmd_rows(rig: Rig, folder: Path) -> list[Row]:
    model, sample = measuring_file(*MODEL), measuring_file("openmmd", "coco18_json.tar.gz")

    def judged(method: str, vmd: Callable[[], Path]) -> Row:
        try:
            path = vmd()
        except MissingToolError as error:
            return Row("OpenMMD sample", method, dict.fromkeys(OPENMMD_FIGURES), f"not run: {error}")
        moving = figures(rig_motion_from_vmd(parse_vmd(path.read_bytes())), rig).keys.moving_bones
        found = picked(judge("stats", path, "--model", model), OPENMMD_FIGURES) | {"bones_moving": float(len(moving))}
        return Row("OpenMMD sample", method, found, " ".join(moving))

    return [
        judged(OURS, lambda: captured_vmd(sample, model, folder / "openmmd", "--fps", f"{FPS:g}")),
        judged("OpenMMD", lambda: measuring_file("openmmd", "openmmd_output.vmd")),
    ]


def _most_seen(clip: Path) -> Track:
    tracks = find_people(open_clip(clip), people=1)
    if not tracks:
        raise InputError(f"nobody was found in {clip}: there is nothing to compare")
    return tracks[0]


def _saved(motion: RigMotion, path: Path) -> Path:
    path.write_bytes(write_vmd(vmd_from_rig_motion(motion)))
    return path


def picked(verdict: Verdict, names: Mapping[str, str]) -> dict[str, float | None]:
    """Return the judge's figures under our names."""
    return {name: pick(verdict, path) for name, path in names.items()}


def _rows_table(rows: list[Row], names: list[str]) -> str:
    shown = [name for name in names if any(row.figures.get(name) is not None for row in rows)]
    cells = [[row.clip, row.method, *(row.figures.get(name) for name in shown)] for row in rows]
    notes = [f"  {row.clip}, {row.method}: {row.note}" for row in rows if row.note.startswith("not run")]
    return "\n".join([table(["clip", "method", *(SHORT.get(name, name) for name in shown)], cells), *notes])
