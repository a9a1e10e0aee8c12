"""MMD's inverse kinematics: cyclic coordinate descent with limits, for many frames at once.

The order of the steps matters, because models are made for this very solver: the target is brought to the goal link by
link, a loop at a time; a link turns by at most ``step_rad`` times its place in the chain; in the first half of the
loops a hinge turns about its axis only and a turn beyond a limit is thrown back like light from a mirror, in the
second half it stops there.

Arrays have their components before the frames, as in ``motion.rows``.
"""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.rows import cross, dot, entry, inverse, product, turned, unit
from manekko.skeleton.rig import Ik

CLOSE_M2 = (1e-4 * 0.08) ** 2
"""The target has arrived when its squared distance is below this [m²]: 1e-4 MMD units."""

_LEAST_SINE2 = 1e-8
_STEEPEST_RAD = math.radians(88.0)


@dataclass
class Chain:
    """The bones from the rootmost link to the target, for some frames; the solver turns it."""

    parent_rotations: Float[Array, "4 frame"]
    """Global rotation of the bone above the chain."""
    parent_positions: Float[Array, "3 frame"]
    """Its position [m]."""
    bases: Float[Array, "bone 4 frame"]
    """Local rotation of each bone before IK."""
    offsets: Float[Array, "bone 3 frame"]
    """Position of each bone in its parent's frame [m]."""
    turns: Float[Array, "bone 4 frame"]
    """IK's own turn, applied after ``bases``."""
    rotations: Float[Array, "bone 4 frame"]
    """Global rotations; the last bone's is not computed."""
    positions: Float[Array, "bone 3 frame"]
    """Positions [m]; the last is the target's."""

    def place(self, bone: int) -> None:
        """Recompute one bone's position."""
        above_rotation = self.parent_rotations if bone == 0 else self.rotations[bone - 1]
        above_position = self.parent_positions if bone == 0 else self.positions[bone - 1]
        self.positions[bone] = above_position + turned(above_rotation, self.offsets[bone])

    def turn(self, first: int) -> None:
        """Recompute what a turn of bone ``first`` changes: its rotation and all below it."""
        last = len(self.bases) - 1
        for bone in range(first, last):
            if bone > first:
                self.place(bone)
            above = self.parent_rotations if bone == 0 else self.rotations[bone - 1]
            self.rotations[bone] = product(above, product(self.turns[bone], self.bases[bone]))
        if first < last:
            self.place(last)

    def at(self, frames: Array) -> "Chain":
        """Return a copy with some of the frames."""
        return Chain(
            self.parent_rotations[:, frames],
            self.parent_positions[:, frames],
            self.bases[..., frames],
            self.offsets[..., frames],
            self.turns[..., frames],
            self.rotations[..., frames],
            self.positions[..., frames],
        )


def solve_chain(
    ik: Ik, places: list[int], chain: Chain, goals: Float[Array, "3 frame"]
) -> tuple[Float[Array, "bone 4 frame"], Bool[Array, " frame"]]:
    """Return IK's turn of each bone of the chain that brings its end to the goals as far as MMD would.

    Args:
        ik: the chain's settings.
        places: for each link of ``ik`` its bone in ``chain``.
        chain: the bones; used up by the call.
        goals: where the target shall be [m].

    Returns:
        The turns, and in which frames there was anything to do.
    """
    chain.place(0)
    chain.turn(0)
    result = chain.turns.copy()
    away = _miss(chain, goals) >= CLOSE_M2
    open_frames = np.flatnonzero(away)
    chain, goals = chain.at(open_frames), goals[:, open_frames]
    for loop in range(ik.loops):
        if len(open_frames) == 0:
            break
        for number in range(len(places)):
            _turn_link(ik, number, places[number], chain, goals, early=loop < ik.loops // 2)
        result[..., open_frames] = chain.turns
        still = np.flatnonzero(_miss(chain, goals) >= CLOSE_M2)
        if len(still) < len(open_frames):
            open_frames, goals, chain = open_frames[still], goals[:, still], chain.at(still)
    return result, away


def _miss(chain: Chain, goals: Float[Array, "3 frame"]) -> Float[Array, " frame"]:
    away = goals - chain.positions[-1]
    return dot(away, away)


def _turn_link(ik: Ik, number: int, bone: int, chain: Chain, goals: Float[Array, "3 frame"], *, early: bool) -> None:
    """Turn one link towards the goals."""
    limits = ik.links[number].limits_rad
    hinge = None if limits is None else _hinge_axis(limits)
    if hinge == -1:
        return
    to_target = unit(chain.positions[-1] - chain.positions[bone])
    to_goal = unit(goals - chain.positions[bone])
    axes = cross(to_target, to_goal)
    turnable = dot(axes, axes) >= _LEAST_SINE2
    axes = turned(inverse(chain.parent_rotations if bone == 0 else chain.rotations[bone - 1]), axes)
    halves = np.arccos(np.clip(dot(to_target, to_goal), -1.0, 1.0))
    halves = np.minimum(halves, ik.step_rad * (number + 1)) / 2.0
    step = np.zeros((4, len(halves)))
    step[3] = np.cos(halves)
    if early and hinge is not None:
        step[hinge] = np.where(axes[hinge] >= 0.0, 1.0, -1.0) * np.sin(halves)
    else:
        step[:3] = unit(axes) * np.sin(halves)
    turns = product(step, chain.turns[bone])
    if limits is not None:
        bases = chain.bases[bone]
        turns = product(_within(product(turns, bases), limits, early=early), inverse(bases))
    chain.turns[bone] = np.where(turnable, turns, chain.turns[bone])
    chain.turn(bone)


def _hinge_axis(limits: tuple[tuple[float, float], ...]) -> int | None:
    """Return the only axis that may turn, −1 where none may, None where several may."""
    free = [axis for axis in range(3) if limits[axis][0] != 0.0 or limits[axis][1] != 0.0]
    if not free:
        return -1
    return free[0] if len(free) == 1 else None


def _within(
    rotations: Float[Array, "4 frame"], limits: tuple[tuple[float, float], ...], *, early: bool
) -> Float[Array, "4 frame"]:
    """Return the rotations with each of their Euler angles brought within its limits.

    The order of the angles is the one in which the middle angle stays away from ±90°.
    """
    quarter = math.pi / 2.0
    if -quarter < limits[0][0] and limits[0][1] < quarter:
        order = (1, 0, 2)
    elif -quarter < limits[1][0] and limits[1][1] < quarter:
        order = (2, 1, 0)
    else:
        order = (0, 2, 1)
    result: Array | None = None
    for axis in order:
        if limits[axis] == (0.0, 0.0):
            continue
        halves = _limited(_angle(rotations, order, axis), *limits[axis], mirror=early) / 2.0
        turn = np.zeros((4, len(halves)))
        turn[axis], turn[3] = np.sin(halves), np.cos(halves)
        result = turn if result is None else product(result, turn)
    assert result is not None, "a link that may not turn at all is never turned"
    return result


def _angle(rotations: Float[Array, "4 frame"], order: tuple[int, int, int], axis: int) -> Float[Array, " frame"]:
    """Return the Euler angle about one axis [rad]."""
    first, middle, last = order
    if axis == middle:
        sine = np.clip(-entry(rotations, first, last), -1.0, 1.0)
        return np.clip(np.arcsin(sine), -_STEEPEST_RAD, _STEEPEST_RAD)
    if axis == first:
        return np.arctan2(entry(rotations, middle, last), entry(rotations, last, last))
    return np.arctan2(entry(rotations, first, middle), entry(rotations, first, first))


def _limited(angles: Float[Array, " frame"], low: float, high: float, *, mirror: bool) -> Float[Array, " frame"]:
    """Return the angles within limits: thrown back where ``mirror`` is set and the way back is free, else stopped."""
    stopped = np.clip(angles, low, high)
    if not mirror:
        return stopped
    thrown = 2.0 * stopped - angles
    return np.where((thrown >= low) & (thrown <= high), thrown, stopped)
