"""Figures of a motion's keys: how many there are, and how easy they are to edit by hand."""

from dataclasses import dataclass

import numpy as np

from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between


@dataclass(frozen=True)
class KeyFigures:
    """Keys of bones."""

    total: int
    per_second: float
    per_bone: dict[str, int]
    full_share: float | None
    """Keys of the bones that move, as a share of a key in every frame; None where none moves."""
    median_spacing_frames: float | None
    """From one key of a bone that moves to its next, half of them are nearer than this."""
    morphs_total: int
    moving_bones: tuple[str, ...]
    """Bones whose keys differ."""
    unknown_bones: tuple[str, ...]
    """Bones with keys that the model lacks."""


def key_figures(rig_motion: RigMotion, rig: Rig) -> KeyFigures:
    """Count keys."""
    per_bone = {name: len(track.frames) for name, track in rig_motion.bones.items()}
    total = sum(per_bone.values())
    moving = {name: track for name, track in rig_motion.bones.items() if _moves(track)}
    spacings = [np.diff(np.sort(track.frames)) for track in moving.values()]
    return KeyFigures(
        total=total,
        per_second=total / (rig_motion.frame_count / rig_motion.fps),
        per_bone=per_bone,
        full_share=sum(per_bone[n] for n in moving) / (len(moving) * rig_motion.frame_count) if moving else None,
        median_spacing_frames=float(np.median(np.concatenate(spacings))) if moving else None,
        morphs_total=sum(len(frames) for frames, _ in rig_motion.morphs.values()),
        moving_bones=tuple(moving),
        unknown_bones=tuple(name for name in rig_motion.bones if name not in rig),
    )


def _moves(track: BoneTrack) -> bool:
    if not len(track.frames):
        return False
    turn = angle_between(track.rotations_xyzw[:1], track.rotations_xyzw)
    return bool(np.ptp(track.positions_m, axis=0).max() > 1e-6 or turn.max() > 1e-5)
