"""From points seen in two pictures to the turn (and zoom) of the camera between them.

A camera that turns about its own place moves the picture of everything alike, near or far: the point that the ray
``r`` meets in one picture is met by ``Q r`` in the other (the homography K Q K⁻¹), and a zoom ``z`` stretches it about
the middle.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from manekko.arrays import Array, Bool, Float

_TRIES = 64
_NEAR_PX = 2.0
"""A guess from two points counts the others that it brings this near."""
_STEPS = 10
_SPREADS_PX = (3.0, 1.0)
"""Scale of the Geman–McClure weights: first wide, then the noise of a followed corner."""
INLIER_PX = 1.5


@dataclass(frozen=True)
class View:
    """The small picture's pinhole in the first frame's zoom."""

    focal_px: float
    centre_px: tuple[float, float]

    def rays(self, points_px: Float[Array, "*point 2"], zoom: float = 1.0) -> Float[Array, "*point 3"]:
        """Return unit directions of image points."""
        flat = (points_px - np.array(self.centre_px)) / (self.focal_px * zoom)
        rays = np.concatenate([flat, np.ones_like(flat[..., :1])], axis=-1)
        return rays / np.linalg.norm(rays, axis=-1, keepdims=True)

    def seen(self, rays: Float[Array, "*point 3"], zoom: float = 1.0) -> Float[Array, "*point 2"]:
        """Return image points [px] of directions; what is beside or behind the camera lands far outside."""
        depth = np.maximum(rays[..., 2:], 1e-3)
        return rays[..., :2] / depth * (self.focal_px * zoom) + np.array(self.centre_px)


@dataclass(frozen=True)
class Turn:
    """What brought one picture's points to the other's."""

    matrix: Float[Array, "3 3"]
    """From the one camera's axes to the other's."""
    zoom: float
    """Focal length of the other picture in the first frame's."""
    inliers: Bool[Array, " point"]
    """Points that it brings into place; of a guess, none need be given."""


def turn_between(
    rays: Float[Array, "point 3"], points_px: Float[Array, "point 2"], view: View, start: Turn, *, zooms: bool
) -> Turn:
    """Return the turn that brings the most of ``rays`` to ``points_px``, found from the start and from pairs of points.

    Args:
        rays: directions in the one camera's axes.
        points_px: where they are seen by the other.
        view: both cameras, but for the zoom.
        start: a guess.
        zooms: whether the other picture may have another zoom than the guess.

    Source: RANSAC (Fischler and Bolles 1981) over pairs, refined by Gauss–Newton with Geman–McClure weights.
    """
    matrices, sizes = _guesses(rays, points_px, view, start, zooms)
    errors = np.linalg.norm(_seen(matrices, rays, view, sizes) - points_px, axis=-1)
    best = int(np.argmin(np.minimum(errors / _NEAR_PX, 1.0).sum(1)))
    matrix, zoom = matrices[best], float(sizes[best])
    for spread in _SPREADS_PX:
        matrix, zoom = _refined(rays, points_px, view, matrix, zoom, spread, zooms)
    error = np.linalg.norm(view.seen(rays @ matrix.T, zoom) - points_px, axis=1)
    return Turn(matrix, zoom, error < INLIER_PX)


def _seen(matrices: Array, rays: Array, view: View, sizes: Array) -> Float[Array, "guess point 2"]:
    turned = np.einsum("gij,pj->gpi", matrices, rays)
    flat = turned[..., :2] / np.maximum(turned[..., 2:], 1e-3)
    return flat * (view.focal_px * sizes)[:, None, None] + np.array(view.centre_px)


def _guesses(rays: Array, points_px: Array, view: View, start: Turn, zooms: bool) -> tuple[Array, Array]:
    """The start, and turns that bring a pair's first point into place and its second into line."""
    if len(rays) < 2:
        return start.matrix[None], np.array([start.zoom])
    random = np.random.default_rng(len(rays))
    first = random.integers(0, len(rays), _TRIES)
    second = (first + random.integers(1, len(rays), _TRIES)) % len(rays)
    sizes = np.full(_TRIES, start.zoom)
    if zooms:
        before = np.linalg.norm(view.seen(rays[first]) - view.seen(rays[second]), axis=-1)
        after = np.linalg.norm(points_px[first] - points_px[second], axis=-1)
        sizes = np.clip(after / np.maximum(before, 1e-6), start.zoom / 1.5, start.zoom * 1.5)
    flat = (points_px - np.array(view.centre_px)) / view.focal_px

    def ray_of(points: Array) -> Array:
        return np.concatenate([flat[points] / sizes[:, None], np.ones((_TRIES, 1))], axis=1)

    found = _axes(ray_of(first), ray_of(second)) @ _axes(rays[first], rays[second]).swapaxes(1, 2)
    return np.concatenate([start.matrix[None], found]), np.concatenate([[start.zoom], sizes])


def _axes(first: Array, second: Array) -> Float[Array, "guess 3 3"]:
    """Orthonormal axes as columns: along the first ray, and square to both."""
    one = first / np.linalg.norm(first, axis=-1, keepdims=True)
    across = np.cross(first, second)
    size = np.linalg.norm(across, axis=-1, keepdims=True)
    across = np.where(size > 1e-9, across / np.maximum(size, 1e-9), np.roll(one, 1, axis=-1))
    across -= one * (across * one).sum(-1, keepdims=True)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    return np.stack([one, across, np.cross(one, across)], axis=-1)


def _refined(
    rays: Array, points_px: Array, view: View, matrix: Array, zoom: float, spread_px: float, zooms: bool
) -> tuple[Float[Array, "3 3"], float]:
    for _ in range(_STEPS):
        turned = rays @ matrix.T
        residual = points_px - view.seen(turned, zoom)
        weight = 1.0 / (1.0 + (residual**2).sum(1) / spread_px**2) ** 2
        jacobian = seen_jacobian(turned, view.focal_px * zoom)[..., : 4 if zooms else 3]
        normal = np.einsum("p,pri,prj->ij", weight, jacobian, jacobian)
        right = np.einsum("p,pri,pr->i", weight, jacobian, residual)
        # A little damping: two points, or points on one line, leave a direction free.
        step = np.linalg.solve(normal + (1e-6 * np.trace(normal) + 1e-9) * np.eye(len(normal)), right)
        matrix = Rotation.from_rotvec(step[:3]).as_matrix() @ matrix
        zoom *= float(np.exp(np.clip(step[3], -0.2, 0.2))) if zooms else 1.0
        if np.abs(step).max() < 1e-7:
            break
    return matrix, zoom


def seen_jacobian(rays: Float[Array, "point 3"], focal_px: float) -> Float[Array, "point 2 4"]:
    """Return the change of image points [px] by a small turn (x, y, z) [rad] and by the logarithm of the zoom.

    The turn is in the seeing camera's axes and applied last: ``exp(turn) ray``.
    """
    depth = np.maximum(rays[:, 2], 1e-3)
    x, y = rays[:, 0] / depth, rays[:, 1] / depth
    across = np.stack([-x * y, 1.0 + x * x, -y, x], axis=-1)
    down = np.stack([-(1.0 + y * y), x * y, x, y], axis=-1)
    return focal_px * np.stack([across, down], axis=1)
