"""The body's surface as a network guesses it from keypoints, turned into a pose map."""

from typing import Any

import numpy as np

from manekko.arrays import Array, Float
from manekko.paint.pose_map import NOTHING, PoseMap
from manekko.paint.stick_parts import STANDARD_BODY_M, parts_of
from manekko.paint.sticks import stick_channels
from manekko.paint.views import Views

SURFACE_CHANNELS = (
    *("rest x", "rest y", "rest z", "normal x", "normal y", "normal z"),
    *("shade", "depth", "alpha", "part"),
)
"""What the network ``stick`` tells of each pixel: as in ``PoseMap``, but rest in shares, normals and shade −1 … 1.

Alpha is how surely anything is there, 0 … 1; part is a number.
"""
_SHOWN = 0.5
_SAME_M = 0.03
"""How far a guessed place may lie beside the surface and still be given its colour."""


def body_of(made_of: Any) -> Float[Array, "33 3"]:
    """Return the character's keypoints at rest from what a dataset or painter says of itself; usual ones if nothing."""
    told = made_of.get("body_m") if isinstance(made_of, dict) else None
    try:
        body = np.asarray(told if told is not None else STANDARD_BODY_M, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return STANDARD_BODY_M
    return body if body.shape == (33, 3) else STANDARD_BODY_M


def sticks_of(
    keypoints: Float[Array, "33 4"],
    hands: Float[Array, "side=2 point=21 4"] | None,
    size_px: int,
    body_m: Float[Array, "33 3"],
) -> Float[Array, "1 channel height width"]:
    """Return what the networks ``stick`` and ``plain`` are given; see ``stick_channels``."""
    return stick_channels(keypoints, hands, size_px, body_m)[None].astype(np.float32)


def guessed_map(
    surface: Float[Array, "10 side side"],
    keypoints: Float[Array, "33 4"],
    body_m: Float[Array, "33 3"],
    views: Views,
) -> PoseMap:
    """Return the pose map that a guessed surface means.

    Args:
        surface: ``SURFACE_CHANNELS``.
        keypoints: that it was guessed from; they tell how large a pixel is.
        body_m: the character's keypoints at rest.
        views: its reference pictures.
    """
    shown = surface[8] > _SHOWN
    scale_px = float(parts_of(np.asarray(keypoints, dtype=np.float64), body_m).scale_px)
    rest = np.clip(surface[:3], 0.0, 1.0).transpose(1, 2, 0)
    copied = np.zeros((*shown.shape, 4), np.uint8)
    rest_m = rest[shown] * views.span_m + views.low_m
    copied[shown] = views.copied(rest_m, 1.0 / max(scale_px, 1.0), _SAME_M)
    inside = shown[..., None]
    return PoseMap(
        copied=copied,
        rest=np.where(inside, np.round(rest * 65535.0), 0.0).astype(np.uint16),
        normals=_eighth(np.where(inside, surface[3:6].transpose(1, 2, 0), 0.0)),
        shade=_eighth(np.where(shown, surface[6], 0.0)),
        parts=np.where(shown, np.round(surface[9]), NOTHING).astype(np.uint8),
        depth=np.where(shown, surface[7], 0.0).astype(np.float16),
    )


def _eighth(values: Float[Array, "*any"]) -> Array:
    return np.round(np.clip(values, -1.0, 1.0) * 127.0).astype(np.int8)
