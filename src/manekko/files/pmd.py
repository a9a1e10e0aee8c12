"""PMD models, the format before PMX: read, and as a ``Rig``."""

import math

import numpy as np

from manekko.arrays import Array, Int
from manekko.errors import FormatError
from manekko.files.binary import ByteReader
from manekko.files.model_rig import (
    body_girths,
    bone_soles,
    check_bones,
    direction,
    metres,
    mirrored_limits,
    sole_points,
    unmirrored,
)
from manekko.files.pmd_values import (
    BONE,
    GROUP_MEMBER,
    HIDDEN,
    IK_BONE,
    IK_TARGET,
    JOINT,
    MATERIAL,
    MORPH_OFFSET,
    NO_BONE,
    RIGID_BODY,
    TURNED_BY,
    TURNS_ALONG,
    TURNS_AND_MOVES,
    TWISTS,
    VERTEX,
    PmdEnglish,
    PmdFile,
    PmdIk,
    PmdMorph,
    text_of,
)
from manekko.skeleton.rig import Append, Ik, IkLink, Rig, RigBone

__all__ = ["PmdFile", "parse_pmd", "rig_from_pmd"]

_KNEE = mirrored_limits((-math.pi, 0.0, 0.0), (-math.radians(0.5), 0.0, 0.0))
"""MMD bends a PMD's knees backwards only; the file does not say so."""

_STEP_PER_WEIGHT_RAD = 4.0
_MOST_LOOPS = 256
_TOONS = 10


def parse_pmd(data: bytes) -> PmdFile:
    """Return what a PMD file says.

    Raises:
        FormatError: the bytes are no PMD file, are cut off, or name a bone's parent that does not exist or makes a
            circle.
    """
    reader = ByteReader(data)
    if reader.take(3, "the signature") != b"Pmd":
        raise FormatError("this is not a PMD model: it does not begin with 'Pmd'", offset=0)
    (version,) = reader.numbers("f", "the version")
    if not 0.95 < version < 1.05:
        raise reader.error(f"PMD version {version:.4g} is not known; 1.0 is")
    name, comment = _text(reader, 20), _text(reader, 256)
    vertices = _records(reader, VERTEX, "vertices", "I")
    corners = _records(reader, np.dtype("<u2"), "face corners", "I")
    if len(corners) % 3:
        raise reader.error(f"{len(corners)} face corners do not make whole triangles")
    materials = _records(reader, MATERIAL, "materials", "I")
    bones = _bones(reader)
    iks = tuple(_ik(reader) for _ in range(reader.count(11, "IK chains", "H")))
    morphs = tuple(_morph(reader) for _ in range(reader.count(25, "morphs", "H")))
    panel = _records(reader, np.dtype("<u2"), "morphs of the panel", "B")
    groups = tuple(_text(reader, 50) for _ in range(reader.count(50, "bone groups", "B")))
    members = _records(reader, GROUP_MEMBER, "bones of groups", "I")
    return PmdFile(
        name=name,
        comment=comment,
        vertices=vertices,
        faces=corners.astype(np.int32).reshape(-1, 3),
        materials=materials,
        bones=bones,
        iks=iks,
        morphs=morphs,
        panel_morphs=panel,
        groups=groups,
        group_members=members,
        english=_english(reader, len(bones), len(morphs), len(groups)),
        toons=tuple(_text(reader, 100) for _ in range(_TOONS)) if reader.left else None,
        rigid_bodies=_records(reader, RIGID_BODY, "rigid bodies", "I") if reader.left else None,
        joints=_records(reader, JOINT, "joints", "I") if reader.left else None,
    )


def _text(reader: ByteReader, size: int) -> str:
    return text_of(reader.take(size, "a text"))


def _records(reader: ByteReader, layout: np.dtype, what: str, count_layout: str) -> Array:
    return reader.array(layout, reader.count(layout.itemsize, what, count_layout), what)


def _bones(reader: ByteReader) -> Array:
    start = reader.offset
    bones = _records(reader, BONE, "bones", "H")
    parents = [-1 if bone == NO_BONE else int(bone) for bone in bones["parent"]]
    check_bones(parents, [tuple(position) for position in bones["position"].tolist()], start)
    return bones


def _ik(reader: ByteReader) -> PmdIk:
    bone, target, links, loops, weight = reader.numbers("2HBHf", "an IK chain")
    return PmdIk(bone, target, loops, weight, reader.numbers(f"{links}H", "IK links"))


def _morph(reader: ByteReader) -> PmdMorph:
    name = _text(reader, 20)
    count = reader.count(MORPH_OFFSET.itemsize, "morph offsets", "I")
    kind = reader.number("B", "a morph")
    return PmdMorph(name, kind, reader.array(MORPH_OFFSET, count, "morph offsets"))


def _english(reader: ByteReader, bones: int, morphs: int, groups: int) -> PmdEnglish | None:
    if reader.left == 0 or not reader.number("B", "the switch of English names"):
        return None
    return PmdEnglish(
        name=_text(reader, 20),
        comment=_text(reader, 256),
        bones=tuple(_text(reader, 20) for _ in range(bones)),
        morphs=tuple(_text(reader, 20) for _ in range(max(morphs - 1, 0))),
        groups=tuple(_text(reader, 50) for _ in range(groups)),
    )


def rig_from_pmd(file: PmdFile) -> Rig:
    """Return a model's bones in our frame (metres, right-handed, facing +Z).

    What PMD leaves to MMD is spelt out: knees bend one way, IK chains are solved in the file's order after all plain
    bones, and bones that follow another's turn come last. A bone with several IK chains gets a hidden child, named
    like it with a ``+``, for each further one.
    """
    names = file.bone_names()
    chains: dict[int, list[tuple[int, Ik]]] = {}
    for rank, ik in enumerate(file.iks):
        if ik.bone < len(names) and ik.target < len(names) and np.isfinite(ik.weight):
            chains.setdefault(ik.bone, []).append((1 + rank, _rig_ik(ik, names)))
    last_layer = 1 + len(file.iks)
    bones = [_rig_bone(file, number, name, chains.get(number), last_layer) for number, name in enumerate(names)]
    for number, several in chains.items():
        for layer, ik in several[1:]:
            place = bones[number].rest_position_m
            bones.append(RigBone(names[number] + "+", number, place, layer=layer, visible=False, ik=ik))
    positions, carriers = unmirrored(file.vertices["position"]), _carriers(file)
    rests = np.array([bone.rest_position_m for bone in bones[: len(names)]]).reshape(-1, 3)
    soles = sole_points(names, positions, carriers) or bone_soles(names, rests)
    morphs = tuple(morph.name for morph in file.morphs if morph.kind != 0)
    return Rig(file.name, tuple(bones), soles, morphs, body_girths(names, rests, positions, carriers))


def _rig_bone(file: PmdFile, number: int, name: str, chains: list[tuple[int, Ik]] | None, last_layer: int) -> RigBone:
    bone = file.bones[number]
    kind, tail = int(bone["kind"]), int(bone["tail"])
    tail_m = metres(file.bones[tail]["position"]) if 0 < tail < len(file.bones) else None
    append = _append(bone, len(file.bones))
    layer, ik = chains[0] if chains else (last_layer if append else 0, None)
    return RigBone(
        name=name,
        parent=-1 if bone["parent"] == NO_BONE else int(bone["parent"]),
        rest_position_m=metres(bone["position"]),
        tail_position_m=None if kind in (TURNED_BY, TURNS_ALONG) else tail_m,
        layer=layer,
        movable=kind in (TURNS_AND_MOVES, IK_BONE) or ik is not None,
        visible=kind not in (IK_TARGET, HIDDEN, TURNED_BY, TURNS_ALONG),
        fixed_axis=_twist_axis(file, number) if kind == TWISTS else None,
        append=append,
        ik=ik,
    )


def _append(bone: np.void, bone_count: int) -> Append | None:
    kind = int(bone["kind"])
    if kind == TURNED_BY and bone["ik"] < bone_count:
        return Append(int(bone["ik"]), 1.0, rotates=True, moves=False)
    if kind == TURNS_ALONG and bone["tail"] < bone_count:
        percent = int(bone["ik"].astype(np.int16))
        return Append(int(bone["tail"]), percent / 100.0, rotates=True, moves=False)
    return None


def _twist_axis(file: PmdFile, number: int) -> tuple[float, float, float] | None:
    tail = int(file.bones[number]["tail"])
    if tail >= len(file.bones):
        return None
    return direction((file.bones[tail]["position"] - file.bones[number]["position"]).tolist())


def _rig_ik(ik: PmdIk, names: list[str]) -> Ik:
    links = tuple(
        IkLink(link, _KNEE if names[link].endswith("ひざ") else None) for link in ik.links if link < len(names)
    )
    return Ik(ik.target, min(ik.loops, _MOST_LOOPS), ik.weight * _STEP_PER_WEIGHT_RAD, links)


def _carriers(file: PmdFile) -> Int[Array, " vertex"]:
    """Return for each vertex the bone with most weight, or −1."""
    bones = file.vertices["bones"].astype(np.int32)
    carriers = np.where(file.vertices["percent"] >= 50, bones[:, 0], bones[:, 1])
    return np.where(carriers < len(file.bones), carriers, -1)
