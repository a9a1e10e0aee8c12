import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from manekko.people.keypoints import BODY33_INDEX
from manekko.solve.evidence import DEFAULT_WEIGHTS, Evidence
from manekko.solve.fit import cost_of, fit_pose
from manekko.solve.joints import FREEDOMS
from manekko.solve.pose import Pose, placed
from manekko.solve.ranges import HINGES
from tests.lift.dancers import Dance
from tests.solve.scenes import FPS, SKELETON, SOLES, angles, danced, degrees_apart, t_pose, told, untold

ELBOW, _, KNEE = HINGES[:3]
NOISY = 0.015
"""Error of image points sideways [m]."""


def shaken(pose: Pose, size: float = 0.08) -> Pose:
    """A first idea of a pose that is off everywhere."""
    # A column a freedom: none is shaken otherwise for there being more of them.
    return pose.moved(size * np.random.default_rng(11).normal(size=(FREEDOMS, len(pose.roots_m))).T)


def apart_m(a: Pose, b: Pose, evidence: Evidence) -> np.ndarray:
    """How far apart the keypoints of two poses are (frame, point) [m]."""
    points = [placed(pose, SKELETON, evidence.marks).points_m for pose in (a, b)]
    return np.linalg.norm(points[0] - points[1], axis=-1)


def test_a_body_seen_well_is_found_from_a_bad_start():
    truth = danced(6)
    evidence = told(truth, sigma_m=0.003, edge_sigma_m=0.01)
    start = shaken(truth)
    found = fit_pose(start, evidence, DEFAULT_WEIGHTS)
    assert apart_m(start, truth, evidence).mean() > 0.1
    assert apart_m(found, truth, evidence).mean() < 0.004


def test_the_cost_falls_with_each_step():
    truth = danced(4)
    evidence, start = told(truth, noise_m=NOISY), shaken(truth)
    poses = [start] + [fit_pose(start, evidence, replace(DEFAULT_WEIGHTS, rounds=n)) for n in (1, 2, 4)]
    costs = [cost_of(pose, evidence, DEFAULT_WEIGHTS) for pose in poses]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < 0.5 * costs[0]


def test_joints_told_to_bend_backwards_hardly_do():
    told_rad = -np.radians(40.0)
    backwards = danced(5)
    for hinge in (ELBOW, KNEE):
        step = np.zeros((5, FREEDOMS))
        step[:, hinge.freedom] = told_rad - angles(backwards, hinge)
        backwards = backwards.moved(step)
    found = fit_pose(backwards, told(backwards), DEFAULT_WEIGHTS)
    for hinge in (ELBOW, KNEE):
        assert angles(backwards, hinge) == pytest.approx(np.full(5, told_rad))
        assert np.degrees(angles(found, hinge)).min() > -6.0


def test_planted_feet_are_still_and_on_the_floor():
    truth = t_pose(10)
    evidence, start = told(truth, noise_m=NOISY), shaken(truth, 0.02)
    evidence.contacts[1:9] = True
    before, after = (
        placed(pose, SKELETON, SOLES).points_m[2:8] for pose in (start, fit_pose(start, evidence, DEFAULT_WEIGHTS))
    )
    assert np.linalg.norm(np.diff(before, axis=0), axis=-1).mean() > 0.02
    assert np.linalg.norm(np.diff(after, axis=0), axis=-1).mean() < 0.0006
    assert np.abs(after[..., 1]).max() < 0.006


def test_feet_that_are_not_planted_do_not_reach_below_the_floor():
    sunk = t_pose(4).moved(np.eye(FREEDOMS)[[1] * 4] * -0.06)
    found = fit_pose(sunk, told(sunk, edge_sigma_m=0.05), DEFAULT_WEIGHTS)
    before, after = (placed(pose, SKELETON, SOLES).points_m[..., 1].min() for pose in (sunk, found))
    assert before == pytest.approx(-0.06)
    assert after > 0.5 * before


def test_who_is_in_the_air_falls():
    frames = 12
    times_s = np.arange(frames) / FPS
    truth = t_pose(frames)
    truth.roots_m[:, 1] += 2.5 * times_s - 9.81 / 2.0 * times_s**2 + 0.1
    evidence = replace(told(truth, noise_m=NOISY), airborne=np.ones(frames, dtype=bool))
    start = shaken(truth, 0.02)
    before, after = (
        np.diff(pose.roots_m[:, 1], 2) * FPS**2 for pose in (start, fit_pose(start, evidence, DEFAULT_WEIGHTS))
    )
    assert np.abs(before + 9.81).max() > 20.0
    assert after == pytest.approx(np.full(frames - 2, -9.81), abs=2.0)


def test_a_wrist_seen_far_off_for_a_few_frames_moves_little():
    truth = danced(12)
    evidence = told(truth, noise_m=0.004)
    wrong = replace(evidence, keypoints_px=evidence.keypoints_px.copy())
    wrong.keypoints_px[4:8, BODY33_INDEX["left_wrist"], 0] += 300.0
    clean, found = (fit_pose(truth, e, DEFAULT_WEIGHTS) for e in (evidence, wrong))
    moved = apart_m(clean, found, evidence)
    assert moved[:, BODY33_INDEX["left_wrist"]].max() < 0.02
    assert np.delete(moved, np.arange(11, 23), axis=1).max() < 0.005


def test_who_is_not_seen_stands_as_people_do():
    start = shaken(t_pose(8))
    found = fit_pose(start, untold(told(start)), replace(DEFAULT_WEIGHTS, rounds=40))
    assert np.isfinite(found.roots_m).all()
    assert np.isfinite(found.local_xyzw).all()
    assert np.degrees(angles(found, ELBOW)).mean() > 20.0
    hurry = degrees_apart(found.part(slice(1, None)), found.part(slice(-1))).max()
    assert hurry < 3.0 < degrees_apart(start.part(slice(1, None)), start.part(slice(-1))).max()


def test_a_single_frame_is_fitted_too():
    truth = danced(1)
    evidence = told(truth, sigma_m=0.003, edge_sigma_m=0.01)
    assert apart_m(fit_pose(shaken(truth), evidence, DEFAULT_WEIGHTS), truth, evidence).mean() < 0.01


def stepping(frames: int) -> tuple[Pose, Evidence]:
    """A dance that was seen well, its steps known."""
    truth = danced(frames, Dance(6, turn_rad_s=0.4))
    evidence = told(truth, noise_m=0.004)
    planted = np.repeat(Dance(6).planted(np.arange(frames) / FPS), 2, axis=1)
    return shaken(truth, 0.03), replace(evidence, contacts=planted)


@pytest.mark.slow
def test_a_long_clip_in_windows_is_as_if_solved_in_one_piece():
    start, evidence = stepping(600)
    whole, windows = (fit_pose(start, evidence, replace(DEFAULT_WEIGHTS, window=n)) for n in (1000, 90))
    assert degrees_apart(whole, windows).max() < 0.5
    assert np.linalg.norm(whole.roots_m - windows.roots_m, axis=-1).max() < 0.005


@pytest.mark.slow
def test_memory_does_not_grow_with_the_clip():
    weights = replace(DEFAULT_WEIGHTS, window=60, rounds=2)
    peaks = []
    for frames in (180, 720):
        start, evidence = stepping(frames)
        tracemalloc.start()
        fit_pose(start, evidence, weights)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("sigma_m", [np.nan, 1e-160, 1e-16])
def test_what_cannot_be_computed_ends_in_a_body_all_the_same(sigma_m: float):
    start = shaken(danced(6))
    evidence = told(danced(6))
    evidence.edge_sigma_m[2, 0] = sigma_m
    with np.errstate(over="ignore", invalid="ignore"):
        found = fit_pose(start, evidence, DEFAULT_WEIGHTS)
    assert np.isfinite(found.roots_m).all()
    assert np.isfinite(found.local_xyzw).all()
