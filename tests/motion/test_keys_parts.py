"""Curves, spans, values and morphs of reduced keys, each by its law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.motion.key_channels import Moving, Turning, span_costs
from manekko.motion.key_curves import fitted, inner_frames
from manekko.motion.key_limbs import hits, limbs_of, rests_between, still_spans
from manekko.motion.key_morphs import thinned
from manekko.motion.key_pruning import kept_keys
from manekko.motion.key_spans import Stops, cheapest_keys, cost_table
from manekko.motion.key_values import best_keys, sampled_keys
from manekko.motion.motion import BoneTrack
from manekko.motion.rig_sampling import bezier_fraction
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, slerp

_PLACES = st.integers(0, 127)


@settings(deadline=None, max_examples=30)
@given(points=st.tuples(_PLACES, _PLACES, _PLACES, _PLACES), length=st.integers(3, 40))
def test_a_curve_of_mmd_is_found_again(points: tuple[int, int, int, int], length: int) -> None:
    times = inner_frames(length) / length
    shares = bezier_fraction(np.array(points), times)
    curves, reached = fitted(shares[None], length, "fine")
    assert np.abs(reached[0] - shares).max() < 0.06
    assert curves.min() >= 0
    assert curves.max() <= 127
    assert np.abs(bezier_fraction(curves[0], times) - reached[0]).max() < 1e-4


def _channel(values: list[float]) -> Moving:
    return Moving(np.array(values)[:, None], np.full(len(values), 100.0))


@settings(deadline=None, max_examples=30)
@given(
    values=st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=30),
    forced=st.sets(st.integers(0, 29), max_size=4),
)
def test_forced_frames_are_keys_and_so_are_the_ends(values: list[float], forced: set[int]) -> None:
    count = len(values)
    frames = np.isin(np.arange(count), list(forced))
    stops = Stops(frames)
    keys = cheapest_keys(cost_table([_channel(values)], stops, 20.0), stops, 2.0)
    assert {0, count - 1, *(frame for frame in forced if frame < count)} <= set(keys.tolist())
    assert (np.diff(keys) > 0).all()


def test_a_straight_way_needs_its_ends_only() -> None:
    stops = Stops(np.zeros(61, dtype=bool))
    table = cost_table([_channel(np.linspace(0.0, 3.0, 61).tolist())], stops, 20.0)
    assert cheapest_keys(table, stops, 1.0).tolist() == [0, 60]


def test_a_rest_of_any_length_is_crossed_by_one_span() -> None:
    values = np.concatenate([np.linspace(0.0, 1.0, 10), np.full(300, 1.0)])
    frames = np.zeros(310, dtype=bool)
    frames[[9, 309]] = True
    track = BoneTrack(np.arange(310), np.stack([values] * 3, axis=1), np.tile([0.0, 0.0, 0.0, 1.0], (310, 1)))
    stops = Stops(frames, rests_between(frames, [track]))
    keys = cheapest_keys(cost_table([_channel(values.tolist())], stops, 20.0), stops, 1.0)
    assert keys[-2:].tolist() == [9, 309]


def _turning(angles: list[float]) -> Turning:
    vectors = np.stack([angles, np.zeros(len(angles)), np.zeros(len(angles))], axis=1)
    weights = np.full(len(angles), 3000.0)
    return Turning(from_rotation_vectors(vectors), weights, None, np.zeros(len(angles)))


@settings(deadline=None, max_examples=20)
@given(values=st.lists(st.floats(-0.5, 0.5), min_size=8, max_size=24), turning=st.booleans())
def test_fitted_keys_miss_no_more_than_keys_on_the_motion(values: list[float], turning: bool) -> None:
    channel = _turning(values) if turning else _channel(values)
    keys = np.array([0, len(values) // 2, len(values) - 1])
    found, curves = best_keys(channel, keys, np.zeros(3, dtype=bool))
    sampled = sampled_keys(channel, keys, found, curves)
    on_motion = sum(float(span_costs(channel, keys[[n]], int(keys[n + 1] - keys[n]))[0]) for n in (0, 1))
    if isinstance(channel, Turning):
        missed = float((3000.0 * angle_between(sampled, channel.rotations_xyzw) ** 2).sum())
    else:
        missed = float((100.0 * (sampled - channel.values) ** 2).sum())
    assert missed <= 1.05 * on_motion + 0.05


@pytest.mark.parametrize("turning", [False, True])
def test_pinned_keys_stay_exactly_where_they_are(turning: bool) -> None:
    values = np.sin(np.arange(20.0)).tolist()
    channel = _turning(values) if turning else _channel(values)
    keys = np.array([0, 7, 13, 19])
    found, _ = best_keys(channel, keys, np.array([True, False, True, True]))
    meant = channel.rotations_xyzw if isinstance(channel, Turning) else channel.values
    assert np.abs(found[[0, 2, 3]] - meant[[0, 13, 19]]).max() < 1e-12
    assert np.abs(found[1] - meant[7]).max() > 1e-6


def test_a_turn_about_one_axis_keeps_to_it() -> None:
    channel = _turning(np.linspace(0.0, 1.2, 13).tolist())
    keys = np.array([0, 12])
    found, curves = best_keys(channel, keys, np.array([True, True]))
    sampled = sampled_keys(channel, keys, found, curves)
    middle = slerp(found[0], found[1], 0.5)
    assert angle_between(sampled[6], middle) < 0.01
    assert angle_between(sampled, channel.rotations_xyzw).max() < 0.01


def test_needless_keys_go_and_stops_stay() -> None:
    channel = _channel(np.linspace(0.0, 1.0, 31).tolist())
    keys = np.array([0, 5, 12, 20, 30])
    stops = np.isin(np.arange(31), [12])
    assert kept_keys([(channel, channel.values[keys])], keys, stops, 1.0).tolist() == [0, 12, 30]


def test_a_sudden_stop_is_a_hit_and_a_swing_is_none() -> None:
    angles = np.concatenate([np.arange(10) * 0.2, np.full(10, 1.8)])
    assert np.flatnonzero(hits(_turning(angles.tolist()).rotations_xyzw)).tolist() == [9]
    swing = 0.5 * np.sin(np.arange(40) * 0.2)
    assert not hits(_turning(swing.tolist()).rotations_xyzw).any()


def test_bones_come_limb_by_limb() -> None:
    names = ["右腕", "髪", "左腕", "左手首", "頭"]
    assert limbs_of(names) == [("頭",), ("左腕", "左手首"), ("右腕",), ("髪",)]


def test_a_bone_that_is_never_shifted_has_no_still_spans() -> None:
    still = BoneTrack(np.arange(9), np.zeros((9, 3)), np.tile([0.0, 0.0, 0.0, 1.0], (9, 1)))
    assert still_spans(still) == []


@settings(deadline=None, max_examples=60)
@given(weights=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40), tolerance=st.floats(0.001, 0.2))
def test_thinned_morphs_stay_within_the_tolerance(weights: list[float], tolerance: float) -> None:
    frames = np.arange(len(weights)) * 2
    kept, values = thinned(frames, np.array(weights), tolerance)
    assert np.abs(np.interp(frames, kept, values) - weights).max() <= tolerance + np.ptp(values) * 1e-9 + 1e-9
    again, _ = thinned(kept, values, 1e-9)
    assert len(again) <= len(kept)


def test_a_morph_that_never_changes_has_one_key() -> None:
    frames, weights = thinned(np.arange(50), np.full(50, 0.3), 0.02)
    assert (frames.tolist(), weights.tolist()) == ([0], [0.3])
