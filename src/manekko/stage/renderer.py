"""Figures drawn as MMD draws them: toon light, sphere maps, edges, self shadow, alpha in material order."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType

import moderngl
import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.skeleton.rotations import normalized
from manekko.stage.figure import Figure, Pose
from manekko.stage.gl import compiled, opened_context
from manekko.stage.gpu_mesh import GpuMesh
from manekko.stage.gpu_wear import PICTURE_UNIT, SHADOW_UNIT, SPHERE_UNIT, TOON_UNIT, GpuWear
from manekko.stage.projection import camera_from_world, clip_from_world, rows_per_metre, shadow_from_world
from manekko.stage.view import Light, View

_SCENE_BLOCK, _MATERIAL_BLOCK = range(2)
_SCENE_BYTES = 4 * (3 * 16 + 5 * 4)
_SHADOW_SIDE = 2048
_SHADOW_BLUR_M = 0.004
_EDGE_ROWS = 720.0
_GROUND_STRENGTH = 0.35
_EDGE_OFFSET = 4.0, 0.0
_Y_UP = np.diag([1.0, -1.0, -1.0, 1.0])
"""From the view's camera axes to those of sphere maps: y up, z to the viewer."""


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
            shadow: whether they throw shadow on themselves and each other.
            ground: whether they throw it on the floor at height 0, which is not to be seen otherwise.
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
            InputError: a figure is too large for it.
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
        size = self.size_px
        self._canvas = gl.framebuffer(
            gl.renderbuffer(size, 4, samples=samples), gl.depth_renderbuffer(size, samples=samples)
        )
        self._flat = gl.framebuffer(gl.renderbuffer(size, 4)) if samples else self._canvas
        self._scene = gl.buffer(reserve=_SCENE_BYTES)
        self._programs: dict[tuple[str, str, frozenset[str]], moderngl.Program] = {}
        self._arrays: dict[tuple[int, int], moderngl.VertexArray] = {}
        self.meshes = [GpuMesh(gl, figure) for figure in self.figures]
        self._wear = [GpuWear(gl, figure) for figure in self.figures]
        if self._shadow:
            self._shadow_map = gl.depth_texture((_SHADOW_SIDE, _SHADOW_SIDE))
            self._shadow_map.compare_func = "<="
            self._shadow_map.filter = moderngl.LINEAR, moderngl.LINEAR
            self._shadow_map.repeat_x = self._shadow_map.repeat_y = False
            self._shadow_target = gl.framebuffer(depth_attachment=self._shadow_map)
        if self._ground:
            self._floor = gl.vertex_array(self._program("ground.vert", "ground.frag"), [])

    def _program(self, vertex: str, fragment: str, defines: frozenset[str] = frozenset()) -> moderngl.Program:
        key = vertex, fragment, defines
        if key not in self._programs:
            program = compiled(self.context, vertex, fragment, defines=defines)
            bindings = {
                "Scene": _SCENE_BLOCK,
                "Material": _MATERIAL_BLOCK,
                "picture_map": PICTURE_UNIT,
                "sphere_map": SPHERE_UNIT,
                "toon_map": TOON_UNIT,
                "shadow_map": SHADOW_UNIT,
            }
            for name, place in bindings.items():
                member = program.get(name, None)
                if isinstance(member, moderngl.UniformBlock):
                    member.binding = place
                elif member is not None:
                    member.value = place
            self._programs[key] = program
        return self._programs[key]

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
        self._canvas.use()  # even a pass without a picture wants a whole target
        for mesh, wear, pose in zip(self.meshes, self._wear, poses, strict=True):
            mesh.pose(pose)
            wear.pose(pose)
        self._set_scene(view, light, poses)
        if self._shadow:
            self._draw_shadow_map()
        self._draw_colours(view)
        return self._composed(backdrop)

    def _set_scene(self, view: View, light: Light, poses: Sequence[Pose]) -> None:
        balls = [mesh.balls(pose) for mesh, pose in zip(self.meshes, poses, strict=True)]
        centres = np.concatenate([np.zeros((1, 3)), *(ball[0] for ball in balls)])[1:]
        radii = np.concatenate([np.zeros(1), *(ball[1] for ball in balls)])[1:]
        if not len(radii):
            centres, radii = np.zeros((1, 3)), np.ones(1)
        shadow, side_m = shadow_from_world(light.direction, centres, radii)
        self._scene.write(_scene_bytes(view, light, shadow, side_m, _floor_square(centres, radii), self._edge_px))
        self._scene.bind_to_uniform_block(_SCENE_BLOCK)

    def _draw_shadow_map(self) -> None:
        gl = self.context
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST)
        gl.polygon_offset = 2.0, 4.0
        program = self._program("depth.vert", "depth.frag")
        for number, figure in enumerate(self.figures):
            wear = self._wear[number]
            casting = [material.casts_shadow and wear.drawn(place) for place, material in enumerate(figure.materials)]
            for first, count in _runs(figure, casting):
                self._array(number, program).render(moderngl.TRIANGLES, vertices=3 * count, first=3 * first)
        gl.polygon_offset = 0.0, 0.0

    def _draw_colours(self, view: View) -> None:
        gl = self.context
        self._canvas.use()
        self._canvas.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        gl.depth_func = "<="
        # Premultiplied colours gather in the picture, so that it can be laid over anything afterwards.
        gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        if self._shadow:
            self._shadow_map.use(SHADOW_UNIT)
        if self._ground and self._shadow and view.position_m[1] > 0.0:
            self._draw_ground()
        for number, figure in enumerate(self.figures):
            for place in range(len(figure.materials)):
                if self._wear[number].drawn(place):
                    self._draw_material(number, place)

    def _draw_ground(self) -> None:
        self.context.enable_only(moderngl.BLEND)
        self._canvas.depth_mask = False
        self._floor.render(moderngl.TRIANGLE_STRIP, vertices=4)
        self._canvas.depth_mask = True

    def _draw_material(self, number: int, place: int) -> None:
        gl, wear = self.context, self._wear[number]
        material = self.figures[number].materials[place]
        wear.bind(place, _MATERIAL_BLOCK)
        span = {"vertices": 3 * material.triangle_count, "first": 3 * material.first_triangle}
        blend = 0 if wear.solid(place) else moderngl.BLEND
        # The picture is drawn upside down, which turns the sense of every triangle round.
        gl.front_face = "cw"
        gl.cull_face = "back"
        one_sided = not material.two_sided
        gl.enable_only(moderngl.DEPTH_TEST | blend | (moderngl.CULL_FACE if one_sided else 0))
        program = self._program("surface.vert", "surface.frag", wear.defines(place, shadow=self._shadow))
        self._array(number, program).render(moderngl.TRIANGLES, **span)
        if self._edges and wear.has_edge(place):
            gl.cull_face = "front"
            gl.polygon_offset = _EDGE_OFFSET  # behind what is two-sided or wound the wrong way
            gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.CULL_FACE)
            program = self._program("edge.vert", "edge.frag", wear.edge_defines(place))
            self._array(number, program).render(moderngl.TRIANGLES, **span)
            gl.polygon_offset = 0.0, 0.0

    def _composed(self, backdrop: UInt8[Array, "height width 3"] | None) -> UInt8[Array, "height width 4"]:
        if self._flat is not self._canvas:
            self.context.copy_framebuffer(self._flat, self._canvas)
        width, height = self.size_px
        picture = np.empty((height, width, 4), np.uint8)
        self._flat.read_into(picture, components=4)
        return straight(picture) if backdrop is None else laid_over(picture, backdrop)


def straight(premultiplied: UInt8[Array, "height width 4"]) -> UInt8[Array, "height width 4"]:
    """Return a picture whose colours are no longer multiplied by its alpha, in place."""
    flat = premultiplied.reshape(-1, 4)
    alpha = flat[:, 3]
    rows = np.flatnonzero((alpha > 0) & (alpha < 255))
    some = flat[rows].astype(np.uint16)
    flat[rows, :3] = np.minimum((some[:, :3] * 255 + some[:, 3:] // 2) // some[:, 3:], 255)
    return premultiplied


def laid_over(
    premultiplied: UInt8[Array, "height width 4"], backdrop: UInt8[Array, "height width 3"]
) -> UInt8[Array, "height width 4"]:
    """Return a picture in front of another, in place."""
    if backdrop.shape[:2] != premultiplied.shape[:2]:
        raise ValueError(f"a backdrop of {backdrop.shape[1::-1]} px behind a picture of {premultiplied.shape[1::-1]}")
    flat, behind = premultiplied.reshape(-1, 4), backdrop.reshape(-1, 3)
    alpha = flat[:, 3]
    rows = np.flatnonzero(alpha < 255)
    rest = 255 - alpha[rows, None].astype(np.uint16)
    seen = (behind[rows] * rest + 127) // 255
    flat[rows, :3] = np.minimum(flat[rows, :3] + seen, 255)
    flat[:, 3] = 255
    return premultiplied


def _runs(figure: Figure, chosen: list[bool]) -> list[tuple[int, int]]:
    """Return (first triangle, count) of neighbouring materials that are chosen."""
    runs: list[tuple[int, int]] = []
    for material, is_chosen in zip(figure.materials, chosen, strict=True):
        if not is_chosen:
            continue
        if runs and sum(runs[-1]) == material.first_triangle:
            runs[-1] = runs[-1][0], runs[-1][1] + material.triangle_count
        else:
            runs.append((material.first_triangle, material.triangle_count))
    return runs


def _floor_square(
    centres_m: Float[Array, "ball 3"], radii_m: Float[Array, " ball"]
) -> tuple[float, float, float, float]:
    """Return centre x, centre z, half width [m] and strength of the floor that may be in shadow."""
    lowest, highest = (centres_m - radii_m[:, None]).min(0), (centres_m + radii_m[:, None]).max(0)
    middle = (lowest + highest) / 2.0
    half = float((highest - lowest).max()) * 1.5
    return float(middle[0]), float(middle[2]), half, _GROUND_STRENGTH


def _scene_bytes(
    view: View,
    light: Light,
    shadow: Float[Array, "4 4"],
    shadow_side_m: float,
    ground: tuple[float, float, float, float],
    edge_px: float,
) -> bytes:
    """Return the shaders' block of what is the same for the whole picture."""
    camera = _Y_UP @ camera_from_world(view)
    to_light = -normalized(np.array(light.direction, dtype=np.float64))
    blur = min(max(_SHADOW_BLUR_M / shadow_side_m, 0.75 / _SHADOW_SIDE), 4.0 / _SHADOW_SIDE)
    flat = view.orthographic_height_m is not None
    eye = (*camera[2, :3], 0.0) if flat else (*view.position_m, 1.0)
    width, height = view.size_px
    rows = [
        eye,
        (*to_light, blur),
        (*light.colour_rgb, 0.0),
        ground,
        (width, height, edge_px * height / _EDGE_ROWS, rows_per_metre(view)),
    ]
    # Shaders' matrices are column by column.
    matrices = [matrix.T for matrix in (clip_from_world(view), shadow, camera)]
    return np.concatenate([np.array(part, dtype=np.float32).ravel() for part in (*matrices, *rows)]).tobytes()
