"""The square of a camera's picture that is painted: where it lies, and the camera that sees just that."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.truths_surface import projected
from manekko.stage.view import View

_MARGIN = 0.04
"""What is left free around the figure, of the square's side: hair swings beyond its bones."""
_LEAST_SIDE_PX = 16.0
_CALM_S = 0.12


@dataclass(frozen=True)
class Square:
    """A square of a picture [px], which may reach beyond its edges."""

    left: float
    top: float
    side: float

    def seen_by(self, view: View, side_px: int) -> View:
        """Return the camera that sees the square only, as a picture of ``side_px``."""
        assert view.orthographic_height_m is None, "a square is cut from a picture with perspective"
        scale = side_px / self.side
        x, y = view.centre_px or (view.size_px[0] / 2.0, view.size_px[1] / 2.0)
        return replace(
            view,
            size_px=(side_px, side_px),
            focal_px=view.focal_px * scale,
            centre_px=((x - self.left) * scale, (y - self.top) * scale),
        )


class Outlines:
    """Finds the square around one figure, picture by picture."""

    def __init__(self, figure: Figure) -> None:
        self._bones, self._shifts_m = _outer_vertices(figure)

    def box_px(self, view: View, pose: Pose) -> Float[Array, "corner=2 2"] | None:
        """Return the upper left and lower right corner of what the figure may cover [px]; None: behind the camera."""
        points_m = rotate(pose.rotations_xyzw[self._bones], self._shifts_m) + pose.positions_m[self._bones]
        points_px, depths_m = projected(view, points_m)
        in_front = depths_m > view.near_m
        if not in_front.any():
            return None
        return np.stack([points_px[in_front].min(0), points_px[in_front].max(0)])


def _outer_vertices(figure: Figure) -> tuple[Array, Array]:
    """Return vertices that stand out of what each bone carries: their bone, and where they are from it [m]."""
    mesh = figure.mesh
    main = np.take_along_axis(mesh.bones, mesh.weights.argmax(1)[:, None], axis=1)[:, 0]
    rest_m = np.array([bone.rest_position_m for bone in figure.rig.bones], dtype=np.float64).reshape(-1, 3)
    ways = np.array([[x, y, z] for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)])
    along = mesh.positions_m @ ways.T
    chosen: set[int] = set()
    for bone in np.unique(main):
        own = np.flatnonzero(main == bone)
        chosen.update(own[along[own].argmax(0)].tolist())
    vertices = np.array(sorted(chosen))
    return main[vertices], mesh.positions_m[vertices].astype(np.float64) - rest_m[main[vertices]]


def calm_squares(boxes_px: Float[Array, "frame corner=2 2"], fps: float) -> list[Square]:
    """Return a square around each box that moves and grows calmly, so that nothing painted in it trembles.

    Args:
        boxes_px: upper left and lower right corner in each frame; NaN where the figure is not to be seen.
        fps: frames a second.
    """
    seen = np.flatnonzero(np.isfinite(boxes_px).all((1, 2)))
    if len(seen) == 0:
        return [Square(0.0, 0.0, _LEAST_SIDE_PX)] * len(boxes_px)
    frames = np.arange(len(boxes_px))
    filled = np.stack([np.interp(frames, seen, boxes_px.reshape(-1, 4)[seen, k]) for k in range(4)], axis=1)
    window = 2 * round(2.0 * _CALM_S * fps) + 1
    outer = np.concatenate(
        [-maximum_filter1d(-filled[:, :2], window, axis=0), maximum_filter1d(filled[:, 2:], window, axis=0)], axis=1
    )
    calm = gaussian_filter1d(outer, _CALM_S * fps, axis=0, mode="nearest")
    sides = np.maximum((calm[:, 2:] - calm[:, :2]).max(1) * (1.0 + 2.0 * _MARGIN), _LEAST_SIDE_PX)
    corners = (calm[:, :2] + calm[:, 2:]) / 2.0 - sides[:, None] / 2.0
    return [Square(left, top, side) for (left, top), side in zip(corners.tolist(), sides.tolist(), strict=True)]
