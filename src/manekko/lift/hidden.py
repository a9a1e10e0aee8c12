"""Arms that are hidden: guesses of them are given up, and they go along with the trunk until they are seen again."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.series import resampled
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import normalized

_HIDDEN = 0.3
"""Points of an arm whose confidence is below this are guessed: their errors are twice those of points that are seen."""
_CHAIN = {"elbow": "shoulder", "wrist": "elbow", "pinky": "wrist", "index": "wrist", "thumb": "wrist"}
"""Point of an arm → the point that it hangs on."""


def with_hidden_arms_carried(
    shape_m: Float[Array, "frame 33 3"], confidences: Float[Array, "frame 33"]
) -> Float[Array, "frame 33 3"]:
    """Return the shape with hidden elbows, wrists and hands held to the trunk as they are when seen.

    From the last sight of a point to the next its place changes evenly in the axes of the trunk. What is never seen
    stays as it is guessed.
    """
    axes, frames = _trunk_axes(shape_m), np.arange(len(shape_m), dtype=np.float64)
    result = shape_m.copy()
    for side in ("left", "right"):
        for part, above in _CHAIN.items():
            point, root = BODY33_INDEX[f"{side}_{part}"], BODY33_INDEX[f"{side}_{above}"]
            way = np.einsum("fij,fi->fj", axes, shape_m[:, point] - shape_m[:, root])
            unseen = np.isnan(way).any(-1)
            hidden = ~unseen & (confidences[:, [point, root]].min(1) < _HIDDEN)
            if hidden.any() and not (hidden | unseen).all():
                bridged = resampled(frames, np.where(hidden[:, None], np.nan, way), frames)
                way = np.where(hidden[:, None], bridged, way)
            result[:, point] = result[:, root] + np.einsum("fij,fj->fi", axes, way)
    return result


def _trunk_axes(shape_m: Float[Array, "frame 33 3"]) -> Float[Array, "frame 3 3"]:
    """Axes of the trunk as columns: to its left, up, and ahead."""

    def at(name: str) -> Array:
        return shape_m[:, BODY33_INDEX[name]]

    left = normalized(at("left_shoulder") - at("right_shoulder"))
    up = at("left_shoulder") + at("right_shoulder") - at("left_hip") - at("right_hip")
    ahead = normalized(np.cross(left, up))
    return np.stack([left, np.cross(ahead, left), ahead], axis=-1)
