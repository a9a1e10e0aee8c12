"""Whether a found skeleton can be a person at all: the network's own score does not tell."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.people.keypoints import BODY33_INDEX

_HEAD = slice(0, 11)
_BODY = slice(11, 33)
_TORSO = [BODY33_INDEX[name] for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
_LIMBS = [
    (BODY33_INDEX[f"{side}_{a}"], BODY33_INDEX[f"{side}_{b}"])
    for side in ("left", "right")
    for a, b in (("shoulder", "hip"), ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
]
_CONFIDENT = 0.3


def is_plausible(
    keypoints_px: Float[Array, "keypoint=33 2"],
    confidences: Float[Array, "keypoint=33"],
    image_size_px: tuple[int, int],
) -> bool:
    """Whether head, trunk and limbs have sizes that go together, and enough of the trunk is in the picture.

    A picture that shows little more than a face makes the network fold a whole body into it with a score of 0.9: then
    every limb is shorter than the head is wide. Foreshortening may shorten some limbs so, never all of them.

    Args:
        keypoints_px: image points [px], all finite.
        confidences: 0-1.
        image_size_px: width and height of the picture.
    """
    within = (keypoints_px >= 0) & (keypoints_px < np.array(image_size_px))
    inside = within.all(axis=1) & (confidences >= _CONFIDENT)
    if inside[_TORSO].sum() < 2 or inside[_BODY].sum() < 6:
        return False
    head = float(np.ptp(keypoints_px[_HEAD], axis=0).max())
    body = float(np.ptp(keypoints_px[_BODY], axis=0).max())
    limbs = sorted(float(np.linalg.norm(keypoints_px[a] - keypoints_px[b])) for a, b in _LIMBS)
    # An adult's head keypoints span 14 cm, a child's or a drawn figure's up to a third of the trunk.
    return body > 3.0 * head and sum(limbs[-4:]) / 4 > 1.1 * head


def extent(keypoints_px: Float[Array, "*batch keypoint 2"]) -> Float[Array, "*batch"]:
    """Return the size of bodies [px]: the longer side of the upright box about the known keypoints."""
    low, high = np.nanmin(keypoints_px, axis=-2), np.nanmax(keypoints_px, axis=-2)
    return np.asarray((high - low).max(-1))


def distance(
    first_px: Float[Array, "keypoint 2"],
    second_px: Float[Array, "keypoint 2"],
    weights: Float[Array, " keypoint"] | None = None,
) -> float:
    """Return the mean distance of two skeletons' keypoints in body sizes; infinite where they share none."""
    known = np.isfinite(first_px).all(1) & np.isfinite(second_px).all(1)
    weight = np.ones(known.sum()) if weights is None else weights[known]
    if weight.sum() <= 0.0:
        return float("inf")
    size = max(float(extent(first_px[known])), float(extent(second_px[known])), 1e-6)
    apart = np.linalg.norm(first_px[known] - second_px[known], axis=1)
    return float(apart @ weight / weight.sum() / size)
