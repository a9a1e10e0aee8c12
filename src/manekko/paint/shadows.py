"""Soft shadows where feet touch the floor, or come near it."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.pixels.fill import stretched
from manekko.stage.projection import clip_from_world
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

_BREADTH_M = 0.055
"""How far a foot's shadow reaches to half its darkness, standing."""
_HIGH_M = 0.16
"""A foot so high over the floor throws a shadow half as dark and that much softer."""
_WIDE_M, _WIDE_SHARE = 0.24, 0.35
"""The body's own soft shadow about the feet."""
_DARKEST = 0.6
_REACH = 3.0
_STEP_PX = 4
_LARGEST = 4096.0


@dataclass(frozen=True, eq=False)
class Shadow:
    """Darkness on a part of the picture."""

    corner: tuple[int, int]
    """Column and row of the part's first pixel."""
    darkness: Float[Array, "height width"]
    """0–1."""


def contact_shadow(
    view: View, feet_m: Float[Array, "foot end=2 axis=3"], *, floor_m: float = 0.0, strength: float = 1.0
) -> Shadow | None:
    """Return the shadow of feet on a level floor; None where none is to be seen.

    Args:
        view: the camera, above the floor.
        feet_m: heel and toe of every foot, of everybody, in the world; NaN feet throw none.
        floor_m: the floor's height.
        strength: 0 none, 1 as dark as on a bright day indoors.
    """
    feet = feet_m[np.isfinite(feet_m).all(axis=(1, 2))]
    window = _window(view, feet, floor_m)
    if window is None or strength <= 0.0:
        return None
    left, top, width, height = window
    coarse = max(2, -(-width // _STEP_PX)), max(2, -(-height // _STEP_PX))
    x = left + (np.arange(coarse[0]) + 0.5) * width / coarse[0]
    y = top + (np.arange(coarse[1]) + 0.5) * height / coarse[1]
    on_floor = _on_floor(view, np.stack(np.meshgrid(x, y), axis=-1), floor_m)
    light = np.ones(on_floor.shape[:2])
    for foot in feet:
        light *= 1.0 - _darkness(on_floor, foot, floor_m)
    darkness = strength * _DARKEST * (1.0 - np.nan_to_num(light, nan=1.0))
    return Shadow((left, top), stretched(darkness.astype(np.float32), (width, height)))


def _darkness(
    on_floor: Float[Array, "row column 2"], foot_m: Float[Array, "end=2 axis=3"], floor_m: float
) -> Float[Array, "row column"]:
    """Return the share of the light that one foot takes; it fades and softens as the foot rises."""
    heel, toe = foot_m[0, [0, 2]], foot_m[1, [0, 2]]
    height = max(float(foot_m[:, 1].min()) - floor_m, 0.0)
    along = toe - heel
    share = np.clip(((on_floor - heel) @ along) / max(float(along @ along), 1e-9), 0.0, 1.0)
    away = ((on_floor - heel - share[..., None] * along) ** 2).sum(axis=-1)
    fade = 1.0 / (1.0 + height / _HIGH_M)
    near = 0.5 ** (away / (_BREADTH_M + 0.5 * height) ** 2)
    far = 0.5 ** (away / (_WIDE_M + 0.5 * height) ** 2)
    return fade * (near + _WIDE_SHARE * far) / (1.0 + _WIDE_SHARE)


def _window(view: View, feet_m: Float[Array, "foot end=2 axis=3"], floor_m: float) -> tuple[int, int, int, int] | None:
    """Return left, top, width and height of the part of the picture in which the shadows can be [px]."""
    if len(feet_m) == 0:
        return None
    reach = _REACH * _WIDE_M
    around = np.array([[x, 0.0, z] for x in (-reach, reach) for z in (-reach, reach)])
    ends = feet_m.reshape(-1, 1, 3) * np.array([1.0, 0.0, 1.0]) + np.array([0.0, floor_m, 0.0])
    points_px, depths_m = projected(view, (ends + around).reshape(-1, 3))
    points_px = np.clip(points_px[depths_m > view.near_m], -_LARGEST, 4.0 * _LARGEST)
    if len(points_px) == 0:
        return None
    left, top = np.floor(points_px.min(axis=0)).clip(0, None).astype(int)
    right, bottom = np.minimum(np.ceil(points_px.max(axis=0)), view.size_px).astype(int)
    return None if right <= left or bottom <= top else (int(left), int(top), int(right - left), int(bottom - top))


def _on_floor(view: View, points_px: Float[Array, "row column 2"], floor_m: float) -> Float[Array, "row column 2"]:
    """Return which place (x, z) of the floor is seen at each point [m]; NaN above the horizon."""
    matrix = clip_from_world(view)[[0, 1, 3]]
    plane = np.stack([matrix[:, 0], matrix[:, 2], matrix[:, 3] + floor_m * matrix[:, 1]], axis=1)
    flat = 2.0 * points_px / np.array(view.size_px) - 1.0
    seen = np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1) @ np.linalg.inv(plane).T
    # The third number is one over the distance: it must have the sign that it has in front of the camera.
    places = seen[..., :2] / np.where(np.abs(seen[..., 2:]) > 1e-12, seen[..., 2:], np.nan)
    return np.where(seen[..., 2:] > 0.0, places, np.nan)
