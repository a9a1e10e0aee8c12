"""How the clip's camera turned and zoomed while it filmed."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from manekko.arrays import Array, Float

_FOCAL_PER_DIAGONAL = 0.75


@dataclass(frozen=True)
class CameraPath:
    """A camera that stays in its place, turns and zooms; the frame axis is that of the clip."""

    times_s: Float[Array, " frame"]
    """Presentation time of each frame from the start of the clip [s], rising."""
    rotations_xyzw: Float[Array, "frame 4"]
    """From each frame's camera axes (x right, y down, z away) to those of the first frame."""
    zooms: Float[Array, " frame"]
    """Focal length of each frame in that of the first."""
    focal_px: float
    """The first frame's focal length that the rotations were found with [px]."""
    notes: tuple[str, ...] = ()
    """What a person should know of the camera, in words."""

    @property
    def moving(self) -> bool:
        """Whether it turns or zooms at all; a camera that was found to stand still does not, exactly."""
        return bool((self.rotations_xyzw[:, :3] != 0.0).any() or (self.zooms != 1.0).any())

    def at(self, times_s: Float[Array, " time"]) -> "CameraPath":
        """Return the path at other moments, on the shortest arcs between the frames, holding its ends."""
        if len(self.times_s) < 2:
            frames = np.zeros(len(times_s), dtype=int)
            return CameraPath(times_s, self.rotations_xyzw[frames], self.zooms[frames], self.focal_px, self.notes)
        inside = np.clip(times_s, self.times_s[0], self.times_s[-1])
        turned = Slerp(self.times_s, Rotation.from_quat(self.rotations_xyzw))(inside).as_quat()
        # A unit quaternion that went through rotation vectors is no longer exactly the identity.
        rotations = turned if self.moving else np.tile([0.0, 0.0, 0.0, 1.0], (len(times_s), 1))
        zooms = np.exp(np.interp(inside, self.times_s, np.log(self.zooms)))
        return CameraPath(times_s, rotations, zooms, self.focal_px, self.notes)

    def part(self, frames: slice) -> "CameraPath":
        """Return some of the frames, as seen by a camera that begins with the first of them."""
        turned = Rotation.from_quat(self.rotations_xyzw[frames])
        rotations = (turned[0].inv() * turned).as_quat() if self.moving else self.rotations_xyzw[frames]
        zooms = self.zooms[frames]
        times_s = self.times_s[frames] - self.times_s[frames][0]
        return CameraPath(times_s, rotations, zooms / zooms[0], self.focal_px * float(zooms[0]), self.notes)


def default_focal_px(image_size_px: tuple[int, int]) -> float:
    """Return the focal length [px] taken when nothing is known: a field of view of 67° over the diagonal.

    Telephones see more, cameras with a zoom less; a wrong guess shifts and scales the root's depth, little else.
    """
    width, height = image_size_px
    return _FOCAL_PER_DIAGONAL * float(np.hypot(width, height))


def still_path(times_s: Float[Array, " frame"], focal_px: float, notes: tuple[str, ...] = ()) -> CameraPath:
    """Return the path of a camera that stands still."""
    count = len(times_s)
    return CameraPath(times_s, np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)), np.ones(count), focal_px, notes)
