import json
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.paint.dataset.cutting import Points
from manekko.paint.dataset.dance_now import paired_stills, read_points, with_depths
from manekko.people.keypoints import BODY33_INDEX
from manekko.video.writer import write_png

PICTURE = np.zeros((4, 4, 3), np.uint8)


def _standing(x: float = 100.0) -> dict[str, list[float]]:
    names = ("nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder")
    pose = np.zeros((25, 3))
    for number in range(len(names) + 9):
        pose[number] = x + 3.0 * number, 50.0 + 20.0 * number, 0.9
    return {"pose_keypoints_2d": pose.ravel().tolist(), "hand_left_keypoints_2d": [7.0, 8.0, 0.5] * 21}


def _put(folder: Path, name: str, *, picture: bool = True, sidecar: bool = True, labels: str = "labels") -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / labels).mkdir(parents=True, exist_ok=True)
    if picture:
        write_png(folder / "images" / f"{name}.png", PICTURE)
    if sidecar:
        (folder / labels / f"{name}_keypoints.json").write_text(json.dumps({"people": [_standing()]}))


def test_pairs_are_found_by_name_and_the_rest_is_told_and_left_alone(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        _put(tmp_path, f"img_7_{number}")
    _put(tmp_path, "img_8_1", sidecar=False)
    _put(tmp_path, "img_9_1", picture=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    warnings: list[str] = []
    stills = paired_stills(tmp_path, warnings)
    assert stills is not None
    assert [still.path.stem for still in stills] == ["img_7_1", "img_7_2", "img_7_10"]
    assert {still.group for still in stills} == {"img_7"}
    assert all(still.keypoints is not None and still.keypoints.stem.startswith(still.path.stem) for still in stills)
    assert warnings == [
        "left alone: 1 pictures without JSON of the same name (images/img_8_1.png)",
        "left alone: 1 JSON files without a picture of the same name (labels/img_9_1_keypoints.json)",
    ]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_json_beside_the_picture_without_openposes_ending_is_a_pair_too(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", PICTURE)
    (tmp_path / "a.json").write_text(json.dumps({"people": [_standing()]}))
    assert [still.path.name for still in paired_stills(tmp_path, []) or []] == ["a.png"]


def test_a_folder_of_pictures_alone_is_no_such_layout(tmp_path: Path) -> None:
    _put(tmp_path, "a", sidecar=False)
    warnings: list[str] = []
    assert paired_stills(tmp_path, warnings) is None
    assert warnings == []


def test_several_characters_are_refused_by_name(tmp_path: Path) -> None:
    for who in ("girl", "soldier"):
        _put(tmp_path / who, "img_1_1")
    with pytest.raises(InputError, match=r"several characters \(girl, soldier"):
        paired_stills(tmp_path, [])


def test_a_split_into_folders_is_one_character(tmp_path: Path) -> None:
    _put(tmp_path / "train", "img_1_1")
    _put(tmp_path / "test", "img_2_1")
    warnings: list[str] = []
    stills = paired_stills(tmp_path, warnings)
    assert [still.group for still in stills or []] == ["test/img_2", "train/img_1"]
    assert warnings == ["the pairs lie in 2 folders and are taken as one character: test, train"]


def test_two_pictures_for_one_json_are_refused(tmp_path: Path) -> None:
    _put(tmp_path, "a")
    (tmp_path / "skeletons").mkdir()
    write_png(tmp_path / "skeletons" / "a.png", PICTURE)
    with pytest.raises(InputError, match="has two pictures of its name"):
        paired_stills(tmp_path, [])


def test_the_most_prominent_person_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    small = {"pose_keypoints_2d": [value / 10 for value in _standing()["pose_keypoints_2d"]]}
    path.write_text(json.dumps({"people": [small, _standing()]}))
    points = read_points(path)
    assert points is not None
    assert points.body[BODY33_INDEX["nose"]].tolist()[:2] == [100.0, 50.0]
    assert np.isnan(points.body[:, 2]).all()
    assert np.isnan(points.body[BODY33_INDEX["left_toe"], 0])
    assert points.body[BODY33_INDEX["left_toe"], 3] == 0.0
    assert points.hands[0, :, 3].all()
    assert not points.hands[1, :, 3].any()


def test_nobody_in_the_json_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"people": []}')
    assert read_points(tmp_path / "a.json") is None


@pytest.mark.parametrize("text", ["", "{", '{"people": 3}', '{"people": [{"pose_keypoints_2d": [1, 2]}]}', "\x00" * 99])
def test_damaged_json_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "img_3.json").write_text(text)
    with pytest.raises(FormatError, match=r"img_3\.json"):
        read_points(tmp_path / "img_3.json")


def _points(shift: float, depth: float) -> Points:
    body = np.zeros((33, 4), np.float32)
    body[:, 0], body[:, 1] = np.linspace(0, 50, 33) + shift, np.linspace(0, 200, 33)
    body[:, 2], body[:, 3] = depth, 1.0
    hands = np.concatenate([body[:21], body[:21]]).reshape(2, 21, 4)
    return Points(body, hands)


def test_depths_are_taken_from_our_detector_where_it_sees_the_same_body() -> None:
    told = _points(0.0, np.nan)
    assert (with_depths(told, _points(3.0, 0.2)).body[:, 2] == np.float32(0.2)).all()
    assert np.isnan(with_depths(told, _points(60.0, 0.2)).body[:, 2]).all()
    assert np.isnan(with_depths(told, None).body[:, 2]).all()
    assert (with_depths(told, _points(3.0, 0.2)).body[:, :2] == told.body[:, :2]).all()
