"""The fit of a whole clip: Levenberg–Marquardt over every frame's degrees of freedom at once.

Source: Levenberg (1944), Marquardt (1963); residuals are reweighted in each step (Geman & McClure 1987). The normal
equations are banded, since a frame's terms touch two neighbours at most, so a clip costs as much as its frames.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.solve.banded import Normal
from manekko.solve.evidence import Evidence, Weights
from manekko.solve.joints import FREEDOMS
from manekko.solve.limbs import turned_over, with_twisted_forearms
from manekko.solve.pose import Pose, jacobians, joined, placed
from manekko.solve.terms import (
    contact_term,
    following_term,
    image_term,
    limit_term,
    pose_term,
    prior_term,
    smoothness_term,
)

_FIRST_DAMPING = 1e-3
_MOST_DAMPING = 1e6
_OVERLAP = 60
"""Frames by which windows reach into each other on either side."""
_DONE = 1e-4
"""Two steps in a row that lower the cost by less than this share end the fit: one may only be a pause."""


@dataclass(frozen=True)
class _State:
    pose: Pose
    cost: float


def cost_of(pose: Pose, evidence: Evidence, weights: Weights, normal: Normal | None = None) -> float:
    """Return the cost of a pose; given ``normal``, add the normal equations of every term."""
    body = placed(pose, evidence.skeleton, evidence.marks)
    soles = placed(pose, evidence.skeleton, evidence.soles)
    wanted = normal is not None
    of_body = jacobians(body, evidence.marks) if wanted else None
    of_soles = jacobians(soles, evidence.soles) if wanted else None
    return (
        image_term(body, of_body, evidence, weights, normal)
        + prior_term(body, of_body, evidence, normal)
        + contact_term(soles, of_soles, evidence, weights, normal)
        + smoothness_term(pose, evidence, weights, normal)
        + pose_term(pose, weights, normal)
        + following_term(pose, weights, normal)
        + limit_term(pose, normal)
    )


def fit_pose(start: Pose, evidence: Evidence, weights: Weights) -> Pose:
    """Return the pose of least cost near ``start``, a window of frames at a time.

    Windows overlap by as much as a frame feels of others, so that they fit together as if solved at once, and the
    memory does not grow with the clip.
    """
    parts = []
    for first in range(0, evidence.frame_count, weights.window):
        last = min(first + weights.window, evidence.frame_count)
        begin, end = max(first - _OVERLAP, 0), min(last + _OVERLAP, evidence.frame_count)
        fitted = _fit_window(start.part(slice(begin, end)), evidence.part(slice(begin, end)), weights)
        parts.append(fitted.part(slice(first - begin, last - begin)))
    return joined(parts)


def _fit_window(start: Pose, evidence: Evidence, weights: Weights) -> Pose:
    found = _settled(start, evidence, weights)
    over = turned_over(found.pose)
    if over is not None:
        found = min(found, _settled(over, evidence, weights), key=lambda state: state.cost)
    return with_twisted_forearms(found.pose)


def _settled(start: Pose, evidence: Evidence, weights: Weights) -> _State:
    """Take steps until they lower the cost no more."""
    state, damping = _State(start, cost_of(start, evidence, weights)), _FIRST_DAMPING
    pauses = 0
    for _ in range(weights.rounds):
        better, damping = _improved(state, evidence, weights, damping)
        pauses = pauses + 1 if state.cost - better.cost < _DONE * max(state.cost, 1e-12) else 0
        state = better
        if pauses == 2:
            break
    return state


def _improved(state: _State, evidence: Evidence, weights: Weights, damping: float) -> tuple[_State, float]:
    """Take one step that lowers the cost, damped as much as that needs."""
    normal = Normal.zeros(evidence.frame_count, FREEDOMS)
    cost_of(state.pose, evidence, weights, normal)
    size = _typical_diagonal(normal)
    while damping < _MOST_DAMPING:
        moved = _moved(state.pose, normal, damping * size)
        cost = np.inf if moved is None else cost_of(moved, evidence, weights)
        if moved is not None and cost < state.cost:
            return _State(moved, cost), damping * 0.3
        damping *= 10.0
    return state, damping


def _moved(pose: Pose, normal: Normal, damping: Float[Array, " freedom"]) -> Pose | None:
    """Take a step; None where rounding leaves the equations without a solution, which more damping gives them."""
    try:
        step = normal.step(damping)
    except np.linalg.LinAlgError:
        return None
    return pose.moved(step) if np.isfinite(step).all() else None


def _typical_diagonal(normal: Normal) -> Float[Array, " freedom"]:
    diagonal = np.einsum("fnn->fn", normal.diagonal)
    return np.median(diagonal, axis=0) + 1e-9
