"""Where the camera of a clip stands in the world of the motion that was captured through it."""

from dataclasses import asdict, dataclass, replace

import numpy as np

from manekko.arrays import Array, Float, triple
from manekko.lift.lift import Lifted
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import as_rotation_vectors
from manekko.skeleton.skeleton import JOINT_INDEX

_ANKLES = [BODY33_INDEX["left_ankle"], BODY33_INDEX["right_ankle"]]
_FEET = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]


@dataclass(frozen=True)
class SourceCamera:
    """A pinhole that stays in its place: seen by it, the motion's dancer covers the person in the clip.

    Its optical axis meets the middle of the picture.
    """

    size_px: tuple[int, int]
    """Width and height of the clip's pictures [px]."""
    focal_px: float
    position_m: tuple[float, float, float]
    """In the motion's world [m]."""
    rotation_xyzw: tuple[float, float, float, float]
    """From the first frame's camera axes (x right, y down, z away) to the world's."""
    turns_rad: tuple[tuple[float, float, float], ...] = ()
    """Rotation vector from the camera axes of each frame of the motion to the first's; empty: it stands still."""
    zooms: tuple[float, ...] = ()
    """Focal length of each frame in that of the first; empty: it does not zoom."""

    def scaled(self, scale: float) -> "SourceCamera":
        """Return the camera for the same motion made larger about its origin, as a model with longer legs dances it."""
        x, y, z = self.position_m
        return replace(self, position_m=(x * scale, y * scale, z * scale))

    def as_dict(self) -> dict[str, object]:
        """Return what a report tells; of turns and zooms only if there are any."""
        return {name: value for name, value in asdict(self).items() if value != ()}


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
        position_m=triple(place),
        rotation_xyzw=_four(lifted.upright_xyzw),
        turns_rad=_turns(lifted.turns_xyzw),
        zooms=() if (lifted.zooms == 1.0).all() else tuple(np.round(lifted.zooms, 5).tolist()),
    )


def _turns(turns_xyzw: Float[Array, "frame 4"]) -> tuple[tuple[float, float, float], ...]:
    """Rotation vectors to a hundred-thousandth, which is a tenth of a pixel at most; none of a camera that is still."""
    if (turns_xyzw[:, :3] == 0.0).all():
        return ()
    return tuple(triple(turn) for turn in np.round(as_rotation_vectors(turns_xyzw), 5))


def _size_px(centre_px: tuple[float, float]) -> tuple[int, int]:
    return round(2.0 * centre_px[0]), round(2.0 * centre_px[1])


def _four(values: Float[Array, "4"]) -> tuple[float, float, float, float]:
    x, y, z, w = values.tolist()
    return x, y, z, w
