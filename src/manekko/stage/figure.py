"""A character ready to be posed and drawn, whatever file it came from.

Everything is in Manekko's frame: metres, right-handed, +Y up, the figure faces +Z, its left is +X. A bone's rest
rotation is the identity in the world, so a vertex that hangs on bone b moves from x to R_b (x − rest_b) + p_b.
Pictures are sRGB, uint8, the top row first; texture coordinates count from the picture's upper left corner.
"""

from dataclasses import dataclass, field

from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.skeleton.rig import Rig

LINEAR, SPHERICAL, DUAL_QUATERNION = range(3)
"""How a vertex follows its bones: linear blend skinning (BDEF1, 2, 4), MMD's SDEF, dual quaternions (QDEF)."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """All triangles of a figure; the materials share them out in order."""

    positions_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"]
    uvs: Float[Array, "vertex 2"]
    bones: Int[Array, "vertex 4"]
    """Indices into the rig's bones; unused ones have weight 0 and index 0."""
    weights: Float[Array, "vertex 4"]
    """Sum 1."""
    skinning: UInt8[Array, " vertex"]
    """LINEAR, SPHERICAL or DUAL_QUATERNION."""
    sdef_m: Float[Array, "vertex 3 3"]
    """SDEF's C, R0 and R1 [m]; zero for other kinds."""
    edge_scales: Float[Array, " vertex"]
    triangles: Int[Array, "triangle 3"]
    """Corners anticlockwise when seen from outside."""
    second_uvs: Float[Array, "vertex 2"] | None = None
    """Texture coordinates of sub-textures; None: as ``uvs``."""


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture that materials wear."""

    name: str
    rgba: UInt8[Array, "height width 4"]


SPHERE_NONE, SPHERE_MULTIPLY, SPHERE_ADD, SPHERE_SUB_TEXTURE = range(4)


@dataclass(frozen=True)
class Material:
    """How some triangles look: MMD's model of light, which MToon's is mapped onto."""

    name: str
    first_triangle: int
    triangle_count: int
    diffuse_rgba: tuple[float, float, float, float]
    specular_rgb: tuple[float, float, float] = (0.0, 0.0, 0.0)
    specular_power: float = 0.0
    ambient_rgb: tuple[float, float, float] = (0.0, 0.0, 0.0)
    texture: int = -1
    """Index into the figure's textures; −1 is none."""
    sphere: int = -1
    sphere_mode: int = SPHERE_NONE
    toon: int = -1
    """Ramp of light, the shaded end at the bottom; −1 is none."""
    two_sided: bool = False
    edge: bool = False
    edge_rgba: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    edge_size: float = 1.0
    """Times the vertices' edge scales; 1 is about one pixel on a picture of 720 rows."""
    casts_on_ground: bool = True
    casts_shadow: bool = True
    takes_shadow: bool = True
    part: str = ""
    """What it covers (skin, hair, face …), where that is known."""


@dataclass(frozen=True, eq=False)
class VertexMorph:
    """Moves vertices."""

    vertices: Int[Array, " row"]
    shifts_m: Float[Array, "row 3"]


@dataclass(frozen=True, eq=False)
class UvMorph:
    """Moves texture coordinates."""

    vertices: Int[Array, " row"]
    shifts: Float[Array, "row 2"]


@dataclass(frozen=True, eq=False)
class BoneMorph:
    """Moves and turns bones, on top of their keys and before IK."""

    bones: Int[Array, " row"]
    shifts_m: Float[Array, "row 3"]
    turns_xyzw: Float[Array, "row 4"]


@dataclass(frozen=True, eq=False)
class MaterialMorph:
    """Multiplies or adds to materials' values; −1 means every material."""

    materials: Int[Array, " row"]
    adds: Bool[Array, " row"]
    values: Float[Array, "row 28"]
    """Diffuse rgba, specular rgb, power, ambient rgb, edge rgba, edge size, then rgba tints of texture, sphere and
    toon, as PMX orders them."""


@dataclass(frozen=True, eq=False)
class GroupMorph:
    """Sets other morphs to its own weight times a share."""

    morphs: Int[Array, " row"]
    shares: Float[Array, " row"]


Morph = VertexMorph | UvMorph | BoneMorph | MaterialMorph | GroupMorph


@dataclass(frozen=True)
class Spring:
    """A chain of bones that sways: hair, a skirt's panel, a ribbon."""

    bones: tuple[int, ...]
    """From the one that hangs on the body to the tip."""
    radius_m: float
    """Of the chain, when it meets the body."""
    stiffness: float
    """0–1: how strongly it strives back to its rest shape."""
    drag: float
    """0–1: the share of speed lost in a frame of a thirtieth of a second."""
    gravity: float
    """Share of the Earth's pull that is felt beyond the rest shape."""
    neighbours: tuple[int, ...] = ()
    """Other springs of the figure, tied to this one bone by bone: the next panels of a skirt."""


@dataclass(frozen=True)
class Capsule:
    """A part of the body that springs may not enter; a sphere where both ends are one."""

    bone: int
    ends_m: tuple[tuple[float, float, float], tuple[float, float, float]]
    """In the rest pose, in the world [m]."""
    radius_m: float


@dataclass(frozen=True, eq=False)
class Figure:
    """A whole character."""

    rig: Rig
    mesh: Mesh
    materials: tuple[Material, ...]
    textures: tuple[Texture, ...] = ()
    morphs: tuple[tuple[str, Morph], ...] = ()
    """(name, what it does), in file order; group morphs count by these places."""
    springs: tuple[Spring, ...] = ()
    capsules: tuple[Capsule, ...] = ()
    warnings: tuple[str, ...] = ()
    """What was missing or could not be used, each said once."""
    humanoid: dict[str, int] = field(default_factory=dict)
    """VRM's bone names → bones, for figures that are not of MMD's kind."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A figure at one moment."""

    positions_m: Float[Array, "bone 3"]
    rotations_xyzw: Float[Array, "bone 4"]
    """Global; identity in the rest pose."""
    morph_weights: Float[Array, " morph"]
    """One for each of the figure's morphs, groups already shared out to their members."""
    shown: bool = True
    """Whether it is to be seen at all."""
