"""Scenes painted in several ways and held against the truth, and the painter's steadiness and patience with noise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.bench.paint_figures import Looks, looks, mean_looks, overlap
from manekko.bench.paint_noise import JITTER_PX, JITTER_SIDE_PX, MISSING, Noise, captured, cut_views, seen_track, still
from manekko.bench.paint_pose import PoseFigures, box_side_px, pose_figures, seen_keypoints
from manekko.bench.paint_scenes import Drawn, Scene, Studio
from manekko.bench.paint_time import flicker, warping_error
from manekko.bench.paint_ways import Pictures, Way, painted, painted_from_sticks, with_confidences
from manekko.paint.crop import Square
from manekko.paint.dataset.render import FPS
from manekko.paint.keypoint_series import filled_and_smoothed
from manekko.paint.painter import Painter
from manekko.paint.pose_map import PoseMap
from manekko.people.landmarks import BodyNet

STILL_FRAMES = 30
TREMBLE_PX = 0.1
"""How far the picture of a still pose moves each time, along each axis: what is left of a calm square's motion."""
_NOISY_STEP = 2
"""Of noisy scenes every second frame is looked at."""


@dataclass(frozen=True)
class WayRow:
    """One way to make pictures of one size."""

    side_px: int
    way: str
    frames: int
    ssim: float
    psnr_db: float
    iou: float
    boundary_f: float
    face_ssim: float
    warping_ratio: float
    """Warping error over that of the truth."""


@dataclass
class _Gathered:
    """What is known of one way so far."""

    looks: list[Looks] = field(default_factory=list)
    warping: list[float] = field(default_factory=list)


class Tribunal:
    """Gathers figures of pictures of one size, scene by scene."""

    def __init__(self, net: BodyNet) -> None:
        self._net = net
        self._ways: dict[str, _Gathered] = {}
        self._seen: dict[str, list[Float[Array, "look 33 2"]]] = {"truth": []}
        self._keypoints: list[Float[Array, "frame 33 4"]] = []
        self._sides: list[float] = []
        self._truth_warping: list[float] = []

    def hear(self, drawn: Drawn, ways: Mapping[str, Way], posed: Sequence[str]) -> None:
        """Judge a scene.

        Args:
            drawn: what is true of it.
            ways: how its pictures are made, by name.
            posed: those of the ways in which the detector looks for the pose.
        """
        self._keypoints.append(drawn.keypoints)
        self._sides += [box_side_px(picture) for picture in drawn.rgba]
        self._truth_warping.append(warping_error(drawn.rgba, drawn.flow_px))
        self._look("truth", drawn.rgba, drawn.rgba)
        for name, way in ways.items():
            pictures = way(drawn)
            gathered = self._ways.setdefault(name, _Gathered())
            triples = zip(drawn.rgba, pictures, drawn.head_px, strict=True)
            gathered.looks += [looks(truth, picture, head) for truth, picture, head in triples]
            gathered.warping.append(warping_error(pictures, drawn.flow_px))
            if name in posed:
                self._look(name, pictures, drawn.rgba)

    def _look(self, name: str, pictures: Pictures, truths: Pictures) -> None:
        found = [seen_keypoints(self._net, picture, truth) for picture, truth in zip(pictures, truths, strict=True)]
        self._seen.setdefault(name, []).extend(found)

    def row(self, side_px: int, way: str) -> WayRow:
        """Return the figures of a way, over all scenes."""
        gathered = self._ways[way]
        ratio = float(np.nanmean(gathered.warping) / np.nanmean(self._truth_warping))
        return WayRow(side_px, way, len(gathered.looks), *mean_looks(gathered.looks), warping_ratio=ratio)

    def pose(self, way: str) -> PoseFigures:
        """Return what the detector says of a way's pictures."""
        keypoints = np.concatenate(self._keypoints)
        return pose_figures(np.stack(self._seen[way]), np.stack(self._seen["truth"]), keypoints, np.array(self._sides))


@dataclass(frozen=True)
class Steadiness:
    """How much pictures of a pose that stands still change in time [of 255]."""

    still: float
    """Nothing moves at all."""
    trembling: float
    """The picture trembles by a fraction of a pixel; of keypoints: they are our detector's."""
    renderer_trembling: float | None
    """The character itself drawn so; None where there is no such thing."""


def dense_steadiness(studio: Studio, painter: Painter, held: Sequence[Scene], seed: int) -> Steadiness:
    """Return how steadily a painter paints first poses of scenes from their maps, its own picture before each."""
    rng = np.random.default_rng([seed, 4])
    found = []
    for scene in held:
        standing = still(scene, STILL_FRAMES)
        told = studio.maps(standing.poses[:1], standing.views(studio.side_px)[:1])
        shaking = _shaken(standing, rng, studio.side_px)
        views = shaking.views(studio.side_px)
        drawn = np.stack([studio.picture(pose, view) for pose, view in zip(shaking.poses, views, strict=True)])
        pictures = painted(painter, told * STILL_FRAMES), painted(painter, studio.maps(shaking.poses, views)), drawn
        found.append([flicker(each) for each in pictures])
    return Steadiness(*np.mean(found, axis=0).tolist())


def _shaken(scene: Scene, rng: np.random.Generator, side_px: int) -> Scene:
    """Return the scene with squares that tremble."""
    squares: list[Square] = []
    for square in scene.squares:
        right, down = (rng.standard_normal(2) * TREMBLE_PX * square.side / side_px).tolist()
        squares.append(replace(square, left=square.left + right, top=square.top + down))
    return replace(scene, squares=tuple(squares))


@dataclass(frozen=True)
class Patience:
    """What noise costs."""

    clean_iou: float
    noisy_iou: float
    clean_pck: float
    noisy_pck: float

    @property
    def iou_lost(self) -> float:
        """Shared area that noise costs."""
        return self.clean_iou - self.noisy_iou

    @property
    def pck_lost_points(self) -> float:
        """Keypoints that noise costs [percentage points]."""
        return 100.0 * (self.clean_pck - self.noisy_pck)


Noisy = Callable[[Scene, Drawn, Noise, int], Pictures]
"""A scene, what is true of it, what is wrong with its keypoints, and a seed → pictures of every ``_NOISY_STEP``th
frame."""


def patience(net: BodyNet, studio: Studio, held: Sequence[Scene], paint: Noisy) -> Patience:
    """Return what jitter and missing joints cost, against the same way without them."""
    shares: dict[Noise, list[float]] = {}
    seen: dict[Noise, list[Float[Array, "look 33 2"]]] = {}
    keypoints, sides = [], []
    noises = Noise(), Noise(JITTER_PX, MISSING)
    for seed, scene in enumerate(held):
        drawn = studio.drawn(scene)
        truths = drawn.rgba[::_NOISY_STEP]
        keypoints.append(drawn.keypoints[::_NOISY_STEP])
        sides += [box_side_px(truth) for truth in truths]
        for noise in noises:
            pictures = paint(scene, drawn, noise, seed)
            pairs = list(zip(truths, pictures, strict=True))
            shares.setdefault(noise, []).extend(overlap(truth, picture) for truth, picture in pairs)
            seen.setdefault(noise, []).extend(seen_keypoints(net, picture, truth) for truth, picture in pairs)
    clean, noisy = (np.stack(seen[noise]) for noise in noises)
    poses = pose_figures(noisy, clean, np.concatenate(keypoints), np.array(sides))
    iou = [float(np.mean(shares[noise])) for noise in noises]
    return Patience(iou[0], iou[1], poses.truth_pck, poses.pck)


def dense_from_keypoints(studio: Studio, painter: Painter) -> Noisy:
    """Return the way from keypoints through capturing, the figure's pose and its maps to pictures."""

    def paint(scene: Scene, drawn: Drawn, noise: Noise, seed: int) -> Pictures:
        track = seen_track(studio.figure, scene, noise, seed)
        found, views = captured(studio.figure, scene, track)
        cut = cut_views(found, views, studio.side_px)
        maps: tuple[PoseMap, ...] = studio.maps(found.poses[::_NOISY_STEP], cut[::_NOISY_STEP])
        return painted(painter, maps)

    return paint


def stick_steadiness(studio: Studio, painter: Painter, held: Sequence[Scene], seed: int) -> Steadiness:
    """Return how steadily a painter paints first poses of scenes from keypoints.

    Exact ones, and such as our detector sees, filled and smoothed. The renderer knows no keypoints.
    """
    found = []
    for scene in held:
        standing = still(scene, STILL_FRAMES)
        exact = studio.drawn(replace(standing, poses=standing.poses[:1], squares=standing.squares[:1]))
        body, hands = (
            np.repeat(with_confidences(each), STILL_FRAMES, axis=0) for each in (exact.keypoints, exact.hands)
        )
        track = seen_track(studio.figure, standing, Noise(detector=1.0), seed)
        corners = np.array([[square.left, square.top] for square in standing.squares])[:, None]
        noisy = body.copy()
        noisy[..., :2] = (track.keypoints_px - corners) * studio.side_px / standing.squares[0].side
        smooth, _ = filled_and_smoothed(noisy, None, fps=FPS)
        pictures = [painted_from_sticks(painter, each, hands, studio.side_px) for each in (body, smooth)]
        found.append([flicker(each) for each in pictures])
    return Steadiness(*np.mean(found, axis=0).tolist(), renderer_trembling=None)


def from_sticks(studio: Studio, painter: Painter) -> Noisy:
    """Return the way from keypoints, filled and smoothed, to pictures."""

    def paint(scene: Scene, drawn: Drawn, noise: Noise, seed: int) -> Pictures:
        rng = np.random.default_rng([seed, 6])
        spoilt_px = noise.jitter_px * studio.side_px / JITTER_SIDE_PX
        parts = []
        for points in (with_confidences(drawn.keypoints), with_confidences(drawn.hands)):
            points[..., :2] += rng.standard_normal(points[..., :2].shape) * spoilt_px
            points[rng.random(points.shape[:-1]) < noise.missing] = [np.nan, np.nan, np.nan, 0.0]
            parts.append(points)
        body, hands = filled_and_smoothed(*parts, fps=FPS)
        assert hands is not None
        return painted_from_sticks(painter, body[::_NOISY_STEP], hands[::_NOISY_STEP], studio.side_px)

    return paint


def repeated(picture: UInt8[Array, "side side 4"]) -> Way:
    """Return the way that shows one and the same picture always."""
    return lambda drawn: np.repeat(picture[None], len(drawn.rgba), axis=0)


def spoilt(spoil: Callable[[UInt8[Array, "height width 4"]], UInt8[Array, "height width 4"]]) -> Way:
    """Return the way that shows the true pictures a little spoilt."""
    return lambda drawn: np.stack([spoil(picture) for picture in drawn.rgba])
