"""Where a foot stands while it is planted: flat, on its heel, on its ball, and turning about either."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Bool, Float, spans
from manekko.motion.easing import carried
from manekko.skeleton.rotations import (
    as_axes,
    as_rotation_vectors,
    conjugate,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
    slerp,
)
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_STEEPEST_COS = np.cos(np.radians(50.0))
"""A sole steeper than this is not pressed flat."""
_TIP_AHEAD_OF_BALL = 0.5
"""How far the toes reach beyond the ball, in the same measure."""


@dataclass(frozen=True)
class Sole:
    """The points of a foot that touch the floor, in the ankle's axes [m]."""

    heel_m: Float[Array, "3"]
    ball_m: Float[Array, "3"]
    """The joint of the toes."""
    ball_height_m: float
    """Height of that joint over the floor when the foot stands."""

    @staticmethod
    def of(skeleton: Skeleton, side: str) -> "Sole":
        """Return the sole of one foot; ``side`` is ``left`` or ``right``."""
        heel, ball = skeleton.heel_m(side), skeleton.rest_offsets_m[JOINT_INDEX[side + "Toes"]]
        return Sole(heel, ball, float(ball[1] - heel[1]))

    def lowest_m(self, foot: Float[Array, "frame 4"], toes: Float[Array, "frame 4"]) -> Float[Array, " frame"]:
        """Return how far the lowest point of a turned foot is below its ankle, as a negative height [m]."""
        ball = rotate(foot, self.ball_m)[:, 1]
        under = np.array([0.0, -self.ball_height_m, 0.0])
        tip = under + np.array([0.0, 0.0, _TIP_AHEAD_OF_BALL * self.ball_m[2]])
        points = (rotate(foot, self.heel_m)[:, 1], ball + rotate(toes, under)[:, 1], ball + rotate(toes, tip)[:, 1])
        return np.min(points, axis=0)


@dataclass(frozen=True)
class FootRest:
    """One foot through a clip."""

    planted: Bool[Array, " frame"]
    ankles_m: Float[Array, "frame 3"]
    """Where the ankle has to be while the foot is planted; elsewhere where it was seen."""
    foot_xyzw: Float[Array, "frame 4"]
    """The foot's rotation: level on heel and ball, as seen elsewhere, eased between."""
    toes_xyzw: Float[Array, "frame 4"]
    """The toes': they lie on the floor under a foot that stands on its ball alone."""


def rest_foot(
    ankles_m: Float[Array, "frame 3"],
    foot_xyzw: Float[Array, "frame 4"],
    contacts: Bool[Array, "frame 2"],
    sole: Sole,
    *,
    fps: float,
) -> FootRest:
    """Return a foot whose planted points stay exactly where they are as long as they are planted.

    ``contacts`` are those of heel and ball. On both the foot lies level, turned as it was on average; on one alone it
    turns about that point as it was seen to, so that a dancer who swivels pivots and does not slide. What holds a
    foot through several such spells in a row is the longest of them; its place is the median of where it was seen.
    A foot that is far from level, as kneeling and lying people's are, stands on the end that points down alone.
    """
    contacts = _possible(contacts, foot_xyzw)
    flat, planted = np.asarray(contacts.all(1)), np.asarray(contacts.any(1))
    level = foot_xyzw.copy()
    for start, end in spans(flat):
        level[start:end] = level_heading(foot_xyzw[start:end])
    turned = _unsunk(_eased_towards(foot_xyzw, level, flat, fps=fps), contacts, sole)
    ankles = ankles_m.copy()
    for start, end in spans(planted):
        inside = slice(start, end)
        ankles[inside] = _held(ankles_m[inside], turned[inside], contacts[inside], sole)
    on_ball = carried(np.ones((len(flat), 1)), np.asarray(contacts[:, 1]), fps=fps)
    toes = slerp(turned, level_headings(turned), on_ball[:, 0])
    return FootRest(planted, ankles, turned, toes)


def _possible(contacts: Array, foot: Array) -> Bool[Array, "frame 2"]:
    """Take away the contact of the upper end of a foot that is so steep that it cannot be flat on the floor."""
    axes = as_axes(foot)
    steep, toes_down = axes[..., 1, 1] < _STEEPEST_COS, axes[..., 1, 2] < 0.0
    return np.asarray(contacts & ~np.stack([steep & toes_down, steep & ~toes_down], axis=1))


def _held(ankles_m: Array, turned: Array, contacts: Array, sole: Sole) -> Float[Array, "frame 3"]:
    """Return the ankles of one planted span: every spell on the same points hangs on its neighbour by a shared one."""
    edges = np.flatnonzero((np.diff(contacts.astype(np.int8), axis=0) != 0).any(1)) + 1
    spells = list(pairwise([0, *edges.tolist(), len(ankles_m)]))
    first = max(range(len(spells)), key=lambda k: (contacts[spells[k][0]].all(), spells[k][1] - spells[k][0]))
    result = ankles_m.copy()
    start, end = spells[first]
    at_ball = bool(contacts[start, 1])
    offset = rotate(turned[start:end], sole.ball_m if at_ball else sole.heel_m)
    anchor = np.median(ankles_m[start:end] + offset, axis=0)
    anchor[1] = sole.ball_height_m if at_ball else 0.0
    result[start:end] = anchor - offset
    for index in range(first + 1, len(spells)):
        _hang(result, turned, contacts, sole, spells[index], spells[index][0] - 1)
    for index in range(first - 1, -1, -1):
        _hang(result, turned, contacts, sole, spells[index], spells[index][1])
    return result


def _hang(ankles: Array, turned: Array, contacts: Array, sole: Sole, spell: tuple[int, int], known: int) -> None:
    """Place the ankles of a spell by the point it shares with the neighbouring frame ``known``."""
    start, end = spell
    shared = contacts[start] & contacts[known]
    at_ball = bool(shared[1]) if shared.any() else bool(contacts[start, 1])
    point = sole.ball_m if at_ball else sole.heel_m
    near = start if known < start else end - 1
    anchor = ankles[known] + rotate(turned[known if shared.any() else near], point)
    anchor[1] = sole.ball_height_m if at_ball else 0.0
    ankles[start:end] = anchor - rotate(turned[start:end], point)


def _unsunk(turned: Array, contacts: Array, sole: Sole) -> Float[Array, "frame 4"]:
    """Return rotations that do not push the end of a foot that is not planted through the floor."""
    length = float(sole.ball_m[2] - sole.heel_m[2])
    slope = np.arcsin(np.clip(-as_axes(turned)[..., 1, 2], -1.0, 1.0))
    # On the ball alone the toes may not point up; on the heel alone they may not point down.
    wrong = np.where(contacts[:, 1], np.minimum(slope, 0.0), np.maximum(slope, 0.0))
    single = contacts.any(1) & ~contacts.all(1) & (length > 0.0)
    turn = np.where(single, wrong, 0.0)
    return multiply(turned, from_rotation_vectors(-turn[:, None] * np.array([1.0, 0.0, 0.0])))


def _eased_towards(foot: Array, level: Array, flat: Array, *, fps: float) -> Float[Array, "frame 4"]:
    """Turn the feet level where they are flat, and partly so in the frames around."""
    turns = as_rotation_vectors(multiply(level, conjugate(foot)))
    return multiply(from_rotation_vectors(carried(turns, flat, fps=fps)), foot)


def level_heading(foot: Float[Array, "frame 4"]) -> Float[Array, "4"]:
    """Return the one level rotation that points where a foot points on average."""
    forward = as_axes(foot)[..., 2].mean(0) * np.array([1.0, 0.0, 1.0])
    forward = normalized(forward if np.linalg.norm(forward) > 1e-6 else np.array([0.0, 0.0, 1.0]))
    up = np.array([0.0, 1.0, 0.0])
    return from_axes(np.stack([np.cross(up, forward), up, forward], axis=-1))


def level_headings(foot: Float[Array, "frame 4"]) -> Float[Array, "frame 4"]:
    """Return how far a foot is turned about the vertical in each frame, whatever its slope: by where its x points."""
    across = as_axes(foot)[..., 0]
    heading = np.arctan2(-across[:, 2], across[:, 0])
    return from_rotation_vectors(heading[:, None] * np.array([0.0, 1.0, 0.0]))
