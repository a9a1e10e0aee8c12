"""What our detector gets wrong, drawn from numbers: keypoints, weak depth, limbs hard to see, left for right.

Sizes, durations and what confidences tell were measured on pictures of known motion and agree with real clips of
known truth (``lift.detector_error``). Level 1 is an ordinary clip, 2 is twice as bad, 0 is exact. All of it follows
from the generator that is given.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import lfilter

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import from_rotation_vectors, rotate

_SIZES_MM = {
    "nose": (20, 14, 0.005), "mouth": (20, 14, 0.005), "eye": (15, 12, 0.005), "ear": (20, 14, 0.005),
    "shoulder": (19, 18, 0.005), "elbow": (11, 14, 0.03), "wrist": (7, 10, 0.01), "pinky": (17, 12, 0.02),
    "index": (17, 12, 0.02), "thumb": (15, 12, 0.02), "hip": (17, 15, 0.005), "knee": (13, 12, 0.03),
    "ankle": (14, 10, 0.03), "heel": (16, 13, 0.03), "toe": (12, 9, 0.03),
}  # fmt: skip
"""Of each keypoint when it is well seen: the constant and the moving error [mm, standard deviation an axis], and the
share of frames in which it is somewhere else altogether."""
_MOVING_LASTS_FRAMES = 3.6
"""Moving errors of neighbouring frames are alike for so long: .76, .57, .33, .11 after 1, 2, 4, 8 frames."""
_CARRIED = {"pinky": "wrist", "index": "wrist", "thumb": "wrist", "heel": "ankle", "toe": "ankle", "eye": "nose",
            "ear": "nose", "mouth": "nose"}  # fmt: skip
"""What goes astray with what: a hand that is lost is lost as a whole."""
_ASTRAY_M, _ASTRAY_FRAMES, _ASTRAY_LASTS = 0.13, (3, 8), 3.0
"""How far a keypoint goes astray [m, standard deviation an axis at most], for how long, and what that counts for."""

_SPELL_SHARE, _SPELL_FRAMES, _SPELL_CONFIDENCES = 0.08, (4, 20), (0.05, 0.85)
"""Share of the frames in which the end of a limb is hard to see, for how long, and the confidence then."""
_CONFIDENCES = np.array([0.0, 0.15, 0.4, 0.7, 0.9, 1.0])
_LARGER = np.array([5.0, 4.5, 2.8, 1.9, 1.4, 1.0])
"""How many times as large the moving error is at a confidence."""
_ASTRAY_SHARES = np.array([0.4, 0.3, 0.15, 0.09, 0.04, 0.0])
"""What a confidence adds to the share of frames astray."""
_SURE = {"shoulder": 0.995, "hip": 0.995, "elbow": 0.97, "wrist": 0.96, "knee": 0.96, "ankle": 0.93, "heel": 0.85,
         "toe": 0.9}  # fmt: skip
"""Usual confidences; the head's and the hands': 0.95."""
_CONFIDENCE_SPREAD = 0.02
_SWAPPED_SHARE, _SWAPPED_FRAMES = 0.10, (3, 12)
_CHAINS = (("elbow", "wrist", "pinky", "index", "thumb"), ("wrist", "pinky", "index", "thumb"),
           ("knee", "ankle", "heel", "toe"), ("ankle", "heel", "toe"))  # fmt: skip

_SHRINK = (0.6, 1.1)
_LEAN_RAD = np.radians(5.0)
_WORLD_M = np.array([0.022, 0.022, 0.076])
"""Error of the detector's 3D [m] along (x, y, z) of the view, at a lever of 1."""
_LEVERS = {
    "nose": 0.9, "mouth": 0.36, "eye": 0.36, "ear": 0.36, "shoulder": 0.75, "elbow": 1.25, "wrist": 1.5, "pinky": 0.6,
    "index": 0.6, "thumb": 0.6, "hip": 0.45, "knee": 1.1, "ankle": 1.3, "heel": 1.0, "toe": 1.0,
}  # fmt: skip
"""How much of it each keypoint has; hands, feet and heads have their wrist's, ankle's and nose's as well."""


def part_of(keypoint: str) -> str:
    """Return the part that a keypoint shows, without its side: ``wrist``, ``eye``."""
    words = keypoint.replace("left", "").replace("right", "").strip("_").split("_")
    return words[0]


def carrier_of(keypoint: str) -> str:
    """Return the keypoint whose fate one shares: itself, its wrist, its ankle, or the nose."""
    carrier = _CARRIED.get(part_of(keypoint))
    if carrier is None or carrier == "nose":
        return carrier or keypoint
    return f"{keypoint.split('_')[0]}_{carrier}"


_PARTS = [part_of(name) for name in BODY33]
_TABLE = np.array([_SIZES_MM[part] for part in _PARTS])
_BIAS_M, _MOVING_M = _TABLE[:, 0] / 1000.0, _TABLE[:, 1] / 1000.0
_ASTRAY_SHARE = _TABLE[:, 2]
_LEVER = np.array([_LEVERS[part] for part in _PARTS])
_USUAL = np.array([_SURE.get(part, 0.95) for part in _PARTS])
_LEGS = np.array([part in ("hip", "knee", "ankle", "heel", "toe") for part in _PARTS])
_CARRIERS = np.array([BODY33_INDEX[carrier_of(name)] for name in BODY33])
"""The keypoint whose fate each one shares: mostly itself."""


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


def lasting_noise(rng: np.random.Generator, shape: tuple[int, ...], frames: float) -> Float[Array, "frame *rest"]:
    """Return noise of standard deviation 1 whose neighbours along the first axis are alike for some frames."""
    alike = float(np.exp(-1.0 / frames))
    fresh = rng.standard_normal(shape)
    fresh[1:] *= np.sqrt(1.0 - alike**2)
    return np.asarray(lfilter([1.0], [1.0, -alike], fresh, axis=0))


def keypoint_noise(rng: np.random.Generator, frame_count: int, level: float) -> KeypointNoise:
    """Return how wrong the keypoints of a clip are seen."""
    shape = (frame_count, len(BODY33), 3)
    bias = rng.standard_normal(shape[1:]) * _BIAS_M[:, None] * level
    confidences = _confidences(rng, frame_count) if level > 0.0 else np.ones(shape[:2])
    larger = np.interp(confidences, _CONFIDENCES, _LARGER) / np.interp(_USUAL, _CONFIDENCES, _LARGER)
    size = _MOVING_M * np.maximum(larger, 1.0)
    moving = lasting_noise(rng, shape, _MOVING_LASTS_FRAMES) * size[..., None]
    moving = (moving + _astray(rng, confidences)) * level
    return KeypointNoise(bias, moving, confidences)


def _confidences(rng: np.random.Generator, frame_count: int) -> Float[Array, "frame 33"]:
    """High, but for spells in which ends of limbs are hard to see: hidden, blurred, or before their own colour."""
    result = np.tile(_USUAL, (frame_count, 1))
    for side in ("left", "right"):
        for chain in _CHAINS:
            columns = [BODY33_INDEX[f"{side}_{part}"] for part in chain]
            for start, end in bursts(rng, frame_count, _SPELL_SHARE, _SPELL_FRAMES):
                spell = rng.uniform(*_SPELL_CONFIDENCES)
                result[start:end, columns] = np.minimum(result[start:end, columns], spell)
    spread = lasting_noise(rng, result.shape, _MOVING_LASTS_FRAMES) * _CONFIDENCE_SPREAD
    return np.clip(result + spread * (1.0 + 4.0 * (result < 0.9)), 0.02, 1.0)


def _astray(rng: np.random.Generator, confidences: Float[Array, "frame 33"]) -> Float[Array, "frame 33 3"]:
    """Moments in which a keypoint is somewhere else, the oftener the less sure it is."""
    result = np.zeros((*confidences.shape, 3))
    shares = _ASTRAY_SHARE + np.interp(confidences, _CONFIDENCES, _ASTRAY_SHARES)
    for carrier in np.unique(_CARRIERS):
        carried = np.flatnonzero(carrier == _CARRIERS)
        for start in np.flatnonzero(rng.random(len(confidences)) < shares[:, carrier] / _ASTRAY_LASTS):
            length = int(rng.integers(*_ASTRAY_FRAMES))
            end = min(start + length, len(result))
            bump = np.hanning(length + 2)[1:-1, None] * rng.standard_normal(3) * _ASTRAY_M
            result[start:end, carried] += bump[: end - start, None]
    return result


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
    noise = 0.8 * slow_noise(rng, shape.shape, 20) + 0.55 * slow_noise(rng, shape.shape, 6)
    noise = (noise + 0.24 * rng.standard_normal(shape.shape)) * _LEVER[:, None]
    noise = noise + np.where((np.arange(len(BODY33)) != _CARRIERS)[:, None], noise[:, _CARRIERS], 0.0)
    shape = shape + noise * _WORLD_M * level
    hips = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
    return shape - shape[:, hips].mean(1, keepdims=True)
