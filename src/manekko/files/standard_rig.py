"""The built-in semi-standard MMD skeleton, for motions made without a model.

Its proportions are Manekko's own: 158 cm tall, arms 35° below the horizontal, soles on the floor. Names, parents,
append parents and IK follow the customs that nearly all MMD models share, so its motions play on them.
"""

import math
from functools import cache

import numpy as np

from manekko.arrays import Array, Float, triple
from manekko.skeleton.rig import Append, Ik, IkLink, Rig, RigBone

_ARM_SLOPE_RAD = math.radians(35.0)
_UP = np.array([0.0, 1.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])
_LEFT = np.array([1.0, 0.0, 0.0])
_ARM = math.cos(_ARM_SLOPE_RAD) * _LEFT - math.sin(_ARM_SLOPE_RAD) * _UP
_PALM_UP = math.sin(_ARM_SLOPE_RAD) * _LEFT + math.cos(_ARM_SLOPE_RAD) * _UP
_SHOULDER = np.array([0.022, 1.275, -0.018])
_UPPER_ARM = np.array([0.105, 1.262, -0.018])
_UPPER_ARM_M, _LOWER_ARM_M, _HAND_M = 0.235, 0.215, 0.082
_HIP, _KNEE, _ANKLE = np.array([0.078, 0.835, 0.0]), np.array([0.078, 0.462, 0.008]), np.array([0.078, 0.082, -0.028])
_TOE = np.array([0.080, 0.0, 0.115])
_HEEL = np.array([0.078, 0.0, -0.068])
_KNEE_LIMITS = ((math.radians(0.5), math.pi), (0.0, 0.0), (0.0, 0.0))
_MORPHS = (
    "真面目 困る にこり 怒り 上 下 まばたき 笑い ウィンク ウィンク右 ウィンク２ ｳｨﾝｸ２右 なごみ はぅ びっくり じと目 "
    "あ い う え お ▲ ∧ ω にやり にっこり ぺろっ 口角上げ 口角下げ 瞳小"
).split()


class _Builder:
    """Bones in the order they are added, found by name."""

    def __init__(self) -> None:
        self.bones: list[RigBone] = []
        self.index = {"": -1}

    def add(self, name: str, parent: str, position: Array, **more: object) -> None:
        self.index[name] = len(self.bones)
        place = triple(position)
        self.bones.append(RigBone(name, self.index[parent], place, **more))  # type: ignore[arg-type]

    def follow(self, source: str, ratio: float) -> Append:
        return Append(self.index[source], ratio, rotates=True, moves=False)


@cache
def standard_rig() -> Rig:
    """Return the built-in rig: body, twist bones, fingers, eyes, D bones, leg and toe IK."""
    builder = _Builder()
    _add_trunk(builder)
    for side, sign in (("左", 1.0), ("右", -1.0)):
        _add_arm(builder, side, sign)
    for side, sign in (("左", 1.0), ("右", -1.0)):
        _add_leg(builder, side, sign)
    _add_eyes(builder)
    soles: list[tuple[str, tuple[float, float, float]]] = []
    for side, sign in (("左", 1.0), ("右", -1.0)):
        for point in (_HEEL, _TOE):
            for width in (-0.026, 0.026):
                soles.append((side + "足首", (sign * float(point[0] + width), 0.0, float(point[2]))))
    return Rig("Manekko", tuple(builder.bones), tuple(soles), tuple(_MORPHS))


def _add_trunk(builder: _Builder) -> None:
    builder.add("全ての親", "", np.zeros(3), movable=True)
    builder.add("センター", "全ての親", 0.64 * _UP, movable=True)
    builder.add("グルーブ", "センター", 0.66 * _UP, movable=True)
    builder.add("腰", "グルーブ", 0.895 * _UP - 0.01 * _FORWARD, movable=True)
    builder.add("下半身", "腰", 0.955 * _UP - 0.005 * _FORWARD, tail_position_m=(0.0, 0.835, 0.0))
    builder.add("上半身", "腰", 0.955 * _UP - 0.005 * _FORWARD)
    builder.add("上半身2", "上半身", 1.075 * _UP - 0.01 * _FORWARD)
    builder.add("首", "上半身2", 1.312 * _UP - 0.024 * _FORWARD)
    builder.add("頭", "首", 1.372 * _UP - 0.012 * _FORWARD, tail_position_m=(0.0, 1.58, -0.012))


def _add_eyes(builder: _Builder) -> None:
    eye = np.array([0.031, 1.44, 0.052])
    builder.add("両目", "頭", eye * [0.0, 1.0, 1.0])
    for side, sign in (("左", 1.0), ("右", -1.0)):
        builder.add(side + "目", "頭", eye * [sign, 1.0, 1.0], append=builder.follow("両目", 1.0))


def _add_arm(builder: _Builder, side: str, sign: float) -> None:
    mirror = np.array([sign, 1.0, 1.0])
    axis = _ARM * mirror
    twist = triple(axis)
    elbow = _UPPER_ARM + _UPPER_ARM_M * _ARM
    wrist = elbow + _LOWER_ARM_M * _ARM
    builder.add(side + "肩P", "上半身2", _SHOULDER * mirror)
    builder.add(side + "肩", side + "肩P", _SHOULDER * mirror)
    builder.add(side + "肩C", side + "肩", _UPPER_ARM * mirror, append=builder.follow(side + "肩P", -1.0))
    builder.add(side + "腕", side + "肩C", _UPPER_ARM * mirror)
    builder.add(side + "腕捩", side + "腕", (_UPPER_ARM + elbow) / 2 * mirror, fixed_axis=twist)
    builder.add(side + "ひじ", side + "腕捩", elbow * mirror)
    builder.add(side + "手捩", side + "ひじ", (elbow + wrist) / 2 * mirror, fixed_axis=twist)
    tip = (wrist + _HAND_M * _ARM) * mirror
    builder.add(side + "手首", side + "手捩", wrist * mirror, tail_position_m=triple(tip))
    for name, joints in _finger_joints(wrist):
        parent = side + "手首"
        for digit, position in zip("０１２" if name == "親指" else "１２３", joints[:-1], strict=True):
            builder.add(side + name + digit, parent, position * mirror)
            parent = side + name + digit
        end = joints[-1] * mirror
        last = builder.bones[-1]
        builder.bones[-1] = RigBone(last.name, last.parent, last.rest_position_m, triple(end))


def _finger_joints(wrist: Float[Array, "3"]) -> list[tuple[str, list[Array]]]:
    """Return the joints and tip of each finger of the left hand; the palm faces down and the thumb forward."""
    fingers = []
    outward, forward = (0.014, 0.018, -0.008), np.array([0.62, -0.28, 0.73])
    base = wrist + outward[0] * _ARM + outward[1] * _FORWARD + outward[2] * _PALM_UP
    way = forward[0] * _ARM + forward[1] * _PALM_UP + forward[2] * _FORWARD
    way = way / np.linalg.norm(way)
    fingers.append(("親指", [base + reach * way for reach in (0.0, 0.033, 0.060, 0.084)]))
    for name, reach, across, lengths in (
        ("人指", 0.078, 0.022, (0.034, 0.021, 0.018)),
        ("中指", 0.080, 0.002, (0.037, 0.024, 0.019)),
        ("薬指", 0.076, -0.017, (0.034, 0.022, 0.018)),
        ("小指", 0.069, -0.034, (0.027, 0.017, 0.016)),
    ):
        base = wrist + reach * _ARM + across * _FORWARD
        fingers.append((name, [base + step * _ARM for step in np.cumsum([0.0, *lengths])]))
    return fingers


def _add_leg(builder: _Builder, side: str, sign: float) -> None:
    mirror = np.array([sign, 1.0, 1.0])
    hip, knee, ankle, toe = (point * mirror for point in (_HIP, _KNEE, _ANKLE, _TOE))
    builder.add("腰キャンセル" + side, "下半身", hip, append=builder.follow("腰", -1.0), visible=False)
    builder.add(side + "足", "腰キャンセル" + side, hip)
    builder.add(side + "ひざ", side + "足", knee)
    builder.add(side + "足首", side + "ひざ", ankle)
    builder.add(side + "つま先", side + "足首", toe)
    index = builder.index
    leg = (IkLink(index[side + "ひざ"], _KNEE_LIMITS), IkLink(index[side + "足"]))
    builder.add(side + "足IK親", "全ての親", ankle * [1.0, 0.0, 1.0], movable=True)
    builder.add(side + "足ＩＫ", side + "足IK親", ankle, movable=True, ik=Ik(index[side + "足首"], 40, 2.0, leg))
    foot = (IkLink(index[side + "足首"]),)
    builder.add(side + "つま先ＩＫ", side + "足ＩＫ", toe, movable=True, ik=Ik(index[side + "つま先"], 3, 4.0, foot))
    parent = "腰キャンセル" + side
    for name, position in (("足", hip), ("ひざ", knee), ("足首", ankle)):
        builder.add(side + name + "D", parent, position, layer=1, append=builder.follow(side + name, 1.0))
        parent = side + name + "D"
    builder.add(side + "足先EX", parent, (ankle + 2.0 * toe) / 3.0 * [1.0, 1.0, 1.0], layer=1)
