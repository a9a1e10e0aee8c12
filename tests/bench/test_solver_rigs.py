import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from manekko.bench import solver_rigs
from manekko.bench.rig_variants import Build, built, english, renamed, variants
from manekko.bench.solver_rigs import RigFigures, rigs_report
from manekko.files.models import standard_rig
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from tests.lift.dancers import Dance


def test_a_report_has_a_row_for_each_model_and_the_bars() -> None:
    report = rigs_report([Dance(1).motion(0.5)], {"a": standard_rig(), "b": variants(standard_rig())["no leg IK"]})
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["a", "b", "bar"]
    assert [RigFigures(**row) for row in json.loads(json.dumps(asdict(report)))["rows"]] == list(report.rows)
    assert report.rows[1].keys_mm is None


def test_feet_that_slide_and_sink_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every foot moves 1 mm a frame sideways and stands 5 mm in the floor."""

    def sliding(motion: Motion, rig: object) -> RigMotion:
        right = retarget(motion, standard_rig())
        way = np.arange(motion.frame_count)[:, None] * [0.001, 0.0, 0.0] - [0.0, 0.005, 0.0]
        moved = {
            name: replace(track, positions_m=track.positions_m + way)
            for name, track in right.bones.items()
            if name in ("センター", "左足ＩＫ", "右足ＩＫ")
        }
        return replace(right, bones=right.bones | moved)

    monkeypatch.setattr(solver_rigs, "retarget", sliding)
    (row,) = rigs_report([Dance(1).motion(0.5)], {"a": standard_rig()}).rows
    assert row.keys_mm == pytest.approx(1.0, rel=0.01)
    assert row.slide_mm == pytest.approx(1.0, rel=0.05)
    assert row.penetration_mm == pytest.approx(5.0, rel=0.05)
    assert row.float_mm == pytest.approx(0.0, abs=0.1)


def test_a_body_is_built_as_told() -> None:
    rig = standard_rig()
    chibi = built(rig, Build(legs=0.5, trunk=0.8, arms=0.6, arm_slope_deg=20.0, heel_m=0.05))
    thigh, shorter = (body.rest("左ひざ") - body.rest("左足") for body in (rig, chibi))
    assert shorter[1] == pytest.approx(0.5 * thigh[1])
    arm, bent = (body.rest("右ひじ") - body.rest("右腕") for body in (rig, chibi))
    assert np.linalg.norm(bent) == pytest.approx(0.6 * np.linalg.norm(arm))
    assert np.degrees(np.arctan2(-bent[1], -bent[0])) == pytest.approx(20.0)
    assert chibi.rest("左足首")[1] > 0.5 * rig.rest("左足首")[1] + 0.04
    assert min(at[1] for _, at in chibi.sole_points_m) == 0.0
    axis = np.array(chibi.bones[chibi.index["右腕捩"]].fixed_axis)
    assert np.abs(np.cross(axis, bent / np.linalg.norm(bent))).max() < 1e-9


def test_english_names_are_those_of_converted_models() -> None:
    names = {bone.name for bone in renamed(standard_rig(), english).bones}
    assert {"center", "upper body2", "leg IK_L", "elbow_R"} <= names
