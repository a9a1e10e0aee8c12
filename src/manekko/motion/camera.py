"""MMD's camera, light and self shadow over time, sampled at any frame as MMD does.

Lengths are in metres in Manekko's right-handed frame; frames are VMD's, 30 a second.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.rig_sampling import bezier_fraction, spans
from manekko.skeleton.rotations import from_rotation_vectors, multiply, normalized, rotate

_AXES = np.eye(3)
_SENSE = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class CameraState:
    """Where the camera is at one moment."""

    centre_m: Float[Array, "3"]
    """The point that it turns about and looks at [m]."""
    angles_rad: Float[Array, "3"]
    """MMD's angles about x, y and z [rad]; see ``rotation_xyzw``."""
    distance_m: float
    """How far it stands back from the centre [m]; negative: beyond it, looking away."""
    view_angle_rad: float
    """Angle over the height of the picture [rad]."""
    perspective: bool

    @property
    def rotation_xyzw(self) -> Float[Array, "4"]:
        """From the camera's own axes (x right, y up, z towards who looks) to the world's.

        About z first, then x, then y. A positive angle about x looks down, one about y looks to the camera's left,
        one about z rolls the camera clockwise as it sees it itself.
        """
        about_x, about_y, about_z = from_rotation_vectors(_AXES * (self.angles_rad * _SENSE)[:, None])
        return multiply(about_y, multiply(about_x, about_z))

    @property
    def position_m(self) -> Float[Array, "3"]:
        """Where it stands [m]."""
        return self.centre_m + rotate(self.rotation_xyzw, np.array([0.0, 0.0, self.distance_m]))


@dataclass(frozen=True, eq=False)
class CameraTrack:
    """Keys of the camera."""

    frames: Int[Array, " key"]
    """Rising; one at least."""
    centres_m: Float[Array, "key 3"]
    angles_rad: Float[Array, "key 3"]
    distances_m: Float[Array, " key"]
    view_angles_rad: Float[Array, " key"]
    perspectives: Array
    """(key,) bool."""
    curves: Array
    """(key, 6, 4) uint8: for X, Y, Z, rotation, distance and view angle the Bézier points x1, y1, x2, y2 in 0–127 of
    the span that ends at the key."""

    def at(self, frame: float) -> CameraState:
        """Return the camera at a frame, whole or between; the outer keys hold before and after.

        Between keys on neighbouring frames nothing moves: that is how MMD cuts. Angles go straight from one value to
        the next, each on its own, through full turns too.
        """
        start, end, fraction = _span(self.frames, frame)
        if self.frames[end] - self.frames[start] <= 1:
            fraction = float(fraction == 1.0)
        eased = bezier_fraction(self.curves[end], np.full(6, fraction))
        return CameraState(
            centre_m=_between(self.centres_m, start, end, eased[:3]),
            angles_rad=_between(self.angles_rad, start, end, float(eased[3])),
            distance_m=float(_between(self.distances_m, start, end, float(eased[4]))),
            view_angle_rad=float(_between(self.view_angles_rad, start, end, float(eased[5]))),
            perspective=bool(self.perspectives[end if fraction == 1.0 else start]),
        )


@dataclass(frozen=True, eq=False)
class LightTrack:
    """Keys of the light."""

    frames: Int[Array, " key"]
    """Rising; one at least."""
    colours_rgb: Float[Array, "key 3"]
    """0–1."""
    directions: Float[Array, "key 3"]
    """The way it shines, in the world; not of unit length."""

    def at(self, frame: float) -> tuple[Float[Array, "3"], Float[Array, "3"]]:
        """Return colour and direction (of unit length) at a frame, both straight from key to key.

        A light without a direction shines straight down.
        """
        start, end, fraction = _span(self.frames, frame)
        direction = normalized(_between(self.directions, start, end, fraction))
        return _between(self.colours_rgb, start, end, fraction), direction if direction.any() else -_AXES[1]


@dataclass(frozen=True, eq=False)
class ShadowTrack:
    """Keys of the self shadow."""

    frames: Int[Array, " key"]
    """Rising; one at least."""
    modes: Int[Array, " key"]
    """0 off, 1 and 2 MMD's two ways of sharing out the shadow's resolution."""
    distances: Float[Array, " key"]
    """As MMD shows them, 0–9999: how far the shadows reach."""

    def at(self, frame: float) -> tuple[int, float]:
        """Return mode and distance at a frame; both stay as they are until the next key."""
        key = max(int(np.searchsorted(self.frames, frame, side="right")) - 1, 0)
        return int(self.modes[key]), float(self.distances[key])


def _span(keys: Int[Array, " key"], frame: float) -> tuple[int, int, float]:
    """Return the keys around a frame and the share of the time between them."""
    start, end, fraction = spans(keys, np.array([frame]))
    return int(start[0]), int(end[0]), float(fraction[0])


def _between(values: Array, start: int, end: int, fraction: Array | float) -> Array:
    return np.asarray(values[start] + (values[end] - values[start]) * fraction)
