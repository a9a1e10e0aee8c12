"""Bodies of all kinds made from one model's rig: other proportions, rest poses, bones, names and habits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float, triple
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import from_rotation_vectors, rotate

_ARM_PARTS = ("腕", "ひじ", "手", "指")
_CHIBI = {"legs": 0.45, "trunk": 0.65, "arms": 0.55, "head": 1.3}
_ENGLISH = {
    "全ての親": "mother", "センター": "center", "グルーブ": "groove", "腰": "waist", "下半身": "lower body",
    "上半身": "upper body", "上半身2": "upper body2", "首": "neck", "頭": "head", "肩": "shoulder", "腕": "arm",
    "腕捩": "arm twist", "ひじ": "elbow", "手捩": "wrist twist", "手首": "wrist", "足": "leg", "ひざ": "knee",
    "足首": "ankle", "つま先": "toe", "足ＩＫ": "leg IK", "つま先ＩＫ": "toe IK",
}  # fmt: skip


@dataclass(frozen=True)
class Build:
    """How a body differs from the one it is made from."""

    legs: float = 1.0
    """Length of the legs by what it was; feet and widths of the hips change as much."""
    trunk: float = 1.0
    arms: float = 1.0
    head: float = 1.0
    arm_slope_deg: float | None = None
    """How far the arms hang below the horizontal at rest; None: as they were."""
    heel_m: float = 0.0
    """Height of the heels on which the model stands at rest [m]."""


def built(rig: Rig, build: Build) -> Rig:
    """Return a model of another build with the same bones."""
    hip = float(rig.rest("左足")[1])
    shoulders = {s: _resized(rig.rest(s + "腕"), hip, build) for s in "左右"}

    def moved(name: str, at: Array) -> Array:
        new = _resized(at, hip, build)
        side = name[:1]
        if side in shoulders and any(part in name for part in _ARM_PARTS) and "肩" not in name:
            way = at - rig.rest(side + "腕")
            new = shoulders[side] + rotate(_slope(rig, side, build), way * build.arms)
        ankle = float(rig.rest("左足首")[1]) * 1.05
        return new + np.array([0.0, build.heel_m * np.clip(at[1] / ankle, 0.0, 1.0), 0.0])

    bones = []
    for bone in rig.bones:
        axis = bone.fixed_axis
        if axis is not None and bone.name[:1] in shoulders:
            axis = triple(rotate(_slope(rig, bone.name[0], build), np.array(axis)))
        tail = bone.tail_position_m and triple(moved(bone.name, np.array(bone.tail_position_m)))
        place = triple(moved(bone.name, np.array(bone.rest_position_m)))
        bones.append(replace(bone, rest_position_m=place, tail_position_m=tail, fixed_axis=axis))
    # A sole on high heels stays on the floor: only what is above it rises.
    soles = tuple((name, triple(_resized(np.array(at), hip, build))) for name, at in rig.sole_points_m)
    girths = tuple((name, _regirthed(name, girth, build)) for name, girth in rig.girths_m)
    return replace(rig, bones=tuple(bones), sole_points_m=soles, girths_m=girths)


def _resized(at: Array, hip_m: float, build: Build) -> Float[Array, "3"]:
    width = build.legs if at[1] <= hip_m else build.trunk
    up = min(at[1], hip_m) * build.legs + max(at[1] - hip_m, 0.0) * build.trunk
    return np.array([at[0] * (0.5 + 0.5 * width), up, at[2] * width])


def _regirthed(name: str, girth: tuple[float, ...], build: Build) -> tuple[float, float, float, float]:
    size = build.head if name == "頭" else 0.5 + 0.5 * (build.legs if "足" in name or name == "下半身" else build.trunk)
    width, front, back, top = (size * value for value in girth)
    return width, front, back, top


def _slope(rig: Rig, side: str, build: Build) -> Float[Array, "4"]:
    if build.arm_slope_deg is None:
        return np.array([0.0, 0.0, 0.0, 1.0])
    way = rig.rest(side + "ひじ") - rig.rest(side + "腕")
    now = np.degrees(np.arctan2(-way[1], abs(way[0])))
    turn = np.radians(now - build.arm_slope_deg) * (1.0 if side == "左" else -1.0)
    return from_rotation_vectors(np.array([0.0, 0.0, turn]))


def without(rig: Rig, *names: str) -> Rig:
    """Return the rig without some bones; their children hang on their parents."""
    gone = {number for number, bone in enumerate(rig.bones) if bone.name in names}

    def kept_parent(number: int) -> int:
        while number in gone:
            number = rig.bones[number].parent
        return number

    kept = [number for number in range(len(rig.bones)) if number not in gone]
    new = {old: index for index, old in enumerate(kept)} | {-1: -1}

    def moved(bone: RigBone) -> RigBone:
        ik = bone.ik
        if ik is not None:
            ik = replace(
                ik,
                target=new[ik.target],
                links=tuple(replace(link, bone=new[link.bone]) for link in ik.links if link.bone in new),
            )
        append = None if bone.append is None or bone.append.source in gone else bone.append
        if append is not None:
            append = replace(append, source=new[append.source])
        return replace(bone, parent=new[kept_parent(bone.parent)], ik=ik, append=append)

    return replace(rig, bones=tuple(moved(rig.bones[number]) for number in kept))


def renamed(rig: Rig, name_of: Callable[[str], str]) -> Rig:
    """Return the rig with other names for its bones."""
    bones = tuple(replace(bone, name=name_of(bone.name)) for bone in rig.bones)
    return replace(rig, bones=bones, sole_points_m=tuple((name_of(name), at) for name, at in rig.sole_points_m))


def reparented(rig: Rig, parents: Mapping[str, str]) -> Rig:
    """Return the rig with some bones hung on others."""
    new = {rig.index[name]: rig.index[parent] for name, parent in parents.items() if name in rig}
    bones = tuple(replace(bone, parent=new.get(number, bone.parent)) for number, bone in enumerate(rig.bones))
    return replace(rig, bones=bones)


def english(name: str) -> str:
    """Return a bone's name as converted models have it: ``左足ＩＫ`` is ``leg IK_L``."""
    if name in _ENGLISH:
        return _ENGLISH[name]
    side = {"左": "_L", "右": "_R"}.get(name[:1], "")
    return _ENGLISH.get(name[1:], name[1:]) + side if side else name


def half_width(name: str) -> str:
    """Return a bone's name with the letters of IK and digits in half width."""
    return name.translate(str.maketrans("ＩＫ０１２３", "IK0123"))


def unlimited(rig: Rig) -> Rig:
    """Return the rig with knees that IK may bend either way."""

    def free(bone: RigBone) -> RigBone:
        if bone.ik is None:
            return bone
        return replace(bone, ik=replace(bone.ik, links=tuple(replace(link, limits_rad=None) for link in bone.ik.links)))

    return replace(rig, bones=tuple(free(bone) for bone in rig.bones))


def variants(rig: Rig) -> dict[str, Rig]:
    """Return bodies made from a model with MMD's usual bones, by what is special about them."""
    iks = [s + part for s in "左右" for part in ("足ＩＫ", "つま先ＩＫ")]
    swapped = {"グルーブ": "センター", "センター": "グルーブ"}
    low = tuple(
        replace(bone, rest_position_m=(0.0, 0.3, 0.0)) if bone.name == "センター" else bone for bone in rig.bones
    )
    return {
        "chibi": built(rig, Build(**_CHIBI)),
        "long legs": built(rig, Build(legs=1.35)),
        "short arms": built(rig, Build(arms=0.8)),
        "arms at 0°": built(rig, Build(arm_slope_deg=0.0)),
        "arms at 50°": built(rig, Build(arm_slope_deg=50.0)),
        "high heels": built(rig, Build(heel_m=0.07)),
        "no 上半身2": without(rig, "上半身2", "上半身3"),
        "no グルーブ": without(rig, "グルーブ"),
        "no 捩": without(rig, *(bone.name for bone in rig.bones if "捩" in bone.name)),
        "no leg IK": without(rig, *iks),
        "toe IK free": reparented(rig, {s + "つま先ＩＫ": "全ての親" for s in "左右"}),
        "knees without limits": unlimited(rig),
        "グルーブ above センター": renamed(rig, lambda name: swapped.get(name, name)),
        "センター at the knees": replace(rig, bones=low),
        "no センター": without(rig, "センター", "グルーブ"),
        "English names": renamed(rig, english),
        "half-width names": renamed(rig, half_width),
    }
