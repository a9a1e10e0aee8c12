"""PMX 2.0/2.1 models: read, written, and as a ``Rig``."""

import numpy as np

from manekko.arrays import Array, Int
from manekko.files.binary import printable
from manekko.files.model_rig import body_girths, bone_soles, direction, metres, mirrored_limits, sole_points, unmirrored
from manekko.files.pmx_read import parse_pmx
from manekko.files.pmx_values import (
    AFTER_PHYSICS,
    APPENDS_MOVE,
    APPENDS_ROTATION,
    LOCAL_APPEND,
    MOVABLE,
    VISIBLE,
    PmxBone,
    PmxFile,
    PmxIk,
    PmxVertices,
)
from manekko.files.pmx_write import write_pmx
from manekko.skeleton.rig import Append, Ik, IkLink, Rig, RigBone

__all__ = ["PmxFile", "parse_pmx", "rig_from_pmx", "write_pmx"]

_MOST_LOOPS = 256
"""MMD's own limit; a damaged file may ask for billions."""


def rig_from_pmx(file: PmxFile) -> Rig:
    """Return a model's bones in our frame (metres, right-handed, facing +Z).

    References to bones that the file does not have are left out, as MMD does.
    """
    names = [printable(bone.name) for bone in file.bones]
    bones = tuple(_rig_bone(file, bone, name) for bone, name in zip(file.bones, names, strict=True))
    positions, carriers = unmirrored(file.vertices.positions), _carriers(file.vertices, len(bones))
    rests = np.array([bone.rest_position_m for bone in bones]).reshape(-1, 3)
    soles = sole_points(names, positions, carriers) or bone_soles(names, rests)
    morphs = tuple(printable(morph.name) for morph in file.morphs)
    return Rig(printable(file.header.name), bones, soles, morphs, body_girths(names, rests, positions, carriers))


def _rig_bone(file: PmxFile, bone: PmxBone, name: str) -> RigBone:
    count = len(file.bones)
    append = None
    if bone.append is not None and 0 <= bone.append[0] < count:
        source, ratio = bone.append
        rotates, moves = bool(bone.flags & APPENDS_ROTATION), bool(bone.flags & APPENDS_MOVE)
        local = bool(bone.flags & LOCAL_APPEND)
        append = Append(source, ratio, rotates, moves, local) if np.isfinite(ratio) else None
    return RigBone(
        name=name,
        parent=bone.parent,
        rest_position_m=metres(bone.position),
        tail_position_m=_tail(file, bone),
        layer=bone.layer,
        movable=bool(bone.flags & MOVABLE),
        visible=bool(bone.flags & VISIBLE),
        fixed_axis=None if bone.fixed_axis is None else direction(bone.fixed_axis),
        append=append,
        ik=None if bone.ik is None else _rig_ik(bone.ik, count),
        after_physics=bool(bone.flags & AFTER_PHYSICS),
    )


def _tail(file: PmxFile, bone: PmxBone) -> tuple[float, float, float] | None:
    """Return where a bone's drawn tip is [m]; None where it has no length."""
    if bone.tail_bone is not None:
        return metres(file.bones[bone.tail_bone].position) if 0 <= bone.tail_bone < len(file.bones) else None
    if bone.tail_offset is None or not any(bone.tail_offset) or not np.isfinite(bone.tail_offset).all():
        return None
    x, y, z = (start + shift for start, shift in zip(bone.position, bone.tail_offset, strict=True))
    return metres((x, y, z))


def _rig_ik(ik: PmxIk, count: int) -> Ik | None:
    if not 0 <= ik.target < count or not np.isfinite(ik.step_rad):
        return None
    links = tuple(
        IkLink(link.bone, mirrored_limits(*link.limits) if link.limits and np.isfinite(link.limits).all() else None)
        for link in ik.links
        if 0 <= link.bone < count
    )
    return Ik(ik.target, min(max(ik.loops, 0), _MOST_LOOPS), ik.step_rad, links)


def _carriers(vertices: PmxVertices, bone_count: int) -> Int[Array, " vertex"]:
    """Return for each vertex the bone with most weight, or −1."""
    heaviest = np.argmax(vertices.weights, axis=1)
    carriers = vertices.bones[np.arange(len(heaviest)), heaviest]
    return np.where((carriers >= 0) & (carriers < bone_count), carriers, -1)
