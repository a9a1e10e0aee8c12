"""What a PMD file says, in MMD's own frame: left-handed, +Y up, units of 8 cm, the model faces −Z.

Sections whose records all have one size are kept as structured arrays with the field names of the layouts below; texts
in them are the file's bytes (``text_of`` reads them). 0xFFFF is no bone.
"""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Int

NO_BONE = 0xFFFF

TURNS, TURNS_AND_MOVES, IK_BONE, _, UNDER_IK, TURNED_BY, IK_TARGET, HIDDEN, TWISTS, TURNS_ALONG = range(10)
"""Kinds of bones. ``TURNED_BY`` takes the turn of bone ``ik``, ``TURNS_ALONG`` ``ik`` percent of that of ``tail``."""

VERTEX = np.dtype(
    [
        ("position", "<f4", 3),
        ("normal", "<f4", 3),
        ("uv", "<f4", 2),
        ("bones", "<u2", 2),
        ("percent", "u1"),
        ("no_edge", "u1"),
    ]
)
MATERIAL = np.dtype(
    [
        ("diffuse", "<f4", 4),
        ("shininess", "<f4"),
        ("specular", "<f4", 3),
        ("ambient", "<f4", 3),
        ("toon", "u1"),
        ("edge", "u1"),
        ("corners", "<u4"),
        ("texture", "V20"),
    ]
)
BONE = np.dtype(
    [
        ("name", "V20"),
        ("parent", "<u2"),
        ("tail", "<u2"),
        ("kind", "u1"),
        ("ik", "<u2"),
        ("position", "<f4", 3),
    ]
)
MORPH_OFFSET = np.dtype([("vertex", "<u4"), ("shift", "<f4", 3)])
GROUP_MEMBER = np.dtype([("bone", "<u2"), ("group", "u1")])
RIGID_BODY = np.dtype(
    [
        ("name", "V20"),
        ("bone", "<u2"),
        ("group", "u1"),
        ("unhit_groups", "<u2"),
        ("shape", "u1"),
        ("size", "<f4", 3),
        ("position", "<f4", 3),
        ("rotation", "<f4", 3),
        ("mass", "<f4"),
        ("damping", "<f4", 2),
        ("repulsion", "<f4"),
        ("friction", "<f4"),
        ("mode", "u1"),
    ]
)
JOINT = np.dtype([("name", "V20"), ("bodies", "<u4", 2), ("settings", "<f4", (8, 3))])


@dataclass(frozen=True)
class PmdIk:
    """An IK chain of bone ``bone``; a link turns by at most four times ``weight`` in one loop [rad]."""

    bone: int
    target: int
    loops: int
    weight: float
    links: tuple[int, ...]


@dataclass(frozen=True)
class PmdMorph:
    """One morph; kind 0 is the base that the others' vertex numbers refer to."""

    name: str
    kind: int
    offsets: Array
    """Records of ``MORPH_OFFSET``."""


@dataclass(frozen=True)
class PmdEnglish:
    """English names, where the file has them."""

    name: str
    comment: str
    bones: tuple[str, ...]
    morphs: tuple[str, ...]
    """All but the base."""
    groups: tuple[str, ...]


@dataclass(frozen=True)
class PmdFile:
    """A whole PMD file; older files end before the English names, the toons, the bodies or the joints (None)."""

    name: str
    comment: str
    vertices: Array
    faces: Int[Array, "face 3"]
    materials: Array
    bones: Array
    iks: tuple[PmdIk, ...]
    morphs: tuple[PmdMorph, ...]
    panel_morphs: Array
    """Numbers of the morphs in the panel."""
    groups: tuple[str, ...]
    group_members: Array
    english: PmdEnglish | None
    toons: tuple[str, ...] | None
    rigid_bodies: Array | None
    joints: Array | None

    def bone_names(self) -> list[str]:
        """Return the names of all bones."""
        return [text_of(bone["name"]) for bone in self.bones]


def text_of(raw: bytes | np.void) -> str:
    """Return a fixed-size text up to its first NUL; broken characters are replaced."""
    data = raw if isinstance(raw, bytes) else raw.tobytes()
    return data.split(b"\0", 1)[0].decode("cp932", "replace")
