"""Fewer keys for one stretch of a motion, judged on the whole hierarchy, IK included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Int
from manekko.motion.key_batch import BoneAtWork, Channels, alike, cost_tables, keyed_together
from manekko.motion.key_chain import Chain, generations
from manekko.motion.key_channels import Turning
from manekko.motion.key_curves import STRAIGHT
from manekko.motion.key_limbs import accents, limbs_of, marked, pinned_frames, rests_between
from manekko.motion.key_spans import Stops, cheapest_keys
from manekko.motion.key_weights import Scene, Tolerance, bone_channels, driven_by_ik
from manekko.motion.key_worth import how_far_off
from manekko.motion.motion import BoneTrack

_KEY_COST = 2.4
"""A key goes where that costs less than this many misses as large as the tolerance."""
_FIRST_COST = 0.14
"""Cost of a key against that while keys are still taken to lie on the meant motion."""
_SHARED = 0.5
"""Share of a limb's bones that take up each of its key frames."""
_DEAREST = 9.0
"""Spans that cost more than this many keys are never worth it."""
_ROUNDS = 4
_AIM, _NEAR = 0.985, 0.88
"""Share of the tolerance that is aimed at, and from which on it is used well."""
_STEP = (0.6, 1.3)
"""The error is taken to grow like the square root of the cost of a key, this much at once."""


@dataclass(frozen=True, eq=False)
class _Limb:
    """Bones that share their key frames."""

    bones: tuple[str, ...]
    moving: tuple[str, ...]
    """Those of them that move."""
    stops: Stops
    """Of all bones together."""


@dataclass(frozen=True, eq=False)
class _Bone:
    """What of a bone that moves does not depend on the price of a key."""

    channels: Channels
    table: Array
    """Costs of its spans."""
    stands: Bool[Array, " frame"]
    rests: Bool[Array, " frame"]
    """Frames in which it is not turned."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """What does not depend on the price of a key."""

    limbs: list[_Limb]
    bones: dict[str, _Bone]
    batches: list[list[str]]
    """Bones that are worked on together, parents in earlier ones."""


def keyed_window(scene: Scene, tolerance: Tolerance, forced: Mapping[str, Array]) -> dict[str, BoneTrack]:
    """Return few keys for each bone of a scene, the first frame and the last exactly as meant.

    Args:
        scene: the stretch of motion.
        tolerance: the cost of a key is set, in a few rounds, so that the errors come near to this.
        forced: bone → frames that must be keys.
    """
    plan = _planned(scene, tolerance, forced)
    costs = np.full(len(plan.limbs), _KEY_COST)
    tries: list[tuple[float, int, dict[str, BoneTrack]]] = []
    for _ in range(_ROUNDS):
        tracks = _keyed(scene, plan, costs)
        off = how_far_off(scene, tracks, [limb.moving for limb in plan.limbs], tolerance)
        worst = float(off.max(initial=0.0))
        tries.append((worst, sum(len(track.frames) for track in tracks.values()), tracks))
        if _NEAR <= worst <= 1.0:
            break
        costs *= np.clip(_AIM / np.maximum(off, 1e-3), *_STEP) ** 2
    # The fewest keys of those that are near enough; if none is, the nearest.
    return min(tries, key=lambda each: (max(each[0], 1.0), each[1]))[2]


def _planned(scene: Scene, tolerance: Tolerance, forced: Mapping[str, Array]) -> _Plan:
    channels = {name: tuple(bone_channels(scene, name, tolerance)) for name in scene.tracks}
    moving = [name for name, parts in channels.items() if any(part is not None for part in parts)]
    limbs = [_limb(scene, bones, moving, forced) for bones in limbs_of(list(scene.tracks), scene.usual_names)]
    stops = {name: limb.stops.frames for limb in limbs for name in limb.moving}
    tables: dict[str, Array] = {}
    for names in alike(moving, channels, dict.fromkeys(moving, 0)):
        parts, most = [channels[name] for name in names], _KEY_COST * _FIRST_COST * _DEAREST
        tables |= zip(names, cost_tables(parts, [stops[name] for name in names], most), strict=True)
    bones = {name: _Bone(channels[name], tables[name], *pinned_frames(scene.tracks[name])) for name in moving}
    return _Plan(limbs, bones, alike(moving, channels, generations(scene, moving)))


def _limb(scene: Scene, bones: tuple[str, ...], moving: list[str], forced: Mapping[str, Array]) -> _Limb:
    tracks = {name: scene.tracks[name] for name in bones}
    frames = marked(scene.frame_count, bones, forced)
    for name, track in tracks.items():
        frames |= accents(track, turns=not driven_by_ik(scene, name))
    frames[[0, -1]] = True
    stops = Stops(frames, rests_between(frames, list(tracks.values())))
    return _Limb(bones, tuple(name for name in bones if name in moving), stops)


def _keyed(scene: Scene, plan: _Plan, costs: Array) -> dict[str, BoneTrack]:
    """Return few keys for each bone.

    Args:
        scene: the motion.
        plan: what is known of it.
        costs: the price of a key in each limb.
    """
    ends = np.unique([0, scene.frame_count - 1])
    tracks = {name: _still(track, ends) for name, track in scene.tracks.items()}
    at_work: dict[str, BoneAtWork] = {}
    for limb, cost in zip(plan.limbs, costs.tolist(), strict=True):
        for name, keys in _limb_keys(plan, limb, cost).items():
            bone, stops = plan.bones[name], limb.stops.frames
            at_work[name] = BoneAtWork(scene.tracks[name], bone.channels, keys, cost, stops, bone.stands, bone.rests)
    chain = Chain(scene)
    for names in plan.batches:
        found = keyed_together([_making_up(at_work[name], chain, name) for name in names])
        for name, track in zip(names, found, strict=True):
            tracks[name] = track
            chain.put(name, track)
    return tracks


def _still(track: BoneTrack, keys: Int[Array, " key"]) -> BoneTrack:
    """Return keys of a bone that does not move."""
    curves = np.tile(STRAIGHT, (len(keys), 4, 1))
    return BoneTrack(keys, track.positions_m[keys], track.rotations_xyzw[keys], curves)


def _limb_keys(plan: _Plan, limb: _Limb, cost: float) -> dict[str, Int[Array, " key"]]:
    """Return the key frames of each bone of a limb that moves, some of those that the limb shares."""
    if not limb.moving:
        return {}
    tables = {name: plan.bones[name].table for name in limb.moving}
    together, first_cost = np.sum(list(tables.values()), axis=0), _FIRST_COST * cost
    shared = np.zeros(len(together), dtype=bool)
    shared[cheapest_keys(together, limb.stops, first_cost * max(1.0, _SHARED * len(tables)))] = True
    return {name: cheapest_keys(table, limb.stops, first_cost, shared) for name, table in tables.items()}


def _making_up(bone: BoneAtWork, chain: Chain, name: str) -> BoneAtWork:
    """Return a bone that is meant to turn so that it makes up for its parents."""
    turning, *moving = bone.channels
    if not isinstance(turning, Turning):
        return bone
    return replace(bone, channels=(replace(turning, rotations_xyzw=chain.meant(name)), *moving))
