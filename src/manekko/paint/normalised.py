"""One body's keypoints moved and scaled to where another body would be: the fallback where there are only keypoints.

Where there is a motion, the dancer's proportions become the character's in 3D (``motion/retarget``), and nothing here
is needed. Without one, this is the global pose normalisation of "Everybody Dance Now" (Chan, Ginosar, Zhou and Efros,
ICCV 2019), written from the paper: how far a dancer stands is told by the height of the feet in the picture; between
the nearest and the farthest place, height and feet go from the one picture to the other.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.paint.stick_parts import STANDARD_BODY_M, parts_of
from manekko.people.keypoints import BODY33_INDEX

_FEET = [BODY33_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("ankle", "heel", "toe")]
_HEAD = np.arange(11)
_FAR_SHARE = 0.7
"""The far line is looked for as far from the median foot as this share of the way to the nearest foot, at most."""
_NEAR_LINE = 0.05
"""Frames count as at a line when the feet are nearer to it than this share of the way between both lines."""
_LEAST_WAY = 0.02
"""Lines nearer to each other than this share of the height are one: the dancer stays where they are."""
_BEYOND = 0.5
"""How far beyond the lines the way is followed, by its own length."""
_MEDIAN_FRAMES = 7


@dataclass(frozen=True)
class Standing:
    """Where a body stands in its pictures, and how tall it is there."""

    near_px: float
    """Height of the feet in the picture, from above, where the body is nearest."""
    far_px: float
    """The same where it is farthest; not greater than ``near_px``."""
    near_height_px: float
    """From the feet to the head of an upright body at the near line."""
    far_height_px: float
    height_m: float
    """The same in metres of the keypoints' depths."""
    middle_px: float
    """The column about which sideways ways are scaled: the middle of the picture."""


def standing(
    keypoints: Float[Array, "frame 33 4"], width_px: float, body_m: Float[Array, "33 3"] = STANDARD_BODY_M
) -> Standing:
    """Return how a body stands through its pictures.

    Args:
        keypoints: x, y [px], depth [m], confidence; NaN where unknown.
        width_px: of the pictures.
        body_m: the keypoints of such a body at rest, which tell how large a metre is.

    Raises:
        InputError: in no frame are a foot and the head both seen.
    """
    feet, heights = _feet_px(keypoints), _heights_px(keypoints)
    seen = np.isfinite(feet) & np.isfinite(heights)
    if not seen.any():
        raise InputError("no frame shows the head and a foot: how large the body is cannot be told")
    feet, heights = feet[seen], heights[seen]
    middle, near = float(np.median(feet)), float(feet.max())
    # Feet far above the rest are in the air, or a mistake.
    possible = feet[feet >= middle - _FAR_SHARE * (near - middle)]
    far = float(possible.min())
    tall = float(heights.max())
    if near - far < _LEAST_WAY * tall:
        near = far = middle
        tallest = (tall, tall)
    else:
        reach = _NEAR_LINE * (near - far)
        tallest = tuple(float(heights[np.abs(feet - line) <= reach].max()) for line in (near, far))
    scale = parts_of(keypoints[seen], body_m).scale_px
    height_m = float(np.median(heights / np.maximum(scale, 1e-9)))
    return Standing(near, far, tallest[0], tallest[1], height_m, width_px / 2.0)


def normalised(
    keypoints: Float[Array, "frame 33 4"],
    hands: Float[Array, "frame side=2 point=21 4"] | None,
    source: Standing,
    target: Standing,
) -> tuple[Float[Array, "frame 33 4"], Float[Array, "frame side=2 point=21 4"] | None]:
    """Return body and hands as they would be if the body of ``target`` moved so in its own pictures.

    Frames in which no foot is seen take the feet of those around them; with none at all, those of the near line.
    """
    feet = _calm(_feet_px(keypoints), source.near_px)
    way = source.near_px - source.far_px
    share = np.clip((feet - source.far_px) / way, -_BEYOND, 1.0 + _BEYOND) if way > 0.0 else np.ones(len(feet))
    # On a level floor a body's height goes with the height of its feet in a straight line; the paper has their ratio.
    scale = _height_px(target, share) / _height_px(source, share)
    ground = target.far_px + share * (target.near_px - target.far_px)
    if way <= 0.0:
        # A dancer who stays may still jump: that is kept, in the new size.
        ground = target.near_px + scale * (feet - source.near_px)
    factors = np.stack([scale, scale, np.full_like(scale, target.height_m / max(source.height_m, 1e-9))], axis=1)
    shift = np.stack([target.middle_px - scale * source.middle_px, ground - scale * feet, np.zeros_like(scale)], axis=1)

    def moved(points: Array) -> Array:
        rows = (slice(None), *[None] * (points.ndim - 2))
        return np.concatenate([points[..., :3] * factors[rows] + shift[rows], points[..., 3:]], axis=-1)

    return moved(keypoints), None if hands is None else moved(hands)


def _height_px(body: Standing, share: Float[Array, " frame"]) -> Float[Array, " frame"]:
    """Return how tall a body is at a share of the way from far to near."""
    height = body.far_height_px + share * (body.near_height_px - body.far_height_px)
    return np.maximum(height, 0.1 * max(body.near_height_px, 1e-3))


def _feet_px(keypoints: Float[Array, "frame 33 4"]) -> Float[Array, " frame"]:
    """Return the height in the picture of the lower foot; NaN where none is seen."""
    feet = keypoints[:, _FEET, 1]
    lowest = np.where(np.isnan(feet), -np.inf, feet).max(1)
    return np.where(np.isfinite(lowest), lowest, np.nan)


def _heights_px(keypoints: Float[Array, "frame 33 4"]) -> Float[Array, " frame"]:
    """Return how far the head is above the lower foot; NaN where one of them is not seen."""
    head = keypoints[:, _HEAD, 1]
    highest = np.where(np.isnan(head), np.inf, head).min(1)
    return np.where(np.isfinite(highest), _feet_px(keypoints) - highest, np.nan)


def _calm(feet: Float[Array, " frame"], otherwise: float) -> Float[Array, " frame"]:
    """Return the feet's heights filled and without outliers."""
    known = np.isfinite(feet)
    if not known.any():
        return np.full_like(feet, otherwise)
    frames = np.arange(len(feet))
    filled = np.interp(frames, frames[known], feet[known])
    return np.asarray(median_filter(filled, size=_MEDIAN_FRAMES, mode="nearest"))
