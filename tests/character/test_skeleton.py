import numpy as np
import pytest

from manekko.character.design import Design, head_frame
from manekko.character.parts import Chain
from manekko.character.skeleton import Bone, bones_of, leg_shares
from manekko.files.standard_rig import standard_rig
from tests.character.dolls import CHIBI, TALL


def places(design: Design, chains: tuple[Chain, ...] = ()) -> dict[str, np.ndarray]:
    return {bone.rig.name: np.array(bone.rig.rest_position_m) for bone in bones_of(design, chains)}


def panel(angle: float) -> Chain:
    out = np.array([np.sin(angle), 0.0, np.cos(angle)])
    points = np.array([0.09 * out + [0.0, 0.95, 0.0], 0.2 * out + [0.0, 0.75, 0.0]])
    return Chain("skirt", "下半身", ("スカート",), points, 0.02, 0.3, 0.3)


def test_bones_of_the_standard_figure_stand_where_motions_made_without_a_model_expect_them() -> None:
    own = places(Design())
    for bone in standard_rig().bones:
        if not bone.name.endswith("目"):
            assert own[bone.name] == pytest.approx(np.array(bone.rest_position_m), abs=1e-9), bone.name


@pytest.mark.parametrize("design", [Design(), CHIBI, TALL])
def test_a_bone_comes_after_its_parent_and_after_what_it_follows(design: Design) -> None:
    bones = bones_of(design, (panel(0.5),))
    for number, bone in enumerate(bones):
        assert bone.rig.parent < number
        parent = bones[bone.rig.parent] if bone.rig.parent >= 0 else None
        assert parent is None or parent.rig.layer <= bone.rig.layer
        if bone.rig.append is not None:
            source = bones[bone.rig.append.source]
            assert (source.rig.layer, bone.rig.append.source) < (bone.rig.layer, number)


@pytest.mark.parametrize("design", [CHIBI, TALL])
def test_proportions_keep_left_and_right_alike_and_the_head_on_its_neck(design: Design) -> None:
    own, frame = places(design), head_frame(design)
    for name, place in own.items():
        if name.startswith("左"):
            assert own["右" + name[1:]] == pytest.approx(place * [-1.0, 1.0, 1.0], abs=1e-9)
    assert own["首"][1] < frame.chin_y < own["頭"][1] + 0.05 * frame.height < frame.crown_y
    assert own["左足首"][1] < own["左ひざ"][1] < own["左足"][1] < own["首"][1]
    assert own["左目"] == pytest.approx([frame.eye_x, frame.eye_y, frame.eye_z])


def test_a_chibi_has_shorter_legs_for_its_height_than_the_standard_figure() -> None:
    chibi, standard = places(CHIBI), places(Design())
    assert chibi["左足"][1] / CHIBI.height_m < 0.80 * standard["左足"][1] / Design().height_m


def test_twist_is_spread_over_three_bones_along_the_arm() -> None:
    bones = {bone.rig.name: bone for bone in bones_of(Design(), ())}
    names = [bone.rig.name for bone in bones_of(Design(), ())]
    for digit, share in (("1", 0.25), ("2", 0.5), ("3", 0.75)):
        for twist, start, end in (("左腕捩", "左腕", "左ひじ"), ("右手捩", "右ひじ", "右手首")):
            append = bones[twist + digit].rig.append
            assert append is not None
            assert names[append.source] == twist
            assert append.ratio == share
            first, last = (np.array(bones[name].rig.rest_position_m) for name in (start, end))
            assert np.array(bones[twist + digit].rig.rest_position_m) == pytest.approx(first + share * (last - first))


def test_a_panel_in_front_of_a_leg_leans_with_that_leg_and_one_behind_hardly() -> None:
    def shares(degrees: float) -> dict[str, float]:
        return dict(leg_shares(panel(np.radians(degrees))))

    assert shares(50.0)["左足"] > 0.5
    assert "右足" not in shares(50.0)
    assert shares(-50.0) == {"右足": shares(50.0)["左足"]}
    assert shares(0.0)["左足"] == shares(0.0)["右足"] > 0.2
    assert max(shares(180.0).values()) < 0.2


def test_a_chain_hangs_on_its_parent_bone_by_bone() -> None:
    chain = Chain(
        "hair", "頭", ("髪1", "髪2"), np.array([[0.0, 1.5, -0.1], [0.0, 1.4, -0.1], [0.0, 1.3, -0.1]]), 0.01, 0.3, 0.3
    )
    bones: dict[str, Bone] = {bone.rig.name: bone for bone in bones_of(Design(), (chain,))}
    names = list(bones)
    assert names[bones["髪1"].rig.parent] == "頭"
    assert names[bones["髪2"].rig.parent] == "髪1"
    assert bones["髪2"].rig.tail_position_m == (0.0, 1.3, -0.1)
    assert bones["髪2"].chain
