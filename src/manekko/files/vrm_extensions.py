"""VRM's own parts of a file, 0.x and 1.0: which node is which bone, faces, springs, what the file says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from manekko.files.binary import printable
from manekko.files.gltf import NAME_LENGTH, Glb, Json, integers, name_of, numbers, objects, value
from manekko.files.vrm_values import (
    EXPRESSIONS_OF_VRM0,
    Expression,
    Node,
    SpringCollider,
    SpringJoint,
    Vector3,
    humanoid_name,
)

_DOWN = (0.0, -1.0, 0.0)


@dataclass(frozen=True)
class Extensions:
    """See ``GltfModel`` for the fields."""

    version: Literal["", "0", "1"]
    title: str
    meta: dict[str, str]
    humanoid: dict[str, int]
    expressions: tuple[Expression, ...]
    springs: tuple[tuple[SpringJoint, ...], ...]
    colliders: tuple[SpringCollider, ...]


def read_extensions(glb: Glb, nodes: tuple[Node, ...]) -> Extensions:
    """Return what a VRM file says beyond glTF; of a plain GLB everything is empty.

    References to nodes and morph targets that do not exist are left out.
    """
    extensions = value(glb.document, "extensions", dict, "the document", default={})
    if isinstance(extensions.get("VRMC_vrm"), dict):
        return _read_vrm1(extensions["VRMC_vrm"], extensions.get("VRMC_springBone"), nodes)
    if isinstance(extensions.get("VRM"), dict):
        return _read_vrm0(extensions["VRM"], nodes)
    return Extensions("", "", {}, {}, (), (), ())


def _texts(meta: Json) -> dict[str, str]:
    """Return the texts of the meta part; of a list of texts, as authors are, all of them."""
    found = {}
    for name, entry in meta.items():
        parts = entry if isinstance(entry, list) else [entry]
        if parts and all(isinstance(part, str) for part in parts):
            found[name] = printable(", ".join(parts)[: 10 * NAME_LENGTH])
    return found


def _member(entry: Json, name: str, place: str) -> Json:
    return value(entry, name, dict, place, default={})


def _read_vrm1(vrm: Json, springs: object, nodes: tuple[Node, ...]) -> Extensions:
    meta = _texts(_member(vrm, "meta", "VRMC_vrm"))
    bones = _member(_member(vrm, "humanoid", "VRMC_vrm"), "humanBones", "humanoid")
    humanoid = {
        name: value(bone, "node", int, f"humanoid bone {printable(name)[:NAME_LENGTH]}")
        for name, bone in bones.items()
        if isinstance(bone, dict)
    }
    faces = _member(vrm, "expressions", "VRMC_vrm")
    preset = _member(faces, "preset", "expressions")
    named = {**preset, **_member(faces, "custom", "expressions"), **preset}
    expressions = tuple(
        Expression(
            printable(name)[:NAME_LENGTH], tuple(_binds_of_vrm1(face, nodes)), face.get("overrideBlink") == "block"
        )
        for name, face in named.items()
        if isinstance(face, dict)
    )
    springs = springs if isinstance(springs, dict) else {}
    return Extensions(
        "1",
        meta.get("name", ""),
        meta,
        {name: node for name, node in humanoid.items() if 0 <= node < len(nodes)},
        expressions,
        tuple(_springs_of_vrm1(springs, len(nodes))),
        tuple(_colliders_of_vrm1(springs, len(nodes))),
    )


def _binds_of_vrm1(face: Json, nodes: tuple[Node, ...]) -> Iterator[tuple[int, int, float]]:
    place = "expression"
    for bind in objects(face, "morphTargetBinds", place):
        node, index = value(bind, "node", int, place), value(bind, "index", int, place)
        if 0 <= node < len(nodes) and nodes[node].mesh >= 0 and index >= 0:
            yield nodes[node].mesh, index, value(bind, "weight", float, place)


def _springs_of_vrm1(springs: Json, node_count: int) -> Iterator[tuple[SpringJoint, ...]]:
    for spring in objects(springs, "springs", "VRMC_springBone"):
        chain = [_spring_joint(joint) for joint in objects(spring, "joints", "spring")]
        chain = [joint for joint in chain if 0 <= joint.node < node_count]
        if len({joint.node for joint in chain}) == len(chain) > 0:
            yield tuple(chain)


def _spring_joint(joint: Json) -> SpringJoint:
    def number(name: str, default: float) -> float:
        return value(joint, name, float, "spring joint", default=default)

    return SpringJoint(
        value(joint, "node", int, "spring joint"),
        number("hitRadius", 0.0),
        number("stiffness", 1.0),
        number("gravityPower", 0.0),
        _vector(joint, "gravityDir", _DOWN),
        number("dragForce", 0.5),
    )


def _vector(entry: Json, name: str, default: Vector3) -> Vector3:
    x, y, z = numbers(entry, name, "spring", default=default)
    return x, y, z


def _colliders_of_vrm1(springs: Json, node_count: int) -> Iterator[SpringCollider]:
    for collider in objects(springs, "colliders", "VRMC_springBone"):
        node = value(collider, "node", int, "collider")
        shape = _member(collider, "shape", "collider")
        kind = "capsule" if "capsule" in shape else "sphere"
        form = _member(shape, kind, "collider")
        offset = _vector(form, "offset", (0.0, 0.0, 0.0))
        tail = _vector(form, "tail", (0.0, 0.0, 0.0)) if kind == "capsule" else offset
        if 0 <= node < node_count:
            yield SpringCollider(node, offset, tail, value(form, "radius", float, "collider", default=0.0))


def _read_vrm0(vrm: Json, nodes: tuple[Node, ...]) -> Extensions:
    meta = _texts(_member(vrm, "meta", "VRM"))
    humanoid = {}
    for bone in objects(_member(vrm, "humanoid", "VRM"), "humanBones", "humanoid"):
        name, node = value(bone, "bone", str, "humanoid bone"), value(bone, "node", int, "humanoid bone")
        if 0 <= node < len(nodes):
            humanoid[printable(humanoid_name(name))[:NAME_LENGTH]] = node
    faces = objects(_member(vrm, "blendShapeMaster", "VRM"), "blendShapeGroups", "blendShapeMaster")
    swaying = _member(vrm, "secondaryAnimation", "VRM")
    return Extensions(
        "0",
        meta.get("title", ""),
        meta,
        humanoid,
        tuple(_face_of_vrm0(face, number) for number, face in enumerate(faces)),
        tuple(_springs_of_vrm0(swaying, nodes)),
        tuple(_colliders_of_vrm0(swaying, len(nodes))),
    )


def _face_of_vrm0(face: Json, number: int) -> Expression:
    place = f"blend shape group {number}"
    preset = face.get("presetName")
    known = EXPRESSIONS_OF_VRM0.get(preset) if isinstance(preset, str) else None
    binds = tuple(
        (value(bind, "mesh", int, place), value(bind, "index", int, place), value(bind, "weight", float, place) / 100.0)
        for bind in objects(face, "binds", place)
    )
    return Expression(known or name_of(face, place), tuple(bind for bind in binds if bind[0] >= 0 and bind[1] >= 0))


def _springs_of_vrm0(swaying: Json, nodes: tuple[Node, ...]) -> Iterator[tuple[SpringJoint, ...]]:
    """Yield a chain for every tip below a group's bones; a bone before a fork belongs to its first branch."""
    children: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        if node.parent >= 0:
            children[node.parent].append(number)
    taken: set[int] = set()
    for group in objects(swaying, "boneGroups", "secondaryAnimation"):
        waiting = [bone for bone in reversed(integers(group, "bones", "bone group")) if 0 <= bone < len(nodes)]
        while waiting:
            chain: list[int] = []
            following = [waiting.pop()]
            while following and following[0] not in taken:
                first, *others = following
                waiting += reversed(others)
                chain.append(first)
                taken.add(first)
                following = children[first]
            if not chain:
                continue
            yield tuple(_sway_of_vrm0(group, node) for node in chain)


def _sway_of_vrm0(group: Json, node: int) -> SpringJoint:
    def number(name: str, default: float) -> float:
        return value(group, name, float, "bone group", default=default)

    direction = _member(group, "gravityDir", "bone group")
    x, y, z = (
        value(direction, axis, float, "bone group", default=down) for axis, down in zip("xyz", _DOWN, strict=True)
    )
    # The misspelling is the format's own.
    return SpringJoint(
        node,
        number("hitRadius", 0.02),
        number("stiffiness", 1.0),
        number("gravityPower", 0.0),
        (x, y, z),
        number("dragForce", 0.4),
    )


def _colliders_of_vrm0(swaying: Json, node_count: int) -> Iterator[SpringCollider]:
    for group in objects(swaying, "colliderGroups", "secondaryAnimation"):
        node = value(group, "node", int, "collider group")
        for collider in objects(group, "colliders", "collider group"):
            offset = _member(collider, "offset", "collider")
            x, y, z = (value(offset, axis, float, "collider", default=0.0) for axis in "xyz")
            # Unity's z points the other way; VRM 0.x kept it in this one place.
            place = (x, y, -z)
            if 0 <= node < node_count:
                yield SpringCollider(node, place, place, value(collider, "radius", float, "collider", default=0.0))
