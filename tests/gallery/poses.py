"""Twenty poses that show whether a body bends well: knees, shoulders and hips to their ends, and what dancers do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import IDENTITY_XYZW, between, conjugate, from_rotation_vectors, multiply, rotate

_LEG_IK = ("左足ＩＫ", "右足ＩＫ", "左つま先ＩＫ", "右つま先ＩＫ")
_CHAIN = ("腕", "ひじ", "手首")

Bend = tuple[str, str, float]
"""Bone, axis in the world in the rest pose, degrees."""
Way = tuple[float, float, float]
"""Of any length, to the left, up and forwards as the chest sees it."""


@dataclass(frozen=True)
class PoseCase:
    """One pose; turns of a bone follow each other."""

    name: str
    bends: tuple[Bend, ...] = ()
    left_arm: tuple[Way, Way] | None = None
    """Where the upper arm and the forearm point; None leaves them as they are."""
    right_arm: tuple[Way, Way] | None = None
    morphs: dict[str, float] = field(default_factory=dict)
    yaw_deg: float = 15.0
    """From where it is looked at: the camera's place around the figure, to its left."""


def _both(part: str, axis: str, degrees: float) -> tuple[Bend, Bend]:
    """Return the same bend on both sides, mirrored."""
    return (f"左{part}", axis, degrees), (f"右{part}", axis, degrees if axis == "x" else -degrees)


def _mirrored(arm: tuple[Way, Way]) -> tuple[Way, Way]:
    (a, b, c), (d, e, f) = arm
    return (-a, b, c), (-d, e, f)


def _closed(side: str, degrees: float, fingers: Sequence[str]) -> tuple[Bend, ...]:
    """Return bends that close fingers towards the palm."""
    sign = -1.0 if side == "左" else 1.0
    return tuple((f"{side}{finger}{joint}", "z", sign * degrees) for finger in fingers for joint in "１２３")


_T_ARM: tuple[Way, Way] = ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0))
_HIP_ARM: tuple[Way, Way] = ((0.75, -0.65, -0.15), (-0.55, -0.75, 0.35))
_UP_ARM: tuple[Way, Way] = ((0.28, 0.95, 0.05), (0.1, 1.0, 0.05))
_DOWN_ARM: tuple[Way, Way] = ((0.3, -0.95, 0.0), (0.2, -0.95, 0.15))
POSES = (
    PoseCase("a-pose", yaw_deg=0.0),
    PoseCase("t-pose", (), _T_ARM, _mirrored(_T_ARM), yaw_deg=0.0),
    PoseCase("arms up", _both("肩", "z", 22.0), _UP_ARM, _mirrored(_UP_ARM), {"にっこり": 1.0}),
    PoseCase("hands on hips", (), _HIP_ARM, _mirrored(_HIP_ARM), {"ｷﾘｯ": 1.0}),
    PoseCase(
        "wave",
        (("頭", "z", -6.0),),
        _DOWN_ARM,
        ((-0.85, 0.1, 0.3), (-0.25, 0.95, 0.15)),
        {"笑い": 1.0, "あ": 0.5},
    ),
    PoseCase(
        "peace",
        (("頭", "z", 8.0), ("左人指１", "z", 12.0), *_closed("左", 75.0, ("薬指", "小指"))),
        ((0.35, -0.8, 0.45), (0.05, 0.95, 0.25)),
        _mirrored(_HIP_ARM),
        {"ウィンク": 1.0, "にやり": 1.0},
    ),
    PoseCase(
        "arms crossed",
        (),
        ((0.3, -0.9, 0.35), (-0.93, 0.05, 0.4)),
        ((-0.3, -0.9, 0.25), (0.9, 0.25, 0.45)),
        {"怒り": 1.0, "口角下げ": 1.0},
    ),
    PoseCase(
        "bow",
        (("上半身", "x", 40.0), ("上半身2", "x", 15.0), ("首", "x", 10.0)),
        ((0.25, -0.85, 0.45), (-0.2, -0.9, 0.3)),
        ((-0.25, -0.85, 0.45), (0.2, -0.9, 0.3)),
        yaw_deg=60.0,
    ),
    PoseCase(
        "look back",
        (("上半身", "y", 35.0), ("上半身2", "y", 25.0), ("首", "y", 25.0), ("頭", "y", 25.0)),
        _DOWN_ARM,
        _mirrored(_DOWN_ARM),
        yaw_deg=125.0,
    ),
    PoseCase(
        "lean",
        (("上半身", "z", -18.0), ("上半身2", "z", -14.0), ("下半身", "z", 8.0)),
        ((0.4, 0.9, 0.0), (-0.1, 1.0, 0.0)),
        _mirrored(_HIP_ARM),
    ),
    PoseCase(
        "walk",
        (("左足", "x", -28.0), ("左ひざ", "x", 10.0), ("右足", "x", 18.0), ("右ひざ", "x", 25.0), ("上半身", "y", 8.0)),
        ((0.25, -0.9, -0.35), (0.15, -0.95, -0.05)),
        ((-0.25, -0.9, 0.3), (-0.1, -0.8, 0.6)),
        yaw_deg=50.0,
    ),
    PoseCase(
        "run",
        (
            *(("左足", "x", -70.0), ("左ひざ", "x", 75.0), ("右足", "x", 25.0), ("右ひざ", "x", 80.0)),
            *(("右足首", "x", 20.0), ("上半身", "x", 14.0)),
        ),
        ((0.3, -0.7, -0.65), (0.1, -0.35, 0.9)),
        ((-0.3, -0.85, 0.4), (0.15, 0.55, 0.8)),
        yaw_deg=65.0,
    ),
    PoseCase(
        "jump",
        (
            *(("左足", "x", -10.0), ("左ひざ", "x", 95.0), ("右足", "x", -45.0), ("右ひざ", "x", 105.0)),
            *(*_both("肩", "z", 15.0), *_both("足首", "x", 30.0)),
        ),
        ((0.6, 0.8, 0.1), (0.35, 0.95, 0.05)),
        ((-0.6, 0.8, 0.1), (-0.35, 0.95, 0.05)),
        {"あ": 1.0, "笑い": 1.0},
        yaw_deg=35.0,
    ),
    PoseCase(
        "squat",
        (
            *(*_both("足", "x", -105.0), *_both("足", "y", 12.0), *_both("ひざ", "x", 125.0)),
            *(*_both("足首", "x", -25.0), ("上半身", "x", 22.0)),
        ),
        ((0.2, -0.65, 0.7), (-0.25, -0.2, 0.95)),
        ((-0.2, -0.65, 0.7), (0.25, -0.2, 0.95)),
        yaw_deg=55.0,
    ),
    PoseCase(
        "sit",
        (*_both("足", "x", -88.0), *_both("ひざ", "x", 88.0)),
        ((0.3, -0.9, 0.2), (-0.15, -0.5, 0.85)),
        ((-0.3, -0.9, 0.2), (0.15, -0.5, 0.85)),
        yaw_deg=55.0,
    ),
    PoseCase(
        "kneel",
        (("左足", "x", -90.0), ("左ひざ", "x", 90.0), ("右ひざ", "x", 90.0), ("右足首", "x", 30.0)),
        ((0.25, -0.8, 0.55), (-0.1, -0.35, 0.9)),
        _mirrored(_DOWN_ARM),
        yaw_deg=50.0,
    ),
    PoseCase(
        "high kick",
        (("左足", "x", -120.0), ("上半身", "x", -12.0), ("右足", "x", 6.0)),
        ((0.9, -0.1, -0.4), (0.9, 0.2, -0.3)),
        ((-0.9, -0.1, 0.3), (-0.8, 0.1, 0.5)),
        yaw_deg=60.0,
    ),
    PoseCase(
        "side split", (("左足", "z", 62.0), ("右足", "z", -25.0), ("上半身", "z", 8.0)), _T_ARM, _mirrored(_T_ARM)
    ),
    PoseCase(
        "arabesque",
        (
            *(("下半身", "x", 35.0), ("上半身", "x", 20.0), ("右足", "x", -32.0), ("左足", "x", 62.0)),
            *(("左足首", "x", 40.0), ("首", "x", -25.0)),
        ),
        _T_ARM,
        ((-0.3, 0.2, 0.95), (-0.1, 0.3, 0.95)),
        yaw_deg=70.0,
    ),
    PoseCase(
        "idol",
        (
            *_closed("右", 85.0, ("中指", "薬指", "小指")),
            *(
                ("下半身", "z", 8.0),
                ("上半身", "z", -12.0),
                ("頭", "z", 10.0),
                ("左足", "x", -25.0),
                ("左ひざ", "x", 60.0),
            ),
        ),
        ((0.4, -0.85, 0.3), (-0.35, 0.75, 0.55)),
        ((-0.35, 0.9, 0.2), (-0.2, 0.95, 0.2)),
        {"ウィンク２": 1.0, "あ": 0.6},
    ),
)


def motion_of(case: PoseCase, rig: Rig) -> RigMotion:
    """Return a pose as keys at frame 0, with the legs' IK off."""
    turns: dict[str, Array] = {}
    for bone, axis, degrees in case.bends:
        turn = from_rotation_vectors(np.eye(3)["xyz".index(axis)] * math.radians(degrees))
        turns[bone] = multiply(turn, turns.get(bone, IDENTITY_XYZW))
    for side, arm in (("左", case.left_arm), ("右", case.right_arm)):
        if arm is not None:
            turns |= _pointing(rig, side, arm)
    at = np.array([0])
    tracks = {bone: BoneTrack(at, np.zeros((1, 3)), turn[None]) for bone, turn in turns.items()}
    morphs = {name: (at, np.array([weight])) for name, weight in case.morphs.items()}
    return RigMotion(case.name, tracks, morphs, ((0, dict.fromkeys(_LEG_IK, False)),))


def _pointing(rig: Rig, side: str, arm: tuple[Way, Way]) -> dict[str, Array]:
    """Return the turns that make an arm point as wanted, each by the shortest way from the bone above."""
    shoulder, elbow, wrist = (rig.rest(f"{side}{part}") for part in _CHAIN)
    upper = between(elbow - shoulder, np.array(arm[0]))
    lower = between(rotate(upper, wrist - elbow), np.array(arm[1]))
    return {f"{side}腕": upper, f"{side}ひじ": multiply(conjugate(upper), multiply(lower, upper))}
