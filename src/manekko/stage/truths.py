"""What a picture of figures truly shows, point for point: depth, normals, parts, places on the body, joints.

The graphics card only tells which triangle each point of the picture shows, without blending or smoothing; the rest is
computed from the triangle itself. Points are the middles of the picture's squares: column c, row r is (c + ½, r + ½).
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import moderngl
import numpy as np

from manekko.arrays import Array, Bool, Float, Int
from manekko.skeleton.rotations import normalized
from manekko.stage.figure import Figure, Pose
from manekko.stage.gl import compiled, opened_context
from manekko.stage.gpu_mesh import GpuMesh
from manekko.stage.morphs import MaterialValues, material_values
from manekko.stage.projection import clip_from_world
from manekko.stage.truths_joints import Joints, joint_margins, seen_joints
from manekko.stage.truths_parts import vertex_parts
from manekko.stage.truths_surface import Surface, corner_shares
from manekko.stage.view import View

LEAST_ALPHA = 0.5
"""What is less opaque than this is looked through."""


@dataclass(frozen=True, eq=False)
class Truth:
    """One picture's truth; where nothing is seen, numbers of figures and parts are −1 and the others as said."""

    surface: Surface
    """Which triangle is seen where."""
    depth_m: Float[Array, "height width"]
    """Distance along the camera's forward axis; infinite where nothing is."""
    normals: Float[Array, "height width 3"]
    """Of the smooth surface, in the world, length 1, turned to the side that is seen; zero where nothing is
    or where the corners' own are zero."""
    rest_m: Float[Array, "height width 3"]
    """Where this point of the body is in the rest pose, without morphs; NaN where nothing is."""
    figures: Int[Array, "height width"]
    """Place of the figure in the order that was given."""
    parts: Int[Array, "height width"]
    """Place in ``truths_parts.PARTS``."""
    alpha: Float[Array, "height width"]
    """1 where something is seen, else 0."""
    joints: tuple[Joints, ...]
    """Of each figure."""


class Truths:
    """Looks at figures again and again; a context manager, since it holds the graphics context."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        """Upload the figures.

        Raises:
            MissingToolError: the machine has no OpenGL.
            InputError: a figure has too many bones.
        """
        self._figures = tuple(figures)
        with ExitStack() as stack:
            self._context = opened_context()
            stack.callback(self._context.release)
            self._upload()
            self._stack = stack.pop_all()
        vertex_counts = [len(figure.mesh.positions_m) for figure in figures]
        first_vertices = np.cumsum([0, *vertex_counts[:-1]])
        triangle_counts = [len(figure.mesh.triangles) for figure in figures]
        self._first_triangles = np.cumsum([0, *triangle_counts[:-1]])
        self._corners = np.concatenate(
            [figure.mesh.triangles + first for figure, first in zip(figures, first_vertices, strict=True)]
        )
        self._rest_m = np.concatenate([figure.mesh.positions_m for figure in figures])
        self._parts = np.concatenate([vertex_parts(figure) for figure in figures])
        self._owners = np.repeat(np.arange(len(figures)), triangle_counts)
        self._margins_m = [joint_margins(figure) for figure in figures]

    def _upload(self) -> None:
        self._meshes = [GpuMesh(self._context, figure) for figure in self._figures]
        self._programs = {
            cutout: compiled(
                self._context, "truth.vert", "truth.frag", defines=frozenset({"CUTOUT"} if cutout else set())
            )
            for cutout in (False, True)
        }
        self._arrays = [
            {cutout: mesh.vertex_array(program) for cutout, program in self._programs.items()} for mesh in self._meshes
        ]
        self._alphas = [_alpha_textures(self._context, figure) for figure in self._figures]

    def __enter__(self) -> "Truths":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the graphics context."""
        self._stack.close()

    def look(self, view: View, poses: Sequence[Pose]) -> Truth:
        """Return the truth of one picture.

        Args:
            view: the camera; the picture's size is its.
            poses: one for each figure.
        """
        assert len(poses) == len(self._figures), "one pose for each figure"
        # Another context may have been opened since: this one is made current again.
        with self._context:
            vertices, triangles = self._seen(view, poses)
        shares = corner_shares(view, vertices[:, :3], self._corners, triangles)
        surface = Surface(view, triangles, shares, self._corners, vertices[:, :3], self._rest_m)
        depth_m = surface.depths_m()
        return Truth(
            surface=surface,
            depth_m=depth_m,
            normals=_unit_normals(surface, vertices[:, 3:]),
            rest_m=surface.filled(surface.mixed(surface.rest_m), np.nan),
            figures=surface.filled(self._owners[triangles[surface.covered]], -1),
            parts=surface.filled(self._parts[surface.nearest_vertices()], -1),
            alpha=surface.covered.astype(np.float64),
            joints=tuple(
                seen_joints(view, pose.positions_m, margins, depth_m, shown=pose.shown)
                for pose, margins in zip(poses, self._margins_m, strict=True)
            ),
        )

    def _posed(self, mesh: GpuMesh, pose: Pose) -> Float[Array, "vertex 6"]:
        mesh.pose(pose)
        count = len(mesh.figure.mesh.positions_m)
        return np.frombuffer(mesh.skinned.read(24 * count), np.float32).reshape(count, 6)

    def _seen(self, view: View, poses: Sequence[Pose]) -> tuple[Float[Array, "vertex 6"], Int[Array, "height width"]]:
        """Return where all vertices are, with their normals, and the triangle in front, −1 where nothing is."""
        gl = self._context
        target = gl.framebuffer(gl.texture(view.size_px, 1, dtype="i4"), gl.depth_renderbuffer(view.size_px))
        # Vertices too are only posed while there is somewhere to draw.
        target.use()
        posed = [self._posed(mesh, pose) for mesh, pose in zip(self._meshes, poses, strict=True)]
        target.clear()
        gl.enable_only(moderngl.DEPTH_TEST)
        # Rows of the picture count from y = −1 on, which turns every triangle round.
        gl.front_face = "cw"
        columns = tuple(clip_from_world(view).T.ravel().tolist())
        for program in self._programs.values():
            program["clip_from_world"] = columns
        for number, (figure, pose) in enumerate(zip(self._figures, poses, strict=True)):
            if pose.shown:
                self._draw(number, figure, material_values(figure, pose.morph_weights))
        found = np.frombuffer(target.read(components=1, dtype="i4"), np.int32).reshape(view.size_px[::-1])
        for thing in (target, target.color_attachments[0], target.depth_attachment):
            thing.release()
        return np.concatenate(posed).astype(np.float64), found.astype(np.int64) - 1

    def _draw(self, number: int, figure: Figure, values: MaterialValues) -> None:
        for place, material in enumerate(figure.materials):
            opacity = float(np.clip(values.own[place, 3], 0.0, 1.0))
            if opacity < LEAST_ALPHA or material.triangle_count == 0:
                continue
            alpha = self._alphas[number].get(material.texture)
            program = self._programs[alpha is not None]
            if alpha is not None:
                alpha.use(0)
                program["least_alpha"] = LEAST_ALPHA / opacity
            program["two_sided"] = material.two_sided
            program["first_triangle"] = int(self._first_triangles[number]) + material.first_triangle
            self._arrays[number][alpha is not None].render(
                vertices=3 * material.triangle_count, first=3 * material.first_triangle
            )


@dataclass(frozen=True, eq=False)
class Flow:
    """How the points of one picture move to the next."""

    shifts_px: Float[Array, "height width 2"]
    """Right and down; NaN where nothing is."""
    visible: Bool[Array, "height width"]
    """Whether this place of the body is still seen, inside the next picture and in front."""


def flow(before: Truth, after: Truth) -> Flow:
    """Return where each point of the body that ``before`` shows is in ``after``; both are of the same ``Truths``."""
    shifts_px, visible = before.surface.moved_to(after.surface)
    return Flow(shifts_px, visible)


def _unit_normals(surface: Surface, normals: Float[Array, "vertex 3"]) -> Float[Array, "height width 3"]:
    """Return the mixed normals at length 1, turned to the side that is seen."""
    unit = normalized(surface.mixed(normals))
    return surface.filled(np.where(surface.from_behind()[:, None], -unit, unit), 0.0)


def _alpha_textures(context: moderngl.Context, figure: Figure) -> dict[int, moderngl.Texture]:
    """Return the alpha channels of those pictures that have one, by the picture's place."""
    result = {}
    for place in {material.texture for material in figure.materials if material.texture >= 0}:
        alpha = np.ascontiguousarray(figure.textures[place].rgba[..., 3])
        if alpha.min() < 255:
            texture = context.texture(alpha.shape[::-1], 1, alpha.tobytes(), alignment=1)
            texture.filter = moderngl.LINEAR, moderngl.LINEAR
            result[place] = texture
    return result
