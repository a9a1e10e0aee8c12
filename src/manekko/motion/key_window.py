"""Fewer keys for one stretch of a motion, judged on the whole hierarchy, IK included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Int
from manekko.motion.key_channels import Channel
from manekko.motion.key_curves import STRAIGHT
from manekko.motion.key_limbs import accents, limbs_of, marked, pinned_frames, rests_between
from manekko.motion.key_spans import Stops, cheapest_keys, cost_table
from manekko.motion.key_values import best_keys
from manekko.motion.key_weights import FEET, HANDS, Scene, Tolerance, bone_channels, driven_by_ik
from manekko.motion.motion import BoneTrack
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.skeleton.rotations import angle_between

_KEY_COST = 3.0
"""A key is saved where that costs less than this many misses as large as the tolerance."""
_SHARED = 0.6
"""Share of a limb's bones that take up each of its key frames."""
_DEAREST = 4.0
"""Spans that cost more than this many keys are never worth it."""
_TIGHTER, _ROUNDS = 0.6, 4


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
        tolerance: limbs that miss more than this get more keys, a few times over.
        forced: bone → frames that must be keys.
    """
    limbs = [_limb(scene, bones, tolerance, forced) for bones in limbs_of(list(scene.tracks))]
    costs = [_KEY_COST] * len(limbs)
    tracks: dict[str, BoneTrack] = {}
    changed = set(range(len(limbs)))
    for _ in range(_ROUNDS):
        for number in changed:
            tracks |= _keyed(scene, limbs[number], costs[number])
        changed = _strayed(scene, tracks, limbs, tolerance)
        for number in changed:
            costs[number] *= _TIGHTER
        if not changed:
            break
    return tracks


def _limb(scene: Scene, bones: tuple[str, ...], tolerance: Tolerance, forced: Mapping[str, Array]) -> _Limb:
    tracks = {name: scene.tracks[name] for name in bones}
    channels = {name: bone_channels(scene, name, tolerance) for name in bones}
    frames = marked(scene.frame_count, bones, forced)
    for name, track in tracks.items():
        frames |= accents(track, turns=not driven_by_ik(scene, name))
    frames[[0, -1]] = True
    stops = Stops(frames, rests_between(frames, list(tracks.values())))
    most = _KEY_COST * _DEAREST * max(1.0, _SHARED * len(bones))
    tables = {
        name: cost_table(active, stops, most)
        for name, parts in channels.items()
        if (active := [channel for channel in parts if channel is not None])
    }
    return _Limb(bones, channels, tables, stops)


def _keyed(scene: Scene, limb: _Limb, key_cost: float) -> dict[str, BoneTrack]:
    """Return the tracks of a limb's bones, their keys on frames that they share."""
    shared: Bool[Array, " frame"] = np.zeros(scene.frame_count, dtype=bool)
    if limb.tables:
        together = np.sum(list(limb.tables.values()), axis=0)
        shared[cheapest_keys(together, limb.stops, key_cost * max(1.0, _SHARED * len(limb.tables)))] = True
    tracks = {}
    for name in limb.bones:
        keys = np.unique([0, scene.frame_count - 1])
        if name in limb.tables:
            keys = cheapest_keys(limb.tables[name], limb.stops, key_cost, shared)
        tracks[name] = _track(scene.tracks[name], limb.channels[name], keys)
    return tracks


def _track(full: BoneTrack, channels: list[Channel | None], keys: Int[Array, " key"]) -> BoneTrack:
    """Return a bone's keys at ``keys`` with the values and curves that miss least."""
    ends = np.isin(keys, (0, len(full.frames) - 1))
    positions, rotations = full.positions_m[keys].copy(), full.rotations_xyzw[keys]
    curves = np.tile(STRAIGHT, (len(keys), 4, 1))
    turning, *moving = channels
    if turning is not None:
        rotations, curves[:, 3] = best_keys(turning, keys, ends)
    for axis, channel in enumerate(moving):
        if channel is not None:
            values, curves[:, axis] = best_keys(channel, keys, ends | pinned_frames(full)[keys])
            positions[:, axis] = values[:, 0]
    return BoneTrack(keys, positions, rotations, curves)


def _strayed(scene: Scene, tracks: dict[str, BoneTrack], limbs: list[_Limb], tolerance: Tolerance) -> set[int]:
    """Return the limbs that need more keys: for the places of hands and feet, or, if too much is off, for angles."""
    fewer = replace(scene.motion, bones=tracks)
    found = pose_rig(scene.rig, fewer, np.arange(scene.frame_count), list(scene.pose.positions))
    bad: set[int] = set()
    for end in HANDS + FEET:
        if end in found.positions and _place_p99(scene.pose, found, end) > tolerance.ends_m:
            bad |= {number for number, limb in enumerate(limbs) if limb.tables and _moves(scene, limb, end)}
    angles = {
        number: np.concatenate([_angles(scene.pose, found, name) for name in limb.tables if name in found.positions])
        for number, limb in enumerate(limbs)
        if any(name in found.positions for name in limb.tables)
    }
    if angles and np.percentile(np.concatenate(list(angles.values())), 95.0) > tolerance.turn_rad:
        bad |= {number for number, off in angles.items() if np.percentile(off, 95.0) > tolerance.turn_rad}
    return bad


def _place_p99(meant: RigPose, found: RigPose, end: str) -> float:
    return float(np.percentile(np.linalg.norm(meant.positions[end] - found.positions[end], axis=1), 99.0))


def _angles(meant: RigPose, found: RigPose, name: str) -> Array:
    return angle_between(meant.local_rotations[name], found.local_rotations[name])


def _moves(scene: Scene, limb: _Limb, end: str) -> bool:
    """Whether a limb carries an end, or is an IK goal that draws it."""
    number = scene.rig.index[end]
    for name in limb.tables:
        if name not in scene.rig:
            continue
        ik = scene.rig.bones[scene.rig.index[name]].ik
        if (ik is not None and ik.target == number) or (ik is None and scene.under(name, end)):
            return True
    return False
