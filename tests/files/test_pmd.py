"""PMD files: whole and old short ones, and what MMD adds to them on the way to a rig."""

import math
import struct

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.pmd import parse_pmd, rig_from_pmd
from tests.files.model_samples import (
    PMD_KIND,
    pmd_bodies,
    pmd_bone,
    pmd_core,
    pmd_english,
    pmd_ik,
    pmd_joints,
    pmd_material,
    pmd_toons,
    pmd_vertex,
)

UNIT_M = 0.08


def leg() -> bytes:
    """Return a leg with IK, a twist bone, followers, and vertices on the foot; as the oldest files, it ends early."""
    bones = [
        pmd_bone("センター", (0.0, 8.0, 0.0), kind=PMD_KIND["moves"]),
        pmd_bone("左足", (1.0, 10.0, 0.0), parent=0, tail=2),
        pmd_bone("左ひざ", (1.0, 6.0, -0.1), parent=1, tail=3),
        pmd_bone("左足首", (1.0, 1.0, 0.3), parent=2),
        pmd_bone("左足ＩＫ", (1.0, 1.0, 0.3), kind=PMD_KIND["ik"]),
        pmd_bone("左目", (0.2, 18.0, -0.5), parent=0, kind=PMD_KIND["turned_by"], ik=0),
        pmd_bone("左手捩", (4.0, 13.0, 0.0), parent=0, tail=0, kind=PMD_KIND["twists"]),
        pmd_bone("左手捩1", (4.0, 13.0, 0.0), parent=0, tail=6, kind=PMD_KIND["turns_along"], ik=0xFFFF - 49),
    ]
    iks = [pmd_ik(4, 3, [2, 1], loops=40, weight=0.5), pmd_ik(4, 2, [1], loops=3, weight=0.1)]
    corners = [(0.5, 0.05, -2.0), (1.5, 0.0, -2.0), (0.6, 0.0, 1.0), (1.4, 0.02, 1.0), (1.0, 3.0, 0.0)]
    vertices = [pmd_vertex(corner, (3, 2), 80) for corner in corners]
    return pmd_core(bones, iks, vertices=vertices, faces=[0, 1, 2], materials=[pmd_material(3)])


ENDS = {
    "after the groups": b"",
    "without English": b"\0",
    "after English": pmd_english(8),
    "after the toons": pmd_english(8) + pmd_toons(),
    "after the bodies": b"\0" + pmd_toons() + pmd_bodies(),
    "whole": pmd_english(8) + pmd_toons() + pmd_bodies() + pmd_joints(),
}


@pytest.mark.parametrize("end", ENDS)
def test_files_of_every_age_are_read_to_their_end(end: str) -> None:
    file = parse_pmd(leg() + ENDS[end])
    assert file.bone_names()[:2] == ["センター", "左足"]
    assert (file.toons is None) == ("toons" not in end and "bodies" not in end and end != "whole")
    assert (file.joints is None) == (end != "whole")


def test_a_whole_file_is_read() -> None:
    file = parse_pmd(leg() + ENDS["whole"])
    assert (file.name, file.comment) == ("見本", "a sample")
    assert file.faces.tolist() == [[0, 1, 2]]
    assert file.vertices["percent"].tolist() == [80] * 5
    assert file.materials["corners"].tolist() == [3]
    assert [(morph.name, morph.kind) for morph in file.morphs] == [("base", 0), ("まばたき", 2)]
    assert (file.panel_morphs.tolist(), file.groups) == ([1], ("腕\n",))
    assert file.english is not None
    assert (file.english.bones[7], file.english.morphs, file.english.groups) == ("bone7", ("blink",), ("arm",))
    assert file.toons is not None
    assert file.toons[9] == "toon10.bmp"
    assert file.rigid_bodies is not None
    assert file.rigid_bodies["mode"].tolist() == [1]
    assert file.joints is not None
    assert np.allclose(file.joints["settings"].reshape(-1), 0.1 * np.arange(24))


def test_convention_a_rig_is_right_handed_metres_facing_plus_z() -> None:
    rig = rig_from_pmd(parse_pmd(leg()))
    assert rig.rest("左ひざ") == pytest.approx([1.0 * UNIT_M, 6.0 * UNIT_M, 0.1 * UNIT_M])
    assert rig.bones[2].tail_position_m == pytest.approx((1.0 * UNIT_M, 1.0 * UNIT_M, -0.3 * UNIT_M))


def test_knees_bend_one_way_and_the_step_is_four_times_the_weight() -> None:
    ik = rig_from_pmd(parse_pmd(leg())).bones[4].ik
    assert ik is not None
    assert (ik.target, ik.loops, ik.step_rad) == (3, 40, 2.0)
    assert ik.links[0].limits_rad is not None
    assert np.allclose(ik.links[0].limits_rad, [(math.radians(0.5), math.pi), (0.0, 0.0), (0.0, 0.0)])
    assert ik.links[1].limits_rad is None


def test_a_second_chain_of_one_bone_hangs_on_a_hidden_child() -> None:
    rig = rig_from_pmd(parse_pmd(leg()))
    helper = rig.bones[-1]
    assert (helper.name, helper.parent, helper.visible) == ("左足ＩＫ+", 4, False)
    assert helper.ik is not None
    assert (helper.ik.target, helper.layer) == (2, 2)


def test_followers_take_all_or_a_percentage_of_a_turn_after_the_ik() -> None:
    rig = rig_from_pmd(parse_pmd(leg()))
    eye, share = rig.bones[5], rig.bones[7]
    assert eye.append is not None
    assert (eye.append.source, eye.append.ratio, eye.layer) == (0, 1.0, 3)
    assert share.append is not None
    assert (share.append.source, share.append.ratio) == (6, -0.5)


def test_a_twist_bone_turns_about_the_line_to_its_tip() -> None:
    axis = rig_from_pmd(parse_pmd(leg())).bones[6].fixed_axis
    assert axis == pytest.approx(np.array([-4.0, -5.0, 0.0]) / math.hypot(4.0, 5.0))


def test_soles_are_the_corners_of_what_hangs_on_the_foot() -> None:
    points = rig_from_pmd(parse_pmd(leg())).sole_points_m
    assert {name for name, _ in points} == {"左足首"}
    assert sorted(round(point[2] / UNIT_M, 3) for _, point in points) == [-1.0, -1.0, 2.0, 2.0]


def test_morphs_are_named_without_the_base() -> None:
    assert rig_from_pmd(parse_pmd(leg())).morphs == ("まばたき",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Pmd", "the version needs 4 bytes, 0 are left"),
        (b"PMX 2.0", "does not begin with 'Pmd'"),
        (b"Pmd" + struct.pack("<f", 2.0), "PMD version 2 is not known; 1.0 is"),
        (leg()[:-1], "announces 1 bones of groups, at most 0"),
        (leg() + b"\1", "a text needs 20 bytes, 0 are left"),
        (pmd_core([pmd_bone("a", (0.0, 0.0, 0.0), parent=0)], []), "form a circle"),
        (pmd_core([pmd_bone("a", (0.0, math.nan, 0.0))], []), "no sensible position"),
    ],
)
def test_damage_is_told(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse_pmd(data)
