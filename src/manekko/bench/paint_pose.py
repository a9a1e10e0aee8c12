"""Whether a painted figure holds the pose: our own detector looks at it, and at the true picture beside."""

import math
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.bench.paint_figures import SHOWN, on_grey
from manekko.paint.dataset.seeing import looks_both_ways
from manekko.people.keypoints import BODY33_INDEX
from manekko.people.landmarks import BODY_SCALE, BodyNet
from manekko.people.roi import Roi

NEAR = 0.05
"""A keypoint is right when it is no further away than this share of the longer side of the figure's box."""
JUDGED = [
    BODY33_INDEX["nose"],
    *(
        BODY33_INDEX[f"{side}_{part}"]
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("left", "right")
    ),
]
"""The keypoints that are looked at."""

_PAIRS = [[BODY33_INDEX[f"{side}_{part}"] for part in ("shoulder", "hip")] for side in ("left", "right")]
_TELLING = 0.04
"""Shoulders and hips that lie nearer side by side than this share of the box do not tell front from back."""
LOOKS = (1.0, 0.82, 0.9, 1.1, 1.22)
"""The detector looks at squares so much larger than usual, and at their mirrors: in single small pictures it errs by
chance."""


@dataclass(frozen=True)
class PoseFigures:
    """What the detector says of painted pictures and of the true ones, each looked at several times."""

    pck: float
    """Share of the visible keypoints that are found near their true places in the painted pictures."""
    truth_pck: float
    """The same in the true pictures: what the detector can do with this character."""
    flips: float
    """Share of pictures whose left and right, or front and back, are the other way round than in the true one."""
    told: int
    """Pictures that flips could be told by: every look at the true one told left from right as it is."""

    @property
    def lost_points(self) -> float:
        """How far the share lies below that of the true pictures [percentage points]."""
        return 100.0 * (self.truth_pck - self.pck)


def seen_keypoints(
    net: BodyNet, picture: UInt8[Array, "height width 4"], truth: UInt8[Array, "height width 4"]
) -> Float[Array, "look 33 2"]:
    """Return where the detector sees the body [px], in each of ``LOOKS`` and mirrored; NaN where it sees nobody.

    Where to look is told by the true picture, so that this is about the pose and not about where a figure is.
    """
    result = np.full((2 * len(LOOKS), 33, 2), np.nan)
    roi = _around(truth)
    if roi is None:
        return result
    rgb = np.rint(on_grey(picture)).astype(np.uint8)
    seen = [points for larger in LOOKS for points, *_ in looks_both_ways(net, rgb, roi.scaled(larger))]
    result[: len(seen)] = np.reshape(seen, (-1, 33, 2))
    return result


def _around(truth: UInt8[Array, "height width 4"]) -> Roi | None:
    """Return the upright square about the figure; None where there is none."""
    rows, columns = np.nonzero(truth[..., 3] >= SHOWN)
    if not len(rows):
        return None
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()])
    middle = (low + high + 1.0) / 2.0
    return Roi((float(middle[0]), float(middle[1])), BODY_SCALE * float((high - low + 1).max()), 0.0)


def box_side_px(truth: UInt8[Array, "height width 4"]) -> float:
    """Return the longer side of the figure's box [px]; NaN where there is no figure."""
    roi = _around(truth)
    return math.nan if roi is None else roi.size_px / BODY_SCALE


def near(
    seen_px: Float[Array, "frame 33 2"], true_px: Float[Array, "frame 33 2"], sides_px: Float[Array, " frame"]
) -> Bool[Array, "frame keypoint"]:
    """Return which judged keypoints are near their true places; those that were not seen are not."""
    apart = np.linalg.norm(seen_px[:, JUDGED] - true_px[:, JUDGED], axis=-1)
    return np.nan_to_num(apart, nan=np.inf) <= NEAR * sides_px[:, None]


def pose_figures(
    painted_px: Float[Array, "frame look 33 2"],
    truth_px: Float[Array, "frame look 33 2"],
    keypoints: Float[Array, "frame 33 4"],
    sides_px: Float[Array, " frame"],
) -> PoseFigures:
    """Return what the detector's finds say.

    Args:
        painted_px: found in the painted pictures; NaN where it saw nobody.
        truth_px: found in the true ones.
        keypoints: where they really are: x, y [px], depth [m], visible 0 or 1; NaN where unknown.
        sides_px: longer sides of the true figures' boxes.
    """
    real = keypoints[..., :2].astype(np.float64)
    counted = (keypoints[:, JUDGED, 3] > 0.5) & np.isfinite(real[:, JUDGED]).all(axis=-1)
    shares = [float(near(middle_look(seen), real, sides_px)[counted].mean()) for seen in (painted_px, truth_px)]
    true_order = side_by_side(real)
    as_it_is = (side_by_side(truth_px) * true_order[:, None] > 0.0).all(axis=1)
    tells = as_it_is & (np.abs(true_order) >= _TELLING * sides_px)
    # A body that is not found has no left and right: that is the share's business.
    flipped = tells & (side_by_side(middle_look(painted_px)) * true_order < 0.0)
    return PoseFigures(*shares, flips=float(flipped.sum() / max(int(tells.sum()), 1)), told=int(tells.sum()))


def middle_look(seen_px: Float[Array, "frame look 33 2"]) -> Float[Array, "frame 33 2"]:
    """Return the median of the looks that saw somebody; NaN where none did."""
    somebody = np.asarray(np.isfinite(seen_px).all(axis=(2, 3)))
    result = np.full((len(seen_px), *seen_px.shape[2:]), np.nan)
    for number in np.flatnonzero(somebody.any(axis=1)):
        result[number] = np.median(seen_px[number, somebody[number]], axis=0)
    return result


def side_by_side(points_px: Float[Array, "*frame 33 2"]) -> Float[Array, "*frame"]:
    """Return how far the left shoulder and hip lie to the right of the right ones [px]: positive from the front."""
    left, right = (points_px[..., pair, 0] for pair in _PAIRS)
    return (left - right).mean(axis=-1)
