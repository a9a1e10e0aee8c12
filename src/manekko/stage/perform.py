"""A figure playing a motion: one pose after another, computed in blocks of frames."""

from collections.abc import Iterator

import numpy as np

from manekko.arrays import Array
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_whole_rig
from manekko.stage.figure import Figure, Pose
from manekko.stage.morphs import morphed_bones, sample_weights
from manekko.stage.sway import FINE_STEP_S, Sway

BLOCK_FRAMES = 256
"""Frames that are computed at once: enough to be quick, few enough to need little memory."""


def perform(
    figure: Figure, motion: RigMotion, frames: Array, *, swaying: bool = True, sway_step_s: float = FINE_STEP_S
) -> Iterator[Pose]:
    """Give the figure's pose at each of ``frames``.

    Keys, bone morphs, append parents and IK are evaluated as MMD does. Keys of bones and morphs that the figure does
    not have are left out.

    Args:
        figure: the character.
        motion: keys of its bones and morphs.
        frames: rising, whole or between (shape (frame,)), in frames of ``motion.fps``.
        swaying: whether hair and skirts swing; they start at rest in the first pose.
        sway_step_s: longest step in which they swing [s]; longer ones are quicker and less exact.
    """
    frames = np.asarray(frames, dtype=np.float64)
    sway = Sway(figure, longest_step_s=sway_step_s) if swaying and figure.springs else None
    before = frames[:1]
    for start in range(0, len(frames), BLOCK_FRAMES):
        block = frames[start : start + BLOCK_FRAMES]
        steps_s = np.diff(block, prepend=before) / motion.fps
        before = block[-1:]
        for pose, step_s in zip(_block(figure, motion, block), steps_s.tolist(), strict=True):
            yield pose if sway is None else sway.step(pose, step_s)


def _block(figure: Figure, motion: RigMotion, frames: Array) -> Iterator[Pose]:
    """Give the poses of frames that are computed at once, hair and skirts stiff."""
    weights = sample_weights(figure.morphs, motion, frames)
    whole = pose_whole_rig(figure.rig, motion, frames, morphed_bones(figure, weights))
    shown = motion.is_shown(frames)
    for number in range(len(frames)):
        yield Pose(whole.positions_m[number], whole.rotations_xyzw[number], weights[number], bool(shown[number]))
