"""Figures drawn as MMD draws them: toon light, sphere maps, edges, self shadow, alpha in material order."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import moderngl
import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import InputError
from manekko.stage.compose import blank, laid_over, opaque, straight
from manekko.stage.figure import Figure, Pose
from manekko.stage.gl import opened_context
from manekko.stage.gpu_mesh import GpuMesh
from manekko.stage.gpu_scene import EDGE_ROWS, SCENE_BYTES, SHADOW_SIDE, floor_corners, scene_bytes
from manekko.stage.gpu_wear import Casting, GpuWear
from manekko.stage.programs import MATERIAL_BLOCK, SCENE_BLOCK, SHADOW_UNIT, Programs
from manekko.stage.projection import pixels_per_metre, region, shadow_box
from manekko.stage.view import Light, View

_EDGE_OFFSET = 4.0, 0.0
_NOTHING = np.zeros((0, 3))


class Renderer:
    """Context manager that draws some figures, posed anew for each picture."""

    def __init__(
        self,
        size_px: tuple[int, int],
        figures: Sequence[Figure],
        *,
        samples: int = 4,
        edges: bool = True,
        shadow: bool = True,
        ground: bool = False,
        edge_px: float = 1.0,
    ) -> None:
        """Prepare; nothing is opened before the ``with`` block is entered.

        Args:
            size_px: width and height of the pictures.
            figures: who is on the stage.
            samples: for each pixel, 1 for none but its middle; as many as the machine has where that is less.
            edges: whether figures have MMD's lines around them.
            shadow: whether they throw shadow on themselves and each other (a light's shadow distance of 0 is none).
            ground: whether their shadow also falls on the floor at height 0, which is not to be seen otherwise.
            edge_px: width of an edge of size 1 on a picture of 720 rows [px].
        """
        self.size_px = size_px
        self.figures = tuple(figures)
        self._samples, self._edges, self._shadow, self._ground = samples, edges, shadow, ground
        self._edge_px = edge_px

    def __enter__(self) -> "Renderer":
        """Open the context and upload the figures.

        Raises:
            MissingToolError: the machine has no OpenGL.
            InputError: a figure or the picture is too large for it.
        """
        with ExitStack() as stack:
            self.context = opened_context()
            stack.callback(self.context.release)
            self._prepare()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free everything."""
        self._stack.close()

    def _prepare(self) -> None:
        gl = self.context
        samples = min(self._samples, gl.max_samples)
        samples = samples if samples > 1 else 0
        size, most = self.size_px, min(gl.info["GL_MAX_RENDERBUFFER_SIZE"], *gl.info["GL_MAX_VIEWPORT_DIMS"])
        if not 1 <= min(size) <= max(size) <= most:
            raise InputError(f"a picture of {size[0]}x{size[1]} px cannot be drawn here; at most {most}x{most} px can")
        self._canvas = gl.framebuffer(
            gl.renderbuffer(size, 4, samples=samples), gl.depth_renderbuffer(size, samples=samples)
        )
        self._flat = gl.framebuffer(gl.renderbuffer(size, 4)) if samples else self._canvas
        self._scene = gl.buffer(reserve=SCENE_BYTES)
        self._programs = Programs(gl)
        self._arrays: dict[tuple[int, int], moderngl.VertexArray] = {}
        self.meshes = [GpuMesh(gl, figure) for figure in self.figures]
        self._wear = [GpuWear(gl, figure) for figure in self.figures]
        if self._shadow or self._ground:
            self._shadow_map = gl.depth_texture((SHADOW_SIDE, SHADOW_SIDE))
            self._shadow_map.compare_func = "<="
            self._shadow_map.filter = moderngl.LINEAR, moderngl.LINEAR
            self._shadow_map.repeat_x = self._shadow_map.repeat_y = False
            self._shadow_target = gl.framebuffer(depth_attachment=self._shadow_map)
            self._shadow_px = SHADOW_SIDE
        if self._ground:
            self._floor = gl.vertex_array(self._programs.get("ground.vert", "ground.frag"), [])

    def _array(self, figure: int, program: moderngl.Program) -> moderngl.VertexArray:
        key = figure, program.glo
        if key not in self._arrays:
            self._arrays[key] = self.meshes[figure].vertex_array(program)
        return self._arrays[key]

    def draw(
        self,
        view: View,
        light: Light,
        poses: Sequence[Pose],
        backdrop: UInt8[Array, "height width 3"] | None = None,
    ) -> UInt8[Array, "height width 4"]:
        """Return the picture of the figures in these poses, sRGB, straight alpha, the top row first.

        Args:
            view: the camera; its size is that of the renderer.
            light: the light.
            poses: one for each figure.
            backdrop: a picture behind them, or None for nothing (transparent).
        """
        if view.size_px != self.size_px or len(poses) != len(self.figures):
            raise ValueError(
                f"{len(poses)} poses, {view.size_px} px for {len(self.figures)} figures, {self.size_px} px"
            )
        # Another context may have been opened since.
        with self.context:
            return self._drawn(view, light, poses, backdrop)

    def _drawn(
        self, view: View, light: Light, poses: Sequence[Pose], backdrop: UInt8[Array, "height width 3"] | None
    ) -> UInt8[Array, "height width 4"]:
        """Draw in the context, which is the current one."""
        self._canvas.use()  # even a pass without a picture wants a whole target
        shown = [number for number, pose in enumerate(poses) if pose.shown]
        for number in shown:
            self.meshes[number].pose(poses[number])
            self._wear[number].pose(poses[number])
        hull = np.concatenate([_NOTHING, *(self.meshes[number].hull(poses[number]) for number in shown)])
        if not len(hull):
            return blank(self.size_px) if backdrop is None else opaque(backdrop, self.size_px)
        box = shadow_box(light.direction, hull, pixels_per_metre(view, hull), SHADOW_SIDE)
        floor = floor_corners(light.direction, hull) if self._ground and view.position_m[1] > 0.0 else None
        self._scene.write(scene_bytes(view, light, box, floor, self._edge_px))
        self._scene.bind_to_uniform_block(SCENE_BLOCK)
        part = self._part(view, hull, floor, shown)
        if part[2] and part[3]:
            shadow = self._shadow and light.shadow_distance != 0.0
            self._draw_part(part, shown, box.side_px, shadow=shadow, floor=floor is not None)
        return self._composed(part, backdrop)

    def _part(
        self, view: View, hull: Float[Array, "point 3"], floor: Float[Array, "4 3"] | None, shown: list[int]
    ) -> tuple[int, int, int, int]:
        """Return left, top, width and height [px] of the part of the picture that has anything in it."""
        if floor is not None:
            hull = np.concatenate([hull, floor])
        size = max(self._wear[number].widest_edge() for number in shown) if self._edges else 0.0
        return region(view, hull, 2.0 + size * self._edge_px * view.size_px[1] / EDGE_ROWS)

    def _draw_part(
        self, part: tuple[int, int, int, int], shown: list[int], side_px: int, *, shadow: bool, floor: bool
    ) -> None:
        """Draw everything into the canvas; the shadow map is used for the floor first, then for the figures."""
        gl = self.context
        casting = [self._wear[number].casting(on_ground=False) for number in shown]
        on_ground = [self._wear[number].casting(on_ground=True) for number in shown] if floor else casting
        if floor:
            self._draw_shadow_map(side_px, shown, on_ground)
        elif shadow:
            self._draw_shadow_map(side_px, shown, casting)
        self._canvas.scissor = part
        self._canvas.use()
        self._canvas.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        gl.depth_func = "<="
        # Premultiplied colours gather in the picture, so that it can be laid over anything afterwards.
        functions: Any = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        gl.blend_func = functions
        if floor:
            self._draw_ground()
        if floor and shadow and on_ground != casting:
            self._draw_shadow_map(side_px, shown, casting)
            self._canvas.use()
        if shadow:
            self._shadow_map.use(SHADOW_UNIT)
        for number in shown:
            for place in range(len(self.figures[number].materials)):
                if self._wear[number].drawn(place):
                    self._draw_material(number, place, shadow=shadow)

    def _draw_shadow_map(self, side_px: int, shown: list[int], casting: list[Casting]) -> None:
        gl = self.context
        self._shadow_target.use()
        used_px, self._shadow_px = max(side_px, self._shadow_px), side_px
        self._shadow_target.clear(depth=1.0, viewport=(0, 0, used_px, used_px))
        gl.polygon_offset = 2.0, 4.0
        # The map is the right way up, pictures are not.
        gl.front_face, gl.cull_face = "ccw", "back"
        program = self._programs.get("depth.vert", "depth.frag")
        for number, runs in zip(shown, casting, strict=True):
            for first, count, two_sided in runs:
                gl.enable_only(moderngl.DEPTH_TEST | (0 if two_sided else moderngl.CULL_FACE))
                self._array(number, program).render(moderngl.TRIANGLES, vertices=3 * count, first=3 * first)
        gl.polygon_offset = 0.0, 0.0

    def _draw_ground(self) -> None:
        self._shadow_map.use(SHADOW_UNIT)
        self.context.enable_only(moderngl.BLEND)
        self._canvas.depth_mask = False
        self._floor.render(moderngl.TRIANGLE_STRIP, vertices=4)
        self._canvas.depth_mask = True

    def _draw_material(self, number: int, place: int, *, shadow: bool) -> None:
        gl, wear = self.context, self._wear[number]
        material = self.figures[number].materials[place]
        wear.bind(place, MATERIAL_BLOCK)
        span = {"vertices": 3 * material.triangle_count, "first": 3 * material.first_triangle}
        blend = 0 if wear.solid(place) else moderngl.BLEND
        # The picture is drawn upside down, which turns the sense of every triangle round.
        gl.front_face = "cw"
        gl.cull_face = "back"
        one_sided = not material.two_sided
        gl.enable_only(moderngl.DEPTH_TEST | blend | (moderngl.CULL_FACE if one_sided else 0))
        program = self._programs.get("surface.vert", "surface.frag", wear.defines(place, shadow=shadow))
        self._array(number, program).render(moderngl.TRIANGLES, **span)
        if self._edges and wear.has_edge(place):
            gl.cull_face = "front"
            gl.polygon_offset = _EDGE_OFFSET  # behind what is two-sided or wound the wrong way
            gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
            program = self._programs.get("edge.vert", "edge.frag", wear.edge_defines(place))
            self._array(number, program).render(moderngl.TRIANGLES, **span)
            gl.polygon_offset = 0.0, 0.0

    def _composed(
        self, part: tuple[int, int, int, int], backdrop: UInt8[Array, "height width 3"] | None
    ) -> UInt8[Array, "height width 4"]:
        left, top, width, height = part
        drawn = np.empty((height, width, 4), np.uint8)
        if drawn.size:
            if self._flat is not self._canvas:
                self.context.copy_framebuffer(self._flat, self._canvas)
            self._flat.read_into(drawn, viewport=part, components=4)
        picture = blank(self.size_px) if backdrop is None else opaque(backdrop, self.size_px)
        place = picture[top : top + height, left : left + width]
        place[:] = straight(drawn) if backdrop is None else laid_over(drawn, place)
        return picture
