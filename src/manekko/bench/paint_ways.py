"""Ways to make pictures of a scene: a painter's networks, and what they must be better than."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.bench.mocap import training_clips
from manekko.bench.paint_figures import GREY, on_grey
from manekko.bench.paint_pose import JUDGED
from manekko.bench.paint_scenes import Drawn, Scene, Studio, scenes
from manekko.errors import InputError
from manekko.paint.dataset.plan import NamedMotion
from manekko.paint.dataset.render import FPS
from manekko.paint.figure_keypoints import figure_keypoints_m
from manekko.paint.painter import Painter
from manekko.paint.pose_map import PoseMap
from manekko.paint.surface import guessed_map, sticks_of
from manekko.people.keypoints import BODY33_INDEX
from manekko.stage.figure import Figure
from manekko.stage.truths_surface import projected
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter

Pictures = UInt8[Array, "frame side side 4"]
Way = Callable[[Drawn], Pictures]
"""From what is true of a scene, of which it may only look at what it is told, to its pictures."""

STICK_NETWORK = "stick_paint"
"""Paints maps that were guessed from keypoints."""
SURE, UNSURE = 0.95, 0.5
"""Usual confidences in what is seen and in what is hidden."""

_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_POOL_SCENES, _POOL_FRAMES, _POOL_STEP = 48, 50, 2
_MEAN_OF = 12


def painted(painter: Painter, maps: Sequence[PoseMap], network: str = "dense") -> Pictures:
    """Return what a painter makes of pose maps, each after the one before; straight alpha."""
    before: Array | None = None
    result = []
    for told in maps:
        found = painter.painted(told, before, network)
        before = found.plain
        result.append(straight(found.rgba))
    return np.stack(result)


def painted_from_sticks(
    painter: Painter,
    keypoints: Float[Array, "frame 33 4"],
    hands: Float[Array, "frame side=2 21 4"],
    side_px: int,
) -> Pictures:
    """Return what a painter makes of keypoints (x, y [px], depth [m], confidence), each after the one before."""
    maps = [guessed(painter, body, both, side_px) for body, both in zip(keypoints, hands, strict=True)]
    return painted(painter, maps, STICK_NETWORK)


def painted_plainly(
    painter: Painter,
    keypoints: Float[Array, "frame 33 4"],
    hands: Float[Array, "frame side=2 21 4"],
    side_px: int,
) -> Pictures:
    """Return what a network makes of keypoints that knows nothing of the body's surface: the published baseline."""
    result = []
    for body, both in zip(keypoints, hands, strict=True):
        result.append(straight(painter.plain(sticks_of(body, both, side_px, painter.body_m))))
    return np.stack(result)


def guessed(
    painter: Painter, keypoints: Float[Array, "33 4"], hands: Float[Array, "side=2 21 4"], side_px: int
) -> PoseMap:
    """Return the pose map that a painter guesses from keypoints."""
    surface = painter.run("stick", sticks_given(painter, keypoints, hands, side_px))
    return guessed_map(surface[0], keypoints, painter.body_m, painter.views)


def sticks_given(
    painter: Painter, keypoints: Float[Array, "33 4"], hands: Float[Array, "side=2 21 4"], side_px: int
) -> dict[str, Array]:
    """Return what the network that guesses maps is given."""
    return {"sticks": sticks_of(keypoints, hands, side_px, painter.body_m)}


def with_confidences(points: Float[Array, "*frame point 4"]) -> Float[Array, "*frame point 4"]:
    """Return true points, visible or not, with the confidences that a detector has in such."""
    points = points.astype(np.float64)
    sure = np.where(points[..., 3:] > 0.5, SURE, UNSURE)
    return np.concatenate([points[..., :3], np.where(np.isfinite(points[..., :1]), sure, 0.0)], axis=-1)


def straight(premultiplied: UInt8[Array, "*frame side side 4"]) -> UInt8[Array, "*frame side side 4"]:
    """Return a picture whose colours are multiplied by alpha as one whose colours are not."""
    alpha = premultiplied[..., 3:].astype(np.float32)
    colours = np.minimum(premultiplied[..., :3] * (255.0 / np.maximum(alpha, 1.0)), 255.0)
    return np.concatenate([np.rint(colours), alpha], axis=-1).astype(np.uint8)


def through_codec(pictures: Pictures) -> Pictures:
    """Return pictures as they are after the program's own MP4, with their true alpha: what no painter can better.

    Raises:
        MissingToolError: the video cannot be written here.
    """
    side = pictures.shape[1]
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        video = Path(folder) / "truth.mp4"
        with VideoWriter(video, (side, side), FPS, fine=True) as writer:
            for number, picture in enumerate(np.rint(on_grey(pictures)).astype(np.uint8)):
                writer.write(picture, number / FPS)
        coded = np.stack([frame.rgb for frame in open_clip(video).frames()])[: len(pictures)]
    alpha = pictures[..., 3:].astype(np.float32)
    share = alpha / 255.0
    colours = (coded - GREY * (1.0 - share)) / np.maximum(share, 1.0 / 255.0)
    return np.rint(np.concatenate([np.clip(colours, 0.0, 255.0), alpha], axis=-1)).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Pool:
    """Poses that a painter may have learned from, not drawn: scenes of training motions."""

    scenes: tuple[Scene, ...]
    places: Array
    """(pose, 2): scene and frame of each."""
    points: Float[Array, "pose keypoint 2"]
    """The judged keypoints about the hips, in sides of the picture."""
    hips: Float[Array, "pose 2"]

    def nearest(self, studio: Studio, drawn: Drawn) -> Pictures:
        """Return for each frame the picture of the pose that looks most alike, moved so that the hips meet."""
        side = float(studio.side_px)
        points, hips = aligned(drawn.keypoints[..., :2].astype(np.float64) / side)
        result = []
        for one, hip in zip(points, hips, strict=True):
            apart = np.linalg.norm(self.points - one, axis=-1)
            known = np.isfinite(apart).any(axis=1)
            best = int(np.argmin(np.where(known, np.nan_to_num(apart, nan=0.0).mean(axis=1), np.inf)))
            picture = self._picture(studio, best)
            result.append(moved(picture, np.rint((hip - self.hips[best]) * side)))
        return np.stack(result)

    def mean(self, studio: Studio) -> UInt8[Array, "side side 4"]:
        """Return the mean picture."""
        total = np.zeros((studio.side_px, studio.side_px, 4))
        chosen = range(0, len(self.places), _MEAN_OF)
        for number in chosen:
            picture = self._picture(studio, number).astype(np.float64)
            total += np.concatenate([picture[..., :3] * picture[..., 3:] / 255.0, picture[..., 3:]], axis=-1)
        return straight(np.rint(total / len(chosen)).astype(np.uint8))

    def _picture(self, studio: Studio, number: int) -> UInt8[Array, "side side 4"]:
        scene, frame = self.places[number].tolist()
        of = self.scenes[scene]
        return studio.picture(of.poses[frame], of.squares[frame].seen_by(of.view, studio.side_px))


def training_pool(figure: Figure, seed: int) -> Pool:
    """Return poses of the clips that may be learned from, seen as datasets are.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    rng = np.random.default_rng([seed, 3])
    clips = training_clips()
    weights = np.array([clip.weight * len(clip.values) for clip in clips])
    motions: list[NamedMotion] = []
    while len(motions) < _POOL_SCENES:
        clip = clips[int(rng.choice(len(clips), p=weights / weights.sum()))]
        start = int(rng.integers(0, max(1, len(clip.values) - _POOL_FRAMES)))
        try:
            motion = clip.motion(start, _POOL_FRAMES)
        except InputError:
            continue
        motions.append(NamedMotion(clip.name, motion, "train"))
    taken = tuple(scenes(figure, motions, len(motions), _POOL_FRAMES, seed))
    places, points = [], []
    for number, scene in enumerate(taken):
        for frame in range(0, len(scene.poses), _POOL_STEP):
            square = scene.squares[frame]
            seen_px, _ = projected(square.seen_by(scene.view, 1), figure_keypoints_m(figure, scene.poses[frame]))
            places.append((number, frame))
            points.append(seen_px)
    about, hips = aligned(np.stack(points))
    return Pool(taken, np.array(places), about, hips)


def aligned(points: Float[Array, "frame 33 2"]) -> tuple[Float[Array, "frame keypoint 2"], Float[Array, "frame 2"]]:
    """Return the judged keypoints about the middle of the hips, and that middle."""
    hips = points[:, _HIPS].mean(axis=1)
    return points[:, JUDGED] - hips[:, None], hips


def moved(picture: UInt8[Array, "side side 4"], shift_px: Float[Array, "2"]) -> UInt8[Array, "side side 4"]:
    """Return the picture moved right and down by whole points; nothing comes in."""
    result = np.zeros_like(picture)
    side = len(picture)
    across, down = (int(np.clip(shift, -side, side)) for shift in np.nan_to_num(shift_px))
    to_rows, to_columns = (slice(max(shift, 0), side + min(shift, 0)) for shift in (down, across))
    rows, columns = (slice(max(-shift, 0), side + min(-shift, 0)) for shift in (down, across))
    result[to_rows, to_columns] = picture[rows, columns]
    return result
