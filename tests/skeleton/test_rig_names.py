import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.bench.rig_variants import english, half_width
from manekko.files.models import standard_rig
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rig_names import named_bones

BODY = (
    "センター",
    "上半身",
    "上半身2",
    "首",
    "頭",
    "左腕",
    "右ひじ",
    "左手首",
    "右足",
    "左ひざ",
    "右足首",
    "左人指２",
    "右親指０",
)
CUSTOMS = {
    "MMD's English": "center/upper body/upper body2/neck/head/arm_L/elbow_R/wrist_L/leg_R/knee_L/ankle_R/"
    "fore2_L/thumb0_R",
    "VRM": "hips/spine/chest/neck/head/leftUpperArm/rightLowerArm/leftHand/rightUpperLeg/leftLowerLeg/rightFoot/"
    "leftIndexIntermediate/rightThumbMetacarpal",
    "VRoid": "J_Bip_C_Hips/J_Bip_C_Spine/J_Bip_C_Chest/J_Bip_C_Neck/J_Bip_C_Head/J_Bip_L_UpperArm/J_Bip_R_LowerArm/"
    "J_Bip_L_Hand/J_Bip_R_UpperLeg/J_Bip_L_LowerLeg/J_Bip_R_Foot/J_Bip_L_Index2/J_Bip_R_Thumb1",
    "Mixamo": "mixamorig:Hips/mixamorig:Spine/mixamorig:Spine1/mixamorig:Neck/mixamorig:Head/mixamorig:LeftArm/"
    "mixamorig:RightForeArm/mixamorig:LeftHand/mixamorig:RightUpLeg/mixamorig:LeftLeg/mixamorig:RightFoot/"
    "mixamorig:LeftHandIndex2/mixamorig:RightHandThumb1",
    "a game's skeleton": "pelvis/spine_01/spine_02/neck_01/head/upperarm_l/lowerarm_r/hand_l/thigh_r/calf_l/foot_r/"
    "index_02_l/thumb_01_r",
    "half width": "センター/上半身/上半身２/首/頭/左腕/右ひじ/左手首/右足/左ひざ/右足首/左人指2/右親指0",
    "Blender's sides": "センター/上半身/上半身2/首/頭/腕.L/ひじ.R/手首.L/足.R/ひざ.L/足首.R/人指２.L/親指０.R",
    "other characters": "センター/上半身/上半身2/首/頭/左腕/右肘/左手首/右足/左膝/右足首/左人差指2/右親指０",
}


@pytest.mark.parametrize("custom", CUSTOMS)
def test_a_body_is_found_under_its_usual_names(custom: str) -> None:
    names = CUSTOMS[custom].split("/")
    found = named_bones(names)
    assert [found[usual] for usual in BODY] == list(range(len(BODY)))


@pytest.mark.parametrize("name_of", [english, half_width])
def test_every_bone_that_a_dance_moves_is_found_in_a_renamed_model(name_of) -> None:
    rig = standard_rig()
    found = named_bones([name_of(bone.name) for bone in rig.bones])
    dancing = [name for name in rig.index if not name.startswith("腰キャンセル")]
    assert {name: found.get(name) for name in dancing} == {name: rig.index[name] for name in dancing}


def test_the_models_own_names_go_first() -> None:
    assert named_bones(["左腕", "arm_L", "L腕", "左腕"]) == {"左腕": 0, "arm_L": 1, "L腕": 2}


def test_the_leg_of_one_custom_is_the_shin_of_another() -> None:
    assert named_bones(["leg_L", "knee_L", "center"])["左足"] == 0
    assert named_bones(["LeftUpLeg", "LeftLeg", "Hips"])["左ひざ"] == 1


def test_bones_of_clothes_and_hair_are_no_body() -> None:
    names = ["左スカート", "髪1", "ネクタイ", "左", "右", "", "L", "armor_L", "左足飾り"]
    assert set(named_bones(names)) == set(names)


@given(st.lists(st.text(max_size=20), max_size=20))
def test_any_names_are_read(names: list[str]) -> None:
    found = named_bones(names)
    assert {found[name] for name in names} <= set(range(len(names)))
    assert all(names[number] == name for name, number in found.items() if name in names)


def test_a_rig_gives_its_bones_by_usual_names_too() -> None:
    rig = Rig("x", (RigBone("head", -1, (0.0, 1.5, 0.0)),))
    assert "頭" in rig
    assert rig.rest("頭")[1] == 1.5
