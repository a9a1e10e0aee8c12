"""A person in 3D → a rig-independent motion."""

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.motion.feet import Body, plant_feet
from manekko.motion.motion import Motion
from manekko.motion.waiting import stand_while_waiting
from manekko.people.fixes import NO_PERSON_FIXES, PersonFixes, apply_to_contacts
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.contacts import find_contacts, held_points
from manekko.skeleton.kinematics import local_rotations
from manekko.skeleton.rotations import continuous
from manekko.skeleton.skeleton import HUMANOID
from manekko.solve.evidence import DEFAULT_WEIGHTS, Weights
from manekko.solve.pose import whole_body
from manekko.solve.solve import solve

_SURE_SHARE = 0.7
_MAIN = [BODY33_INDEX[f"{side}_{part}"] for part in ("shoulder", "hip", "knee", "ankle") for side in ("left", "right")]

_JOINT_KEYPOINTS = {
    "hips": "hip", "spine": "hip", "chest": "shoulder", "neck": "shoulder", "head": "ear", "Eye": "eye",
    "Shoulder": "shoulder", "UpperArm": "elbow", "LowerArm": "wrist", "UpperLeg": "knee", "LowerLeg": "ankle",
    "Foot": "toe", "Toes": "toe",
}  # fmt: skip
"""The keypoint whose confidence speaks for each joint's rotation; hands and fingers: the wrist."""


def motion_from_lifted(
    lifted: Lifted,
    *,
    origin_m: Float[Array, "3"] | None = None,
    fixes: PersonFixes = NO_PERSON_FIXES,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Motion:
    """Return the motion of a lifted person: rotations, proportions, planted feet, the floor at y = 0.

    ``origin_m`` is the place in the lifted world that becomes the motion's origin; by default the dancer's first.
    Of the repairs by hand, those of planted and lifted feet are made here.
    """
    contacts = apply_to_contacts(find_contacts(lifted), fixes, fps=MOTION_FPS)
    kept = apply_to_contacts(held_points(lifted), fixes, fps=MOTION_FPS)
    solved = solve(lifted, kept, weights)
    rotations = continuous(whole_body(solved.pose))
    body = plant_feet(Body(solved.skeleton, solved.pose.roots_m, rotations), kept, fps=MOTION_FPS)
    start = (lifted.start_m if origin_m is None else origin_m) * np.array([1.0, 0.0, 1.0])
    first, last = _first_and_last(lifted.seen & _sure(lifted.confidences))
    body, contacts = stand_while_waiting(body, contacts, first=first, last=last, fps=MOTION_FPS)
    return Motion(
        fps=MOTION_FPS,
        skeleton=solved.skeleton,
        root_positions_m=body.root_positions_m - start,
        local_rotations_xyzw=local_rotations(body.global_rotations_xyzw),
        confidences=_joint_confidences(lifted.confidences),
        contacts=contacts,
    )


def _sure(confidences: Float[Array, "frame 33"]) -> Bool[Array, " frame"]:
    """Whether most of the body is seen as well as it usually is: people come and go in halves, which are guesses."""
    mean = confidences[:, _MAIN].mean(1)
    return np.asarray(mean >= _SURE_SHARE * np.median(mean[mean > 0.0])) if (mean > 0.0).any() else mean >= 0.0


def _first_and_last(seen: Bool[Array, " frame"]) -> tuple[int, int]:
    """The frames in which someone appears and leaves; those of the clip where they are never seen."""
    known = np.flatnonzero(seen)
    return (int(known[0]), int(known[-1])) if len(known) else (0, len(seen) - 1)


def _joint_confidences(confidences: Float[Array, "frame 33"]) -> Float[Array, "frame joint"]:
    columns = []
    for joint in HUMANOID:
        side = next((s for s in ("left", "right") if joint.startswith(s)), None)
        part = _JOINT_KEYPOINTS.get(joint.removeprefix(side or ""), "wrist")
        names = [f"{s}_{part}" for s in ([side] if side else ["left", "right"])]
        columns.append(confidences[:, [BODY33_INDEX[name] for name in names]].min(1))
    return np.stack(columns, axis=1)
