"""Keys that a person can edit: few of them, with MMD's curves between, shared by the bones of a limb.

A motion with a key in every frame is exact and useless to an animator. Here a limb's key frames are the cheapest way
through its frames (``key_spans``), each bone keeps those of them that it needs, and curves and values are fitted so
that little is missed (``key_values``). What counts is the whole hierarchy, IK included (``key_window``): limbs that
stray too far there, by a bone's angle or by the place of a hand or foot, get more keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import radians
from typing import Literal

import numpy as np

from manekko.arrays import Array, Int
from manekko.motion.key_curves import curves_of
from manekko.motion.key_morphs import thinned
from manekko.motion.key_weights import Tolerance, scene_of
from manekko.motion.key_window import keyed_window
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig

Keys = Literal["full", "edit", "tiny"]
"""A key in every frame; as few as a person wants to edit; as few as still show the dance."""

TOLERANCES: dict[Keys, Tolerance] = {
    "edit": Tolerance(radians(1.0), 0.015, 0.02),
    "tiny": Tolerance(radians(3.0), 0.045, 0.05),
}

_WINDOW = 1500
"""Longer motions are worked on in stretches of so many frames, so that memory is bounded; all bones have a key where
two stretches meet."""


def reduce_keys(motion: RigMotion, rig: Rig, level: Keys, forced: Mapping[str, Array] | None = None) -> RigMotion:
    """Return the motion with fewer keys, true to it within the tolerance of ``level``.

    ``edit``: 95 of 100 turns of bones in the world, IK done, within 1°, and hands and feet within 15 mm in 99 of 100
    frames; ``tiny``: 3° and 45 mm. Places that a foot's IK goal holds exactly are held exactly, by two keys.
    Bones that do not move get one key; the motion keeps its length.

    Args:
        motion: keys of any kind; it is sampled in every frame.
        rig: the model on which misses are measured.
        level: ``full`` returns the motion as it is.
        forced: bone → frames that must be keys of its limb, such as where contacts begin and end.
    """
    if level == "full" or motion.frame_count < 2:
        return motion
    tolerance, forced = TOLERANCES[level], forced or {}
    pieces = []
    for start, end in _windows(motion.frame_count) if motion.bones else ():
        own = {name: np.asarray(frames) - start for name, frames in forced.items()}
        pieces.append((start, keyed_window(scene_of(rig, motion, start, end), tolerance, own)))
    tracks = {name: _joined([(start, piece[name]) for start, piece in pieces]) for name in motion.bones}
    morphs = {name: thinned(*keys, tolerance.morph) for name, keys in motion.morphs.items()}
    fewer = replace(motion, bones=tracks, morphs=morphs)
    return _as_long(fewer, motion.frame_count)


def _windows(frame_count: int) -> list[tuple[int, int]]:
    """Return [first, last] frames of stretches that share their ends."""
    count = max(1, round((frame_count - 1) / _WINDOW))
    edges = np.rint(np.linspace(0, frame_count - 1, count + 1)).astype(np.int64).tolist()
    return list(pairwise(edges))


def _joined(pieces: Sequence[tuple[int, BoneTrack]]) -> BoneTrack:
    """Return one bone's track from those of the stretches, each with its first frame."""
    fresh = [(start, track, slice(min(number, 1), None)) for number, (start, track) in enumerate(pieces)]
    track = BoneTrack(
        np.concatenate([track.frames[new] + start for start, track, new in fresh]),
        np.concatenate([track.positions_m[new] for _, track, new in fresh]),
        np.concatenate([track.rotations_xyzw[new] for _, track, new in fresh]),
        np.concatenate([curves_of(track)[new] for _, track, new in fresh]),
    )
    values = np.concatenate([track.positions_m, track.rotations_xyzw], axis=1)
    same = (values[1:] == values[:-1]).all(axis=1)
    if same.all():
        return _at(track, np.zeros(1, dtype=np.int64))
    # Where stretches meet, a bone that rests on both sides needs no key.
    seams = np.isin(track.frames, [start for start, _ in pieces[1:]])
    needless = np.concatenate([[False], same[:-1] & same[1:] & seams[1:-1], [False]])
    return _at(track, np.flatnonzero(~needless))


def _at(track: BoneTrack, keys: Int[Array, " kept"]) -> BoneTrack:
    """Return some of the keys."""
    return BoneTrack(track.frames[keys], track.positions_m[keys], track.rotations_xyzw[keys], curves_of(track)[keys])


def _as_long(motion: RigMotion, frame_count: int) -> RigMotion:
    """Return a motion in which nothing moves at its end with one key more, so that it lasts as long as before."""
    if motion.frame_count == frame_count or not motion.bones:
        return motion
    name, track = next(iter(motion.bones.items()))
    longer = _at(track, np.append(np.arange(len(track.frames)), len(track.frames) - 1))
    longer = replace(longer, frames=np.append(track.frames, frame_count - 1))
    return replace(motion, bones=motion.bones | {name: longer})
