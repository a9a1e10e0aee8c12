"""What morphs do at given weights: to vertices, texture coordinates, bones and materials, as MMD blends them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.motion.motion import RigMotion
from manekko.skeleton.rotations import IDENTITY_XYZW, as_rotation_vectors, from_rotation_vectors, multiply, normalized
from manekko.stage.figure import BoneMorph, Figure, GroupMorph, Material, MaterialMorph, Morph, UvMorph, VertexMorph

OWN_VALUES = 16
"""How many of a material morph's 28 values are a material's own; the rest are tints of its pictures."""


@dataclass(frozen=True, eq=False)
class MaterialValues:
    """All materials of a figure as morphs leave them.

    A picture's colour is multiplied by the tint's, mixed with white by the tint's alpha, then the added tint is added.
    """

    own: Float[Array, "material 16"]
    """Diffuse rgba, specular rgb, power, ambient rgb, edge rgba, edge size."""
    tints: Float[Array, "material 3 4"]
    """Factors of texture, sphere and toon, rgba; 1 without morphs."""
    added: Float[Array, "material 3 4"]
    """What is added to texture, sphere and toon after that, rgba; 0 without morphs."""


def sample_weights(
    morphs: Sequence[tuple[str, Morph]], motion: RigMotion, frames: Array
) -> Float[Array, "frame morph"]:
    """Return every morph's weight at each of ``frames``, linear between keys, groups shared out to their members.

    All morphs of a name take its keys, as in MMD; names that the figure does not have are left out.

    Args:
        morphs: a figure's morphs.
        motion: the keys.
        frames: which frames, whole or between, in frames of ``motion.fps``.
    """
    times = np.asarray(frames, dtype=np.float64)
    weights = np.zeros((len(times), len(morphs)))
    for number, (name, _) in enumerate(morphs):
        keys, values = motion.morphs.get(name, ((), ()))
        if len(keys):
            weights[:, number] = np.interp(times, keys, values)
    return shared_out(morphs, weights)


def shared_out(
    morphs: Sequence[tuple[str, Morph]], weights: Float[Array, "*frame morph"]
) -> Float[Array, "*frame morph"]:
    """Return the weights with those of groups added to their members; groups themselves end at 0.

    A group in a group is left out, as in MMD; so are members that do not exist.
    """
    result = weights.copy()
    for number, (_, morph) in enumerate(morphs):
        if not isinstance(morph, GroupMorph):
            continue
        result[..., number] = 0.0
        if not weights[..., number].any():
            continue
        for member, share in zip(morph.morphs.tolist(), morph.shares.tolist(), strict=True):
            if 0 <= member < len(morphs) and not isinstance(morphs[member][1], GroupMorph):
                result[..., member] += share * weights[..., number]
    return result


def morphed_bones(
    figure: Figure, weights: Float[Array, "frame morph"]
) -> dict[int, tuple[Float[Array, "frame 3"], Float[Array, "frame 4"]]]:
    """Return what bone morphs do: bone → (shift [m], turn xyzw) in its parent, for bones that some morph touches.

    The shift is added to the bone's key, the turn comes after its key's. Turns of several morphs follow each other
    in file order.

    Args:
        figure: the character.
        weights: of all its morphs, groups shared out.
    """
    result: dict[int, tuple[Array, Array]] = {}
    for number, (_, morph) in enumerate(figure.morphs):
        if not isinstance(morph, BoneMorph) or not weights[:, number].any():
            continue
        share = weights[:, number, None]
        vectors = as_rotation_vectors(normalized(morph.turns_xyzw + IDENTITY_XYZW * _zero_length(morph.turns_xyzw)))
        for bone, shift, vector in zip(morph.bones.tolist(), morph.shifts_m, vectors, strict=True):
            if not 0 <= bone < len(figure.rig.bones):
                continue
            moved, turned = result.get(bone, (0.0, IDENTITY_XYZW))
            result[bone] = (moved + share * shift, multiply(from_rotation_vectors(share * vector), turned))
    return result


def _zero_length(rotations_xyzw: Float[Array, "row 4"]) -> Float[Array, "row 1"]:
    return np.where(rotations_xyzw.any(-1, keepdims=True), 0.0, 1.0)


def vertex_shifts(figure: Figure, weights: Float[Array, " morph"]) -> tuple[Int[Array, " row"], Float[Array, "row 3"]]:
    """Return the vertices that vertex morphs move, each once and rising, and by how much [m].

    Args:
        figure: the character.
        weights: of all its morphs, groups shared out.
    """
    chosen = [
        (morph.vertices, weights[number] * morph.shifts_m)
        for number, (_, morph) in enumerate(figure.morphs)
        if isinstance(morph, VertexMorph) and weights[number] != 0.0
    ]
    return _summed(chosen, len(figure.mesh.positions_m), 3)


def uv_shifts(figure: Figure, weights: Float[Array, " morph"]) -> tuple[Int[Array, " row"], Float[Array, "row 2"]]:
    """Return the vertices whose texture coordinates UV morphs move, each once and rising, and by how much.

    Args:
        figure: the character.
        weights: of all its morphs, groups shared out.
    """
    chosen = [
        (morph.vertices, weights[number] * morph.shifts)
        for number, (_, morph) in enumerate(figure.morphs)
        if isinstance(morph, UvMorph) and weights[number] != 0.0
    ]
    return _summed(chosen, len(figure.mesh.uvs), 2)


def _summed(parts: list[tuple[Array, Array]], vertex_count: int, width: int) -> tuple[Array, Array]:
    """Return rows of equal vertices added together; rows of vertices that do not exist are left out."""
    if not parts:
        return np.zeros(0, np.int64), np.zeros((0, width))
    vertices = np.concatenate([part[0] for part in parts])
    shifts = np.concatenate([part[1] for part in parts])
    there = (vertices >= 0) & (vertices < vertex_count)
    vertices, shifts = vertices[there], shifts[there]
    moved = np.zeros(vertex_count, dtype=bool)
    moved[vertices] = True
    sums = [np.bincount(vertices, shifts[:, axis], minlength=vertex_count)[moved] for axis in range(width)]
    return np.flatnonzero(moved), np.stack(sums, axis=-1)


def material_values(figure: Figure, weights: Float[Array, " morph"]) -> MaterialValues:
    """Return the materials' values under the material morphs: factors first, then what is added.

    Args:
        figure: the character.
        weights: of all its morphs, groups shared out.
    """
    count = len(figure.materials)
    factors, sums = np.ones((count, 28)), np.zeros((count, 28))
    for number, (_, morph) in enumerate(figure.morphs):
        if not isinstance(morph, MaterialMorph) or weights[number] == 0.0:
            continue
        for material, adds, values in zip(morph.materials.tolist(), morph.adds.tolist(), morph.values, strict=True):
            rows = slice(None) if material == -1 else slice(material, material + 1) if material >= 0 else slice(0)
            if adds:
                sums[rows] += weights[number] * values
            else:
                factors[rows] *= 1.0 + weights[number] * (values - 1.0)
    own = np.array([_own_values(material) for material in figure.materials]).reshape(count, OWN_VALUES)
    return MaterialValues(
        own=own * factors[:, :OWN_VALUES] + sums[:, :OWN_VALUES],
        tints=factors[:, OWN_VALUES:].reshape(count, 3, 4),
        added=sums[:, OWN_VALUES:].reshape(count, 3, 4),
    )


def _own_values(material: Material) -> list[float]:
    return [
        *material.diffuse_rgba,
        *material.specular_rgb,
        material.specular_power,
        *material.ambient_rgb,
        *material.edge_rgba,
        material.edge_size,
    ]
