"""Fewer keys for one stretch of a motion, judged on the whole hierarchy, IK included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Int
from manekko.motion.key_chain import Chain
from manekko.motion.key_channels import Channel, Turning
from manekko.motion.key_curves import STRAIGHT
from manekko.motion.key_limbs import accents, is_large, limbs_of, marked, pinned_frames, rests_between
from manekko.motion.key_pruning import kept_keys
from manekko.motion.key_spans import Stops, cheapest_keys, cost_table
from manekko.motion.key_values import best_keys
from manekko.motion.key_weights import Scene, Tolerance, bone_channels, driven_by_ik
from manekko.motion.key_worth import how_far_off
from manekko.motion.motion import BoneTrack

_KEY_COST = 3.4
"""A key goes where that costs less than this many misses as large as the tolerance."""
_FIRST_COST = 0.25
"""Cost of a key against that while keys are still taken to lie on the meant motion."""
_SHARED = 0.5
"""Share of a limb's bones that take up each of its key frames."""
_DEAREST = 10.0
"""Spans that cost more than this many keys are never worth it."""
_ROUNDS = 3
_AIM, _NEAR = 0.97, 0.88
"""Share of the tolerance that is aimed at, and from which on it is used well."""
_STEP = (0.6, 1.3)
"""The error is taken to grow like the square root of the cost of a key, this much at once."""


@dataclass(frozen=True, eq=False)
class _Limb:
    """Bones that share their key frames."""

    bones: tuple[str, ...]
    channels: dict[str, list[Channel | None]]
    """Of each bone: turn and shifts along x, y and z; None for what never changes."""
    tables: dict[str, Array]
    """Costs of spans of each bone that moves."""
    stops: Stops
    """Of all bones together."""


def keyed_window(scene: Scene, tolerance: Tolerance, forced: Mapping[str, Array]) -> dict[str, BoneTrack]:
    """Return few keys for each bone of a scene, the first frame and the last exactly as meant.

    Args:
        scene: the stretch of motion.
        tolerance: the cost of a key is set, in a few rounds, so that the errors come near to this.
        forced: bone → frames that must be keys.
    """
    limbs = [_limb(scene, bones, tolerance, forced) for bones in limbs_of(list(scene.tracks))]
    costs = np.full(len(limbs), _KEY_COST)
    tries: list[tuple[float, int, dict[str, BoneTrack]]] = []
    tracks: dict[str, BoneTrack] = {}
    for _ in range(_ROUNDS):
        tracks = _keyed(scene, limbs, costs, tracks)
        off = how_far_off(scene, tracks, [tuple(limb.tables) for limb in limbs], tolerance)
        worst = float(off.max(initial=0.0))
        tries.append((worst, _count(tracks), tracks))
        if _NEAR <= worst <= 1.0:
            break
        costs *= np.clip(_AIM / np.maximum(off, 1e-3), *_STEP) ** 2
    # The fewest keys of those that are near enough; if none is, the nearest.
    return min(tries, key=lambda each: (max(each[0], 1.0), each[1]))[2]


def _count(tracks: Mapping[str, BoneTrack]) -> int:
    return sum(len(track.frames) for track in tracks.values())


def _limb(scene: Scene, bones: tuple[str, ...], tolerance: Tolerance, forced: Mapping[str, Array]) -> _Limb:
    tracks = {name: scene.tracks[name] for name in bones}
    channels = {name: bone_channels(scene, name, tolerance) for name in bones}
    frames = marked(scene.frame_count, bones, forced)
    for name, track in tracks.items():
        frames |= accents(track, turns=not driven_by_ik(scene, name))
    frames[[0, -1]] = True
    stops = Stops(frames, rests_between(frames, list(tracks.values())))
    most = _KEY_COST * _FIRST_COST * _DEAREST
    tables = {
        name: cost_table(active, stops, most)
        for name, parts in channels.items()
        if (active := [channel for channel in parts if channel is not None])
    }
    return _Limb(bones, channels, tables, stops)


def _keyed(scene: Scene, limbs: list[_Limb], costs: Array, before: Mapping[str, BoneTrack]) -> dict[str, BoneTrack]:
    """Return few keys for each bone.

    Args:
        scene: the motion.
        limbs: its bones.
        costs: the price of a key in each limb.
        before: keys found at another price: fingers and the like keep them.
    """
    tracks: dict[str, BoneTrack] = {}
    chain = Chain(scene)
    for limb, key_cost in zip(limbs, costs.tolist(), strict=True):
        if before and not is_large(limb.bones):
            tracks |= {name: before[name] for name in limb.bones}
            continue
        shared: Bool[Array, " frame"] = np.zeros(scene.frame_count, dtype=bool)
        if limb.tables:
            together, first_cost = np.sum(list(limb.tables.values()), axis=0), _FIRST_COST * key_cost
            frames = cheapest_keys(together, limb.stops, first_cost * max(1.0, _SHARED * len(limb.tables)))
            shared[frames] = True
        for name in limb.bones:
            tracks[name] = _bone(scene, limb, name, shared, key_cost, chain)
            chain.put(name, tracks[name])
    return tracks


def _bone(
    scene: Scene, limb: _Limb, name: str, shared: Bool[Array, " frame"], key_cost: float, chain: Chain
) -> BoneTrack:
    """Return a bone's keys, some of the frames that its limb shares."""
    full, channels = scene.tracks[name], list(limb.channels[name])
    if name not in limb.tables:
        return _track(full, channels, np.unique([0, scene.frame_count - 1]))
    if isinstance(channels[0], Turning):
        full = replace(full, rotations_xyzw=chain.meant(name))
        channels[0] = replace(channels[0], rotations_xyzw=full.rotations_xyzw)
    keys = cheapest_keys(limb.tables[name], limb.stops, _FIRST_COST * key_cost, shared)
    track = _track(full, channels, keys, rounds=2)
    values = [track.rotations_xyzw, *(track.positions_m[:, [axis]] for axis in range(3))]
    active = [(channel, value) for channel, value in zip(channels, values, strict=True) if channel is not None]
    fewer = kept_keys(active, keys, limb.stops.frames, key_cost)
    return _track(full, channels, fewer)


def _track(full: BoneTrack, channels: list[Channel | None], keys: Int[Array, " key"], rounds: int = 3) -> BoneTrack:
    """Return a bone's keys at ``keys`` with the values and curves that miss least."""
    ends = np.isin(keys, (0, len(full.frames) - 1))
    positions, rotations = full.positions_m[keys].copy(), full.rotations_xyzw[keys]
    curves = np.tile(STRAIGHT, (len(keys), 4, 1))
    stands, turned_no_more = pinned_frames(full)
    turning, *moving = channels
    if turning is not None:
        rotations, curves[:, 3] = best_keys(turning, keys, ends | turned_no_more[keys], rounds)
    for axis, channel in enumerate(moving):
        if channel is not None:
            values, curves[:, axis] = best_keys(channel, keys, ends | stands[keys], rounds)
            positions[:, axis] = values[:, 0]
    return BoneTrack(keys, positions, rotations, curves)
