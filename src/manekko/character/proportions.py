"""From the standard figure (158 cm, 6.6 heads) to any other: where its points lie."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.design import Design, head_frame

_STANDARD = Design()
_SHOULDER_M = np.array([0.105, 1.262, -0.018])


@dataclass(frozen=True)
class Proportions:
    """How much higher, wider and longer-armed a design is than the standard figure."""

    height: float
    width: float
    arm: float
    neck: float

    @property
    def changes_nothing(self) -> bool:
        """Whether this is the standard figure."""
        return self == Proportions(1.0, 1.0, 1.0, 1.0)

    def placed(self, points_m: Float[Array, "*point 3"], on_arm: Array | float = 0.0) -> Float[Array, "*point 3"]:
        """Return where points of the standard figure lie; ``on_arm`` (0–1) is how far a point belongs to an arm."""
        if self.changes_nothing:
            return points_m.copy()
        near_neck = np.clip((points_m[..., 1:2] - 1.27) / 0.06, 0.0, 1.0)
        width = self.width + (self.neck - self.width) * near_neck * near_neck * (3.0 - 2.0 * near_neck)
        trunk = points_m * np.concatenate([width, np.full_like(width, self.height), width], axis=-1)
        side = np.where(points_m[..., :1] < 0.0, -1.0, 1.0)
        shoulder = np.concatenate([side, np.ones_like(side), np.ones_like(side)], axis=-1) * _SHOULDER_M
        arm = shoulder * [self.width, self.height, self.width] + (points_m - shoulder) * self.arm
        share = np.asarray(on_arm, dtype=np.float64)[..., None]
        return trunk + (arm - trunk) * share


def proportions(design: Design) -> Proportions:
    """Return a design's proportions: a larger head comes with a broader trunk and shorter, stouter limbs."""
    standard, frame = head_frame(_STANDARD), head_frame(design)
    height = frame.chin_y / standard.chin_y
    head = frame.height / standard.height / height
    neck = frame.neck_radius / standard.neck_radius
    return Proportions(height, height * head**0.5, height * head**0.2, neck)
