"""The numbers that the report plots, frame by frame, from what was seen and what was solved."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.kinematics import global_rotations, joint_positions
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX

AIRBORNE_M = 0.04
"""The dancer is in the air when the lowest point of both soles is this far above the floor [m]."""

_HEEL_BACK_M = 0.04
_TOE_AHEAD_M = 0.05
_STEADY_KEYPOINTS = [
    BODY33_INDEX[f"{side}_{name}"]
    for side in ("left", "right")
    for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


@dataclass(frozen=True)
class MotionSeries:
    """One solved motion over time; lengths agree with the motion's frames."""

    times_s: Float[Array, " frame"]
    """Time of each frame on the clip's clock [s]."""
    contacts: Bool[Array, "frame 4"]
    """Planted points in the order of ``CONTACT_POINTS``."""
    slide_mm: Float[Array, " frame"]
    """How far the worst planted point slid along the floor since the frame before [mm]; 0 where none is planted."""
    lowest_mm: Float[Array, " frame"]
    """Height of the lowest point of both soles above the floor [mm]; below 0 it is in the floor."""
    hips_m: Float[Array, "frame 3"]
    """Position of the hips [m]."""
    hand_speed: Float[Array, " frame"]
    """Speed of the faster hand [m/s]."""
    foot_speed: Float[Array, " frame"]
    """Speed of the faster foot [m/s]."""
    shake_mm: Float[Array, " frame"]
    """Mean over the joints of the change of step from one frame to the next [mm]."""

    @property
    def airborne(self) -> Bool[Array, " frame"]:
        """Frames in which neither foot is near the floor."""
        return np.asarray(self.lowest_mm > 1000.0 * AIRBORNE_M)


def sole_points_m(motion: Motion) -> Float[Array, "frame 4 3"]:
    """Return the points of the soles named by ``CONTACT_POINTS`` in the world [m].

    The canonical humanoid ends at ankles and toe joints; in its rest pose both soles lie on the floor, so the points
    of the floor below them (a little behind and ahead) are the soles'.
    """
    rotations = global_rotations(motion.local_rotations_xyzw)
    positions = joint_positions(motion.skeleton, motion.root_positions_m, rotations)
    rest = motion.skeleton.rest_positions_m
    points = []
    for joint_name, ahead in (
        ("leftFoot", -_HEEL_BACK_M),
        ("leftToes", _TOE_AHEAD_M),
        ("rightFoot", -_HEEL_BACK_M),
        ("rightToes", _TOE_AHEAD_M),
    ):
        joint = JOINT_INDEX[joint_name]
        offset = np.array([0.0, -rest[joint, 1], ahead])
        points.append(positions[:, joint] + rotate(rotations[:, joint], offset))
    return np.stack(points, axis=1)


def motion_series(motion: Motion, *, first_s: float = 0.0) -> MotionSeries:
    """Measure a motion frame by frame; its first frame is at ``first_s`` on the clip's clock [s]."""
    soles = sole_points_m(motion)
    joints = motion.joint_positions_m()
    steps = np.diff(soles[..., [0, 2]], axis=0, prepend=soles[:1][..., [0, 2]])
    before = np.concatenate([np.zeros((1, 4), dtype=bool), motion.contacts[:-1]])
    slides = np.where(motion.contacts & before, np.linalg.norm(steps, axis=-1), 0.0)
    shake = np.zeros(motion.frame_count)
    if motion.frame_count > 2:
        shake[1:-1] = np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1).mean(axis=1)
    return MotionSeries(
        times_s=first_s + np.arange(motion.frame_count) / motion.fps,
        contacts=motion.contacts,
        slide_mm=1000.0 * slides.max(axis=1),
        lowest_mm=1000.0 * soles[..., 1].min(axis=1),
        hips_m=motion.root_positions_m,
        hand_speed=_fastest(joints, ("leftHand", "rightHand"), motion.fps),
        foot_speed=_fastest(joints, ("leftFoot", "rightFoot"), motion.fps),
        shake_mm=1000.0 * shake,
    )


def _fastest(joints: Float[Array, "frame joint 3"], names: tuple[str, ...], fps: float) -> Float[Array, " frame"]:
    chosen = joints[:, [JOINT_INDEX[name] for name in names]]
    steps = np.diff(chosen, axis=0, prepend=chosen[:1])
    return np.linalg.norm(steps, axis=-1).max(axis=1) * fps


def body_confidence(track: Track) -> Float[Array, " frame"]:
    """Return the mean confidence of shoulders, arms, hips and legs, 0–1; 0 where nobody was seen."""
    return track.confidences[:, _STEADY_KEYPOINTS].mean(axis=1)
