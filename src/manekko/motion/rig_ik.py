"""MMD's inverse kinematics: cyclic coordinate descent with limits, for many frames at once.

The order of the steps matters, because models are made for this very solver: the target is brought to the goal link by
link, a loop at a time; a link turns by at most ``step_rad`` times its place in the chain; in the first half of the
loops a hinge turns about its axis only and a turn beyond a limit is thrown back like light from a mirror, in the
second half it stops there.
"""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig import Ik
from manekko.skeleton.rotations import as_axes, conjugate, multiply, normalized, rotate

CLOSE_M2 = (1e-4 * 0.08) ** 2
"""The target has arrived when its squared distance is below this [m²]: 1e-4 MMD units."""

_LEAST_SINE2 = 1e-8
_STEEPEST_RAD = math.radians(88.0)
_UNIT = np.eye(3)


@dataclass
class Chain:
    """The bones from the rootmost link to the target, for some frames; the solver turns it."""

    parent_rotations: Float[Array, "frame 4"]
    """Global rotation of the bone above the chain."""
    parent_positions: Float[Array, "frame 3"]
    """Its position [m]."""
    bases: Float[Array, "bone frame 4"]
    """Local rotation of each bone before IK."""
    offsets: Float[Array, "bone frame 3"]
    """Position of each bone in its parent's frame [m]."""
    turns: Float[Array, "bone frame 4"]
    """IK's own turn, applied after ``bases``."""
    rotations: Float[Array, "bone frame 4"]
    """Global rotations."""
    positions: Float[Array, "bone frame 3"]
    """Positions [m]; the last is the target's."""

    def update(self, first: int) -> None:
        """Recompute globals from bone ``first`` down."""
        for bone in range(first, len(self.bases)):
            above_rotation = self.parent_rotations if bone == 0 else self.rotations[bone - 1]
            above_position = self.parent_positions if bone == 0 else self.positions[bone - 1]
            local = multiply(self.turns[bone], self.bases[bone])
            self.positions[bone] = above_position + rotate(above_rotation, self.offsets[bone])
            self.rotations[bone] = multiply(above_rotation, local)

    def at(self, frames: Array) -> "Chain":
        """Return a copy with some of the frames."""
        return Chain(
            self.parent_rotations[frames],
            self.parent_positions[frames],
            self.bases[:, frames],
            self.offsets[:, frames],
            self.turns[:, frames],
            self.rotations[:, frames],
            self.positions[:, frames],
        )


def solve_chain(
    ik: Ik, places: list[int], chain: Chain, goals: Float[Array, "frame 3"]
) -> Float[Array, "bone frame 4"]:
    """Return IK's turn of each bone of the chain that brings its end to the goals as far as MMD would.

    Args:
        ik: the chain's settings.
        places: for each link of ``ik`` its bone in ``chain``.
        chain: the bones; used up by the call.
        goals: where the target shall be [m].
    """
    chain.update(0)
    result = chain.turns.copy()
    open_frames = np.flatnonzero(_miss(chain, goals) >= CLOSE_M2)
    chain, goals = chain.at(open_frames), goals[open_frames]
    for loop in range(ik.loops):
        if len(open_frames) == 0:
            break
        for number in range(len(places)):
            _turn_link(ik, number, places, chain, goals, early=loop < ik.loops // 2)
        result[:, open_frames] = chain.turns
        still = np.flatnonzero(_miss(chain, goals) >= CLOSE_M2)
        if len(still) < len(open_frames):
            open_frames, goals, chain = open_frames[still], goals[still], chain.at(still)
    return result


def _miss(chain: Chain, goals: Float[Array, "frame 3"]) -> Float[Array, " frame"]:
    return ((goals - chain.positions[-1]) ** 2).sum(-1)


def _turn_link(
    ik: Ik, number: int, places: list[int], chain: Chain, goals: Float[Array, "frame 3"], *, early: bool
) -> None:
    """Turn one link towards the goals."""
    bone, limits = places[number], ik.links[number].limits_rad
    hinge = None if limits is None else _hinge_axis(limits)
    if hinge == -1:
        return
    to_target = normalized(chain.positions[-1] - chain.positions[bone])
    to_goal = normalized(goals - chain.positions[bone])
    axes = np.cross(to_target, to_goal)
    turnable = (axes**2).sum(-1, keepdims=True) >= _LEAST_SINE2
    above = chain.parent_rotations if bone == 0 else chain.rotations[bone - 1]
    axes = rotate(conjugate(above), axes)
    axes = (
        np.where(axes[:, hinge, None] >= 0.0, 1.0, -1.0) * _UNIT[hinge]
        if early and hinge is not None
        else normalized(axes)
    )
    angles = np.arccos(np.clip((to_target * to_goal).sum(-1, keepdims=True), -1.0, 1.0))
    angles = np.minimum(angles, ik.step_rad * (number + 1))
    step = np.concatenate([axes * np.sin(angles / 2.0), np.cos(angles / 2.0)], axis=-1)
    turns = multiply(step, chain.turns[bone])
    if limits is not None:
        bases = chain.bases[bone]
        turns = multiply(_within(multiply(turns, bases), limits, early=early), conjugate(bases))
    chain.turns[bone] = np.where(turnable, turns, chain.turns[bone])
    chain.update(bone)


def _hinge_axis(limits: tuple[tuple[float, float], ...]) -> int | None:
    """Return the only axis that may turn, −1 where none may, None where several may."""
    free = [axis for axis in range(3) if limits[axis][0] != 0.0 or limits[axis][1] != 0.0]
    if not free:
        return -1
    return free[0] if len(free) == 1 else None


def _within(
    rotations: Float[Array, "frame 4"], limits: tuple[tuple[float, float], ...], *, early: bool
) -> Float[Array, "frame 4"]:
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
    first, middle, last = order
    matrices = as_axes(normalized(rotations))
    angles = {
        middle: np.arcsin(np.clip(-matrices[:, first, last], -1.0, 1.0)).clip(-_STEEPEST_RAD, _STEEPEST_RAD),
        first: np.arctan2(matrices[:, middle, last], matrices[:, last, last]),
        last: np.arctan2(matrices[:, first, middle], matrices[:, first, first]),
    }
    result = np.tile([0.0, 0.0, 0.0, 1.0], (len(rotations), 1))
    for axis in order:
        angle = _limited(angles[axis], *limits[axis], mirror=early)[:, None] / 2.0
        result = multiply(result, np.concatenate([np.sin(angle) * _UNIT[axis], np.cos(angle)], axis=-1))
    return result


def _limited(angles: Float[Array, " frame"], low: float, high: float, *, mirror: bool) -> Float[Array, " frame"]:
    """Return the angles within limits: thrown back where ``mirror`` is set and the way back is free, else stopped."""
    stopped = np.clip(angles, low, high)
    if not mirror:
        return stopped
    thrown = 2.0 * stopped - angles
    return np.where((thrown >= low) & (thrown <= high), thrown, stopped)
