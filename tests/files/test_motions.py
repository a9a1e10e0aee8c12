from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.files.models import standard_rig
from manekko.files.motions import read_motion, write_motion
from manekko.files.names import encode_name
from manekko.files.vmd import CAMERA_MODEL_NAME, VmdFile, write_vmd
from manekko.motion.motion import BoneTrack, Motion, RigMotion


def bow() -> RigMotion:
    rotations = np.array([[0.0, 0.0, 0.0, 1.0], [0.3, 0.0, 0.0, np.sqrt(0.91)]])
    return RigMotion("ミク", {"上半身": BoneTrack(np.array([0, 30]), np.zeros((2, 3)), rotations)})


@pytest.mark.parametrize("suffix", [".vmd", ".vpd", ".VMD"])
def test_what_is_written_is_read(tmp_path: Path, suffix: str):
    path = tmp_path / f"お辞儀{suffix}"
    write_motion(path, bow())
    motion = read_motion(path)
    assert isinstance(motion, RigMotion)
    assert motion.model_name == "ミク"
    assert motion.bones["上半身"].rotations_xyzw[0] == pytest.approx([0, 0, 0, 1])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_bvh_needs_the_model_and_gives_a_motion(tmp_path: Path):
    path = tmp_path / "bow.bvh"
    with pytest.raises(InputError, match="a model is needed to write this motion as BVH"):
        write_motion(path, bow())
    write_motion(path, bow(), standard_rig())
    motion = read_motion(path)
    assert isinstance(motion, Motion)
    assert motion.frame_count == 31
    write_motion(tmp_path / "bow.vmd", motion, standard_rig())
    assert isinstance(read_motion(tmp_path / "bow.vmd"), RigMotion)


def test_an_unknown_ending_lists_the_known_ones(tmp_path: Path):
    for name in ("a.fbx", "a"):
        with pytest.raises(InputError, match=r"the known ones are \.vmd \.vpd \.bvh"):
            read_motion(tmp_path / name)
        with pytest.raises(InputError, match=r"the known ones are \.vmd \.vpd \.bvh"):
            write_motion(tmp_path / name, bow())


def test_errors_name_the_file(tmp_path: Path):
    path = tmp_path / "broken.vmd"
    with pytest.raises(InputError, match=r"broken\.vmd: the motion cannot be read"):
        read_motion(path)
    path.write_bytes(b"PMX ")
    with pytest.raises(FormatError, match=r"broken\.vmd: a VMD file starts with") as caught:
        read_motion(path)
    assert caught.value.path == path


def test_a_camera_is_no_dance(tmp_path: Path):
    path = tmp_path / "camera.vmd"
    path.write_bytes(write_vmd(VmdFile(encode_name(CAMERA_MODEL_NAME, 20))))
    with pytest.raises(InputError, match=r"camera\.vmd: this VMD moves the camera"):
        read_motion(path)


def test_a_failed_write_leaves_nothing(tmp_path: Path):
    (tmp_path / "taken.vmd").mkdir()
    with pytest.raises(InputError, match=r"taken\.vmd: cannot be written"):
        write_motion(tmp_path / "taken.vmd", bow())
    assert [file.name for file in tmp_path.iterdir()] == ["taken.vmd"]
