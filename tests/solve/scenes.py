"""Dances whose bodies are hinged as the fit's are, what a camera sees of them, and poses drawn at random."""

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from manekko.people.keypoints import BODY33
from manekko.skeleton.rotations import multiply
from manekko.skeleton.skeleton import default_skeleton
from manekko.solve.banded import Normal
from manekko.solve.evidence import Evidence, View
from manekko.solve.joints import FREEDOMS, JOINTS
from manekko.solve.observed import EDGES, marks_of, pose_of, sole_marks
from manekko.solve.pose import Pose, placed
from manekko.solve.ranges import Hinge, hinge_angles
from tests.lift.dancers import Dance, keypoints_of

FPS = 30.0
FEWER = settings(max_examples=max(settings().max_examples // 3, 1))
"""For laws that take long to check."""
FOCAL_PX, CENTRE_PX = 1200.0, (640.0, 360.0)
CAMERA_M = np.array([0.1, 1.0, 4.0])
LOOKING_BACK = np.diag([1.0, -1.0, -1.0])
"""From world axes to those of a level camera on +Z."""
SKELETON = default_skeleton()
SOLES = sole_marks(SKELETON)


def t_pose(frames: int) -> Pose:
    """Standing still, feet on the floor."""
    return Pose(
        np.tile(SKELETON.rest_offsets_m[0], (frames, 1)), np.tile([0.0, 0.0, 0.0, 1.0], (frames, len(JOINTS), 1))
    )


def drawn_poses(frames: int, *, most_rad: float = 0.8) -> st.SearchStrategy[Pose]:
    """Any body: straight elbows and knees come up as the simplest ones."""
    values = st.floats(-most_rad, most_rad) | st.floats(-1e-6, 1e-6)
    return arrays(np.float64, (frames, FREEDOMS), elements=values).map(lambda step: t_pose(frames).moved(step))


def danced(frames: int, dance: Dance | None = None) -> Pose:
    """A dance of ``tests/lift/dancers.py`` as the fit holds it."""
    roots, rotations = (dance or Dance(3)).body(np.arange(frames) / FPS)
    return pose_of(rotations, roots)


def bent(pose: Pose, hinge: Hinge, angle_rad: float) -> Pose:
    """The pose with one hinge turned further."""
    step = np.zeros((len(pose.roots_m), FREEDOMS))
    step[:, hinge.freedom] = angle_rad
    return pose.moved(step)


def angles(pose: Pose, hinge: Hinge) -> np.ndarray:
    """A hinge's angle through time [rad]."""
    return hinge_angles(pose.local_xyzw[:, hinge.joint], hinge)


def told(truth: Pose, *, noise_m: float = 0.0, sigma_m: float = 0.02, edge_sigma_m: float = 0.08) -> Evidence:
    """What a camera that stands still says of a body; nothing is said of feet on the floor."""
    rng, frames = np.random.default_rng(5), len(truth.roots_m)
    body = danced(1)
    marks = marks_of(body, SKELETON, keypoints_of(*Dance(3).body(np.zeros(1))))
    points = placed(truth, SKELETON, marks).points_m
    seen = (points + noise_m * rng.normal(size=points.shape) - CAMERA_M) @ LOOKING_BACK.T
    edges = (points[:, EDGES[:, 1]] - points[:, EDGES[:, 0]]) @ LOOKING_BACK.T
    return Evidence(
        fps=FPS,
        skeleton=SKELETON,
        view=View(FOCAL_PX, CENTRE_PX, np.tile(LOOKING_BACK, (frames, 1, 1)), np.tile(CAMERA_M, (frames, 1))),
        marks=marks,
        keypoints_px=seen[..., :2] / seen[..., 2:] * FOCAL_PX + np.array(CENTRE_PX),
        image_sigma_m=np.full((frames, len(BODY33)), sigma_m),
        edges=EDGES,
        edge_m=edges + 3.0 * noise_m * rng.normal(size=edges.shape),
        edge_sigma_m=np.full(edges.shape, edge_sigma_m),
        soles=SOLES,
        contacts=np.zeros((frames, 4), dtype=bool),
        airborne=np.zeros(frames, dtype=bool),
    )


def untold(evidence: Evidence) -> Evidence:
    """The same clip, but nothing was seen."""
    return replace(
        evidence,
        image_sigma_m=np.full_like(evidence.image_sigma_m, np.inf),
        edge_sigma_m=np.full_like(evidence.edge_sigma_m, np.inf),
    )


def degrees_apart(a: Pose, b: Pose) -> np.ndarray:
    """Angle between each joint's rotations in its parent (frame, joint) [deg]."""
    apart = multiply(a.local_xyzw * [-1.0, -1.0, -1.0, 1.0], b.local_xyzw)
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(apart[..., :3], axis=-1), np.abs(apart[..., 3])))


def dense(normal: Normal) -> np.ndarray:
    """The matrix that the blocks stand for."""
    frames, n = normal.pull.shape
    result = np.zeros((frames, n, frames, n))
    for distance, blocks in enumerate((normal.diagonal, normal.next, normal.after_next)):
        for frame in range(frames - distance):
            result[frame, :, frame + distance] = blocks[frame]
            result[frame + distance, :, frame] = blocks[frame].T
    return result.reshape(frames * n, frames * n)
