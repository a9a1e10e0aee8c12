"""Motions into each other: what goes in comes out on the other side."""

from pathlib import Path

import numpy as np
import pytest

from manekko.convert import convert
from manekko.errors import InputError
from manekko.files.models import read_rig, standard_rig
from manekko.files.motions import read_motion, write_motion
from manekko.motion.metrics import figures
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.motion.resample import resampled
from manekko.motion.rig_kinematics import pose_rig


def waving() -> RigMotion:
    """A standing body whose right arm rises sideways by 40° in a second."""
    half = np.radians(20.0)
    arm = BoneTrack(
        frames=np.array([0, 30]),
        positions_m=np.zeros((2, 3)),
        rotations_xyzw=np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, np.sin(half), np.cos(half)]]),
    )
    return RigMotion(model_name="test", bones={"右腕": arm}, morphs={"笑い": (np.array([0, 30]), np.array([0.0, 1.0]))})


@pytest.fixture
def vmd(tmp_path: Path) -> Path:
    path = tmp_path / "wave.vmd"
    write_motion(path, waving())
    return path


def rig_motion_of(path: Path) -> RigMotion:
    motion = read_motion(path)
    assert isinstance(motion, RigMotion)
    return motion


def wrist_m(motion: RigMotion, frame: int) -> np.ndarray:
    return pose_rig(standard_rig(), motion, np.array([frame])).positions_m("右手首")[0]


@pytest.mark.slow
def test_the_hand_is_where_it_was_after_a_round_through_bvh(vmd: Path, tmp_path: Path) -> None:
    notes = convert(vmd, tmp_path / "wave.bvh")
    assert any("standard model" in note for note in notes)
    assert isinstance(read_motion(tmp_path / "wave.bvh"), Motion)
    convert(tmp_path / "wave.bvh", tmp_path / "again.vmd")
    before, after = rig_motion_of(vmd), rig_motion_of(tmp_path / "again.vmd")
    for frame in (0, 15, 30):
        np.testing.assert_allclose(wrist_m(after, frame), wrist_m(before, frame), atol=0.02)


def test_it_is_said_that_a_bvh_holds_no_face(vmd: Path, tmp_path: Path) -> None:
    assert any("no face, so 1 morph (" in note for note in convert(vmd, tmp_path / "wave.bvh"))


def test_a_pose_is_the_first_frame(vmd: Path, tmp_path: Path) -> None:
    notes = convert(vmd, tmp_path / "wave.vpd")
    assert any("first frame" in note for note in notes)
    pose = rig_motion_of(tmp_path / "wave.vpd")
    assert pose.frame_count == 1
    np.testing.assert_allclose(pose.bones["右腕"].rotations_xyzw, [[0, 0, 0, 1]], atol=1e-6)


def test_a_pose_becomes_a_motion_of_one_frame(vmd: Path, tmp_path: Path) -> None:
    convert(vmd, tmp_path / "wave.vpd")
    assert convert(tmp_path / "wave.vpd", tmp_path / "one.vmd") == ()
    assert rig_motion_of(tmp_path / "one.vmd").frame_count == 1


def test_a_motion_of_another_rate_takes_as_long_as_before(vmd: Path, tmp_path: Path) -> None:
    convert(vmd, tmp_path / "wave.bvh")
    motion = read_motion(tmp_path / "wave.bvh")
    assert isinstance(motion, Motion)
    write_motion(tmp_path / "quick.bvh", resampled(motion, fps=100.0))
    convert(tmp_path / "quick.bvh", tmp_path / "again.vmd")
    after = rig_motion_of(tmp_path / "again.vmd")
    assert after.frame_count == 31
    np.testing.assert_allclose(wrist_m(after, 15), wrist_m(rig_motion_of(vmd), 15), atol=0.02)


def test_the_same_kind_needs_a_model(vmd: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give --model"):
        convert(vmd, tmp_path / "copy.vmd")


def test_the_folder_of_the_result_is_made(vmd: Path, tmp_path: Path) -> None:
    convert(vmd, tmp_path / "new" / "folder" / "wave.bvh")
    assert (tmp_path / "new" / "folder" / "wave.bvh").is_file()


def test_a_motion_is_fitted_to_another_model_with_its_morphs(vmd: Path, tmp_path: Path, data_folder: Path) -> None:
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    notes = convert(vmd, tmp_path / "fitted.vmd", model=model)
    assert any("standard model" in note for note in notes)
    fitted, rig = rig_motion_of(tmp_path / "fitted.vmd"), read_rig(model)
    assert fitted.morphs.keys() == {"笑い"}
    assert not figures(fitted, rig).keys.unknown_bones
    arm = fitted.bones["右腕"].rotations_xyzw
    turned = 2 * np.arccos(np.clip(abs(np.sum(arm[0] * arm[-1])), 0, 1))
    assert np.degrees(turned) == pytest.approx(40, abs=8)


@pytest.mark.slow
def test_a_dance_survives_the_way_through_bvh(tmp_path: Path, data_folder: Path) -> None:
    source = data_folder / "mmd" / "motions" / "azusa_bow1.vmd"
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    convert(source, tmp_path / "bow.bvh", model=model)
    convert(tmp_path / "bow.bvh", tmp_path / "bow.vmd", model=model)
    rig = read_rig(model)
    before, after = rig_motion_of(source), rig_motion_of(tmp_path / "bow.vmd")
    frames = np.arange(0, before.frame_count, 5)
    heads = [pose_rig(rig, motion, frames).positions_m("頭") for motion in (before, after)]
    assert np.linalg.norm(heads[0] - heads[1], axis=1).mean() < 0.05


def test_on_the_spot_a_walk_stays_and_its_face_with_it(tmp_path: Path) -> None:
    way = np.linspace(0.0, 2.0, 91)[:, None] * np.array([0.0, 0.0, 1.0])
    centre = BoneTrack(np.arange(91), way, np.tile([0.0, 0.0, 0.0, 1.0], (91, 1)))
    walk = RigMotion("test", {"センター": centre}, morphs={"笑い": (np.array([0, 90]), np.array([0.0, 1.0]))})
    write_motion(tmp_path / "walk.vmd", walk)
    notes = convert(tmp_path / "walk.vmd", tmp_path / "spot.vmd", stays=True)
    assert any("standard model" in note for note in notes)
    stays = rig_motion_of(tmp_path / "spot.vmd")
    hips = pose_rig(standard_rig(), stays, np.arange(91)).positions_m("下半身")
    assert np.abs(hips[:, [0, 2]]).max() < 0.1
    assert "笑い" in stays.morphs
    convert(tmp_path / "walk.vmd", tmp_path / "spot.bvh", stays=True)
    body = read_motion(tmp_path / "spot.bvh")
    assert isinstance(body, Motion)
    assert np.abs(body.root_positions_m[:, [0, 2]]).max() < 0.1
