"""Datasets drawn of a model: pictures of it in many poses and views, with everything that is true of them."""

import contextlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.files.motions import read_motion
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.resample import resampled
from manekko.paint.crop import Outlines, calm_squares
from manekko.paint.dataset.plan import NamedMotion, Take, camera, loosened, split_of, taken_part, takes
from manekko.paint.dataset.shards import Dataset, ShardInfo, begin_dataset, has_shard, new_shard, open_dataset
from manekko.paint.figure_keypoints import figure_hands_m, figure_keypoints_m
from manekko.paint.pose_map import FIELDS, LIGHT, looked_at
from manekko.paint.views import Views, draw_views, resting
from manekko.people.keypoints import BODY33_INDEX
from manekko.progress import Progress, silent
from manekko.stage.casting import Part, dancer
from manekko.stage.figure import Figure, Pose, VertexMorph
from manekko.stage.figures import read_figure
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truth, Truths, flow
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

FPS = 30.0

_ARRAYS = ("rgba", *FIELDS, "flow", "keypoints", "hands")
_MOTION_ENDINGS = (".vmd", ".bvh")
_SEEN_M = 0.12
"""A joint lies so deep in the flesh at most."""
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_FACES = (
    *("まばたき", "笑い", "ウィンク", "あ", "い", "う", "え", "お", "にこり", "困る"),
    *("blink", "happy", "aa", "ih", "ou", "ee", "oh", "surprised"),
)


@dataclass(frozen=True)
class RenderDatasetOptions:
    """What to draw a dataset of."""

    character: Path
    """PMX, PMD, VRM or GLB."""
    motions: tuple[Path, ...]
    """VMD and BVH files, or folders of them."""
    out: Path
    frames: int = 4000
    size_px: int = 256
    seed: int = 0
    held: tuple[str, ...] = ()
    """Names of motions to hold back for judging; empty: one of ten."""


def render_dataset(options: RenderDatasetOptions, progress: Progress = silent) -> Dataset:
    """Draw a dataset, or what is still missing of it; what is there is never touched.

    Raises:
        InputError: the character, the motions or the folder cannot be used.
        FormatError: one of the files is damaged.
        MissingToolError: the machine has no OpenGL, or the folder cannot be made.
    """
    if options.size_px % 16 or not 32 <= options.size_px <= 1024:
        raise InputError(f"pictures of {options.size_px} px cannot be learned from; give a multiple of 16 up to 1024")
    figure = read_figure(options.character)
    files = motion_files(options.motions)
    motions = [NamedMotion(path.stem, _at_30_fps(path), split_of(path.stem, options.held)) for path in files]
    if all(one.motion.frame_count < 2 for one in motions):
        raise InputError("the motions are of one frame each: nothing moves in them; give dances")
    made_of = {
        "model": str(options.character),
        "character": zlib.crc32(options.character.read_bytes()) if options.character.is_file() else figure.rig.name,
        "motions": [path.name for path in files],
        "body_m": rest_keypoints(figure),
        **{"frames": options.frames, "seed": options.seed, "held": list(options.held)},
    }
    dataset = begin_dataset(options.out, figure.rig.name, options.size_px, made_of)
    views = dataset.views()
    if views is None:
        views = draw_views(figure)
        views.save(dataset.folder / "views.npz")
    plan = takes(motions, options.frames, options.seed)
    studio = _Studio(figure, views, options.size_px)
    done = 0
    for take in plan:
        if not has_shard(dataset, take.name):
            info = ShardInfo(take.motion.name, take.motion.split, take.frames, FPS)
            with new_shard(dataset, take.name, info, _ARRAYS) as arrays:
                studio.shoot(take, arrays)
        done += take.frames
        progress("render", done, options.frames)
    return open_dataset(dataset.folder)


def rest_keypoints(figure: Figure) -> list[list[float]] | None:
    """Return the figure's keypoints at rest to a tenth of a millimetre; None where it lacks some of the bones."""
    body_m = np.round(figure_keypoints_m(figure, resting(figure)), 4)
    return body_m.tolist() if np.isfinite(body_m).all() else None


def motion_files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the motion files that are given, or lie in folders that are given, by name.

    Raises:
        InputError: there is none.
    """
    found = []
    for path in paths:
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in _MOTION_ENDINGS) if path.is_dir() else []
        found += inside or [path]
    if not found:
        raise InputError("there is no motion to draw; give VMD or BVH files, or a folder of them")
    return found


def _at_30_fps(path: Path) -> Motion | RigMotion:
    motion = read_motion(path)
    return resampled(motion, fps=FPS) if isinstance(motion, Motion) else motion


class _Studio:
    """Draws one figure, take by take."""

    def __init__(self, figure: Figure, views: Views, size_px: int) -> None:
        self._figure, self._views, self._size_px = figure, views, size_px
        self._outlines = Outlines(figure)

    def shoot(self, take: Take, arrays: Mapping[str, Array]) -> None:
        """Fill a shard's arrays."""
        rng = take.generator()
        motion, frames = taken_part(take)
        one = dancer(Part(Path(take.motion.name), motion), self._figure)
        poses = list(one.poses(frames / FPS))[-take.frames :]
        if isinstance(motion, Motion):
            poses = _with_faces(self._figure, poses, rng)
        view = camera(rng, np.median([pose.positions_m.mean(0) for pose in poses], axis=0))
        boxes = [self._outlines.box_px(view, pose) for pose in poses]
        known = np.stack([np.full((2, 2), np.nan) if box is None else box for box in boxes])
        squares = loosened(rng, calm_squares(known, FPS))
        self._draw(poses, [square.seen_by(view, self._size_px) for square in squares], arrays)

    def _draw(self, poses: list[Pose], views: list[View], arrays: Mapping[str, Array]) -> None:
        size = (self._size_px, self._size_px)
        with contextlib.ExitStack() as stack:
            renderer = stack.enter_context(Renderer(size, [self._figure], shadow=False))
            truths = stack.enter_context(Truths([self._figure]))
            before: Truth | None = None
            for number, (pose, view) in enumerate(zip(poses, views, strict=True)):
                truth, told = looked_at(truths, view, pose, self._views, LIGHT)
                arrays["rgba"][number] = renderer.draw(view, LIGHT, [pose])
                for name in FIELDS:
                    arrays[name][number] = getattr(told, name)
                arrays["keypoints"][number], arrays["hands"][number] = seen_keypoints(self._figure, pose, view, truth)
                if before is not None:
                    moved = flow(before, truth)
                    arrays["flow"][number - 1] = np.where(moved.visible[..., None], moved.shifts_px, np.nan)
                before = truth
            arrays["flow"][len(poses) - 1] = np.nan


def _with_faces(figure: Figure, poses: list[Pose], rng: np.random.Generator) -> list[Pose]:
    """Return the poses with faces that change: captured motions have none."""
    known = [k for k, (name, morph) in enumerate(figure.morphs) if name in _FACES and isinstance(morph, VertexMorph)]
    if not known or rng.random() < 0.3:
        return poses
    chosen = rng.choice(known, size=min(2, len(known)), replace=False)
    phases, rates = rng.uniform(0.0, 2.0 * np.pi, len(chosen)), rng.uniform(0.3, 1.5, len(chosen))
    result = []
    for number, pose in enumerate(poses):
        weights = pose.morph_weights.copy()
        weights[chosen] = np.clip(np.sin(phases + 2.0 * np.pi * rates * number / FPS), 0.0, 1.0)
        result.append(replace(pose, morph_weights=weights))
    return result


def seen_keypoints(figure: Figure, pose: Pose, view: View, truth: Truth) -> tuple[Array, Array]:
    """Return the body's and the hands' keypoints as shards hold them."""
    body, hands = figure_keypoints_m(figure, pose), figure_hands_m(figure, pose)
    points_m = np.concatenate([body, hands.reshape(-1, 3)])
    points_px, depths_m = projected(view, points_m)
    hips_m = float(np.nanmean(depths_m[_HIPS])) if np.isfinite(depths_m[_HIPS]).any() else 0.0
    shown = _shown(points_px, depths_m, truth.depth_m)
    rows = np.concatenate([points_px, depths_m[:, None] - hips_m, shown[:, None]], axis=1).astype(np.float32)
    return rows[:33], rows[33:].reshape(2, 21, 4)


def _shown(
    points_px: Float[Array, "point 2"], depths_m: Float[Array, " point"], depth_m: Float[Array, "height width"]
) -> Array:
    """Return which points are in the picture and not behind something else."""
    height, width = depth_m.shape
    inside = np.asarray(((points_px >= 0.0) & (points_px < [width, height])).all(1))
    at = np.floor(np.where(inside[:, None], points_px, 0.0)).astype(np.int64)
    return inside & np.asarray(depths_m - depth_m[at[:, 1], at[:, 0]] < _SEEN_M)
