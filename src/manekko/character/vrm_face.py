"""VRM's expressions from MMD's morphs, and from turned eyes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.vrm_pose import Rest
from manekko.motion.morph_names import MMD_MORPHS_OF_EXPRESSION
from manekko.skeleton.rotations import as_axes, from_rotation_vectors
from manekko.stage.figure import Figure, GroupMorph, VertexMorph

_MIXED = {
    "happy": (("笑い",), ("にっこり", "口角上げ")),
    "angry": (("怒り",), ("口角下げ", "∧")),
    "sad": (("困る", "悲しい"), ("口角下げ", "∧")),
    "relaxed": (("なごみ",), ("口角上げ", "にっこり")),
    "surprised": (("びっくり",), ("上",)),
}
"""Expression → morphs that make it together; of each, the first that the model has."""
_SHUT = ("happy", "relaxed")
_LOOKS = {"lookUp": (-10.0, 0.0), "lookDown": (10.0, 0.0), "lookLeft": (0.0, 12.0), "lookRight": (0.0, -12.0)}
"""Turns of the eyes about x and y [degrees]."""
_GROUP_DEPTH = 4


@dataclass(frozen=True, eq=False)
class Face:
    """One expression: how far each vertex moves in the T-pose [m]."""

    name: str
    shifts_m: Float[Array, "vertex 3"] | None
    """None: nothing moves."""
    shuts_eyes: bool


def faces_of(figure: Figure, rest: Rest, eyes: tuple[int, ...]) -> list[Face]:
    """Return all expressions that the figure's morphs can make, the looks if it has eye bones, and ``neutral``."""
    faces = []
    for name, alternatives in MMD_MORPHS_OF_EXPRESSION.items():
        parts = _MIXED.get(name, (alternatives,))
        shifts = [shift for part in parts if (shift := _shifts(figure, part)) is not None]
        if shifts:
            turned = np.einsum("vij,vj->vi", rest.turns, np.sum(shifts, axis=0))
            faces.append(Face(name, turned, name in _SHUT))
    if eyes:
        faces += [Face(name, _look(figure, rest, eyes, degrees), False) for name, degrees in _LOOKS.items()]
    return [*faces, Face("neutral", None, False)]


def _shifts(figure: Figure, names: tuple[str, ...]) -> Float[Array, "vertex 3"] | None:
    """Return what the first of some morphs that the figure has does to the vertices; None where it has none."""
    numbers = {name: number for number, (name, _) in reversed(list(enumerate(figure.morphs)))}
    number = next((numbers[name] for name in names if name in numbers), None)
    if number is None:
        return None
    shifts = np.zeros_like(figure.mesh.positions_m)
    for vertices, moved in _vertex_parts(figure, number, 1.0, _GROUP_DEPTH):
        np.add.at(shifts, vertices, moved)
    return shifts if np.abs(shifts).max(initial=0.0) > 0.0 else None


def _vertex_parts(
    figure: Figure, number: int, share: float, depth: int
) -> Iterator[tuple[Int[Array, " row"], Float[Array, "row 3"]]]:
    morph = figure.morphs[number][1] if 0 <= number < len(figure.morphs) else None
    if isinstance(morph, VertexMorph):
        yield morph.vertices, morph.shifts_m * share
    elif isinstance(morph, GroupMorph) and depth > 0:
        for member, part in zip(morph.morphs, morph.shares, strict=True):
            yield from _vertex_parts(figure, int(member), share * float(part), depth - 1)


def _look(figure: Figure, rest: Rest, eyes: tuple[int, ...], degrees: tuple[float, float]) -> Float[Array, "vertex 3"]:
    """Return the shifts of vertices that hang on the eyes when these turn."""
    turn = as_axes(from_rotation_vectors(np.radians([degrees[0], degrees[1], 0.0]))) - np.eye(3)
    shifts = np.zeros_like(rest.positions_m)
    for eye in eyes:
        weights = (figure.mesh.weights * (figure.mesh.bones == eye)).sum(1, keepdims=True)
        shifts += weights * ((rest.positions_m - rest.bones_m[eye]) @ turn.T)
    return shifts
