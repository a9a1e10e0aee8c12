"""A motion, independent of any model; and the same motion on one model's bones."""

from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.skeleton.kinematics import global_rotations, joint_positions
from manekko.skeleton.skeleton import Skeleton

CONTACT_POINTS = ("leftHeel", "leftToe", "rightHeel", "rightToe")
"""What the columns of ``Motion.contacts`` mean."""


@dataclass(frozen=True)
class Motion:
    """A body moving: canonical humanoid, T-pose rest, right-handed metres, +Y up, rest faces +Z, floor y = 0."""

    fps: float
    """Frames a second; constant."""
    skeleton: Skeleton
    """The body's own proportions."""
    root_positions_m: Float[Array, "frame 3"]
    """World position of the hips [m]."""
    local_rotations_xyzw: Float[Array, "frame joint 4"]
    """Child-in-parent unit quaternions; the hips' is in the world. An upper arm's includes its twist, a lower arm's
    the elbow's bend and the forearm's twist, a hand's what remains at the wrist."""
    confidences: Float[Array, "frame joint"]
    """0–1 for each joint; 0 where a gap was filled."""
    contacts: Bool[Array, "frame 4"]
    """Whether each of ``CONTACT_POINTS`` is planted on the floor."""
    expressions: dict[str, Float[Array, " frame"]] = field(default_factory=dict)
    """Weights 0–1 of VRM expressions over time."""

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(self.root_positions_m)

    def joint_positions_m(self) -> Float[Array, "frame joint 3"]:
        """World position of every joint in every frame [m]."""
        rotations = global_rotations(self.local_rotations_xyzw)
        return joint_positions(self.skeleton, self.root_positions_m, rotations)


@dataclass(frozen=True)
class BoneTrack:
    """Keys of one MMD bone, in Manekko's right-handed metres."""

    frames: Array
    """Key times in frames of ``RigMotion.fps``, rising, integers: shape (key,)."""
    positions_m: Float[Array, "key 3"]
    """Shift from the rest position in the parent's frame [m]."""
    rotations_xyzw: Float[Array, "key 4"]
    """Turn from rest in the parent's frame."""
    curves: Array | None = None
    """(key, 4, 4) uint8: for X, Y, Z and rotation the Bézier points x1, y1, x2, y2 in 0–127 of the span that ends at
    the key; None means linear everywhere."""


@dataclass(frozen=True)
class RigMotion:
    """A motion on one model's bones: what a VMD file says, in Manekko's frame."""

    model_name: str
    bones: dict[str, BoneTrack]
    """Keys by bone name."""
    morphs: dict[str, tuple[Array, Float[Array, " key"]]] = field(default_factory=dict)
    """Morph name → (key frames, weights 0–1)."""
    ik_states: tuple[tuple[int, dict[str, bool]], ...] = ()
    """(frame, {IK bone name: on}) where IK chains are switched."""
    shown_states: tuple[tuple[int, bool], ...] = ()
    """(frame, shown) where the model appears or disappears; before the first it is shown."""
    fps: float = 30.0
    """VMD's fixed rate."""

    def is_shown(self, frames: Array) -> Bool[Array, " frame"]:
        """Return at which of ``frames`` the model is to be seen."""
        shown = np.ones(len(frames), dtype=bool)
        for frame, state in sorted(self.shown_states):
            shown[np.asarray(frames) >= frame] = state
        return shown

    @property
    def frame_count(self) -> int:
        """One more than the last key's frame."""
        last = max((int(np.max(t.frames)) for t in self.bones.values() if len(t.frames)), default=0)
        return max(last, max((int(np.max(f)) for f, _ in self.morphs.values() if len(f)), default=0)) + 1
