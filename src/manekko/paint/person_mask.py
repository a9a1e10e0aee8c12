"""Where people are in a clip's pictures: thick limbs about their keypoints, sized by the person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, median_filter

from manekko.arrays import Array, Float, Int, UInt8
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.background import background_mask

_BONES = (
    ("chest", "pelvis", 0.29), ("left_shoulder", "right_shoulder", 0.22), ("chest", "head", 0.17),
    ("left_hip", "left_knee", 0.245), ("right_hip", "right_knee", 0.245),
    ("left_knee", "left_ankle", 0.245), ("right_knee", "right_ankle", 0.245),
    ("left_shoulder", "left_elbow", 0.175), ("right_shoulder", "right_elbow", 0.175),
    ("left_elbow", "left_wrist", 0.15), ("right_elbow", "right_wrist", 0.15),
)  # fmt: skip
"""Lengths in statures, of which a picture never shows more."""
_RANK = 2
"""The longest but so many tell the stature: one keypoint that flies off does not."""
_CALM_S = 0.4

_TRUNK, _THIGH, _SHIN, _ARM, _HAND, _FOOT, _HEAD, _NECK = 0.062, 0.06, 0.046, 0.042, 0.044, 0.05, 0.075, 0.05
"""Half the breadth in statures, of clothes too."""
_LIMBS = (
    ("left_shoulder", "right_shoulder", _TRUNK), ("left_hip", "right_hip", _TRUNK), ("chest", "pelvis", _TRUNK),
    ("left_shoulder", "left_hip", _TRUNK), ("right_shoulder", "right_hip", _TRUNK),
    ("left_shoulder", "right_hip", _TRUNK), ("right_shoulder", "left_hip", _TRUNK),
    ("head", "chest", _NECK), ("head", "crown", _HEAD), ("nose", "head", _HEAD),
    *((f"{side}_{a}", f"{side}_{b}", radius) for side in ("left", "right") for a, b, radius in (
        ("shoulder", "elbow", _ARM), ("elbow", "wrist", _ARM), ("wrist", "fingers", _HAND), ("wrist", "thumb", _HAND),
        ("hip", "knee", _THIGH), ("knee", "ankle", _SHIN), ("ankle", "heel", _FOOT), ("ankle", "toe", _FOOT),
        ("heel", "toe", _FOOT),
    )),
)  # fmt: skip
_MADE = ("chest", "pelvis", "head", "crown", "left_fingers", "right_fingers")
_PLACE = BODY33_INDEX | {name: 33 + number for number, name in enumerate(_MADE)}
_ENDS = np.array([(_PLACE[a], _PLACE[b]) for a, b, _ in _LIMBS])
_RADII = np.array([radius for _, _, radius in _LIMBS])

_HIDDEN_S = 0.6
"""For so long before, after and between the frames that saw them, people are where they were seen."""


@dataclass(frozen=True, eq=False)
class PersonShape:
    """Where one person is in every frame of a clip."""

    points_px: Float[Array, "frame point 2"]
    """Keypoints and places made of them; NaN where unknown."""
    statures_px: Float[Array, " frame"]
    """How tall they would be in the picture standing straight; NaN where they are not."""

    def limbs(self, frame: int, wider: float) -> tuple[Float[Array, "limb end=2 axis=2"], Float[Array, " limb"]]:
        """Return the limbs of one frame and their breadths [px], ``wider`` times what bodies measure."""
        ends = self.points_px[frame][_ENDS]
        known = np.isfinite(ends).all(axis=(1, 2))
        stature = self.statures_px[frame]
        if not np.isfinite(stature):
            known[:] = False
        return ends[known], 2.0 * wider * stature * _RADII[known]


def person_shape(track: Track) -> PersonShape:
    """Return the shape of a person in all frames; where they are hidden for a moment, as they were seen next to it."""
    points = _with_made(track.keypoints_px[_nearest_seen(track)])
    statures = _statures_px(points, track.times_s)
    return PersonShape(points, statures)


def people_in(
    shapes: Sequence[PersonShape],
    frame: int,
    size_px: tuple[int, int],
    small_px: tuple[int, int],
    *,
    wider: float = 1.0,
) -> UInt8[Array, "height width"]:
    """Return a mask of the people in one frame and the frames next to it, 255 on them, drawn at ``small_px``.

    Args:
        shapes: the people.
        frame: its number; keypoints are rough and limbs are blurred, so the frames next to it count too.
        size_px: width and height of the clip's pictures.
        small_px: width and height of the mask.
        wider: breadth of the limbs in what bodies measure.
    """
    scale = np.array(small_px) / np.array(size_px)
    limbs, widths = [np.zeros((0, 2, 2))], [np.zeros(0)]
    for shape in shapes:
        for near in range(max(frame - 1, 0), min(frame + 2, len(shape.points_px))):
            ends, breadths = shape.limbs(near, wider)
            limbs.append((ends + 0.5) * scale - 0.5)
            widths.append(breadths * float(scale.mean()))
    return 255 - background_mask(small_px, np.concatenate(limbs), np.concatenate(widths))


def _nearest_seen(track: Track) -> Int[Array, " frame"]:
    """Return for each frame the nearest that saw the person, if it is near; else the frame itself."""
    frames = np.arange(len(track.times_s))
    seen = np.flatnonzero(track.seen)
    if len(seen) == 0:
        return frames
    after = np.clip(np.searchsorted(seen, frames), 0, len(seen) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(seen[before] - frames) < np.abs(seen[after] - frames)
    nearest = seen[np.where(nearer, before, after)]
    near = np.abs(track.times_s[nearest] - track.times_s) <= _HIDDEN_S
    return np.where(near, nearest, frames)


def _with_made(points_px: Float[Array, "frame keypoint=33 2"]) -> Float[Array, "frame point 2"]:
    def of(*names: str) -> Array:
        return points_px[:, [BODY33_INDEX[name] for name in names]].mean(axis=1)

    chest, pelvis = of("left_shoulder", "right_shoulder"), of("left_hip", "right_hip")
    head = of("left_ear", "right_ear")
    crown = head + 0.35 * (head - chest)
    fingers = [
        wrist + 1.7 * (of(f"{side}_index", f"{side}_pinky") - wrist)
        for side, wrist in (("left", of("left_wrist")), ("right", of("right_wrist")))
    ]
    return np.concatenate([points_px, np.stack([chest, pelvis, head, crown, *fingers], axis=1)], axis=1)


def _statures_px(points_px: Float[Array, "frame point 2"], times_s: Float[Array, " frame"]) -> Float[Array, " frame"]:
    """Return how tall a person would be in the picture, from what is seen of them about each frame."""
    told = np.stack(
        [np.linalg.norm(points_px[:, _PLACE[a]] - points_px[:, _PLACE[b]], axis=1) / share for a, b, share in _BONES],
        axis=1,
    )
    told = np.sort(np.where(np.isfinite(told), told, -np.inf), axis=1)[:, -1 - _RANK]
    known = np.isfinite(told)
    statures = np.full(len(told), np.nan)
    if not known.any():
        return statures
    longest = told[known]
    span = len(times_s) / max(float(times_s[-1] - times_s[0]), 1e-3) if len(times_s) > 1 else 1.0
    width = 2 * round(_CALM_S * span) + 1
    calm = maximum_filter1d(median_filter(longest, size=5, mode="nearest"), width, mode="nearest")
    statures[known] = calm
    return statures
