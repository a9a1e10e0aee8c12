"""The skin of the head as a function: an angle round the head and a height along it give a point.

Everything that is built from it counts in head heights from the chin: x to the character's left, y up (chin 0,
crown 1), z to the front from the middle of the skull.
"""

from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial import KDTree

from manekko.arrays import Array, Float
from manekko.character.design import Design, HeadFrame, head_frame

# Rings from the crown down the face to the edge of the jaw, each by three points of the outline (front, side, back)
# and how square it is between them: front y, z | side x, y, z | back y, z | squareness in front, behind.
_RINGS = np.array(
    [
        [1.000, 0.000, 0.000, 1.000, -0.02, 1.000, -0.04, 2.00, 2.0],
        [0.960, 0.200, 0.190, 0.960, -0.02, 0.960, -0.22, 2.00, 2.0],
        [0.850, 0.335, 0.305, 0.850, -0.02, 0.850, -0.37, 2.05, 2.0],
        [0.710, 0.405, 0.366, 0.720, -0.02, 0.710, -0.44, 2.15, 2.0],
        [0.570, 0.420, 0.384, 0.600, -0.01, 0.570, -0.46, 2.25, 2.0],
        [0.460, 0.406, 0.379, 0.510, -0.01, 0.450, -0.45, 2.30, 2.0],
        [0.360, 0.394, 0.374, 0.430, -0.01, 0.350, -0.42, 2.30, 2.0],
        [0.265, 0.392, 0.371, 0.355, -0.01, 0.270, -0.37, 2.25, 2.0],
        [0.170, 0.388, 0.356, 0.285, -0.02, 0.210, -0.32, 2.15, 2.0],
        [0.085, 0.380, 0.324, 0.220, -0.03, 0.165, -0.28, 2.05, 2.0],
        [0.030, 0.368, 0.284, 0.170, -0.05, 0.135, -0.25, 1.95, 2.0],
        [0.002, 0.338, 0.236, 0.130, -0.07, 0.110, -0.23, 1.90, 2.0],
    ]
)
_STEP = 1e-4
_HAIRLINE = np.array(
    [
        (0.0, 2.4),
        (30.0, 2.7),
        (50.0, 3.4),
        (70.0, 4.6),
        (90.0, 5.4),
        (105.0, 6.5),
        (120.0, 7.9),
        (140.0, 9.2),
        (180.0, 10.0),
    ]
)


def hairline(angles_rad: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Return the rings of the skin at which the scalp's hair ends, by angles round the head."""
    turns = np.abs((np.degrees(angles_rad) + 180.0) % 360.0 - 180.0)
    return np.interp(turns, *_HAIRLINE.T)


class FaceSurface:
    """The head's skin without openings, and the way back from the front view to it."""

    def __init__(self, frame: HeadFrame) -> None:
        self.frame = frame
        rings = np.vstack([_RINGS, _neck_rings(frame)])
        self.length = float(len(rings) - 1)
        """Largest ring number, at the neck's seam; the crown is 0."""
        self._rings = CubicSpline(np.arange(len(rings)), rings, bc_type="natural")

    def at(self, angles_rad: Float[Array, "*batch"], rings: Float[Array, "*batch"]) -> Float[Array, "*batch 3"]:
        """Return points of the skin [head heights]; angle 0 is the front, +π/2 the character's left."""
        row = np.moveaxis(self._rings(np.clip(rings, 0.0, self.length)), -1, 0)
        front_y, front_z, side_x, side_y, side_z, back_y, back_z, front_round, back_round = row
        sine, cosine = np.sin(angles_rad), np.cos(angles_rad)
        ahead = cosine >= 0.0
        power = np.where(ahead, front_round, back_round)
        radius = (np.abs(sine) ** power + np.abs(cosine) ** power) ** (-1.0 / power)
        across, along = radius * sine, np.abs(radius * cosine)
        end_y, end_z = np.where(ahead, front_y, back_y), np.where(ahead, front_z, back_z)
        x = side_x * across
        # The outline of the jaw: straight from the chin, then rising.
        y = end_y + (side_y - end_y) * np.abs(across) ** 1.76
        z = side_z + (end_z - side_z) * along
        return np.stack([x, y, z + _nose(x, y, ahead)], axis=-1)

    @cached_property
    def _front(self) -> tuple[KDTree, Float[Array, "sample 2"]]:
        angles, rings = np.meshgrid(np.radians(np.linspace(-88, 88, 89)), np.linspace(1.5, 11.5, 81), indexing="ij")
        points = self.at(angles, rings)[..., :2].reshape(-1, 2)
        return KDTree(points), np.stack([angles.ravel(), rings.ravel()], axis=-1)

    def chart(self, front_view: Float[Array, "point 2"]) -> Float[Array, "point 2"]:
        """Return the (angle [rad], ring) of points of the face given by (x, y) as seen from the front."""
        tree, samples = self._front
        found = samples[tree.query(front_view)[1]].copy()
        for _ in range(8):
            here = self.at(found[:, 0], found[:, 1])[:, :2]
            by_angle = (self.at(found[:, 0] + _STEP, found[:, 1])[:, :2] - here) / _STEP
            by_ring = (self.at(found[:, 0], found[:, 1] + _STEP)[:, :2] - here) / _STEP
            slopes = np.stack([by_angle, by_ring], axis=-1)
            move = np.linalg.solve(slopes, (front_view - here)[..., None])[..., 0]
            found += np.clip(move, -0.3, 0.3)
            if np.abs(move).max() < 1e-10:
                break
            found[:, 0] = np.clip(found[:, 0], -1.55, 1.55)
            found[:, 1] = np.clip(found[:, 1], 0.5, len(_RINGS) - 0.5)
        return found

    def front(self, front_view: Float[Array, "point 2"], lift: float = 0.0) -> Float[Array, "point 3"]:
        """Return the points of the face at (x, y) as seen from the front, ``lift`` before the skin."""
        chart = self.chart(front_view)
        depth = self.at(chart[:, 0], chart[:, 1])[:, 2]
        return np.concatenate([front_view, depth[:, None] + lift], axis=-1)

    def world(self, points: Float[Array, "point 3"]) -> Float[Array, "point 3"]:
        """Return points given in head heights as metres in the world."""
        return points * self.frame.height + [0.0, self.frame.chin_y, self.frame.centre_z]


def face_surface(design: Design) -> FaceSurface:
    """Return the skin of a design's head."""
    return FaceSurface(head_frame(design))


def _nose(x: Array, y: Array, ahead: Array) -> Array:
    """Return how far the nose stands out: a low bridge that ends in a small tip."""
    tip = 0.040 * np.exp(-((x / 0.024) ** 2)) * np.where(y > 0.228, np.exp(-(((y - 0.228) / 0.040) ** 2)), 0.0)
    under = 0.040 * np.exp(-((x / 0.024) ** 2)) * np.where(y <= 0.228, np.exp(-(((y - 0.228) / 0.018) ** 2)), 0.0)
    bridge = 0.010 * np.exp(-((x / 0.05) ** 2)) * np.exp(-(((y - 0.30) / 0.07) ** 2))
    lips = 0.008 * np.exp(-((x / 0.07) ** 2)) * np.exp(-(((y - 0.125) / 0.05) ** 2))
    return np.where(ahead, tip + under + bridge + lips, 0.0)


def _neck_rings(frame: HeadFrame) -> Float[Array, "ring 9"]:
    """Return the rings from under the jaw to the seam with the neck."""
    height = frame.height
    radius, middle = frame.neck_radius / height, (frame.neck_z - frame.centre_z) / height
    seam = (frame.neck_y - frame.chin_y) / height
    front, back = middle + radius, middle - radius
    return np.array(
        [
            [0.012, (0.32 + front) / 2 + 0.02, 0.5 * radius + 0.10, 0.110, -0.08, 0.09, back - 0.025, 1.95, 2.0],
            [0.022, front + 0.012, radius + 0.004, 0.060, middle, 0.05, back - 0.006, 2.0, 2.0],
            [seam, front, radius, seam, middle, seam, back, 2.0, 2.0],
        ]
    )
