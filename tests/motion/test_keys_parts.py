"""Curves, spans, values and morphs of reduced keys, each by its law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manekko.motion.key_batch import BoneAtWork, cost_tables, keyed_together
from manekko.motion.key_channels import Channel, Moving, Turning, course, misses, misses_at, values_of
from manekko.motion.key_curves import Spans, fitted, inner_halves
from manekko.motion.key_limbs import hits, limbs_of, rests_between, still_spans
from manekko.motion.key_morphs import thinned
from manekko.motion.key_pruning import kept_keys
from manekko.motion.key_spans import Stops, cheapest_keys, cost_table
from manekko.motion.key_values import best_keys, sampled_keys
from manekko.motion.motion import BoneTrack
from manekko.motion.rig_sampling import bezier_fraction
from manekko.skeleton.rotations import (
    angle_between,
    conjugate,
    continuous,
    from_rotation_vectors,
    multiply,
    normalized,
    slerp,
)

_PLACES = st.integers(0, 127)


@settings(deadline=None, max_examples=30)
@given(points=st.tuples(_PLACES, _PLACES, _PLACES, _PLACES), length=st.integers(3, 40))
def test_a_curve_of_mmd_is_found_again(points: tuple[int, int, int, int], length: int) -> None:
    times = inner_halves(length) / (2 * length)
    shares = bezier_fraction(np.array(points), times)
    curves, reached = fitted(shares, Spans.of(np.array([0]), np.array([length])), "fine")
    assert np.abs(reached - shares).max() < 0.06
    assert curves.min() >= 0
    assert curves.max() <= 127
    assert np.abs(bezier_fraction(curves[0], times) - reached).max() < 1e-4


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
    found, _ = best_keys(channel, keys, np.zeros(3, dtype=bool))
    assert _missed(channel, keys, found) <= 1.05 * _missed(channel, keys, values_of(channel)[keys]) + 0.05


def _missed(channel: Channel, keys: np.ndarray, values: np.ndarray) -> float:
    """Return what keys with these values and the best curves miss, at the keys and between them."""
    cost = float(misses_at(channel, keys, values).sum())
    for key, length in enumerate(np.diff(keys).tolist()):
        spans = Spans.of(keys[[key]], np.array([length]))
        way = course(channel, values[[key]], values[[key + 1]], spans)
        cost += float(spans.sums(misses(channel, spans, way, fitted(way.shares, spans, "fine")[1]))[0])
    return cost


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
    kept = kept_keys([(channel, channel.values[keys])], keys, stops, np.full(5, 1.0))
    assert keys[kept].tolist() == [0, 12, 30]


def test_a_sudden_stop_is_a_hit_and_a_swing_is_none() -> None:
    angles = np.concatenate([np.arange(10) * 0.2, np.full(10, 1.8)])
    assert np.flatnonzero(hits(_turning(angles.tolist()).rotations_xyzw)).tolist() == [9]
    swing = 0.5 * np.sin(np.arange(40) * 0.2)
    assert not hits(_turning(swing.tolist()).rotations_xyzw).any()


def test_bones_come_limb_by_limb() -> None:
    names = ["右腕", "髪", "左腕", "左手首", "頭"]
    assert limbs_of(names, {}) == [("頭",), ("左腕", "左手首"), ("右腕",), ("髪",)]


def test_bones_of_a_renamed_model_come_limb_by_limb() -> None:
    assert limbs_of(["wrist_L", "arm_L"], {"arm_L": "左腕", "wrist_L": "左手首"}) == [("arm_L", "wrist_L")]


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


@settings(deadline=None, max_examples=20)
@given(
    vectors=st.lists(st.tuples(*[st.floats(-1.5, 1.5)] * 3), min_size=6, max_size=20),
    meant=st.integers(0, 2**32 - 1),
    special=st.booleans(),
)
def test_what_a_curve_misses_is_the_turn_that_is_left(
    vectors: list[tuple[float, float, float]], meant: int, special: bool
) -> None:
    rng, count = np.random.default_rng(meant), len(vectors)
    turns = continuous(from_rotation_vectors(np.array(vectors)))
    axes = normalized(rng.normal(size=(count, 3))) if special else None
    weights, extra = rng.uniform(1.0, 2.0, count), rng.uniform(-1.0, 5.0, count) * special
    channel = Turning(turns, weights, axes, extra)
    spans = Spans.of(np.array([0]), np.array([count - 1]))
    way = course(channel, turns[[0]], turns[[-1]], spans)
    shares = rng.uniform(0.0, 1.0, len(spans.halves))
    found = misses(channel, spans, way, shares)
    reached = slerp(np.tile(turns[0], (len(shares), 1)), np.tile(turns[-1], (len(shares), 1)), shares)
    between = slerp(turns[:-1], turns[1:], np.full(count - 1, 0.5))
    halves = np.insert(turns, np.arange(1, count), between, axis=0)
    left = multiply(conjugate(reached), halves[spans.halves])
    # A miss is twice the vector part of what is left: for small turns the turn itself.
    miss, costs = 2.0 * left[:, :3], np.interp(spans.halves / 2, np.arange(count), weights)
    if axes is None:
        assert found == pytest.approx(costs * (miss**2).sum(-1), abs=1e-9)
    whole = spans.halves[spans.halves % 2 == 0] // 2
    miss = miss[spans.halves % 2 == 0]
    about = np.zeros(len(whole)) if axes is None else (miss * axes[whole]).sum(-1)
    meant_cost = weights[whole] * (miss**2).sum(-1) + extra[whole] * about**2
    assert found[spans.halves % 2 == 0] == pytest.approx(meant_cost, abs=1e-9)


@given(turn=st.floats(0.2, 1.2), length=st.sampled_from([2, 3]))
@settings(deadline=None, max_examples=20)
def test_curves_of_short_spans_do_not_swing_between_frames(turn: float, length: int) -> None:
    frames = np.arange(length + 1)
    channel = _turning((turn * (frames / length) ** 1.5).tolist())
    keys = np.array([0, length])
    found, curves = best_keys(channel, keys, np.array([True, True]))
    halves = np.arange(0.0, length + 0.5, 0.5)
    first, last = (np.tile(found[end], (len(halves), 1)) for end in (0, 1))
    sampled = slerp(first, last, bezier_fraction(curves[1], halves / length))
    angles = angle_between(sampled, found[0])
    assert (np.diff(angles) >= -1e-9).all()
    assert np.abs(angles - np.interp(halves, frames, turn * (frames / length) ** 1.5)).max() < 0.07 * turn


def test_bones_that_are_worked_on_together_get_the_keys_they_get_alone() -> None:
    time = np.arange(40) / 5.0
    channels = [(_turning((0.4 * np.sin(rate * time)).tolist()), None, None, None) for rate in (1.0, 1.7)]
    stops = np.isin(np.arange(40), [0, 39])
    alone = np.zeros(40, dtype=bool)
    tables = cost_tables(channels, [stops, stops], 20.0)
    bones = []
    for parts, table in zip(channels, tables, strict=True):
        turning = parts[0]
        own = cost_table([turning], Stops(stops), 20.0)
        # The last frame's row leads to the next bone and is never used.
        assert (table[:-1] == own[:-1]).all()
        track = BoneTrack(np.arange(40), np.zeros((40, 3)), turning.rotations_xyzw)
        keys = cheapest_keys(own, Stops(stops), 0.5)
        bones.append(BoneAtWork(track, parts, keys, 2.0, stops, alone, alone))
    for bone, track in zip(bones, keyed_together(bones), strict=True):
        (single,) = keyed_together([bone])
        assert (track.frames == single.frames).all()
        assert np.abs(track.rotations_xyzw - single.rotations_xyzw).max() < 1e-9
        assert (track.curves == single.curves).all()
