"""What the fit is told: image points, a first idea of the shape, what stands on the floor, and how sure each is."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.skeleton.skeleton import Skeleton
from manekko.solve.pose import Marks


@dataclass(frozen=True)
class View:
    """The clip's camera in the world of the motion; it may turn from frame to frame."""

    focal_px: float
    centre_px: tuple[float, float]
    rotations: Float[Array, "frame 3 3"]
    """From world axes to the camera's (x right, y down, z away)."""
    positions_m: Float[Array, "frame 3"]
    """Where the camera is in the world [m]."""


@dataclass(frozen=True)
class Evidence:
    """One person through a clip at a regular rate."""

    fps: float
    skeleton: Skeleton
    view: View
    marks: Marks
    """The detector's keypoints on the body."""
    keypoints_px: Float[Array, "frame point 2"]
    """Image points [px]; their weight is 0 where they are unknown, and they are finite everywhere."""
    image_sigma_m: Float[Array, "frame point"]
    """Standard deviation of each image point sideways at the person's depth [m]; infinite where it is unknown."""
    edges: Int[Array, "edge 2"]
    """Pairs of keypoints whose difference the prior tells."""
    edge_m: Float[Array, "frame edge 3"]
    """The prior's difference, second minus first, in camera axes [m]."""
    edge_sigma_m: Float[Array, "frame edge 3"]
    """Standard deviation of it along each camera axis [m]."""
    soles: Marks
    """Points under the feet, in the order of ``contacts``."""
    contacts: Bool[Array, "frame sole"]
    """Whether each of ``soles`` stands still on the floor, y = 0."""
    airborne: Bool[Array, " frame"]
    """Frames of a jump, in which the body falls freely."""

    def part(self, frames: slice) -> "Evidence":
        """Return what is known of some of the frames."""
        view = replace(self.view, rotations=self.view.rotations[frames], positions_m=self.view.positions_m[frames])
        own = ("keypoints_px", "image_sigma_m", "edge_m", "edge_sigma_m", "contacts", "airborne")
        return replace(self, view=view, **{name: getattr(self, name)[frames] for name in own})

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(self.keypoints_px)


@dataclass(frozen=True)
class Weights:
    """Standard deviations of the terms that every clip shares, and which terms there are."""

    contact_step_m: float = 0.003
    """How far a planted point moves in a frame [m]."""
    contact_height_m: float = 0.01
    """How far above or below the floor it is [m]."""
    below_floor_m: float = 0.01
    """How far a point that is not planted reaches below the floor [m]."""
    fall_m_s2: float = 2.0
    """Error of the body's acceleration in flight [m/s²]: its middle is not its hips."""
    robust_image: float = 1.4
    """Image errors of so many standard deviations count a quarter (Geman–McClure)."""
    robust_hurry: float = 3.0
    """Accelerations of so many times the usual count half: hits are hits (Cauchy)."""
    smoothness: float = 2.5
    """Scale of the accelerations that are thought usual."""
    pose: float = 4.0
    """Scale of the usual ranges of joints."""
    following_rad: float = float(np.radians(1.0))
    """How far a joint of ``joints.FOLLOWING`` turns from its share [rad]."""
    rounds: int = 25
    """Most steps of the fit."""
    window: int = 450
    """Frames that are solved at once."""


DEFAULT_WEIGHTS = Weights()
