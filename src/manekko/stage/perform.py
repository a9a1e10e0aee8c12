"""A figure playing a motion: one pose after another, computed in blocks of frames."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_whole_rig
from manekko.stage.figure import Figure, Pose
from manekko.stage.morphs import morphed_bones, sample_weights

BLOCK_FRAMES = 256
"""Frames that are computed at once: enough to be quick, few enough to need little memory."""


def perform(figure: Figure, motion: RigMotion, frames: Array) -> Iterator[Pose]:
    """Give the figure's pose at each of ``frames``.

    Keys, bone morphs, append parents and IK are evaluated as MMD does. Keys of bones and morphs that the figure does
    not have are left out.

    Args:
        figure: the character.
        motion: keys of its bones and morphs.
        frames: rising, whole or between (shape (frame,)), in frames of ``motion.fps``.
    """
    frames = np.asarray(frames)
    for start in range(0, len(frames), BLOCK_FRAMES):
        yield from _block(figure, motion, frames[start : start + BLOCK_FRAMES])


def _block(figure: Figure, motion: RigMotion, frames: Array) -> Iterator[Pose]:
    """Give the poses of frames that are computed at once."""
    weights = sample_weights(figure.morphs, motion, frames)
    whole = pose_whole_rig(figure.rig, motion, frames, morphed_bones(figure, weights))
    for number in range(len(frames)):
        yield Pose(whole.positions_m[number], whole.rotations_xyzw[number], weights[number])
