"""A person in 3D → a rig-independent motion."""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from manekko.arrays import Array, Bool, Float, Int
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.lift.series import smoothed
from manekko.motion.feet import Body, plant_feet
from manekko.motion.motion import Motion
from manekko.people.fixes import NO_PERSON_FIXES, PersonFixes, apply_to_contacts
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.contacts import find_contacts, floor_heights, resting_heights
from manekko.skeleton.fit import BodyPoints, fit_rotations
from manekko.skeleton.kinematics import local_rotations
from manekko.skeleton.rotations import angle_between, continuous, normalized, rotate, slerp
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX, Skeleton, default_skeleton

_ROTATION_CUTOFF_HZ = 6.0
_FASTEST_RAD_S = np.radians(750.0)
_TAMED_CUTOFF_HZ = 2.5
_TAMED = ("neck", "head", *(s + part for s in ("left", "right") for part in ("UpperArm", "LowerArm", "Hand")))
_SURE_SHARE = 0.7
_MAIN = [BODY33_INDEX[f"{side}_{part}"] for part in ("shoulder", "hip", "knee", "ankle") for side in ("left", "right")]
_SOLE_DROP_M = 0.03
"""The detector's heel and toe points lie this far above the sole [m]."""

_JOINT_KEYPOINTS = {
    "hips": "hip", "spine": "hip", "chest": "shoulder", "neck": "shoulder", "head": "ear", "Eye": "eye",
    "Shoulder": "shoulder", "UpperArm": "elbow", "LowerArm": "wrist", "UpperLeg": "knee", "LowerLeg": "ankle",
    "Foot": "toe", "Toes": "toe",
}  # fmt: skip
"""The keypoint whose confidence speaks for each joint's rotation; hands and fingers: the wrist."""


def motion_from_lifted(
    lifted: Lifted, *, origin_m: Float[Array, "3"] | None = None, fixes: PersonFixes = NO_PERSON_FIXES
) -> Motion:
    """Return the motion of a lifted person: rotations, proportions, planted feet, the floor at y = 0.

    ``origin_m`` is the place in the lifted world that becomes the motion's origin; by default the dancer's first.
    Of the repairs by hand, those of planted and lifted feet are made here.
    """
    positions = lifted.positions_m
    feet = positions[:, [BODY33_INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("heel", "toe")]]
    floor = floor_heights(feet, fps=MOTION_FPS)
    heights = feet[..., 1] - floor[:, None]
    contacts = apply_to_contacts(find_contacts(lifted), fixes, fps=MOTION_FPS)
    grounded = positions + np.array([0.0, _SOLE_DROP_M, 0.0]) - floor[:, None, None] * np.array([0.0, 1.0, 0.0])
    points = _body_points(_with_level_feet(grounded, heights))
    rotations = _smooth_rotations(fit_rotations(points))
    skeleton = _proportions(points)
    body = Body(skeleton, _roots(points, rotations, skeleton), rotations)
    body = plant_feet(body, contacts, fps=MOTION_FPS)
    start = (lifted.start_m if origin_m is None else origin_m) * np.array([1.0, 0.0, 1.0])
    held = _held_frames(lifted.seen & _sure(lifted.confidences))
    return Motion(
        fps=MOTION_FPS,
        skeleton=skeleton,
        root_positions_m=(body.root_positions_m - start)[held],
        local_rotations_xyzw=_tamed(local_rotations(body.global_rotations_xyzw))[held],
        confidences=_joint_confidences(lifted.confidences),
        contacts=contacts[held],
    )


def _sure(confidences: Float[Array, "frame 33"]) -> Bool[Array, " frame"]:
    """Whether most of the body is seen as well as it usually is: people come and go in halves, which are guesses."""
    mean = confidences[:, _MAIN].mean(1)
    return np.asarray(mean >= _SURE_SHARE * np.median(mean[mean > 0.0])) if (mean > 0.0).any() else mean >= 0.0


def _held_frames(seen: Bool[Array, " frame"]) -> Int[Array, " frame"]:
    """Which frame's pose each frame shows: before someone appears and after they leave, the nearest seen."""
    known = np.flatnonzero(seen)
    return np.clip(np.arange(len(seen)), known[0], known[-1]) if len(known) else np.arange(len(seen))


def _with_level_feet(
    positions: Float[Array, "frame 33 3"], heights_m: Float[Array, "frame 4"]
) -> Float[Array, "frame 33 3"]:
    """Lower the heels by as much as they rest above the toes, so that a foot on the floor is seen level."""
    result = positions.copy()
    left_heel, left_toe, right_heel, right_toe = resting_heights(heights_m)
    result[:, BODY33_INDEX["left_heel"], 1] -= left_heel - left_toe
    result[:, BODY33_INDEX["right_heel"], 1] -= right_heel - right_toe
    return result


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


def _tamed(rotations: Float[Array, "frame joint 4"]) -> Float[Array, "frame joint 4"]:
    """Slow down turns that no body makes: the plane of an almost straight arm flips, its owner does not."""
    if len(rotations) < 2:
        return rotations
    joints = [JOINT_INDEX[name] for name in _TAMED]
    own = continuous(rotations[:, joints])
    fast = angle_between(own[1:], own[:-1]) * MOTION_FPS > _FASTEST_RAD_S
    near = maximum_filter1d(np.pad(fast, ((1, 0), (0, 0))).astype(float), size=7, axis=0)
    share = uniform_filter1d(near, size=5, axis=0)
    slow = normalized(smoothed(own, fps=MOTION_FPS, cutoff_hz=_TAMED_CUTOFF_HZ))
    result = rotations.copy()
    result[:, joints] = slerp(own, slow, share)
    return result


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


def _joint_confidences(confidences: Float[Array, "frame 33"]) -> Float[Array, "frame joint"]:
    columns = []
    for joint in HUMANOID:
        side = next((s for s in ("left", "right") if joint.startswith(s)), None)
        part = _JOINT_KEYPOINTS.get(joint.removeprefix(side or ""), "wrist")
        names = [f"{s}_{part}" for s in ([side] if side else ["left", "right"])]
        columns.append(confidences[:, [BODY33_INDEX[name] for name in names]].min(1))
    return np.stack(columns, axis=1)
