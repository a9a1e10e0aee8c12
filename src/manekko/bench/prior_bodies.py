"""Bodies to train the second prior on: motion capture, varied, and seen by cameras with a detector's own errors.

Nothing here knows a picture: a body's keypoints are projected, and errors that the detector made elsewhere are added.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.bench.mocap import Clip, training_clips
from manekko.bench.synthetic import keypoints_m
from manekko.bench.synthetic_joints import with_known_joints
from manekko.errors import InputError
from manekko.lift.second_prior import BONES, OF_POINTS, POINTS, STEPS, TWINS
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import from_rotation_vectors, normalized, rotate

_BEND_DEG, _RAREST = 20.0, 0.03
_PLACE = {name: place for place, name in enumerate(POINTS)}
_HIPS = [_PLACE["left_hip"], _PLACE["right_hip"]]
_SHOULDERS = [_PLACE["left_shoulder"], _PLACE["right_shoulder"]]
_ARM = ("elbow", "wrist", "pinky", "index")

_OTHER_ARM, _OTHER_BEND, _OTHER_TURN, _TURN_RAD = 0.35, 0.35, 0.3, 0.45
"""Shares of arms that are another body's, whose elbow bends otherwise, that are turned; and how far [rad]."""
_LENGTHS = {"torso": 0.07, "shoulder": 0.08, "hip": 0.15, "elbow": 0.08, "hand": 0.08, "knee": 0.06, "ankle": 0.06,
            "foot": 0.1, "head": 0.15}  # fmt: skip
"""Spread of the lengths of body parts, as a share of them."""
_DISTANCE_M, _PITCH_RAD, _FACING_SHARE, _FACING_RAD = (1.8, 8.0), (0.06, 0.13), 0.5, 0.6
_NEAREST_M = 0.3
_ROLL_RAD, _SIZE_SPREAD, _OFFSET_M, _JITTER_M = 0.15, 0.06, 0.010, 0.004
_HIDDEN = {("nose", "ear"): 0.25, ("pinky", "index"): 0.1, ("heel", "toe"): 0.1, ("knee", "ankle", "heel", "toe"): 0.04}
"""Shares of clips that do not show some parts at all."""
_MISPLACED, _MISPLACED_M = 0.04, 0.12
_BACKWARDS = 0.3


@dataclass(frozen=True)
class Bodies:
    """Frames of many clips, one after the other."""

    points_m: Float[Array, "frame point 3"]
    """``POINTS`` about the mid-hip, y up [m]."""
    first: Int[Array, " frame"]
    """Number of the first frame of each frame's clip."""
    last: Int[Array, " frame"]
    chances: Float[Array, " frame"]
    """Rising to 1: where a random number from 0 to 1 lies tells the frame that is drawn."""


@dataclass(frozen=True)
class Errors:
    """What a detector got wrong through some clips, one after the other."""

    shifts_m: Float[Array, "frame point 2"]
    """Image error at the person's depth about the mid-hip [m]."""
    confidences: Float[Array, "frame point"]
    first: Int[Array, " clip"]
    last: Int[Array, " clip"]


@dataclass(frozen=True)
class Batch:
    """Windows of frames as the net takes them, and what it should say."""

    flat_m: Float[Array, "window step point 2"]
    confidences: Float[Array, "window step point"]
    directions: Float[Array, "window bone 3"]


def captured_bodies() -> Bodies:
    """Return all motion capture to be trained on.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    columns = [BODY33_INDEX[name] for name in POINTS]
    clips, weights = [], []
    for clip, points in _clips():
        points = points[:, columns]
        clips.append(points - points[:, _HIPS].mean(1, keepdims=True))
        weights.append(clip.weight)
    lengths = np.array([len(clip) for clip in clips])
    ends_at = np.cumsum(lengths)
    every = np.concatenate(clips).astype(np.float32)
    drawn = np.repeat(weights, lengths) * _evened_bends(every)
    return Bodies(
        every, np.repeat(ends_at - lengths, lengths), np.repeat(ends_at - 1, lengths), np.cumsum(drawn / drawn.sum())
    )


def _clips() -> Iterator[tuple[Clip, Float[Array, "frame 33 3"]]]:
    for clip in training_clips():
        try:
            motion = clip.motion()
        except InputError:
            continue
        yield clip, keypoints_m(with_known_joints({clip.name: motion})[clip.name])


def _evened_bends(points_m: Float[Array, "frame point 3"]) -> Float[Array, " frame"]:
    """Return weights under which all bends of elbows and knees are about as frequent."""
    unit = normalized(np.einsum("bk,fkc->fbc", OF_POINTS, points_m))
    way = {bone: unit[:, place] for place, bone in enumerate(BONES)}
    result = np.zeros(len(points_m))
    for upper, lower in (("upper_arm", "forearm"), ("thigh", "shin")):
        cosines = [(way[f"{side}_{upper}"] * way[f"{side}_{lower}"]).sum(-1) for side in ("left", "right")]
        bins = np.minimum(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))) // _BEND_DEG, 6).astype(np.int64)
        shares = np.bincount(bins.ravel(), minlength=7) / bins.size
        result += np.clip(1.0 / 7.0 / np.maximum(shares, _RAREST), 0.2, 4.0)[bins].mean(0)
    return result


def drawn_batch(rng: np.random.Generator, bodies: Bodies, errors: Errors, count: int) -> Batch:
    """Return ``count`` windows of varied bodies, seen from anywhere with the errors of a detector."""
    points = varied(rng, _windows(rng, bodies, count), _windows(rng, bodies, count))
    seen_m, depths = _looked_at(rng, points)
    directions = normalized(np.einsum("bk,nkc->nbc", OF_POINTS, seen_m[:, STEPS.index(0)]))
    flat = seen_m[..., :2] / np.maximum(seen_m[..., 2:] / depths[:, None, None, None] + 1.0, _NEAREST_M)
    clip = rng.integers(0, len(errors.first), count)
    middle = errors.first[clip] + (rng.random(count) * (errors.last - errors.first + 1)[clip]).astype(np.int64)
    frames = np.clip(middle[:, None] + np.array(STEPS), errors.first[clip][:, None], errors.last[clip][:, None])
    flat = flat + errors.shifts_m[frames]
    batch = _spoilt(rng, flat, errors.confidences[frames].copy())
    return Batch(*batch, directions)


def _windows(rng: np.random.Generator, bodies: Bodies, count: int) -> Float[Array, "window step point 3"]:
    drawn = np.minimum(np.searchsorted(bodies.chances, rng.random(count)), len(bodies.first) - 1)
    steps = np.array(STEPS) * np.where(rng.random(count) < _BACKWARDS, -1, 1)[:, None]
    frames = np.clip(drawn[:, None] + steps, bodies.first[drawn][:, None], bodies.last[drawn][:, None])
    return bodies.points_m[frames].astype(np.float64)


def varied(
    rng: np.random.Generator, bodies: Float[Array, "window step point 3"], others: Float[Array, "window step point 3"]
) -> Float[Array, "window step point 3"]:
    """Return the bodies mirrored by half, some with another's arms, arms turned, and other lengths throughout."""
    count = len(bodies)
    mirrored = rng.random(count) < 0.5
    bodies = np.where(mirrored[:, None, None, None], bodies[:, :, TWINS] * [-1.0, 1.0, 1.0], bodies)
    scale = {part: np.exp(rng.normal(0.0, spread, count))[:, None, None] for part, spread in _LENGTHS.items()}
    result = np.empty_like(bodies)
    hips, chest = bodies[:, :, _HIPS].mean(2), bodies[:, :, _SHOULDERS].mean(2)
    new_chest = hips + (chest - hips) * scale["torso"]
    turn = _chest_axes(bodies) @ _chest_axes(others).swapaxes(-1, -2)
    for side in ("left", "right"):
        at = {name.removeprefix(f"{side}_"): place for name, place in _PLACE.items() if name.startswith(side)}
        for part, middle, new in (("hip", hips, hips), ("shoulder", chest, new_chest), ("ear", chest, new_chest)):
            size = scale["head" if part == "ear" else part]
            result[:, :, at[part]] = new + (bodies[:, :, at[part]] - middle) * size
        arm = _arm(
            rng,
            bodies[:, :, [at[p] for p in ("shoulder", *_ARM)]],
            others[:, :, [at[p] for p in ("shoulder", *_ARM)]],
            turn,
        )
        for part, vector in zip(_ARM, np.moveaxis(arm, 2, 0), strict=True):
            start = {"elbow": "shoulder", "wrist": "elbow"}.get(part, "wrist")
            size = scale["elbow" if part == "elbow" else "hand"]
            result[:, :, at[part]] = result[:, :, at[start]] + vector * size
        for start, part in (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "toe")):
            size = scale["foot" if part in ("heel", "toe") else part]
            result[:, :, at[part]] = result[:, :, at[start]] + (bodies[:, :, at[part]] - bodies[:, :, at[start]]) * size
    result[:, :, _PLACE["nose"]] = new_chest + (bodies[:, :, _PLACE["nose"]] - chest) * scale["head"]
    return result - result[:, :, _HIPS].mean(2, keepdims=True)


def _arm(rng: np.random.Generator, own: Array, other: Array, turn: Array) -> Float[Array, "window step part 3"]:
    """Return an arm's bones (upper arm, forearm, wrist to little and index finger), varied."""
    count = len(own)

    def bones(points: Array) -> Array:
        return points[:, :, [1, 2, 3, 4]] - points[:, :, [0, 1, 2, 2]]

    mine, theirs = bones(own), np.einsum("nsij,nspj->nspi", turn, bones(other))
    theirs = normalized(theirs) * np.linalg.norm(mine, axis=-1, keepdims=True)
    arm = np.where((rng.random(count) < _OTHER_ARM)[:, None, None, None], theirs, mine)
    upper, lower = normalized(arm[:, :, 0]), normalized(arm[:, :, 1])
    hinge = np.cross(upper, lower)
    bend = np.arctan2(np.linalg.norm(hinge, axis=-1), (upper * lower).sum(-1))
    factor = np.where(rng.random(count) < _OTHER_BEND, rng.uniform(-1.0, 0.2, count), 0.0)[:, None]
    less = from_rotation_vectors(normalized(hinge) * np.minimum(factor * bend, 0.4)[..., None])
    arm[:, :, 1:] = rotate(less[:, :, None], arm[:, :, 1:])
    angle = np.where(rng.random(count) < _OTHER_TURN, rng.normal(0.0, _TURN_RAD, count), 0.0)
    about = from_rotation_vectors(normalized(rng.normal(size=(count, 3))) * angle[:, None])
    return rotate(about[:, None, None], arm)


def _chest_axes(points_m: Float[Array, "window step point 3"]) -> Float[Array, "window step 3 3"]:
    """Return the chest's axes (left, up, forward) as columns."""
    left = normalized(points_m[:, :, _SHOULDERS[0]] - points_m[:, :, _SHOULDERS[1]])
    up = points_m[:, :, _SHOULDERS].sum(2) - points_m[:, :, _HIPS].sum(2)
    forward = normalized(np.cross(left, up))
    return np.stack([left, np.cross(forward, left), forward], axis=-1)


def _looked_at(
    rng: np.random.Generator, points_m: Float[Array, "window step point 3"]
) -> tuple[Float[Array, "window step point 3"], Float[Array, " window"]]:
    """Return the points about the hips in the axes of a camera that looks at these, and how far away they are [m]."""
    count = len(points_m)
    forward = _chest_axes(points_m[:, STEPS.index(0), None])[:, 0, :, 2]
    facing = rng.normal(0.0, _FACING_RAD, count) - np.arctan2(forward[:, 0], forward[:, 2])
    yaw = np.where(rng.random(count) < _FACING_SHARE, facing, rng.uniform(-np.pi, np.pi, count))
    pitch, roll = np.pi + rng.normal(*_PITCH_RAD, count), rng.normal(0.0, _ROLL_RAD, count)
    for axis, angle in ((1, yaw), (0, pitch), (2, roll)):
        points_m = rotate(from_rotation_vectors(np.eye(3)[axis] * angle[:, None])[:, None, None], points_m)
    return points_m, _DISTANCE_M[0] * (_DISTANCE_M[1] / _DISTANCE_M[0]) ** rng.random(count)


def _spoilt(rng: np.random.Generator, flat_m: Array, confidences: Array) -> tuple[Array, Array]:
    """Return what is seen with a wrong size, points a little off or far off, and parts that are not seen at all."""
    count, points = len(flat_m), len(POINTS)
    flat_m = flat_m * np.exp(rng.normal(0.0, _SIZE_SPREAD, count))[:, None, None, None]
    flat_m = flat_m + rng.normal(0.0, _OFFSET_M, (count, 1, points, 2)) + rng.normal(0.0, _JITTER_M, flat_m.shape)
    off = rng.random((count, 1, points)) < _MISPLACED
    flat_m = np.where(off[..., None], flat_m + rng.normal(0.0, _MISPLACED_M, (count, 1, points, 2)), flat_m)
    confidences = np.where(off, confidences * rng.random((count, 1, points)), confidences)
    for parts, share in _HIDDEN.items():
        hidden = np.array([name.split("_")[-1] in parts for name in POINTS])
        unseen = (rng.random(count) < share)[:, None, None] & hidden
        flat_m, confidences = np.where(unseen[..., None], 0.0, flat_m), np.where(unseen, 0.0, confidences)
    return flat_m, confidences
