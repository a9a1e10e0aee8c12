"""Hair and skirts that swing: each swaying bone is a pendulum whose tip strives back to its rest shape.

Method: Verlet's, with the constraints solved on the positions (Müller et al., "Position Based Dynamics", 2007), and
the shape of the data of VRM 1.0's spring bones: a bone's tip feels its own inertia, a spring towards where the bone
would point if it were stiff, gravity and drag, and stays outside of the body's capsules. Bones pull the bones below
them and are not pulled by them. The clock runs in steps of at most 1/120 s, whatever the frame rate of the pictures.
"""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_axes, between, from_axes, normalized
from manekko.stage.figure import Figure, Pose
from manekko.stage.sway_contacts import Capsules, Pairs, cleared, pairs_within_reach, sizes_of
from manekko.stage.sway_layout import Layout, Ties, lay_out

_STEP_S = 1.0 / 120.0
_LONGEST_S = 0.5
"""A longer time between two poses is a jump, after which the chains rest."""
_GRAVITY_M_S2 = np.array([0.0, -9.81, 0.0])
_STILL_AIR = 0.15
"""Share of the drag that is against the still air; the rest is against the body, which takes its hair along."""
_TOP_SPEED_M_S = 30.0
_FAR_M, _FAST_M_S = 0.3, 10.0
_WIDE_RAD, _SPIN_RAD_S = 1.0, 30.0
"""A root that moves farther than ``far + fast · dt``, or turns as much, has been put there, not danced there."""
_SETTLING_STEPS, _SETTLED_M = 300, 2e-6
_PAIRS_STEPS = 4
"""Steps between two choices of the pairs of bones and capsules that may touch."""
_TINY = 1e-9


class Sway:
    """The swinging chains of one figure, from pose to pose.

    The same poses and times give the same result, bit for bit. Bones keep their lengths; whatever hangs on a swaying
    bone goes along. Keys that the poses hold for swaying bones bend the shape they strive to.
    """

    def __init__(self, figure: Figure) -> None:
        self._layout = lay_out(figure.rig, figure.springs, figure.capsules)
        count, roots = len(self._layout.bones), self._layout.levels[0] if self._layout.levels else slice(0, 0)
        self._roots = roots
        self._settled = False
        self._tips, self._speeds, self._targets = np.zeros((3, count, 3))
        self._origins = np.zeros((count, 3))
        self._frames = np.tile(np.eye(3), (count, 1, 1))
        self._offsets, self._turns = np.zeros((count, 3, 1)), np.tile(np.eye(3), (count, 1, 1))
        self._root_origins, self._root_quaternions = np.zeros((0, 3)), np.zeros((0, 4))
        self._capsule_ends = np.zeros((0, 2, 3))
        self._pairs: tuple[Pairs, ...] = ()

    def step(self, pose: Pose, dt_s: float) -> Pose:
        """Return the pose ``dt_s`` [s] after the last one, with the chains where they have swung.

        The first pose, and one after a jump (a time that runs back or takes more than half a second, a body that is
        suddenly elsewhere), has its chains at rest. A pose that is not finite comes back as it is and is forgotten.
        """
        layout = self._layout
        if len(layout.bones) == 0:
            return pose
        if not (np.isfinite(pose.positions_m).all() and np.isfinite(pose.rotations_xyzw).all()):
            self._settled = False
            return pose
        rotations = normalized(np.asarray(pose.rotations_xyzw, dtype=np.float64))
        positions = np.asarray(pose.positions_m, dtype=np.float64)
        axes = as_axes(rotations)
        self._bend(positions, axes)
        roots, ends = layout.bones[self._roots], _capsule_ends(layout, positions, axes)
        if not self._settled or not 0.0 <= dt_s <= _LONGEST_S or self._jumped(positions[roots], rotations[roots], dt_s):
            self._settle(positions[roots], axes[roots], ends)
        else:
            self._swing(positions[roots], rotations[roots], ends, dt_s)
        self._root_origins, self._root_quaternions, self._capsule_ends = positions[roots], rotations[roots], ends
        return self._carried(pose, positions, axes)

    def _bend(self, positions: Float[Array, "bone 3"], axes: Float[Array, "bone 3 3"]) -> None:
        """Take from a pose how each swaying bone sits in the one that carries it, were all stiff."""
        layout = self._layout
        bones, parents = layout.bones[self._roots.stop :], layout.bones[layout.parents[self._roots.stop :]]
        back = axes[parents].transpose(0, 2, 1)
        self._offsets[self._roots.stop :] = back @ (positions[bones] - positions[parents])[..., None]
        self._turns[self._roots.stop :] = back @ axes[bones]

    def _jumped(self, origins: Float[Array, "root 3"], quaternions: Float[Array, "root 4"], dt_s: float) -> bool:
        moved = np.linalg.norm(origins - self._root_origins, axis=-1).max()
        cosines = np.abs((quaternions * self._root_quaternions).sum(-1)).min()
        turned = 2.0 * np.arccos(min(float(cosines), 1.0))
        return bool(moved > _FAR_M + _FAST_M_S * dt_s or turned > _WIDE_RAD + _SPIN_RAD_S * dt_s)

    def _settle(
        self, origins: Float[Array, "root 3"], axes: Float[Array, "root 3 3"], ends: Float[Array, "capsule 2 3"]
    ) -> None:
        """Bring all chains to where they hang still."""
        layout = self._layout
        pulls = (layout.squared_rates * layout.lengths)[:, None]
        falls = layout.gravities[:, None] * _GRAVITY_M_S2
        for level in layout.levels:
            stiff = self._place(level, origins, axes)
            hanging = pulls[level] * stiff + falls[level]
            short = np.linalg.norm(hanging, axis=-1, keepdims=True) < _TINY
            self._turn(level, stiff, normalized(np.where(short, stiff, hanging)))
        capsules = Capsules(ends)
        for number in range(_SETTLING_STEPS):
            self._speeds[:] = 0.0
            self._choose_pairs(number, capsules)
            before = self._tips.copy()
            self._substep(2.0 * _STEP_S, origins, axes, capsules)
            if np.abs(self._tips - before).max() < _SETTLED_M:
                break
        self._speeds[:] = 0.0
        self._settled = True

    def _swing(
        self,
        origins: Float[Array, "root 3"],
        quaternions: Float[Array, "root 4"],
        ends: Float[Array, "capsule 2 3"],
        dt_s: float,
    ) -> None:
        """Let the chains swing while the body moves evenly from its last pose to this one."""
        count = max(1, int(np.ceil(dt_s / _STEP_S - 1e-6)))
        shares = np.arange(1, count + 1)[:, None, None] / count
        between_origins = self._root_origins + shares * (origins - self._root_origins)
        near = np.where((quaternions * self._root_quaternions).sum(-1, keepdims=True) < 0, -quaternions, quaternions)
        axes = as_axes(normalized(self._root_quaternions + shares * (near - self._root_quaternions)))
        between_ends = self._capsule_ends + shares[..., None] * (ends - self._capsule_ends)
        for number in range(count):
            capsules = Capsules(between_ends[number])
            self._choose_pairs(number, capsules)
            self._substep(dt_s / count, between_origins[number], axes[number], capsules)

    def _choose_pairs(self, number: int, capsules: Capsules) -> None:
        if number % _PAIRS_STEPS == 0:
            self._pairs = pairs_within_reach(self._layout, self._origins, self._tips, capsules)

    def _substep(
        self, dt_s: float, origins: Float[Array, "root 3"], axes: Float[Array, "root 3 3"], capsules: Capsules
    ) -> None:
        """Move all tips on by ``dt_s``, from the bones on the body outwards."""
        layout = self._layout
        kept = ((1.0 - layout.drags) ** (30.0 * dt_s) * np.exp(-layout.frictions * dt_s))[:, None]
        pulls = (layout.squared_rates * dt_s**2)[:, None]
        falls = layout.gravities[:, None] * (dt_s**2 * _GRAVITY_M_S2)
        before = self._tips.copy()
        taken = (1.0 - _STILL_AIR) * (origins - self._origins[self._roots])[layout.roots]
        free = (1.0 - pulls) * before + kept * dt_s * self._speeds + (1.0 - kept) * taken + falls
        for level, pairs in zip(layout.levels, self._pairs, strict=True):
            stiff = self._place(level, origins, axes)
            tips = free[level] + pulls[level] * self._targets[level]
            if dt_s > 0.0 and layout.ties.neighbours.shape[1]:
                tips = _tied(layout.ties, level, tips)
            arms = tips - self._origins[level]
            sizes = sizes_of(arms)
            ways = np.where(sizes > _TINY, arms / np.maximum(sizes, _TINY), stiff)
            self._turn(level, stiff, cleared(pairs, self._origins[level], ways, capsules))
        if dt_s > 0.0:
            speeds = (self._tips - before) / dt_s
            self._speeds = speeds * (_TOP_SPEED_M_S / np.maximum(sizes_of(speeds), _TOP_SPEED_M_S))

    def _place(
        self, level: slice, origins: Float[Array, "root 3"], axes: Float[Array, "root 3 3"]
    ) -> Float[Array, "chain 3"]:
        """Put a level's bones where they begin and as they would stand, were they stiff; return their directions."""
        layout = self._layout
        if level.start == 0:
            self._origins[level], self._frames[level] = origins, axes
        else:
            parents = layout.parents[level]
            frames = self._frames[parents]
            self._origins[level] = self._origins[parents] + (frames @ self._offsets[level])[..., 0]
            self._frames[level] = frames @ self._turns[level]
        stiff = (self._frames[level] @ layout.axes[level, :, None])[..., 0]
        self._targets[level] = self._origins[level] + layout.lengths[level, None] * stiff
        return stiff

    def _turn(self, level: slice, stiff: Float[Array, "chain 3"], ways: Float[Array, "chain 3"]) -> None:
        """Turn a level's stiff bones by the shortest way to where they point."""
        self._tips[level] = self._origins[level] + self._layout.lengths[level, None] * ways
        self._frames[level] = _shortest_turns(stiff, ways) @ self._frames[level]

    def _carried(self, pose: Pose, positions: Float[Array, "bone 3"], axes: Float[Array, "bone 3 3"]) -> Pose:
        """Return the pose with the swaying bones, and what hangs on them, where they are."""
        moved, carriers = self._layout.carried, self._layout.carriers
        stiff = self._layout.bones[carriers]
        changes = self._frames[carriers] @ axes[stiff].transpose(0, 2, 1)
        shifts = (changes @ (positions[moved] - positions[stiff])[..., None])[..., 0]
        new_positions = positions.copy()
        new_positions[moved] = self._origins[carriers] + shifts
        new_rotations = np.asarray(pose.rotations_xyzw, dtype=np.float64).copy()
        new_rotations[moved] = from_axes(changes @ axes[moved])
        return replace(pose, positions_m=new_positions, rotations_xyzw=new_rotations)


def _capsule_ends(
    layout: Layout, positions: Float[Array, "bone 3"], axes: Float[Array, "bone 3 3"]
) -> Float[Array, "capsule 2 3"]:
    carried = np.einsum("cij,cej->cei", axes[layout.capsule_bones], layout.capsule_ends)
    return positions[layout.capsule_bones][:, None] + carried


def _tied(ties: Ties, level: slice, tips: Float[Array, "chain 3"]) -> Float[Array, "chain 3"]:
    """Draw neighbours' tips together that have come too far apart, and apart that have come too near."""
    gaps = tips[ties.neighbours[level] - level.start] - tips[:, None]
    sizes = np.sqrt(np.einsum("ijk,ijk->ij", gaps, gaps))
    wanted = np.clip(sizes, ties.nearest_m[level], ties.farthest_m[level])
    shares = ties.shares[level] * (sizes - wanted) / np.maximum(sizes, _TINY)
    return tips + np.einsum("ij,ijk->ik", shares, gaps)


def _shortest_turns(start: Float[Array, "chain 3"], end: Float[Array, "chain 3"]) -> Float[Array, "chain 3 3"]:
    """Return matrices that turn unit vectors ``start`` to ``end`` by the shortest way."""
    (ax, ay, az), (bx, by, bz) = start.T, end.T
    skew = np.zeros((len(start), 3, 3))
    skew[:, 2, 1] = ay * bz - az * by
    skew[:, 0, 2] = az * bx - ax * bz
    skew[:, 1, 0] = ax * by - ay * bx
    skew -= skew.transpose(0, 2, 1)
    cosines = ax * bx + ay * by + az * bz
    turns = skew @ skew / np.maximum(1.0 + cosines, _TINY)[:, None, None] + skew
    turns += np.eye(3)
    back = cosines < -0.999
    if back.any():
        turns[back] = as_axes(between(start[back], end[back]))
    return turns
