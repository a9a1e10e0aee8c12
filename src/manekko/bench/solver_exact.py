"""What is lost between exact points and the model: no noise, the dancer's proportions and elbows known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.solver_figures import Mean, mpjae_deg, mpjpe_mm, performed, pooled
from manekko.bench.synthetic import Synthetic, TrueMotion, seen
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.motion import Motion
from manekko.motion.retarget import retarget
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.kinematics import global_rotations, local_rotations
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import conjugate, from_rotation_vectors, multiply, normalized, rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton
from manekko.solve.evidence import Evidence, View, Weights
from manekko.solve.fit import fit_pose
from manekko.solve.joints import IN_HUMANOID, INDEX, JOINTS
from manekko.solve.observed import sole_marks
from manekko.solve.pose import Marks, whole_body
from manekko.solve.start import start_of

_SEED = 1
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_SURE_M = 0.001
"""Standard deviation of points that are known exactly [m]."""
_WEIGHTS = Weights(robust_image=1e6, rounds=40, following_rad=float(np.radians(3.0)))
"""Nothing that is known exactly is an outlier, and each vertebra shows."""
_AWAY_M, _FOCAL_PX = 20.0, 1000.0
"""A camera that sees all of every dance."""
_EDGE_STEP = 5
"""One in so many pairs of points tells all that the pairs tell."""


def exact_figures(dances: Sequence[TrueMotion], rig: Rig) -> dict[str, float | None]:
    """Return what the fit makes of exactly known points.

    ``position_mm`` and ``mpjae_deg``: how far the model's joints, about its hips, and rotations are from what the
    model does in the true motion.
    """
    gathered: dict[str, list[Mean]] = {"position_mm": [], "mpjae_deg": []}
    for dance in dances:
        shown = seen(dance, _SEED, 0.0)
        motion = rebuilt(shown)
        truth = performed(retarget(shown.truth, rig), rig, shown.truth.contacts)
        found = performed(retarget(motion, rig), rig, shown.truth.contacts)
        gathered["position_mm"].append(mpjpe_mm(found, truth))
        gathered["mpjae_deg"].append(mpjae_deg(found, truth, aligned=False))
    return {name: pooled(means).value for name, means in gathered.items()}


def _about_hips(points_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 33 3"]:
    return points_m - points_m[:, _HIPS].mean(1, keepdims=True)


def rebuilt(shown: Synthetic) -> Motion:
    """Return the motion that the fit finds when told the body, every joint, and points of head, palms and feet.

    The body is its proportions and which way each elbow bends. The latter is a matter of the rig: mocap's bend about
    +Y in T-pose, those of the hand-made dance 14–30° off, and points do not tell it from a twist of the upper arm.
    Fitted in the view of a camera at the true one's place, from the body that the lift would begin with.
    """
    truth = shown.truth
    marks, points_m = _exact_points(truth)
    start = start_of(_lifted(shown))
    pose = replace(start.pose, roots_m=truth.root_positions_m)
    edges = np.stack(np.triu_indices(len(marks.joints), 1), axis=1)[::_EDGE_STEP]
    level = np.diag([1.0, -1.0, -1.0])
    far = truth.root_positions_m.mean(0) + np.array([0.0, 0.0, _AWAY_M])
    seen_from = np.einsum("ij,fpj->fpi", level, points_m - far)
    frames = truth.frame_count
    evidence = Evidence(
        fps=truth.fps,
        skeleton=truth.skeleton,
        view=View(_FOCAL_PX, (0.0, 0.0), np.tile(level, (frames, 1, 1)), np.tile(far, (frames, 1))),
        marks=marks,
        keypoints_px=seen_from[..., :2] / seen_from[..., 2:] * _FOCAL_PX,
        image_sigma_m=np.full(points_m.shape[:2], _SURE_M),
        edges=edges,
        edge_m=seen_from[:, edges[:, 1]] - seen_from[:, edges[:, 0]],
        edge_sigma_m=np.full((frames, len(edges), 3), _SURE_M),
        soles=sole_marks(truth.skeleton),
        contacts=np.zeros_like(truth.contacts),
        airborne=np.zeros(frames, dtype=bool),
    )
    pose = fit_pose(pose, evidence, _WEIGHTS)
    turned = _with_own_elbows(whole_body(pose), truth)
    return replace(truth, root_positions_m=pose.roots_m, local_rotations_xyzw=local_rotations(turned))


def _with_own_elbows(turned_xyzw: Float[Array, "frame joint 4"], truth: Motion) -> Float[Array, "frame joint 4"]:
    """Return the world rotations with each upper arm's zero of twist, a constant of the clip, moved to the dancer's."""
    result, exact = turned_xyzw.copy(), global_rotations(truth.local_rotations_xyzw)
    for side in ("left", "right"):
        upper = JOINT_INDEX[side + "UpperArm"]
        turn = _crook_rad(turned_xyzw, truth, side) - _crook_rad(exact, truth, side)
        result[:, upper] = multiply(result[:, upper], from_rotation_vectors(np.array([turn, 0.0, 0.0])))
    return result


def _crook_rad(turned_xyzw: Float[Array, "frame joint 4"], truth: Motion, side: str) -> float:
    """Which way a forearm bends off its upper arm, from +Y to +Z of that arm, over the clip [rad]."""
    places = truth.joint_positions_m()
    along = normalized(places[:, JOINT_INDEX[side + "Hand"]] - places[:, JOINT_INDEX[side + "LowerArm"]])
    _, y, z = rotate(conjugate(turned_xyzw[:, JOINT_INDEX[side + "UpperArm"]]), along).sum(0)
    return float(np.arctan2(z, y))


def _exact_points(truth: Motion) -> tuple[Marks, Float[Array, "frame point 3"]]:
    """Joints of the fit, and the points that give head, palms and feet a frame: where, and on what."""
    turned, joints = global_rotations(truth.local_rotations_xyzw), truth.joint_positions_m()
    carriers = [*range(len(JOINTS))]
    offsets = [np.zeros(3)] * len(JOINTS)
    for side in ("left", "right"):
        for child in ("IndexProximal", "LittleProximal"):
            carriers.append(INDEX[side + "Hand"])
            offsets.append(_from(truth.skeleton, side + "Hand", side + child))
        carriers.append(INDEX["head"])
        offsets.append(_from(truth.skeleton, "head", side + "Eye"))
    soles = sole_marks(truth.skeleton)
    marks = Marks(np.array([*carriers, *soles.joints]), np.array([*offsets, *soles.offsets_m]))
    at = IN_HUMANOID[marks.joints]
    return marks, joints[:, at] + rotate(turned[:, at], marks.offsets_m)


def _from(skeleton: Skeleton, joint: str, child: str) -> Float[Array, "3"]:
    rest = skeleton.rest_positions_m
    return rest[JOINT_INDEX[child]] - rest[JOINT_INDEX[joint]]


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
