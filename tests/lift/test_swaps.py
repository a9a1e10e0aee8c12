from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.lift.lift import lift_track
from manekko.lift.swaps import _cheapest_states, repair_swaps
from manekko.people.fixes import swap_sides
from manekko.people.keypoints import BODY33_INDEX, Hands, Track
from tests.lift.dancers import Dance, seen, with_swaps

TIMES_S = np.arange(240) / 30


def _bursts(seed: int, *, count: int = 3, longest: int = 25) -> np.ndarray:
    rng = np.random.default_rng(seed)
    swapped = np.zeros(len(TIMES_S), dtype=bool)
    for start in rng.choice(np.arange(5, len(TIMES_S) - longest - 5), count, replace=False):
        swapped[start : start + rng.integers(1, longest)] = True
    return swapped


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 3.0))
def test_swapped_frames_are_found_and_no_others(seed, noise_px):
    truth = seen(Dance(seed), TIMES_S, noise_px=noise_px, noise_m=0.02)
    swapped = _bursts(seed)
    repaired, found = repair_swaps(with_swaps(truth, swapped))
    assert (found == swapped).all()
    assert (repaired.keypoints_px == truth.keypoints_px).all()
    assert (repaired.world_m == truth.world_m).all()
    assert (repaired.confidences == truth.confidences).all()


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.floats(-1.0, 1.0))
def test_no_swap_is_invented_in_a_turning_dance(seed, turn_rad_s):
    track = seen(Dance(seed, turn_rad_s=turn_rad_s), TIMES_S, noise_px=2.0, noise_m=0.02)
    repaired, found = repair_swaps(track)
    assert not found.any()
    assert repaired is track


def test_swaps_in_a_turning_dance_are_found():
    truth = seen(Dance(4, turn_rad_s=0.8), TIMES_S)
    swapped = _bursts(4)
    _, found = repair_swaps(with_swaps(truth, swapped))
    assert (found != swapped).mean() < 0.02


def test_hands_change_sides_with_the_body():
    truth = seen(Dance(1), TIMES_S)
    count = len(TIMES_S)
    rng = np.random.default_rng(0)
    hands = Hands(rng.normal(size=(count, 2, 21, 2)), rng.normal(size=(count, 2, 21, 3)), rng.uniform(size=(count, 2)))
    swapped = _bursts(1)
    wrong = replace(
        with_swaps(truth, swapped),
        hands=Hands(
            np.where(swapped[:, None, None, None], hands.keypoints_px[:, ::-1], hands.keypoints_px),
            np.where(swapped[:, None, None, None], hands.world_m[:, ::-1], hands.world_m),
            np.where(swapped[:, None], hands.scores[:, ::-1], hands.scores),
        ),
    )
    repaired, _ = repair_swaps(wrong)
    assert repaired.hands is not None
    assert (repaired.hands.keypoints_px == hands.keypoints_px).all()
    assert (repaired.hands.world_m == hands.world_m).all()
    assert (repaired.hands.scores == hands.scores).all()


def test_swaps_across_frames_in_which_nobody_is_seen_are_found():
    truth = seen(Dance(2), TIMES_S)
    swapped = np.zeros(len(TIMES_S), dtype=bool)
    swapped[100:120] = True
    gap = np.isin(np.arange(len(TIMES_S)), [98, 99, 120, 121])
    track = with_swaps(truth, swapped)
    track = replace(track, keypoints_px=np.where(gap[:, None, None], np.nan, track.keypoints_px))
    _, found = repair_swaps(track)
    assert (found[~gap] == swapped[~gap]).all()


@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_one_or_two_frames_are_left(count):
    track = seen(Dance(1), TIMES_S[:count])
    repaired, found = repair_swaps(track)
    assert not found.any()
    assert isinstance(repaired, Track)


def test_a_clip_with_swaps_is_lifted_to_the_same_body():
    truth = seen(Dance(3), TIMES_S[:90])
    plain, repaired = lift_track(truth), lift_track(with_swaps(truth, _bursts(3)[:90]))
    assert repaired.swapped_frames > 0
    assert plain.swapped_frames == 0
    assert (plain.positions_m == repaired.positions_m).all()


def test_the_last_frames_of_a_clip_are_not_swapped_on_half_the_evidence():
    steps = np.tile([0.04, 0.05], (40, 1))  # seen from the side: both readings move nearly alike
    feet = np.tile([0.005, 0.035], (41, 1))
    feet[-3:] = [0.03, 0.01]  # bent low, toes seem to point back
    for at_end in (True, False):
        order = slice(None) if at_end else slice(None, None, -1)
        assert not _cheapest_states(steps[order], feet[order]).any()
    feet[-9:] = [0.03, 0.01]
    assert np.flatnonzero(_cheapest_states(steps, feet)).tolist() == list(range(32, 41))


def _taken_for_a_back(track: Track, frames: np.ndarray) -> Track:
    """What a detector makes of someone it takes for a person who faces the other way: nothing moves in the picture."""
    world = swap_sides(track, frames).world_m
    middle = world[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]], 2].mean(1, keepdims=True)
    world[frames, :, 2] = (2.0 * middle - world[..., 2])[frames]
    return replace(swap_sides(track, frames), world_m=world)


def test_a_front_taken_for_a_back_gets_its_depths_back_and_mere_labels_do_not_lose_them():
    track = seen(Dance(5), TIMES_S)
    frames = np.zeros(len(TIMES_S), dtype=bool)
    frames[40:46] = frames[90] = True
    for spoilt in (_taken_for_a_back(track, frames), swap_sides(track, frames)):
        repaired, swapped = repair_swaps(spoilt)
        assert (swapped == frames).all()
        assert repaired.keypoints_px == pytest.approx(track.keypoints_px)
        assert repaired.world_m == pytest.approx(track.world_m)
