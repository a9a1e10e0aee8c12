"""An MMD figure in VRM's rest pose: its arms raised to the T, and which VRM bone takes over from which MMD bone."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.errors import InputError
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import pose_whole_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import as_axes, between, conjugate, multiply, normalized, rotate
from manekko.skeleton.skeleton import FINGERS, HUMANOID_PARENTS, finger_segments
from manekko.stage.figure import Figure

_SIDES = (("left", "左", 1.0), ("right", "右", -1.0))
_FINGER_BONES = {
    "Thumb": "親指０１２",
    "Index": "人指１２３",
    "Middle": "中指１２３",
    "Ring": "薬指１２３",
    "Little": "小指１２３",
}
_PELVIS_SHARE = 0.4
"""Where VRM's hips lie on the way from the hip sockets up to MMD's 下半身."""
_NEEDED = (
    "hips",
    "spine",
    "head",
    "leftUpperLeg",
    "leftLowerLeg",
    "leftFoot",
    "leftUpperArm",
    "leftLowerArm",
    "leftHand",
)


@dataclass(frozen=True, eq=False)
class Rest:
    """A figure in T-pose."""

    bones_m: Float[Array, "bone 3"]
    """Where each bone of the rig is [m]."""
    rotations_xyzw: Float[Array, "bone 4"]
    """How far each bone has turned from the rig's own rest pose."""
    positions_m: Float[Array, "vertex 3"]
    normals: Float[Array, "vertex 3"]
    turns: Float[Array, "vertex 3 3"]
    """How far each vertex has turned, for morphs."""


def humanoid_bones(rig: Rig) -> dict[str, int]:
    """Return VRM humanoid bone → the rig's bone, in VRM's order, parents first.

    Raises:
        InputError: the rig lacks bones that VRM needs.
    """
    names = {"hips": "下半身", "spine": "上半身", "chest": "上半身2", "neck": "首", "head": "頭"}
    for side, mark, _ in _SIDES:
        parts = {"Eye": "目", "Shoulder": "肩", "UpperArm": "腕", "LowerArm": "ひじ", "Hand": "手首",
                 "UpperLeg": "足", "LowerLeg": "ひざ", "Foot": "足首", "Toes": "足先EX"}  # fmt: skip
        names |= {side + part: mark + bone for part, bone in parts.items()}
        names |= {side + joint: mark + bone for joint, bone in _finger_names()}
    found = {joint: rig.index[names[joint]] for joint in HUMANOID_PARENTS if names.get(joint, "") in rig}
    lacking = [names[name] for name in _NEEDED if name not in found]
    if lacking:
        raise InputError(f"the model {rig.name!r} lacks the bones {' '.join(lacking)}, which a VRM needs")
    return found


def _finger_names() -> list[tuple[str, str]]:
    """Return (VRM's joint, MMD's bone) of a hand's fingers, without the side."""
    return [
        (finger + segment, _FINGER_BONES[finger][:2] + digit)
        for finger in FINGERS
        for segment, digit in zip(finger_segments(finger), _FINGER_BONES[finger][2:], strict=True)
    ]


def t_posed(figure: Figure) -> Rest:
    """Return the figure with its arms and fingers straight out to the sides, the palms down; IK is off."""
    rig = figure.rig
    tracks = {name: BoneTrack(np.array([0]), np.zeros((1, 3)), turn[None]) for name, turn in _arm_turns(rig).items()}
    off = {bone.name: False for bone in rig.bones if bone.ik is not None}
    pose = pose_whole_rig(rig, RigMotion(rig.name, tracks, ik_states=((0, off),)), np.array([0]))
    bones, rotations = pose.positions_m[0], pose.rotations_xyzw[0]
    mesh = figure.mesh
    own = np.array([bone.rest_position_m for bone in rig.bones])
    axes = as_axes(normalized(rotations))
    turns = np.zeros((len(mesh.positions_m), 3, 3))
    positions = np.zeros_like(mesh.positions_m)
    for corner in range(mesh.bones.shape[1]):
        number, weight = mesh.bones[:, corner], mesh.weights[:, corner, None]
        turns += weight[..., None] * axes[number]
        moved = np.einsum("vij,vj->vi", axes[number], mesh.positions_m - own[number]) + bones[number]
        positions += weight * moved
    normals = normalized(np.einsum("vij,vj->vi", turns, mesh.normals))
    return Rest(bones, rotations, positions, normals, turns)


def _arm_turns(rig: Rig) -> dict[str, Float[Array, "4"]]:
    """Return MMD bone → its turn in its parent that brings the arms from the rig's rest to the T."""
    turns: dict[str, Array] = {}
    for _, mark, sign in _SIDES:
        across = np.array([sign, 0.0, 0.0])
        whole = np.array([0.0, 0.0, 0.0, 1.0])
        for bone, end in pairwise(mark + part for part in ("腕", "ひじ", "手首", "中指１")):
            if bone in rig and end in rig:
                raised = between(rig.rest(end) - rig.rest(bone), across)
                turns[bone] = multiply(conjugate(whole), raised)
                whole = raised
        for finger, digits in ((name[:2], name[2:]) for name in list(_FINGER_BONES.values())[1:]):
            turns |= _finger_turns(rig, [mark + finger + digit for digit in (*digits, "先")], whole, across)
    return turns


def _finger_turns(
    rig: Rig, bones: list[str], hand: Float[Array, "4"], across: Float[Array, "3"]
) -> dict[str, Float[Array, "4"]]:
    """Return the turns that lay a finger flat, its spread kept; the last bone goes on straight."""
    turns = {}
    whole = hand
    for bone, end in pairwise(bones):
        if bone in rig and end in rig:
            way = rotate(hand, rig.rest(end) - rig.rest(bone))
            flat = between(way, way * np.array([1.0, 0.0, 1.0]))
            straight = multiply(flat, hand) if float(way @ across) > 0.0 else whole
            turns[bone] = multiply(conjugate(whole), straight)
            whole = straight
    return turns


def hips_place(rest: Rest, bones: dict[str, int]) -> Float[Array, "3"]:
    """Return where VRM's hips go: between the hip sockets and MMD's 下半身, which lies in the waist [m]."""
    sockets = (rest.bones_m[bones["leftUpperLeg"]] + rest.bones_m[bones["rightUpperLeg"]]) / 2.0
    return sockets + _PELVIS_SHARE * (rest.bones_m[bones["hips"]] - sockets)


def taken_over(rig: Rig, kept: dict[int, int]) -> Int[Array, " bone"]:
    """Return for each bone of the rig the node that takes over its vertices.

    A bone that only copies another one's turn (足D, 腕捩's helpers) goes where that one goes; any other that is not
    kept, where its parent goes. What hangs on nothing kept goes to the hips, node 0.

    Args:
        rig: the model's bones.
        kept: bones of the rig → nodes.
    """
    nodes = np.zeros(len(rig.bones), dtype=np.int64)
    for start in range(len(rig.bones)):
        bone, steps = start, 0
        while bone >= 0 and bone not in kept and steps <= len(rig.bones):
            append = rig.bones[bone].append
            copies = append is not None and append.rotates and append.ratio == 1.0 and append.source in kept
            bone = append.source if copies and append is not None else rig.bones[bone].parent
            steps += 1
        nodes[start] = kept.get(bone, 0)
    return nodes
