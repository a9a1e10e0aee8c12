"""Motions made for tests of rigs."""

import numpy as np

from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import from_rotation_vectors


def random_motion(rig: Rig, *, seed: int, size: float = 0.5, switch_ik_off_at: int | None = None) -> RigMotion:
    """Return keys at 0, 12, 24, 36 and 48 for every bone: turns of about ``size`` rad, moves and curves at random."""
    rng = np.random.default_rng(seed)
    frames = np.arange(0, 60, 12)
    bones = {}
    for bone in rig.bones:
        positions = rng.normal(size=(len(frames), 3)) * 0.1 * size * bone.movable
        rotations = from_rotation_vectors(rng.normal(size=(len(frames), 3)) * size)
        curves = rng.integers(0, 128, size=(len(frames), 4, 4)).astype(np.uint8)
        bones[bone.name] = BoneTrack(frames, positions, rotations, curves)
    chains = [bone.name for bone in rig.bones if bone.ik is not None]
    states: tuple[tuple[int, dict[str, bool]], ...] = ((0, dict.fromkeys(chains, True)),)
    if switch_ik_off_at is not None:
        states += ((switch_ik_off_at, dict.fromkeys(chains, False)),)
    return RigMotion(rig.name, bones, {}, states)


def still_motion(turns_rad: dict[str, tuple[float, float, float]]) -> RigMotion:
    """Return one key at frame 0 that turns each named bone by a rotation vector [rad]."""
    return RigMotion("still", {name: key(turn_rad=turn) for name, turn in turns_rad.items()})


def key(
    *, turn_rad: tuple[float, float, float] = (0.0, 0.0, 0.0), move_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> BoneTrack:
    """Return a single key at frame 0."""
    return BoneTrack(np.zeros(1, dtype=np.int64), np.array([move_m]), from_rotation_vectors(np.array([turn_rad])))
