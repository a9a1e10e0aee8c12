"""The solver's report is a table for people and plain values for JSON."""

import json

from manekko.bench.accuracy import OURS, Row
from manekko.bench.run import MEASUREMENTS
from manekko.bench.solver import Solver, key_marks, rig_marks, rows_table
from manekko.bench.solver_bars import JUDGED, marks
from manekko.bench.solver_keys import KeyRow, KeysReport
from manekko.bench.solver_rigs import RigFigures, RigsReport

ROWS = [
    Row(JUDGED, OURS, {"mpjae_deg": 15.25, "slide_own_mm": 0.0, "toe_f1": None}),
    Row(JUDGED, "KalidoKit", {}, "not run: node is missing"),
]
KEYS = KeysReport(
    (
        KeyRow("a", "edit", 0.15, 0.2, 0.4, 0.9, 2.0, 20.0, 5.0),
        KeyRow("b", "edit", 0.17, 0.2, 0.4, 0.9, 2.0, 14.0, 5.0),
        KeyRow("a", "tiny", 0.9, 0.9, 9.0, 9.0, 9.0, 99.0, 5.0),
    )
)


def _rig(name: str, slide_mm: float | None) -> RigFigures:
    return RigFigures(name, 0.0, slide_mm, 0.5, 3.0, 1.0, 1.0, 0.0, 1.0, 1.0)


def test_figures_that_no_row_has_are_left_out_and_notes_stand_below() -> None:
    text = rows_table(ROWS)

    assert "15.2" in text
    assert "toe F1" not in text
    assert text.splitlines()[-1] == f"  {JUDGED}, KalidoKit: not run: node is missing"


def test_models_are_held_by_the_worst_of_them() -> None:
    report = RigsReport((_rig("good", 0.1), _rig("bad", 0.3), _rig("without feet", None)))
    found = {mark.what: (mark.value, mark.passed) for mark in rig_marks(report)}

    assert found["all models: slide_mm"] == (0.3, False)
    assert found["all models: penetration_mm"] == (0.5, True)


def test_edit_keys_are_held_by_their_mean() -> None:
    found = {mark.what: mark.passed for mark in key_marks(KEYS)}

    assert found["edit keys: share"] is True
    assert found["edit keys: ends_p99_mm"] is False


def test_the_report_is_plain_json_with_every_part() -> None:
    rigs = RigsReport((_rig("good", 0.1),))
    held = [*marks(ROWS), *rig_marks(rigs), *key_marks(KEYS)]
    report = Solver(ROWS, [], ROWS, rigs, KEYS, held)

    assert set(json.loads(json.dumps(report.as_dict()))) == {"rows", "real", "ablations", "rigs", "keys", "marks"}
    assert "FAIL" in str(report)
    assert "solver" in MEASUREMENTS
