"""Figures of motions: known answers on a small rig, and agreement with the outside judge on real files."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.bench.rig_variants import english, renamed, without
from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.motion.metrics import MAX_SECONDS, figures, series
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import IDENTITY_XYZW, from_rotation_vectors, rotate

RIG = standard_rig()
GRAVITY = -9.8


def keyed(**bones: tuple[np.ndarray, np.ndarray]) -> RigMotion:
    """Return a motion with a key in every frame, from (positions, rotations) by bone."""
    tracks = {
        name: BoneTrack(np.arange(len(positions)), positions, rotations)
        for name, (positions, rotations) in bones.items()
    }
    return RigMotion("test", tracks)


def moved(positions_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(positions_m, dtype=np.float64), np.tile(IDENTITY_XYZW, (len(positions_m), 1))


def turned(vectors_rad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((len(vectors_rad), 3)), from_rotation_vectors(np.asarray(vectors_rad, dtype=np.float64))


def along(values: np.ndarray, axis: int) -> np.ndarray:
    result = np.zeros((len(values), 3))
    result[:, axis] = values
    return result


def still(count: int = 30) -> tuple[np.ndarray, np.ndarray]:
    return moved(np.zeros((count, 3)))


def test_standing_still_has_no_fault():
    found = figures(keyed(センター=still()), RIG)
    assert found.foot.slide_mean_mm_per_frame == 0
    assert found.foot.planted_share == 1
    assert found.ground.penetration_max_mm < 5
    assert found.ground.floating_share == 0
    assert found.smoothness.jitter_mm_per_frame3 == 0
    assert found.jumps.events == ()
    assert found.hyper_extended_frames == {}
    assert found.root_path_m == 0
    assert found.ik.reach_error_max_mm is not None
    assert found.ik.reach_error_max_mm < 1
    assert found.keys.moving_bones == ()


def test_body_that_sways_over_locked_feet_does_not_slide():
    sway = along(0.03 * np.sin(np.arange(60) / 8), 0)
    found = figures(keyed(センター=moved(sway)), RIG)
    assert found.foot.slide_mean_mm_per_frame == pytest.approx(0, abs=0.5)
    assert found.root_path_m > 0.1


@settings(max_examples=15, deadline=None)
@given(st.floats(1.0, 8.0))
def test_feet_that_drift_slide_by_their_speed(mm_per_frame: float):
    drift = along(np.arange(40) * mm_per_frame / 1000, 0)
    found = figures(keyed(全ての親=moved(drift)), RIG)
    assert found.foot.slide_mean_mm_per_frame == pytest.approx(mm_per_frame, abs=1e-3)
    assert found.foot.slide_p95_mm_per_frame == pytest.approx(mm_per_frame, abs=1e-3)
    assert found.root_path_m == pytest.approx(39 * mm_per_frame / 1000, rel=1e-6)


def test_feet_whose_keys_are_locked_do_not_move_at_rest():
    sway = along(0.03 * np.sin(np.arange(60) / 8), 0)
    found = figures(keyed(センター=moved(sway), **{"左足ＩＫ": still(60), "右足ＩＫ": still(60)}), RIG).foot
    assert found.key_slide_mm_per_frame == 0
    assert found.settled_slide_mm_per_frame == pytest.approx(0, abs=0.5)
    assert found.drift_p90_mm == pytest.approx(0, abs=1.5)
    drift = keyed(全ての親=moved(along(np.arange(60) * 0.002, 0)))
    assert figures(drift, RIG).foot.key_slide_mm_per_frame == pytest.approx(2, abs=1e-3)
    assert figures(drift, RIG).foot.drift_p90_mm == pytest.approx(59, abs=1)


def test_a_step_does_not_count_as_slide_at_rest():
    share = np.clip((np.arange(90) - 40) / 10, 0, 1)
    step = along(0.3 * share * share * (3 - 2 * share), 2)
    lift = along(0.08 * np.sin(np.pi * share), 1)
    found = figures(keyed(**{"左足ＩＫ": moved(step + lift)}, センター=moved(step / 2)), RIG).foot
    assert found.key_slide_mm_per_frame == 0
    assert found.slide_mean_mm_per_frame is not None
    assert found.settled_slide_mm_per_frame is not None
    assert found.settled_slide_mm_per_frame < 0.1


def test_keys_of_feet_without_ik_do_not_slide():
    off = ((0, {"左足ＩＫ": False, "右足ＩＫ": False}),)
    drift = keyed(全ての親=moved(along(np.arange(40) * 0.002, 0)))
    assert figures(RigMotion("test", drift.bones, ik_states=off), RIG).foot.key_slide_mm_per_frame is None


def _turned_on_its_ball(drift_m: float = 0.0) -> RigMotion:
    """A left foot that turns by a quarter about its toe in two seconds, and is carried sideways by so much a frame."""
    turns = from_rotation_vectors(along(np.linspace(0, np.pi / 2, 60), 1))
    arm = RIG.rest("左つま先") - RIG.rest("左足ＩＫ")
    away = arm - rotate(turns, arm) + along(np.arange(60) * drift_m, 0)
    return keyed(**{"左足ＩＫ": (away, turns)}, センター=moved(away / 2))


def test_a_foot_that_turns_on_its_ball_does_not_slide_by_its_keys():
    assert figures(_turned_on_its_ball(), RIG).foot.key_slide_mm_per_frame == pytest.approx(0, abs=1e-6)
    carried = figures(_turned_on_its_ball(0.003), RIG).foot.key_slide_mm_per_frame
    # The other foot rests; what the turn takes up of the drift is little.
    assert carried is not None
    assert 0.3 < carried < 1.5


def test_goals_that_cannot_turn_the_foot_are_followed_by_the_turn_of_the_foot_itself():
    toeless = without(RIG, "左つま先ＩＫ", "右つま先ＩＫ")
    motion = _turned_on_its_ball()
    ankle = {"左足首": (np.zeros((60, 3)), motion.bones["左足ＩＫ"].rotations_xyzw)}
    still_goal = figures(motion, toeless).foot.key_slide_mm_per_frame
    turned_foot = figures(replace(motion, bones=motion.bones | keyed(**ankle).bones), toeless).foot
    assert turned_foot.key_slide_mm_per_frame is not None
    assert still_goal is not None
    assert turned_foot.key_slide_mm_per_frame < still_goal / 3


def test_feet_of_a_model_with_english_names_are_measured_alike():
    motion = _turned_on_its_ball(0.003)
    abroad = replace(motion, bones={english(name): track for name, track in motion.bones.items()})
    assert figures(abroad, renamed(RIG, english)).foot == figures(motion, RIG).foot
    off = ((0, {"左足ＩＫ": False}), (0, {"右足ＩＫ": False}))
    off_abroad = tuple((frame, {english(name): on for name, on in states.items()}) for frame, states in off)
    found = figures(replace(abroad, ik_states=off_abroad), renamed(RIG, english))
    assert (found.foot.key_slide_mm_per_frame, found.ik.reach_error_max_mm) == (None, None)


def test_planted_feet_hover_by_their_height():
    found = figures(keyed(全ての親=moved(along(np.full(30, 0.03), 1))), RIG).foot
    level = figures(keyed(全ての親=still()), RIG).foot.float_mean_mm
    assert level is not None
    assert found.float_mean_mm == pytest.approx(30 + level, abs=3)


def test_foot_in_the_air_is_not_planted():
    steps = np.arange(60) * 0.05
    found = series(keyed(全ての親=moved(along(steps, 2))), RIG)
    assert not found["left_planted"][1:-1].any()
    assert np.isnan(found["left_slide_mm_per_frame"]).all()


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 0.2))
def test_sunken_model_penetrates_by_its_depth(depth_m: float):
    level = figures(keyed(全ての親=still(4)), RIG).ground.penetration_mean_mm
    found = figures(keyed(全ての親=moved(along(np.full(4, -depth_m), 1))), RIG).ground
    assert found.penetration_mean_mm == pytest.approx(depth_m * 1000 + level, abs=3)
    assert found.penetration_max_mm >= found.penetration_p95_mm


def test_hovering_model_floats_and_a_jump_does_not():
    hover = figures(keyed(全ての親=moved(along(np.full(30, 0.08), 1))), RIG).ground
    assert hover.floating_share == 1
    assert hover.floating_mean_mm == pytest.approx(80, abs=5)
    times_s = np.arange(14) / 30
    flight = np.concatenate([np.zeros(10), 2.1 * times_s + GRAVITY / 2 * times_s**2, np.zeros(10)])
    jump = keyed(全ての親=moved(along(np.maximum(flight, 0), 1)))
    assert figures(jump, RIG).ground.floating_share == 0
    assert series(jump, RIG)["in_flight"].sum() >= 8


@pytest.mark.parametrize("height_m", [0.12, 0.3])
def test_a_jump_is_as_high_and_as_long_as_it_is(height_m: float):
    hang_s = np.sqrt(8 * height_m / -GRAVITY)
    times_s = np.arange(60) / 30 - 1.0
    rise = np.maximum(height_m + GRAVITY / 2 * times_s**2, 0)
    found = figures(keyed(全ての親=moved(along(rise, 1))), RIG).flights
    assert found.count == 1
    assert found.height_max_mm == pytest.approx(1000 * height_m, rel=0.1)
    assert found.hang_mean_s == pytest.approx(hang_s, rel=0.12)
    ((frame, height_mm, time_s),) = found.events
    assert abs(frame - (1.0 - hang_s / 2) * 30) < 2
    assert (height_mm, time_s) == (found.height_max_mm, found.hang_mean_s)
    assert figures(keyed(全ての親=still()), RIG).flights.height_max_mm is None


def test_a_hand_in_the_body_is_told_and_one_beside_it_is_not():
    down = from_rotation_vectors(np.array([[0.0, 0.0, -0.9]] * 4))
    beside = figures(keyed(左腕=(np.zeros((4, 3)), down)), RIG).body
    assert beside.hands_inside_share == 0
    bent = keyed(左腕=(np.zeros((4, 3)), down), 左ひじ=turned(along(np.full(4, -2.2), 2)))
    inside = figures(bent, RIG).body
    assert inside.hands_inside_share == 1
    assert inside.hands_inside_max_mm is not None
    assert inside.hands_inside_max_mm > 20


def test_slow_rise_from_the_floor_is_no_jump():
    rise = 0.15 * np.sin(np.linspace(0, np.pi, 120))
    assert figures(keyed(全ての親=moved(along(rise, 1))), RIG).ground.floating_share > 0.5


def test_jitter_is_the_third_difference_of_a_cubic():
    frames = np.arange(20)
    path = along(frames**3 * 1e-5, 2)
    found = figures(keyed(全ての親=moved(path)), RIG)
    assert found.smoothness.jitter_mm_per_frame3 == pytest.approx(6 * 1e-5 * 1000, rel=1e-6)


def test_turn_of_more_than_thirty_degrees_is_a_jump_of_that_bone_and_frame():
    angles = np.radians([0, 0, 31, 31, 60, 60])
    found = figures(keyed(左腕=turned(along(angles, 0))), RIG).jumps
    assert found.events == ((2, "左腕"),)
    assert found.frame_share == pytest.approx(1 / 5)


def test_knee_bent_forward_and_elbow_bent_backward_are_hyper_extended():
    ik_off = ((0, {"左足ＩＫ": False, "右足ＩＫ": False}),)
    wrong = keyed(左ひざ=turned(along(np.full(5, -0.4), 0)), 右ひじ=turned(along(np.full(5, -0.5), 1)))
    wrong = RigMotion("test", wrong.bones, ik_states=ik_off)
    right = keyed(左ひざ=turned(along(np.full(5, 0.4), 0)), 右ひじ=turned(along(np.full(5, 0.5), 1)))
    right = RigMotion("test", right.bones, ik_states=ik_off)
    assert figures(wrong, RIG).hyper_extended_frames == {"左ひざ": 5, "右ひじ": 5}
    assert figures(wrong, RIG).hyper_extended_share == 1
    assert figures(right, RIG).hyper_extended_frames == {}


def test_foot_ik_out_of_reach_is_told_only_while_it_is_on():
    # Python reads full-width letters in identifiers as plain ones, hence the string.
    far = keyed(**{"左足ＩＫ": moved(along(np.full(10, -0.5), 1))})
    missed = figures(far, RIG).ik
    assert missed.reach_error_max_mm is not None
    assert missed.reach_error_max_mm > 300
    off = RigMotion("test", far.bones, ik_states=((0, {"左足ＩＫ": False, "右足ＩＫ": False}),))
    assert figures(off, RIG).ik.reach_error_max_mm is None


def test_keys_are_counted_and_unknown_bones_named():
    found = figures(keyed(センター=moved(along(np.arange(30) * 0.001, 0)), 尻尾=still(2)), RIG).keys
    assert (found.total, found.per_bone) == (32, {"センター": 30, "尻尾": 2})
    assert found.per_second == pytest.approx(32)
    assert found.moving_bones == ("センター",)
    assert found.unknown_bones == ("尻尾",)


def test_keys_are_held_against_one_in_every_frame():
    waving = along(np.radians(np.arange(31.0)), 2)
    full = figures(keyed(左腕=turned(waving), センター=still(31)), RIG).keys
    assert (full.full_share, full.median_spacing_frames) == (1, 1)
    few = {"左腕": BoneTrack(np.array([0, 10, 30]), *turned(waving[[0, 10, 30]]))}
    found = figures(RigMotion("test", few), RIG).keys
    assert found.full_share == pytest.approx(3 / 31)
    assert found.median_spacing_frames == 15
    assert figures(keyed(センター=still()), RIG).keys.full_share is None


def test_one_frame_can_be_measured():
    found = figures(keyed(センター=still(1)), RIG)
    assert found.frames == 1
    assert found.smoothness.jitter_mm_per_frame3 is None
    assert {len(values) for values in series(keyed(センター=still(1)), RIG).values()} == {1}


def test_motion_without_keys_can_be_measured():
    assert figures(RigMotion("empty", {}), RIG).keys.total == 0


def test_stray_key_hours_away_is_refused():
    far = RigMotion("t", {"センター": BoneTrack(np.array([0, MAX_SECONDS * 40]), *moved(np.zeros((2, 3))))})
    with pytest.raises(InputError, match="stray key"):
        figures(far, RIG)


def test_model_without_legs_is_refused():
    with pytest.raises(InputError, match="lacks bones"):
        figures(keyed(センター=still()), Rig("cube", ()))


def test_figures_are_plain_json():
    told = figures(keyed(左腕=turned(along(np.radians([0, 40, 0]), 0))), RIG).as_dict()
    assert json.loads(json.dumps(told))["jumps"]["events"] == [[1, "左腕"], [2, "左腕"]]


@pytest.fixture(scope="module")
def trace_rig(data_folder: Path) -> Rig:
    return read_rig(data_folder / "mmd" / "models" / "trace_model.pmx")


def real(data_folder: Path, *parts: str) -> RigMotion:
    return rig_motion_from_vmd(parse_vmd(data_folder.joinpath(*parts).read_bytes()))


@pytest.mark.data
def test_hand_made_dance_is_good_by_every_figure(data_folder: Path, trace_rig: Rig):
    found = figures(real(data_folder, "mmd", "motions", "wavefile_lat.vmd"), trace_rig)
    assert found.foot.slide_mean_mm_per_frame is not None
    assert found.foot.slide_mean_mm_per_frame < 1.5
    assert found.foot.planted_share > 0.85
    assert found.ground.penetration_mean_mm < 4
    assert found.ground.floating_share < 0.01
    assert found.jumps.frame_share < 0.02
    assert found.keys.per_second < 200
    assert "左足ＩＫ" in found.keys.moving_bones
    assert found.keys.full_share is not None
    assert found.keys.full_share < 0.2
    assert found.body.hands_inside_share == 0
    assert found.foot.float_mean_mm is not None
    assert found.foot.float_mean_mm < 8
    assert found.flights.count == 7


@pytest.mark.data
def test_openmmd_moves_few_bones_and_floats(data_folder: Path, trace_rig: Rig):
    found = figures(real(data_folder, "openmmd", "openmmd_output.vmd"), trace_rig)
    assert len(found.keys.moving_bones) == 11
    assert "左手首" not in found.keys.moving_bones
    assert found.ground.floating_share > 0.1


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("path", ["mmd/motions/wavefile_lat.vmd", "openmmd/openmmd_output.vmd"])
def test_shared_figures_agree_with_the_outside_judge(data_folder: Path, trace_rig: Rig, path: str):
    judge = data_folder.parent / "tools" / "score.py"
    if not judge.is_file():
        pytest.skip(f"the judge is not at {judge}")
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    command = [sys.executable, str(judge), "stats", str(data_folder / path), "--model", str(model)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    told = json.loads(
        subprocess.run(command, capture_output=True, check=True, encoding="utf-8", env=environment).stdout
    )
    found = figures(real(data_folder, path), trace_rig)
    assert found.frames == told["frames"]
    assert found.smoothness.jitter_mm_per_frame3 == pytest.approx(told["jitter_mm_f3"], rel=0.02)
    assert found.smoothness.jitter_over_speed == pytest.approx(told["jitter_over_speed"], rel=0.02)
    assert found.jumps.frame_share == pytest.approx(told["jump30"]["frac"], abs=0.002)
    assert found.root_path_m == pytest.approx(told["root"]["path_mm"] / 1000, rel=1e-3)
    assert found.keys.total == told["keys"]["keys_total"]
    # The judge forgives the first millimetres: its sole corners lie up to 20 mm above the floor.
    assert told["ground"]["pen_mean_mm"] <= found.ground.penetration_mean_mm < told["ground"]["pen_mean_mm"] + 6
