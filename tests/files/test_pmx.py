"""PMX files: every kind of content, byte-identical writing, and the rig in our frame."""

import dataclasses
import math
import struct
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.pmx import parse_pmx, rig_from_pmx, write_pmx
from manekko.files.pmx_values import BDEF1, BDEF2, BDEF4, LOCAL_APPEND, QDEF, SDEF
from tests.files.model_samples import pmx_21

UNIT_M = 0.08


def test_every_weight_kind_is_read() -> None:
    vertices = parse_pmx(pmx_21()).vertices
    assert vertices.weight_kinds.tolist() == [BDEF1, BDEF2, BDEF4, SDEF, QDEF]
    assert vertices.bones.tolist() == [[1, -1, -1, -1], [0, 1, -1, -1], [0, 1, -1, -1], [0, 1, -1, -1], [1, 0, -1, -1]]
    expected = [[1, 0, 0, 0], [0.25, 0.75, 0, 0], [0.5, 0.5, 0, 0], [0.75, 0.25, 0, 0], [0.9, 0.1, 0, 0]]
    assert np.allclose(vertices.weights, expected)
    assert vertices.sdef[3].tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert vertices.extra_uvs[4].tolist() == [[1, 2, 3, 4]]
    assert vertices.positions[4].tolist() == [0.5, 0.0, -1.0]
    assert set(vertices.edge_scales.tolist()) == {1.5}


def test_everything_else_of_version_2_1_is_read() -> None:
    file = parse_pmx(pmx_21())
    assert file.header.encoding == "utf-8"
    assert file.faces.tolist() == [[0, 1, 2], [2, 3, 4]]
    assert file.textures == ("tex/肌.png",)
    assert [(m.shared_toon, m.toon, m.vertex_count, m.memo) for m in file.materials] == [
        (0, -1, 3, "memo"),
        (1, 3, 3, "memo"),
    ]
    assert [morph.kind for morph in file.morphs] == [0, 1, 2, 3, 7, 8, 9, 10]
    assert file.morphs[1].offsets["vertex"].tolist() == [4]
    assert np.allclose(file.morphs[1].offsets["shift"], [[0.1, 0.2, 0.3]])
    assert file.display_frames[0].items == ((0, 0), (1, 1))
    assert file.rigid_bodies[0].unhit_groups == 0xFFFB
    assert file.rigid_bodies[0].friction == 13.0
    assert file.joints[0].bodies == (0, -1)
    assert file.joints[0].settings[23] == 23.0
    assert file.soft_bodies is not None
    assert file.soft_bodies[0].anchors["vertex"].tolist() == [3]
    assert file.soft_bodies[0].pins.tolist() == [2]
    assert file.trailing == b""


def test_the_optional_parts_of_a_bone_are_read() -> None:
    bone = parse_pmx(pmx_21()).bones[1]
    assert (bone.parent, bone.layer, bone.tail_bone, bone.tail_offset) == (0, 2, None, (0.0, 0.0, 1.0))
    assert (bone.append, bone.fixed_axis, bone.external_key) == ((0, -0.5), (0.0, 0.0, -2.0), 7)
    assert bone.local_axes == ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    assert bone.ik is not None
    assert (bone.ik.target, bone.ik.loops, bone.ik.step_rad) == (0, 15, 0.5)
    assert bone.ik.links[1].limits is None


@pytest.mark.parametrize(
    "data", [pmx_21(), pmx_21() + b"more", pmx_21(soft_bodies=False)], ids=["whole", "more", "no soft bodies"]
)
def test_writing_gives_the_same_bytes(data: bytes) -> None:
    assert write_pmx(parse_pmx(data)) == data


@pytest.mark.data
def test_every_model_of_the_data_is_written_byte_for_byte(data_folder: Path) -> None:
    models = sorted((data_folder / "mmd").rglob("*.pmx"))
    assert len(models) >= 30
    changed = [model.name for model in models if write_pmx(parse_pmx(model.read_bytes())) != model.read_bytes()]
    assert changed == []


def test_an_edited_file_reads_back_as_edited() -> None:
    file = parse_pmx(pmx_21())
    bones = (file.bones[0], dataclasses.replace(file.bones[1], name="右ひざ", position=(1.5, 2.0, -3.0)))
    assert parse_pmx(write_pmx(dataclasses.replace(file, bones=bones))).bones == bones


def test_convention_a_rig_is_right_handed_metres_facing_plus_z() -> None:
    knee = rig_from_pmx(parse_pmx(pmx_21())).bones[1]
    assert knee.rest_position_m == pytest.approx((1 * UNIT_M, 2 * UNIT_M, 3 * UNIT_M))
    assert knee.tail_position_m == pytest.approx((1 * UNIT_M, 2 * UNIT_M, 2 * UNIT_M))
    assert knee.fixed_axis == (0.0, 0.0, 1.0)


def test_convention_knee_limits_change_their_sense_about_x_and_y_only() -> None:
    rig = rig_from_pmx(parse_pmx(pmx_21()))
    ik = rig.bones[1].ik
    assert ik is not None
    assert ik.links[0].limits_rad is not None
    assert np.allclose(ik.links[0].limits_rad, [(0.5, math.pi), (0.0, 0.0), (-0.25, 0.75)])


def test_append_parents_keep_their_ratio_and_what_they_carry() -> None:
    append = rig_from_pmx(parse_pmx(pmx_21())).bones[1].append
    assert append is not None
    assert (append.source, append.ratio, append.rotates, append.moves) == (0, -0.5, True, True)
    assert not append.local


def test_a_local_append_is_known_as_one() -> None:
    file = parse_pmx(pmx_21())
    bone = dataclasses.replace(file.bones[1], flags=file.bones[1].flags | LOCAL_APPEND)
    append = rig_from_pmx(dataclasses.replace(file, bones=(file.bones[0], bone))).bones[1].append
    assert append is not None
    assert append.local


@pytest.mark.data
def test_soles_lie_on_the_floor_and_reach_from_heel_to_toe(data_folder: Path) -> None:
    rig = rig_from_pmx(parse_pmx((data_folder / "mmd/models/trace_model.pmx").read_bytes()))
    for side, sign in (("左", 1.0), ("右", -1.0)):
        points = np.array([point for name, point in rig.sole_points_m if name.startswith(side)])
        assert len(points) == 4
        assert (np.abs(points[:, 1]) < 0.015).all()
        assert (points[:, 0] * sign > 0.0).all()
        assert points[:, 2].max() > rig.rest(side + "つま先")[2] - 0.03
        assert points[:, 2].min() < rig.rest(side + "足首")[2]


@pytest.mark.data
def test_a_model_without_vertices_has_soles_below_its_ankles_and_toes(data_folder: Path) -> None:
    rig = rig_from_pmx(parse_pmx((data_folder / "mmd/fixtures/test_basic_bone.pmx").read_bytes()))
    assert [name for name, _ in rig.sole_points_m] == ["左足首", "左足首", "右足首", "右足首"]
    assert {point[1] for _, point in rig.sole_points_m} == {0.0}


def with_parents(*parents: int) -> bytes:
    """Return the sample with its two bones hung on others."""
    file = parse_pmx(pmx_21())
    bones = tuple(dataclasses.replace(bone, parent=parent) for bone, parent in zip(file.bones, parents, strict=True))
    return write_pmx(dataclasses.replace(file, bones=bones))


@pytest.mark.parametrize(
    ("parents", "message"), [((1, 0), "form a circle"), ((-1, 1), "form a circle"), ((-1, 9), "hangs on bone 9 of 2")]
)
def test_bones_that_hang_in_circles_or_on_nothing_are_told(parents: tuple[int, int], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse_pmx(with_parents(*parents))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the signature needs 4 bytes, 0 are left"),
        (b"Pmd this is another format", "does not begin with 'PMX '"),
        (b"PMX " + struct.pack("<f", 3.0), "PMX version 3 is not known; 2.0 and 2.1 are"),
        (pmx_21()[:200], "at most|needs"),
    ],
)
def test_damage_is_told_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        parse_pmx(data)
    assert caught.value.offset is not None


def test_an_announced_billion_of_vertices_is_refused_before_it_is_allocated() -> None:
    data = bytearray(pmx_21())
    start = data.index(struct.pack("<i", 5) + struct.pack("<f", 0.5))
    data[start : start + 4] = struct.pack("<i", 2_000_000_000)
    with pytest.raises(FormatError, match="announces 2000000000 vertices, at most"):
        parse_pmx(bytes(data))
