"""What is lost between exact points and the model: no noise, and a camera that is known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.solver_figures import Mean, mean_of, mpjae_deg, mpjpe_mm, performed, pooled
from manekko.bench.synthetic import Synthetic, TrueMotion, seen
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.motion import Motion
from manekko.motion.retarget import retarget
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.kinematics import local_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import conjugate, multiply, rotate
from manekko.skeleton.skeleton import HUMANOID
from manekko.solve.evidence import Weights
from manekko.solve.fit import fit_pose
from manekko.solve.observed import evidence_of
from manekko.solve.pose import placed, whole_body
from manekko.solve.start import start_of

_SEED = 1
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_SURE_M = 0.001
"""Standard deviation of points that are known exactly [m]."""
_WEIGHTS = Weights(robust_image=1e6, rounds=25)
"""Nothing that is known exactly is an outlier."""


def exact_figures(dances: Sequence[TrueMotion], rig: Rig) -> dict[str, float | None]:
    """Return what the fit makes of exactly known points.

    ``position_mm``: how far its body's own points are from them, about the hips; ``rig_mm`` and ``mpjae_deg``: how far
    the model's joints and rotations are from what the model does in the true motion.
    """
    gathered: dict[str, list[Mean]] = {"position_mm": [], "rig_mm": [], "mpjae_deg": []}
    for dance in dances:
        shown = seen(dance, _SEED, 0.0)
        motion, points = rebuilt(shown)
        truth = performed(retarget(shown.truth, rig), rig, shown.truth.contacts)
        found = performed(retarget(motion, rig), rig, shown.truth.contacts)
        apart = _about_hips(points) - _about_hips(shown.keypoints_m)
        gathered["position_mm"].append(mean_of(np.linalg.norm(apart, axis=-1), 1000.0))
        gathered["rig_mm"].append(mpjpe_mm(found, truth))
        gathered["mpjae_deg"].append(mpjae_deg(found, truth, aligned=False))
    return {name: pooled(means).value for name, means in gathered.items()}


def _about_hips(points_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 33 3"]:
    return points_m - points_m[:, _HIPS].mean(1, keepdims=True)


def rebuilt(shown: Synthetic) -> tuple[Motion, Float[Array, "frame 33 3"]]:
    """Return the motion that the fit finds when it is told exact points, contacts and camera, and its points [m]."""
    lifted, height_m = _lifted(shown), float(shown.camera.position_m[1])
    start = start_of(lifted)
    raised = np.full(shown.truth.frame_count, height_m)
    up = (raised - start.raised_m)[:, None] * np.array([0.0, 1.0, 0.0])
    pose = replace(start.pose, roots_m=start.pose.roots_m + up)
    airborne = np.zeros(len(raised), dtype=bool)
    evidence = evidence_of(lifted, pose, start.skeleton, start.marks, raised, shown.truth.contacts, airborne)
    evidence = replace(
        evidence,
        image_sigma_m=np.full_like(evidence.image_sigma_m, _SURE_M),
        edge_sigma_m=np.full_like(evidence.edge_sigma_m, _SURE_M),
    )
    pose = fit_pose(pose, evidence, _WEIGHTS)
    motion = Motion(
        fps=evidence.fps,
        skeleton=start.skeleton,
        root_positions_m=pose.roots_m + shown.camera.position_m * np.array([1.0, 0.0, 1.0]),
        local_rotations_xyzw=local_rotations(whole_body(pose)),
        confidences=np.ones((len(raised), len(HUMANOID))),
        contacts=shown.truth.contacts,
    )
    return motion, placed(pose, start.skeleton, start.marks).points_m


def _lifted(shown: Synthetic) -> Lifted:
    """What the solver would know of a dance if it knew everything: the camera is the world's origin."""
    view = shown.camera.looked_at(shown.keypoints_m)
    return replace(
        lift_track(shown.track),
        positions_m=rotate(shown.camera.to_world_xyzw[:, None], view),
        keypoints_px=shown.camera.lens.project(view),
        shape_m=_about_hips(view),
        camera=shown.camera.lens,
        upright_xyzw=shown.camera.to_world_xyzw[0],
        turns_xyzw=multiply(conjugate(shown.camera.to_world_xyzw[:1]), shown.camera.to_world_xyzw),
    )
