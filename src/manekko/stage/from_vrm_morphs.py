"""Expressions and morph targets of a GLB or VRM file as a figure's morphs."""

from collections.abc import Sequence

import numpy as np

from manekko.errors import FormatError
from manekko.files.vrm_values import GltfModel
from manekko.stage.figure import GroupMorph, Morph, VertexMorph
from manekko.stage.from_vrm_mesh import Layout

_MOST_ROWS = 20_000_000
_LARGEST = 1e6
"""Of the weights of an expression's targets."""


def figure_morphs(
    model: GltfModel, layout: Layout
) -> tuple[tuple[tuple[str, Morph], ...], tuple[tuple[int, int], ...]]:
    """Return expressions first, each a group of morph targets, then the targets themselves.

    Expressions and targets that move nothing are left out. A target whose name is taken has its mesh's before it.
    With them come the (mesh, morph target) of the file that the last of the morphs are.

    Raises:
        FormatError: they are larger than any face's.
    """
    targets = _targets(model, layout)
    numbers = {key: number for number, key in enumerate(targets)}
    expressions: dict[str, tuple[tuple[int, int, float], ...]] = {}
    for expression in model.expressions:
        binds = tuple(bind for bind in expression.binds if bind[:2] in targets)
        if binds and expression.name not in expressions:
            expressions[expression.name] = binds
    morphs: list[tuple[str, Morph]] = []
    for name, binds in expressions.items():
        shares: dict[int, float] = {}
        for mesh, target, weight in binds:
            place = len(expressions) + numbers[mesh, target]
            shares[place] = shares.get(place, 0.0) + min(max(weight, -_LARGEST), _LARGEST)
        group = GroupMorph(np.array(list(shares), dtype=np.int64), np.array(list(shares.values()), dtype=np.float64))
        morphs.append((name, group))
    names = list(expressions)
    taken = set(names)
    for mesh, target in targets:
        name = model.meshes[mesh].target_names[target]
        names.append(f"{model.meshes[mesh].name}.{name}" if name in taken else name)
        taken.add(name)
    morphs += zip(unique(names)[len(expressions) :], targets.values(), strict=True)
    return tuple(morphs), tuple(targets)


def unique(names: Sequence[str]) -> list[str]:
    """Return the names with a number behind those that were there before."""
    taken, result, next_number = set(names), [], dict.fromkeys(names, 1)
    seen: set[str] = set()
    for name in names:
        chosen = name
        while chosen in seen or (chosen != name and chosen in taken):
            next_number[name] += 1
            chosen = f"{name} {next_number[name]}"
        seen.add(chosen)
        result.append(chosen)
    return result


def _targets(model: GltfModel, layout: Layout) -> dict[tuple[int, int], VertexMorph]:
    """Return (mesh, morph target) → its vertices in the figure's mesh and their shifts in the world."""
    parts: dict[tuple[int, int], list[VertexMorph]] = {}
    row_count = 0
    for instance in layout.instances:
        for number, target in enumerate(model.vertices[instance.vertices].targets):
            row_count += len(target.vertices) + 1
            if row_count > _MOST_ROWS:
                raise FormatError(f"morph targets move more than {_MOST_ROWS} vertices in all: no face does")
            if len(target.vertices) == 0:
                continue
            turned = np.einsum("vij,vj->vi", instance.turns[target.vertices], target.shifts_m)
            part = VertexMorph(target.vertices + instance.first, turned)
            parts.setdefault((instance.mesh, number), []).append(part)
    return {
        key: VertexMorph(
            np.concatenate([part.vertices for part in found]), np.concatenate([part.shifts_m for part in found])
        )
        for key, found in parts.items()
    }
