"""Expressions and morph targets of a GLB or VRM file as a figure's morphs."""

import numpy as np

from manekko.errors import FormatError
from manekko.files.vrm_values import GltfModel
from manekko.stage.figure import GroupMorph, Morph, VertexMorph
from manekko.stage.from_vrm_mesh import Layout

MOST_ROWS = 20_000_000


def figure_morphs(model: GltfModel, layout: Layout) -> tuple[tuple[str, Morph], ...]:
    """Return expressions first, each a group of morph targets, then the targets themselves.

    Expressions that move nothing are left out. A target with the name of an expression has its mesh's name before
    its own.

    Raises:
        FormatError: they are larger than any face's.
    """
    targets = _targets(model, layout)
    keys = list(targets)
    expressions: dict[str, tuple[tuple[int, int, float], ...]] = {}
    for expression in model.expressions:
        binds = tuple(bind for bind in expression.binds if bind[:2] in targets)
        if binds and expression.name not in expressions:
            expressions[expression.name] = binds
    morphs: list[tuple[str, Morph]] = []
    for name, binds in expressions.items():
        shares: dict[int, float] = {}
        for mesh, target, weight in binds:
            place = len(expressions) + keys.index((mesh, target))
            shares[place] = shares.get(place, 0.0) + weight
        group = GroupMorph(np.array(list(shares), dtype=np.int64), np.array(list(shares.values()), dtype=np.float64))
        morphs.append((name, group))
    taken = set(expressions)
    for mesh, target in keys:
        name = model.meshes[mesh].target_names[target]
        name = name if name not in taken else f"{model.meshes[mesh].name}.{name}"
        while name in taken:
            name += "'"
        taken.add(name)
        morphs.append((name, targets[mesh, target]))
    return tuple(morphs)


def _targets(model: GltfModel, layout: Layout) -> dict[tuple[int, int], VertexMorph]:
    """Return (mesh, morph target) → its vertices in the figure's mesh and their shifts in the world."""
    parts: dict[tuple[int, int], list[VertexMorph]] = {}
    row_count = 0
    for instance in layout.instances:
        for number, target in enumerate(model.vertices[instance.vertices].targets):
            row_count += len(target.vertices)
            if row_count > MOST_ROWS:
                raise FormatError(f"morph targets move more than {MOST_ROWS} vertices in all: no face does")
            turned = np.einsum("vij,vj->vi", instance.turns[target.vertices], target.shifts_m)
            part = VertexMorph(target.vertices + instance.first, turned)
            parts.setdefault((instance.mesh, number), []).append(part)
    return {
        key: VertexMorph(
            np.concatenate([part.vertices for part in found]), np.concatenate([part.shifts_m for part in found])
        )
        for key, found in parts.items()
    }
