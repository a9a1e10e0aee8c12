"""A target model's own skeleton and constraints (MMD's kind): rest positions, append parents, IK, fixed axes.

Everything is in Manekko's frame: metres, right-handed, +Y up, the model faces +Z, its left is +X. Rest rotations
are identity. ``files/`` converts from MMD's left-handed units.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig_names import named_bones


@dataclass(frozen=True)
class IkLink:
    """One bone that an IK chain may turn."""

    bone: int
    limits_rad: tuple[tuple[float, float], tuple[float, float], tuple[float, float]] | None = None
    """(lowest, highest) turn about x, y and z in the model's axes [rad], or None when free."""


@dataclass(frozen=True)
class Ik:
    """A chain that brings bone ``target`` to the bone that owns this."""

    target: int
    loops: int
    step_rad: float
    """Largest turn of one link in one loop [rad]."""
    links: tuple[IkLink, ...]


@dataclass(frozen=True)
class Append:
    """MMD's 付与: a bone takes a share of another bone's own turn or shift."""

    source: int
    ratio: float
    rotates: bool
    moves: bool
    local: bool = False
    """ローカル付与: the share is of the source's turn and shift in the world, not of its own."""


@dataclass(frozen=True)
class RigBone:
    """One MMD bone."""

    name: str
    parent: int
    """Index in the rig, or -1."""
    rest_position_m: tuple[float, float, float]
    """World position in the rest pose [m]."""
    tail_position_m: tuple[float, float, float] | None = None
    """World position of the bone's drawn tip in the rest pose [m], when the file gives one."""
    layer: int = 0
    """Bones are evaluated by layer, then by index."""
    movable: bool = False
    visible: bool = True
    fixed_axis: tuple[float, float, float] | None = None
    """Unit axis about which alone the bone may turn (捩 bones)."""
    append: Append | None = None
    ik: Ik | None = None
    after_physics: bool = False


@dataclass(frozen=True)
class Rig:
    """A model's bones in file order."""

    name: str
    bones: tuple[RigBone, ...]
    sole_points_m: tuple[tuple[str, tuple[float, float, float]], ...] = ()
    """Corner points of the soles in the rest pose: (name of the bone that carries it, world position [m])."""
    morphs: tuple[str, ...] = ()
    """Names of the model's morphs."""
    girths_m: tuple[tuple[str, tuple[float, float, float, float]], ...] = ()
    """How stout the body is about a bone in the rest pose, where the model has a mesh: (usual name of the bone,
    (half width, front, back, top) [m])."""

    @cached_property
    def index(self) -> dict[str, int]:
        """Index of each bone by name, and of a body's bones by their usual Japanese names (``rig_names``).

        The first bone wins where a name is used twice.
        """
        return named_bones([bone.name for bone in self.bones])

    def __contains__(self, name: str) -> bool:
        """Whether the rig has a bone of this name."""
        return name in self.index

    def rest(self, name: str) -> Float[Array, "3"]:
        """Return the rest position of a bone [m]."""
        return np.array(self.bones[self.index[name]].rest_position_m)
