"""A figure's vertices on the graphics card, skinned once a frame for all passes that draw them."""

import moderngl
import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.errors import InputError
from manekko.skeleton.rotations import as_axes, multiply, rotate
from manekko.stage.figure import DUAL_QUATERNION, LINEAR, SPHERICAL, Figure, Pose, UvMorph, VertexMorph
from manekko.stage.gl import compiled
from manekko.stage.morphs import uv_shifts, vertex_shifts

_TEXELS = 5
"""Of a bone in its texture: three rows of its matrix, its rotation, its dual part."""

_MARGIN_M = 0.02
"""Room in a bone's box for what small morphs and bulging elbows do."""

_OUTWARDS = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
"""From the middle of a box to its corners."""

_MOST_BONES = 16384
"""Rows of a texture that every OpenGL 3.3 machine has."""


class GpuMesh:
    """The buffers of one figure; ``pose`` moves its vertices.

    Attributes:
        skinned: position and normal of every vertex in the world, six floats each.
        indices: three corners for each triangle.
    """

    def __init__(self, context: moderngl.Context, figure: Figure) -> None:
        """Upload a figure's mesh.

        Raises:
            InputError: it has more bones than fit.
        """
        mesh = figure.mesh
        self.figure = figure
        self._context = context
        count, bone_count = len(mesh.positions_m), len(figure.rig.bones)
        if bone_count > min(_MOST_BONES, context.info["GL_MAX_TEXTURE_SIZE"]):
            raise InputError(f"the model has {bone_count} bones; at most {_MOST_BONES} can be drawn")
        self._rest_m = np.array([bone.rest_position_m for bone in figure.rig.bones]).reshape(-1, 3)
        self._positions = mesh.positions_m.astype(np.float32)
        self._uvs = mesh.uvs.astype(np.float32)
        self._morphed = {"position": False, "uv": False}
        self._boxes_bones, self._boxes_m = _boxes(figure)
        self._beyond_m = 0.0  # how far morphs take vertices out of the boxes
        self.bones = context.texture((_TEXELS, max(bone_count, 1)), 4, dtype="f4")
        self.bones.filter = moderngl.NEAREST, moderngl.NEAREST
        self.rest_positions = context.buffer(self._positions.tobytes() or b"\0")
        self.uvs = context.buffer(self._uvs.tobytes() or b"\0")
        self.edge_scales = context.buffer(mesh.edge_scales.astype(np.float32).tobytes() or b"\0")
        second = mesh.uvs if mesh.second_uvs is None else mesh.second_uvs
        self._second_uvs = context.buffer(second.astype(np.float32).tobytes() or b"\0")
        self.indices = context.buffer(mesh.triangles.astype(np.uint32).tobytes() or b"\0")
        self.skinned = context.buffer(reserve=max(24 * count, 24))
        self._fixed = context.buffer(_fixed_part(figure))
        self._skin = self._skinning_program()

    def _skinning_program(self) -> moderngl.VertexArray:
        simple = not (self.figure.mesh.skinning != LINEAR).any()
        defines = frozenset() if simple else frozenset({"ALL_KINDS"})
        self._program = compiled(self._context, "skin.vert", defines=defines, outputs=("position", "normal"))
        self._program["bones"] = 0
        layout = "3f 4u2 4f 40x" if simple else "3f 4u2 4f 1f 3f 3f 3f"
        names = ["rest_normal", "bone", "weight", *([] if simple else ["kind", "sdef_c", "sdef_r0", "sdef_r1"])]
        kept = [name for name in names if name in self._program]
        assert kept == names, f"unused inputs of skin.vert: {set(names) - set(kept)}"
        content = [(self.rest_positions, "3f", "rest_position"), (self._fixed, layout, *names)]
        return self._context.vertex_array(self._program, content, mode=moderngl.POINTS)

    def pose(self, pose: Pose) -> None:
        """Move all vertices to where a pose has them, morphs included."""
        self._morph(pose)
        self.bones.write(bone_texels(self._rest_m, pose).tobytes())
        self.bones.use(0)
        count = len(self.figure.mesh.positions_m)
        if count:
            self._skin.transform(self.skinned, vertices=count)

    def _morph(self, pose: Pose) -> None:
        weights = pose.morph_weights
        for kind, name, shifted, base, buffer in (
            (VertexMorph, "position", vertex_shifts, self._positions, self.rest_positions),
            (UvMorph, "uv", uv_shifts, self._uvs, self.uvs),
        ):
            if not any(isinstance(morph, kind) for _, morph in self.figure.morphs):
                continue
            vertices, shifts = shifted(self.figure, weights)
            if kind is VertexMorph:
                self._beyond_m = max(0.0, float(np.abs(shifts).max(initial=0.0)) - _MARGIN_M)
            if len(vertices):
                moved = base.copy()
                moved[vertices] += shifts.astype(np.float32)
                buffer.write(moved.tobytes())
            elif self._morphed[name]:
                buffer.write(base.tobytes())
            self._morphed[name] = bool(len(vertices))

    def hull(self, pose: Pose) -> Float[Array, "point 3"]:
        """Return points in the world [m] between which all vertices of the pose that was set last lie."""
        bones = self._boxes_bones
        boxes_m = self._boxes_m + _OUTWARDS * self._beyond_m if self._beyond_m else self._boxes_m
        turned = rotate(pose.rotations_xyzw[bones, None], boxes_m - self._rest_m[bones, None])
        return (turned + pose.positions_m[bones, None]).reshape(-1, 3)

    def vertex_array(self, program: moderngl.Program) -> moderngl.VertexArray:
        """Return the triangles for a program that takes ``position``, ``normal``, ``uv``, ``edge_scale`` and the like.

        Inputs known by name: position and normal (skinned), uv, second_uv, edge_scale, rest_position; a program may
        have any of them.
        """
        inputs = {name for name in program if isinstance(program[name], moderngl.Attribute)}
        content: list[tuple] = []
        if "position" in inputs and "normal" in inputs:
            content.append((self.skinned, "3f 3f", "position", "normal"))
        elif "position" in inputs:
            content.append((self.skinned, "3f 12x", "position"))
        elif "normal" in inputs:
            content.append((self.skinned, "12x 3f", "normal"))
        single = {
            "uv": (self.uvs, "2f"),
            "second_uv": (self._second_uvs, "2f"),
            "edge_scale": (self.edge_scales, "1f"),
            "rest_position": (self.rest_positions, "3f"),
        }
        content += [(buffer, layout, name) for name, (buffer, layout) in single.items() if name in inputs]
        return self._context.vertex_array(program, content, index_buffer=self.indices, index_element_size=4)


def bone_texels(rest_m: Float[Array, "bone 3"], pose: Pose) -> Array:
    """Return the bones' texture, float32 (bone 5 4): matrix rows, rotation, and the dual part of its motion."""
    rotations = pose.rotations_xyzw
    texels = np.zeros((max(len(rest_m), 1), _TEXELS, 4), np.float32)
    shifts = pose.positions_m - rotate(rotations, rest_m)
    texels[: len(rest_m), :3, :3] = as_axes(rotations) if len(rest_m) else 0.0
    texels[: len(rest_m), :3, 3] = shifts
    texels[: len(rest_m), 3] = rotations
    shift_quaternions = np.concatenate([shifts, np.zeros((len(shifts), 1))], axis=-1)
    texels[: len(rest_m), 4] = 0.5 * multiply(shift_quaternions, rotations)
    return texels


def _boxes(figure: Figure) -> tuple[Int[Array, " box"], Float[Array, "box 8 3"]]:
    """Return the bones that carry vertices and the corners [m] of a box around what hangs on each, at rest."""
    mesh = figure.mesh
    count = len(figure.rig.bones)
    lowest, highest = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    for column in range(4):
        used = mesh.weights[:, column] > 0.0
        np.minimum.at(lowest, mesh.bones[used, column], mesh.positions_m[used])
        np.maximum.at(highest, mesh.bones[used, column], mesh.positions_m[used])
    bones = np.flatnonzero(np.isfinite(lowest[:, 0]))
    ends = np.stack([lowest[bones] - _MARGIN_M, highest[bones] + _MARGIN_M], axis=1)
    return bones, ends[:, (_OUTWARDS > 0).astype(np.int64), [0, 1, 2]]


def _fixed_part(figure: Figure) -> bytes:
    """Return what no morph changes: normal, bones, weights, kind, SDEF's three points."""
    mesh = figure.mesh
    names = [("normal", "<f4", 3), ("bones", "<u2", 4), ("weights", "<f4", 4), ("kind", "<f4"), ("sdef", "<f4", (3, 3))]
    rows = np.zeros(len(mesh.positions_m), np.dtype(names))
    rows["normal"], rows["bones"], rows["weights"] = mesh.normals, mesh.bones, mesh.weights
    rows["kind"] = np.select([mesh.skinning == SPHERICAL, mesh.skinning == DUAL_QUATERNION], [1.0, 2.0], 0.0)
    rows["sdef"] = mesh.sdef_m
    return rows.tobytes() or b"\0"
