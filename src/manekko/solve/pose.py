"""The body's pose through time as the fit holds it, how a step changes it, and where its points are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.skeleton.rotations import as_axes, conjugate, from_rotation_vectors, multiply, normalized, rotate
from manekko.skeleton.skeleton import HUMANOID, PARENT_INDICES, Skeleton
from manekko.solve.joints import CARRIES, FREEDOMS, IN_HUMANOID, JOINTS, LEVERS, PARENTS, ROOT

_LEVER_JOINTS = np.array([lever.joint for lever in LEVERS])
_LEVER_FREEDOMS = np.array([lever.freedom for lever in LEVERS])
_LEVER_AXES = np.stack([lever.axis * lever.share for lever in LEVERS])
_LEVER_FRAMES = np.array([PARENTS[lever.joint] if lever.in_parent else lever.joint for lever in LEVERS])


@dataclass(frozen=True)
class Pose:
    """A body through time."""

    roots_m: Float[Array, "frame 3"]
    """World position of the hips [m]."""
    local_xyzw: Float[Array, "frame joint 4"]
    """Rotation of each of ``joints.JOINTS`` in its parent."""

    def moved(self, step: Float[Array, "frame freedom"]) -> "Pose":
        """Return the pose after a step of every degree of freedom ([m] for the place of the hips, else [rad])."""
        local = self.local_xyzw.copy()
        for joint in range(len(JOINTS)):
            for in_parent in (True, False):
                levers = [lever for lever in LEVERS if lever.joint == joint and lever.in_parent == in_parent]
                if not levers:
                    continue
                vectors = sum(step[:, lever.freedom, None] * (lever.axis * lever.share) for lever in levers)
                turn = from_rotation_vectors(np.asarray(vectors))
                own = local[:, joint]
                local[:, joint] = multiply(turn, own) if in_parent else multiply(own, turn)
        return Pose(self.roots_m + step[:, ROOT], normalized(local))

    def part(self, frames: slice) -> "Pose":
        """Return some of the frames."""
        return Pose(self.roots_m[frames], self.local_xyzw[frames])


def joined(parts: Sequence[Pose]) -> Pose:
    """Return the parts of a clip one after the other."""
    return Pose(np.concatenate([part.roots_m for part in parts]), np.concatenate([part.local_xyzw for part in parts]))


@dataclass(frozen=True)
class Marks:
    """Points fixed to the body."""

    joints: Int[Array, " point"]
    """Which of ``joints.JOINTS`` carries each point."""
    offsets_m: Float[Array, "point 3"]
    """Place in the carrying joint's frame [m]."""


@dataclass(frozen=True)
class Placed:
    """Where joints and points of a posed body are."""

    rotations_xyzw: Float[Array, "frame joint 4"]
    """Rotation of each joint in the world."""
    joints_m: Float[Array, "frame joint 3"]
    points_m: Float[Array, "frame point 3"]


def placed(pose: Pose, skeleton: Skeleton, marks: Marks) -> Placed:
    """Return joints and points in the world."""
    offsets = _offsets(skeleton)
    rotations, joints = np.empty_like(pose.local_xyzw), np.empty((*pose.local_xyzw.shape[:2], 3))
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            rotations[:, joint], joints[:, joint] = pose.local_xyzw[:, joint], pose.roots_m
        else:
            rotations[:, joint] = multiply(rotations[:, parent], pose.local_xyzw[:, joint])
            joints[:, joint] = joints[:, parent] + rotate(rotations[:, parent], offsets[joint])
    points = joints[:, marks.joints] + rotate(rotations[:, marks.joints], marks.offsets_m)
    return Placed(rotations, joints, points)


def jacobians(place: Placed, marks: Marks) -> Float[Array, "frame point 3 freedom"]:
    """Return how each point moves with each degree of freedom: axis × arm for a turn, the axes themselves for the root.

    Exact for the step that ``Pose.moved`` takes, at a step of zero.
    """
    axes = as_axes(place.rotations_xyzw)
    # Parent axes of a joint without a parent are the world's: no lever asks for them.
    world = np.einsum("flij,lj->fli", axes[:, _LEVER_FRAMES], _LEVER_AXES)
    carries = CARRIES[_LEVER_JOINTS][:, marks.joints].astype(float)
    frames, points = place.points_m.shape[:2]
    result = np.zeros((frames, FREEDOMS, points, 3))
    for lever, freedom in enumerate(_LEVER_FREEDOMS):
        moved = np.flatnonzero(carries[lever])
        arms = place.points_m[:, moved] - place.joints_m[:, _LEVER_JOINTS[lever], None]
        result[:, freedom, moved] += _crossed(world[:, lever, None], arms)
    result[:, [0, 1, 2], :, [0, 1, 2]] = 1.0
    return result.transpose(0, 2, 3, 1)


def _crossed(axis: Float[Array, "frame 1 3"], arms_m: Float[Array, "frame point 3"]) -> Float[Array, "frame point 3"]:
    """Vector products; ``numpy.cross`` spends most of its time on the order of axes."""
    x, y, z = axis[..., 0], axis[..., 1], axis[..., 2]
    a, b, c = arms_m[..., 0], arms_m[..., 1], arms_m[..., 2]
    return np.stack([y * c - z * b, z * a - x * c, x * b - y * a], axis=-1)


def own_turns(pose: Pose, joint: int) -> tuple[Int[Array, " own"], Float[Array, "frame 3 own"]]:
    """Return the degrees of freedom that turn a joint, and the turn in the joint's own frame that each makes."""
    levers = [lever for lever in LEVERS if lever.joint == joint]
    columns = []
    for lever in levers:
        axis = np.broadcast_to(lever.axis * lever.share, (len(pose.roots_m), 3))
        columns.append(rotate(conjugate(pose.local_xyzw[:, joint]), axis) if lever.in_parent else axis)
    return np.array([lever.freedom for lever in levers]), np.stack(columns, axis=-1)


def whole_body(pose: Pose) -> Float[Array, "frame joint 4"]:
    """Return the rotation of every joint of the humanoid in the world; those the fit does not turn follow along."""
    known = dict(zip(IN_HUMANOID.tolist(), range(len(JOINTS)), strict=True))
    result = np.zeros((len(pose.roots_m), len(HUMANOID), 4))
    for joint, parent in enumerate(PARENT_INDICES):
        if joint not in known:
            result[:, joint] = result[:, parent]
            continue
        own = pose.local_xyzw[:, known[joint]]
        result[:, joint] = own if parent < 0 else multiply(result[:, parent], own)
    return result


def _offsets(skeleton: Skeleton) -> Float[Array, "joint 3"]:
    return skeleton.rest_offsets_m[IN_HUMANOID]
