import struct
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.names import decode_name, encode_name, name_fits
from manekko.files.vmd import (
    BONE_KEY,
    CAMERA_MODEL_NAME,
    LAST_FRAME,
    LINEAR_CURVE,
    MORPH_KEY,
    ShowKey,
    VmdFile,
    curves_from_bytes,
    curves_to_bytes,
    parse_vmd,
    rig_motion_from_vmd,
    vmd_from_rig_motion,
    write_vmd,
)
from manekko.motion.motion import BoneTrack, RigMotion

HEADER = b"Vocaloid Motion Data 0002".ljust(30, b"\0")


def bone_keys(*keys: tuple[str, int, tuple, tuple]) -> VmdFile:
    table = np.zeros(len(keys), BONE_KEY)
    for row, (name, frame, position, rotation) in zip(table, keys, strict=True):
        row["name"], row["frame"], row["position"], row["rotation"] = encode_name(name, 15), frame, position, rotation
    return VmdFile(encode_name("モデル", 20), bones=table)


def test_every_vmd_of_the_data_is_written_back_byte_for_byte(data_folder: Path):
    files = sorted(data_folder.rglob("*.vmd"))
    assert len(files) >= 8
    for path in files:
        data = path.read_bytes()
        assert write_vmd(parse_vmd(data)) == data, path


def test_curve_blocks_of_files_saved_by_mmd_are_reproduced(data_folder: Path):
    for name in ("wavefile_lat", "azusa_bow1", "face16"):
        blocks = parse_vmd((data_folder / f"mmd/motions/{name}.vmd").read_bytes()).bones["curves"]
        assert (curves_to_bytes(curves_from_bytes(blocks)) == blocks).all()


def test_convention_vmd_is_left_handed_in_units_of_8_cm():
    motion = rig_motion_from_vmd(bone_keys(("センター", 0, (1.0, 2.0, 3.0), (0.0, 0.0, 0.0, 1.0))))
    assert motion.bones["センター"].positions_m[0] == pytest.approx([0.08, 0.16, -0.24])


def test_convention_quaternions_are_xyzw_and_turn_the_other_way_about_x_and_y():
    motion = rig_motion_from_vmd(bone_keys(("頭", 0, (0, 0, 0), (0.1, 0.2, 0.3, 0.9))))
    expected = np.array([-0.1, -0.2, 0.3, 0.9])
    assert motion.bones["頭"].rotations_xyzw[0] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-7)


def test_convention_frame_0_is_the_first_frame_at_30_a_second():
    motion = rig_motion_from_vmd(bone_keys(("頭", 0, (0, 0, 0), (0, 0, 0, 1)), ("頭", 30, (0, 0, 0), (0, 0, 0, 1))))
    assert motion.bones["頭"].frames.tolist() == [0, 30]
    assert (motion.fps, motion.frame_count) == (30.0, 31)


def test_curves_lie_in_the_bytes_where_mmd_has_them():
    curves = np.arange(1, 17, dtype=np.uint8).reshape(1, 4, 4)
    block = curves_to_bytes(curves)[0]
    x, y, z, r = curves[0]
    row = [x[0], y[0], z[0], r[0], x[1], y[1], z[1], r[1], x[2], y[2], z[2], r[2], x[3], y[3], z[3], r[3]]
    assert block[:16].tolist() == row
    assert block[16:32].tolist() == [*row[1:], 1]
    assert block[32:48].tolist() == [*row[2:], 1, 0]
    assert block[48:].tolist() == [*row[3:], 1, 0, 0]


def test_curves_that_would_switch_physics_off_do_not():
    curves = np.tile(LINEAR_CURVE, (1, 4, 1))
    curves[0, 2, 0], curves[0, 3, 0] = 0x63, 0x0F
    block = curves_to_bytes(curves)
    assert block[0, 2:4].tolist() == [0, 0]
    assert (curves_from_bytes(block) == curves).all()


def test_all_zero_rotation_is_no_rotation():
    motion = rig_motion_from_vmd(bone_keys(("頭", 0, (0, 0, 0), (0, 0, 0, 0))))
    assert motion.bones["頭"].rotations_xyzw.tolist() == [[0, 0, 0, 1]]


def test_keys_are_sorted_and_the_later_of_two_at_one_frame_counts():
    still = (0.0, 0.0, 0.0, 1.0)
    file = bone_keys(("頭", 9, (9, 0, 0), still), ("首", 4, (4, 0, 0), still), ("頭", 2, (1, 0, 0), still),
                     ("頭", 2, (2, 0, 0), still))  # fmt: skip
    bones = rig_motion_from_vmd(file).bones
    assert list(bones) == ["頭", "首"]
    assert bones["頭"].frames.tolist() == [2, 9]
    assert bones["頭"].positions_m[:, 0] == pytest.approx([0.16, 0.72])


def test_padding_rubbish_does_not_part_the_keys_of_one_bone():
    file = bone_keys(("頭", 0, (0, 0, 0), (0, 0, 0, 1)), ("頭", 1, (0, 0, 0), (0, 0, 0, 1)))
    file.bones["name"][1] = encode_name("頭", 3) + b"\xfd" * 12
    assert rig_motion_from_vmd(file).bones["頭"].frames.tolist() == [0, 1]
    assert write_vmd(parse_vmd(write_vmd(file))) == write_vmd(file)


def test_a_bone_whose_name_mmd_lost_is_kept_in_the_file_and_left_out_of_the_motion():
    file = bone_keys(("頭", 0, (0, 0, 0), (0, 0, 0, 1)))
    file.bones["name"][0] = b"\0\xe5" + b"\0" * 13
    assert rig_motion_from_vmd(file).bones == {}
    assert write_vmd(parse_vmd(write_vmd(file))) == write_vmd(file)


@pytest.mark.parametrize("sections", range(7))
def test_a_file_may_end_after_any_section(sections: int):
    data = HEADER + encode_name("古い", 20) + struct.pack("<I", 0) * sections
    file = parse_vmd(data)
    assert file.section_count == sections
    assert write_vmd(file) == data


def test_the_first_version_with_its_short_name_is_read():
    data = b"Vocaloid Motion Data file".ljust(30, b"\0") + encode_name("初音ミク", 10) + struct.pack("<I", 0)
    assert parse_vmd(data).model_name == "初音ミク"
    assert write_vmd(parse_vmd(data)) == data


def test_a_count_beyond_the_file_is_refused_before_anything_is_made():
    with pytest.raises(FormatError, match=r"announces 4294967295 bone keys, but only 1 fit .*\(at byte 54\)"):
        parse_vmd(HEADER + bytes(20) + b"\xff\xff\xff\xff" + bytes(111))


def test_something_else_is_refused_with_what_it_starts_with():
    with pytest.raises(FormatError, match="this one with 'PMX "):
        parse_vmd(b"PMX \0\0\0\0" + bytes(90))


def test_a_key_that_is_no_number_or_at_no_time_is_refused():
    with pytest.raises(FormatError, match="bone '頭' has a key that is not a number"):
        rig_motion_from_vmd(bone_keys(("頭", 0, (float("nan"), 0, 0), (0, 0, 0, 1))))
    with pytest.raises(FormatError, match="frame 4294967295"):
        rig_motion_from_vmd(bone_keys(("頭", 0xFFFFFFFF, (0, 0, 0), (0, 0, 0, 1))))
    assert LAST_FRAME < 0xFFFFFFFF


def test_ik_switches_come_back_and_are_steps_in_time():
    states = ((0, {"左足ＩＫ": False, "右つま先ＩＫ": False}), (30, {"左足ＩＫ": True}))
    motion = RigMotion("モデル", {}, ik_states=states)
    assert rig_motion_from_vmd(parse_vmd(write_vmd(vmd_from_rig_motion(motion)))).ik_states == states


def test_a_hidden_model_without_switches_says_nothing_of_ik():
    assert rig_motion_from_vmd(VmdFile(bytes(20), shows=(ShowKey(3, 0),))).ik_states == ()


def test_morphs_come_back():
    motion = RigMotion("モデル", {}, {"まばたき": (np.array([0, 5]), np.array([0.25, 1.0]))})
    frames, weights = rig_motion_from_vmd(parse_vmd(write_vmd(vmd_from_rig_motion(motion)))).morphs["まばたき"]
    assert frames.tolist() == [0, 5]
    assert weights.tolist() == [0.25, 1.0]
    assert len(vmd_from_rig_motion(motion).morphs) == 2
    assert vmd_from_rig_motion(motion).morphs.dtype == MORPH_KEY


def test_camera_files_are_values():
    assert VmdFile(encode_name(CAMERA_MODEL_NAME, 20)).is_camera
    assert not VmdFile(encode_name("初音ミク", 20)).is_camera


def test_keys_are_written_bone_after_bone_in_time():
    still = np.tile([0.0, 0.0, 0.0, 1.0], (2, 1))
    track = BoneTrack(np.array([7, 3]), np.zeros((2, 3)), still)
    keys = vmd_from_rig_motion(RigMotion("モデル", {"首": track, "頭": track})).bones
    assert [decode_name(bytes(name)) for name in keys["name"]] == ["首", "首", "頭", "頭"]
    assert keys["frame"].tolist() == [3, 7, 3, 7]


def test_names_are_cut_between_characters_and_lack_nothing_else():
    assert encode_name("あいうえおかきく", 15) == "あいうえおかき".encode("cp932") + b"\0"
    assert decode_name("あい".encode("cp932") + b"\x82") == "あい"
    assert decode_name(b"abc\0\xfd\xfd") == "abc"
    assert encode_name("a♥b", 5) == b"a?b\0\0"
    assert encode_name("〜", 2) == "～".encode("cp932")
    assert name_fits("左足ＩＫ", 15)
    assert not name_fits("左足ＩＫ" * 3, 15)


def test_when_the_model_is_hidden_survives_writing_and_reading() -> None:
    states = ((0, {"左足ＩＫ": True}), (30, {"左足ＩＫ": False}))
    motion = RigMotion("モデル", {}, ik_states=states, shown_states=((10, False), (30, True)))
    file = vmd_from_rig_motion(motion)
    assert sorted((key.frame, key.visible, len(key.switches)) for key in file.shows) == [
        (0, 1, 1),
        (10, 0, 0),
        (30, 1, 1),
    ]
    again = rig_motion_from_vmd(parse_vmd(write_vmd(file)))
    assert again.shown_states == motion.shown_states
    assert again.ik_states == motion.ik_states


def test_only_changes_of_what_is_shown_are_kept() -> None:
    shows = (ShowKey(9, 0), ShowKey(0, 1), ShowKey(4, 0), ShowKey(20, 1))
    assert rig_motion_from_vmd(VmdFile(bytes(20), shows=shows)).shown_states == ((4, False), (20, True))
