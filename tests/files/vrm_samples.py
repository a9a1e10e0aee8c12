"""A small VRM 1.0 model with a bit of everything, and the same character as VRM 0.x."""

import json
import struct
from typing import Any

import numpy as np

from manekko.files.gltf import parse_glb, write_glb
from manekko.files.vrm_values import (
    Expression,
    GltfMaterial,
    GltfModel,
    MeshOfNodes,
    MorphTarget,
    MToon,
    Node,
    Primitive,
    Skin,
    SpringCollider,
    SpringJoint,
    Vertices,
)
from manekko.files.vrm_write import write_vrm

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)
"""One red pixel."""
META = {"authors": ["somebody"], "licenseUrl": "https://vrm.dev/licenses/1.0/"}
BONES = (
    ("hips", -1, (0.0, 0.9, 0.0)),
    ("spine", 0, (0.0, 0.1, 0.0)),
    ("head", 1, (0.0, 0.5, 0.0)),
    ("leftUpperLeg", 0, (0.1, -0.05, 0.0)),
    ("leftLowerLeg", 3, (0.0, -0.4, 0.0)),
    ("leftFoot", 4, (0.0, -0.4, 0.0)),
    ("rightUpperLeg", 0, (-0.1, -0.05, 0.0)),
    ("rightLowerLeg", 6, (0.0, -0.4, 0.0)),
    ("rightFoot", 7, (0.0, -0.4, 0.0)),
    ("leftUpperArm", 1, (0.15, 0.4, 0.0)),
    ("leftLowerArm", 9, (0.25, 0.0, 0.0)),
    ("leftHand", 10, (0.25, 0.0, 0.0)),
    ("rightUpperArm", 1, (-0.15, 0.4, 0.0)),
    ("rightLowerArm", 12, (-0.25, 0.0, 0.0)),
    ("rightHand", 13, (-0.25, 0.0, 0.0)),
    ("ribbon", 2, (0.0, 0.1, -0.1)),
    ("ribbon tip", 15, (0.0, -0.2, 0.0)),
)
"""(name, parent, shift from the parent [m])."""
SPRING = tuple(SpringJoint(node, 0.02, 0.5, 0.1, (0.0, -1.0, 0.0), 0.4) for node in (15, 16))
TOON = MToon(
    shade_rgb=(0.5, 0.25, 0.25),
    shading_shift=-0.1,
    shading_toony=0.8,
    outline_mode="worldCoordinates",
    outline_width=0.002,
    matcap_image=0,
    queue=2,
)


def local(shift: tuple[float, float, float]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = shift
    return matrix


def sample_model() -> GltfModel:
    """A square on the head and one on the left hand; the first smiles."""
    square = np.array([[0.0, 0.0, 0.1], [0.1, 0.0, 0.1], [0.1, 0.1, 0.1], [0.0, 0.1, 0.1]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    normals, uvs = np.tile([0.0, 0.0, 1.0], (4, 1)), square[:, :2] * 10.0
    nodes = [Node(name, parent, local(shift)) for name, parent, shift in BONES]
    places = np.zeros((len(nodes), 3))
    for number, node in enumerate(nodes):
        places[number] = node.local[:3, 3] + (places[node.parent] if node.parent >= 0 else 0.0)
    nodes += [Node("Face", -1, np.eye(4), 0, 0), Node("Body", -1, np.eye(4), 1, 0)]
    binds = np.tile(np.eye(4), (len(BONES), 1, 1))
    binds[:, :3, 3] = -places
    joints = np.zeros((4, 4), dtype=np.int64)
    joints[:, 0] = 2
    weights = np.tile([1.0, 0.0, 0.0, 0.0], (4, 1))
    on_hand, halves = np.tile([11, 10, 0, 0], (4, 1)), np.tile([0.75, 0.25, 0.0, 0.0], (4, 1))
    smile = MorphTarget(np.array([0, 3]), np.array([[0.0, 0.01, 0.0], [0.0, 0.02, 0.0]]))
    return GltfModel(
        name="sample",
        vrm_version="1",
        nodes=tuple(nodes),
        order=tuple(range(len(nodes))),
        vertices=(
            Vertices(square + places[2], normals, uvs, joints, weights, (smile,)),
            Vertices(square + places[11], normals, None, on_hand, halves),
        ),
        meshes=(
            MeshOfNodes("Face", (Primitive(0, triangles, 0),), ("smile",)),
            MeshOfNodes("Body", (Primitive(1, triangles, 1),), ()),
        ),
        skins=(Skin(tuple(range(len(BONES))), binds),),
        materials=(
            GltfMaterial("skin", (1.0, 0.5, 0.5, 1.0), 0, alpha_mode="BLEND", unlit=True, mtoon=TOON),
            GltfMaterial("cloth", (0.2, 0.4, 0.8, 1.0), two_sided=True, unlit=True, mtoon=MToon()),
        ),
        images=(("red", PNG),),
        humanoid={name: number for number, (name, _, _) in enumerate(BONES[:15])},
        expressions=(Expression("happy", ((0, 0, 1.0),), True), Expression("neutral", ()), Expression("wow", ())),
        springs=(SPRING,),
        colliders=(
            SpringCollider(2, (0.0, 0.1, 0.0), (0.0, 0.1, 0.0), 0.1),
            SpringCollider(1, (0.0, 0.0, 0.0), (0.0, 0.3, 0.0), 0.12),
        ),
        meta={"name": "sample"},
    )


def sample_vrm() -> bytes:
    return write_vrm(sample_model(), META)


def document_of(data: bytes) -> dict[str, Any]:
    """The JSON document of a GLB."""
    size = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + size])


def with_document(data: bytes, document: dict[str, Any]) -> bytes:
    return write_glb(document, parse_glb(data).binary)


def sample_vrm0() -> bytes:
    """The same with VRM 0.x's extension instead, facing −Z."""
    data = sample_vrm()
    document = document_of(data)
    document["extensionsUsed"] = ["VRM"]
    document["nodes"][0]["rotation"] = [0.0, 1.0, 0.0, 0.0]
    document["materials"][0]["extensions"] = {}
    bones = [{"bone": name, "node": number} for number, (name, _, _) in enumerate(BONES[:15])]
    toon = {
        "shader": "VRM/MToon",
        "floatProperties": {
            "_ShadeShift": 0.0,
            "_ShadeToony": 0.9,
            "_OutlineWidthMode": 1,
            "_OutlineWidth": 0.2,
            "_CullMode": 0,
            "_BlendMode": 1,
            "_Cutoff": 0.4,
        },
        "vectorProperties": {"_Color": [1.0, 0.5, 0.5, 1.0], "_ShadeColor": [0.5, 0.25, 0.25, 1.0]},
        "textureProperties": {"_MainTex": 0},
    }
    faces = [
        {"name": "Joy", "presetName": "joy", "binds": [{"mesh": 0, "index": 0, "weight": 100}]},
        {"name": "Grin", "presetName": "unknown", "binds": [{"mesh": 0, "index": 0, "weight": 50}]},
    ]
    sway = {"bones": [15], "stiffiness": 2.0, "gravityPower": 0.1, "dragForce": 0.3, "hitRadius": 0.03}
    sphere = {"offset": {"x": 0.0, "y": 0.1, "z": 0.02}, "radius": 0.1}
    document["extensions"] = {
        "VRM": {
            "meta": {"title": "old sample"},
            "humanoid": {"humanBones": bones},
            "blendShapeMaster": {"blendShapeGroups": faces},
            "materialProperties": [toon, {"shader": "VRM_USE_GLTFSHADER"}],
            "secondaryAnimation": {"boneGroups": [sway], "colliderGroups": [{"node": 2, "colliders": [sphere]}]},
        }
    }
    return with_document(data, document)
