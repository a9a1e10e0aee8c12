"""Small models made byte by byte, with no help from the code under test."""

import math
import struct

from manekko.files.pmx_values import PmxFile
from manekko.skeleton.rig import Rig

MMD_UNIT_M = 0.08
NO_BONE = 0xFFFF
PMD_KIND = {"turns": 0, "moves": 1, "ik": 2, "turned_by": 5, "twists": 8, "turns_along": 9}


def fixed(text: str, size: int) -> bytes:
    return text.encode("cp932")[:size].ljust(size, b"\0")


def pmd_bone(
    name: str, position: tuple[float, float, float], *, parent: int = NO_BONE, tail: int = 0, kind: int = 0, ik: int = 0
) -> bytes:
    return fixed(name, 20) + struct.pack("<HHBH3f", parent, tail, kind, ik, *position)


def pmd_ik(bone: int, target: int, links: list[int], *, loops: int, weight: float) -> bytes:
    return struct.pack(f"<2HBHf{len(links)}H", bone, target, len(links), loops, weight, *links)


def pmd_vertex(position: tuple[float, float, float], bones: tuple[int, int], percent: int) -> bytes:
    return struct.pack("<8f2H2B", *position, 0.0, 1.0, 0.0, 0.5, 0.25, *bones, percent, 0)


def counted(layout: str, records: list[bytes]) -> bytes:
    return struct.pack("<" + layout, len(records)) + b"".join(records)


def pmd_core(
    bones: list[bytes],
    iks: list[bytes],
    *,
    vertices: list[bytes] = (),
    faces: list[int] = (),
    materials: list[bytes] = (),
) -> bytes:
    """Return a PMD file up to the bone groups, where the oldest files end."""
    morph = fixed("base", 20) + struct.pack("<IB", 1, 0) + struct.pack("<I3f", 0, 0.0, 0.0, 0.0)
    blink = fixed("まばたき", 20) + struct.pack("<IB", 1, 2) + struct.pack("<I3f", 0, 0.0, -0.1, 0.0)
    return b"".join(
        [
            b"Pmd" + struct.pack("<f", 1.0) + fixed("見本", 20) + fixed("a sample", 256),
            counted("I", list(vertices)),
            counted("I", [struct.pack("<H", corner) for corner in faces]),
            counted("I", list(materials)),
            counted("H", bones),
            counted("H", iks),
            counted("H", [morph, blink]),
            counted("B", [struct.pack("<H", 1)]),
            counted("B", [fixed("腕\n", 50)]),
            counted("I", [struct.pack("<HB", 0, 1)]),
        ]
    )


def pmd_english(bone_count: int) -> bytes:
    names = [fixed("sample", 20), fixed("in English", 256)]
    return b"\1" + b"".join(
        [*names, *(fixed(f"bone{n}", 20) for n in range(bone_count)), fixed("blink", 20), fixed("arm", 50)]
    )


def pmd_toons() -> bytes:
    return b"".join(fixed(f"toon{n:02}.bmp", 100) for n in range(1, 11))


def pmd_bodies() -> bytes:
    body = fixed("体", 20) + struct.pack("<HBHB14fB", 0, 1, 0xFFFD, 2, *[0.1 * n for n in range(14)], 1)
    return counted("I", [body])


def pmd_joints() -> bytes:
    return counted("I", [fixed("関節", 20) + struct.pack("<2I24f", 0, 0, *[0.1 * n for n in range(24)])])


def pmd_bytes_of(rig: Rig) -> bytes:
    """Return a PMD file with a rig's bones and IK (other constraints are left to their own tests)."""
    bones = []
    for bone in rig.bones:
        x, y, z = bone.rest_position_m
        place = (x / MMD_UNIT_M, y / MMD_UNIT_M, -z / MMD_UNIT_M)
        kind = PMD_KIND["ik"] if bone.ik else PMD_KIND["moves"] if bone.movable else PMD_KIND["turns"]
        bones.append(pmd_bone(bone.name, place, parent=bone.parent if bone.parent >= 0 else NO_BONE, kind=kind))
    iks = [
        pmd_ik(
            number,
            bone.ik.target,
            [link.bone for link in bone.ik.links],
            loops=bone.ik.loops,
            weight=bone.ik.step_rad / 4,
        )
        for number, bone in enumerate(rig.bones)
        if bone.ik
    ]
    vertices = [pmd_vertex((0.1 * n, 0.2, 0.3), (0, 0), 100) for n in range(3)]
    return pmd_core(bones, iks, vertices=vertices, faces=[0, 1, 2], materials=[pmd_material(3)]) + b"\0" + pmd_toons()


def pmd_swaying(file: PmxFile) -> bytes:
    """Return a PMD file with the bones, rigid bodies and joints of a PMX."""
    bones = [
        pmd_bone(
            f"{number}",
            bone.position,
            parent=bone.parent if bone.parent >= 0 else NO_BONE,
            tail=max(bone.tail_bone or 0, 0),
        )
        for number, bone in enumerate(file.bones)
    ]
    bodies, joints = [], []
    for body in file.rigid_bodies:
        origin = file.bones[body.bone].position if body.bone >= 0 else file.bones[0].position
        place = [one - other for one, other in zip(body.position, origin, strict=True)]
        head = struct.pack("<HBHB", body.bone & NO_BONE, body.group, body.unhit_groups, body.shape)
        feel = [body.mass, body.linear_damping, body.angular_damping, body.repulsion, body.friction]
        numbers = struct.pack("<14f", *body.size, *place, *body.rotation, *feel)
        bodies.append(fixed("", 20) + head + numbers + bytes([body.mode]))
    for joint in file.joints:
        joints.append(fixed("", 20) + struct.pack("<2I24f", *joint.bodies, *joint.settings))
    core = pmd_core(bones, [], vertices=[pmd_vertex((0.0, 0.0, 0.0), (0, 0), 100)])
    return core + b"\0" + pmd_toons() + counted("I", bodies) + counted("I", joints)


def pmd_material(corners: int) -> bytes:
    return struct.pack("<11f2BI", *[0.5] * 11, 0, 1, corners) + fixed("", 20)


def pmx_text(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<i", len(raw)) + raw


def pmx_21(*, soft_bodies: bool = True) -> bytes:
    """Return a PMX 2.1 file in UTF-8 that has one of everything; its indices are 1, 2 and 4 bytes wide."""
    head = b"PMX " + struct.pack("<fB8B", 2.1, 8, 1, 1, 2, 1, 1, 2, 1, 4)
    return b"".join(
        [
            head + pmx_text("全部") + pmx_text("all") + pmx_text("") + pmx_text(""),
            counted("i", _pmx_vertices()),
            counted("i", [struct.pack("<H", corner) for corner in (0, 1, 2, 2, 3, 4)]),
            counted("i", [pmx_text("tex/肌.png")]),
            counted("i", [_pmx_material(shared_toon=0), _pmx_material(shared_toon=1)]),
            counted("i", _pmx_bones()),
            counted("i", _pmx_morphs()),
            counted("i", [pmx_text("Root") + pmx_text("") + struct.pack("<Bi", 1, 2) + b"\0\0\0" + b"\1\1"]),
            counted("i", [_pmx_body()]),
            counted("i", [pmx_text("j") + pmx_text("") + struct.pack("<Bii24f", 0, 0, -1, *range(24))]),
            counted("i", [_pmx_soft_body()]) if soft_bodies else b"",
        ]
    )


def _pmx_vertices() -> list[bytes]:
    start = struct.pack("<8f4f", 0.5, 0.0, -1.0, 0.0, 1.0, 0.0, 0.25, 0.75, 1.0, 2.0, 3.0, 4.0)
    weights = [
        struct.pack("<Bh", 0, 1),
        struct.pack("<Bhhf", 1, 0, 1, 0.25),
        struct.pack("<B4h4f", 2, 0, 1, -1, -1, 0.5, 0.5, 0.0, 0.0),
        struct.pack("<Bhhf9f", 3, 0, 1, 0.75, *range(9)),
        struct.pack("<B4h4f", 4, 1, 0, -1, -1, 0.9, 0.1, 0.0, 0.0),
    ]
    return [start + weight + struct.pack("<f", 1.5) for weight in weights]


def _pmx_material(*, shared_toon: int) -> bytes:
    colours = struct.pack("<11fB5f", *[0.5] * 11, 0x1F, *[0.1] * 5)
    ends = struct.pack("<bbBBb", 0, -1, 0, shared_toon, 3 if shared_toon else -1)
    return pmx_text("肌") + pmx_text("skin") + colours + ends + pmx_text("memo") + struct.pack("<i", 3)


def _pmx_bones() -> list[bytes]:
    names = pmx_text("親") + pmx_text("root")
    root = names + struct.pack("<3fhiH", 0.0, 1.0, 0.0, -1, 0, 0x001F) + struct.pack("<h", 1)
    flags = 0x0100 | 0x0200 | 0x0400 | 0x0800 | 0x2000 | 0x0020
    child = pmx_text("左ひざ") + pmx_text("") + struct.pack("<3fhiH", 1.0, 2.0, -3.0, 0, 2, flags)
    child += struct.pack("<3f", 0.0, 0.0, 1.0) + struct.pack("<hf", 0, -0.5) + struct.pack("<3f", 0.0, 0.0, -2.0)
    child += struct.pack("<6f", 1.0, 0.0, 0.0, 0.0, 0.0, 1.0) + struct.pack("<i", 7)
    child += struct.pack("<hifi", 0, 15, 0.5, 2)
    child += struct.pack("<hB6f", 1, 1, -math.pi, 0.0, -0.25, -0.5, 0.0, 0.75) + struct.pack("<hB", 0, 0)
    return [root, child]


def _pmx_morphs() -> list[bytes]:
    offsets = [
        (0, struct.pack("<bf", 1, 0.5)),
        (1, struct.pack("<H3f", 4, 0.1, 0.2, 0.3)),
        (2, struct.pack("<h7f", 1, *range(7))),
        (3, struct.pack("<H4f", 0, *range(4))),
        (7, struct.pack("<H4f", 0, *range(4))),
        (8, struct.pack("<bB28f", -1, 1, *range(28))),
        (9, struct.pack("<bf", 0, 1.0)),
        (10, struct.pack("<iB6f", 0, 1, *range(6))),
    ]
    return [pmx_text(f"m{kind}") + pmx_text("") + struct.pack("<2Bi", 4, kind, 1) + offset for kind, offset in offsets]


def _pmx_body() -> bytes:
    return pmx_text("b") + pmx_text("") + struct.pack("<hBHB14fB", 1, 2, 0xFFFB, 1, *range(14), 2)


def _pmx_soft_body() -> bytes:
    start = pmx_text("布") + pmx_text("cloth") + struct.pack("<Bb", 0, 1)
    settings = struct.pack(
        "<BHBiiffi12f6f4i3f", 1, 2, 3, 4, 5, 6.0, 7.0, 0, *range(12), *range(6), *range(4), *range(3)
    )
    return start + settings + counted("i", [struct.pack("<iHB", 0, 3, 1)]) + counted("i", [struct.pack("<H", 2)])
