"""VPD, MikuMikuDance's pose file (text, code page 932): bytes ↔ ``VpdFile`` ↔ ``RigMotion`` of one frame.

Inside a ``VpdFile`` values are as MMD has them: left-handed units of 8 cm, quaternions xyzw.
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from manekko.errors import FormatError
from manekko.files.binary import beginning
from manekko.files.names import encode_text
from manekko.files.vmd import mirrored_rotations, positions_from_mmd, positions_to_mmd, unit_rotations
from manekko.motion.motion import BoneTrack, RigMotion

_HEADER = "Vocaloid Pose Data file"
_BLOCK = re.compile(r"\s*(Bone|Morph)\d+\s*\{(.*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_UTF8_MARK = b"\xef\xbb\xbf"
_PARENT_SUFFIX = ".osm"


@dataclass(frozen=True)
class VpdBone:
    """One bone of a pose."""

    name: str
    position: tuple[float, float, float]
    """Shift from rest in MMD units."""
    rotation_xyzw: tuple[float, float, float, float]
    """Turn from rest in MMD's left-handed axes."""


@dataclass(frozen=True)
class VpdFile:
    """A pose."""

    parent_file: str
    """What MMD writes as the model's file: its name and ``.osm``."""
    bones: tuple[VpdBone, ...]
    morphs: tuple[tuple[str, float], ...] = ()
    """(name, weight 0–1): MikuMikuMoving's addition, which MMD passes over."""
    newline: str = "\r\n"
    """What ends each line."""


def parse_vpd(data: bytes) -> VpdFile:
    """Return the pose in a VPD file; comments and either kind of line end are understood.

    Raises:
        FormatError: the text is not a pose, or it is cut; the message names the line.
    """
    utf8 = data.startswith(_UTF8_MARK)
    text = data.decode("utf-8-sig" if utf8 else "cp932", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[0].startswith(_HEADER):
        raise FormatError(f"a VPD file starts with '{_HEADER}', {beginning(data)}: it is no VPD", offset=0)
    filled = [number for number, line in enumerate(lines) if number and line.strip()]
    if len(filled) < 2:
        raise FormatError("the file ends before the number of bones", offset=len(data))
    announced = _number(lines[filled[1]].partition("//")[0].partition(";")[0], filled[1] + 1)
    bones: list[VpdBone] = []
    morphs: list[tuple[str, float]] = []
    for kind, name, body, number in _blocks(lines, filled[1] + 1):
        fields = [[_number(part, number) for part in field.split(",")] for field in body.split(";")[:-1]]
        if kind == "Morph":
            _expect([len(field) for field in fields[:1]] == [1], f"a weight for morph {name!r}", number)
            morphs.append((name, fields[0][0]))
        else:
            _expect([len(field) for field in fields[:2]] == [3, 4], f"x,y,z; x,y,z,w; for bone {name!r}", number)
            (x, y, z), (qx, qy, qz, qw) = fields[:2]
            bones.append(VpdBone(name, (x, y, z), (qx, qy, qz, qw)))
    if len(bones) < announced:
        raise FormatError(f"the file announces {announced:g} bones and holds {len(bones)}; it is cut or damaged")
    parent_file = lines[filled[0]].partition(";")[0]
    return VpdFile(parent_file, tuple(bones), tuple(morphs), "\r\n" if "\r\n" in text else "\n")


def _expect(condition: bool, what: str, line_number: int) -> None:
    if not condition:
        raise FormatError(f"line {line_number}: {what} was expected")


def _number(text: str, line_number: int) -> float:
    stripped = text.strip()
    _expect(_NUMBER.fullmatch(stripped) is not None, f"a number, not {stripped[:20]!r},", line_number)
    value = float(stripped)
    _expect(math.isfinite(value), f"a number of ordinary size, not {stripped[:20]!r},", line_number)
    return value


def _blocks(lines: list[str], start: int) -> list[tuple[str, str, str, int]]:
    """Return (kind, name, body without comments, number of the first line) of each block."""
    blocks: list[tuple[str, str, str, int]] = []
    head: tuple[str, str, int] | None = None
    body: list[str] = []
    for number, line in enumerate(lines[start:], start=start + 1):
        match = _BLOCK.match(line)
        if match:
            _expect(head is None, "'}' before the next block", number)
            head, body = (match[1], match[2], number), []
        elif head is not None:
            content, closed, _ = line.partition("//")[0].partition("}")
            body.append(content)
            if closed:
                blocks.append((head[0], head[1], "".join(body), head[2]))
                head = None
    _expect(head is None, "'}' before the end of the file", len(lines))
    return blocks


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(f"{value:.6f}" for value in values)


def write_vpd(file: VpdFile) -> bytes:
    """Return the bytes of a pose file, laid out and commented as MMD does; six decimals."""
    lines = [
        _HEADER,
        "",
        f"{file.parent_file};\t\t// 親ファイル名",
        f"{len(file.bones)};\t\t\t\t// 総ポーズボーン数",
        "",
    ]
    for number, bone in enumerate(file.bones):
        lines += [
            f"Bone{number}{{{bone.name}",
            f"  {_numbers(bone.position)};\t\t\t\t// trans x,y,z",
            f"  {_numbers(bone.rotation_xyzw)};\t\t// Quaternion x,y,z,w",
            "}",
            "",
        ]
    for number, (name, weight) in enumerate(file.morphs):
        lines += [f"Morph{number}{{{name}", f"  {weight:.6f};", "}", ""]
    return encode_text("".join(line + file.newline for line in lines))


def rig_motion_from_vpd(file: VpdFile) -> RigMotion:
    """Return the pose as a motion of one frame, in Manekko's frame; of two poses of one bone the later counts."""
    return RigMotion(
        model_name=file.parent_file.removesuffix(_PARENT_SUFFIX),
        bones={
            bone.name: BoneTrack(
                frames=np.zeros(1, dtype=np.int64),
                positions_m=positions_from_mmd(np.array([bone.position])),
                rotations_xyzw=mirrored_rotations(unit_rotations(np.array([bone.rotation_xyzw]))),
            )
            for bone in file.bones
        },
        morphs={name: (np.zeros(1, dtype=np.int64), np.array([weight])) for name, weight in file.morphs},
    )


def vpd_from_rig_motion(rig_motion: RigMotion) -> VpdFile:
    """Return the pose of the motion's first frame (each bone's first key)."""
    bones = []
    for name, track in rig_motion.bones.items():
        if len(track.frames):
            x, y, z = positions_to_mmd(track.positions_m[0]).tolist()
            qx, qy, qz, qw = mirrored_rotations(track.rotations_xyzw[0]).tolist()
            bones.append(VpdBone(_one_line(name), (x, y, z), (qx, qy, qz, qw)))
    morphs = tuple(
        (_one_line(name), float(weights[0])) for name, (_, weights) in rig_motion.morphs.items() if len(weights)
    )
    return VpdFile(_one_line(rig_motion.model_name).replace(";", "") + _PARENT_SUFFIX, tuple(bones), morphs)


def _one_line(name: str) -> str:
    return " ".join(name.split("\n")).replace("\r", " ")
