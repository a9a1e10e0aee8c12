"""glTF animations played as the specification says, as plainly as can be: for tests of what writes them."""

import numpy as np

from manekko.arrays import Array
from manekko.files.gltf import Json, parse_glb
from manekko.skeleton.rotations import as_axes
from tests.files.vrm_samples import document_of

_WIDTHS = {"translation": 3, "rotation": 4}


def played_worlds(data: bytes, frame: int) -> list[Array]:
    """Return each node's matrix in the world at a frame of the file's animation."""
    glb, document = parse_glb(data), document_of(data)
    nodes = [dict(node) for node in document["nodes"]]
    for animation in document.get("animations", []):
        for channel in animation["channels"]:
            path = channel["target"]["path"]
            if path in _WIDTHS:
                rows = glb.accessor(animation["samplers"][channel["sampler"]]["output"], _WIDTHS[path], path)
                nodes[channel["target"]["node"]][path] = rows[frame].tolist()
    worlds: list[Array] = [np.eye(4)] * len(nodes)
    waiting = [(number, np.eye(4)) for number in document["scenes"][0]["nodes"]]
    while waiting:
        number, above = waiting.pop()
        worlds[number] = above @ _local(nodes[number])
        waiting += [(child, worlds[number]) for child in nodes[number].get("children", [])]
    return worlds


def _local(node: Json) -> Array:
    if "matrix" in node:
        return np.array(node["matrix"]).reshape(4, 4).T
    matrix = np.eye(4)
    matrix[:3, :3] = as_axes(np.array(node.get("rotation", [0.0, 0.0, 0.0, 1.0]))) * node.get("scale", [1.0, 1.0, 1.0])
    matrix[:3, 3] = node.get("translation", [0.0, 0.0, 0.0])
    return matrix
