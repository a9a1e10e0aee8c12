"""Rounded bodies of the dancer and of a model: where a point is in relation to trunk, head and thighs.

A part is an axis with an elliptic girth that may be deeper in front than behind. A point has the same relation to two
parts when it lies at the same share of the axis, in the same direction from it, and as far from the surface.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from manekko.arrays import Array, Float
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import conjugate, rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton

_PELVIS = np.array([1.75, 1.15, 1.25])
"""Half width, front and back of the hips, times half the distance of the hip joints: people and models agree in it."""
_CHEST = np.array([0.93, 0.80, 0.70])
"""The same of the chest, times half the distance of the shoulder joints."""
_HEAD = np.array([0.16, 0.21, 0.20])
"""The same of the head, times the length of the trunk."""
_HEAD_TOP = 0.40
_THIGH = 0.85
"""Girth of the thighs, times half the distance of the hip joints."""
_SLIMMEST, _STOUTEST = 0.6, 1.5
"""What a mesh may say of a girth, as shares of what the bones do."""
_HEAD_AXIS = (0.25, 0.6)
"""Where the axis of the head begins and ends between its joint and its top."""
_GIRTH_BONES = {
    "pelvis": ("下半身",),
    "chest": ("上半身2", "上半身3", "上半身"),
    "head": ("頭",),
    "leftThigh": ("左足D", "左足"),
    "rightThigh": ("右足D", "右足"),
}


@runtime_checkable
class Posed(Protocol):
    """A model in pose, asked for its bones by their usual names."""

    @property
    def rig(self) -> Rig:
        """Its bones."""
        ...

    def position_m(self, name: str) -> Float[Array, "frame 3"]:
        """Return where a bone is [m]."""
        ...

    def rotation(self, name: str) -> Float[Array, "frame 4"]:
        """Return a bone's global rotation."""
        ...


@dataclass(frozen=True)
class Part:
    """One part of a body through time."""

    starts_m: Float[Array, "frame 3"]
    ends_m: Float[Array, "frame 3"]
    turns_xyzw: Float[Array, "frame 4"]
    girth_m: Float[Array, "4"]
    """Half width, front, back, and how far it is rounded beyond its ends."""

    def relation(self, points_m: Float[Array, "frame 3"]) -> "Relation":
        """Return where points are in relation to this part."""
        axis = self.ends_m - self.starts_m
        along = ((points_m - self.starts_m) * axis).sum(-1) / np.maximum((axis**2).sum(-1), 1e-12)
        share = np.clip(along, 0.0, 1.0)[:, None]
        out = rotate(conjugate(self.turns_xyzw), points_m - self.starts_m - share * axis)
        length = np.linalg.norm(out, axis=-1, keepdims=True)
        ways = np.where(length > 1e-6, out / np.maximum(length, 1e-6), np.array([0.0, 0.0, 1.0]))
        return Relation(share, ways, length[:, 0] - self.radius_m(ways))

    def place_m(self, relation: "Relation", gap_m: Float[Array, " frame"]) -> Float[Array, "frame 3"]:
        """Return the points that have a relation to this part, at another distance from the surface."""
        foot = self.starts_m + relation.shares * (self.ends_m - self.starts_m)
        reach = np.maximum(self.radius_m(relation.ways) + gap_m, 0.0)
        return foot + rotate(self.turns_xyzw, relation.ways * reach[:, None])

    def radius_m(self, ways: Float[Array, "frame 3"]) -> Float[Array, " frame"]:
        """Return how far the surface is from the axis in directions of this part's own frame."""
        width, front, back, cap = self.girth_m
        depth = np.where(ways[:, 2] > 0.0, front, back)
        inverse = (ways[:, 0] / width) ** 2 + (ways[:, 1] / cap) ** 2 + (ways[:, 2] / depth) ** 2
        return 1.0 / np.sqrt(np.maximum(inverse, 1e-9))


@dataclass(frozen=True)
class Relation:
    """Where points are in relation to a part."""

    shares: Float[Array, "frame 1"]
    """How far along the axis, 0–1."""
    ways: Float[Array, "frame 3"]
    """Direction from the axis in the part's frame."""
    gaps_m: Float[Array, " frame"]
    """Distance from the surface [m]; negative inside."""


def dancer_parts(
    skeleton: Skeleton, joints_m: Float[Array, "frame joint 3"], turned: Float[Array, "frame joint 4"]
) -> dict[str, Part]:
    """Return the dancer's parts, their girths guessed from the bones."""

    def at(name: str) -> Array:
        return joints_m[:, JOINT_INDEX[name]]

    def turn(name: str) -> Array:
        return turned[:, JOINT_INDEX[name]]

    rest = skeleton.rest_positions_m
    sizes = _sizes(*(rest[JOINT_INDEX[s + p]] for p in ("UpperLeg", "UpperArm") for s in ("left", "right")))
    hips = (at("leftUpperLeg") + at("rightUpperLeg")) / 2.0
    shoulders = (at("leftUpperArm") + at("rightUpperArm")) / 2.0
    top = rotate(turn("head"), np.array([0.0, sizes.trunk_m * _HEAD_TOP, 0.0]))
    axes = {
        "pelvis": (hips, at("spine"), turn("hips")),
        "chest": (at("spine"), shoulders, turn("chest")),
        "head": (at("head") + _HEAD_AXIS[0] * top, at("head") + _HEAD_AXIS[1] * top, turn("head")),
        "leftThigh": (at("leftUpperLeg"), at("leftLowerLeg"), turn("leftUpperLeg")),
        "rightThigh": (at("rightUpperLeg"), at("rightLowerLeg"), turn("rightUpperLeg")),
    }
    return {name: Part(a, b, turns, _guessed(sizes, name)) for name, (a, b, turns) in axes.items()}


def model_parts(pose: Posed) -> dict[str, Part]:
    """Return the model's parts as it is posed, as stout as its mesh; needs 足, ひざ and 腕 on both sides."""
    rig = pose.rig
    sizes = _sizes(*(rig.rest(s + p) for p in ("足", "腕") for s in "左右"))
    hips = (pose.position_m("左足") + pose.position_m("右足")) / 2.0
    shoulders = (pose.position_m("左腕") + pose.position_m("右腕")) / 2.0
    chest = "上半身2" if "上半身2" in rig else "上半身"
    waist = pose.position_m("上半身") if "上半身" in rig else (hips + shoulders) / 2.0
    girths = dict(rig.girths_m)
    result = {}
    for name, (start, end, bone) in {
        "pelvis": (hips, waist, "下半身"),
        "chest": (waist, shoulders, chest),
        "leftThigh": (pose.position_m("左足"), pose.position_m("左ひざ"), "左足"),
        "rightThigh": (pose.position_m("右足"), pose.position_m("右ひざ"), "右足"),
    }.items():
        turn = pose.rotation(bone) if bone in rig else pose.rotation("左足" if "左" in bone else chest)
        result[name] = Part(start, end, turn, _measured(sizes, name, girths))
    if "頭" in rig:
        girth = _measured(sizes, "head", girths)
        top_m = girth[3] / (1.0 - _HEAD_AXIS[1])
        at, top = pose.position_m("頭"), rotate(pose.rotation("頭"), np.array([0.0, top_m, 0.0]))
        result["head"] = Part(at + _HEAD_AXIS[0] * top, at + _HEAD_AXIS[1] * top, pose.rotation("頭"), girth)
    return result


@dataclass(frozen=True)
class _Sizes:
    hips_m: float
    """Half the distance of the hip joints."""
    shoulders_m: float
    trunk_m: float


def _sizes(left_hip: Array, right_hip: Array, left_arm: Array, right_arm: Array) -> _Sizes:
    trunk = np.linalg.norm((left_arm + right_arm) / 2.0 - (left_hip + right_hip) / 2.0)
    hips, shoulders = np.linalg.norm(left_hip - right_hip) / 2.0, np.linalg.norm(left_arm - right_arm) / 2.0
    return _Sizes(max(float(hips), 0.01), max(float(shoulders), 0.01), max(float(trunk), 0.01))


def _guessed(sizes: _Sizes, name: str) -> Float[Array, "4"]:
    """Half width, front, back and rounding of a part, from the bones alone [m]."""
    if name == "pelvis":
        return sizes.hips_m * np.array([*_PELVIS, 1.0])
    if name == "chest":
        return sizes.shoulders_m * np.array([*_CHEST, 0.5])
    if name == "head":
        return sizes.trunk_m * np.array([*_HEAD, _HEAD_TOP * (1.0 - _HEAD_AXIS[1])])
    return np.full(4, sizes.hips_m * _THIGH)


def _measured(sizes: _Sizes, name: str, girths: dict[str, tuple[float, float, float, float]]) -> Float[Array, "4"]:
    """The same as the model's mesh has it, within reason."""
    guess = _guessed(sizes, name)
    found = [np.array(girths[bone]) for bone in _GIRTH_BONES[name] if bone in girths]
    if not found:
        return guess
    mesh = np.max(found, axis=0)
    if name == "head":
        mesh[3] *= 1.0 - _HEAD_AXIS[1]
        return np.clip(mesh, guess * _SLIMMEST, guess * 3.0)
    mesh[3] = guess[3]
    return np.clip(mesh, guess * _SLIMMEST, guess * _STOUTEST)
