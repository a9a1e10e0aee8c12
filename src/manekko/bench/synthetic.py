"""Tracks as a detector would make them of motions that are known: what the solver is judged on, with the truth beside.

A seeded camera looks at a dancer from 3–5 m (or as far as it takes to have the dance in the picture); what it sees
is spoilt as ``noise`` says.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.mocap import FPS
from manekko.bench.noise import keypoint_noise, swapped_columns, weak_world
from manekko.bench.synthetic_joints import SIDES
from manekko.bench.synthetic_motions import TrueMotion, held_out_motions
from manekko.lift.camera import Camera
from manekko.lift.series import smoothed
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33, BODY33_INDEX, Track
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rotations import (
    between,
    conjugate,
    from_axes,
    from_rotation_vectors,
    multiply,
    normalized,
    rotate,
)
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

__all__ = [
    "Synthetic",
    "TrueCamera",
    "TrueMotion",
    "background_px",
    "held_out_motions",
    "keypoints_m",
    "seen",
    "weak_depth_error_m",
]

IMAGE_SIZE_PX = (1280, 720)
_DEPTHS_M, _FOCAL_PER_DIAGONAL = (3.0, 5.0), (0.7, 1.0)
_PITCH_DEG, _ROLL_DEG, _YAW_DEG = 3.0, 0.7, 25.0
_PANNING_YAW_DEG = (40.0, 70.0)
"""A panning camera looks from the side, so that the dancer travels across its view."""
_MARGIN_PX = 20.0
_HEEL_ABOVE_SOLE_M, _TOE_ABOVE_SOLE_M = 0.03, 0.025
"""Where a detector sees heel and toe: inside the shoe."""
_UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])
"""A level camera on +Z that looks at the origin: its axes to the world's."""


@dataclass(frozen=True)
class TrueCamera:
    """A pinhole that stands still or turns."""

    lens: Camera
    position_m: Float[Array, "3"]
    """Where it stands in the world [m]."""
    to_world_xyzw: Float[Array, "frame 4"]
    """From camera axes (x right, y down, z away) to the world, frame by frame."""

    def looked_at(self, points_m: Float[Array, "frame point 3"]) -> Float[Array, "frame point 3"]:
        """Return world points in camera axes [m]."""
        return rotate(conjugate(self.to_world_xyzw)[:, None], points_m - self.position_m)


@dataclass(frozen=True)
class Synthetic:
    """What a detector says of a dance, and what was danced."""

    name: str
    track: Track
    camera: TrueCamera
    truth: Motion
    """The dance where it took place: the camera stands on +Z and looks along -Z."""
    keypoints_m: Float[Array, "frame 33 3"]
    """True keypoints in the world [m]."""


def keypoints_m(motion: Motion, shift_m: Float[Array, "33 3"] | None = None) -> Float[Array, "frame 33 3"]:
    """Return where BlazePose's keypoints are on a moving body [m].

    Args:
        motion: the body.
        shift_m: added to each keypoint's place in the axes of the part that carries it.
    """
    turned, joints = global_rotations(motion.local_rotations_xyzw), motion.joint_positions_m()
    places = _places(motion.skeleton)
    result = np.empty((motion.frame_count, len(BODY33), 3))
    for index, name in enumerate(BODY33):
        joint, offset = places[name]
        if shift_m is not None:
            offset = offset + shift_m[index]
        result[:, index] = joints[:, JOINT_INDEX[joint]] + rotate(turned[:, JOINT_INDEX[joint]], offset)
    return result


def _places(skeleton: Skeleton) -> dict[str, tuple[str, Float[Array, "3"]]]:
    """Each keypoint's joint and its place in that joint's axes [m]."""
    rest = skeleton.rest_positions_m
    eyes = (rest[JOINT_INDEX["leftEye"]] + rest[JOINT_INDEX["rightEye"]]) / 2.0 - rest[JOINT_INDEX["head"]]
    result = {"nose": ("head", eyes + np.array([0.0, -0.035, 0.03]))}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        for suffix, across in (("eye_inner", 0.02), ("eye", 0.032), ("eye_outer", 0.045)):
            result[f"{side}_{suffix}"] = ("head", eyes * [0.0, 1.0, 1.0] + np.array([sign * across, 0.0, 0.0]))
        result[f"{side}_ear"] = ("head", eyes * [0.0, 1.0, 1.0] + np.array([sign * 0.075, 0.0, -0.09]))
        result[f"mouth_{side}"] = ("head", eyes * [0.0, 1.0, 1.0] + np.array([sign * 0.025, -0.07, 0.01]))
        heights = {part: rest[JOINT_INDEX[side + part], 1] for part in ("Foot", "Toes")}
        result[f"{side}_heel"] = (side + "Foot", np.array([0.0, _HEEL_ABOVE_SOLE_M - heights["Foot"], -0.045]))
        result[f"{side}_toe"] = (side + "Toes", np.array([0.0, _TOE_ABOVE_SOLE_M - heights["Toes"], 0.06]))
        for keypoint, joint in _JOINTS.items():
            result[f"{side}_{keypoint}"] = (side + joint, np.zeros(3))
        hand = rest[JOINT_INDEX[side + "Hand"]]
        for keypoint, finger in (("index", "IndexProximal"), ("pinky", "LittleProximal"), ("thumb", "ThumbProximal")):
            result[f"{side}_{keypoint}"] = (side + "Hand", rest[JOINT_INDEX[side + finger]] - hand)
    return result


_JOINTS = {"shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand", "hip": "UpperLeg", "knee": "LowerLeg",
           "ankle": "Foot"}  # fmt: skip


def seen(true: TrueMotion, seed: int, level: float = 1.0, *, swaps: bool = False, panning: bool = False) -> Synthetic:
    """Return what a detector makes of a dance.

    Args:
        true: what is danced.
        seed: of camera and noise; the same gives the same.
        level: 0 exact, 1 an ordinary clip, 2 twice as bad.
        swaps: whether left and right are taken for each other in a tenth of the frames.
        panning: whether the camera turns after the dancer by hand; else it stands still.
    """
    rng = np.random.default_rng([seed, zlib.crc32(true.name.encode())])
    yaw_deg = rng.uniform(*_PANNING_YAW_DEG) * rng.choice([-1.0, 1.0]) if panning else rng.uniform(-1.0, 1.0) * _YAW_DEG
    truth = _placed(true.motion, np.radians(yaw_deg))
    exact = keypoints_m(truth)
    camera = _panning_camera(rng, exact) if panning else _static_camera(rng, exact)
    noise = keypoint_noise(rng, truth.frame_count, level)
    spoilt = camera.looked_at(keypoints_m(truth, noise.bias_m) + noise.moving_m)
    spoilt[..., 2] = np.maximum(spoilt[..., 2], 0.3)
    world = _crop_axes(camera.looked_at(exact))
    track = Track(
        track_id=1,
        times_s=np.arange(truth.frame_count) / FPS,
        keypoints_px=camera.lens.project(spoilt),
        confidences=noise.confidences,
        world_m=weak_world(rng, world, level),
        image_size_px=IMAGE_SIZE_PX,
    )
    if swaps:
        track = _swapped(track, swapped_columns(rng, truth.frame_count))
    return Synthetic(true.name, track, camera, truth, exact)


def _swapped(track: Track, columns: Array) -> Track:
    rows = np.arange(len(columns))[:, None]
    return replace(
        track,
        keypoints_px=track.keypoints_px[rows, columns],
        confidences=track.confidences[rows, columns],
        world_m=track.world_m[rows, columns],
    )


def _placed(motion: Motion, yaw_rad: float) -> Motion:
    """Return the dance turned so that the dancer faces +Z on average, but for ``yaw_rad``, about the origin."""
    facing = rotate(motion.local_rotations_xyzw[:, 0], np.array([0.0, 0.0, 1.0])).mean(0)
    turn = from_rotation_vectors((yaw_rad - np.arctan2(facing[0], facing[2])) * np.array([0.0, 1.0, 0.0]))
    centre = (motion.root_positions_m.min(0) + motion.root_positions_m.max(0)) / 2.0 * [1.0, 0.0, 1.0]
    rotations = motion.local_rotations_xyzw.copy()
    rotations[:, 0] = multiply(turn, rotations[:, 0])
    return replace(
        motion, root_positions_m=rotate(turn, motion.root_positions_m - centre), local_rotations_xyzw=rotations
    )


def _lens(rng: np.random.Generator) -> Camera:
    width, height = IMAGE_SIZE_PX
    return Camera(float(np.hypot(width, height) * rng.uniform(*_FOCAL_PER_DIAGONAL)), (width / 2.0, height / 2.0))


def _static_camera(rng: np.random.Generator, points_m: Float[Array, "frame 33 3"]) -> TrueCamera:
    """A camera on a stand, far enough away to have nearly all of the dance in the picture."""
    lens, middle = _lens(rng), (points_m.reshape(-1, 3).min(0) + points_m.reshape(-1, 3).max(0)) / 2.0
    pitch, roll = np.radians([_PITCH_DEG + rng.uniform(-2.0, 3.0), rng.normal(0.0, _ROLL_DEG)])
    depth = rng.uniform(*_DEPTHS_M)
    tilt = multiply(_UPRIGHT, from_rotation_vectors(np.array([-pitch, 0.0, roll])))
    while True:
        position = middle * [1.0, 1.0, 0.0] + rotate(tilt, np.array([0.0, 0.0, -depth]))
        camera = TrueCamera(lens, position, np.tile(tilt, (len(points_m), 1)))
        if _has_in_view(camera, points_m):
            return camera
        depth += 0.1


def _panning_camera(rng: np.random.Generator, points_m: Float[Array, "frame 33 3"]) -> TrueCamera:
    """A camera in the hand that follows the dancer from near, late and not quite steadily."""
    lens, frames = _lens(rng), len(points_m)
    target = smoothed(points_m.mean(1), fps=FPS, cutoff_hz=0.7)
    shake = 0.4 * smoothed(rng.standard_normal((frames, 3)), fps=FPS, cutoff_hz=2.0)
    shake = np.radians(shake / max(float(shake.std()), 1e-9) * 0.4)
    height, depth = float(target[:, 1].mean()), rng.uniform(*_DEPTHS_M)
    while True:
        position = np.array([0.0, height + 0.25, depth])
        ahead = normalized(target - position)
        right = normalized(np.cross(ahead, np.array([0.0, 1.0, 0.0])))
        axes = np.stack([right, np.cross(ahead, right), ahead], axis=-1)
        camera = TrueCamera(lens, position, multiply(from_axes(axes), from_rotation_vectors(shake)))
        if _has_in_view(camera, points_m):
            return camera
        depth += 0.1


def _has_in_view(camera: TrueCamera, points_m: Float[Array, "frame 33 3"]) -> bool:
    lens, view = camera.lens, camera.looked_at(points_m)
    outside = (np.abs(lens.project(view) - lens.centre_px) > np.array(lens.centre_px) - _MARGIN_PX).any(-1)
    return bool(view[..., 2].min() > 1.0 and outside.mean() < 0.002)


def _crop_axes(points_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 33 3"]:
    """Camera-space keypoints about the mid-hip in the axes of a view that looks straight at them, as detectors do."""
    hips = points_m[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(1)
    turn = conjugate(between(np.array([0.0, 0.0, 1.0]), hips))
    return rotate(turn[:, None], points_m - hips[:, None])


def weak_depth_error_m(synthetic: Synthetic) -> float:
    """Return by how much the detector's own 3D is wrong along the view [m], on average over the main joints."""
    true = _crop_axes(synthetic.camera.looked_at(synthetic.keypoints_m))
    main = [BODY33_INDEX[f"{side}_{keypoint}"] for side in SIDES for keypoint in _JOINTS]
    return float(np.abs(synthetic.track.world_m - true)[:, main, 2].mean())


def background_px(
    synthetic: Synthetic, seed: int, *, count: int = 200, noise_px: float = 0.5
) -> Float[Array, "frame point 2"]:
    """Return where points of the room behind and beside the dancer are seen [px]; NaN where they are not.

    The points lie on a back wall, two side walls and the floor; a tracker that looses them finds no other.
    """
    rng = np.random.default_rng([seed, 7])
    wall = rng.uniform([-9.0, 0.0, 0.0], [9.0, 4.0, 0.0], (count // 2, 3)) + np.array([0.0, 0.0, -5.0])
    sides = rng.uniform([0.0, 0.0, -5.0], [0.0, 4.0, 2.0], (count // 4, 3))
    sides[:, 0] = np.where(rng.random(len(sides)) < 0.5, -9.0, 9.0)
    floor = rng.uniform([-9.0, 0.0, -5.0], [9.0, 0.0, 1.0], (count - len(wall) - len(sides), 3))
    points = np.broadcast_to(np.concatenate([wall, sides, floor]), (synthetic.truth.frame_count, count, 3))
    view = synthetic.camera.looked_at(points)
    places = synthetic.camera.lens.project(view) + rng.standard_normal((*points.shape[:2], 2)) * noise_px
    inside = (view[..., 2] > 0.5) & (places > 0.0).all(-1) & (places < np.array(IMAGE_SIZE_PX)).all(-1)
    return np.where(inside[..., None], places, np.nan)
