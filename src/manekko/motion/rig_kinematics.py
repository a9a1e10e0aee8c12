"""Where a rig's bones are in each frame of a motion: keys, parents, append parents and IK, evaluated as MMD does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.motion import RigMotion
from manekko.motion.rig_ik import Chain, solve_chain
from manekko.motion.rig_sampling import sample_track
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import (
    IDENTITY_XYZW,
    as_rotation_vectors,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
)


@dataclass(frozen=True)
class RigPose:
    """Some bones of a rig in some frames, in the world (metres, right-handed, +Y up)."""

    positions: dict[str, Float[Array, "frame 3"]]
    """Position of each bone [m]."""
    rotations: dict[str, Float[Array, "frame 4"]]
    """Global rotation of each bone, xyzw; identity in the rest pose."""
    local_rotations: dict[str, Float[Array, "frame 4"]]
    """Rotation of each bone in its parent with append and IK, xyzw."""

    def positions_m(self, name: str) -> Float[Array, "frame 3"]:
        """Position of a bone [m]; KeyError for a bone that was not asked for or does not exist."""
        return self.positions[name]

    def rotations_xyzw(self, name: str) -> Float[Array, "frame 4"]:
        """Global rotation of a bone; KeyError for a bone that was not asked for or does not exist."""
        return self.rotations[name]


def pose_rig(rig: Rig, rig_motion: RigMotion, frames: Array, bones: Sequence[str] | None = None) -> RigPose:
    """Return where the bones are at each of ``frames``.

    Bones are evaluated by (after physics, layer, index), each with its append parent and then its IK, as MMD does;
    there is no physics. Keys of bones that the rig does not have are left out.

    Args:
        rig: the model.
        rig_motion: its keys; a bone without keys rests.
        frames: which frames, whole or between (shape (frame,)), in frames of ``rig_motion.fps``.
        bones: names wanted; None for all. Only these and what moves them are computed; unknown names are left out.
    """
    names = list(rig.index) if bones is None else [name for name in bones if name in rig]
    wanted = [rig.index[name] for name in names]
    work = _Work(rig, rig_motion, np.asarray(frames), needed_bones(rig, wanted))
    work.evaluate()
    return RigPose(
        {name: work.positions[bone] for name, bone in zip(names, wanted, strict=True)},
        {name: work.rotations[bone] for name, bone in zip(names, wanted, strict=True)},
        {name: work.local(bone) for name, bone in zip(names, wanted, strict=True)},
    )


@dataclass(frozen=True)
class WholePose:
    """Every bone of a rig in some frames, in file order, in the world (metres, right-handed, +Y up)."""

    positions_m: Float[Array, "frame bone 3"]
    """Position of each bone [m]."""
    rotations_xyzw: Float[Array, "frame bone 4"]
    """Global rotation of each bone; identity in the rest pose."""


def pose_whole_rig(
    rig: Rig, rig_motion: RigMotion, frames: Array, morphed: Mapping[int, tuple[Array, Array]] | None = None
) -> WholePose:
    """Return where all bones are at each of ``frames``, evaluated as ``pose_rig`` does.

    Args:
        rig: the model.
        rig_motion: its keys; a bone without keys rests.
        frames: which frames, whole or between (shape (frame,)), in frames of ``rig_motion.fps``.
        morphed: what bone morphs do before append and IK: bone → (shift [m] (frame, 3), turn xyzw (frame, 4)).
    """
    work = _Work(rig, rig_motion, np.asarray(frames), set(range(len(rig.bones))), morphed or {})
    work.evaluate()
    bones = range(len(rig.bones))
    positions, rotations = np.empty((len(frames), len(bones), 3)), np.empty((len(frames), len(bones), 4))
    for bone in bones:
        positions[:, bone], rotations[:, bone] = work.positions[bone], work.rotations[bone]
    return WholePose(positions, rotations)


def needed_bones(rig: Rig, wanted: Sequence[int]) -> set[int]:
    """Return the wanted bones with all that move them: parents, append parents, and IK that turns any of these."""
    chains = [(number, bone.ik) for number, bone in enumerate(rig.bones) if bone.ik is not None]
    needed: set[int] = set()
    waiting = list(wanted)
    while waiting:
        while waiting:
            bone = waiting.pop()
            if bone < 0 or bone in needed:
                continue
            needed.add(bone)
            waiting.append(rig.bones[bone].parent)
            append = rig.bones[bone].append
            waiting.append(append.source if append is not None else -1)
        for number, ik in chains:
            if not needed.isdisjoint(link.bone for link in ik.links):
                parts = {number, ik.target, *(link.bone for link in ik.links)}
                waiting += parts - needed
    return needed


class _Work:
    """The state of one evaluation: per bone, arrays over frames."""

    def __init__(
        self,
        rig: Rig,
        rig_motion: RigMotion,
        frames: Array,
        needed: set[int],
        morphed: Mapping[int, tuple[Array, Array]] = MappingProxyType({}),
    ) -> None:
        self.rig, self.frames, self.motion = rig, frames, rig_motion
        rest = np.zeros((len(frames), 3))
        still = np.tile(IDENTITY_XYZW, (len(frames), 1))
        self.moves, self.turns = dict.fromkeys(needed, rest), dict.fromkeys(needed, still)
        for bone in needed:
            track = rig_motion.bones.get(rig.bones[bone].name)
            if track is not None:
                self.moves[bone], turns = sample_track(track, frames)
                self.turns[bone] = _about_axis(turns, rig.bones[bone])
        for bone, (shift, turn) in morphed.items():
            self.moves[bone] = self.moves[bone] + shift
            self.turns[bone] = multiply(turn, self.turns[bone])
        self.bases, self.shifts = dict(self.turns), dict(self.moves)
        self.ik_turns: dict[int, Array] = {}
        self.positions: dict[int, Array] = {}
        self.rotations: dict[int, Array] = {}
        self.order = sorted(needed, key=lambda n: (rig.bones[n].after_physics, rig.bones[n].layer, n))
        self.below: dict[int, list[int]] = {bone: [] for bone in needed}
        for bone in needed:
            if rig.bones[bone].parent >= 0:
                self.below[rig.bones[bone].parent].append(bone)

    def evaluate(self) -> None:
        for bone in self.order:
            if self.rig.bones[bone].parent < 0:
                self._update_tree(bone)
        for bone in self.order:
            self._append(bone)
            self._place(bone)
            if self.rig.bones[bone].ik is not None:
                self._solve(bone)

    def local(self, bone: int) -> Float[Array, "frame 4"]:
        """Return a bone's rotation in its parent as it stands."""
        base = self.bases[bone]
        return multiply(self.ik_turns[bone], base) if bone in self.ik_turns else base

    def _offset(self, bone: int) -> Float[Array, "frame 3"]:
        """Return a bone's position in its parent's frame [m]."""
        parent = self.rig.bones[bone].parent
        rest = np.array(self.rig.bones[bone].rest_position_m)
        above = np.zeros(3) if parent < 0 else np.array(self.rig.bones[parent].rest_position_m)
        return self.shifts[bone] + (rest - above)

    def _append(self, bone: int) -> None:
        append = self.rig.bones[bone].append
        if append is None:
            return
        if append.rotates:
            self.bases[bone] = multiply(self.turns[bone], _share(self.local(append.source), append.ratio))
        if append.moves:
            self.shifts[bone] = self.moves[bone] + append.ratio * self.shifts[append.source]

    def _place(self, bone: int) -> None:
        parent = self.rig.bones[bone].parent
        if parent < 0:
            self.positions[bone], self.rotations[bone] = self._offset(bone), self.local(bone)
            return
        self.positions[bone] = self.positions[parent] + rotate(self.rotations[parent], self._offset(bone))
        self.rotations[bone] = multiply(self.rotations[parent], self.local(bone))

    def _update_tree(self, root: int, *, append: bool = False) -> None:
        waiting = [root]
        while waiting:
            bone = waiting.pop()
            if append:
                self._append(bone)
            self._place(bone)
            waiting += self.below[bone]

    def _solve(self, owner: int) -> None:
        """Turn the links of a bone's IK chain, in the frames where it is on."""
        ik = self.rig.bones[owner].ik
        assert ik is not None
        if any(bone not in self.bases for bone in (ik.target, *(link.bone for link in ik.links))):
            return  # None of the bones that were asked for hangs on this chain.
        rows = np.flatnonzero(self._switched_on(self.rig.bones[owner].name))
        path = self._path(ik.target, {link.bone for link in ik.links})
        places = [path.index(link.bone) for link in ik.links if link.bone in path]
        if not places or len(places) < len(ik.links) or len(rows) == 0:
            return
        still = np.tile(IDENTITY_XYZW, (len(rows), 1))
        top = self.rig.bones[path[0]].parent
        links = {link.bone for link in ik.links}
        chain = Chain(
            parent_rotations=still if top < 0 else self.rotations[top][rows],
            parent_positions=np.zeros((len(rows), 3)) if top < 0 else self.positions[top][rows],
            bases=np.stack([(self.bases[bone] if bone in links else self.local(bone))[rows] for bone in path]),
            offsets=np.stack([self._offset(bone)[rows] for bone in path]),
            turns=np.stack([still] * len(path)),
            rotations=np.empty((len(path), len(rows), 4)),
            positions=np.empty((len(path), len(rows), 3)),
        )
        turns = solve_chain(ik, places, chain, self.positions[owner][rows])
        for place in places:
            whole = self.ik_turns.get(path[place], np.tile(IDENTITY_XYZW, (len(self.frames), 1))).copy()
            whole[rows] = turns[place]
            self.ik_turns[path[place]] = whole
        self._update_tree(path[0], append=True)

    def _path(self, target: int, links: set[int]) -> list[int]:
        """Return the bones from the rootmost link that carries the target down to the target."""
        path, last = [target], 0
        while self.rig.bones[path[-1]].parent >= 0:
            path.append(self.rig.bones[path[-1]].parent)
            if path[-1] in links:
                last = len(path) - 1
        return path[last::-1]

    def _switched_on(self, name: str) -> Bool[Array, " frame"]:
        on = np.ones(len(self.frames), dtype=bool)
        for frame, states in sorted(self.motion.ik_states, key=lambda state: state[0]):
            if name in states:
                on[self.frames >= frame] = states[name]
        return on


def _about_axis(turns: Float[Array, "frame 4"], bone: RigBone) -> Float[Array, "frame 4"]:
    """Return the turns of a bone with a fixed axis: MMD keeps the angle and takes the bone's own axis."""
    if bone.fixed_axis is None:
        return turns
    axis = np.array(bone.fixed_axis)
    vectors = as_rotation_vectors(normalized(turns))
    angles = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return from_rotation_vectors(np.where(vectors @ axis < 0.0, -1.0, 1.0)[:, None] * angles * axis)


def _share(rotations: Float[Array, "frame 4"], ratio: float) -> Float[Array, "frame 4"]:
    """Return the rotations with their angle times ``ratio``, which may be negative or beyond 1."""
    if ratio == 1.0:
        return rotations
    return from_rotation_vectors(as_rotation_vectors(normalized(rotations)) * ratio)
