"""``manekko bench solver``: motions from what a detector sees, judged against known dances, beside what others make.

Rows: eight dances that nothing was tuned on, spoilt as a detector spoils them and judged as one; the measuring clips;
what each part of the solver buys; models of all kinds.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from manekko.bench.accuracy import MODEL, OURS, Row
from manekko.bench.judge import measuring_file, table
from manekko.bench.solver_ablations import ABLATIONS
from manekko.bench.solver_bars import EXACT, JUDGED, PANNING, marks
from manekko.bench.solver_camera import camera_rows
from manekko.bench.solver_exact import exact_figures
from manekko.bench.solver_keys import BARS as KEY_BARS
from manekko.bench.solver_keys import KeysReport, keys_report
from manekko.bench.solver_real import real_rows
from manekko.bench.solver_rigs import BARS as RIG_BARS
from manekko.bench.solver_rigs import RigsReport, rigs_report
from manekko.bench.solver_scenes import (
    BASELINES,
    Condition,
    Judged,
    Scene,
    judged_motion,
    judged_rig_motion,
    manekko_motion,
    scenes,
)
from manekko.bench.speed import Mark
from manekko.bench.synthetic import TrueMotion, held_out_motions
from manekko.errors import MissingToolError
from manekko.files.models import read_rig
from manekko.motion.retarget import retarget
from manekko.skeleton.rig import Rig

BARRED = (JUDGED, PANNING)
"""Conditions that bars are held under: with all dances."""
CONDITIONS = (
    Condition(JUDGED),
    Condition("noise, swaps", swaps=True),
    Condition("no noise", level=0.0),
    Condition("twice the noise", level=2.0),
    Condition(PANNING, panning=True),
)
ABLATED = "noise, swaps"
"""The condition under which parts are taken out."""
FEW = ("05_07", "05_16", "jesse", "wavefile_a")
"""Dances of every kind: those that stand for all where no bar is held."""

HEADS = {
    "mpjae_deg": "MPJAE °",
    "mpjae_raw_deg": "raw °",
    "bone_dir_deg": "dir °",
    "bone_dir_camera_deg": "cam dir °",
    "mpjpe_mm": "MPJPE mm",
    "position_mm": "pos mm",
    "slide_truth_mm": "slide/truth",
    "slide_own_mm": "slide/own",
    "slide_mm": "slide mm",
    "ik_keys_mm": "IK keys mm",
    "penetration_mm": "pen mm",
    "float_mm": "float mm",
    "heel_f1": "heel F1",
    "toe_f1": "toe F1",
    "jitter_ratio": "jitter x",
    "jump30_share": "jumps",
    "tilt_deg": "tilt °",
    "root_path_percent": "root %",
    "root_vs_still": "root x",
    "jump_height_error": "height",
    "hang_time_error": "hang",
    "camera_deg": "camera °",
    "seconds_per_1000": "s/1000",
}
"""Heads of the columns."""


@dataclass(frozen=True)
class Solver:
    """Everything that ``manekko bench solver`` found."""

    rows: list[Row]
    real: list[Row]
    ablations: list[Row]
    rigs: RigsReport
    keys: KeysReport
    marks: list[Mark]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Tables for people."""
        words = {True: "pass", False: "FAIL", None: "not measured here"}
        parts = [
            "Known dances as a detector sees them (on trace_model.pmx)",
            rows_table(self.rows),
            "Measuring clips, by the judge",
            rows_table(self.real),
            f"Without one part ({ABLATED}; {', '.join(FEW)})",
            rows_table(self.ablations),
            "Known dances on models of all kinds",
            str(self.rigs),
            "Fewer keys",
            str(self.keys),
            "Ours against the bar",
            table(["what", "found", "bar", ""], [[m.what, m.value, m.bar, words[m.passed]] for m in self.marks]),
        ]
        return "\n\n".join(parts)


def solver() -> Solver:
    """Judge what Manekko makes of known dances and of the measuring clips.

    Raises:
        MissingToolError: data, judge or the detector's models are missing. (A row that cannot be had says why.)
    """
    rig, dances = read_rig(measuring_file(*MODEL)), held_out_motions()
    few = [dance for dance in dances if dance.name in FEW]
    rows = [Row(EXACT, OURS, exact_figures(dances, rig))]
    for condition in CONDITIONS:
        shown = scenes(dances if condition.name in BARRED else few, condition, rig)
        rows += condition_rows(condition.name, shown, rig)
    rows += camera_rows(few, rig)
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        real = real_rows(rig, Path(folder), ABLATIONS, manekko_motion)
    rigs = rigs_report([dance.motion for dance in few])
    keys = keys_report({dance.name: retarget(dance.motion, rig) for dance in few}, rig)
    held = [*marks([*rows, *real]), *rig_marks(rigs), *key_marks(keys)]
    return Solver(rows, real, ablation_rows(few, rig), rigs, keys, held)


def ablation_rows(dances: Sequence[TrueMotion], rig: Rig) -> list[Row]:
    """Return a row for our method, and one for it without each of its parts."""
    shown = scenes(dances, Condition(ABLATED, swaps=True), rig)
    ways = (("nothing missing", manekko_motion), *ABLATIONS)
    return [_row(ABLATED, name, judged_motion(solve, shown, rig)) for name, solve in ways]


def condition_rows(name: str, shown: Sequence[Scene], rig: Rig) -> list[Row]:
    """Return a row for our method and for each baseline."""
    rows = [_row(name, OURS, judged_motion(manekko_motion, shown, rig))]
    for method, run in BASELINES.items():
        try:
            rows.append(_row(name, method, judged_rig_motion(run, shown, rig)))
        except MissingToolError as error:
            rows.append(Row(name, method, {}, f"not run: {error}"))
    return rows


def _row(name: str, method: str, judged: Judged) -> Row:
    return Row(name, method, judged.figures | {"seconds_per_1000": judged.seconds_per_1000})


def rig_marks(report: RigsReport) -> list[Mark]:
    """Hold planted feet on all models against their bars."""
    found = []
    for figure, limit in RIG_BARS.items():
        values = [float(value) for row in report.rows if (value := getattr(row, figure)) is not None]
        worst = max(values, default=None)
        found.append(Mark(f"all models: {figure}", worst, f"<= {limit:g}", worst is not None and worst <= limit))
    return found


def key_marks(report: KeysReport) -> list[Mark]:
    """Hold ``--keys edit`` against its bars."""
    mean = next(row for row in report.means() if row.method == "edit")
    values = {figure: float(getattr(mean, figure)) for figure in KEY_BARS}
    return [Mark(f"edit keys: {f}", values[f], f"<= {limit:g}", values[f] <= limit) for f, limit in KEY_BARS.items()]


def rows_table(rows: Sequence[Row]) -> str:
    """Return rows as a table; figures that no row has are left out."""
    names = [name for name in HEADS if any(row.figures.get(name) is not None for row in rows)]
    cells = [[row.clip, row.method, *(row.figures.get(name) for name in names)] for row in rows]
    notes = [f"  {row.clip}, {row.method}: {row.note}" for row in rows if row.note]
    return "\n".join([table(["dances", "method", *(HEADS[name] for name in names)], cells), *notes])
