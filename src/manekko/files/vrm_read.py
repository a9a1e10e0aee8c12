"""GLB and VRM files → ``GltfModel``: nodes, skins, meshes, pictures."""

from collections.abc import Iterator, Sequence

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.errors import FormatError
from manekko.files.gltf import Glb, Json, at, integers, name_of, numbers, objects, parse_glb, value
from manekko.files.vrm_extensions import read_extensions
from manekko.files.vrm_materials import read_materials
from manekko.files.vrm_values import GltfModel, MeshOfNodes, MorphTarget, Node, Primitive, Skin, Vertices

MOST_NODES = 5_000
MOST_VERTICES = 2_000_000
MOST_TRIANGLES = 4_000_000
MOST_TARGETS = 2_000
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_texture_basisu")
_FARTHEST_M = 1e6


def read_model(data: bytes) -> GltfModel:
    """Return the character in a GLB or VRM file.

    Raises:
        FormatError: it is no GLB of glTF 2.0, it is damaged, or it is packed in a way that cannot be undone here.
    """
    glb = parse_glb(data)
    required = value(glb.document, "extensionsRequired", list, "the document", default=[])
    packed = [name for name in _COMPRESSED if name in required]
    if packed:
        raise FormatError(f"the file is compressed by {packed[0]}; export it without compression")
    nodes = _nodes(glb)
    vertices, meshes = _meshes(glb)
    extensions = read_extensions(glb, nodes)
    return GltfModel(
        name=extensions.title,
        vrm_version=extensions.version,
        nodes=nodes,
        order=_order(nodes),
        vertices=vertices,
        meshes=meshes,
        skins=_skins(glb, len(nodes)),
        materials=read_materials(glb),
        images=_images(glb),
        humanoid=extensions.humanoid,
        expressions=extensions.expressions,
        springs=extensions.springs,
        colliders=extensions.colliders,
        meta=extensions.meta,
    )


def _nodes(glb: Glb) -> tuple[Node, ...]:
    entries = glb.list_of("nodes")
    if len(entries) > MOST_NODES:
        raise FormatError(f"{len(entries)} nodes are more than a character has (at most {MOST_NODES} are read)")
    parents = [-1] * len(entries)
    for number, entry in enumerate(entries):
        for child in integers(entry, "children", f"node {number}"):
            at(entries, child, f"node {number}")
            if parents[child] >= 0 or child == number:
                raise FormatError(f"node {child} hangs on two nodes, {parents[child]} and {number}")
            parents[child] = number
    drawn = _in_scene(glb, parents)
    return tuple(_node(glb, entry, number, parents[number], drawn[number]) for number, entry in enumerate(entries))


def _node(glb: Glb, entry: Json, number: int, parent: int, drawn: bool) -> Node:
    place = f"node {number}"
    mesh, skin = (value(entry, name, int, place, default=-1) if drawn else -1 for name in ("mesh", "skin"))
    for index, name in ((mesh, "meshes"), (skin, "skins")):
        if index != -1:
            at(glb.list_of(name), index, place)
    return Node(name_of(entry, place), parent, _local(entry, place), mesh, skin)


def _local(entry: Json, place: str) -> Float[Array, "4 4"]:
    if "matrix" in entry:
        matrix = np.array(numbers(entry, "matrix", place, default=np.eye(4).ravel().tolist())).reshape(4, 4).T
    else:
        x, y, z, w = numbers(entry, "rotation", place, default=(0.0, 0.0, 0.0, 1.0))
        length = float(np.sqrt(x * x + y * y + z * z + w * w))
        if not 0.1 < length < 10.0:
            raise FormatError(f"{place}: its rotation {(x, y, z, w)} is no unit quaternion")
        x, y, z, w = x / length, y / length, z / length, w / length
        matrix = np.eye(4)
        matrix[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        matrix[:3, :3] *= numbers(entry, "scale", place, default=(1.0, 1.0, 1.0))
        matrix[:3, 3] = numbers(entry, "translation", place, default=(0.0, 0.0, 0.0))
    if not (np.abs(matrix) < _FARTHEST_M).all():
        raise FormatError(f"{place} lies beyond all measure")
    return matrix


def _order(nodes: Sequence[Node]) -> tuple[int, ...]:
    """Return all nodes, parents before children."""
    children: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        if node.parent >= 0:
            children[node.parent].append(number)
    order: list[int] = []
    waiting = [number for number, node in enumerate(nodes) if node.parent < 0][::-1]
    while waiting:
        order.append(waiting.pop())
        waiting += reversed(children[order[-1]])
    if len(order) < len(nodes):
        raise FormatError(f"{len(nodes) - len(order)} nodes hang on each other in a circle")
    return tuple(order)


def _in_scene(glb: Glb, parents: list[int]) -> list[bool]:
    """Return for each node whether the scene that is shown has it; without scenes all are."""
    scenes = glb.list_of("scenes")
    if not scenes:
        return [True] * len(parents)
    scene = at(scenes, value(glb.document, "scene", int, "the document", default=0), "the document")
    shown = set(integers(scene, "nodes", "the scene"))
    known: dict[int, bool] = {}
    for start in range(len(parents)):
        path, node = [], start
        while node >= 0 and node not in known and node not in shown and len(path) <= len(parents):
            path.append(node)
            node = parents[node]
        known |= dict.fromkeys(path, node >= 0 and known.get(node, node in shown))
    return [number in shown or known[number] for number in range(len(parents))]


def _skins(glb: Glb, node_count: int) -> tuple[Skin, ...]:
    skins = []
    for number, entry in enumerate(glb.list_of("skins")):
        place = f"skin {number}"
        nodes = integers(entry, "joints", place)
        if not nodes or len(nodes) > node_count or not all(0 <= node < node_count for node in nodes):
            raise FormatError(f"{place} names {len(nodes)} joints, not all of them among the {node_count} nodes")
        binds = np.tile(np.eye(4), (len(nodes), 1, 1))
        if "inverseBindMatrices" in entry:
            rows = glb.accessor(value(entry, "inverseBindMatrices", int, place), 16, place)
            if len(rows) < len(nodes):
                raise FormatError(f"{place} has {len(nodes)} joints and {len(rows)} bind matrices")
            binds = rows[: len(nodes)].astype(np.float64).reshape(-1, 4, 4).transpose(0, 2, 1).copy()
        skins.append(Skin(tuple(nodes), binds))
    return tuple(skins)


def _meshes(glb: Glb) -> tuple[tuple[Vertices, ...], tuple[MeshOfNodes, ...]]:
    vertices: list[Vertices] = []
    known: dict[str, int] = {}
    meshes, vertex_count, triangle_count = [], 0, 0
    for number, entry in enumerate(glb.list_of("meshes")):
        primitives, place = [], f"mesh {number}"
        for part in objects(entry, "primitives", place):
            key = repr((part.get("attributes"), part.get("targets")))
            if key not in known:
                known[key] = len(vertices)
                vertices.append(_vertices(glb, part, place))
                vertex_count += len(vertices[-1].positions_m)
                if vertex_count > MOST_VERTICES:
                    raise FormatError(f"more than {MOST_VERTICES} vertices: the file is damaged or no character")
            triangles = _triangles(glb, part, len(vertices[known[key]].positions_m), place)
            triangle_count += len(triangles)
            if triangle_count > MOST_TRIANGLES:
                raise FormatError(f"more than {MOST_TRIANGLES} triangles: the file is damaged or no character")
            material = value(part, "material", int, place, default=-1)
            if material != -1:
                at(glb.list_of("materials"), material, place)
            primitives.append(Primitive(known[key], triangles, material))
        counts = {len(vertices[primitive.vertices].targets) for primitive in primitives}
        meshes.append(
            MeshOfNodes(name_of(entry, place), tuple(primitives), _target_names(entry, max(counts, default=0)))
        )
    return tuple(vertices), tuple(meshes)


def _target_names(entry: Json, count: int) -> tuple[str, ...]:
    """Return names of a mesh's morph targets: exporters put them among the extras of the mesh or of a primitive."""
    holders = (
        [entry, *(part for part in entry["primitives"] if isinstance(part, dict))] if "primitives" in entry else []
    )
    for holder in holders:
        extras = holder.get("extras")
        names = extras.get("targetNames") if isinstance(extras, dict) else None
        if isinstance(names, list) and len(names) >= count:
            return tuple(name_of({"name": name}, f"target {index}") for index, name in enumerate(names[:count]))
    return tuple(f"target {index}" for index in range(count))


def _vertices(glb: Glb, part: Json, place: str) -> Vertices:
    attributes = value(part, "attributes", dict, place)

    def read(name: str, width: int, count: int) -> Array | None:
        if name not in attributes:
            return None
        rows = glb.accessor(value(attributes, name, int, place), width, f"{place}, {name}")
        if len(rows) != count:
            raise FormatError(f"{place}: {len(rows)} rows of {name} for {count} vertices")
        return rows

    positions = glb.accessor(value(attributes, "POSITION", int, place), 3, f"{place}, POSITION").astype(np.float64)
    count = len(positions)
    if count == 0 or not (np.abs(positions) < _FARTHEST_M).all():
        raise FormatError(f"{place}: its {count} vertices do not lie in a world that can be drawn")
    sets = [
        (indices, weights)
        for number in (0, 1)
        if (indices := read(f"JOINTS_{number}", 4, count)) is not None
        and (weights := read(f"WEIGHTS_{number}", 4, count)) is not None
    ]
    joints, weights = _strongest(sets) if sets else (None, None)
    normals, uvs = read("NORMAL", 3, count), read("TEXCOORD_0", 2, count)
    return Vertices(
        positions,
        None if normals is None else normals.astype(np.float64),
        None if uvs is None else uvs.astype(np.float64),
        joints,
        weights,
        tuple(_targets(glb, part, count, place)),
    )


def _strongest(sets: list[tuple[Array, Array]]) -> tuple[Int[Array, "vertex 4"], Float[Array, "vertex 4"]]:
    """Return the four joints with most weight of each vertex; a vertex without weight hangs on its first joint."""
    joints = np.concatenate([indices for indices, _ in sets], axis=1).astype(np.int64)
    weights = np.maximum(np.concatenate([weights for _, weights in sets], axis=1).astype(np.float64), 0.0)
    strongest = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    joints, weights = np.take_along_axis(joints, strongest, 1), np.take_along_axis(weights, strongest, 1)
    total = weights.sum(axis=1, keepdims=True)
    weights = np.where(total > 1e-9, weights / np.maximum(total, 1e-9), [1.0, 0.0, 0.0, 0.0])
    return np.where(weights > 0.0, joints, 0), weights


def _targets(glb: Glb, part: Json, count: int, place: str) -> Iterator[MorphTarget]:
    targets = objects(part, "targets", place)
    if len(targets) > MOST_TARGETS:
        raise FormatError(f"{place}: {len(targets)} morph targets are more than a face has ({MOST_TARGETS} are read)")
    for target in targets:
        if "POSITION" not in target:
            yield MorphTarget(np.zeros(0, dtype=np.int64), np.zeros((0, 3)))
            continue
        shifts = glb.accessor(value(target, "POSITION", int, place), 3, f"{place}, a morph target").astype(np.float64)
        if len(shifts) != count or not (np.abs(shifts) < _FARTHEST_M).all():
            raise FormatError(f"{place}: a morph target does not fit its {count} vertices")
        moved = np.flatnonzero((shifts != 0.0).any(axis=1))
        yield MorphTarget(moved, shifts[moved])


def _triangles(glb: Glb, part: Json, vertex_count: int, place: str) -> Int[Array, "triangle 3"]:
    if "indices" in part:
        corners = glb.accessor(value(part, "indices", int, place), 1, f"{place}, indices")[:, 0].astype(np.int64)
    else:
        corners = np.arange(vertex_count)
    if len(corners) and not 0 <= corners.min() <= corners.max() < vertex_count:
        raise FormatError(f"{place}: a triangle's corner is beyond its {vertex_count} vertices")
    mode = value(part, "mode", int, place, default=_TRIANGLES)
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if mode not in (_STRIP, _FAN) or len(corners) < 3:
        return np.zeros((0, 3), dtype=np.int64)
    if mode == _FAN:
        return np.stack([np.full(len(corners) - 2, corners[0]), corners[1:-1], corners[2:]], axis=1)
    strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    strip[1::2, :2] = strip[1::2, 1::-1]
    return strip


def _images(glb: Glb) -> tuple[tuple[str, bytes], ...]:
    """Return the pictures inside the file; one that lies outside is empty."""
    images = []
    for number, entry in enumerate(glb.list_of("images")):
        place = f"picture {number}"
        view = value(entry, "bufferView", int, place, default=-1)
        data = memoryview(b"") if view == -1 else glb.view(view, place)
        glb.spend(len(data), place)
        images.append((name_of(entry, place), bytes(data)))
    return tuple(images)
