"""A second opinion on how the bones lie, from image points alone: a small net that knows how people move.

It was trained on motion capture without pictures (``python -m manekko.bench.prior_training``), sees a third of a second
to either side, and says how sure it is of each bone. The detector's own 3D errs in other ways, so both together are
better than either: their directions are averaged, each weighted by its variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.lift.proportions import root_depths
from manekko.lift.series import resampled, smoothed, without_spikes
from manekko.people.keypoints import BODY33, BODY33_INDEX
from manekko.skeleton.rotations import between, conjugate, normalized, rotate

WEIGHTS = "second_prior.npz"
_NAMES = (
    "nose left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_pinky "
    "right_pinky left_index right_index left_hip right_hip left_knee right_knee left_ankle right_ankle left_heel "
    "right_heel left_toe right_toe"
)
POINTS: tuple[str, ...] = tuple(_NAMES.split())
"""Keypoints that the net looks at."""

STEPS = (-10, -7, -4, -2, 0, 2, 4, 7, 10)
"""Frames at 30 per second that the net sees together."""
FPS = 30.0

_LIMBS = {
    "upper_arm": ("shoulder", "elbow"), "forearm": ("elbow", "wrist"), "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"), "foot": ("ankle", "toe"), "sole": ("heel", "toe"),
}  # fmt: skip
BONES = ("torso", "shoulders", "hips", *(f"{side}_{limb}" for side in ("left", "right") for limb in _LIMBS))
"""Bones whose directions are told: the torso from mid-hip to mid-shoulder, two lines from right to left, the limbs."""
_DEPTH_CUTOFF_HZ, _PLACE_CUTOFF_HZ, _SHAPE_CUTOFF_HZ = 1.5, 1.0, 6.5
_DETECTOR = {"torso": 0.13, "shoulders": 0.20, "hips": 0.25, "upper_arm": 0.34, "forearm": 0.38, "thigh": 0.26,
             "shin": 0.27, "foot": 0.5, "sole": 0.6}  # fmt: skip
"""Error of the detector's own bone directions along the view, in bone lengths: on rendered clips of motions that
nothing was trained on (``python -m manekko.bench.detector_noise``)."""
_MODEST = {"torso": 1.4, "shoulders": 1.6, "hips": 2.2, "upper_arm": 1.1, "forearm": 1.1, "thigh": 1.35, "shin": 1.35,
           "foot": 3.0, "sole": 3.0}  # fmt: skip
"""How much larger the net's errors are than it tells: there, and for shoulders and hips on real people, whose hips
are not where motion capture has them; on feet, because ankles and toes lie elsewhere in shoes."""
GUESS_DOUBT = 2.0
"""How many times further off than the detector's 3D a shape is that ``guess`` made."""
_ALIKE = 1.2
"""Both opinions err alike a little: together they are so much less sure than two that have nothing in common."""
_SURE, _UNSURE = 0.05, 1.0
"""Bounds of the net's own error, in bone lengths."""
_BLOCK = 4000
"""Frames that the net looks at in one go."""


@dataclass(frozen=True)
class Directions:
    """How bones lie, in camera axes (x right, y down, z away)."""

    unit: Float[Array, "frame bone 3"]
    """Of length 1."""
    sigma: Float[Array, "frame bone"]
    """Standard deviation along the view, in bone lengths."""


def ends(bone: str) -> tuple[list[str], list[str]]:
    """Return the keypoints in whose middles a bone begins and ends."""
    if bone == "torso":
        return ["left_hip", "right_hip"], ["left_shoulder", "right_shoulder"]
    if bone in ("shoulders", "hips"):
        return [f"right_{bone[:-1]}"], [f"left_{bone[:-1]}"]
    side, limb = bone.split("_", 1)
    first, second = _LIMBS[limb]
    return [f"{side}_{first}"], [f"{side}_{second}"]


def _matrix(names: Sequence[str]) -> Float[Array, "bone keypoint"]:
    """Return what turns keypoints into bones, second end minus first."""
    result = np.zeros((len(BONES), len(names)))
    for row, bone in zip(result, BONES, strict=True):
        for sign, points in zip((-1.0, 1.0), ends(bone), strict=True):
            for point in points:
                row[names.index(point)] += sign / len(points)
    return result


OF_POINTS = _matrix(POINTS)
"""Bones of ``POINTS``."""
_OF_BODY33 = _matrix(BODY33)


def _other_side(name: str) -> str:
    return name.replace("left", "#").replace("right", "left").replace("#", "right")


TWINS = [POINTS.index(_other_side(name)) for name in POINTS]
"""Where each of ``POINTS`` is in the mirror."""
_TWIN_BONES = [BONES.index(_other_side(bone)) for bone in BONES]
_MIRROR = np.array(
    [[1.0, -1.0, -1.0, 1.0] if bone in ("shoulders", "hips") else [-1.0, 1.0, 1.0, 1.0] for bone in BONES]
)
"""What mirroring makes of a bone's direction; the two lines run from the other side then."""
_COLUMNS = [BODY33_INDEX[name] for name in POINTS]
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_SHOULDERS = [BODY33_INDEX["left_shoulder"], BODY33_INDEX["right_shoulder"]]
_HEAD = np.arange(BODY33_INDEX["mouth_right"] + 1)


def improved_shape(
    shape_m: Float[Array, "frame 33 3"],
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    camera: Camera,
    *,
    fps: float,
    doubt: float = 1.0,
) -> tuple[Float[Array, "frame 33 3"], Directions]:
    """Return the detector's shape with its bones turned to what both opinions say, and those directions.

    Args:
        shape_m: the detector's 3D about the mid-hip in camera axes [m].
        keypoints_px: image points [px]; NaN where never seen.
        confidences: 0–1.
        camera: the clip's.
        fps: frames per second of all of them, 30 or a multiple.
        doubt: how many times further off than the detector's own 3D the shape is thought to be; ``GUESS_DOUBT`` for
            one that was guessed without it.
    """
    bones = np.einsum("bk,fkc->fbc", _OF_BODY33, shape_m)
    own = normalized(bones)
    second = _second_opinion(shape_m, keypoints_px, confidences, camera, fps)
    weights = np.stack([np.broadcast_to((doubt * _by_bone(_DETECTOR)) ** -2.0, second.sigma.shape), second.sigma**-2.0])
    mean = (weights[0, ..., None] * own + weights[1, ..., None] * second.unit) / weights.sum(0)[..., None]
    unit = normalized(smoothed(mean, fps=fps, cutoff_hz=_SHAPE_CUTOFF_HZ))
    return _with_directions(shape_m, bones, unit), Directions(unit, _ALIKE * weights.sum(0) ** -0.5)


def _second_opinion(shape_m: Array, keypoints_px: Array, confidences: Array, camera: Camera, fps: float) -> Directions:
    hips = smoothed(keypoints_px[:, _HIPS].mean(1), fps=fps, cutoff_hz=_PLACE_CUTOFF_HZ)
    ray = camera.rays(hips)
    turn = between(np.array([0.0, 0.0, 1.0]), ray)
    times_s = np.arange(len(shape_m)) / fps
    depths = resampled(times_s, root_depths(keypoints_px, confidences, shape_m, camera), times_s)
    depths = smoothed(without_spikes(depths), fps=fps, cutoff_hz=_DEPTH_CUTOFF_HZ) * np.linalg.norm(ray, axis=-1)
    seen = rotate(conjugate(turn)[:, None], camera.rays(keypoints_px))
    flat_m = seen[..., :2] / seen[..., 2:] * depths[:, None, None]
    flat_m = (flat_m - flat_m[:, _HIPS].mean(1, keepdims=True))[:, _COLUMNS]
    known = np.isfinite(flat_m).all(-1)
    flat_m, sure = np.where(known[..., None], flat_m, 0.0), np.where(known, confidences[:, _COLUMNS], 0.0)
    step = max(round(fps / FPS), 1)
    windows = np.clip(np.arange(len(flat_m))[:, None] + np.array(STEPS) * step, 0, len(flat_m) - 1)
    found = _evaluated_in_blocks(inputs_of(flat_m, sure), windows)
    # A mirrored dancer is a dancer too: the mean of both views of it has no side.
    twin = _evaluated_in_blocks(inputs_of(flat_m[:, TWINS] * [-1.0, 1.0], sure[:, TWINS]), windows)
    found = (found + twin[:, _TWIN_BONES] * _MIRROR) / 2.0
    unit = rotate(turn[:, None], normalized(found[..., :3]))
    return Directions(unit, np.clip(np.exp(found[..., 3]) * _by_bone(_MODEST), _SURE, _UNSURE))


def _evaluated_in_blocks(inputs: Array, windows: Array) -> Float[Array, "window bone 4"]:
    """A block at a time bounds the memory of a clip of any length."""
    found = []
    for start in range(0, len(windows), _BLOCK):
        own = windows[start : start + _BLOCK]
        first, last = int(own.min()), int(own.max())
        found.append(evaluated(_net(), inputs[first : last + 1], own - first))
    return np.concatenate(found)


def _by_bone(values: dict[str, float]) -> Float[Array, " bone"]:
    return np.array([values[bone.removeprefix("left_").removeprefix("right_")] for bone in BONES])


def inputs_of(flat_m: Float[Array, "frame point 2"], confidences: Float[Array, "frame point"]) -> Array:
    """Return what the net takes of each frame: ``POINTS`` about the mid-hip across the view [m], and confidences."""
    return np.concatenate([flat_m.reshape(len(flat_m), -1), confidences], axis=1)


def evaluated(
    net: dict[str, Array], inputs: Float[Array, "frame input"], windows: Array
) -> Float[Array, "window bone 4"]:
    """Return each bone's direction (not of length 1) and the logarithm of its error along the view.

    Args:
        net: matrices and shifts by name.
        inputs: ``inputs_of`` every frame.
        windows: frame numbers, shape (window, step).
    """
    own = np.maximum(inputs @ net["frame"] + net["frame_shift"], 0.0)
    hidden = np.maximum(own[windows].reshape(len(windows), -1) @ net["window"] + net["window_shift"], 0.0)
    for layer in range(sum(name.startswith("inner") for name in net)):
        inner = np.maximum(evened(hidden) @ net[f"inner{layer}"] + net[f"shift{layer}"], 0.0)
        hidden = hidden + inner @ net[f"outer{layer}"]
    return (evened(hidden) @ net["bones"] + net["bones_shift"]).reshape(len(windows), len(BONES), 4)


def evened(values: Float[Array, "window unit"]) -> Float[Array, "window unit"]:
    """Return the values with mean 0 and standard deviation 1 in each row (Ba et al. 2016)."""
    away = values - values.mean(-1, keepdims=True)
    return away / np.sqrt((away**2).mean(-1, keepdims=True) + 1e-5)


@cache
def _net() -> dict[str, Array]:
    with (files("manekko.lift") / WEIGHTS).open("rb") as file, np.load(file) as stored:
        return unpacked({name: stored[name] for name in stored.files})


_STEPS_OF = "steps_of_"


def packed(net: dict[str, Array]) -> dict[str, Array]:
    """Return the net in few bytes: matrices in 8 bits, each column with a step of its own."""
    result: dict[str, Array] = {}
    for name, values in net.items():
        if values.ndim == 1:
            result[name] = values.astype(np.float16)
            continue
        steps = np.maximum(np.abs(values).max(0) / 127.0, 1e-6).astype(np.float32)
        result |= {name: np.round(values / steps).astype(np.int8), _STEPS_OF + name: steps}
    return result


def unpacked(stored: dict[str, Array]) -> dict[str, Array]:
    """Return the net that ``packed`` made small."""
    names = [name for name in stored if not name.startswith(_STEPS_OF)]
    return {name: stored[name].astype(np.float64) * stored.get(_STEPS_OF + name, 1.0) for name in names}


def _with_directions(shape_m: Array, bones: Array, unit: Array) -> Float[Array, "frame 33 3"]:
    """Return the shape rebuilt from the hips outwards: directions as given, lengths its own, equal on both sides."""
    lengths = dict(zip(BONES, np.median(np.linalg.norm(bones, axis=-1), axis=0).tolist(), strict=True))
    way = {bone: unit[:, place] for place, bone in enumerate(BONES)}
    result = shape_m - shape_m[:, _HIPS].mean(1, keepdims=True)
    before = result.copy()
    half = {line: 0.5 * lengths[line] * way[line] for line in ("shoulders", "hips")}
    middle = lengths["torso"] * way["torso"]
    result[:, _HEAD] += (middle - before[:, _SHOULDERS].mean(1))[:, None]
    for sign, side in ((1.0, "left"), (-1.0, "right")):
        index = {name.removeprefix(f"{side}_"): at for name, at in BODY33_INDEX.items() if name.startswith(side)}
        result[:, index["hip"]] = sign * half["hips"]
        result[:, index["shoulder"]] = middle + sign * half["shoulders"]
        for limb, (first, second) in _LIMBS.items():
            size = (lengths[f"left_{limb}"] + lengths[f"right_{limb}"]) / 2.0
            if limb == "sole":
                result[:, index["heel"]] = result[:, index["toe"]] - size * way[f"{side}_sole"]
            else:
                result[:, index[second]] = result[:, index[first]] + size * way[f"{side}_{limb}"]
        for part in ("pinky", "index", "thumb"):
            result[:, index[part]] += result[:, index["wrist"]] - before[:, index["wrist"]]
    return result
