"""A rig being posed: global rotations and shifts of some bones, from which all others and the keys follow."""

from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.motion import BoneTrack
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    conjugate,
    continuous,
    multiply,
    normalized,
    rotate,
    slerp,
)

_DEEPEST_CHAIN = 100
"""Bones between a bone and the next that the motion turns; a body has a handful, a damaged file any number."""
_NOTHING_M = 1e-9
"""Shifts below this are rounding [m]."""


@dataclass
class RigInPose:
    """Bones are asked for by the usual names (``Rig.index``); what the rig lacks is left out."""

    rig: Rig
    frames: int
    rotations: dict[int, Array] = field(default_factory=dict)
    """Global rotation of each bone that was turned (frame, 4)."""
    shifts: dict[int, Array] = field(default_factory=dict)
    """Shift of each bone that was moved, in its parent's frame (frame, 3) [m]."""
    _followed: dict[int, Array] = field(default_factory=dict)
    """Rotations of bones that were not turned, as worked out since one was."""

    def __contains__(self, name: str) -> bool:
        """Whether the rig has a bone of this name."""
        return name in self.rig

    def put(self, name: str, rotation: Float[Array, "frame 4"]) -> None:
        """Turn a bone, if the rig has it, to a global rotation."""
        if name in self.rig:
            self.rotations[self.rig.index[name]] = rotation
            self._followed.clear()

    def turned(self, name: str) -> bool:
        """Whether the motion turns a bone."""
        return name in self.rig and self.rig.index[name] in self.rotations

    def rotation(self, name: str) -> Float[Array, "frame 4"]:
        """Return a bone's global rotation."""
        return self._rotation(self.rig.index[name], 0)

    def parent_rotation(self, name: str) -> Float[Array, "frame 4"]:
        """Return the global rotation of a bone's parent."""
        return self._rotation(self.rig.bones[self.rig.index[name]].parent, 0)

    def position_m(self, name: str) -> Float[Array, "frame 3"]:
        """Return where a bone is [m]."""
        return self._position(self.rig.index[name], 0)

    def move_to(self, name: str, places_m: Float[Array, "frame 3"]) -> None:
        """Shift a bone so that it is at the places given."""
        number = self.rig.index[name]
        self.shifts.pop(number, None)
        away = places_m - self._position(number, 0)
        local = rotate(conjugate(self.parent_rotation(name)), away)
        self.shifts[number] = np.where(np.abs(local) < _NOTHING_M, 0.0, local)

    def move_by(self, name: str, way_m: Float[Array, "frame 3"]) -> None:
        """Shift a bone further by a way in the world."""
        number = self.rig.index[name]
        local = rotate(conjugate(self.parent_rotation(name)), way_m)
        self.shifts[number] = self.shifts.get(number, np.zeros((self.frames, 3))) + local

    def tracks(self) -> dict[str, BoneTrack]:
        """Return keys for every frame of the bones that were turned or moved, by the model's own names."""
        frames = np.arange(self.frames)
        result: dict[str, BoneTrack] = {}
        for number in sorted({*self.rotations, *self.shifts}):
            local = np.tile(IDENTITY_XYZW, (self.frames, 1))
            if number in self.rotations:
                parent = self._rotation(self.rig.bones[number].parent, 0)
                local = multiply(conjugate(parent), self.rotations[number])
            shift = self.shifts.get(number, np.zeros((self.frames, 3)))
            result[self.rig.bones[number].name] = BoneTrack(frames, shift, continuous(normalized(local)))
        return result

    def _rotation(self, number: int, depth: int) -> Float[Array, "frame 4"]:
        """Any bone's rotation: as put, or its parent's and the share it takes of a bone that was put."""
        if number in self.rotations:
            return self.rotations[number]
        if number in self._followed:
            return self._followed[number]
        still = np.broadcast_to(IDENTITY_XYZW, (self.frames, 4))
        if number < 0 or depth > _DEEPEST_CHAIN:
            return still
        # Where bones follow each other in a circle, the one asked for first counts as at rest.
        self._followed[number] = still
        bone = self.rig.bones[number]
        result = self._rotation(bone.parent, depth + 1)
        if bone.append is not None and bone.append.rotates and bone.append.source in self.rotations:
            outer = self._rotation(self.rig.bones[bone.append.source].parent, depth + 1)
            own = multiply(conjugate(outer), self.rotations[bone.append.source])
            result = multiply(result, slerp(IDENTITY_XYZW, own, bone.append.ratio))
        self._followed[number] = result
        return result

    def _position(self, number: int, depth: int) -> Float[Array, "frame 3"]:
        bone = self.rig.bones[number]
        rest, parent = np.array(bone.rest_position_m), bone.parent
        shift = self.shifts.get(number)
        if parent < 0 or depth > _DEEPEST_CHAIN:
            return np.tile(rest, (self.frames, 1)) + (0.0 if shift is None else shift)
        offset = rest - np.array(self.rig.bones[parent].rest_position_m)
        local = offset if shift is None else offset + shift
        return self._position(parent, depth + 1) + rotate(self._rotation(parent, depth + 1), local)
