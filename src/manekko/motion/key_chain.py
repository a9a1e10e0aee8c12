"""How bones are turned in the world once some of them have fewer keys, and what that asks of those below them."""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.key_weights import Scene, driven_by_ik
from manekko.motion.motion import BoneTrack
from manekko.motion.rig_sampling import sample_track
from manekko.skeleton.rotations import conjugate, continuous, multiply

_NO_TURN = np.array([0.0, 0.0, 0.0, 1.0])


class Chain:
    """Global rotations that come about while bones get their keys, parents first."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._frames = np.arange(scene.frame_count)
        self._found: dict[int, Array] = {}

    def meant(self, name: str) -> Float[Array, "frame 4"]:
        """Return how a bone must turn in its parent, as that turns by now, to be in the world as it is meant to be.

        A bone that cannot make up for its parents (a twist bone, a bone that IK turns or that takes a share of
        another's turn) is meant to turn as it does.
        """
        scene, own = self._scene, self._scene.tracks[name].rotations_xyzw
        if name not in scene.rig:
            return own
        bone = scene.rig.bones[scene.rig.index[name]]
        if bone.fixed_axis is not None or bone.append is not None or bone.ik is not None or driven_by_ik(scene, name):
            return own
        return continuous(multiply(conjugate(self._rotation(bone.parent)), scene.pose.rotations[name]))

    def put(self, name: str, track: BoneTrack) -> None:
        """Tell the keys that a bone got."""
        scene = self._scene
        if name in scene.rig and not driven_by_ik(scene, name):
            number = scene.rig.index[name]
            bone = scene.rig.bones[number]
            if bone.append is None:
                _, turns = sample_track(track, self._frames)
                self._found[number] = multiply(self._rotation(bone.parent), turns)

    def _rotation(self, number: int) -> Float[Array, "frame 4"]:
        if number < 0:
            return np.tile(_NO_TURN, (len(self._frames), 1))
        if number not in self._found:
            bone = self._scene.rig.bones[number]
            above = self._rotation(bone.parent)
            self._found[number] = multiply(above, self._scene.pose.local_rotations[bone.name])
        return self._found[number]


def generations(scene: Scene, names: Sequence[str]) -> dict[str, int]:
    """Return for each of these bones how many of them it hangs below; 0 for bones that the rig lacks."""
    bones, numbers = scene.rig.bones, {scene.rig.index[name] for name in names if name in scene.rig}
    depths: dict[str, int] = {}
    for name in names:
        depths[name], seen = 0, set[int]()
        above = bones[scene.rig.index[name]].parent if name in scene.rig else -1
        while above >= 0 and above not in seen:
            seen.add(above)
            depths[name] += above in numbers
            above = bones[above].parent
    return depths
