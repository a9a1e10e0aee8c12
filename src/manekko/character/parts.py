"""Pieces that the character is put together from."""

from dataclasses import dataclass, field

from manekko.arrays import Array, Float, Int, UInt8


@dataclass(frozen=True, eq=False)
class Part:
    """Some triangles of one material, in the rest pose: metres, right-handed, +Y up, the character faces +Z."""

    material: str
    positions_m: Float[Array, "vertex 3"]
    triangles: Int[Array, "triangle 3"]
    """Corners anticlockwise when seen from outside."""
    uvs: Float[Array, "vertex 2"]
    """From the texture's upper left corner."""
    bones: tuple[str, ...]
    """Names of the bones that ``weights`` counts."""
    weights: Float[Array, "vertex bone"]
    """Rows sum to 1; at most four above zero."""
    normals: Float[Array, "vertex 3"] | None = None
    """None: from the triangles."""
    edge_scales: Float[Array, " vertex"] | None = None
    """None: 1 everywhere."""
    morphs: dict[str, tuple[Int[Array, " row"], Float[Array, "row 3"]]] = field(default_factory=dict)
    """Morph → (vertices, how far they move [m])."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A material of the character."""

    name: str
    name_en: str
    diffuse_rgba: tuple[float, float, float, float]
    ambient_rgb: tuple[float, float, float]
    texture: UInt8[Array, "height width 4"] | None = None
    shade_rgb: tuple[float, float, float] = (0.975, 0.865, 0.86)
    """Colour by which the shaded side is multiplied: the lower end of its toon ramp."""
    edge: bool = True
    edge_rgba: tuple[float, float, float, float] = (0.25, 0.15, 0.18, 1.0)
    edge_size: float = 0.6
    two_sided: bool = False
    specular_rgb: tuple[float, float, float] = (0.0, 0.0, 0.0)
    specular_power: float = 0.0
    casts_shadow: bool = True
    takes_shadow: bool = True


@dataclass(frozen=True, eq=False)
class Chain:
    """Bones that sway (a strand of hair, a panel of the skirt), from the body outwards."""

    kind: str
    """``hair``, ``skirt`` or ``ribbon``."""
    parent: str
    """Bone of the body that it hangs on."""
    bones: tuple[str, ...]
    points_m: Float[Array, "point 3"]
    """Where each bone begins and, last, where the tip is: one more than there are bones."""
    radius_m: float
    stiffness: float
    drag: float
    ring: int = -1
    """Place in a closed ring of chains that are tied to their neighbours (a skirt's panels); −1 stands alone."""


@dataclass(frozen=True, eq=False)
class Piece:
    """What one builder (head, hair, body, clothes) gives: parts, the surfaces they name, their swaying chains."""

    parts: tuple[Part, ...]
    surfaces: tuple[Surface, ...]
    chains: tuple[Chain, ...] = ()
