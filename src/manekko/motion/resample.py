"""A motion at another frame rate."""

from dataclasses import replace

import numpy as np

from manekko.motion.motion import Motion
from manekko.skeleton.rotations import slerp


def resampled(motion: Motion, *, fps: float) -> Motion:
    """Return the motion at ``fps`` frames a second, as long as before to within half a frame.

    Positions, confidences and expressions are interpolated linearly, rotations on the shorter arc; a contact is the
    nearest frame's.
    """
    if motion.fps == fps or motion.frame_count < 2:
        return replace(motion, fps=fps)
    last = motion.frame_count - 1
    # A last frame that falls just short of a whole step is not lost.
    count = int(np.floor(last / motion.fps * fps + 0.5)) + 1
    at = np.minimum(np.arange(count) * motion.fps / fps, last)
    before = np.minimum(at.astype(int), last - 1)
    share = at - before

    def mixed(values: np.ndarray) -> np.ndarray:
        weight = share.reshape(-1, *[1] * (values.ndim - 1))
        return values[before] * (1 - weight) + values[before + 1] * weight

    rotations = motion.local_rotations_xyzw
    return replace(
        motion,
        fps=fps,
        root_positions_m=mixed(motion.root_positions_m),
        local_rotations_xyzw=slerp(rotations[before], rotations[before + 1], share[:, None]),
        confidences=mixed(motion.confidences),
        contacts=motion.contacts[np.floor(at + 0.5).astype(int)],
        expressions={name: mixed(weights) for name, weights in motion.expressions.items()},
    )
