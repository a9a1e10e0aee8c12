"""Who is who from frame to frame: OpenPose lists the people of each frame in no lasting order."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from manekko.arrays import Array, Float

_LONGEST_GAP = 45
"""Frames for which a person who is not seen keeps the number."""
_FARTHEST = 0.35
"""Largest step between two frames, mean over the keypoints, in lengths of the body."""
_PER_MISSED_FRAME = 0.03
"""How much farther a person may have gone for each frame unseen."""
_MOST_PEOPLE = 20
_FEWEST_FRAMES = 5


@dataclass(frozen=True)
class Detection:
    """One person in one frame: x, y [px] and confidence 0–1; NaN, NaN, 0 where a point was not found."""

    keypoints: Float[Array, "keypoint=33 3"]
    hands: Float[Array, "side=2 point=21 3"]


def follow_people(frames: list[list[Detection]]) -> tuple[list[dict[int, Detection]], tuple[str, ...]]:
    """Return {frame: detection} of each person, by first appearance and from left to right, and what to say of it.

    People seen in fewer than five frames of a longer clip are left out as mistakes.
    """
    people: list[dict[int, Detection]] = []
    last_frames: list[int] = []
    for frame, found in enumerate(frames):
        found = sorted(found, key=_left_edge)
        active = [person for person, last in enumerate(last_frames) if frame - last <= _LONGEST_GAP]
        matches = _match([people[person][last_frames[person]] for person in active],
                         np.array([frame - last_frames[person] for person in active]), found)  # fmt: skip
        for number, detection in enumerate(found):
            if number in matches:
                person = active[matches[number]]
                people[person][frame] = detection
                last_frames[person] = frame
            else:
                people.append({frame: detection})
                last_frames.append(frame)
    fewest = min(_FEWEST_FRAMES, len(frames), max(map(len, people)))
    kept = [person for person in people if len(person) >= fewest]
    longest = sorted(range(len(kept)), key=lambda person: -len(kept[person]))[:_MOST_PEOPLE]
    said = ()
    if len(longest) < len(people):
        left = len(people) - len(longest)
        said = (f"left out: {'1 person' if left == 1 else f'{left} people'} seen only for moments",)
    return [kept[person] for person in sorted(longest)], said


def _left_edge(detection: Detection) -> float:
    return float(np.nanmin(detection.keypoints[:, 0]))


def _size_px(points: Float[Array, "person keypoint 2"]) -> Float[Array, " person"]:
    extent = np.nanmax(points, axis=1) - np.nanmin(points, axis=1)
    return np.maximum(np.hypot(extent[:, 0], extent[:, 1]), 1.0)


def _match(before: list[Detection], gaps: Array, now: list[Detection]) -> dict[int, int]:
    """Return {index in ``now``: index in ``before``} of the pairs that are one person."""
    if not before or not now:
        return {}
    old = np.stack([detection.keypoints[:, :2] for detection in before])
    new = np.stack([detection.keypoints[:, :2] for detection in now])
    size = np.maximum(_size_px(old)[:, None], _size_px(new)[None])
    distances = np.linalg.norm(old[:, None] - new[None], axis=-1)
    shared = np.isfinite(distances)
    mean = np.where(shared, distances, 0.0).sum(-1) / np.maximum(shared.sum(-1), 1)
    # Nothing in common says nothing: then whoever else is near comes first.
    steps = np.where(shared.any(-1), mean / size, _FARTHEST)
    allowed = _FARTHEST + _PER_MISSED_FRAME * (gaps[:, None] - 1)
    costs = np.where(steps <= allowed, steps, 1e3)
    rows, columns = linear_sum_assignment(costs)
    return {
        int(new_one): int(old_one)
        for old_one, new_one in zip(rows, columns, strict=True)
        if costs[old_one, new_one] < 1e3
    }
