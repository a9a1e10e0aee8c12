"""What a detector gets wrong, drawn from numbers: keypoints, weak depth, missed limbs, left for right.

Sizes are those that WHAM and GVHMR train with (bias, jitter, peaks), made to last over frames as a detector's do.
Level 1 is an ordinary clip, 2 is twice as bad, 0 is exact. All of it follows from the generator that is given.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from manekko.arrays import Array, Bool, Float
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import from_rotation_vectors, rotate

_SIZES_MM = {
    "nose": (10, 40, 24, 0.10), "mouth": (10, 30, 24, 0.10), "eye": (5, 10, 24, 0.10), "ear": (5, 10, 24, 0.10),
    "shoulder": (15, 15, 45, 0.05), "elbow": (10, 25, 75, 0.025), "wrist": (5, 35, 120, 0.017),
    "pinky": (8, 30, 120, 0.017), "index": (8, 30, 120, 0.017), "thumb": (8, 30, 120, 0.017),
    "hip": (20, 10, 24, 0.05), "knee": (10, 15, 90, 0.025), "ankle": (5, 25, 120, 0.017),
    "heel": (8, 25, 120, 0.017), "toe": (8, 25, 120, 0.017),
}  # fmt: skip
"""Jitter, bias and peak of each keypoint [mm, standard deviation an axis], and the share of frames with a peak."""
_CARRIED = {"pinky": "wrist", "index": "wrist", "thumb": "wrist", "heel": "ankle", "toe": "ankle"}
"""Whose peaks a keypoint shares: a hand that is lost is lost as a whole."""
_SLOW_SHARE = 0.5
"""Slow error by the bias: what is left in real clips once each keypoint's mean error is taken out."""
_PEAK_FRAMES = (5, 11)
_PEAK_LASTS = 3.0
"""Frames that a peak counts for."""

_SURE_M = 0.12
"""Moving error at which the confidence has fallen to half [m]."""
_CONFIDENCE_SPREAD = 0.06

_DROPPED_SHARE, _DROPPED_FRAMES, _DROPPED_M = 0.03, (4, 15), 0.08
_SWAPPED_SHARE, _SWAPPED_FRAMES = 0.10, (3, 12)
_CHAINS = (("elbow", "wrist", "pinky", "index", "thumb"), ("wrist", "pinky", "index", "thumb"),
           ("knee", "ankle", "heel", "toe"), ("ankle", "heel", "toe"))  # fmt: skip

_SHRINK = (0.6, 1.1)
_LEAN_RAD = np.radians(5.0)
_WORLD_M = np.array([0.022, 0.022, 0.076])
"""Error of the detector's 3D [m] along (x, y, z) of the view, at a lever of 1."""
_LEVERS = {
    "nose": 0.9, "mouth": 0.9, "eye": 0.9, "ear": 0.9, "shoulder": 0.6, "elbow": 1.0, "wrist": 1.5, "pinky": 1.6,
    "index": 1.6, "thumb": 1.5, "hip": 0.25, "knee": 1.1, "ankle": 1.6, "heel": 1.7, "toe": 1.7,
}  # fmt: skip


def part_of(keypoint: str) -> str:
    """Return the part that a keypoint shows, without its side: ``wrist``, ``eye``."""
    words = keypoint.replace("left", "").replace("right", "").strip("_").split("_")
    return words[0]


_PARTS = [part_of(name) for name in BODY33]
_TABLE = np.array([_SIZES_MM[part] for part in _PARTS])
_JITTER_M, _BIAS_M, _PEAK_M = (_TABLE[:, column] / 1000.0 for column in range(3))
_PEAK_SHARE = _TABLE[:, 3]
_LEVER = np.array([_LEVERS[part] for part in _PARTS])
_LEGS = np.array([part in ("hip", "knee", "ankle", "heel", "toe") for part in _PARTS])


@dataclass(frozen=True)
class KeypointNoise:
    """Errors of where the keypoints are seen."""

    bias_m: Float[Array, "33 3"]
    """Constant through the clip, in the axes of the part that carries the keypoint [m]."""
    moving_m: Float[Array, "frame 33 3"]
    """What changes, in the world [m]."""
    confidences: Float[Array, "frame 33"]
    """What the detector says of it, 0–1."""


def slow_noise(rng: np.random.Generator, shape: tuple[int, ...], every: int) -> Float[Array, "frame *rest"]:
    """Return noise of standard deviation 1 along the first axis of ``shape``, drawn every so many frames and smooth."""
    frames = shape[0]
    knots = np.arange(-every, frames + 2 * every, every)
    values = rng.standard_normal((len(knots), *shape[1:]))
    smooth = CubicSpline(knots, values, axis=0)(np.arange(frames))
    # A spline through independent knots has about 0.85 of their spread between them.
    return smooth / 0.92


def keypoint_noise(rng: np.random.Generator, frame_count: int, level: float) -> KeypointNoise:
    """Return how wrong the keypoints of a clip are seen."""
    shape = (frame_count, len(BODY33), 3)
    bias = rng.standard_normal(shape[1:]) * _BIAS_M[:, None] * level
    slow = np.sqrt(0.5) * (slow_noise(rng, shape, 20) + slow_noise(rng, shape, 6))
    moving = slow * _SLOW_SHARE * _BIAS_M[:, None] + rng.standard_normal(shape) * _JITTER_M[:, None]
    moving = (moving + _peaks(rng, frame_count)) * level
    dropped = dropped_keypoints(rng, frame_count) if level > 0.0 else np.zeros(shape[:2], dtype=bool)
    moving = moving + np.where(dropped[..., None], slow_noise(rng, shape, 10) * _DROPPED_M * level, 0.0)
    error = np.linalg.norm(moving, axis=-1)
    sure = _SURE_M / (error + _SURE_M) + rng.standard_normal(shape[:2]) * _CONFIDENCE_SPREAD * min(level, 1.0)
    sure = np.where(dropped, rng.uniform(0.05, 0.35, shape[:2]), sure)
    return KeypointNoise(bias, moving, np.clip(sure, 0.02, 1.0))


def _peaks(rng: np.random.Generator, frame_count: int) -> Float[Array, "frame 33 3"]:
    """Moments in which a keypoint runs off and comes back."""
    result = np.zeros((frame_count, len(BODY33), 3))
    for name, part, share, size in zip(BODY33, _PARTS, _PEAK_SHARE, _PEAK_M, strict=True):
        if part in _CARRIED:
            continue
        carried = [BODY33_INDEX[name.replace(part, other)] for other, by in _CARRIED.items() if by == part]
        for start in np.flatnonzero(rng.random(frame_count) < share / _PEAK_LASTS):
            length = int(rng.integers(*_PEAK_FRAMES))
            bump = np.hanning(length + 2)[1:-1, None] * rng.standard_normal(3) * size
            end = min(start + length, frame_count)
            for column in (BODY33_INDEX[name], *carried):
                result[start:end, column] += bump[: end - start]
    return result


def dropped_keypoints(rng: np.random.Generator, frame_count: int) -> Bool[Array, "frame 33"]:
    """Return which keypoints are lost when: ends of limbs, for a few frames."""
    lost = np.zeros((frame_count, len(BODY33)), dtype=bool)
    for side in ("left", "right"):
        for chain in _CHAINS:
            columns = [BODY33_INDEX[f"{side}_{part}"] for part in chain]
            for start, end in bursts(rng, frame_count, _DROPPED_SHARE / 2.0, _DROPPED_FRAMES):
                lost[start:end, columns] = True
    return lost


def bursts(rng: np.random.Generator, frame_count: int, share: float, lengths: tuple[int, int]) -> list[tuple[int, int]]:
    """Return [start, end) of runs that cover about a share of the frames, each as long as ``lengths`` say."""
    result: list[tuple[int, int]] = []
    wanted = share * frame_count * rng.uniform(0.6, 1.4)
    while wanted >= lengths[0]:
        length = min(int(rng.integers(lengths[0], lengths[1] + 1)), frame_count)
        start = int(rng.integers(0, frame_count - length + 1))
        result.append((start, start + length))
        wanted -= length
    return result


def swapped_columns(rng: np.random.Generator, frame_count: int) -> Array:
    """Return (frame, 33) which keypoint is reported in each place: itself, or in bursts the other side's.

    A tenth of the frames is swapped, half of the bursts in the legs alone.
    """
    columns = np.tile(np.arange(len(BODY33)), (frame_count, 1))
    for start, end in bursts(rng, frame_count, _SWAPPED_SHARE, _SWAPPED_FRAMES):
        legs_only = rng.random() < 0.5
        columns[start:end] = np.where(_LEGS | (not legs_only), BODY33_MIRROR, np.arange(len(BODY33)))
    return columns


def weak_world(
    rng: np.random.Generator, points_m: Float[Array, "frame 33 3"], level: float
) -> Float[Array, "frame 33 3"]:
    """Return a detector's own idea of a shape: too flat, leaning, uncertain along the view.

    Args:
        rng: source of chance.
        points_m: true keypoints about the mid-hip in the view's axes (x right, y down, z away).
        level: size of the errors.
    """
    frames = len(points_m)
    shrink = 1.0 + (rng.uniform(*_SHRINK) - 1.0) * level
    size = 1.0 + 0.04 * rng.standard_normal() * level
    lean = (rng.standard_normal((1, 2)) + slow_noise(rng, (frames, 2), 45)) * _LEAN_RAD * level
    # About the view's x axis (forwards and back) and its z axis (sideways, which the picture mostly tells).
    turn = from_rotation_vectors(np.stack([lean[:, 0], np.zeros(frames), 0.3 * lean[:, 1]], axis=-1))
    shape = rotate(turn[:, None], points_m * np.array([1.0, 1.0, max(shrink, 0.2)]) * size)
    noise = sum(
        share * slow_noise(rng, shape.shape, every) for share, every in ((0.8, 20), (0.55, 6))
    ) + 0.24 * rng.standard_normal(shape.shape)
    shape = shape + noise * _WORLD_M * _LEVER[:, None] * level
    hips = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
    return shape - shape[:, hips].mean(1, keepdims=True)
