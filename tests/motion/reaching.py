"""People who hold their wrists at known places."""

from collections.abc import Mapping

import numpy as np

from manekko.motion.motion import Motion
from manekko.skeleton.kinematics import local_rotations
from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.skeleton.skeleton import ELBOW_NORMAL, HUMANOID, JOINT_INDEX, Skeleton, default_skeleton


def with_wrists_at(
    places_m: Mapping[str, tuple[float, float, float]], skeleton: Skeleton | None = None, frames: int = 5
) -> Motion:
    """A body in T-pose but for the arms, whose wrists are at given places; palms face the middle."""
    skeleton = skeleton or default_skeleton()
    rest = skeleton.rest_positions_m
    turned = np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(HUMANOID), 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper, lower, hand = (JOINT_INDEX[side + part] for part in ("UpperArm", "LowerArm", "Hand"))
        down = from_rotation_vectors(np.array([0.0, 0.0, -sign * 1.2]))
        rotations = reach(
            np.tile(down, (frames, 1)),
            np.tile(rest[upper], (frames, 1)),
            np.tile(np.array(places_m[side]), (frames, 1)),
            upper_offset_m=skeleton.rest_offsets_m[lower],
            lower_offset_m=skeleton.rest_offsets_m[hand],
            hinge=-sign * ELBOW_NORMAL,
        )
        turned[:, upper], turned[:, lower] = rotations
        turned[:, hand : hand + 16] = rotations[1][:, None]
    return Motion(
        fps=30.0,
        skeleton=skeleton,
        root_positions_m=np.tile(rest[0], (frames, 1)),
        local_rotations_xyzw=local_rotations(turned),
        confidences=np.ones((frames, len(HUMANOID))),
        contacts=np.ones((frames, 4), dtype=bool),
    )
