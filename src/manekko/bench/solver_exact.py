"""What is lost between exact joints and the model: no camera, no noise."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.solver_figures import Mean, mpjae_deg, performed, pooled
from manekko.bench.synthetic import TrueMotion, keypoints_m
from manekko.motion.motion import Motion
from manekko.motion.retarget import retarget
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.fit import BodyPoints, fit_rotations
from manekko.skeleton.kinematics import local_rotations
from manekko.skeleton.rig import Rig


def exact_figures(dances: Sequence[TrueMotion], rig: Rig) -> dict[str, float | None]:
    """Return how far the model's joints [mm] and rotations [°] are from the truth when all points are known exactly."""
    gathered: dict[str, list[Mean]] = {"position_mm": [], "mpjae_deg": []}
    for dance in dances:
        motion = dance.motion
        truth = performed(retarget(motion, rig), rig, motion.contacts)
        found = performed(retarget(rebuilt(motion), rig), rig, motion.contacts)
        apart = np.linalg.norm(found.joints_m - truth.joints_m, axis=-1)
        gathered["position_mm"].append(Mean(1000.0 * float(apart.sum()), float(apart.size)))
        gathered["mpjae_deg"].append(mpjae_deg(found, truth, aligned=False))
    return {name: pooled(means).value for name, means in gathered.items()}


def rebuilt(motion: Motion) -> Motion:
    """Return the motion with rotations that were found from its keypoints."""
    points = keypoints_m(motion)
    return replace(motion, local_rotations_xyzw=local_rotations(fit_rotations(_points(points))))


def _points(points_m: Float[Array, "frame 33 3"]) -> BodyPoints:
    def pair(part: str) -> tuple[Array, Array]:
        return points_m[:, BODY33_INDEX[f"left_{part}"]], points_m[:, BODY33_INDEX[f"right_{part}"]]

    parts = {
        "hips": "hip", "knees": "knee", "ankles": "ankle", "heels": "heel", "toes": "toe", "shoulders": "shoulder",
        "elbows": "elbow", "wrists": "wrist", "index_knuckles": "index", "little_knuckles": "pinky", "ears": "ear",
        "eyes": "eye",
    }  # fmt: skip
    return BodyPoints(**{name: pair(part) for name, part in parts.items()}, palm_trust=1.0)
