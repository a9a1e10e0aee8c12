"""The body that the fit begins with: proportions and rotations taken straight from the lifted keypoints."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.lift.series import smoothed
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.contacts import resting_heights
from manekko.skeleton.fit import BodyPoints, fit_rotations
from manekko.skeleton.floor import floor_heights, on_one_floor, support_points
from manekko.skeleton.rotations import normalized, rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton, default_skeleton
from manekko.solve.observed import marks_of, pose_of
from manekko.solve.pose import Marks, Pose

_ROTATION_CUTOFF_HZ = 6.0
_SOLE_DROP_M = 0.03
"""The detector's heel and toe points lie this far above the sole [m]."""


@dataclass(frozen=True)
class Start:
    """A body frame by frame, its floor at y = 0."""

    skeleton: Skeleton
    pose: Pose
    marks: Marks
    """Where the keypoints are on it."""
    raised_m: Float[Array, " frame"]
    """How far the lifted world was raised to bring the floor to y = 0 [m]."""


def start_of(lifted: Lifted) -> Start:
    """Return the first body of a lifted person."""
    positions = on_one_floor(lifted.positions_m, lifted.seen, fps=MOTION_FPS)
    feet = positions[:, [BODY33_INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("heel", "toe")]]
    floor = floor_heights(support_points(positions), lifted.seen, fps=MOTION_FPS)
    raised = _SOLE_DROP_M - floor
    grounded = positions + raised[:, None, None] * np.array([0.0, 1.0, 0.0])
    level = _with_level_feet(grounded, feet[..., 1] - floor[:, None])
    points = _body_points(level)
    rotations = _smooth_rotations(fit_rotations(points))
    skeleton = _proportions(points)
    pose = pose_of(rotations, _roots(points, rotations, skeleton))
    marks = marks_of(pose, skeleton, level)
    return Start(_on_own_soles(skeleton, marks, 1.0 - lifted.doubt), pose, marks, raised)


def _with_level_feet(
    positions: Float[Array, "frame 33 3"], heights_m: Float[Array, "frame 4"]
) -> Float[Array, "frame 33 3"]:
    """Lower the heels by as much as they rest above the toes, so that a foot on the floor is seen level."""
    result = positions.copy()
    left_heel, left_toe, right_heel, right_toe = resting_heights(heights_m)
    result[:, BODY33_INDEX["left_heel"], 1] -= left_heel - left_toe
    result[:, BODY33_INDEX["right_heel"], 1] -= right_heel - right_toe
    return result


def _on_own_soles(skeleton: Skeleton, marks: Marks, trust: float) -> Skeleton:
    """Return the skeleton with its ankles as high over the soles as they are seen, the usual height where not trusted.

    Standing feet are held to the floor: a wrong height would lift the whole body towards the camera.
    """
    points = marks.offsets_m[[BODY33_INDEX["left_heel"], BODY33_INDEX["left_toe"]], 1]
    ankle_m = _SOLE_DROP_M - float(points.mean())
    offsets = skeleton.rest_offsets_m.copy()
    usual_m = float(skeleton.rest_positions_m[JOINT_INDEX["leftFoot"], 1])
    offsets[JOINT_INDEX["hips"], 1] += trust * (ankle_m - usual_m)
    return Skeleton(offsets)


def _body_points(positions: Float[Array, "frame 33 3"]) -> BodyPoints:
    def pair(part: str) -> tuple[Array, Array]:
        return positions[:, BODY33_INDEX[f"left_{part}"]], positions[:, BODY33_INDEX[f"right_{part}"]]

    return BodyPoints(
        hips=pair("hip"),
        knees=pair("knee"),
        ankles=pair("ankle"),
        heels=pair("heel"),
        toes=pair("toe"),
        shoulders=pair("shoulder"),
        elbows=pair("elbow"),
        wrists=pair("wrist"),
        index_knuckles=pair("index"),
        little_knuckles=pair("pinky"),
        ears=pair("ear"),
        eyes=pair("eye"),
    )


def _smooth_rotations(rotations: Float[Array, "frame joint 4"]) -> Float[Array, "frame joint 4"]:
    """Low-pass the quaternions, which are continuous in sign, and bring them back to length 1."""
    return normalized(smoothed(rotations, fps=MOTION_FPS, cutoff_hz=_ROTATION_CUTOFF_HZ))


def _distance(a: Array, b: Array) -> float:
    return float(np.median(np.linalg.norm(b - a, axis=-1)))


def _proportions(points: BodyPoints) -> Skeleton:
    """The dancer's own bone lengths on the default body; what is not measured scales with the height."""

    def both(first: tuple[Array, Array], second: tuple[Array, Array]) -> float:
        return (_distance(first[0], second[0]) + _distance(first[1], second[1])) / 2.0

    base = default_skeleton()
    offsets = base.rest_offsets_m.copy()
    thigh, shin = both(points.hips, points.knees), both(points.knees, points.ankles)
    torso = _distance((points.hips[0] + points.hips[1]) / 2, (points.shoulders[0] + points.shoulders[1]) / 2)
    default_torso = sum(float(offsets[JOINT_INDEX[n], 1]) for n in ("spine", "chest", "leftShoulder")) + 0.03
    legs = float(-offsets[JOINT_INDEX["leftLowerLeg"], 1] - offsets[JOINT_INDEX["leftFoot"], 1])
    offsets *= (thigh + shin + torso) / (legs + default_torso)
    for name in ("spine", "chest", "leftShoulder", "rightShoulder"):
        offsets[JOINT_INDEX[name], 1] = base.rest_offsets_m[JOINT_INDEX[name], 1] * torso / default_torso
    shoulders, hips = _distance(*points.shoulders), _distance(*points.hips)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        offsets[JOINT_INDEX[side + "UpperLeg"]] = (sign * hips / 2.0, -0.03, 0.0)
        offsets[JOINT_INDEX[side + "LowerLeg"]] = (0.0, -thigh, 0.0)
        offsets[JOINT_INDEX[side + "Foot"]] = (0.0, -shin, 0.0)
        reach = sign * shoulders / 2.0 - offsets[JOINT_INDEX[side + "Shoulder"], 0]
        offsets[JOINT_INDEX[side + "UpperArm"]] = (reach, 0.0, 0.0)
        offsets[JOINT_INDEX[side + "LowerArm"], 0] = sign * both(points.shoulders, points.elbows)
        offsets[JOINT_INDEX[side + "Hand"], 0] = sign * both(points.elbows, points.wrists)
    ankle = -float(offsets[JOINT_INDEX["leftToes"], 1]) + _SOLE_DROP_M
    offsets[JOINT_INDEX["hips"]] = (0.0, ankle + shin + thigh + 0.03, 0.0)
    return Skeleton(offsets)


def _roots(points: BodyPoints, rotations: Array, skeleton: Skeleton) -> Float[Array, "frame 3"]:
    """Hips joint from the middle of the hip keypoints."""
    sockets = (
        skeleton.rest_offsets_m[JOINT_INDEX["leftUpperLeg"]] + skeleton.rest_offsets_m[JOINT_INDEX["rightUpperLeg"]]
    ) / 2
    return (points.hips[0] + points.hips[1]) / 2.0 - rotate(rotations[:, JOINT_INDEX["hips"]], sockets)
