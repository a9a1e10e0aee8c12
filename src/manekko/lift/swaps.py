"""Whole-body left/right swaps of the detector: found by a Viterbi pass over {as is, swapped} and undone."""

import numpy as np

from manekko.arrays import Array, Bool, Float, Int, spans
from manekko.people.fixes import mirrored_depths, swap_sides
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR, Track
from manekko.skeleton.rotations import normalized

_PAIRED = np.arange(BODY33_INDEX["left_shoulder"], len(BODY33_MIRROR))
_SWITCH_COST = 0.04
"""Price of a change between as-is and swapped, in body sizes: below what a real swap moves the keypoints."""
_FACING_COST = 0.04
"""Price of a frame whose toes point against the way that hips and shoulders face."""
_STEP_CAP = 0.5
"""Largest step that counts, in body sizes: one lost wrist must not decide for the whole body."""
_CLOSE_CALL = 0.25
_MIRRORED = -0.3
"""Cosines of feet and face with the way that hips and shoulders face, added: below it the body is a mirrored one."""


def repair_swaps(track: Track) -> tuple[Track, Bool[Array, " frame"]]:
    """Return the track with left and right put back where the detector swapped them, and which frames those were.

    A swap shows as every paired keypoint jumping to its twin's place at once. A detector that takes a front for a back
    does more: it sees a whole person who faces the other way. With left and right put back, feet and face of that
    person point backwards; there the depths are mirrored as well.
    """
    frames = np.flatnonzero(track.seen)
    swapped = np.zeros(len(track.times_s), dtype=bool)
    if len(frames) < 2:
        return track, swapped
    states = _cheapest_states(_transition_costs(track, frames), _facing_costs(track, frames))
    swapped[frames] = _global_sense(track, frames, states)
    if not swapped.any():
        return track, swapped
    repaired = swap_sides(track, swapped)
    return mirrored_depths(repaired, _facing_wrong(repaired, swapped), "body"), swapped


def _facing_wrong(track: Track, swapped: Bool[Array, " frame"]) -> Bool[Array, " frame"]:
    """Which swapped frames show a body that faces one way with feet and face that point the other, burst by burst."""
    frames = np.flatnonzero(track.seen)
    result = np.zeros_like(swapped)
    feet, face = _facing_cosines(track, frames)
    for start, end in spans(swapped[frames]):
        result[frames[start:end]] = float((feet + face)[start:end].mean()) < _MIRRORED
    return result


def _transition_costs(track: Track, frames: Array) -> Float[Array, "step 2"]:
    """Mean step of the paired keypoints between neighbours seen [body sizes]: same labels, and swapped labels."""
    points = track.keypoints_px[frames][:, _PAIRED]
    mirrored = track.keypoints_px[frames][:, BODY33_MIRROR[_PAIRED]]
    weights = track.confidences[frames][:, _PAIRED]
    size = np.nanmedian(np.nanmax(points, axis=1) - np.nanmin(points, axis=1), axis=0).max()

    def cost(after: Array, weights_after: Array) -> Array:
        steps = np.linalg.norm(after[1:] - points[:-1], axis=-1) / max(float(size), 1e-6)
        weight = np.where(np.isfinite(steps), weights_after[1:] * weights[:-1], 0.0) + 1e-9
        return (np.minimum(np.nan_to_num(steps), _STEP_CAP) * weight).sum(1) / weight.sum(1)

    return np.stack(
        [
            cost(points, weights),
            cost(mirrored, weights[:, BODY33_MIRROR[_PAIRED] - _PAIRED[0]]),
        ],
        axis=1,
    )


def _facing_costs(track: Track, frames: Array) -> Float[Array, "frame 2"]:
    """Cost of taking each frame as is, and swapped: toes and nose point the way a body faces, whichever side is left.

    Legs that cross in a side view look like a swap to the image points alone; feet and face tell them apart.
    """
    cosines = np.stack(_facing_cosines(track, frames))
    # Feet seen from behind are often taken for feet seen from before, and heads look over shoulders: both must say so.
    agreement, against = cosines.max(0), cosines.min(0)
    return _FACING_COST * np.stack([np.maximum(-agreement, 0.0), np.maximum(against, 0.0)], axis=1)


def _facing_cosines(track: Track, frames: Array) -> tuple[Float[Array, " frame"], Float[Array, " frame"]]:
    """Cosine of feet, and of face, with the way that hips and shoulders face; 0 where that is not known."""
    world = track.world_m[frames]

    def at(name: str) -> Array:
        return world[:, BODY33_INDEX[name]]

    shoulders = at("left_shoulder") + at("right_shoulder")
    hips = at("left_hip") + at("right_hip")
    across = at("left_shoulder") - at("right_shoulder") + at("left_hip") - at("right_hip")
    facing = normalized(np.cross(across, shoulders - hips))
    feet = normalized(at("left_toe") - at("left_heel") + at("right_toe") - at("right_heel"))
    face = normalized(2.0 * at("nose") - at("left_ear") - at("right_ear"))
    return np.nan_to_num((facing * feet).sum(-1)), np.nan_to_num((facing * face).sum(-1))


def _cheapest_states(costs: Float[Array, "step 2"], own_costs: Float[Array, "frame 2"]) -> Bool[Array, " frame"]:
    """Viterbi over two states; a step between equal states pays the as-is cost, between unequal the swapped one.

    Who ends in another state than he began in pays for the way back too: else the last frames of a clip, where
    nothing comes after that could speak against it, would be swapped on half the evidence.
    """
    paths = [_path_from(first, costs, own_costs) for first in (0, 1)]
    return min(paths, key=lambda path: path[0])[1].astype(bool)


def _path_from(
    first: int, costs: Float[Array, "step 2"], own_costs: Float[Array, "frame 2"]
) -> tuple[float, Int[Array, " frame"]]:
    """Return the cheapest path that begins in one state, with what it costs."""
    totals = np.where(np.arange(2) == first, own_costs[0], np.inf)
    choices = np.empty((len(costs), 2), dtype=np.int64)
    for step, (same, crossed) in enumerate(costs):
        stay, switch = totals + same, totals[::-1] + crossed + _SWITCH_COST
        choices[step] = np.where(switch < stay, [1, 0], [0, 1])
        totals = np.minimum(stay, switch) + own_costs[step + 1]
    totals[1 - first] += _SWITCH_COST
    states = np.empty(len(costs) + 1, dtype=np.int64)
    states[-1] = int(np.argmin(totals))
    for step in range(len(costs) - 1, -1, -1):
        states[step] = choices[step, states[step + 1]]
    return float(totals.min()), states


def _global_sense(track: Track, frames: Array, swapped: Bool[Array, " frame"]) -> Bool[Array, " frame"]:
    """Swap all or none besides: most frames are right as they are; where that is a close call, people face cameras."""
    share = float(swapped.mean())
    if abs(share - 0.5) > _CLOSE_CALL:
        return ~swapped if share > 0.5 else swapped
    sides = [track.keypoints_px[frames][:, BODY33_INDEX[f"{side}_shoulder"], 0] for side in ("left", "right")]
    facing = np.nan_to_num(sides[0] - sides[1]) * np.where(swapped, -1.0, 1.0)
    return ~swapped if facing.sum() < 0 else swapped
