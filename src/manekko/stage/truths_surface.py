"""From the numbers of the triangles that a picture shows to what is at each of its points."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.stage.projection import camera_from_world, clip_from_world, rows_per_metre
from manekko.stage.view import View

_CLOSE_M, _CLOSE_STEPS = 0.002, 1.0
"""A point this near behind the surface that is seen there is on it, at least as many widths of a square as said,"""
_SAME_M, _SAME_STEPS = 0.01, 2.0
"""if that is this near in the rest pose: not another layer of cloth."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The triangles that one picture shows."""

    view: View
    triangles: Int[Array, "height width"]
    """−1 where nothing is."""
    shares: Float[Array, "height width 3"]
    """Of the triangle's corners at the point; they sum to 1."""
    corners: Int[Array, "triangle 3"]
    vertices_m: Float[Array, "vertex 3"]
    """In the world, as posed."""
    rest_m: Float[Array, "vertex 3"]
    """In the rest pose, without morphs."""

    @cached_property
    def covered(self) -> Bool[Array, "height width"]:
        """Where something is seen."""
        return self.triangles >= 0

    def filled(self, values: Array, nothing: float | int) -> Array:
        """Return the picture (height, width, …) of values that were computed for covered points only, in order."""
        result = np.full((*self.triangles.shape, *values.shape[1:]), nothing, dtype=values.dtype)
        result[self.covered] = values
        return result

    def mixed(self, values: Float[Array, "vertex n"]) -> Float[Array, "point n"]:
        """Return the vertices' values at each covered point, between the triangle's corners in proportion."""
        at_corners = values[self.corners[self.triangles[self.covered]]]
        return np.einsum("pk,pkn->pn", self.shares[self.covered], at_corners)

    def nearest_vertices(self) -> Int[Array, " point"]:
        """Return the corner that each covered point is nearest to."""
        best = self.shares[self.covered].argmax(axis=-1)
        return np.take_along_axis(self.corners[self.triangles[self.covered]], best[:, None], axis=-1)[:, 0]

    def depths_m(self) -> Float[Array, "height width"]:
        """Return the distance along the camera's forward axis, infinite where nothing is."""
        forward = camera_from_world(self.view)[2]
        depths = self.vertices_m @ forward[:3] + forward[3]
        return self.filled(self.mixed(depths[:, None])[:, 0], np.inf)

    def from_behind(self) -> Bool[Array, " point"]:
        """Return which covered points are of a triangle that is seen from its back."""
        seen, places = np.unique(self.triangles[self.covered], return_inverse=True)
        matrix = clip_from_world(self.view)[[0, 1, 3]]
        in_clip = self.vertices_m[self.corners[seen]] @ matrix[:, :3].T + matrix[:, 3]
        return (np.linalg.det(in_clip) > 0.0)[places]

    def moved_to(self, after: "Surface") -> tuple[Float[Array, "height width 2"], Bool[Array, "height width"]]:
        """Return how far each point moves to the next picture [px], and whether it is seen there."""
        shape = self.triangles.shape
        shifts, visible = np.full((*shape, 2), np.nan), np.zeros(shape, dtype=bool)
        points_px, depths_m = projected(after.view, self.mixed(after.vertices_m))
        rows, columns = np.nonzero(self.covered)
        shifts[self.covered] = points_px - np.stack([columns + 0.5, rows + 0.5], axis=-1)
        visible[self.covered] = after._shows(points_px, depths_m, self.mixed(self.rest_m))
        return shifts, visible

    def _shows(
        self, points_px: Float[Array, "point 2"], depths_m: Float[Array, " point"], rest_m: Float[Array, "point 3"]
    ) -> Bool[Array, " point"]:
        """Return which points of the body are seen.

        The triangle in the middle of the square that a point falls on is continued to the point's own place: what is
        there must be neither farther in front nor another part of the body.
        """
        height, width = self.triangles.shape
        inside = ((points_px >= 0.0) & (points_px < [width, height])).all(axis=-1) & (depths_m > self.view.near_m)
        at = np.floor(np.where(inside[:, None], points_px, 0.0)).astype(np.int64)
        triangles = self.triangles[at[:, 1], at[:, 0]]
        known = inside & (triangles >= 0)
        corners = self.corners[triangles[known]]
        shares = shares_at(self.view, self.vertices_m[corners], points_px[known])
        # A plane seen edge-on runs away within a square.
        shares = np.clip(shares, -1.0, 2.0)
        forward = camera_from_world(self.view)[2]
        front_m = (shares * (self.vertices_m[corners] @ forward[:3] + forward[3])).sum(axis=-1)
        off_m = np.linalg.norm(np.einsum("pk,pkn->pn", shares, self.rest_m[corners]) - rest_m[known], axis=-1)
        result = np.zeros(len(points_px), dtype=bool)
        flat = self.view.orthographic_height_m is not None
        step_m = (1.0 if flat else depths_m[known]) / (self.view.size_px[1] * rows_per_metre(self.view))
        close = depths_m[known] <= front_m + np.maximum(_CLOSE_M, _CLOSE_STEPS * step_m)
        result[known] = close & (off_m < np.maximum(_SAME_M, _SAME_STEPS * step_m))
        return result


def projected(view: View, points_m: Float[Array, "point 3"]) -> tuple[Float[Array, "point 2"], Float[Array, " point"]]:
    """Return where points are in the picture [px] and how far along the camera's forward axis [m]."""
    in_clip = points_m @ clip_from_world(view)[[0, 1, 3], :3].T + clip_from_world(view)[[0, 1, 3], 3]
    scale = np.where(np.abs(in_clip[:, 2:]) > 1e-9, in_clip[:, 2:], 1e-9)
    forward = camera_from_world(view)[2]
    points_px = (in_clip[:, :2] / scale + 1.0) / 2.0 * np.array(view.size_px)
    return points_px, points_m @ forward[:3] + forward[3]


def corner_shares(
    view: View,
    vertices_m: Float[Array, "vertex 3"],
    corners: Int[Array, "triangle 3"],
    triangles: Int[Array, "height width"],
) -> Float[Array, "height width 3"]:
    """Return what share each corner of the triangle has at the middle of each square of the picture; 0 for nothing."""
    covered = triangles >= 0
    rows, columns = np.nonzero(covered)
    result = np.zeros((*triangles.shape, 3))
    points_px = np.stack([columns + 0.5, rows + 0.5], axis=-1)
    result[covered] = shares_at(view, vertices_m[corners[triangles[covered]]], points_px)
    return result


def shares_at(
    view: View, corners_m: Float[Array, "point 3 3"], points_px: Float[Array, "point 2"]
) -> Float[Array, "point 3"]:
    """Return the shares of a triangle's corners where the ray through a point of the picture meets its plane.

    The shares s make the mixed corner project onto the point: Σ s (x − w x') = 0 and the same for y, with x, y and w in
    clip space and x' the point's place there; so they are a cross product.
    """
    matrix = clip_from_world(view)[[0, 1, 3]]
    in_clip = corners_m @ matrix[:, :3].T + matrix[:, 3]
    place = points_px / np.array(view.size_px) * 2.0 - 1.0
    off = in_clip[..., :2] - in_clip[..., 2:] * place[:, None, :]
    shares = np.cross(off[..., 0], off[..., 1])
    total = shares.sum(axis=-1, keepdims=True)
    return np.where(np.abs(total) > 1e-18, shares / np.where(np.abs(total) > 1e-18, total, 1.0), 1.0 / 3.0)
