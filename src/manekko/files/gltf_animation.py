"""Animations put into a GLB: everything else in the file stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError
from manekko.files.gltf import Glb, Json, at, integers, numbers, parse_glb, write_glb
from manekko.skeleton.rotations import IDENTITY_XYZW, from_axes

_FLOAT = 5126
HALF_TURN_XYZW = np.array([0.0, 1.0, 0.0, 0.0])
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}
_FLAT = 1e-6
"""Size of an axis, and volume between three axes of length 1, below which nothing can be told from them."""


@dataclass(frozen=True, eq=False)
class NodeTrack:
    """What one node does, frame by frame; what is None it does not."""

    node: int
    translations_m: Float[Array, "frame 3"] | None = None
    """In its parent's frame."""
    rotations_xyzw: Float[Array, "frame 4"] | None = None
    """In its parent's frame; unit quaternions, each nearer to the one before than to its opposite."""
    weights: Float[Array, "frame target"] | None = None
    """Of all morph targets of the node's mesh, as many as the mesh has."""


def with_animation(
    data: bytes, name: str, times_s: Float[Array, " frame"], tracks: Sequence[NodeTrack], *, turned: bool = False
) -> bytes:
    """Return a GLB with one animation in place of those that it had.

    A node that had a matrix gets translation, rotation and scale instead, since only those can be animated.

    Args:
        data: the GLB.
        name: what the animation is called.
        times_s: when the frames are [s], rising.
        tracks: what the nodes do; linear between the frames.
        turned: whether the whole scene is to be turned by half a turn about the vertical.

    Raises:
        FormatError: the file is damaged, or a track's node is not in it.
    """
    glb = parse_glb(data)
    store = _Store(glb)
    clock = store.accessor(times_s[:, None], bounds=True)
    samplers: list[Json] = []
    channels: list[Json] = []
    for track in tracks:
        node = at(glb.list_of("nodes"), track.node, "the animation")
        _with_parts(node)
        for path, rows in _paths(track):
            channels.append({"sampler": len(samplers), "target": {"node": track.node, "path": path}})
            samplers.append({"input": clock, "output": store.accessor(rows), "interpolation": "LINEAR"})
    document = glb.document
    document.pop("animations", None)
    if channels:
        document["animations"] = [{"name": name, "samplers": samplers, "channels": channels}]
    if turned:
        _turn(glb)
    try:
        return write_glb(document, store.finished())
    except ValueError:
        raise FormatError("the JSON document holds numbers that are not finite, which JSON has no words for") from None


def _paths(track: NodeTrack) -> list[tuple[str, Array]]:
    """Return what of a node moves, as glTF names it; weights of one frame follow those of the one before."""
    weights = None if track.weights is None else track.weights.reshape(-1, 1)
    found = (("translation", track.translations_m), ("rotation", track.rotations_xyzw), ("weights", weights))
    return [(path, rows) for path, rows in found if rows is not None]


class _Store:
    """A file's binary chunk, and what is added to it."""

    def __init__(self, glb: Glb) -> None:
        self._glb = glb
        self._pieces = [glb.binary, bytes(-len(glb.binary) % 4)]
        self._size = len(glb.binary) + -len(glb.binary) % 4

    def accessor(self, rows: Float[Array, "row number"], *, bounds: bool = False) -> int:
        """Return the number of a new accessor over the rows, of which times must tell the least and the greatest."""
        floats = np.ascontiguousarray(rows, dtype="<f4")
        raw = floats.tobytes()
        views, accessors = (self._glb.document.setdefault(kind, []) for kind in ("bufferViews", "accessors"))
        views.append({"buffer": 0, "byteOffset": self._size, "byteLength": len(raw)})
        entry = {
            "bufferView": len(views) - 1,
            "componentType": _FLOAT,
            "count": len(floats),
            "type": _KINDS[floats.shape[1]],
        }
        if bounds:
            entry |= {"min": [float(low) for low in floats.min(0)], "max": [float(high) for high in floats.max(0)]}
        accessors.append(entry)
        self._pieces.append(raw)
        self._size += len(raw)
        return len(accessors) - 1

    def finished(self) -> bytes:
        """Return the binary chunk, whose length the document now tells."""
        buffers = self._glb.document.setdefault("buffers", [])
        if not buffers:
            buffers.append({})
        if not isinstance(buffers[0], dict) or "uri" in buffers[0]:
            raise FormatError("the first buffer lies outside the file; expected a GLB with everything inside")
        buffers[0]["byteLength"] = self._size
        return b"".join(self._pieces)


def parts_of(
    local: Float[Array, "4 4"],
) -> tuple[Float[Array, "3"], Float[Array, "4"], Float[Array, "3"]]:
    """Return a node's translation, its rotation (xyzw) and its scale; what its matrix has beyond them is lost.

    A node that is flat or a point is not turned; one that mirrors has a negative scale along x.
    """
    scale = np.linalg.norm(local[:3, :3], axis=0)
    axes = local[:3, :3] / np.maximum(scale, _FLAT)
    turned = float(np.linalg.det(axes))
    if abs(turned) < _FLAT:
        return local[:3, 3], IDENTITY_XYZW, scale
    if turned < 0.0:
        axes[:, 0], scale[0] = -axes[:, 0], -scale[0]
    return local[:3, 3], from_axes(axes), scale


def _with_parts(node: Json) -> None:
    """Give a node with a matrix translation, rotation and scale instead."""
    if "matrix" not in node:
        return
    local = np.array(numbers(node, "matrix", "a node", default=np.eye(4).ravel().tolist())).reshape(4, 4).T
    del node["matrix"]
    for name, part in zip(("translation", "rotation", "scale"), parts_of(local), strict=True):
        node[name] = part.tolist()


def _turn(glb: Glb) -> None:
    """Hang the scenes' nodes on one more that is turned."""
    for scene in glb.list_of("scenes"):
        nodes = glb.document["nodes"]
        nodes.append(
            {"name": "facing", "rotation": HALF_TURN_XYZW.tolist(), "children": integers(scene, "nodes", "a scene")}
        )
        scene["nodes"] = [len(nodes) - 1]
