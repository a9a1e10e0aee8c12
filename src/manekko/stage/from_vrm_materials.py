"""Materials of GLB and VRM files as the renderer's.

MToon's two-tone shading becomes a toon ramp, its rim and matcap a sphere map, alpha modes the texture's own alpha.

MMD's light gives (diffuse × light + ambient) × texture × ramp; with diffuse c and ambient (1 − light) c a surface of
colour c looks as lit as MToon's under a white light, and follows a coloured one.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import FormatError
from manekko.files.vrm_materials import linear, srgb
from manekko.files.vrm_values import GltfMaterial, GltfModel, MToon, Vector3
from manekko.stage.figure import SPHERE_ADD, SPHERE_NONE, Material, Texture
from manekko.stage.from_vrm_mesh import Layout
from manekko.stage.view import Light
from manekko.video.picture import decode_picture

MOST_PIXELS = 160 << 20
"""Pixels of a file's pictures, and of copies with another alpha, after which no more of them are made."""
_RAMP_ROWS = 64
_SPHERE_PX = 64
_PX_ROWS = 720.0
"""Rows of the picture on which an edge of size 1 is one pixel wide."""
_EDGE_M = 0.0028
"""Width in the world of one pixel when a figure of 1.6 m fills most of such a picture."""
_WIDEST_EDGE = 20.0
_SHADE_OF_PLAIN = 0.62
_FACE = re.compile("face|eye|brow|mouth|顔|目|眉|口", re.IGNORECASE)
"""Materials on which a fringe's hard shadow looks like dirt: MMD's models leave it out of faces as well."""
_LIGHT = float(np.mean(Light().colour_rgb))


@dataclass
class _Shelf:
    """Textures being gathered, each made once."""

    model: GltfModel
    textures: list[Texture] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)
    pictures: dict[int, Array | None] = field(default_factory=dict)
    troubles: dict[str, None] = field(default_factory=dict)
    pixels: int = 0
    """Of the pictures so far."""

    def picture(self, image: int) -> UInt8[Array, "height width 4"] | None:
        """Return the file's picture; None where it cannot be read, which is said once."""
        if image < 0:
            return None
        if image not in self.pictures:
            self.pictures[image] = self._decoded(*self.model.images[image])
        return self.pictures[image]

    def has_room(self) -> bool:
        """Whether more pictures may be made; that they may not is said once."""
        if self.pixels > MOST_PIXELS:
            self.troubles[f"pictures have more than {MOST_PIXELS >> 20} million pixels; the rest is left out"] = None
        return self.pixels <= MOST_PIXELS

    def _decoded(self, name: str, data: bytes) -> UInt8[Array, "height width 4"] | None:
        if not self.has_room():
            return None
        try:
            picture = decode_picture(data)
        except FormatError as error:
            self.troubles[f"picture {name!r}: {error}"] = None
            return None
        self.pixels += picture.shape[0] * picture.shape[1]
        return picture

    def put(self, key: object, name: str, rgba: UInt8[Array, "height width 4"]) -> int:
        """Return the place of a texture, which is added when it is new."""
        if key not in self.places:
            self.places[key] = len(self.textures)
            self.textures.append(Texture(name, rgba))
        return self.places[key]


def figure_materials(
    model: GltfModel, layout: Layout
) -> tuple[tuple[Material, ...], tuple[Texture, ...], tuple[str, ...]]:
    """Return materials, textures and what went wrong with pictures."""
    shelf = _Shelf(model)
    materials = []
    for number, first, count in layout.spans:
        source = model.materials[number] if number >= 0 else GltfMaterial("")
        uvs = layout.mesh.uvs[layout.mesh.triangles[first : first + count].ravel()]
        materials.append(_material(shelf, source, first, count, uvs))
    return tuple(materials), tuple(shelf.textures), tuple(shelf.troubles)


def _material(shelf: _Shelf, source: GltfMaterial, first: int, count: int, uvs: Float[Array, "corner 2"]) -> Material:
    base = _srgb(source.base_rgba[:3])
    alpha = min(max(source.base_rgba[3], 0.0), 1.0) if source.alpha_mode == "BLEND" else 1.0
    glow = _srgb(source.emissive_rgb)
    share = 0.0 if source.unlit and source.mtoon is None else _LIGHT
    picture = shelf.picture(source.image)
    sphere = -1 if source.mtoon is None else _sphere(shelf, source.mtoon)
    toon = source.mtoon
    edge = toon is not None and toon.outline_mode != "none" and toon.outline_width > 0.0
    return Material(
        name=source.name,
        first_triangle=first,
        triangle_count=count,
        diffuse_rgba=(*_scaled(base, share / _LIGHT), alpha),
        ambient_rgb=_sum(_scaled(base, 1.0 - share), glow),
        texture=-1 if picture is None else _texture(shelf, source, picture),
        sphere=sphere,
        sphere_mode=SPHERE_ADD if sphere >= 0 else SPHERE_NONE,
        toon=-1 if source.unlit and toon is None else _ramp(shelf, source),
        two_sided=source.two_sided,
        edge=edge,
        edge_rgba=(*_edge_colour(source, picture, uvs), 1.0),
        edge_size=_edge_size(toon) if toon is not None else 0.0,
        casts_shadow=source.alpha_mode != "BLEND",
        takes_shadow=_FACE.search(source.name) is None,
    )


def _srgb(colour: tuple[float, ...]) -> Vector3:
    red, green, blue = srgb(np.array(colour)).tolist()
    return red, green, blue


def _scaled(colour: Vector3, share: float) -> Vector3:
    return colour[0] * share, colour[1] * share, colour[2] * share


def _sum(first: Vector3, second: Vector3) -> Vector3:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _texture(shelf: _Shelf, source: GltfMaterial, picture: UInt8[Array, "height width 4"]) -> int:
    """Return the picture with the alpha that the material means: all, none or some."""
    name = shelf.model.images[source.image][0]
    if source.alpha_mode == "BLEND":
        return shelf.put((source.image, "BLEND"), name, picture)
    opacity = min(max(source.base_rgba[3], 0.0), 1.0)
    key = (source.image, "OPAQUE") if source.alpha_mode == "OPAQUE" else (source.image, source.alpha_cutoff, opacity)
    if key in shelf.places:
        return shelf.places[key]
    if not shelf.has_room():
        return -1
    shelf.pixels += picture.shape[0] * picture.shape[1]
    if source.alpha_mode == "OPAQUE":
        alpha = np.full(picture.shape[:2], 255, dtype=np.uint8)
    else:
        alpha = np.where(picture[..., 3] * opacity >= source.alpha_cutoff * 255.0, 255, 0).astype(np.uint8)
    return shelf.put(key, name, np.dstack([picture[..., :3], alpha]))


def _ramp(shelf: _Shelf, source: GltfMaterial) -> int:
    """Return the toon ramp: its rows are the light's cosine from 1 at the top to −1 at the bottom."""
    cosines = 1.0 - 2.0 * (np.arange(_RAMP_ROWS) + 0.5) / _RAMP_ROWS
    if source.mtoon is None:
        lit, shade = np.clip((cosines + 1.0) / 1.5, 0.0, 1.0), np.full(3, _SHADE_OF_PLAIN)
    else:
        toon = source.mtoon
        width = min(max(1.0 - toon.shading_toony, 1e-3), 2.0)
        shift = min(max(toon.shading_shift, -4.0), 4.0)
        lit = np.clip((cosines + shift + width) / (2.0 * width), 0.0, 1.0)
        base, dark = np.array(_srgb(source.base_rgba[:3])), np.array(_srgb(toon.shade_rgb))
        shade = np.clip(dark / np.maximum(base, 1e-3), 0.0, 1.0)
    rgb = shade + (1.0 - shade) * lit[:, None]
    rgba = np.concatenate([np.round(rgb * 255.0), np.full((_RAMP_ROWS, 1), 255.0)], axis=1).astype(np.uint8)
    return shelf.put(("ramp", rgba.tobytes()), f"{source.name} ramp", np.repeat(rgba[:, None], 4, axis=1))


def _sphere(shelf: _Shelf, toon: MToon) -> int:
    """Return the picture that is added by the direction of the normal to the eye: matcap and rim; −1 for none."""
    matcap = shelf.picture(toon.matcap_image)
    if matcap is None and max(toon.rim_rgb) <= 1e-3:
        return -1
    across = (np.arange(_SPHERE_PX) + 0.5) / _SPHERE_PX * 2.0 - 1.0
    slant = np.minimum(np.hypot(across[None], across[:, None]), 1.0)
    facing = np.sqrt(1.0 - slant**2)
    strength = np.clip(1.0 - facing + toon.rim_lift, 0.0, 1.0) ** min(max(toon.rim_power, 1e-3), 1e3)
    light = strength[..., None] * np.clip(toon.rim_rgb, 0.0, 1.0)
    if matcap is not None:
        rows = np.arange(_SPHERE_PX) * matcap.shape[0] // _SPHERE_PX
        columns = np.arange(_SPHERE_PX) * matcap.shape[1] // _SPHERE_PX
        light = light + linear(matcap[rows[:, None], columns[None], :3] / 255.0) * np.clip(toon.matcap_rgb, 0.0, 1.0)
    rgba = np.dstack([np.round(srgb(light) * 255.0), np.full(slant.shape, 255.0)]).astype(np.uint8)
    return shelf.put(("sphere", rgba.tobytes()), "rim and matcap", rgba)


def _edge_size(toon: MToon) -> float:
    size = toon.outline_width * (_PX_ROWS if toon.outline_mode == "screenCoordinates" else 1.0 / _EDGE_M)
    return min(max(size, 0.0), _WIDEST_EDGE)


def _edge_colour(
    source: GltfMaterial, picture: UInt8[Array, "height width 4"] | None, uvs: Float[Array, "corner 2"]
) -> Vector3:
    """Return the outline's colour; one that the surface tints is tinted by the mean of its texture."""
    if source.mtoon is None:
        return 0.0, 0.0, 0.0
    colour = _srgb(source.mtoon.outline_rgb)
    if not source.mtoon.outline_mixes:
        return colour
    tint = np.array(_srgb(source.base_rgba[:3]))
    if picture is not None and len(uvs):
        size = np.array(picture.shape[1::-1])
        columns, rows = (np.floor((uvs % 1.0) * size).astype(np.int64) % size).T
        tint = tint * picture[rows, columns, :3].mean(axis=0) / 255.0
    return colour[0] * float(tint[0]), colour[1] * float(tint[1]), colour[2] * float(tint[2])
