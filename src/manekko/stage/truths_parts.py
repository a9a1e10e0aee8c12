"""Which part of the body each vertex of a figure belongs to."""

import numpy as np

from manekko.arrays import Array, Int
from manekko.stage.figure import Figure

PARTS = (
    *("head", "hair", "neck", "torso", "skirt"),
    *("left_upper_arm", "left_forearm", "left_hand", "right_upper_arm", "right_forearm", "right_hand"),
    *("left_thigh", "left_shin", "left_foot", "right_thigh", "right_shin", "right_foot"),
    "other",
)
"""What part numbers mean. Left is the figure's own left."""

_SIDED = {"腕": "upper_arm", "ひじ": "forearm", "手首": "hand", "足": "thigh", "ひざ": "shin", "足首": "foot"}
_SIDED_VRM = {
    **{"UpperArm": "upper_arm", "LowerArm": "forearm", "Hand": "hand"},
    **{"UpperLeg": "thigh", "LowerLeg": "shin", "Foot": "foot", "Shoulder": "torso"},
}
_TORSO = ("全ての親", "センター", "グルーブ", "腰", "上半身", "上半身2", "下半身", "左肩", "右肩", "左肩P", "右肩P")
_TORSO_VRM = ("hips", "spine", "chest", "upperChest")
_WORDS = {"hair": "hair", "髪": "hair", "skirt": "skirt", "スカート": "skirt"}
"""What in a material's part or name tells more than the bones do."""


def vertex_parts(figure: Figure) -> Int[Array, " vertex"]:
    """Return each vertex's part, a place in ``PARTS``.

    It is the part of the bone that carries most of the vertex, or of the nearest bone above that has one; materials
    that say they are hair or skirt, and chains that sway on the head or on the hips, are that.
    """
    bones = _bone_parts(figure)
    mesh = figure.mesh
    heaviest = np.take_along_axis(mesh.bones, mesh.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
    parts = np.array([PARTS.index(part) for part in bones], dtype=np.int64)[heaviest]
    for material in figure.materials:
        told = next((part for word, part in _WORDS.items() if word in f"{material.part} {material.name}".lower()), None)
        if told is not None:
            worn = mesh.triangles[material.first_triangle : material.first_triangle + material.triangle_count]
            parts[worn] = PARTS.index(told)
    return parts


def _bone_parts(figure: Figure) -> list[str]:
    """Return each bone's part."""
    known = _known_bones(figure)
    own: list[str | None] = [known.get(number) for number in range(len(figure.rig.bones))]
    swaying = {bone for spring in figure.springs for bone in spring.bones}
    return [_part(number, figure, own, swaying) for number in range(len(own))]


def _part(bone: int, figure: Figure, own: list[str | None], swaying: set[int]) -> str:
    """Return the part of a bone or of the nearest one above that has one; what sways below a part is its own kind."""
    sways = False
    # A file may chain bones in a circle; no chain is longer than all bones.
    for _ in figure.rig.bones:
        part = own[bone]
        if part is not None:
            return {"head": "hair", "torso": "skirt"}.get(part, "other") if sways else part
        sways = sways or bone in swaying
        bone = figure.rig.bones[bone].parent
        if bone < 0:
            break
    return "other"


def _known_bones(figure: Figure) -> dict[int, str]:
    """Return the parts of bones whose names tell."""
    named = {"頭": "head", "首": "neck", **dict.fromkeys(_TORSO, "torso")}
    humanoid = {"head": "head", "neck": "neck", **dict.fromkeys(_TORSO_VRM, "torso")}
    for japanese, side in (("左", "left"), ("右", "right")):
        for bone, part in _SIDED.items():
            named[f"{japanese}{bone}"] = named[f"{japanese}{bone}D"] = f"{side}_{part}"
        humanoid |= {
            f"{side}{bone}": part if part == "torso" else f"{side}_{part}" for bone, part in _SIDED_VRM.items()
        }
    known = {figure.rig.index[name]: part for name, part in named.items() if name in figure.rig}
    return known | {number: humanoid[name] for name, number in figure.humanoid.items() if name in humanoid}
