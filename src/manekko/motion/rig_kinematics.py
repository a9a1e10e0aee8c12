"""Where a rig's bones are in each frame of a motion: keys, parents, append parents and IK, evaluated as MMD does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.motion import RigMotion
from manekko.motion.rig_ik import Chain, solve_chain
from manekko.motion.rig_sampling import sample_track
from manekko.motion.rows import STILL, product, turned
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import as_rotation_vectors, from_rotation_vectors, normalized


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


@dataclass(frozen=True)
class WholePose:
    """Every bone of a rig in some frames, in file order, in the world (metres, right-handed, +Y up)."""

    positions_m: Float[Array, "frame bone 3"]
    """Position of each bone [m]."""
    rotations_xyzw: Float[Array, "frame bone 4"]
    """Global rotation of each bone; identity in the rest pose."""


def pose_rig(rig: Rig, rig_motion: RigMotion, frames: Array, bones: Sequence[str] | None = None) -> RigPose:
    """Return where the bones are at each of ``frames``.

    Bones are evaluated by (after physics, layer, index), each with its append parent and then its IK, as MMD does; a
    bone that comes before its parent is not carried by it, as in MMD. There is no physics. Keys of bones that the rig
    does not have are left out.

    Args:
        rig: the model.
        rig_motion: its keys; a bone without keys rests.
        frames: which frames, whole or between (shape (frame,)), in frames of ``rig_motion.fps``.
        bones: names wanted; None for all. Only these and what moves them are computed; unknown names are left out.
    """
    names = list(rig.index) if bones is None else [name for name in bones if name in rig]
    wanted = [rig.index[name] for name in names]
    work = _Work(rig, rig_motion, np.asarray(frames), needed_bones(rig, wanted), {})
    work.evaluate()
    pairs = list(zip(names, wanted, strict=True))
    return RigPose(
        {name: work.positions[bone].T.copy() for name, bone in pairs},
        {name: work.rotations[bone].T.copy() for name, bone in pairs},
        {name: work.local(bone).T.copy() for name, bone in pairs},
    )


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
    # One copy puts the numbers of a frame side by side, as whoever draws wants them.
    return WholePose(
        np.ascontiguousarray(work.positions.transpose(2, 0, 1)), np.ascontiguousarray(work.rotations.transpose(2, 0, 1))
    )


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
    """The state of one evaluation: arrays by bone, component and frame."""

    def __init__(
        self,
        rig: Rig,
        rig_motion: RigMotion,
        frames: Array,
        needed: set[int],
        morphed: Mapping[int, tuple[Array, Array]],
    ) -> None:
        self.rig, self.frames, self.motion = rig, frames, rig_motion
        self.rests = np.array([bone.rest_position_m for bone in rig.bones]).reshape(-1, 3, 1)
        still, nothing = np.repeat(STILL, len(frames), axis=1), np.zeros((3, len(frames)))
        self.moves, self.turns = dict.fromkeys(needed, nothing), dict.fromkeys(needed, still)
        for bone in needed:
            track = rig_motion.bones.get(rig.bones[bone].name)
            if track is not None:
                moves, turns = sample_track(track, frames)
                self.moves[bone], self.turns[bone] = _rows(moves), _rows(_about_axis(turns, rig.bones[bone]))
            if bone in morphed:
                self.moves[bone] = self.moves[bone] + _rows(morphed[bone][0])
                self.turns[bone] = product(_rows(morphed[bone][1]), self.turns[bone])
        # Bones and what they append count as at rest until their turn comes, as in MMD.
        appends = {bone: append for bone in needed if (append := rig.bones[bone].append) is not None}
        self.bases = self.turns | {bone: still for bone, append in appends.items() if append.rotates}
        self.shifts = self.moves | {bone: nothing for bone, append in appends.items() if append.moves}
        self.ik_turns: dict[int, Array] = {}
        self.positions = np.zeros((len(rig.bones), 3, len(frames)))
        self.rotations = np.repeat(still[None], len(rig.bones), axis=0)
        self.order = sorted(needed, key=lambda n: (rig.bones[n].after_physics, rig.bones[n].layer, n))
        self.below: dict[int, list[int]] = {bone: [] for bone in needed}
        for bone in sorted(needed):
            if rig.bones[bone].parent >= 0:
                self.below[rig.bones[bone].parent].append(bone)

    def evaluate(self) -> None:
        for bone in self.order:
            self._append(bone)
            self._place(bone)
            if self.rig.bones[bone].ik is not None:
                self._solve(bone)

    def local(self, bone: int) -> Float[Array, "4 frame"]:
        """Return a bone's rotation in its parent as it stands."""
        base = self.bases[bone]
        return product(self.ik_turns[bone], base) if bone in self.ik_turns else base

    def _offset(self, bone: int) -> Float[Array, "3 frame"]:
        """Return a bone's position in its parent's frame [m]."""
        parent = self.rig.bones[bone].parent
        rest = self.rests[bone]
        return self.shifts[bone] + (rest if parent < 0 else rest - self.rests[parent])

    def _append(self, bone: int) -> None:
        append = self.rig.bones[bone].append
        if append is None:
            return
        source = append.source
        if append.rotates:
            turn = self.rotations[source] if append.local else self.local(source)
            self.bases[bone] = product(self.turns[bone], _share(turn, append.ratio))
        if append.moves:
            shift = self.positions[source] - self.rests[source] if append.local else self.shifts[source]
            self.shifts[bone] = self.moves[bone] + append.ratio * shift

    def _place(self, bone: int) -> None:
        parent = self.rig.bones[bone].parent
        if parent < 0:
            self.positions[bone], self.rotations[bone] = self._offset(bone), self.local(bone)
            return
        self.positions[bone] = self.positions[parent] + turned(self.rotations[parent], self._offset(bone))
        self.rotations[bone] = product(self.rotations[parent], self.local(bone))

    def _update_tree(self, root: int, rows: Bool[Array, " frame"]) -> None:
        """Recompute a bone and all that hang on it, in the frames where IK has turned something."""
        tree = [root]
        for bone in tree:
            tree += self.below[bone]
        # MMD does this at every step of IK, so what a bone appends from elsewhere in the tree has arrived at the end.
        appends = [append for bone in tree if (append := self.rig.bones[bone].append) is not None]
        for _ in range(1 + sum(append.source in tree for append in appends)):
            for bone in tree:
                self._update(bone, rows)

    def _update(self, bone: int, rows: Bool[Array, " frame"]) -> None:
        """Recompute a bone in some of the frames."""
        before = self.positions[bone].copy(), self.rotations[bone].copy(), self.bases[bone], self.shifts[bone]
        self._append(bone)
        self._place(bone)
        if not rows.all():
            self.positions[bone] = np.where(rows, self.positions[bone], before[0])
            self.rotations[bone] = np.where(rows, self.rotations[bone], before[1])
            self.bases[bone] = np.where(rows, self.bases[bone], before[2])
            self.shifts[bone] = np.where(rows, self.shifts[bone], before[3])

    def _solve(self, owner: int) -> None:
        """Turn the links of a bone's IK chain, in the frames where it is on."""
        ik = self.rig.bones[owner].ik
        assert ik is not None
        links = [link.bone for link in ik.links]
        if any(bone not in self.bases for bone in (ik.target, *links)):
            return  # None of the bones that were asked for hangs on this chain.
        rows = np.flatnonzero(self._switched_on(self.rig.bones[owner].name))
        path = self._path(ik.target, set(links))
        if not links or not set(links) <= set(path) or len(rows) == 0:
            return
        for bone in (*reversed(links), ik.target):
            self._append(bone)
        places = [path.index(link) for link in links]
        turns, away = solve_chain(ik, places, self._chain(path, set(links), rows), self.positions[owner][:, rows])
        for place in places:
            whole = self.ik_turns.get(path[place], np.repeat(STILL, len(self.frames), axis=1)).copy()
            whole[:, rows] = turns[place]
            self.ik_turns[path[place]] = whole
        turned_rows = np.zeros(len(self.frames), dtype=bool)
        turned_rows[rows[away]] = True
        self._update_tree(path[0], turned_rows)

    def _chain(self, path: list[int], links: set[int], rows: Array) -> Chain:
        """Return the bones of a path in some frames, the links without what IK has turned them by before."""
        top = self.rig.bones[path[0]].parent
        still = np.repeat(STILL, len(rows), axis=1)
        return Chain(
            parent_rotations=still if top < 0 else self.rotations[top][:, rows],
            parent_positions=np.zeros((3, len(rows))) if top < 0 else self.positions[top][:, rows],
            bases=np.stack([(self.bases[bone] if bone in links else self.local(bone))[:, rows] for bone in path]),
            offsets=np.stack([self._offset(bone)[:, rows] for bone in path]),
            turns=np.stack([still] * len(path)),
            rotations=np.empty((len(path), 4, len(rows))),
            positions=np.empty((len(path), 3, len(rows))),
        )

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


def _rows(values: Float[Array, "frame n"]) -> Float[Array, "n frame"]:
    return np.ascontiguousarray(values.T)


def _about_axis(turns: Float[Array, "frame 4"], bone: RigBone) -> Float[Array, "frame 4"]:
    """Return the turns of a bone with a fixed axis: MMD keeps the angle and takes the bone's own axis."""
    if bone.fixed_axis is None:
        return turns
    axis = np.array(bone.fixed_axis)
    vectors = as_rotation_vectors(normalized(turns))
    angles = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return from_rotation_vectors(np.where(vectors @ axis > 0.0, 1.0, -1.0)[:, None] * angles * axis)


def _share(rotations: Float[Array, "4 frame"], ratio: float) -> Float[Array, "4 frame"]:
    """Return the rotations with their angle times ``ratio``, which may be negative or beyond 1."""
    if ratio == 1.0:
        return rotations
    upper = np.where(rotations[3] < 0.0, -1.0, 1.0) * rotations
    sine = np.sqrt((upper[:3] ** 2).sum(axis=0))
    halves = np.arctan2(sine, upper[3]) * ratio
    result = np.empty_like(upper)
    result[:3] = upper[:3] * (np.sin(halves) / np.where(sine > 1e-12, sine, np.inf))
    result[3] = np.cos(halves)
    return result
