"""Where the camera of a clip stands in the world of the motion that was captured through it."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.lift import Lifted
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.skeleton import JOINT_INDEX

_ANKLES = [BODY33_INDEX["left_ankle"], BODY33_INDEX["right_ankle"]]
_FEET = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]


@dataclass(frozen=True)
class SourceCamera:
    """A pinhole that does not move: seen by it, the motion's dancer covers the person in the clip.

    Its optical axis meets the middle of the picture.
    """

    size_px: tuple[int, int]
    """Width and height of the clip's pictures [px]."""
    focal_px: float
    position_m: tuple[float, float, float]
    """In the motion's world [m]."""
    rotation_xyzw: tuple[float, float, float, float]
    """From the camera's axes (x right, y down, z away) to the world's."""

    def scaled(self, scale: float) -> "SourceCamera":
        """Return the camera for the same motion made larger about its origin, as a model with longer legs dances it."""
        x, y, z = self.position_m
        return SourceCamera(self.size_px, self.focal_px, (x * scale, y * scale, z * scale), self.rotation_xyzw)


def source_camera(lifted: Lifted, motion: Motion) -> SourceCamera:
    """Return the camera that the person was lifted with, in the world of the motion made of them.

    The motion's floor and feet were evened out, so the camera stands where the ankles meet best over the clip.
    """
    seen = np.flatnonzero(lifted.seen)
    before = lifted.positions_m[seen][:, _ANKLES].mean(1)
    after = motion.joint_positions_m()[seen][:, _FEET].mean(1)
    place = np.median(after - before, axis=0)
    return SourceCamera(
        size_px=_size_px(lifted.camera.centre_px),
        focal_px=float(lifted.camera.focal_px),
        position_m=_three(place),
        rotation_xyzw=_four(lifted.upright_xyzw),
    )


def _size_px(centre_px: tuple[float, float]) -> tuple[int, int]:
    return round(2.0 * centre_px[0]), round(2.0 * centre_px[1])


def _three(values: Float[Array, "3"]) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z


def _four(values: Float[Array, "4"]) -> tuple[float, float, float, float]:
    x, y, z, w = values.tolist()
    return x, y, z, w
