"""Hair and skirts that swing: each swaying bone is a pendulum whose tip strives back to its rest shape.

Method: Verlet's, with the constraints solved on the positions (Müller et al., "Position Based Dynamics", 2007), and
the shape of the data of VRM 1.0's spring bones: a bone's tip feels its own inertia, a spring towards where the bone
would point if it were stiff, gravity and drag, and stays outside of the body's capsules. Bones pull the bones below
them and are not pulled by them. The clock runs in steps of at most 1/120 s, whatever the frame rate of the pictures.
"""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.skeleton.rotations import between, normalized
from manekko.stage.figure import Figure, Pose
from manekko.stage.sway_contacts import Pairs, cleared, dots_of, pairs_within_reach, sizes_of
from manekko.stage.sway_layout import Layout, lay_out
from manekko.stage.sway_turns import matrices, quaternions

FINE_STEP_S = 1.0 / 120.0
_NO_TIME_S = 1e-9
"""A step that is no longer moves nothing: its speeds would be beyond numbers."""
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


@dataclass(frozen=True, eq=False)
class _Level:
    """What the bones of one level are, and views of where they are: written, they change all bones' arrays."""

    span: slice
    parents: Int[Array, " chain"]
    axes: Float[Array, "chain 3"]
    lengths: Float[Array, "chain 1"]
    neighbours: Int[Array, "chain neighbour"]
    """Places in the level of those whose tips stay near; none where nothing is tied."""
    nearest_m: Float[Array, "chain neighbour"]
    farthest_m: Float[Array, "chain neighbour"]
    shares: Float[Array, "chain neighbour"]
    carried: Float[Array, "chain 3 5"]
    tips: Float[Array, "chain 3"]
    origins: Float[Array, "chain 3"]
    frames: Float[Array, "chain 3 3"]


@dataclass(frozen=True, eq=False)
class _Pace:
    """What one step of some length does to each bone."""

    dt_s: float
    keeps: Float[Array, "chain 1"]
    """Share of the speed that is left after it."""
    pulls: Float[Array, "chain 1"]
    """Share of the way to the rest shape that the spring pulls."""
    falls: Float[Array, "chain 3"]
    """What gravity does [m]."""


class Sway:
    """The swinging chains of one figure, from pose to pose.

    The same poses and times give the same result, bit for bit. Bones keep their lengths; whatever hangs on a swaying
    bone goes along. Keys that the poses hold for swaying bones bend the shape they strive to.
    """

    def __init__(self, figure: Figure, *, longest_step_s: float = FINE_STEP_S) -> None:
        """Hang up a figure's chains.

        Args:
            figure: the character.
            longest_step_s: longest step of the clock [s]; longer ones are quicker and less exact.
        """
        self._layout = lay_out(figure.rig, figure.springs, figure.capsules)
        self._longest_step_s = longest_step_s
        count, roots = len(self._layout.bones), self._layout.levels[0] if self._layout.levels else slice(0, 0)
        self._roots = roots
        self._settled = False
        self._tips, self._speeds, self._origins = np.zeros((3, count, 3))
        self._frames = np.tile(np.eye(3), (count, 1, 1))
        # In the frame of the bone above: a bone's own frame, were it stiff, its place, its direction.
        self._carriage = np.zeros((count, 3, 5))
        self._root_origins, self._root_quaternions = np.zeros((0, 3)), np.zeros((0, 4))
        self._capsule_ends = np.zeros((0, 2, 3))
        self._levels = tuple(self._level(span) for span in self._layout.levels)

    def _level(self, span: slice) -> _Level:
        layout, ties = self._layout, self._layout.ties
        tied = slice(None) if ties.shares[span].any() else slice(0)
        return _Level(
            span=span,
            parents=layout.parents[span],
            axes=layout.axes[span],
            lengths=layout.lengths[span, None],
            neighbours=ties.neighbours[span, tied] - span.start,
            nearest_m=ties.nearest_m[span, tied],
            farthest_m=ties.farthest_m[span, tied],
            shares=ties.shares[span, tied],
            carried=self._carriage[span],
            tips=self._tips[span],
            origins=self._origins[span],
            frames=self._frames[span],
        )

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
        axes = matrices(rotations)
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
        carriage = self._carriage[self._roots.stop :]
        carriage[..., :3] = back @ axes[bones]
        carriage[..., 3] = (back @ (positions[bones] - positions[parents])[..., None])[..., 0]
        carriage[..., 4] = (carriage[..., :3] @ layout.axes[self._roots.stop :, :, None])[..., 0]

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
        for level in self._levels:
            stiff = _placed(level, self._origins, self._frames, origins, axes)
            hanging = pulls[level.span] * stiff + falls[level.span]
            short = np.linalg.norm(hanging, axis=-1, keepdims=True) < _TINY
            _turn(level, stiff, normalized(np.where(short, stiff, hanging)))
        pace, pairs = self._pace(2.0 * FINE_STEP_S), ()
        for number in range(_SETTLING_STEPS):
            self._speeds[:] = 0.0
            if number % _PAIRS_STEPS == 0:
                pairs = pairs_within_reach(layout, self._origins, self._tips, ends[None])
            before = self._tips.copy()
            self._substep(pace, origins, axes, pairs, 0)
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
        count = max(1, int(np.ceil(dt_s / self._longest_step_s - 1e-6)))
        shares = np.arange(1, count + 1)[:, None, None] / count
        between_origins = self._root_origins + shares * (origins - self._root_origins)
        near = np.where((quaternions * self._root_quaternions).sum(-1, keepdims=True) < 0, -quaternions, quaternions)
        axes = matrices(normalized(self._root_quaternions + shares * (near - self._root_quaternions)))
        between_ends = self._capsule_ends + shares[..., None] * (ends - self._capsule_ends)
        pace, pairs = self._pace(dt_s / count), ()
        for number in range(count):
            moment = number % _PAIRS_STEPS
            if moment == 0:
                soon = between_ends[number : number + _PAIRS_STEPS]
                pairs = pairs_within_reach(self._layout, self._origins, self._tips, soon)
            self._substep(pace, between_origins[number], axes[number], pairs, moment)

    def _pace(self, dt_s: float) -> _Pace:
        layout = self._layout
        keeps = (1.0 - layout.drags) ** (30.0 * dt_s) * np.exp(-layout.frictions * dt_s)
        falls = layout.gravities[:, None] * (dt_s**2 * _GRAVITY_M_S2)
        return _Pace(dt_s, keeps[:, None], (layout.squared_rates * dt_s**2)[:, None], falls)

    def _substep(
        self,
        pace: _Pace,
        origins: Float[Array, "root 3"],
        axes: Float[Array, "root 3 3"],
        pairs: tuple[Pairs | None, ...],
        moment: int,
    ) -> None:
        """Move all tips on by one step, from the bones on the body outwards."""
        before = self._tips.copy()
        taken = ((1.0 - _STILL_AIR) * (origins - self._origins[self._roots]))[self._layout.roots]
        free = before + pace.keeps * (pace.dt_s * self._speeds - taken) + taken + pace.falls
        free -= pace.pulls * before
        reaches = pace.pulls * self._layout.lengths[:, None]
        for level, some in zip(self._levels, pairs, strict=True):
            stiff = _placed(level, self._origins, self._frames, origins, axes)
            tips = free[level.span] + pace.pulls[level.span] * level.origins + reaches[level.span] * stiff
            if pace.dt_s > _NO_TIME_S and level.neighbours.shape[1]:
                tips = _tied(level, tips)
            arms = tips - level.origins
            sizes = sizes_of(arms)
            ways = arms / np.maximum(sizes, _TINY)
            if not np.minimum.reduce(sizes, axis=None) > _TINY:
                ways = np.where(sizes > _TINY, ways, stiff)
            _turn(level, stiff, ways if some is None else cleared(some, moment, level.origins, ways))
        if pace.dt_s > _NO_TIME_S:
            speeds = (self._tips - before) / pace.dt_s
            self._speeds = speeds * (_TOP_SPEED_M_S / np.maximum(sizes_of(speeds), _TOP_SPEED_M_S))

    def _carried(self, pose: Pose, positions: Float[Array, "bone 3"], axes: Float[Array, "bone 3 3"]) -> Pose:
        """Return the pose with the swaying bones, and what hangs on them, where they are."""
        moved, carriers = self._layout.carried, self._layout.carriers
        stiff = self._layout.bones[carriers]
        changes = self._frames[carriers] @ axes[stiff].transpose(0, 2, 1)
        shifts = (changes @ (positions[moved] - positions[stiff])[..., None])[..., 0]
        new_positions = positions.copy()
        new_positions[moved] = self._origins[carriers] + shifts
        new_rotations = np.asarray(pose.rotations_xyzw, dtype=np.float64).copy()
        new_rotations[moved] = quaternions(changes @ axes[moved])
        return replace(pose, positions_m=new_positions, rotations_xyzw=new_rotations)


def _capsule_ends(
    layout: Layout, positions: Float[Array, "bone 3"], axes: Float[Array, "bone 3 3"]
) -> Float[Array, "capsule 2 3"]:
    carried = np.einsum("cij,cej->cei", axes[layout.capsule_bones], layout.capsule_ends)
    return positions[layout.capsule_bones][:, None] + carried


def _placed(
    level: _Level,
    all_origins: Float[Array, "all 3"],
    all_frames: Float[Array, "all 3 3"],
    origins: Float[Array, "root 3"],
    axes: Float[Array, "root 3 3"],
) -> Float[Array, "chain 3"]:
    """Put a level's bones where they begin and as they would stand, were they stiff; return their directions."""
    if level.span.start == 0:
        level.origins[:], level.frames[:] = origins, axes
        return (axes @ level.axes[..., None])[..., 0]
    carried = all_frames.take(level.parents, axis=0) @ level.carried
    level.frames[:] = carried[..., :3]
    np.add(all_origins.take(level.parents, axis=0), carried[..., 3], out=level.origins)
    return carried[..., 4]


def _turn(level: _Level, stiff: Float[Array, "chain 3"], ways: Float[Array, "chain 3"]) -> None:
    """Turn a level's stiff bones by the shortest way to where they point.

    The turn from a to b is 1 − (a + b)(a + b)ᵀ / (1 + a·b) + 2 b aᵀ; aᵀ times a bone's frame is its axis.
    """
    np.add(level.origins, level.lengths * ways, out=level.tips)
    ahead = (ways[:, None] @ level.frames)[:, 0]
    cosines = dots_of(ahead, level.axes)
    if np.minimum.reduce(cosines) < -0.999:
        level.frames[:] = matrices(between(stiff, ways)) @ level.frames
        return
    shares = (level.axes + ahead) / (1.0 + cosines)[:, None]
    frames = level.frames
    frames -= (stiff + ways)[:, :, None] * shares[:, None]
    frames += (2.0 * ways)[:, :, None] * level.axes[:, None]


def _tied(level: _Level, tips: Float[Array, "chain 3"]) -> Float[Array, "chain 3"]:
    """Draw neighbours' tips together that have come too far apart, and apart that have come too near."""
    gaps = tips.take(level.neighbours, axis=0) - tips[:, None]
    sizes = np.sqrt(dots_of(gaps, gaps))
    wanted = np.minimum(np.maximum(sizes, level.nearest_m), level.farthest_m)
    shares = level.shares * (sizes - wanted) / np.maximum(sizes, _TINY)
    return tips + np.einsum("ij,ijk->ik", shares, gaps)
