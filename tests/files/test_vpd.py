from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError
from manekko.files.vpd import (
    VpdBone,
    VpdFile,
    parse_vpd,
    rig_motion_from_vpd,
    vpd_from_rig_motion,
    write_vpd,
)
from manekko.motion.motion import BoneTrack, RigMotion

POSE = """Vocaloid Pose Data file

ミク.osm;
1;

Bone0{左腕
  1.0,0,-2e0;
  0.1,0.2,0.3,0.9; // Quaternion
}

Morph0{あ
  0.5;
}
"""


def test_a_pose_saved_by_mmd_is_written_back_byte_for_byte(data_folder: Path):
    for path in sorted((data_folder / "mmd").rglob("*.vpd")):
        assert write_vpd(parse_vpd(path.read_bytes())) == path.read_bytes()


def test_comments_line_ends_and_morphs_are_understood():
    for text in (POSE, POSE.replace("\n", "\r\n"), POSE.replace("\n", "\r")):
        file = parse_vpd(text.encode("cp932"))
        assert file.parent_file == "ミク.osm"
        assert file.bones == (VpdBone("左腕", (1.0, 0.0, -2.0), (0.1, 0.2, 0.3, 0.9)),)
        assert file.morphs == (("あ", 0.5),)


def test_utf8_with_its_mark_is_understood():
    assert parse_vpd(POSE.encode("utf-8-sig")).bones[0].name == "左腕"


def test_written_lines_end_as_windows_has_it():
    data = write_vpd(VpdFile("ミク.osm", (VpdBone("頭", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),), (("あ", 1.0),)))
    assert data.count(b"\n") == data.count(b"\r\n") > 8
    assert b"Morph0{" in data


def test_convention_vpd_is_left_handed():
    motion = rig_motion_from_vpd(parse_vpd(POSE.encode("cp932")))
    track = motion.bones["左腕"]
    assert motion.model_name == "ミク"
    assert track.positions_m[0] == pytest.approx([0.08, 0.0, 0.16])
    assert np.sign(track.rotations_xyzw[0]).tolist() == [-1, -1, 1, 1]


def test_a_pose_is_the_first_frame_of_a_motion():
    rotations = np.array([[0.0, 0.0, 0.6, 0.8], [0.0, 0.0, 0.0, 1.0]])
    track = BoneTrack(np.array([0, 9]), np.array([[0.8, 0.0, 0.0], [0.0, 0.0, 0.0]]), rotations)
    file = vpd_from_rig_motion(RigMotion("ミク", {"頭": track}))
    assert file.bones == (VpdBone("頭", (10.0, 0.0, -0.0), (-0.0, -0.0, 0.6, 0.8)),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Vocaloid Pose", "Vocaloid Nose"), "starts with 'Vocaloid Pose Data file'"),
        (("1;", "one;"), "line 4: a number"),
        (("0.3,0.9", "0.9"), "line 6: x,y,z; x,y,z,w; for bone '左腕'"),
        (("-2e0", "nan"), "line 6: a number, not 'nan'"),
        (("-2e0", "1e999"), "a number of ordinary size"),
        (("1;", "7;"), "announces 7 bones and holds 1"),
        (("}\n\nMorph", "\n\nMorph"), "line 11: '}' before the next block"),
        (("  0.5;\n}", "  0.5;\n"), "'}' before the end"),
        (("0.5;", "a;"), "a number, not 'a'"),
    ],
)
def test_damage_is_named_with_its_line(change: tuple[str, str], message: str):
    with pytest.raises(FormatError, match=message):
        parse_vpd(POSE.replace(*change).encode("cp932"))
