"""The character as VRM 1.0: the same mesh in T-pose on VRM's own bones, with expressions and spring bones."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import PureWindowsPath

import numpy as np

from manekko.arrays import Array, Float, Int, triple
from manekko.character.vrm_face import Face, faces_of
from manekko.character.vrm_look import mtoon_materials
from manekko.character.vrm_pose import Rest, hips_place, humanoid_bones, t_posed, taken_over
from manekko.files.vrm_values import (
    Expression,
    GltfModel,
    MeshOfNodes,
    MorphTarget,
    Node,
    Primitive,
    Skin,
    SpringCollider,
    SpringJoint,
    Vertices,
)
from manekko.files.vrm_write import write_vrm
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import HUMANOID_PARENTS
from manekko.stage.figure import Figure, Material, Spring, Texture
from manekko.stage.from_vrm_springs import STEPS_A_SECOND, vrm_gravity, vrm_stiffness
from manekko.video.png import encode_png

_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
META = {
    "version": "1.0",
    "authors": ["Manekko"],
    "copyrightInformation": "CC0 1.0: no rights reserved, free for any use",
    "licenseUrl": "https://vrm.dev/licenses/1.0/",
    "otherLicenseUrl": _CC0,
    "avatarPermission": "everyone",
    "allowExcessivelyViolentUsage": True,
    "allowExcessivelySexualUsage": True,
    "commercialUsage": "corporation",
    "allowPoliticalOrReligiousUsage": True,
    "allowAntisocialOrHateUsage": True,
    "creditNotation": "unnecessary",
    "allowRedistribution": True,
    "modification": "allowModificationRedistribution",
}
"""VRM 1.0's words for CC0: everybody may do anything."""
_STILL_M = 1e-7
_DOWN = (0.0, -1.0, 0.0)


def vrm_of_figure(figure: Figure, *, name: str, meta: Mapping[str, object] = META) -> bytes:
    """Return the bytes of a VRM 1.0 file of a figure with MMD's standard bones.

    IK, append, twist and other helper bones are gone: what hung on them hangs on the humanoid bone that moves as they
    did. Swaying bones stay. The same figure gives the same bytes.

    Raises:
        InputError: the figure lacks bones that a VRM needs.
    """
    bones = humanoid_bones(figure.rig)
    rest = t_posed(figure)
    nodes, kept, tips = _nodes(figure, rest, bones)
    faces = faces_of(figure, rest, tuple(bones[side + "Eye"] for side in ("left", "right") if side + "Eye" in bones))
    vertices, meshes = _meshes(figure, rest, faces, taken_over(figure.rig, kept))
    places = np.array([at for _, _, at in nodes])
    materials, textures = mtoon_materials(figure)
    written = [_node(name, parent, at, places) for name, parent, at in nodes]
    written += [Node(mesh.name, -1, np.eye(4), number, 0) for number, mesh in enumerate(meshes)]
    binds = np.tile(np.eye(4), (len(nodes), 1, 1))
    binds[:, :3, 3] = -places
    model = GltfModel(
        name=name,
        vrm_version="1",
        nodes=tuple(written),
        order=tuple(range(len(written))),
        vertices=vertices,
        meshes=meshes,
        skins=(Skin(tuple(range(len(nodes))), binds),),
        materials=materials,
        images=tuple(_image(figure.textures[at]) for at in textures),
        humanoid={joint: kept[bone] for joint, bone in bones.items()},
        expressions=tuple(_expressions(faces, bool(meshes[0].target_names))),
        springs=tuple(_spring(spring, places, kept, tips[at]) for at, spring in enumerate(figure.springs)),
        colliders=tuple(_colliders(figure, rest, places, taken_over(figure.rig, kept))),
        meta={},
    )
    return write_vrm(model, meta)


def _image(texture: Texture) -> tuple[str, bytes]:
    """Return a texture's name, as a file has it without folder and suffix, and its PNG of nothing but the picture."""
    data = encode_png(texture.rgba)
    kept, place = [data[:8]], 8
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        # Capitals mark what a picture cannot do without; the rest tells of the encoder.
        kept += [data[place : place + size + 12]] if kind[:1].isupper() else []
        place += size + 12
    return PureWindowsPath(texture.name).stem, b"".join(kept)


def _nodes(
    figure: Figure, rest: Rest, bones: dict[str, int]
) -> tuple[list[tuple[str, int, Float[Array, "3"]]], dict[int, int], list[int]]:
    """Return nodes as (name, parent, place [m]), the figure's bones → nodes, and the node of each spring's tip."""
    nodes: list[tuple[str, int, Array]] = []
    kept: dict[int, int] = {}
    for joint, bone in bones.items():
        above = HUMANOID_PARENTS[joint]
        while above is not None and above not in bones:
            above = HUMANOID_PARENTS[above]
        kept[bone] = len(nodes)
        place = hips_place(rest, bones) if joint == "hips" else rest.bones_m[bone]
        nodes.append((joint, -1 if above is None else kept[bones[above]], place))
    carriers = taken_over(figure.rig, kept)
    tips = []
    for spring in figure.springs:
        parent = int(carriers[spring.bones[0]])
        for bone in spring.bones:
            if bone in kept:
                parent = kept[bone]
                continue
            kept[bone] = len(nodes)
            nodes.append((figure.rig.bones[bone].name, parent, rest.bones_m[bone]))
            parent = kept[bone]
        tips.append(len(nodes))
        nodes.append((figure.rig.bones[spring.bones[-1]].name + "_end", parent, _tip(figure, rest, spring)))
    return nodes, kept, tips


def _tip(figure: Figure, rest: Rest, spring: Spring) -> Float[Array, "3"]:
    """Return where a spring's last bone ends in the T-pose [m]."""
    last = spring.bones[-1]
    bone = figure.rig.bones[last]
    start = np.array(bone.rest_position_m)
    way = np.zeros(3) if bone.tail_position_m is None else np.array(bone.tail_position_m) - start
    if np.linalg.norm(way) < 1e-3:
        before = spring.bones[-2] if len(spring.bones) > 1 else bone.parent
        way = (start - np.array(figure.rig.bones[before].rest_position_m)) / 2.0 if before >= 0 else np.zeros(3)
    if np.linalg.norm(way) < 1e-3:
        way = np.array([0.0, -0.05, 0.0])
    return rest.bones_m[last] + rotate(rest.rotations_xyzw[last], way)


def _node(name: str, parent: int, place: Float[Array, "3"], places: Float[Array, "node 3"]) -> Node:
    local = np.eye(4)
    local[:3, 3] = place - (places[parent] if parent >= 0 else 0.0)
    return Node(name, parent, np.round(local, 7))


def _meshes(
    figure: Figure, rest: Rest, faces: list[Face], carriers: Int[Array, " bone"]
) -> tuple[tuple[Vertices, ...], tuple[MeshOfNodes, ...]]:
    """Return the mesh of the materials that expressions move, if any, and the mesh of the others."""
    moved = np.zeros(len(rest.positions_m), dtype=bool)
    for face in faces:
        if face.shifts_m is not None:
            moved |= (np.abs(face.shifts_m) > _STILL_M).any(axis=1)
    groups: tuple[list[int], list[int]] = ([], [])
    for number, material in enumerate(figure.materials):
        start = material.first_triangle
        corners = figure.mesh.triangles[start : start + material.triangle_count]
        if len(corners):
            groups[0 if moved[corners].any() else 1].append(number)
    vertices: list[Vertices] = []
    meshes = []
    for group, title in zip(groups, ("Face", "Body"), strict=True):
        shown = [face for face in faces if face.shifts_m is not None] if title == "Face" else []
        primitives = []
        for number in group:
            entry, triangles = _part(figure, rest, figure.materials[number], shown, carriers)
            primitives.append(Primitive(len(vertices), triangles, number))
            vertices.append(entry)
        if primitives:
            meshes.append(MeshOfNodes(title, tuple(primitives), tuple(face.name for face in shown)))
    return tuple(vertices), tuple(meshes)


def _part(
    figure: Figure, rest: Rest, material: Material, faces: list[Face], carriers: Int[Array, " bone"]
) -> tuple[Vertices, Int[Array, "triangle 3"]]:
    """Return the vertices and triangles of one material."""
    mesh, start = figure.mesh, material.first_triangle
    corners = mesh.triangles[start : start + material.triangle_count]
    used, flat = np.unique(corners, return_inverse=True)
    joints, weights = _merged(carriers[mesh.bones[used]], mesh.weights[used])
    targets = []
    for face in faces:
        shifts = np.zeros((0, 3)) if face.shifts_m is None else face.shifts_m[used]
        rows = np.flatnonzero((np.abs(shifts) > _STILL_M).any(axis=1))
        targets.append(MorphTarget(rows, shifts[rows]))
    uvs = mesh.uvs[used] if material.texture >= 0 else None
    entry = Vertices(rest.positions_m[used], rest.normals[used], uvs, joints, weights, tuple(targets))
    return entry, flat.reshape(-1, 3)


def _merged(
    joints: Int[Array, "vertex 4"], weights: Float[Array, "vertex 4"]
) -> tuple[Int[Array, "vertex 4"], Float[Array, "vertex 4"]]:
    """Return each joint of a vertex once, with all its weight, the heaviest first; unused places are joint 0."""
    weights = weights.copy()
    for later in range(1, 4):
        for earlier in range(later):
            same = (joints[:, later] == joints[:, earlier]) & (weights[:, later] > 0.0)
            weights[:, earlier] += np.where(same, weights[:, later], 0.0)
            weights[:, later] = np.where(same, 0.0, weights[:, later])
    order = np.argsort(-weights, axis=1, kind="stable")
    weights = np.take_along_axis(weights, order, 1).astype(np.float32).astype(np.float64)
    joints = np.take_along_axis(joints, order, 1)
    # In single precision the sum is 1 to the last bit, as validators ask.
    weights[:, 0] = 1.0 - weights[:, 1:].sum(1)
    return np.where(weights > 0.0, joints, 0), weights


def _expressions(faces: list[Face], has_targets: bool) -> Iterator[Expression]:
    """Give the expressions; each but ``neutral`` is one target of the first mesh."""
    shown = [face.name for face in faces if face.shifts_m is not None]
    for face in faces:
        binds = ((0, shown.index(face.name), 1.0),) if face.name in shown and has_targets else ()
        yield Expression(face.name, binds, face.shuts_eyes)


def _spring(spring: Spring, places: Float[Array, "node 3"], kept: dict[int, int], tip: int) -> tuple[SpringJoint, ...]:
    nodes = [*(kept[bone] for bone in spring.bones), tip]
    drag = 1.0 - (1.0 - spring.drag) ** (30.0 / STEPS_A_SECOND)
    joints = []
    for place, node in enumerate(nodes):
        other = nodes[place + 1] if place + 1 < len(nodes) else nodes[place - 1]
        length = float(np.linalg.norm(places[other] - places[node]))
        stiffness = round(vrm_stiffness(spring.stiffness, length), 4)
        gravity = round(vrm_gravity(spring.gravity), 4)
        joints.append(SpringJoint(node, round(spring.radius_m, 5), stiffness, gravity, _DOWN, round(drag, 4)))
    return tuple(joints)


def _colliders(
    figure: Figure, rest: Rest, places: Float[Array, "node 3"], carriers: Int[Array, " bone"]
) -> Iterator[SpringCollider]:
    for capsule in figure.capsules:
        node = int(carriers[capsule.bone])
        start = np.array(figure.rig.bones[capsule.bone].rest_position_m)
        ends = [
            triple(
                rest.bones_m[capsule.bone]
                + rotate(rest.rotations_xyzw[capsule.bone], np.array(end) - start)
                - places[node]
            )
            for end in capsule.ends_m
        ]
        yield SpringCollider(node, ends[0], ends[1], capsule.radius_m)
