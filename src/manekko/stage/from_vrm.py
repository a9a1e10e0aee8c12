"""VRM 0.x, VRM 1.0 and plain GLB files → ``Figure``: at rest along the world's axes, facing +Z."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Float, triple
from manekko.errors import FormatError
from manekko.files.bvh_names import joints_of_humanoid
from manekko.files.bvh_text import BvhJoint
from manekko.files.vrm_read import read_model
from manekko.files.vrm_values import GltfModel
from manekko.skeleton.rig import Rig, RigBone
from manekko.stage.figure import Figure
from manekko.stage.from_vrm_materials import figure_materials
from manekko.stage.from_vrm_mesh import Layout, figure_mesh
from manekko.stage.from_vrm_morphs import figure_morphs, unique
from manekko.stage.from_vrm_springs import figure_springs

HALF_TURN = np.diag([-1.0, 1.0, -1.0, 1.0])
_TIP_M = 0.07
"""Length that VRM 0.x gives a swaying bone without a child."""


@dataclass(frozen=True, eq=False)
class GlbFigure:
    """A character with what of its file it was made of."""

    figure: Figure
    model: GltfModel
    layout: Layout
    worlds: Float[Array, "node 4 4"]
    """Where the nodes are at rest, facing +Z."""
    faces_back: bool
    """Whether the file has it facing −Z."""
    targets: tuple[tuple[int, int], ...]
    """(mesh, morph target) of the file that the figure's last morphs are."""


def figure_from_glb(data: bytes, name: str) -> Figure:
    """Return the character in a GLB or VRM file.

    Every node is a bone. The pose in which the file has its nodes becomes the rest pose: VRM's T-pose, whatever a
    plain GLB was saved in. Figures of VRM 0.x, which face −Z, are turned round, and so are plain GLBs whose left leg
    lies to the right. Morphs are the expressions, and the morph targets that they mix.

    Args:
        data: the file.
        name: what the figure is called where the file does not say.

    Raises:
        FormatError: the file is damaged or no such file.
    """
    bare = bare_figure_from_glb(data, name)
    materials, textures, troubles = figure_materials(bare.model, bare.layout)
    return replace(bare.figure, materials=materials, textures=textures, warnings=(*troubles, *bare.figure.warnings))


def bare_figure_from_glb(data: bytes, name: str) -> GlbFigure:
    """Return the same without its materials and pictures, for those who only move it.

    Raises:
        FormatError: the file is damaged or no such file.
    """
    model = read_model(data)
    worlds = _worlds(model)
    humanoid = _humanoid(model)
    faces_back = _faces_back(model, humanoid, worlds)
    if faces_back:
        worlds = HALF_TURN @ worlds
    places = {node: bone for bone, node in enumerate(model.order)}
    layout = figure_mesh(model, worlds)
    morphs, targets = figure_morphs(model, layout)
    springs, capsules = figure_springs(model, worlds, places)
    figure = Figure(
        rig=Rig(model.name or name, _bones(model, worlds), morphs=tuple(name for name, _ in morphs)),
        mesh=layout.mesh,
        materials=(),
        morphs=morphs,
        springs=springs,
        capsules=capsules,
        warnings=_warnings(humanoid),
        humanoid={bone: places[node] for bone, node in humanoid.items()},
    )
    return GlbFigure(figure, model, layout, worlds, faces_back, targets)


def _worlds(model: GltfModel) -> Float[Array, "node 4 4"]:
    worlds = np.tile(np.eye(4), (len(model.nodes), 1, 1))
    for number in model.order:
        node = model.nodes[number]
        worlds[number] = node.local if node.parent < 0 else worlds[node.parent] @ node.local
        if not (np.abs(worlds[number]) < 1e9).all():
            raise FormatError(f"node {number} lies beyond all measure")
    return worlds


def _humanoid(model: GltfModel) -> dict[str, int]:
    """Return humanoid bone → node: as VRM says it, or told by the nodes' names."""
    if model.vrm_version:
        return model.humanoid
    order = list(model.order)
    place = {node: number for number, node in enumerate(order)}
    joints = [
        BvhJoint(model.nodes[node].name, place.get(model.nodes[node].parent, -1), (0.0, 0.0, 0.0)) for node in order
    ]
    return {name: order[number] for name, number in joints_of_humanoid(joints).items()}


def _faces_back(model: GltfModel, humanoid: dict[str, int], worlds: Float[Array, "node 4 4"]) -> bool:
    if model.vrm_version:
        return model.vrm_version == "0"
    if "leftUpperLeg" not in humanoid or "rightUpperLeg" not in humanoid:
        return False
    return bool(worlds[humanoid["leftUpperLeg"], 0, 3] < worlds[humanoid["rightUpperLeg"], 0, 3])


def _bones(model: GltfModel, worlds: Float[Array, "node 4 4"]) -> tuple[RigBone, ...]:
    """Return a bone for every node, each name used once."""
    places = {node: bone for bone, node in enumerate(model.order)}
    tails: dict[int, Array] = {}
    for node in model.order:
        tails.setdefault(model.nodes[node].parent, worlds[node, :3, 3])
    if model.vrm_version == "0":
        tails |= _tips(model, worlds, tails)
    else:
        tails |= {a.node: worlds[b.node, :3, 3] for chain in model.springs for a, b in pairwise(chain)}
    names = unique([model.nodes[node].name for node in model.order])
    hips = model.humanoid.get("hips", -1)
    return tuple(
        RigBone(
            name=names[bone],
            parent=places.get(model.nodes[node].parent, -1),
            rest_position_m=triple(worlds[node, :3, 3]),
            tail_position_m=triple(tails[node]) if node in tails else None,
            movable=node == hips,
        )
        for bone, node in enumerate(model.order)
    )


def _tips(model: GltfModel, worlds: Float[Array, "node 4 4"], tails: dict[int, Array]) -> dict[int, Array]:
    """Return the tips of swaying bones without a child: straight on from their parents."""
    tips = {}
    for chain in model.springs:
        last = chain[-1].node
        parent = model.nodes[last].parent
        if last in tails or parent < 0:
            continue
        way = worlds[last, :3, 3] - worlds[parent, :3, 3]
        tips[last] = worlds[last, :3, 3] + way * (_TIP_M / max(float(np.linalg.norm(way)), 1e-6))
    return tips


def _warnings(humanoid: dict[str, int]) -> tuple[str, ...]:
    if humanoid:
        return ()
    return ("no bones of a person were found in the file; a VRM file names its bones",)
