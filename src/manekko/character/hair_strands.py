"""Locks of hair: tapered, curved bodies along a line, with the weights of the chain that they sway with."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.character.curves import Points, along, profile, smoothstep, strip, unit, vertex_normals
from manekko.character.face_surface import FaceSurface
from manekko.character.hair_shell import shell_normals, shell_ways
from manekko.character.parts import Chain, Part

HAIR = "髪"
SCALP = 0.66
"""From the crown to the widest part of the skull along the shell [head heights]."""
_SECTION = np.array([(-1.0, 0.0), (-0.45, 0.85), (0.45, 0.85), (1.0, 0.0), (0.0, -0.40)])
"""Outline of a lock: across and away from the head, in half widths and thicknesses."""
TAPER: Points = ((0.0, 0.0), (0.10, 0.70), (0.30, 1.0), (0.62, 0.86), (0.85, 0.46), (1.0, 0.0))
"""Width along a lock, of its widest."""


@dataclass(frozen=True, eq=False)
class Lock:
    """One lock [head heights]."""

    line: Float[Array, "knot 3"]
    """From the root to the tip."""
    half_width: float
    thickness: float
    facing: Float[Array, "3"] | None = None
    """Where its outer side looks; None: away from the head."""
    chain: Chain | None = None
    rings: int = 9
    under: bool = True
    """Whether it has an inner side, which nobody sees of what lies on the head."""
    rounding: float = 0.34
    """Share of the shell's normals in its own: the rest shows its shape."""
    taper: Points = TAPER
    from_crown: float | None = None
    """How far from the crown its root counts for the texture; None: by where it lies on the head."""
    material: str = HAIR
    axis: Float[Array, "knot 3"] | None = None
    """A line through the bundle that the lock is part of: its outer side looks away from it."""


def lock_part(surface: FaceSurface, lock: Lock, number: int) -> Part:
    """Return a lock's mesh; ``number`` chooses its place on the texture."""
    shares = _ring_shares(lock)
    line = along(lock.line, shares)
    ahead = unit(np.gradient(line, axis=0))
    away = _away(lock, line, shares)
    out = unit(away - ahead * np.sum(away * ahead, axis=1, keepdims=True))
    across = np.cross(out, ahead)
    size = profile(lock.taper, shares)
    wide = lock.half_width * size
    thick = lock.thickness * np.sqrt(np.maximum(size, 0.0))
    section = _SECTION if lock.under else _SECTION[:-1]
    columns = len(section)
    points = (
        line[:, None]
        + across[:, None] * (wide[:, None] * section[:, 0])[..., None]
        + out[:, None] * (thick[:, None] * section[:, 1])[..., None]
    ).reshape(-1, 3)
    triangles = strip(lock.rings, columns, closed=lock.under)[:, ::-1]
    positions = surface.world(points)
    rounded = unit(
        lock.rounding * np.repeat(out, columns, axis=0) + (1.0 - lock.rounding) * vertex_normals(points, triangles)
    )
    bones, weights = chain_weights(lock.chain, surface.world(line))
    return Part(
        material=lock.material,
        positions_m=positions,
        triangles=triangles,
        uvs=_uvs(lock, line, number),
        bones=bones,
        weights=np.repeat(weights, columns, axis=0),
        normals=rounded,
        edge_scales=np.repeat((0.35 + 0.65 * size) * smoothstep(0.02, 0.16, shares), columns),
    )


def _ring_shares(lock: Lock) -> Float[Array, " ring"]:
    """Return where a lock's rings stand along it: closer together where it bends or narrows."""
    fine = np.linspace(0.0, 1.0, 97)
    ahead = unit(np.diff(along(lock.line, fine), axis=0))
    bends = np.concatenate([[0.0], np.linalg.norm(np.diff(ahead, axis=0), axis=1)])
    narrows = np.abs(np.diff(profile(lock.taper, fine)))
    density = 1.0 / len(bends) + 0.9 * bends / max(bends.sum(), 0.5) + 0.25 * narrows / narrows.sum()
    way = np.concatenate([[0.0], np.cumsum(density)])
    return np.interp(np.linspace(0.0, way[-1], lock.rings), way, fine)


def _away(lock: Lock, line: Float[Array, "ring 3"], shares: Float[Array, " ring"]) -> Float[Array, "ring 3"]:
    if lock.facing is not None:
        return np.broadcast_to(lock.facing, line.shape)
    if lock.axis is not None:
        offset = line - along(lock.axis, shares)
        return unit(offset) + 0.15 * shell_normals(line)
    return shell_normals(line)


def _uvs(lock: Lock, line: Float[Array, "ring 3"], number: int) -> Float[Array, "vertex 2"]:
    """Return texture coordinates: u across a window of the streaks, v by the way from the crown."""
    if lock.from_crown is None:
        way = SCALP * shell_ways(line)
    else:
        steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
        way = lock.from_crown + np.concatenate([[0.0], np.cumsum(steps)])
    start = (number * 0.6180339887) % 1.0
    width = 1.6 * lock.half_width
    u = start + width * np.array([0.0, 0.28, 0.72, 1.0, 0.5])[: 5 if lock.under else 4]
    v = texture_row(way)
    return np.stack([np.tile(u, len(v)), np.repeat(v, len(u))], axis=-1)


def texture_row(way: Float[Array, " point"]) -> Float[Array, " point"]:
    """Return the texture's v at a distance from the crown along the hair [head heights]: long hair fits too."""
    return way / (way + 1.0)


def chain_weights(chain: Chain | None, points_m: Float[Array, "point 3"]) -> tuple[tuple[str, ...], Array]:
    """Return the bones and weights (point bone) of points that hang on a chain: smooth across its joints."""
    if chain is None:
        return ("頭",), np.ones((len(points_m), 1))
    starts, ends = chain.points_m[:-1], chain.points_m[1:]
    along_bone = ends - starts
    lengths = np.linalg.norm(along_bone, axis=1)
    share = np.einsum("pbc,bc->pb", points_m[:, None] - starts[None], along_bone) / lengths**2
    inside = np.clip(share, 0.0, 1.0)
    inside[:, 0] = np.minimum(share[:, 0], 1.0)
    distance = np.linalg.norm(points_m[:, None] - starts[None] - np.clip(inside, 0, 1)[..., None] * along_bone, axis=-1)
    nearest = distance.argmin(axis=1)
    at = nearest + inside[np.arange(len(points_m)), nearest]
    count = len(chain.bones)
    weights = np.maximum(0.0, 1.0 - np.abs(np.clip(at, -1.0, count - 0.5)[:, None] - (np.arange(count) + 0.5)))
    weights = np.concatenate([1.0 - weights.sum(axis=1, keepdims=True), weights], axis=1)
    return (chain.parent, *chain.bones), np.clip(weights, 0.0, 1.0)


def joined(parts: list[Part]) -> Part:
    """Return parts of one material as one."""
    bones = tuple(dict.fromkeys(bone for part in parts for bone in part.bones))
    weights, triangles, first = [], [], 0
    for part in parts:
        row = np.zeros((len(part.positions_m), len(bones)))
        row[:, [bones.index(bone) for bone in part.bones]] = part.weights
        weights.append(row)
        triangles.append(part.triangles + first)
        first += len(part.positions_m)
    normals = [part.normals for part in parts if part.normals is not None]
    edges = [part.edge_scales for part in parts if part.edge_scales is not None]
    assert len(normals) == len(edges) == len(parts), "locks bring normals and edges"
    return Part(
        material=parts[0].material,
        positions_m=np.vstack([part.positions_m for part in parts]),
        triangles=np.vstack(triangles),
        uvs=np.vstack([part.uvs for part in parts]),
        bones=bones,
        weights=np.vstack(weights),
        normals=np.vstack(normals),
        edge_scales=np.concatenate(edges),
    )
