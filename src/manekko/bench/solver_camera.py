"""How well a camera that turns after the dancer is found from pictures of the room, and what that is worth."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.bench.accuracy import OURS, Row
from manekko.bench.solver_figures import Mean, Performance, mean_of, performed, pooled, root_figures
from manekko.bench.synthetic import IMAGE_SIZE_PX, Synthetic, TrueMotion, background_px, seen
from manekko.lift.lift import lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.retarget import retarget
from manekko.people.background import Background
from manekko.people.camera_path import CameraPath, default_focal_px
from manekko.people.find_camera import path_of
from manekko.people.glimpses import people_mask
from manekko.people.keypoints import BODY33_EDGES, BODY33_INDEX, Track
from manekko.people.turning import View
from manekko.pixels.background import small_grey, small_size
from manekko.pixels.draw import draw_circle, draw_line
from manekko.skeleton.ground import on_level_ground
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between, conjugate, multiply

PANNING_DRAWN = "panning camera, room drawn"
IGNORED = "camera taken as still"
_DEGREES = float(np.degrees(1.0))
_SEED = 5
_DRAWN_PX = (640, 360)
_RADIUS_PX = (1.5, 5.0)
_GRAIN = 4.0
"""Noise of the drawn pictures, in steps of 255."""
_ON_PEOPLE_SHARE = 0.1
"""Of the marks, those that go with the dancer: hair and skirts that no keypoint covers."""


def camera_rows(dances: Sequence[TrueMotion], rig: Rig) -> list[Row]:
    """Return the error of the camera's path [°], and of the dancer's with that path and without."""
    camera: list[Mean] = []
    roots: dict[str, dict[str, list[Mean]]] = {OURS: {}, IGNORED: {}}
    for dance in dances:
        shown = seen(dance, _SEED, panning=True)
        truth = performed(retarget(shown.truth, rig), rig, shown.truth.contacts)
        exact, path = found_paths(shown, (shown.camera.lens.focal_px, default_focal_px(IMAGE_SIZE_PX)))
        camera.append(mean_of(path_errors_rad(shown, exact), _DEGREES))
        for method, track in ((OURS, replace(shown.track, camera=path)), (IGNORED, shown.track)):
            for name, mean in root_figures(_performed(track, rig), truth).items():
                roots[method].setdefault(name, []).append(mean)
    rows = [
        Row(PANNING_DRAWN, method, {name: pooled(means).value for name, means in found.items()})
        for method, found in roots.items()
    ]
    rows[0].figures["camera_deg"] = pooled(camera).value
    return rows


def _performed(track: Track, rig: Rig) -> Performance:
    motion = motion_from_lifted(on_level_ground(lift_track(track)))
    return performed(retarget(motion, rig), rig, motion.contacts)


def found_paths(shown: Synthetic, focals_px: Sequence[float]) -> list[CameraPath]:
    """Return the camera's path as it is found in drawn pictures, by lenses thought to be of these focal lengths."""
    small = small_size(IMAGE_SIZE_PX)
    scale = small[0] / IMAGE_SIZE_PX[0]
    views = [View(focal * scale, (small[0] / 2.0, small[1] / 2.0)) for focal in focals_px]
    looks = [(Background(view), []) for view in views]
    for frame, picture in enumerate(drawn(shown)):
        grey, mask = small_grey(picture), people_mask([shown.track], frame)
        for background, seen_so in looks:
            seen_so.append(background.see(grey, mask))
    times_s = shown.track.times_s
    return [
        path_of(seen_so, times_s, view, focal)
        for (_, seen_so), view, focal in zip(looks, views, focals_px, strict=True)
    ]


def path_errors_rad(shown: Synthetic, path: CameraPath) -> Float[Array, " frame"]:
    """Return by how much the path is wrong in each frame [rad], the first taken as right."""
    true = multiply(conjugate(shown.camera.to_world_xyzw[:1]), shown.camera.to_world_xyzw)
    return angle_between(true, path.rotations_xyzw)


def drawn(shown: Synthetic) -> Iterator[UInt8[Array, "height width 3"]]:
    """Yield pictures of the room, its points as discs, with the dancer before it as a figure of sticks."""
    rng = np.random.default_rng(_SEED)
    scale = _DRAWN_PX[0] / IMAGE_SIZE_PX[0]
    points = background_px(shown, _SEED, count=400) * scale
    count = points.shape[1]
    radii, colours = rng.uniform(*_RADIUS_PX, count), rng.integers(20, 236, (count, 3)).tolist()
    carried = np.arange(count) < _ON_PEOPLE_SHARE * count
    away = rng.uniform(-0.25, 0.25, (count, 2)) * _DRAWN_PX[1]
    hips = BODY33_INDEX["left_hip"]
    for frame, keypoints in enumerate(shown.track.keypoints_px * scale):
        rgb = np.full((_DRAWN_PX[1], _DRAWN_PX[0], 3), 128, np.uint8)
        places = np.where(carried[:, None], keypoints[hips] + away, points[frame])
        for place, radius, colour in zip(places, radii, colours, strict=True):
            draw_circle(rgb, place, radius, tuple(colour))
        for start, end in BODY33_EDGES:
            draw_line(rgb, keypoints[start], keypoints[end], (200, 170, 150), 7.0)
        grain = rng.normal(0.0, _GRAIN, rgb.shape[:2])[..., None]
        yield np.clip(rgb + grain, 0.0, 255.0).astype(np.uint8)
