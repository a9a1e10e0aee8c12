"""``python -m manekko.bench.detector_noise``: how far our detector is off, measured on pictures of known motion.

Prints the errors of image points by their confidence (the table of ``lift.detector_error``) and those of the
detector's own bone directions, and keeps the former for the training of the second prior. About a second a clip.
"""

import argparse
import io
from itertools import pairwise
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.bench.detector_pictures import Seen, seen_clips
from manekko.bench.judge import table
from manekko.bench.prior_bodies import Errors
from manekko.lift.second_prior import BONES, OF_POINTS, POINTS
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import between, normalized, rotate
from manekko.whole import whole_file

_COLUMNS = [BODY33_INDEX[name] for name in POINTS]
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_LIMBS = np.arange(BODY33_INDEX["left_shoulder"], len(BODY33_MIRROR))
_SWAPPED = 0.6
"""Left and right are swapped where the points fit so much better the other way round; such frames are left out."""
_STEPS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01)
_FAR_M, _FEWEST = 0.12, 60
_OF_MEDIAN = 1.4826
"""Standard deviation of a normal law by the median of its absolute values."""


def usable(seen: Seen) -> Bool[Array, " frame"]:
    """Return the frames in which the figure was found, and its sides were told apart."""
    own = np.linalg.norm(seen.keypoints_px - seen.true_px, axis=-1)[:, _LIMBS].mean(1)
    other = np.linalg.norm(seen.keypoints_px[:, BODY33_MIRROR] - seen.true_px, axis=-1)[:, _LIMBS].mean(1)
    return np.isfinite(seen.keypoints_px).all((-1, -2)) & ~(other < _SWAPPED * own)


def image_errors_m(seen: Seen) -> Float[Array, "frame 33 2"]:
    """Return how far image points are off at the person's depth [m]."""
    return (seen.keypoints_px - seen.true_px) * seen.true_m[..., 2:] / seen.focal_px


def errors_of(clips: list[Seen]) -> Errors:
    """Return the errors of the clips that were seen throughout, about the mid-hip."""
    whole = [seen for seen in clips if usable(seen).all()]
    shifts = [image_errors_m(seen) for seen in whole]
    ends = np.cumsum([len(shift) for shift in shifts])
    about = [(shift - shift[:, _HIPS].mean(1, keepdims=True))[:, _COLUMNS] for shift in shifts]
    confidences = np.concatenate([seen.confidences[:, _COLUMNS] for seen in whole])
    return Errors(np.concatenate(about), confidences, ends - [len(shift) for shift in shifts], ends - 1)


def image_table(clips: list[Seen]) -> str:
    """Return standard deviations an axis [mm], and the share further off than 12 cm, by keypoint and confidence."""
    head = ["keypoint", *(f"{low:g}-" for low in _STEPS[:-1])]
    errors = np.concatenate([image_errors_m(seen)[usable(seen)] for seen in clips])
    confidences = np.concatenate([seen.confidences[usable(seen)] for seen in clips])
    rows = []
    for part in ("nose", "ear", "shoulder", "elbow", "wrist", "index", "hip", "knee", "ankle", "heel", "toe"):
        columns = [place for name, place in BODY33_INDEX.items() if name.split("_")[-1] == part]
        off, sure = errors[:, columns].reshape(-1, 2), confidences[:, columns].ravel()
        row: list[object] = [part]
        for low, high in pairwise(_STEPS):
            chosen = off[(sure >= low) & (sure < high)]
            sigma = _OF_MEDIAN * np.median(np.abs(chosen)) * 1000.0 if len(chosen) >= _FEWEST else np.nan
            far = 100.0 * (np.linalg.norm(chosen, axis=-1) > _FAR_M).mean() if len(chosen) >= _FEWEST else np.nan
            row.append("-" if np.isnan(sigma) else f"{sigma:.0f} ({far:.0f} %)")
        rows.append(row)
    return table(head, rows)


def bone_table(clips: list[Seen]) -> str:
    """Return how far the detector's own bone directions are off [°]: in all, and along the view."""
    angles, along = [], []
    for seen in clips:
        frames = usable(seen)
        ray = seen.true_m[frames][:, _HIPS].mean(1)
        world = rotate(between(np.array([0.0, 0.0, 1.0]), ray)[:, None], seen.world_m[frames])
        told, true = (
            normalized(np.einsum("bk,fkc->fbc", OF_POINTS, p[:, _COLUMNS])) for p in (world, seen.true_m[frames])
        )
        angles.append(np.degrees(np.arccos(np.clip((told * true).sum(-1), -1.0, 1.0))))
        along.append(told[..., 2] - true[..., 2])
    mean, spread = np.concatenate(angles).mean(0), np.sqrt((np.concatenate(along) ** 2).mean(0))
    return table(["bone", "°", "along"], list(zip(BONES, mean.tolist(), spread.tolist(), strict=True)))


def write_errors(path: Path, errors: Errors) -> None:
    """Write errors into an ``.npz``."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            shifts_m=errors.shifts_m.astype(np.float16),
            confidences=errors.confidences.astype(np.float16),
            first=errors.first,
            last=errors.last,
        )


def read_errors(path: Path) -> Errors:
    """Return what ``write_errors`` wrote."""
    with np.load(io.BytesIO(path.read_bytes())) as stored:
        shifts, confidences = stored["shifts_m"].astype(np.float64), stored["confidences"].astype(np.float64)
        return Errors(shifts, confidences, stored["first"], stored["last"])


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m manekko.bench.detector_noise", description=__doc__)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file for the errors of image points (.npz)")
    given = parser.parse_args()
    clips = list(seen_clips(given.seed, given.clips))
    print(f"{len(clips)} clips\n\n{image_table(clips)}\n\n{bone_table(clips)}")
    if given.out is not None:
        write_errors(given.out, errors_of(clips))


if __name__ == "__main__":
    main()
