import io
import json
import random
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.files.openpose import parse_frame, tracks_from_openpose
from manekko.people.keypoints import BODY33_INDEX


def person(count: int, at: tuple[float, float] = (600.0, 300.0), **more: list) -> dict:
    """A body of ``count`` points on a small grid, point n at (x + 10 n, y + 5 n)."""
    numbers = [value for n in range(count) for value in (at[0] + 10 * n, at[1] + 5 * n, 0.5)]
    return {"pose_keypoints_2d": numbers, **more}


def frame(*people: dict) -> bytes:
    return json.dumps({"version": 1.3, "people": list(people)}).encode()


def write_folder(folder: Path, frames: dict[int, bytes]) -> Path:
    folder.mkdir()
    for number, data in frames.items():
        (folder / f"clip_{number:012d}_keypoints.json").write_bytes(data)
    return folder


def test_openmmds_sample_is_one_person_in_all_frames(data_folder: Path):
    (track,) = tracks_from_openpose(data_folder / "openmmd/coco18_json.tar.gz", fps=30.0)
    assert track.seen.sum() == len(track.times_s) == 171
    assert track.image_size_px == (1920, 1080)
    assert track.hands is None
    assert np.isnan(track.world_m).all()
    heads, ankles = (track.keypoints_px[:, BODY33_INDEX[name], 1] for name in ("nose", "left_ankle"))
    assert (heads < ankles)[np.isfinite(heads + ankles)].all()


def test_body25_with_hands_gives_feet_and_knuckles(data_folder: Path):
    track = tracks_from_openpose(data_folder / "openpose/body25_hands_27.tar.gz", fps=30.0)[0]
    assert track.seen.sum() == 90
    assert track.image_size_px == (720, 720)
    assert track.hands is not None
    for name in ("left_toe", "right_heel"):
        assert np.isfinite(track.keypoints_px[:, BODY33_INDEX[name]]).all(-1).mean() > 0.9
    knuckle = track.keypoints_px[:, BODY33_INDEX["left_index"]]
    assert np.array_equal(knuckle, track.hands.keypoints_px[:, 0, 5], equal_nan=True)


def test_layout_is_told_by_the_count_of_numbers():
    coco, body25 = parse_frame(frame(person(18)))[0], parse_frame(frame(person(25)))[0]
    assert coco.keypoints[BODY33_INDEX["left_hip"]].tolist() == [710.0, 355.0, 0.5]
    assert body25.keypoints[BODY33_INDEX["left_hip"]].tolist() == [720.0, 360.0, 0.5]
    assert np.isnan(coco.keypoints[BODY33_INDEX["left_toe"], 0])
    assert body25.keypoints[BODY33_INDEX["left_toe"], 0] == 790.0


def test_zeros_are_missing_not_a_point_in_the_corner():
    someone = person(18)
    someone["pose_keypoints_2d"][0:3] = [0, 0, 0]
    nose = parse_frame(frame(someone))[0].keypoints[BODY33_INDEX["nose"]]
    assert np.isnan(nose[:2]).all()
    assert nose[2] == 0


def test_face_gives_the_corners_of_eyes_and_mouth():
    face = [value for n in range(70) for value in (n + 1, 100, 0.9)]
    keypoints = parse_frame(frame(person(18, face_keypoints_2d=face)))[0].keypoints
    assert keypoints[BODY33_INDEX["left_eye_inner"], 0] == 43
    assert keypoints[BODY33_INDEX["mouth_right"], 0] == 49


def test_the_number_in_the_name_is_the_frame_and_gaps_are_unseen(tmp_path: Path):
    folder = write_folder(tmp_path / "a", {n: frame(person(18)) for n in (7, 8, 11, 12, 13, 14)})
    (track,) = tracks_from_openpose(folder, fps=25.0)
    assert track.seen.tolist() == [True, True, False, False, True, True, True, True]
    assert track.times_s[-1] == pytest.approx(7 / 25)


def test_people_keep_their_numbers_however_they_are_listed_and_when_one_leaves(tmp_path: Path):
    rng = random.Random(1)
    frames = {}
    for n in range(40):
        people = [person(18, (100 + 3 * n, 200)), person(18, (900 - 3 * n, 260))]
        if 15 <= n < 25:
            people.pop()
        rng.shuffle(people)
        frames[n] = frame(*people)
    first, second = tracks_from_openpose(write_folder(tmp_path / "a", frames), fps=30.0)
    nose = BODY33_INDEX["nose"]
    assert (first.track_id, second.track_id) == (1, 2)
    assert first.keypoints_px[:, nose, 0] == pytest.approx(100 + 3 * np.arange(40))
    assert second.seen.sum() == 30
    assert second.keypoints_px[30, nose, 0] == 900 - 90


def test_a_mistake_of_a_moment_is_no_person_and_is_spoken_of(tmp_path: Path):
    frames = {n: frame(person(18), *([person(18, (10, 10))] if n == 5 else [])) for n in range(20)}
    (track,) = tracks_from_openpose(write_folder(tmp_path / "a", frames), fps=30.0)
    assert "left out: 1 person seen only for moments" in track.warnings


def test_folder_zip_and_tar_say_the_same(tmp_path: Path):
    folder = write_folder(tmp_path / "a", {n: frame(person(25, (500 + n, 300))) for n in range(6)})
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"deep/{file.name}")
    for suffix, mode in ((".tar", "w"), (".tar.gz", "w:gz"), (".tar.xz", "w:xz"), (".tar.bz2", "w:bz2")):
        with tarfile.open(tmp_path / f"a{suffix}", mode) as archive:
            archive.add(folder, "deep")
    expected = tracks_from_openpose(folder, fps=30.0)[0].keypoints_px
    for suffix in (".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"):
        found = tracks_from_openpose(tmp_path / f"a{suffix}", fps=30.0)[0].keypoints_px
        assert np.array_equal(found, expected, equal_nan=True), suffix


def test_names_without_numbers_are_taken_in_order_and_it_says_so(tmp_path: Path):
    folder = tmp_path / "a"
    folder.mkdir()
    for name in "cab":
        (folder / f"{name}.json").write_bytes(frame(person(18, (500 + 10 * ord(name), 300))))
    (track,) = tracks_from_openpose(folder, fps=30.0)
    assert np.diff(track.keypoints_px[:, 0, 0]).tolist() == [10, 10]
    assert any("alphabetical" in warning for warning in track.warnings)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no list 'people'"),
        (b'{"people": [3]}', "is no object"),
        (frame({"pose_keypoints_2d": [1.0] * 51}), "has 51 numbers; 54 or 75 were expected"),
        (frame({"pose_keypoints_2d": ["1"] * 54}), "no image point"),
        (frame(person(18)).replace(b"600.0", b"NaN"), "NaN is not a number"),
        (frame(person(18)).replace(b"600.0", b"1e300"), "no image point"),
        (frame(person(18)).replace(b"600.0", b"9" * 5000), "not JSON"),
        (frame(*[person(18)] * 51), "51 people in one frame"),
        (frame(person(18, hand_left_keypoints_2d=[0.0] * 60)), "has 60 numbers; 63 were expected"),
    ],
)
def test_damage_is_named_with_its_file(tmp_path: Path, data: bytes, message: str):
    folder = write_folder(tmp_path / "a", {0: frame(person(18)), 1: data})
    with pytest.raises(FormatError, match=r"clip_000000000001_keypoints\.json: ") as caught:
        tracks_from_openpose(folder, fps=30.0)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_and_nobody_are_said(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no JSON file found"):
        tracks_from_openpose(tmp_path / "empty", fps=30.0)
    with pytest.raises(InputError, match="2 JSON files, but nobody"):
        tracks_from_openpose(write_folder(tmp_path / "a", {0: frame(), 1: frame()}), fps=30.0)
    with pytest.raises(InputError, match="no such file"):
        tracks_from_openpose(tmp_path / "nowhere.zip", fps=30.0)


def test_scaled_keypoints_are_refused_with_what_to_do(tmp_path: Path):
    numbers = [0.5, 0.4, 0.9] * 18
    with pytest.raises(InputError, match="--keypoint_scale 0"):
        tracks_from_openpose(write_folder(tmp_path / "a", {0: frame({"pose_keypoints_2d": numbers})}), fps=30.0)


def test_hostile_names_touch_nothing_and_cannot_break_the_message(tmp_path: Path):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        for name, data in (("../../outside\x1b[31m\n0.json", b"{"), ("/etc/passwd1.json", b"{")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    with pytest.raises(FormatError) as caught:
        tracks_from_openpose(path, fps=30.0)
    assert str(caught.value).isprintable()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["evil.tar"]


def test_bombs_are_refused_without_unpacking_them(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.json", bytes(64 << 20))
    member = tarfile.TarInfo("0.json")
    member.size = 1 << 40
    (tmp_path / "bomb.tar").write_bytes(member.tobuf() + bytes(1024))
    header = tarfile.TarInfo("pax")
    header.size, header.type = 1 << 30, tarfile.XHDTYPE
    (tmp_path / "header.tar").write_bytes(header.tobuf() + bytes(1024))
    for name in ("bomb.zip", "bomb.tar", "header.tar"):
        with pytest.raises(FormatError, match=r"too many|trap"):
            tracks_from_openpose(tmp_path / name, fps=30.0)


def test_a_damaged_archive_is_one_clear_line(tmp_path: Path, data_folder: Path):
    data = (data_folder / "openmmd/coco18_json.tar.gz").read_bytes()
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FormatError, match="archive is damaged"):
        tracks_from_openpose(path, fps=30.0)
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(FormatError, match="not a zip or tar"):
        tracks_from_openpose(tmp_path / "text.zip", fps=30.0)
