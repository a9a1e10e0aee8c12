"""What a GLB or VRM file says of a character, in glTF's own frame: metres, right-handed, +Y up, colours linear.

VRM 0.x figures face −Z, VRM 1.0 figures and plain GLBs +Z. Names of bones and expressions are VRM 1.0's for both.
Nodes, meshes, materials and images are counted as in the file.
"""

from dataclasses import dataclass
from typing import Literal

from manekko.arrays import Array, Float, Int

Vector3 = tuple[float, float, float]
AlphaMode = Literal["OPAQUE", "MASK", "BLEND"]
OutlineMode = Literal["none", "worldCoordinates", "screenCoordinates"]

EXPRESSIONS_OF_VRM0 = {
    **{"a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "blink": "blink", "neutral": "neutral"},
    **{"blink_l": "blinkLeft", "blink_r": "blinkRight"},
    **{"joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed"},
    **{"lookup": "lookUp", "lookdown": "lookDown", "lookleft": "lookLeft", "lookright": "lookRight"},
}
"""VRM 0.x's preset expressions → VRM 1.0's."""


def humanoid_name(name_in_vrm0: str) -> str:
    """Return VRM 1.0's name of a humanoid bone of VRM 0.x: the thumb's bones are counted from the wrist since.

    >>> humanoid_name("leftThumbProximal"), humanoid_name("rightHand")
    ('leftThumbMetacarpal', 'rightHand')
    """
    side, _, segment = name_in_vrm0.partition("Thumb")
    renamed = {"Proximal": "Metacarpal", "Intermediate": "Proximal"}
    return f"{side}Thumb{renamed.get(segment, segment)}" if segment else name_in_vrm0


@dataclass(frozen=True, eq=False)
class Node:
    """A place in the scene that others hang on."""

    name: str
    parent: int
    """−1 for none."""
    local: Float[Array, "4 4"]
    """From its own frame to its parent's; the translation is the last column."""
    mesh: int = -1
    """−1 too where the node is not of the scene that is shown."""
    skin: int = -1


@dataclass(frozen=True, eq=False)
class MorphTarget:
    """A way in which some vertices move."""

    vertices: Int[Array, " row"]
    shifts_m: Float[Array, "row 3"]


@dataclass(frozen=True, eq=False)
class Vertices:
    """Points that one or more primitives are spun between."""

    positions_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"] | None
    uvs: Float[Array, "vertex 2"] | None
    joints: Int[Array, "vertex 4"] | None
    """Places in the skin's list of nodes."""
    weights: Float[Array, "vertex 4"] | None
    """Sum 1."""
    targets: tuple[MorphTarget, ...] = ()


@dataclass(frozen=True, eq=False)
class Primitive:
    """Triangles of one material; ``vertices`` is a place in the model's list, ``material`` −1 for none."""

    vertices: int
    triangles: Int[Array, "triangle 3"]
    material: int


@dataclass(frozen=True, eq=False)
class MeshOfNodes:
    """A mesh, to be hung on nodes."""

    name: str
    primitives: tuple[Primitive, ...]
    target_names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Skin:
    """Nodes that vertices follow."""

    nodes: tuple[int, ...]
    inverse_binds: Float[Array, "joint 4 4"]


@dataclass(frozen=True)
class MToon:
    """What VRM's toon shader adds to a material; colours are linear."""

    shade_rgb: Vector3 = (0.0, 0.0, 0.0)
    shading_shift: float = 0.0
    shading_toony: float = 0.9
    outline_mode: OutlineMode = "none"
    outline_width: float = 0.0
    """Metres in the world, or the share of the picture's height."""
    outline_rgb: Vector3 = (0.0, 0.0, 0.0)
    outline_mixes: bool = False
    """Whether the surface's own colour tints its outline."""
    rim_rgb: Vector3 = (0.0, 0.0, 0.0)
    rim_power: float = 5.0
    rim_lift: float = 0.0
    matcap_image: int = -1
    matcap_rgb: Vector3 = (1.0, 1.0, 1.0)
    queue: int = 0
    """Later ones are drawn over earlier ones of the same alpha mode."""


@dataclass(frozen=True)
class GltfMaterial:
    """A material; colours are linear."""

    name: str
    base_rgba: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    image: int = -1
    uv_offset: tuple[float, float] = (0.0, 0.0)
    uv_scale: tuple[float, float] = (1.0, 1.0)
    uv_turn_rad: float = 0.0
    alpha_mode: AlphaMode = "OPAQUE"
    alpha_cutoff: float = 0.5
    two_sided: bool = False
    unlit: bool = False
    emissive_rgb: Vector3 = (0.0, 0.0, 0.0)
    mtoon: MToon | None = None


@dataclass(frozen=True)
class Expression:
    """A face; ``binds`` are (mesh, morph target, weight 0–1)."""

    name: str
    binds: tuple[tuple[int, int, float], ...]
    shuts_eyes: bool = False
    """Whether it closes the eyes, so that no blink may be added."""


@dataclass(frozen=True)
class SpringJoint:
    """How one bone of a spring sways, in VRM's own measures."""

    node: int
    radius_m: float
    stiffness: float
    gravity: float
    gravity_direction: Vector3
    drag: float


@dataclass(frozen=True)
class SpringCollider:
    """A sphere, or a capsule where ``tail_m`` differs from ``offset_m``; both in the node's own frame [m]."""

    node: int
    offset_m: Vector3
    tail_m: Vector3
    radius_m: float


@dataclass(frozen=True, eq=False)
class GltfModel:
    """A whole character as its file has it."""

    name: str
    vrm_version: Literal["", "0", "1"]
    """Empty for a plain GLB."""
    nodes: tuple[Node, ...]
    order: tuple[int, ...]
    """All nodes, parents before children."""
    vertices: tuple[Vertices, ...]
    meshes: tuple[MeshOfNodes, ...]
    skins: tuple[Skin, ...]
    materials: tuple[GltfMaterial, ...]
    images: tuple[tuple[str, bytes], ...]
    """(name, encoded bytes)."""
    humanoid: dict[str, int]
    """Humanoid bone → node."""
    expressions: tuple[Expression, ...]
    springs: tuple[tuple[SpringJoint, ...], ...]
    """Chains from the body outwards."""
    colliders: tuple[SpringCollider, ...]
    meta: dict[str, str]
    """What the file says of itself: title or name, author, licence; only texts."""
