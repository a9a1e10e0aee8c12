"""Materials of GLB and VRM files: glTF's own, and MToon as VRM 0.x and VRM 1.0 store it."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array
from manekko.errors import FormatError
from manekko.files.gltf import Glb, Json, name_of, numbers, value
from manekko.files.vrm_values import AlphaMode, GltfMaterial, MToon, OutlineMode, Vector3

MOST_MATERIALS = 1000
_MTOON = "VRMC_materials_mtoon"
_WHITE = (1.0, 1.0, 1.0)
_BLACK = (0.0, 0.0, 0.0)


def linear(levels: Array | float) -> Array:
    """Return the linear levels of light of sRGB values, both 0–1; values beyond are bounded to 0–16."""
    levels = np.clip(levels, 0.0, 16.0)
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def srgb(levels: Array | float) -> Array:
    """Return the sRGB values of linear levels of light, both 0–1; values beyond are bounded."""
    levels = np.clip(levels, 0.0, 1.0)
    return np.where(levels <= 0.0031308, levels * 12.92, 1.055 * levels ** (1.0 / 2.4) - 0.055)


def read_materials(glb: Glb) -> tuple[GltfMaterial, ...]:
    """Return all materials of a file, in its order.

    Raises:
        FormatError: there are more than anyone means, or one of them says what it cannot mean.
    """
    if len(glb.list_of("materials")) > MOST_MATERIALS:
        raise FormatError(f"more than {MOST_MATERIALS} materials: the file is damaged or no character")
    vrm = _member(_member(glb.document, "extensions"), "VRM")
    properties = vrm.get("materialProperties")
    in_vrm0 = properties if isinstance(properties, list) else []
    return tuple(
        _material(glb, entry, number, in_vrm0[number] if number < len(in_vrm0) else None)
        for number, entry in enumerate(glb.list_of("materials"))
    )


def _member(entry: Json, name: str) -> Json:
    """Return a member that is an object; anything else counts as an empty one."""
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _material(glb: Glb, entry: Json, number: int, in_vrm0: object) -> GltfMaterial:
    place = f"material {number}"
    surface = _member(entry, "pbrMetallicRoughness")
    extensions = _member(entry, "extensions")
    texture = _member(surface, "baseColorTexture")
    red, green, blue, alpha = numbers(surface, "baseColorFactor", place, default=(1.0, 1.0, 1.0, 1.0))
    moved = _member(_member(texture, "extensions"), "KHR_texture_transform")
    material = GltfMaterial(
        name=name_of(entry, place),
        base_rgba=(red, green, blue, alpha),
        image=_image(glb, texture, place),
        uv_offset=_pair(moved, "offset", place, (0.0, 0.0)),
        uv_scale=_pair(moved, "scale", place, (1.0, 1.0)),
        uv_turn_rad=value(moved, "rotation", float, place, default=0.0),
        alpha_mode=_alpha_mode(entry.get("alphaMode")),
        alpha_cutoff=value(entry, "alphaCutoff", float, place, default=0.5),
        two_sided=value(entry, "doubleSided", bool, place, default=False),
        unlit="KHR_materials_unlit" in extensions,
        emissive_rgb=_triple(entry, "emissiveFactor", place, _BLACK),
    )
    if _MTOON in extensions:
        return replace(material, mtoon=_mtoon(glb, _member(extensions, _MTOON), place))
    if isinstance(in_vrm0, dict) and in_vrm0.get("shader") == "VRM/MToon":
        return _with_mtoon_of_vrm0(glb, material, in_vrm0, place)
    return material


def _image(glb: Glb, texture: Json, place: str) -> int:
    """Return the picture that a texture shows; −1 for none."""
    return _image_of_texture(glb, value(texture, "index", int, place, default=-1), place)


def _image_of_texture(glb: Glb, index: int, place: str) -> int:
    textures = glb.list_of("textures")
    if not 0 <= index < len(textures):
        return -1
    image = value(textures[index], "source", int, place, default=-1)
    return image if 0 <= image < len(glb.list_of("images")) else -1


def _pair(entry: Json, name: str, place: str, default: tuple[float, float]) -> tuple[float, float]:
    first, second = numbers(entry, name, place, default=default)
    return first, second


def _triple(entry: Json, name: str, place: str, default: Vector3) -> Vector3:
    x, y, z = numbers(entry, name, place, default=default)
    return x, y, z


def _alpha_mode(found: object) -> AlphaMode:
    if found == "MASK":
        return "MASK"
    return "BLEND" if found == "BLEND" else "OPAQUE"


def _mtoon(glb: Glb, entry: Json, place: str) -> MToon:
    def number(name: str, default: float) -> float:
        return value(entry, name, float, place, default=default)

    modes: dict[object, OutlineMode] = {
        "worldCoordinates": "worldCoordinates",
        "screenCoordinates": "screenCoordinates",
    }
    return MToon(
        shade_rgb=_triple(entry, "shadeColorFactor", place, _BLACK),
        shading_shift=number("shadingShiftFactor", 0.0),
        shading_toony=number("shadingToonyFactor", 0.9),
        outline_mode=modes.get(value(entry, "outlineWidthMode", str, place, default="none"), "none"),
        outline_width=number("outlineWidthFactor", 0.0),
        outline_rgb=_triple(entry, "outlineColorFactor", place, _BLACK),
        rim_rgb=_triple(entry, "parametricRimColorFactor", place, _BLACK),
        rim_power=number("parametricRimFresnelPowerFactor", 5.0),
        rim_lift=number("parametricRimLiftFactor", 0.0),
        matcap_image=_image(glb, _member(entry, "matcapTexture"), place),
        matcap_rgb=_triple(entry, "matcapFactor", place, _WHITE),
        queue=value(entry, "renderQueueOffsetNumber", int, place, default=0),
    )


@dataclass(frozen=True)
class _Properties:
    """One of VRM 0.x's tables of Unity's shader properties; colours are sRGB there."""

    glb: Glb
    entry: Json
    place: str

    def number(self, name: str, default: float) -> float:
        return value(_member(self.entry, "floatProperties"), name, float, self.place, default=default)

    def rgba(self, name: str, default: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return a colour, linear."""
        colours = _member(self.entry, "vectorProperties")
        red, green, blue, alpha = numbers(colours, name, self.place, default=default)
        return float(linear(red)), float(linear(green)), float(linear(blue)), alpha

    def rgb(self, name: str, default: Vector3 = _BLACK) -> Vector3:
        return self.rgba(name, (*default, 1.0))[:3]

    def image(self, name: str) -> int:
        textures = _member(self.entry, "textureProperties")
        return _image_of_texture(self.glb, value(textures, name, int, self.place, default=-1), self.place)


def _with_mtoon_of_vrm0(glb: Glb, material: GltfMaterial, entry: Json, place: str) -> GltfMaterial:
    """Return the material as VRM 0.x's property tables say."""
    properties = _Properties(glb, entry, place)
    alpha_modes: dict[int, AlphaMode] = {1: "MASK", 2: "BLEND", 3: "BLEND"}
    return replace(
        material,
        base_rgba=properties.rgba("_Color", (1.0, 1.0, 1.0, 1.0)),
        image=properties.image("_MainTex"),
        alpha_mode=alpha_modes.get(int(properties.number("_BlendMode", 0.0)), "OPAQUE"),
        alpha_cutoff=properties.number("_Cutoff", 0.5),
        two_sided=properties.number("_CullMode", 2.0) == 0.0,
        emissive_rgb=properties.rgb("_EmissionColor"),
        mtoon=_mtoon_of_vrm0(properties),
    )


def _mtoon_of_vrm0(properties: _Properties) -> MToon:
    number = properties.number
    shift, toony = number("_ShadeShift", 0.0), number("_ShadeToony", 0.9)
    modes: dict[int, tuple[OutlineMode, float]] = {1: ("worldCoordinates", 0.01), 2: ("screenCoordinates", 0.005)}
    outline_mode, outline_unit = modes.get(int(number("_OutlineWidthMode", 0.0)), ("none", 0.0))
    return MToon(
        shade_rgb=properties.rgb("_ShadeColor", (0.97, 0.81, 0.86)),
        # VRM 0.x lights fully from shift + (1 − shift)(1 − toony) on and shades fully below shift.
        shading_shift=-shift - (1.0 - toony) * (1.0 - shift) / 2.0,
        shading_toony=1.0 - (1.0 - toony) * (1.0 - shift) / 2.0,
        outline_mode=outline_mode,
        outline_width=number("_OutlineWidth", 0.5) * outline_unit,
        outline_rgb=properties.rgb("_OutlineColor"),
        outline_mixes=number("_OutlineColorMode", 0.0) == 1.0,
        rim_rgb=properties.rgb("_RimColor"),
        rim_power=number("_RimFresnelPower", 1.0),
        rim_lift=number("_RimLift", 0.0),
        matcap_image=properties.image("_SphereAdd"),
        queue=value(properties.entry, "renderQueue", int, properties.place, default=0),
    )
