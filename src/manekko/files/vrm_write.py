"""``GltfModel`` → VRM 1.0: one skinned GLB with humanoid bones, expressions, MToon and spring bones.

The same model gives the same bytes. Written are plain textures (PNG), sparse morph targets and, of springs, one group
of colliders that all of them meet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Int
from manekko.files.gltf import Json, write_glb
from manekko.files.vrm_values import (
    Expression,
    GltfMaterial,
    GltfModel,
    MeshOfNodes,
    Node,
    SpringCollider,
    SpringJoint,
    Vector3,
    Vertices,
)

PRESET_EXPRESSIONS = (
    *("happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft"),
    *("blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight", "neutral"),
)
_GENERATOR = "Manekko"
_VERTEX_DATA, _INDEX_DATA = 34962, 34963
_FLOAT, _BYTE, _SHORT, _INT = 5126, 5121, 5123, 5125
_WIDTH_NAMES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_LINEAR_MIPMAPS, _LINEAR, _REPEAT = 9987, 9729, 10497
_EXTENSIONS = ("KHR_materials_unlit", "VRMC_vrm", "VRMC_springBone", "VRMC_materials_mtoon")
_EYE_RANGES = {"HorizontalInner": 8.0, "HorizontalOuter": 12.0, "VerticalDown": 10.0, "VerticalUp": 10.0}
"""How far eyes turn [degrees] towards something 90° away."""


@dataclass
class _Store:
    """The binary chunk being gathered, with the views and accessors that tell what lies where."""

    data: bytearray = field(default_factory=bytearray)
    views: list[Json] = field(default_factory=list)
    accessors: list[Json] = field(default_factory=list)

    def view(self, raw: bytes, target: int | None = None) -> int:
        """Return the number of a new buffer view."""
        self.data += bytes(-len(self.data) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)}
        self.views.append(entry if target is None else entry | {"target": target})
        self.data += raw
        return len(self.views) - 1

    def accessor(self, rows: Array, kind: int, *, target: int | None = None, bounds: bool = False) -> int:
        """Return the number of a new accessor over rows that are already of the component type ``kind``."""
        view = self.view(np.ascontiguousarray(rows).tobytes(), target)
        entry: Json = {"bufferView": view, "componentType": kind, "count": len(rows), "type": _WIDTH_NAMES[_wide(rows)]}
        self.accessors.append(entry | (_bounds(rows) if bounds else {}))
        return len(self.accessors) - 1

    def sparse(self, count: int, rows: Int[Array, " row"], shifts: Array) -> int:
        """Return the number of a new accessor of ``count`` vectors that are zero but for some rows."""
        order = np.argsort(rows, kind="stable") if len(rows) else np.zeros(0, dtype=np.int64)
        rows = rows[order] if len(rows) else np.zeros(1, dtype=np.int64)
        values = shifts[order].astype("<f4") if len(shifts) else np.zeros((1, 3), "<f4")
        indices, kind = _indices(rows, count)
        entry = {
            "componentType": _FLOAT,
            "count": count,
            "type": "VEC3",
            **_bounds(values if len(rows) == count else np.concatenate([values, np.zeros((1, 3), "<f4")])),
            "sparse": {
                "count": len(rows),
                "indices": {"bufferView": self.view(indices.tobytes()), "componentType": kind},
                "values": {"bufferView": self.view(values.tobytes())},
            },
        }
        self.accessors.append(entry)
        return len(self.accessors) - 1


def _wide(rows: Array) -> int:
    return 1 if rows.ndim == 1 else rows.shape[1]


def _bounds(rows: Array) -> Json:
    return {"min": [float(low) for low in rows.min(0)], "max": [float(high) for high in rows.max(0)]}


def _indices(rows: Array, count: int) -> tuple[Array, int]:
    """Return indices below ``count`` in the smallest type, and the type's number; the highest value is glTF's own."""
    return (rows.astype("<u2"), _SHORT) if count < 0xFFFF else (rows.astype("<u4"), _INT)


def write_vrm(model: GltfModel, meta: Mapping[str, object]) -> bytes:
    """Return the bytes of a VRM 1.0 file.

    Args:
        model: the character in T-pose, facing +Z; its images are PNG.
        meta: VRM 1.0's meta object; what it must say is checked by nobody here.
    """
    store = _Store()
    vertices = [_attributes(store, entry) for entry in model.vertices]
    extensions: Json = {"VRMC_vrm": _vrm(model, meta)}
    if model.springs:
        extensions["VRMC_springBone"] = _springs(model)
    used = [name for name in _EXTENSIONS if name in extensions or (model.materials and "material" in name)]
    document: Json = {
        "asset": {"version": "2.0", "generator": _GENERATOR},
        "extensionsUsed": used,
        "scene": 0,
        "scenes": [{"nodes": [number for number, node in enumerate(model.nodes) if node.parent < 0]}],
        "nodes": [_node(model, number, node) for number, node in enumerate(model.nodes)],
        "meshes": [_mesh(store, model, mesh, vertices) for mesh in model.meshes],
        "skins": [_skin(store, model, number) for number in range(len(model.skins))],
        "materials": [_material(material) for material in model.materials],
        **_pictures(store, model),
        "extensions": extensions,
    }
    document |= {
        "accessors": store.accessors,
        "bufferViews": store.views,
        "buffers": [{"byteLength": len(store.data) + -len(store.data) % 4}],
    }
    return write_glb({name: entry for name, entry in document.items() if entry != []}, bytes(store.data))


def _attributes(store: _Store, entry: Vertices) -> Json:
    attributes = {"POSITION": store.accessor(entry.positions_m.astype("<f4"), _FLOAT, target=_VERTEX_DATA, bounds=True)}
    for name, rows in (("NORMAL", entry.normals), ("TEXCOORD_0", entry.uvs)):
        if rows is not None:
            attributes[name] = store.accessor(rows.astype("<f4"), _FLOAT, target=_VERTEX_DATA)
    if entry.joints is not None and entry.weights is not None:
        small = entry.joints.max() < 256
        joints = entry.joints.astype("u1" if small else "<u2")
        attributes["JOINTS_0"] = store.accessor(joints, _BYTE if small else _SHORT, target=_VERTEX_DATA)
        attributes["WEIGHTS_0"] = store.accessor(entry.weights.astype("<f4"), _FLOAT, target=_VERTEX_DATA)
    count = len(entry.positions_m)
    targets = [{"POSITION": store.sparse(count, target.vertices, target.shifts_m)} for target in entry.targets]
    return {"attributes": attributes} | ({"targets": targets} if targets else {})


def _mesh(store: _Store, model: GltfModel, mesh: MeshOfNodes, vertices: list[Json]) -> Json:
    primitives = []
    for primitive in mesh.primitives:
        corners, kind = _indices(primitive.triangles.ravel(), len(model.vertices[primitive.vertices].positions_m))
        indices = store.accessor(corners, kind, target=_INDEX_DATA)
        primitives.append(vertices[primitive.vertices] | {"indices": indices, "material": primitive.material})
    names = {"extras": {"targetNames": list(mesh.target_names)}} if mesh.target_names else {}
    return {"name": mesh.name, "primitives": primitives} | names


def _skin(store: _Store, model: GltfModel, number: int) -> Json:
    skin = model.skins[number]
    columns = skin.inverse_binds.transpose(0, 2, 1).reshape(-1, 16).astype("<f4")
    return {"joints": list(skin.nodes), "inverseBindMatrices": store.accessor(columns, _FLOAT)}


def _node(model: GltfModel, number: int, node: Node) -> Json:
    entry: Json = {"name": node.name}
    if np.array_equal(node.local[:3, :3], np.eye(3)):
        entry["translation"] = [float(part) for part in node.local[:3, 3]]
    else:
        entry["matrix"] = [float(part) for part in node.local.T.ravel()]
    children = [child for child, other in enumerate(model.nodes) if other.parent == number]
    entry |= {"children": children} if children else {}
    return entry | {name: at for name, at in (("mesh", node.mesh), ("skin", node.skin)) if at >= 0}


def _pictures(store: _Store, model: GltfModel) -> Json:
    if not model.images:
        return {}
    sampler = {"magFilter": _LINEAR, "minFilter": _LINEAR_MIPMAPS, "wrapS": _REPEAT, "wrapT": _REPEAT}
    return {
        "images": [
            {"name": name, "mimeType": "image/png", "bufferView": store.view(data)} for name, data in model.images
        ],
        "samplers": [sampler],
        "textures": [{"source": number, "sampler": 0} for number in range(len(model.images))],
    }


def _material(material: GltfMaterial) -> Json:
    surface: Json = {"baseColorFactor": list(material.base_rgba), "metallicFactor": 0.0, "roughnessFactor": 0.9}
    texture = {"index": material.image} if material.image >= 0 else None
    if texture is not None:
        surface["baseColorTexture"] = texture
    entry: Json = {
        "name": material.name,
        "pbrMetallicRoughness": surface,
        "alphaMode": material.alpha_mode,
        "doubleSided": material.two_sided,
        "extensions": {"KHR_materials_unlit": {}, "VRMC_materials_mtoon": _mtoon(material, texture)},
    }
    return entry | ({"alphaCutoff": material.alpha_cutoff} if material.alpha_mode == "MASK" else {})


def _mtoon(material: GltfMaterial, texture: Json | None) -> Json:
    toon = material.mtoon
    if toon is None:
        return {"specVersion": "1.0"}
    entry: Json = {
        "specVersion": "1.0",
        "transparentWithZWrite": material.alpha_mode == "BLEND",
        "renderQueueOffsetNumber": toon.queue,
        "shadeColorFactor": list(toon.shade_rgb),
        "shadingShiftFactor": toon.shading_shift,
        "shadingToonyFactor": toon.shading_toony,
        "giEqualizationFactor": 0.9,
        "rimLightingMixFactor": 1.0,
        "matcapFactor": list(toon.matcap_rgb) if toon.matcap_image >= 0 else [0.0, 0.0, 0.0],
        "outlineWidthMode": toon.outline_mode,
        "outlineWidthFactor": toon.outline_width,
        "outlineColorFactor": list(toon.outline_rgb),
        "outlineLightingMixFactor": 1.0,
    }
    entry |= {"shadeMultiplyTexture": texture} if texture is not None else {}
    return entry | ({"matcapTexture": {"index": toon.matcap_image}} if toon.matcap_image >= 0 else {})


def _vrm(model: GltfModel, meta: Mapping[str, object]) -> Json:
    meshes = [number for number, node in enumerate(model.nodes) if node.mesh >= 0]
    entry: Json = {
        "specVersion": "1.0",
        "meta": {"name": model.name, **meta},
        "humanoid": {"humanBones": {name: {"node": node} for name, node in model.humanoid.items()}},
        "firstPerson": {"meshAnnotations": [{"node": node, "type": "auto"} for node in meshes]},
        "expressions": _expressions(model),
    }
    if "leftEye" in model.humanoid and "rightEye" in model.humanoid:
        entry["lookAt"] = _look_at(model)
    return entry


def _look_at(model: GltfModel) -> Json:
    eyes = [model.nodes[model.humanoid[side + "Eye"]].local[:3, 3] for side in ("left", "right")]
    ranges = {f"rangeMap{way}": {"inputMaxValue": 90.0, "outputScale": scale} for way, scale in _EYE_RANGES.items()}
    return {"type": "bone", "offsetFromHeadBone": [float(part) for part in np.mean(eyes, axis=0)], **ranges}


def _expressions(model: GltfModel) -> Json:
    faces = {expression.name: _expression(model, expression) for expression in model.expressions}
    preset = {name: face for name, face in faces.items() if name in PRESET_EXPRESSIONS}
    custom = {name: face for name, face in faces.items() if name not in PRESET_EXPRESSIONS}
    return {"preset": preset} | ({"custom": custom} if custom else {})


def _expression(model: GltfModel, expression: Expression) -> Json:
    binds = [
        {"node": node, "index": target, "weight": weight}
        for mesh, target, weight in expression.binds
        for node in (number for number, entry in enumerate(model.nodes) if entry.mesh == mesh)
    ]
    mode = "block" if expression.shuts_eyes else "none"
    overrides = {"overrideBlink": mode, "overrideLookAt": mode, "overrideMouth": "none"}
    return {"isBinary": False, **overrides} | ({"morphTargetBinds": binds} if binds else {})


def _springs(model: GltfModel) -> Json:
    group = {"colliderGroups": [0]} if model.colliders else {}
    entry: Json = {
        "specVersion": "1.0",
        "springs": [
            {"name": model.nodes[chain[0].node].name, "joints": [_joint(joint) for joint in chain], **group}
            for chain in model.springs
        ],
    }
    if model.colliders:
        entry["colliders"] = list(_colliders(model.colliders))
        entry["colliderGroups"] = [{"name": "body", "colliders": list(range(len(model.colliders)))}]
    return entry


def _joint(joint: SpringJoint) -> Json:
    return {
        "node": joint.node,
        "hitRadius": joint.radius_m,
        "stiffness": joint.stiffness,
        "gravityPower": joint.gravity,
        "gravityDir": list(joint.gravity_direction),
        "dragForce": joint.drag,
    }


def _colliders(colliders: tuple[SpringCollider, ...]) -> Iterator[Json]:
    def rounded(place: Vector3) -> list[float]:
        return [round(part, 6) for part in place]

    for collider in colliders:
        form: Json = {"offset": rounded(collider.offset_m), "radius": round(collider.radius_m, 6)}
        if collider.tail_m == collider.offset_m:
            yield {"node": collider.node, "shape": {"sphere": form}}
        else:
            yield {"node": collider.node, "shape": {"capsule": form | {"tail": rounded(collider.tail_m)}}}
