"""A posed body made to cover the character that one picture shows: its joints are turned a little, and it is moved.

What was captured tells how the body is bent; a drawn character has its own proportions, and a detector errs. Here the
keypoints of the picture have the last word, as far as few degrees at each joint can follow them.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.paint.views import resting
from manekko.skeleton.rotations import as_axes, from_rotation_vectors, multiply, rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.projection import camera_from_world
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

_JOINTS = (
    *(("spine", ("上半身",)), ("chest", ("上半身2",)), ("neck", ("首", "頭"))),
    *(("leftUpperArm", ("左腕",)), ("leftLowerArm", ("左ひじ",)), ("leftHand", ("左手首",))),
    *(("rightUpperArm", ("右腕",)), ("rightLowerArm", ("右ひじ",)), ("rightHand", ("右手首",))),
    *(
        ("leftUpperLeg", ("左足D", "左足")),
        ("leftLowerLeg", ("左ひざD", "左ひざ")),
        ("leftFoot", ("左足首D", "左足首")),
    ),
    *(("rightUpperLeg", ("右足D", "右足")), ("rightLowerLeg", ("右ひざD", "右ひざ"))),
    ("rightFoot", ("右足首D", "右足首")),
)
"""Joints that are turned, those nearer to the hips first: VRM's names, and MMD's; of a leg the bones that move the mesh
come first, where there are any."""
_TURN_RAD = 0.3
"""How far a joint may well be off, and all of the body."""
_SHIFT = (0.1, 0.1, 0.4)
"""How far the body may well be off to the right, downwards and away, as shares of its distance."""
_SEEN = 0.012
"""How far off a keypoint may well be, of the body's extent in the picture."""
_FAR = 2.0
"""A keypoint that is so many times as far off counts half."""
_ROUNDS = 8
_LEAST_POINTS = 6


@dataclass(frozen=True, eq=False)
class _Joint:
    place: int
    """The bone that it turns about."""
    bones: Bool[Array, " bone"]
    """What turns with it."""
    points: Bool[Array, " keypoint=33"]


def fitted(figure: Figure, pose: Pose, view: View, seen: Float[Array, "keypoint=33 4"]) -> Pose | None:
    """Return the pose whose keypoints lie nearest to those of a picture; None where too few are seen to tell.

    Gauss–Newton on turns of the joints and a shift of the whole, each with how far it may well be off; keypoints that
    stay far away count less (Cauchy).

    Args:
        figure: whose pose it is.
        pose: where to begin.
        view: the camera of the picture.
        seen: x, y [px], depth, 1 where visible.
    """
    points_px = seen[:, :2].astype(np.float64)
    known = np.isfinite(points_px).all(1) & (seen[:, 3] > 0.0)
    known &= np.isfinite(figure_keypoints_m(figure, pose)).all(1)
    if known.sum() < _LEAST_POINTS:
        return None
    sigma_px = _SEEN * float(np.ptp(points_px[known], axis=0).max())
    joints = _joints(figure)
    distance_m = max(float(camera_from_world(view)[2] @ [*pose.positions_m.mean(0), 1.0]), view.near_m)
    doubt = np.concatenate([np.full(3 * len(joints), _TURN_RAD), np.array(_SHIFT) * distance_m])
    done = np.zeros_like(doubt)
    for _ in range(_ROUNDS):
        points_m = figure_keypoints_m(figure, pose)
        off = (points_px - projected(view, points_m)[0])[known] / sigma_px
        trust = 1.0 / np.sqrt(1.0 + ((off**2).sum(1) / _FAR**2))
        moves = _moves(joints, pose, view, points_m)[known] / sigma_px
        rows = np.concatenate([(moves * trust[:, None, None]).reshape(-1, len(doubt)), np.diag(1.0 / doubt)])
        asked = np.concatenate([(off * trust[:, None]).ravel(), -done / doubt])
        step = np.linalg.lstsq(rows, asked, rcond=None)[0]
        pose = _moved(joints, pose, view, step)
        done += step
    return pose


def _moves(
    joints: tuple[_Joint, ...], pose: Pose, view: View, points_m: Float[Array, "keypoint=33 3"]
) -> Float[Array, "keypoint=33 2 unknown"]:
    """Return how the image points move [px] with each unknown: turns about the world's axes, shifts in the camera's."""
    axes = as_axes(view.rotation_xyzw)
    seen_m = (points_m - view.position_m) @ axes
    depth = np.maximum(seen_m[:, 2], view.near_m)
    across = np.zeros((33, 2, 3))
    across[:, 0, 0] = across[:, 1, 1] = view.focal_px / depth
    across[:, :, 2] = -seen_m[:, :2] * (view.focal_px / depth**2)[:, None]
    in_world = across @ axes.T
    columns = []
    for joint in joints:
        arms = np.where(joint.points[:, None], points_m - pose.positions_m[joint.place], 0.0)
        columns += [in_world @ np.cross(axis, arms)[..., None] for axis in np.eye(3)]
    return np.concatenate([*columns, across], axis=2)


def _moved(joints: tuple[_Joint, ...], pose: Pose, view: View, step: Float[Array, " unknown"]) -> Pose:
    """Return the pose after one step."""
    positions, rotations = pose.positions_m.copy(), pose.rotations_xyzw.copy()
    for joint, turn_rad in zip(joints, step[:-3].reshape(-1, 3), strict=True):
        turn, about = from_rotation_vectors(turn_rad), positions[joint.place].copy()
        positions[joint.bones] = rotate(turn, positions[joint.bones] - about) + about
        rotations[joint.bones] = multiply(turn, rotations[joint.bones])
    return replace(pose, positions_m=positions + as_axes(view.rotation_xyzw) @ step[-3:], rotations_xyzw=rotations)


@lru_cache(maxsize=4)
def _joints(figure: Figure) -> tuple[_Joint, ...]:
    """Return the body as a whole, then the joints that the figure has, those nearer to the hips first."""
    rest = resting(figure)
    before = figure_keypoints_m(figure, rest)
    found = [np.ones(len(figure.rig.bones), dtype=bool)]
    places = [_bone(figure, "hips", ("下半身", "センター")) or 0]
    for humanoid, mmd in _JOINTS:
        bones = [_bone(figure, humanoid, (name,)) for name in mmd] if not figure.humanoid else []
        there = [bone for bone in bones or [figure.humanoid.get(humanoid)] if bone is not None]
        if there:
            places.append(there[0])
            found.append(_carried_by(figure, there))
    joints = []
    for place, bones in zip(places, found, strict=True):
        turned = replace(rest, positions_m=np.where(bones[:, None], rest.positions_m + 1.0, rest.positions_m))
        points = np.asarray(np.abs(figure_keypoints_m(figure, turned) - before).max(1) > 0.5)
        joints.append(_Joint(place, bones, points))
    return tuple(joints)


def _bone(figure: Figure, humanoid: str, mmd: tuple[str, ...]) -> int | None:
    if figure.humanoid:
        return figure.humanoid.get(humanoid)
    return next((figure.rig.index[name] for name in mmd if name in figure.rig), None)


def _carried_by(figure: Figure, bones: list[int]) -> Bool[Array, " bone"]:
    """Return the bones themselves and all below them."""
    carried = np.zeros(len(figure.rig.bones), dtype=bool)
    carried[bones] = True
    for _ in range(len(carried)):  # parents may stand behind their children in the file
        below = [bone.parent is not None and bone.parent >= 0 and carried[bone.parent] for bone in figure.rig.bones]
        if not (np.array(below) & ~carried).any():
            break
        carried |= below
    return carried
