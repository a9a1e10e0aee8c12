"""A whole character: pieces, bones, physics → a PMX file and its pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.character.assemble import (
    Assembly,
    assembled,
    faces_of,
    materials_of,
    morphs_of,
    units,
    vertices_of,
)
from manekko.character.bone_names import frame_of
from manekko.character.design import Design
from manekko.character.dressed import dressed_piece
from manekko.character.hair import hair_piece
from manekko.character.head import head_piece
from manekko.character.parts import Chain, Piece
from manekko.character.physics import bodies_and_joints
from manekko.character.skeleton import Bone, bones_of
from manekko.files.pmx_values import (
    APPENDS_ROTATION,
    FIXED_AXIS,
    HAS_IK,
    MOVABLE,
    ROTATABLE,
    TAIL_IS_BONE,
    VISIBLE,
    PmxBone,
    PmxDisplayFrame,
    PmxFile,
    PmxHeader,
    PmxIk,
    PmxIkLink,
    PmxMorph,
    Vector3,
)
from manekko.files.pmx_write import write_pmx
from manekko.skeleton.rig import IkLink
from manekko.video.writer import write_png

_OPERABLE = 0x0010
_COMMENT = (
    "{name}（Manekko のキャラクター）\r\n"
    "ライセンス: CC0 1.0（パブリックドメイン）。権利は何も留保しません。"
    "改造・再配布・商用を含め、どなたでも自由にお使いいただけます。\r\n"
    "https://creativecommons.org/publicdomain/zero/1.0/deed.ja"
)
_COMMENT_EN = (
    "{name}, a character of Manekko\r\n"
    "Licence: CC0 1.0. No rights reserved: free for any use, changed, passed on or sold, without asking.\r\n"
    "https://creativecommons.org/publicdomain/zero/1.0/"
)


@dataclass(frozen=True, eq=False)
class Character:
    """A model and the pictures that it names."""

    pmx: PmxFile
    textures: dict[str, UInt8[Array, "height width 4"]]
    """Name in the file → picture."""


def pieces_of(design: Design) -> tuple[Piece, ...]:
    """Return the pieces of a design in the order in which they are drawn."""
    return (dressed_piece(design), head_piece(design), hair_piece(design))


def build_character(design: Design) -> Character:
    """Return a design as a PMX model (2.0) with its textures and toon ramps."""
    pieces = pieces_of(design)
    assembly = assembled(pieces)
    chains = tuple(chain for piece in pieces for chain in piece.chains)
    bones = bones_of(design, chains)
    index = {bone.rig.name: number for number, bone in enumerate(bones)}
    pictures, textures, toons = _pictures(assembly)
    bodies, joints = bodies_and_joints(design, chains, index)
    vertices = vertices_of(assembly, index)
    header = _header(design, len(vertices.positions), len(bones), len(bodies))
    morphs = morphs_of(assembly, header)
    file = PmxFile(
        header=header,
        vertices=vertices,
        faces=faces_of(assembly),
        textures=tuple(pictures),
        materials=materials_of(assembly, textures, toons),
        bones=tuple(_pmx_bone(bone, index) for bone in bones),
        morphs=morphs,
        display_frames=_frames(bones, chains, morphs),
        rigid_bodies=bodies,
        joints=joints,
        soft_bodies=None,
    )
    return Character(file, pictures)


def write_character(character: Character, folder: Path, stem: str) -> Path:
    """Write a character's model as ``stem``.pmx with its pictures into a folder; return the model's path."""
    for name, picture in character.textures.items():
        path = folder / name.replace("\\", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png(path, picture)
    path = folder / f"{stem}.pmx"
    path.write_bytes(write_pmx(character.pmx))
    return path


def _header(design: Design, vertices: int, bones: int, bodies: int) -> PmxHeader:
    def size(count: int) -> int:
        return 1 if count < 128 else 2

    return PmxHeader(
        version=2.0,
        encoding="utf-16-le",
        extra_uv_count=0,
        index_sizes=(2 if vertices < 65536 else 4, 1, 1, size(bones), 1, size(bodies)),
        more_settings=b"",
        name=design.name,
        name_en=design.name_en,
        comment=_COMMENT.format(name=design.name),
        comment_en=_COMMENT_EN.format(name=design.name_en),
    )


def _pictures(assembly: Assembly) -> tuple[dict[str, Array], dict[str, int], dict[str, int]]:
    """Return all pictures by their name in the file, and where each surface's texture and toon stand there."""
    pictures: dict[str, Array] = {}
    textures: dict[str, int] = {}
    toons: dict[str, int] = {}
    for surface in assembly.surfaces:
        if surface.texture is not None:
            same = [name for name, picture in pictures.items() if picture is surface.texture]
            name = same[0] if same else f"tex\\{surface.name_en.replace(' ', '_')}.png"
            pictures[name] = surface.texture
            textures[surface.name] = list(pictures).index(name)
    for surface in assembly.surfaces:
        levels = tuple(round(255 * part) for part in surface.shade_rgb)
        name = "tex\\toon_{:02x}{:02x}{:02x}.png".format(*levels)
        pictures.setdefault(name, _ramp(levels))
        toons[surface.name] = list(pictures).index(name)
    return pictures, textures, toons


def _ramp(shade: tuple[int, ...]) -> UInt8[Array, "32 32 4"]:
    """Return a toon ramp: white above, the shade below, a short passage between."""
    share = np.clip((np.arange(32) - 13.5) / 5.0, 0.0, 1.0)[:, None]
    share = share * share * (3.0 - 2.0 * share)
    column = 255.0 + (np.array([*shade, 255.0]) - 255.0) * share
    return np.repeat(np.round(column).astype(np.uint8)[:, None], 32, axis=1)


def _pmx_bone(bone: Bone, index: dict[str, int]) -> PmxBone:
    rig = bone.rig
    flags = ROTATABLE | _OPERABLE | (VISIBLE if rig.visible else 0) | (MOVABLE if rig.movable else 0)
    flags |= (TAIL_IS_BONE if bone.tail else 0) | (FIXED_AXIS if rig.fixed_axis else 0)
    flags |= (APPENDS_ROTATION if rig.append else 0) | (HAS_IK if rig.ik else 0)
    return PmxBone(
        name=rig.name,
        name_en=bone.name_en,
        position=units(rig.rest_position_m),
        parent=rig.parent,
        layer=rig.layer,
        flags=flags,
        tail_bone=index[bone.tail] if bone.tail else None,
        tail_offset=None if bone.tail else _tail(bone),
        append=(rig.append.source, rig.append.ratio) if rig.append else None,
        fixed_axis=_axis(rig.fixed_axis) if rig.fixed_axis else None,
        ik=rig.ik and PmxIk(rig.ik.target, rig.ik.loops, rig.ik.step_rad, tuple(_link(link) for link in rig.ik.links)),
    )


def _tail(bone: Bone) -> Vector3:
    tail, start = bone.rig.tail_position_m, bone.rig.rest_position_m
    if tail is None:
        return (0.0, 0.0, -0.6) if bone.rig.movable or bone.rig.name.endswith("目") else (0.0, 0.0, 0.0)
    return units(np.array(tail) - np.array(start))


def _axis(axis: tuple[float, float, float]) -> Vector3:
    return axis[0], axis[1], -axis[2]


def _link(link: IkLink) -> PmxIkLink:
    """Return an IK link with its limits in MMD's mirrored frame, where x and y turn the other way."""
    if link.limits_rad is None:
        return PmxIkLink(link.bone, None)
    (x0, x1), (y0, y1), (z0, z1) = link.limits_rad
    return PmxIkLink(link.bone, ((-x1, -y1, z0), (-x0, -y0, z1)))


def _frames(
    bones: tuple[Bone, ...], chains: tuple[Chain, ...], morphs: tuple[PmxMorph, ...]
) -> tuple[PmxDisplayFrame, ...]:
    """Return the groups of MMD's panel: root, morphs, then the body from the centre out, then what sways."""
    titles = {"センター": "center", "ＩＫ": "IK", "体(上)": "upper body", "腕": "arms", "指": "fingers", "足": "legs"}
    members: dict[str, list[tuple[int, int]]] = {title: [] for title in titles}
    kinds = {name: chain.kind for chain in chains for name in chain.bones}
    swaying = {"hair": "髪", "skirt": "スカート", "ribbon": "リボン"}
    for number, bone in enumerate(bones[1:], start=1):
        title = swaying[kinds[bone.rig.name]] if bone.chain else frame_of(bone.rig.name)[0]
        if bone.rig.visible:
            members.setdefault(title, []).append((0, number))
    english = titles | {"髪": "hair", "スカート": "skirt", "リボン": "ribbon"}
    special = (
        PmxDisplayFrame("Root", "Root", 1, ((0, 0),)),
        PmxDisplayFrame("表情", "Exp", 1, tuple((1, number) for number in range(len(morphs)))),
    )
    rest = tuple(PmxDisplayFrame(title, english[title], 0, tuple(items)) for title, items in members.items() if items)
    return special + rest
