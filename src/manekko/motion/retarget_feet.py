"""Planted feet of a model: at rest on the floor for as long as the dancer's are, and hips low enough to let them."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from manekko.arrays import Array, Bool, Float, spans
from manekko.motion.foot_rest import level_heading
from manekko.motion.retarget_legs import Foot, FootPath
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    as_axes,
    as_rotation_vectors,
    conjugate,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
    slerp,
)

_EASE_S = 0.2
"""Time in which a foot's correction fades after it lifts off and before it lands [s]."""
_FREE_REACH, _FULL_REACH = 0.993, 0.9984
"""A leg stretched beyond the first share of its length gives way and never comes beyond the second: no knee pops."""
_DEEPEST_STOOP = 0.4
"""How far hips come down for a foot out of reach, as a share of the leg."""
_STOOP_FRAMES = 5
_SHIFT_S = 0.1
"""Time over which the body follows its planted feet [s]."""
_LARGEST_TOE_BEND_RAD = np.radians(60.0)
_FLOOR_PLANE = np.array([1.0, 0.0, 1.0])


def settled(path: FootPath, foot: Foot, contacts: Bool[Array, "frame 2"], *, fps: float) -> FootPath:
    """Return the path of one foot, at rest on the floor (y = 0) where it is planted.

    A foot planted on heel and toe lies flat and is the same in every frame of that time, to the last bit; on one of
    them alone it turns about that. Between contacts the correction fades in and out. No corner of the sole is below
    the floor.

    Args:
        path: where the foot would go.
        foot: the model's.
        contacts: whether heel and toe are planted.
        fps: frames a second.
    """
    planted, flat = np.asarray(contacts.any(1)), np.asarray(contacts.all(1))
    turns = _levelled(path.turns_xyzw, flat, fps=fps)
    toe_turns = _level_toes(turns, path.toe_turns_xyzw, contacts, fps=fps)
    lowest = foot.lowest_m(turns, toe_turns)
    ankles = path.ankles_m.copy()
    for start, end in spans(planted):
        ankles[start:end] = _resting(path.ankles_m, turns, foot, contacts, start, end)
    for start, end in spans(flat):
        ankles[start:end, 1] = -lowest[start]
    single = planted & ~flat
    ankles[single, 1] = -lowest[single]
    ankles = np.where(planted[:, None], ankles, path.ankles_m + eased(ankles - path.ankles_m, planted, fps=fps))
    ankles[:, 1] = np.where(planted, ankles[:, 1], np.maximum(ankles[:, 1], -lowest))
    return replace(path, ankles_m=ankles, turns_xyzw=turns, toe_turns_xyzw=toe_turns)


def eased(correction: Float[Array, "frame n"], planted: Bool[Array, " frame"], *, fps: float) -> Array:
    """Carry corrections known in planted frames into the frames between, fading to nothing over 0.2 s."""
    result = np.where(planted[:, None], correction, 0.0)
    weight = np.where(planted, 1.0, 0.0)
    ease = max(1, round(_EASE_S * fps))
    ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, ease + 1) / (ease + 1))
    for start, end in spans(planted):
        after = np.arange(end, min(end + ease, len(planted)))
        before = np.arange(start - 1, max(start - 1 - ease, -1), -1)
        for frames, edge in ((after, end - 1), (before, start)):
            free = frames[~planted[frames]]
            result[free] += ramp[: len(free), None] * correction[edge]
            weight[free] += ramp[: len(free)]
    return result / np.maximum(weight, 1.0)[:, None]


def common_shift_m(
    paths: Mapping[str, FootPath], planted: Mapping[str, Array], *, fps: float
) -> Float[Array, "frame 3"]:
    """Return how far the body goes with its planted feet, whose size and rest make them stand elsewhere [m].

    Over the floor by what they have in common, up by what the lowest of them allows; bridged where none is planted, and
    too slow to shake the trunk.
    """
    frames = np.arange(len(next(iter(planted.values()))))
    held = np.stack([planted[side] for side in paths], axis=1)
    away = np.stack([path.ankles_m - path.like_own_m for path in paths.values()], axis=1)
    standing = np.flatnonzero(held.any(1))
    if len(standing) == 0:
        return np.zeros((len(frames), 3))
    away, held = away[standing], held[standing][..., None]
    shift = (away * held).sum(1) / held.sum(1)
    shift[:, 1] = np.where(held[..., 0], away[..., 1], np.inf).min(1)
    bridged = np.stack([np.interp(frames, standing, column) for column in shift.T], axis=-1)
    return gaussian_filter1d(bridged, _SHIFT_S * fps, axis=0, mode="nearest")


def stoop_m(
    sockets_m: Mapping[str, Array],
    paths: Mapping[str, FootPath],
    planted: Mapping[str, Array],
    legs_m: float,
    fps: float,
) -> Float[Array, " frame"]:
    """Return how far the hips come down so that planted feet are within reach [m], smooth in time.

    Args:
        sockets_m: by side, where the hip joint is (frame, 3).
        paths: by side, where the foot goes.
        planted: by side, whether it is planted (frame,).
        legs_m: length of thigh and shin.
        fps: frames a second.
    """
    lower = np.zeros(len(next(iter(sockets_m.values()))))
    for side, path in paths.items():
        way = sockets_m[side] - path.ankles_m
        level = np.hypot(way[:, 0], way[:, 2])
        reach = give_way(np.hypot(level, way[:, 1]), legs_m)
        highest = np.sqrt(np.maximum(reach**2 - level**2, 0.0))
        share = np.clip(eased(np.ones((len(lower), 1)), planted[side], fps=fps)[:, 0], 0.0, 1.0)
        lower = np.maximum(lower, share * np.clip(way[:, 1] - highest, 0.0, _DEEPEST_STOOP * legs_m))
    # The highest of the neighbours, then their mean: nowhere less than what is needed.
    return uniform_filter1d(maximum_filter1d(lower, _STOOP_FRAMES, mode="nearest"), _STOOP_FRAMES, mode="nearest")


def within_reach(path: FootPath, sockets_m: Float[Array, "frame 3"], planted: Array, legs_m: float) -> FootPath:
    """Return the path with feet in the air no further from the hip than the leg reaches, approached softly."""
    way = path.ankles_m - sockets_m
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    near = sockets_m + way * (give_way(distance, legs_m) / np.maximum(distance, 1e-9))
    return replace(path, ankles_m=np.where(planted[:, None], path.ankles_m, near))


def give_way(distance_m: Float[Array, "*frame"], legs_m: float) -> Float[Array, "*frame"]:
    """Return the distance that a leg spans for the one it is asked for: the same, until it is nearly straight."""
    free, rest = _FREE_REACH * legs_m, (_FULL_REACH - _FREE_REACH) * legs_m
    beyond = np.maximum(distance_m - free, 0.0)
    return np.minimum(distance_m, free) + rest * (1.0 - np.exp(-beyond / rest))


def _levelled(turns: Float[Array, "frame 4"], flat: Bool[Array, " frame"], *, fps: float) -> Float[Array, "frame 4"]:
    """Return the turns of a foot that lies flat, one and the same through each contact on heel and toe."""
    level = turns.copy()
    for start, end in spans(flat):
        level[start:end] = level_heading(turns[start:end])
    if not flat.any():
        return level
    delta = normalized(multiply(level, conjugate(turns)))
    share = np.clip(eased(np.ones((len(turns), 1)), flat, fps=fps)[:, 0], 0.0, 1.0)
    near = slerp(IDENTITY_XYZW, delta[_nearest(flat)], share)
    return np.where(flat[:, None], level, multiply(near, turns))


def _level_toes(
    turns: Float[Array, "frame 4"], toe_turns: Float[Array, "frame 4"], contacts: Bool[Array, "frame 2"], *, fps: float
) -> Float[Array, "frame 4"]:
    """Return the turns of the toes: they stay level on the floor under a raised heel, as far as toes bend."""
    planted, flat = np.asarray(contacts[:, 1]), np.asarray(contacts.all(1))
    bends = as_rotation_vectors(normalized(multiply(conjugate(turns), toe_turns)))
    across, up = as_axes(turns)[..., 0] * _FLOOR_PLANE, np.array([0.0, 1.0, 0.0])
    lies = np.linalg.norm(across, axis=-1, keepdims=True) > 1e-6
    across = normalized(np.where(lies, across, np.array([1.0, 0.0, 0.0])))
    level = from_axes(np.stack([across, np.broadcast_to(up, across.shape), np.cross(across, up)], axis=-1))
    wanted = as_rotation_vectors(normalized(multiply(conjugate(turns), level)))
    size = np.linalg.norm(wanted, axis=-1, keepdims=True)
    wanted = wanted * np.minimum(1.0, _LARGEST_TOE_BEND_RAD / np.maximum(size, 1e-9))
    bends = bends + eased(wanted - bends, planted, fps=fps)
    return np.where(flat[:, None], turns, multiply(turns, from_rotation_vectors(bends)))


def _resting(
    raw: Array, turns: Array, foot: Foot, contacts: Bool[Array, "frame 2"], start: int, end: int
) -> Float[Array, "rest 3"]:
    """Return the ankle through one contact: what is on the floor stays there, and all of it lies where it was seen."""
    heel, toe = foot.heel_m - foot.ankle_m, foot.ball_m - foot.ankle_m
    kinds = contacts[start:end, 0].astype(int) + 2 * contacts[start:end, 1]
    edges = [start, *(start + 1 + np.flatnonzero(np.diff(kinds))).tolist(), end]
    ankles = np.zeros((end - start, 3))
    for first, last in pairwise(edges):
        kind = kinds[first - start]
        # Heel and toe together turn about nothing: they lie where the part that came first has put them.
        pivot = {1: heel, 2: toe, 3: toe if first == start or kinds[first - 1 - start] == 2 else heel}[int(kind)]
        before = raw[first] if first == start else ankles[first - 1 - start]
        held = before + rotate(turns[max(first - 1, start)], pivot)
        ankles[first - start : last - start] = held - rotate(turns[first:last], pivot)
        if kind == 3:
            ankles[first - start : last - start] = ankles[first - start]
    counted = kinds == 3 if (kinds == 3).any() else kinds > 0
    away = np.median((raw[start:end] - ankles)[counted], axis=0)
    return ankles + away * _FLOOR_PLANE


def _nearest(flat: Bool[Array, " frame"]) -> Array:
    """Return for each frame the nearest of the flat ones."""
    known, frames = np.flatnonzero(flat), np.arange(len(flat))
    right = np.clip(np.searchsorted(known, frames), 0, len(known) - 1)
    left = np.clip(right - 1, 0, len(known) - 1)
    closer_left = np.abs(frames - known[left]) <= np.abs(known[right] - frames)
    return np.where(closer_left, known[left], known[right])
