"""Scenes as a detector sees them, wrong as it is wrong, and what capturing makes of that: what painters get in use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.noise import keypoint_noise, weak_world
from manekko.bench.paint_scenes import Scene
from manekko.lift.lift import lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.source_camera import source_camera
from manekko.paint.dataset.render import FPS
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.ground import on_level_ground
from manekko.skeleton.rotations import as_axes
from manekko.stage.cameras import source_view
from manekko.stage.casting import Part, dancer, source_camera_of
from manekko.stage.figure import Figure
from manekko.stage.view import View

JITTER_PX, MISSING = 3.0, 0.1
"""What painters must bear: standard deviation along each axis in the painted picture of ``JITTER_SIDE_PX``, new in
every frame, and the share of joints that are not seen."""
JITTER_SIDE_PX = 256
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_SURE = 0.95


@dataclass(frozen=True)
class Noise:
    """What is wrong with the keypoints of a scene."""

    jitter_px: float = 0.0
    """In the painted picture [px of ``JITTER_SIDE_PX``]."""
    missing: float = 0.0
    """Share of the keypoints, each for itself."""
    detector: float = 0.0
    """The detector's own moving errors: 1 as in an ordinary clip."""


def seen_track(figure: Figure, scene: Scene, noise: Noise, seed: int) -> Track:
    """Return what a detector sees of a scene; its own 3D is as weak as ever, its other errors as ``noise`` says.

    Args:
        figure: who is seen.
        scene: what happens.
        noise: what is wrong.
        seed: of all errors; the 3D's are the same whatever ``noise`` is.
    """
    rng = np.random.default_rng([seed, 1])
    points_m = np.stack([figure_keypoints_m(figure, pose) for pose in scene.poses])
    moved_m = keypoint_noise(rng, len(points_m), 1.0).moving_m * noise.detector
    points_px, _ = in_view(scene.view, points_m + moved_m)
    per_pixel = np.array([square.side for square in scene.squares])[:, None, None] / JITTER_SIDE_PX
    points_px = points_px + rng.standard_normal(points_px.shape) * noise.jitter_px * per_pixel
    unseen = (rng.random(points_px.shape[:2]) < noise.missing) | np.isnan(points_px).any(axis=-1)
    _, seen_m = in_view(scene.view, points_m)
    about = seen_m - seen_m[:, _HIPS].mean(axis=1, keepdims=True)
    world = weak_world(np.random.default_rng([seed, 2]), np.nan_to_num(about), 1.0)
    return Track(
        track_id=1,
        times_s=np.arange(len(points_m)) / FPS,
        keypoints_px=np.where(unseen[..., None], np.nan, points_px),
        confidences=np.where(unseen, 0.0, _SURE),
        world_m=np.where(unseen[..., None], np.nan, world),
        image_size_px=scene.view.size_px,
    )


def in_view(
    view: View, points_m: Float[Array, "frame point 3"]
) -> tuple[Float[Array, "frame point 2"], Float[Array, "frame point 3"]]:
    """Return points of the world in a camera's picture [px] and in its axes [m]."""
    seen_m = (points_m - view.position_m) @ as_axes(view.rotation_xyzw)
    centre = view.centre_px or (view.size_px[0] / 2.0, view.size_px[1] / 2.0)
    return seen_m[..., :2] / seen_m[..., 2:] * view.focal_px + np.array(centre), seen_m


def captured(figure: Figure, scene: Scene, track: Track) -> tuple[Scene, list[View]]:
    """Return the scene that capturing makes of a track, and the cameras that see the same squares of it.

    It is captured, given to the figure and looked at by the camera that was found, as ``manekko paint`` does.

    Raises:
        InputError: too little of the person was seen.
    """
    lifted = on_level_ground(lift_track(track))
    motion = motion_from_lifted(lifted)
    part = Part(Path("captured"), motion, camera=source_camera(lifted, motion))
    times_s = np.arange(len(scene.poses)) / FPS
    poses = tuple(dancer(part, figure).poses(times_s))
    see = source_view(source_camera_of(part, figure.rig), scene.view.size_px)
    return replace(scene, poses=poses), [see(time_s) for time_s in times_s.tolist()]


def still(scene: Scene, frames: int) -> Scene:
    """Return the scene's first pose, held for so many frames."""
    return replace(scene, poses=(scene.poses[0],) * frames, squares=(scene.squares[0],) * frames)


def cut_views(scene: Scene, views: Sequence[View], side_px: int) -> list[View]:
    """Return the cameras that see just the scene's squares, of cameras that see all of it."""
    return [square.seen_by(view, side_px) for square, view in zip(scene.squares, views, strict=True)]
