"""Every clip of the measuring data goes through the whole of capture."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.capture import CaptureOptions, CaptureResult, capture
from manekko.files.keypoints import read_tracks
from manekko.files.motions import read_motion
from manekko.files.pmx import parse_pmx, write_pmx
from manekko.motion.motion import RigMotion

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.weights]

CLIPS = {
    "video/dance_frontal_1080x1920_24fps.mp4": 1,
    "video/dance_outdoor_512x758_24fps.mp4": 1,
    "video/gymnast_moving_camera_1080p_30fps.mp4": 1,
    "video/two_people_1080x1920_12fps.mp4": 2,
    "video/walk_enters_late_1768x994_30fps.mp4": 2,
    "anime/anime_dance_368x368_25fps.gif": 1,
    "openpose/body25_hands_27.mp4": 1,
    "openpose/body25_hands_27.tar.gz": 1,
    "openmmd/coco18_json.tar.gz": 1,
}


def captured(data_folder: Path, clip: str, out: Path) -> CaptureResult:
    return capture(CaptureOptions(data_folder / clip, out=out, keys="full", preview=clip.startswith("openpose")))


def motions_of(result: CaptureResult) -> list[RigMotion]:
    motions = [read_motion(path) for path in result.files if path.suffix == ".vmd"]
    assert all(isinstance(motion, RigMotion) for motion in motions)
    return [motion for motion in motions if isinstance(motion, RigMotion)]


@pytest.mark.parametrize("clip", sorted(CLIPS))
def test_a_clip_goes_through_and_gives_each_person_a_file(data_folder: Path, tmp_path: Path, clip: str) -> None:
    result = captured(data_folder, clip, tmp_path)
    assert result.people == CLIPS[clip]
    motions = motions_of(result)
    assert len(motions) == CLIPS[clip]
    for motion in motions:
        assert motion.frame_count > 60
        for track in motion.bones.values():
            assert np.isfinite(track.positions_m).all()
            assert np.isfinite(track.rotations_xyzw).all()
        turns = motion.bones["左腕"].rotations_xyzw
        assert np.abs(turns - turns[0]).max() > 0.05, "the arm moves"


def test_who_comes_late_stands_and_waits_until_then_and_it_is_said(data_folder: Path, tmp_path: Path) -> None:
    result = captured(data_folder, "video/walk_enters_late_1768x994_30fps.mp4", tmp_path)
    said = [warning for warning in result.warnings if "out of view until" in warning]
    assert len(said) == 1
    assert said[0].startswith("person 2")
    assert said[0].endswith("stands and waits")
    first_s = float(said[0].split("until ")[1].split(" s")[0])
    late = read_motion(tmp_path / "walk_enters_late_1768x994_30fps-p2.vmd")
    assert isinstance(late, RigMotion)
    # Half a second before, they step into the pose in which they are seen.
    held = slice(0, int(first_s * 30) - 18)
    for bone in ("左腕", "右足", "頭"):
        rotations = late.bones[bone].rotations_xyzw
        assert np.abs(rotations[held] - rotations[0]).max() < 0.02, bone
        assert np.abs(rotations - rotations[0]).max() > 0.05, bone


def test_a_model_whose_name_a_vmd_cannot_hold_is_told(data_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.pmx"
    plain = parse_pmx((data_folder / "mmd" / "models" / "yw_test_model.pmx").read_bytes())
    model.write_bytes(write_pmx(replace(plain, header=replace(plain.header, name="é" * 30))))
    clip = Path(__file__).parent.parent / "examples" / "dance.mp4"
    result = capture(CaptureOptions(clip, model=model, end_s=0.5, preview=False, out=tmp_path / "out"))
    assert any("does not fit into a VMD" in warning for warning in result.warnings)


def test_of_people_in_openpose_files_the_most_visible_is_kept(tmp_path: Path) -> None:
    """A passer-by comes first; the dancer, who is seen throughout, is the one that is asked for."""
    folder = tmp_path / "json"
    folder.mkdir()
    body = [(320, 100), (320, 140), (300, 140), (290, 190), (285, 240), (340, 140), (350, 190), (355, 240), (308, 250)]
    body += [(306, 330), (305, 410), (332, 250), (334, 330), (335, 410), (314, 92), (326, 92), (308, 96), (332, 96)]
    for frame in range(40):
        people = [[(x + 200 + frame, y) for x, y in body]]
        if frame < 12:
            people.insert(0, [(x - 200, y) for x, y in body])
        rows = [[value for x, y in one for value in (x, y, 0.9)] for one in people]
        text = json.dumps({"people": [{"pose_keypoints_2d": row} for row in rows]})
        (folder / f"a_{frame:012d}_keypoints.json").write_text(text)
    both = capture(CaptureOptions(folder, preview=False, out=tmp_path / "both"))
    one = capture(CaptureOptions(folder, people=1, preview=False, out=tmp_path / "one"))
    assert (both.people, one.people) == (2, 1)
    kept = read_tracks(tmp_path / "one" / "json-keypoints.npz")[0]
    assert kept.seen.sum() == 40
