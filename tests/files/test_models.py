"""Models by content, and the built-in rig."""

import math
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.files.model_rig import sole_points
from manekko.files.models import read_rig, standard_rig
from tests.files.model_samples import pmd_bone, pmd_core, pmx_21


def test_the_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.pmd").write_bytes(pmx_21())
    (tmp_path / "b.pmx").write_bytes(pmd_core([pmd_bone("頭", (0.0, 17.0, 0.0))], []))
    assert read_rig(tmp_path / "a.pmd").name == "全部"
    assert read_rig(tmp_path / "b.pmx").bones[0].name == "頭"


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(b"PK\3\4")
    with pytest.raises(FormatError, match=r"model\.zip: this is no MMD model: neither PMX nor PMD"):
        read_rig(path)
    path.write_bytes(pmx_21()[:100])
    with pytest.raises(FormatError, match=r"model\.zip: .*at byte"):
        read_rig(path)


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.pmx: the model cannot be read"):
        read_rig(tmp_path / "none.pmx")


def test_the_standard_rig_has_the_bones_that_motions_use() -> None:
    rig = standard_rig()
    sides = (
        "肩P 肩 肩C 腕 腕捩 ひじ 手捩 手首 親指０ 親指１ 親指２ 人指１ 人指２ 人指３ "
        "中指１ 中指２ 中指３ 薬指１ 薬指２ 薬指３ 小指１ 小指２ 小指３ "
        "足 ひざ 足首 つま先 足IK親 足ＩＫ つま先ＩＫ 足D ひざD 足首D 足先EX 目"
    ).split()
    middle = "全ての親 センター グルーブ 腰 上半身 上半身2 下半身 首 頭 両目".split()
    expected = middle + [side + name for name in sides for side in "左右"]
    assert [name for name in expected if name not in rig] == []
    assert len(rig.index) == len(rig.bones)


def test_parents_append_sources_and_ik_of_the_standard_rig_come_in_a_playable_order() -> None:
    rig = standard_rig()
    for number, bone in enumerate(rig.bones):
        assert bone.parent < number
        if bone.append is not None:
            source = rig.bones[bone.append.source]
            assert (source.layer, bone.append.source) < (bone.layer, number)
        if bone.ik is not None:
            assert all(link.bone < number for link in bone.ik.links)


def test_the_standard_rig_is_mirror_symmetric_and_stands_on_the_floor() -> None:
    rig = standard_rig()
    for bone in rig.bones:
        if bone.name.startswith("左"):
            assert rig.rest("右" + bone.name[1:]) == pytest.approx(rig.rest(bone.name) * [-1.0, 1.0, 1.0])
    assert {point[1] for _, point in rig.sole_points_m} == {0.0}
    tip = rig.bones[rig.index["頭"]].tail_position_m
    assert tip is not None
    assert tip[1] == pytest.approx(1.58)


@pytest.mark.parametrize(("start", "end"), [("腕", "ひじ"), ("ひじ", "手首"), ("手首", "中指１")])
def test_the_arms_of_the_standard_rig_slope_35_degrees(start: str, end: str) -> None:
    rig = standard_rig()
    x, y, _ = rig.rest("左" + end) - rig.rest("左" + start)
    assert math.degrees(math.atan2(-y, x)) == pytest.approx(35.0)


def test_the_legs_of_the_standard_rig_are_bent_forward_a_little_so_that_ik_knows_the_way() -> None:
    rig = standard_rig()
    hip, knee, ankle = (rig.rest("左" + name) for name in ("足", "ひざ", "足首"))
    along = (knee - hip)[1] / (ankle - hip)[1]
    assert knee[2] - (hip + along * (ankle - hip))[2] > 0.005
    assert np.linalg.norm(knee - hip) == pytest.approx(np.linalg.norm(ankle - knee), rel=0.05)


def test_a_raised_heel_has_its_own_corners() -> None:
    toes = [(0.05, 0.0, 0.12), (0.11, 0.0, 0.12), (0.08, 0.004, 0.10)]
    heel = [(0.06, 0.03, -0.06), (0.10, 0.03, -0.06), (0.08, 0.05, -0.05)]
    vertices = np.array([*toes, *heel, (0.08, 0.10, 0.0), (0.5, 0.0, 0.5)])
    carriers = np.array([1, 1, 1, 0, 0, 0, 0, -1])
    points = sole_points(["左足首D", "左足先EX"], vertices, carriers)
    assert points == (("左足先EX", toes[0]), ("左足先EX", toes[1]), ("左足首D", heel[0]), ("左足首D", heel[1]))
