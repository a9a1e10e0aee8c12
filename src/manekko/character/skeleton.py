"""The character's bones: the full semi-standard rig of MMD models, and chains that sway."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Float, triple
from manekko.character.bone_names import english_name
from manekko.character.design import Design, head_frame
from manekko.character.parts import Chain
from manekko.character.proportions import proportions
from manekko.files.standard_rig import standard_rig
from manekko.skeleton.rig import Append, RigBone

_ON_ARM = ("腕", "ひじ", "手", "指")
_LEAN_DEGREES = (-180.0, -150.0, -50.0, -25.0, 0.0, 25.0, 70.0, 90.0, 115.0, 135.0, 160.0, 180.0)
_LEAN_SHARES = (0.12, 0.0, 0.0, 0.08, 0.32, 0.60, 0.65, 0.60, 0.46, 0.34, 0.24, 0.12)
"""How much of the left leg's turn a panel takes, by its place: 0° in front, 90° left."""
_TWIST_SHARES = (("1", 0.25), ("2", 0.50), ("3", 0.75))


@dataclass(frozen=True)
class Bone:
    """One bone with what a model's file says of it beyond the rig."""

    rig: RigBone
    name_en: str
    tail: str = ""
    """Bone that it points to, where it points to one."""
    chain: bool = False
    """Whether physics moves it."""


def bones_of(design: Design, chains: tuple[Chain, ...]) -> tuple[Bone, ...]:
    """Return all bones of a design in file order: parents come before their children.

    In the standard proportions trunk, limbs and fingers stand where ``standard_rig`` has them.
    """
    named = _Bones(_with_eyes([_placed(bone, design) for bone in standard_rig().bones], design))
    for side in "左右":
        named.spread_twist(side + "腕捩", side + "腕", side + "ひじ")
        named.spread_twist(side + "手捩", side + "ひじ", side + "手首")
    for chain in chains:
        named.hang(chain)
    tails = _tails(named)
    return tuple(
        Bone(bone, english_name(bone.name), tails.get(bone.name, ""), bone.name in named.swaying)
        for bone in named.bones
    )


def _placed(bone: RigBone, design: Design) -> RigBone:
    share = 1.0 if bone.name[1:].startswith(_ON_ARM) or "指" in bone.name else 0.0
    sizes = proportions(design)

    def place(point: tuple[float, float, float]) -> tuple[float, float, float]:
        return triple(sizes.placed(np.array(point), share))

    tail = bone.tail_position_m
    return replace(bone, rest_position_m=place(bone.rest_position_m), tail_position_m=tail and place(tail))


def _with_eyes(bones: list[RigBone], design: Design) -> list[RigBone]:
    """Return the bones with the head's tip on its crown and the eyes behind its pupils."""
    frame = head_frame(design)
    across = {"両目": 0.0, "左目": frame.eye_x, "右目": -frame.eye_x}
    moved = []
    for bone in bones:
        if bone.name in across:
            moved.append(replace(bone, rest_position_m=(across[bone.name], frame.eye_y, frame.eye_z)))
        elif bone.name == "頭":
            moved.append(replace(bone, tail_position_m=(0.0, frame.crown_y, bone.rest_position_m[2])))
        else:
            moved.append(bone)
    return moved


class _Bones:
    """Bones in file order, found by name, while more are added."""

    def __init__(self, bones: list[RigBone]) -> None:
        self.bones = bones
        self.index = {bone.name: number for number, bone in enumerate(bones)}
        self.swaying: set[str] = set()

    def add(self, bone: RigBone) -> None:
        self.index[bone.name] = len(self.bones)
        self.bones.append(bone)

    def place(self, name: str) -> Float[Array, "3"]:
        return np.array(self.bones[self.index[name]].rest_position_m)

    def spread_twist(self, twist: str, start: str, end: str) -> None:
        """Add the three bones that take a quarter, a half and three quarters of a twist."""
        source = self.bones[self.index[twist]]
        first, last = self.place(start), self.place(end)
        for digit, share in _TWIST_SHARES:
            place = triple(first + (last - first) * share)
            append = Append(self.index[twist], share, rotates=True, moves=False)
            axis = source.fixed_axis
            self.add(RigBone(twist + digit, self.index[start], place, append=append, fixed_axis=axis, visible=False))

    def hang(self, chain: Chain) -> None:
        """Add a chain's bones, each hanging on the one before; a skirt's panels lean with the legs."""
        parent = self.index[chain.parent]
        if chain.kind == "skirt":
            for leg, share in leg_shares(chain):
                name = f"{chain.bones[0]}{leg[0]}"
                append = Append(self.index[leg], share, rotates=True, moves=False)
                place = triple(chain.points_m[0])
                self.add(RigBone(name, parent, place, append=append, layer=1, visible=False))
                parent = self.index[name]
        for name, start, end in zip(chain.bones, chain.points_m[:-1], chain.points_m[1:], strict=True):
            self.add(RigBone(name, parent, triple(start), triple(end), layer=self.bones[parent].layer))
            self.swaying.add(name)
            parent = self.index[name]


def leg_shares(chain: Chain) -> list[tuple[str, float]]:
    """Return by how much of each leg's turn a skirt's panel leans: most in front of the leg and beside it."""
    x, _, z = chain.points_m[-1]
    shares = []
    for leg, side in (("左足", 1.0), ("右足", -1.0)):
        angle = math.degrees(math.atan2(side * x, z))
        share = float(np.interp(angle, _LEAN_DEGREES, _LEAN_SHARES))
        if share > 0.0:
            shares.append((leg, share))
    return shares


def _tails(named: _Bones) -> dict[str, str]:
    """Return which bones point to which."""
    tails = {"センター": "", "下半身": "", "上半身": "上半身2", "上半身2": "首", "首": "頭"}
    for side in "左右":
        tails |= {side + "肩": side + "腕", side + "腕": side + "ひじ", side + "ひじ": side + "手首"}
        tails |= {side + "足": side + "ひざ", side + "ひざ": side + "足首", side + "足首": side + "つま先"}
        tails |= {side + "足D": side + "ひざD", side + "ひざD": side + "足首D", side + "足首D": side + "足先EX"}
        for finger in ("親指", "人指", "中指", "薬指", "小指"):
            digits = "０１２" if finger == "親指" else "１２３"
            for digit, following in pairwise(digits):
                tails[side + finger + digit] = side + finger + following
    return {name: tail for name, tail in tails.items() if tail and name in named.index}
