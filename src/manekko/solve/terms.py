"""The terms of the fit: each adds squared residuals, divided by their standard deviations, to the normal equations.

Every function returns the (robust) cost of its term; given ``normal`` it adds the term's part of the equations too.
"""

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import as_rotation_vectors, from_rotation_vectors, multiply
from manekko.solve.banded import Normal
from manekko.solve.evidence import Evidence, View, Weights
from manekko.solve.joints import FOLLOWING, FREEDOMS, INDEX, ROOT
from manekko.solve.pose import Placed, Pose, own_turns
from manekko.solve.ranges import ACCELERATIONS_RAD, HINGES, ROOT_ACCELERATION_M, hinge_angles
from manekko.solve.rotation_steps import inverse_right_jacobian, turns_between
from manekko.solve.usual import deviations, usual_poses

_NEAREST_M = 0.3
"""Nothing is seen nearer to the camera than this [m]."""
_HIT = 0.95
"""Share of an acceleration's cost that is forgiven where it is a hit; the rest keeps neighbours together."""
_GRAVITY = np.array([0.0, -9.81, 0.0])


def add_rows(normal: Normal | None, rows: Float[Array, "frame row n"], residuals: Float[Array, "frame row"]) -> float:
    """Add rows that are already divided by their standard deviation; a residual is what is asked minus what is."""
    if normal is not None:
        turned = rows.transpose(0, 2, 1)
        normal.diagonal[:] += turned @ rows
        normal.pull[:] += (turned @ residuals[..., None])[..., 0]
    return float((residuals**2).sum())


def _seen_from(view: View, jacobian: Float[Array, "frame point 3 n"]) -> Float[Array, "frame n point 3"]:
    """Return how points move in the camera's axes with each degree of freedom."""
    # In the order in which they lie in memory this is one product a frame, not one a point.
    flat = jacobian.transpose(0, 3, 1, 2)
    turned = flat.reshape(len(flat), -1, 3) @ view.rotations.transpose(0, 2, 1)
    return turned.reshape(flat.shape)


def image_term(
    place: Placed, jacobian: Array | None, evidence: Evidence, weights: Weights, normal: Normal | None
) -> float:
    """Keypoints lie where they are in the picture; far outliers lose their say."""
    view = evidence.view
    seen = np.einsum("fij,fpj->fpi", view.rotations, place.points_m - view.positions_m[:, None])
    depth = np.maximum(seen[..., 2], _NEAREST_M)
    at = seen[..., :2] / depth[..., None] * view.focal_px + np.array(view.centre_px)
    # In metres at the body's depth, so that near and far people are fitted alike.
    scale = np.median(depth, axis=1) / view.focal_px
    residual = (evidence.keypoints_px - at) * (scale[:, None] / evidence.image_sigma_m)[..., None]
    squared = (residual**2).sum(-1)
    limit = weights.robust_image**2
    if normal is not None and jacobian is not None:
        precision = 1.0 / (1.0 + squared / limit)
        factor = (scale[:, None] * view.focal_px / depth / evidence.image_sigma_m * precision)[:, None, :, None]
        turned = _seen_from(view, jacobian)
        columns = factor * (turned[..., :2] - (seen[..., :2] / depth[..., None])[:, None] * turned[..., 2:])
        frames = len(columns)
        rows = columns.reshape(frames, FREEDOMS, -1).transpose(0, 2, 1)
        add_rows(normal, rows, (residual * precision[..., None]).reshape(frames, -1))
    return float((limit * squared / (limit + squared)).sum())


def prior_term(place: Placed, jacobian: Array | None, evidence: Evidence, normal: Normal | None) -> float:
    """The body has about the shape that was seen at first."""
    first, second = evidence.edges.T
    own = place.points_m[:, second] - place.points_m[:, first]
    own = np.einsum("fij,fej->fei", evidence.view.rotations, own)
    residual = ((evidence.edge_m - own) / evidence.edge_sigma_m).reshape(len(own), -1)
    if normal is None or jacobian is None:
        return float((residual**2).sum())
    turned = _seen_from(evidence.view, jacobian)
    columns = (np.take(turned, second, axis=2) - np.take(turned, first, axis=2)) / evidence.edge_sigma_m[:, None]
    return add_rows(normal, columns.reshape(len(own), FREEDOMS, -1).transpose(0, 2, 1), residual)


def contact_term(
    soles: Placed, jacobian: Array | None, evidence: Evidence, weights: Weights, normal: Normal | None
) -> float:
    """Planted points stay where they are, on the floor; no other point of the foot is below it."""
    height = soles.points_m[..., 1]
    sigma = np.where(evidence.contacts, weights.contact_height_m, weights.below_floor_m)
    active = evidence.contacts | (height < 0.0)
    residual = np.where(active, -height / sigma, 0.0)
    held = (evidence.contacts[1:] & evidence.contacts[:-1])[..., None] / weights.contact_step_m
    steps = (soles.points_m[:-1] - soles.points_m[1:]) * held
    cost = float((residual**2).sum() + (steps**2).sum())
    if normal is None or jacobian is None:
        return cost
    add_rows(normal, jacobian[:, :, 1] * np.where(active, 1.0 / sigma, 0.0)[..., None], residual)
    frames, points = height.shape
    after = (jacobian[1:] * held[..., None]).reshape(frames - 1, 3 * points, FREEDOMS)
    before = (jacobian[:-1] * -held[..., None]).reshape(frames - 1, 3 * points, FREEDOMS)
    _add_steps(normal, before, after, steps.reshape(frames - 1, 3 * points))
    return cost


def _add_steps(normal: Normal, before: Array, after: Array, residual: Array) -> None:
    """Add rows that touch two neighbouring frames."""
    turned_before, turned_after = before.transpose(0, 2, 1), after.transpose(0, 2, 1)
    normal.diagonal[:-1] += turned_before @ before
    normal.diagonal[1:] += turned_after @ after
    normal.next[:-1] += turned_before @ after
    normal.pull[:-1] += (turned_before @ residual[..., None])[..., 0]
    normal.pull[1:] += (turned_after @ residual[..., None])[..., 0]


def _add_bends(normal: Normal, columns: Array, blocks: tuple[Array, Array, Array], residual: Array) -> None:
    """Add rows that touch three neighbouring frames, in a few columns; blocks are (step, row, own)."""
    for a, first in enumerate(blocks):
        rows = slice(a, len(normal.pull) - 2 + a)
        turned = first.transpose(0, 2, 1)
        for column, value in zip(columns, (turned @ residual[..., None])[..., 0].T, strict=True):
            normal.pull[rows, column] += value
        for b in range(a, 3):
            target = (normal.diagonal, normal.next, normal.after_next)[b - a]
            target[rows, columns[:, None], columns] += turned @ blocks[b]


def smoothness_term(pose: Pose, evidence: Evidence, weights: Weights, normal: Normal | None) -> float:
    """Joints turn, and the hips travel, without haste: accelerations are as large as people's usually are."""
    if evidence.frame_count < 3:
        return 0.0
    cost, limit = _travel(pose, evidence, weights, normal), weights.robust_hurry**2
    for name, usual in ACCELERATIONS_RAD.items():
        joint = INDEX[name]
        sigma = usual * weights.smoothness * (30.0 / evidence.fps) ** 2
        turns = turns_between(pose.local_xyzw[:, joint])
        residual = -np.diff(turns, axis=0) / sigma
        squared = (residual**2).sum(-1)
        cost += float((_HIT * limit * np.log1p(squared / limit) + (1.0 - _HIT) * squared).sum())
        if normal is None:
            continue
        columns, own = own_turns(pose, joint)
        later = inverse_right_jacobian(turns) / sigma
        earlier = later.transpose(0, 2, 1)
        blocks = (
            earlier[:-1] @ own[:-2],
            -(later[:-1] + earlier[1:]) @ own[1:-1],
            later[1:] @ own[2:],
        )
        share = np.sqrt(_HIT / (1.0 + squared / limit) + 1.0 - _HIT)
        blocks = tuple(block * share[:, None, None] for block in blocks)
        _add_bends(normal, columns, blocks, residual * share[:, None])
    return cost


def _travel(pose: Pose, evidence: Evidence, weights: Weights, normal: Normal | None) -> float:
    """Hips on legs are pushed as legs push; hips in the air fall."""
    flying = evidence.airborne[1:-1, None]
    frame_s = 1.0 / evidence.fps
    usual = ROOT_ACCELERATION_M * weights.smoothness * (30.0 / evidence.fps) ** 2
    sigma = np.where(flying, weights.fall_m_s2 * frame_s**2, usual)
    asked = np.where(flying, _GRAVITY * frame_s**2, 0.0)
    residual = (asked - np.diff(pose.roots_m, 2, axis=0)) / sigma
    if normal is not None:
        one = np.eye(3) / sigma[..., None]
        _add_bends(normal, np.arange(3)[ROOT], (one, -2.0 * one, one), residual)
    return float((residual**2).sum())


def pose_term(pose: Pose, weights: Weights, normal: Normal | None) -> float:
    """Limbs are rather held as people hold them."""
    cost = 0.0
    for usual in usual_poses():
        away, slopes = deviations(pose, usual, slopes=normal is not None)
        cost += float((away**2).sum()) / weights.pose**2
        if normal is not None and slopes is not None:
            add_rows(normal, slopes / weights.pose, -away / weights.pose)
    return cost


def following_term(pose: Pose, weights: Weights, normal: Normal | None) -> float:
    """Spine and chest share a bend, neck and head a turn: nearly."""
    cost = 0.0
    for name, leader, share in FOLLOWING:
        joint, other = INDEX[name], INDEX[leader]
        led = as_rotation_vectors(pose.local_xyzw[:, other])
        away = as_rotation_vectors(multiply(from_rotation_vectors(-share * led), pose.local_xyzw[:, joint]))
        residual = -away / weights.following_rad
        cost += float((residual**2).sum())
        if normal is None:
            continue
        rows = np.zeros((len(away), 3, FREEDOMS))
        columns, own = own_turns(pose, joint)
        rows[:, :, columns] += inverse_right_jacobian(away) @ own
        columns, own = own_turns(pose, other)
        asked = np.linalg.solve(inverse_right_jacobian(share * led), share * inverse_right_jacobian(led) @ own)
        rows[:, :, columns] -= inverse_right_jacobian(-away) @ asked
        add_rows(normal, rows / weights.following_rad, residual)
    return cost


def limit_term(pose: Pose, normal: Normal | None) -> float:
    """Elbows, forearms and knees do not turn beyond what joints allow."""
    cost = 0.0
    for hinge in HINGES:
        angle = hinge_angles(pose.local_xyzw[:, hinge.joint], hinge)
        beyond = np.clip(angle, hinge.least_rad, hinge.most_rad) - angle
        residual = beyond / hinge.sigma_rad
        cost += float((residual**2).sum())
        if normal is not None:
            active = (beyond != 0.0) / hinge.sigma_rad
            normal.diagonal[:, hinge.freedom, hinge.freedom] += active**2
            normal.pull[:, hinge.freedom] += active * residual
    return cost
