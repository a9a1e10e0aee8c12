"""Where a motion takes place: higher or lower above the floor, or on the spot."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.series import smoothed
from manekko.motion.motion import Motion, RigMotion
from manekko.skeleton.rig import Rig

_SWAY_HZ = 0.3
"""What the hips do faster than this is weight that shifts from foot to foot; what is slower is travel."""


def raised(motion: Motion, height_m: float) -> Motion:
    """Return the motion with the whole body higher above the floor by ``height_m`` [m]; negative: lower."""
    if height_m == 0.0:
        return motion
    return replace(motion, root_positions_m=motion.root_positions_m + np.array([0.0, height_m, 0.0]))


def raised_keys(rig_motion: RigMotion, rig: Rig, height_m: float) -> RigMotion:
    """Return the same on a model's bones: all that hangs from no other bone with keys is moved, so nothing bends."""
    if height_m == 0.0:
        return rig_motion
    bones = dict(rig_motion.bones)
    for name, track in rig_motion.bones.items():
        if name in rig and not _hangs_from(rig, rig.index[name], rig_motion):
            bones[name] = replace(track, positions_m=track.positions_m + np.array([0.0, height_m, 0.0]))
    return replace(rig_motion, bones=bones)


def _hangs_from(rig: Rig, bone: int, rig_motion: RigMotion) -> bool:
    """Whether a bone above this one has keys."""
    above, seen = rig.bones[bone].parent, {bone}
    while above >= 0 and above not in seen:
        if rig.bones[above].name in rig_motion.bones:
            return True
        seen.add(above)
        above = rig.bones[above].parent
    return False


def in_place(motion: Motion, spot_m: Float[Array, "2"] | None = None) -> Motion:
    """Return the motion danced on the spot, as on a treadmill: the feet slide back under a body that stays.

    Only travel over the floor is taken away; crouches, jumps and the sway of the hips over the feet stay. No foot is
    called planted any more, since none stays where it is.

    Args:
        motion: a motion that travels.
        spot_m: (x, z) of the place to dance at [m]; the origin when None.
    """
    ground = motion.root_positions_m[:, [0, 2]]
    # A clip too short to smooth is all travel.
    travel = smoothed(ground, fps=motion.fps, cutoff_hz=_SWAY_HZ) if len(ground) >= 4 else ground
    roots = motion.root_positions_m.copy()
    roots[:, [0, 2]] = ground - travel + (np.zeros(2) if spot_m is None else spot_m)
    return replace(motion, root_positions_m=roots, contacts=np.zeros_like(motion.contacts))


def spot_of(motion: Motion) -> Float[Array, "2"]:
    """Return the middle of the ground that a motion covers: (x, z) [m]."""
    spot: Array = np.median(motion.root_positions_m[:, [0, 2]], axis=0)
    return spot
