"""MMD materials as VRM's MToon."""

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.files.vrm_materials import linear
from manekko.files.vrm_values import AlphaMode, GltfMaterial, MToon, Vector3
from manekko.stage.figure import SPHERE_ADD, Figure, Material
from manekko.stage.view import Light

_EDGE_M = 0.0016
"""Width in the world of an edge of size 1: MMD's keep their width on the picture, these are thin enough near by."""
_LIGHT = float(np.mean(Light().colour_rgb))
_MOST_QUEUED = 9
"""MToon's render queue has so many steps for what is seen through."""
_SOLID = 250
"""Alpha from which a texture counts as solid."""


def mtoon_materials(figure: Figure) -> tuple[tuple[GltfMaterial, ...], tuple[int, ...]]:
    """Return the figure's materials, and which of its textures they need, in the order of the materials' images.

    Sphere maps that add become matcaps; those that multiply, and highlights, have no like in MToon.
    """
    needed: dict[int, int] = {}

    def image(texture: int) -> int:
        return needed.setdefault(texture, len(needed)) if texture >= 0 else -1

    materials, queue = [], 0
    for material in figure.materials:
        mode = _alpha_mode(figure, material)
        queue = min(queue + 1, _MOST_QUEUED) if mode == "BLEND" else queue
        base = _base(material)
        shade, shift, toony = _ramp(figure, material)
        matcap = material.sphere if material.sphere_mode == SPHERE_ADD else -1
        toon = MToon(
            shade_rgb=_linear(base * shade),
            shading_shift=shift,
            shading_toony=toony,
            outline_mode="worldCoordinates" if material.edge else "none",
            outline_width=round(material.edge_size * _EDGE_M, 6) if material.edge else 0.0,
            outline_rgb=_linear(np.array(material.edge_rgba[:3])),
            matcap_image=image(matcap),
            queue=queue if mode == "BLEND" else 0,
        )
        materials.append(
            GltfMaterial(
                name=material.name,
                base_rgba=(*_linear(base), round(float(np.clip(material.diffuse_rgba[3], 0.0, 1.0)), 6)),
                image=image(material.texture),
                alpha_mode=mode,
                two_sided=material.two_sided,
                unlit=True,
                mtoon=toon,
            )
        )
    return tuple(materials), tuple(needed)


def _base(material: Material) -> Float[Array, "3"]:
    """Return the sRGB colour that MMD's light gives a fully lit surface."""
    lit = np.array(material.diffuse_rgba[:3]) * _LIGHT + np.array(material.ambient_rgb)
    return np.clip(lit, 0.0, 1.0)


def _linear(colour: Float[Array, "3"]) -> Vector3:
    red, green, blue = linear(np.clip(colour, 0.0, 1.0)).round(6).tolist()
    return red, green, blue


def _alpha_mode(figure: Figure, material: Material) -> AlphaMode:
    if material.diffuse_rgba[3] < 1.0:
        return "BLEND"
    if material.texture < 0:
        return "OPAQUE"
    start = material.first_triangle
    corners = figure.mesh.triangles[start : start + material.triangle_count].ravel()
    alpha = figure.textures[material.texture].rgba[..., 3]
    return "OPAQUE" if _seen(alpha, figure.mesh.uvs[corners]).min(initial=255) >= _SOLID else "BLEND"


def _seen(alpha: UInt8[Array, "height width"], uvs: Float[Array, "corner 2"]) -> UInt8[Array, "..."]:
    """Return the part of a picture around the texture coordinates; all of it where they repeat it."""
    if len(uvs) == 0 or uvs.min() < 0.0 or uvs.max() > 1.0:
        return alpha
    size = np.array(alpha.shape[::-1])
    low, high = np.floor(uvs.min(0) * size).astype(int), np.ceil(uvs.max(0) * size).astype(int)
    return alpha[low[1] : max(high[1], low[1] + 1), low[0] : max(high[0], low[0] + 1)]


def _ramp(figure: Figure, material: Material) -> tuple[Float[Array, "3"], float, float]:
    """Return the colour of a toon ramp's shaded end, and MToon's shift and hardness that pass as the ramp does."""
    if material.toon < 0:
        return np.ones(3), 0.0, 0.9
    rows = figure.textures[material.toon].rgba[:, 0, :3].astype(np.float64) / 255.0
    shade = rows[-1] / np.maximum(rows[0], 1e-3)
    levels = rows.mean(axis=1)
    if levels[0] - levels[-1] < 0.02:
        return np.minimum(shade, 1.0), 0.0, 0.9
    lit = (levels - levels[-1]) / (levels[0] - levels[-1])
    cosines = 1.0 - 2.0 * (np.arange(len(rows)) + 0.5) / len(rows)
    bright, dark = (float(cosines[np.argmax(lit < share)]) for share in (0.9, 0.1))
    toony = float(np.clip(1.0 - (bright - dark) / 1.6, 0.0, 0.98))
    return np.minimum(shade, 1.0), round(-(bright + dark) / 2.0, 4), round(toony, 4)
