"""What a figure's materials need on the graphics card: pictures, values, and which program draws each."""

import moderngl
import numpy as np

from manekko.arrays import Array, Float
from manekko.stage.figure import (
    SPHERE_ADD,
    SPHERE_MULTIPLY,
    SPHERE_NONE,
    SPHERE_SUB_TEXTURE,
    Figure,
    Material,
    MaterialMorph,
    Pose,
    Texture,
)
from manekko.stage.morphs import MaterialValues, material_values
from manekko.stage.programs import PICTURE_UNIT, SPHERE_UNIT, TOON_UNIT

_STRIDE = 256
"""Bytes from one material to the next: what every machine can bind a part of a buffer at."""

_VALUES = 44
"""Floats of a material: ten colours and a row of sizes."""

Casting = list[tuple[int, int, bool]]
"""Runs of neighbouring triangles that throw shadow: the first, how many, whether with both sides."""

_RED, _SPECULAR, _AMBIENT, _EDGE, _EDGE_SIZE = 0, 4, 8, 11, 15
"""Where they begin among a material's own values (``MaterialValues.own``)."""


class GpuWear:
    """Pictures and values of one figure's materials.

    Attributes:
        values: every material after its morphs; set by ``pose``.
    """

    def __init__(self, context: moderngl.Context, figure: Figure) -> None:
        """Upload the pictures."""
        self._figure = figure
        self._toons = {material.toon for material in figure.materials}
        self._pictures = [
            _uploaded(context, texture, ramp=place in self._toons) for place, texture in enumerate(figure.textures)
        ]
        self._solid = [bool((texture.rgba[..., 3] == 255).all()) for texture in figure.textures]
        self._buffer = context.buffer(reserve=max(len(figure.materials), 1) * _STRIDE)
        self._morphing = any(isinstance(morph, MaterialMorph) for _, morph in figure.morphs)
        self.values = material_values(figure, np.zeros(len(figure.morphs)))
        self._write()

    def pose(self, pose: Pose) -> None:
        """Set the materials' values as the pose's morphs want them."""
        if self._morphing:
            self.values = material_values(self._figure, pose.morph_weights)
            self._write()

    def _write(self) -> None:
        rows = np.zeros((len(self._figure.materials), _STRIDE // 4), np.float32)
        rows[:, :_VALUES] = _packed(self.values)
        if len(rows):
            self._buffer.write(rows.tobytes())

    def widest_edge(self) -> float:
        """Return the size of the widest edge that any vertex can have."""
        scale = float(self._figure.mesh.edge_scales.max(initial=0.0))
        return scale * max(
            (self.values.own[n, _EDGE_SIZE] for n in range(len(self.values.own)) if self.has_edge(n)), default=0.0
        )

    def casting(self, *, on_ground: bool) -> Casting:
        """Return what throws shadow, on the floor or on figures."""
        runs: Casting = []
        for number, material in enumerate(self._figure.materials):
            throws = material.casts_on_ground if on_ground else material.casts_shadow
            if not throws or not self.drawn(number):
                continue
            first, count, two_sided = runs[-1] if runs else (0, 0, False)
            if runs and first + count == material.first_triangle and two_sided == material.two_sided:
                runs[-1] = first, count + material.triangle_count, two_sided
            else:
                runs.append((material.first_triangle, material.triangle_count, material.two_sided))
        return runs

    def bind(self, number: int, block: int) -> None:
        """Make one material's values and pictures those that programs see."""
        material = self._figure.materials[number]
        self._buffer.bind_to_uniform_block(block, offset=number * _STRIDE, size=_VALUES * 4)
        worn = (PICTURE_UNIT, material.texture), (SPHERE_UNIT, material.sphere), (TOON_UNIT, material.toon)
        for unit, place in worn:
            if place >= 0:
                self._pictures[place].use(unit)

    def alpha(self, number: int) -> float:
        """Return a material's own alpha."""
        return float(self.values.own[number, _RED + 3])

    def drawn(self, number: int) -> bool:
        """Whether anything of a material is to be seen."""
        return self.alpha(number) > 0.0 and self._figure.materials[number].triangle_count > 0

    def solid(self, number: int) -> bool:
        """Whether a material hides all that is behind it."""
        return self.alpha(number) >= 1.0 and not self._has_holes(self._figure.materials[number])

    def _has_holes(self, material: Material) -> bool:
        worn = [material.texture]
        if material.sphere_mode in (SPHERE_MULTIPLY, SPHERE_SUB_TEXTURE):
            worn.append(material.sphere)
        return any(place >= 0 and not self._solid[place] for place in worn)

    def defines(self, number: int, *, shadow: bool) -> frozenset[str]:
        """Return what the surface program of a material has to do."""
        material = self._figure.materials[number]
        sphere = material.sphere_mode if material.sphere >= 0 else SPHERE_NONE
        toon = material.toon >= 0
        wanted = {
            "TEXTURE": material.texture >= 0,
            "SPHERE": sphere in (SPHERE_MULTIPLY, SPHERE_ADD),
            "SPHERE_ADDS": sphere == SPHERE_ADD,
            "SUB_TEXTURE": sphere == SPHERE_SUB_TEXTURE,
            "CUTOUT": self._has_holes(material),
            "TOON": toon,
            "SHADOW": toon and shadow and material.takes_shadow,
            "HIGHLIGHT": self._shines(number),
        }
        return frozenset(name for name, is_wanted in wanted.items() if is_wanted)

    def edge_defines(self, number: int) -> frozenset[str]:
        """Return what the edge program of a material has to do."""
        place = self._figure.materials[number].texture
        return frozenset({"CUTOUT"}) if place >= 0 and not self._solid[place] else frozenset()

    def has_edge(self, number: int) -> bool:
        """Whether a material has a line around it."""
        own = self.values.own[number]
        material = self._figure.materials[number]
        return bool(material.edge and own[_EDGE + 3] > 0.0 and own[_EDGE_SIZE] > 0.0)

    def _shines(self, number: int) -> bool:
        own = self.values.own[number]
        return bool(own[_SPECULAR : _SPECULAR + 3].any() and own[_SPECULAR + 3] > 0.0)


def _packed(values: MaterialValues) -> Float[Array, "material 44"]:
    """Return materials as the shaders' block has them."""
    own, count = values.own, len(values.own)
    ambient = np.concatenate([own[:, _AMBIENT:_EDGE], np.zeros((count, 1))], axis=1)
    sizes = np.concatenate([own[:, _EDGE_SIZE:], np.zeros((count, 3))], axis=1)
    tints = np.stack([values.tints, values.added], axis=2).reshape(count, 24)
    return np.concatenate([own[:, :_AMBIENT], ambient, own[:, _EDGE:_EDGE_SIZE], tints, sizes], axis=1)


def _uploaded(context: moderngl.Context, texture: Texture, *, ramp: bool) -> moderngl.Texture:
    most = context.info["GL_MAX_TEXTURE_SIZE"]
    down, across = (-(-side // most) for side in texture.rgba.shape[:2])
    rgba = np.ascontiguousarray(texture.rgba[::down, ::across])
    picture = context.texture(rgba.shape[1::-1], 4, rgba.tobytes())
    if ramp:
        picture.repeat_x = picture.repeat_y = False
        picture.filter = moderngl.LINEAR, moderngl.LINEAR
        return picture
    picture.build_mipmaps()
    picture.filter = moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR
    return picture
