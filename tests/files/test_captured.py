import json
from pathlib import Path
from typing import Any

import pytest

from manekko.errors import FormatError, InputError
from manekko.files.captured import (
    captured_beside,
    find_report,
    read_captured,
    sound_beside,
    source_clip,
    way_to,
)

CAMERA = {
    "size_px": [640, 720],
    "focal_px": 700.5,
    "position_m": [0.1, 1.2, 2.9],
    "rotation_xyzw": [1.0, 0.0, 0.0, 0.0],
    "scale": 0.9,
}


def report(**changes: Any) -> dict[str, Any]:
    people = [
        {"id": 1, "files": {"vmd": "踊り-p1.vmd", "bvh": "踊り-p1.bvh"}, "camera": CAMERA},
        {"id": 2, "files": {"bvh": "踊り-p2.bvh"}, "camera": None},
    ]
    entry = {"name": "踊り.mp4", "start_s": 1.5}
    return {"input": entry, "people": people, "files": {"wav": "踊り.wav"}, **changes}


def written(folder: Path, values: object) -> Path:
    path = folder / "踊り-report.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_a_report_tells_of_motions_sound_clip_and_camera(tmp_path: Path) -> None:
    captured = read_captured(find_report(written(tmp_path, report()).parent))
    first, second = captured.people
    assert (first.motion, second.motion) == (tmp_path / "踊り-p1.vmd", tmp_path / "踊り-p2.bvh")
    assert first.camera is not None
    assert (first.camera.size_px, first.camera.focal_px, first.scale) == ((640, 720), 700.5, 0.9)
    assert second.camera is None
    assert (captured.sound, captured.clip_name, captured.start_s) == (tmp_path / "踊り.wav", "踊り.mp4", 1.5)


def test_a_motion_finds_the_capture_and_the_sound_that_it_belongs_to(tmp_path: Path) -> None:
    written(tmp_path, report())
    (tmp_path / "踊り.wav").write_bytes(b"")
    captured = captured_beside(tmp_path / "踊り-p1.vmd")
    assert captured is not None
    assert [person.scale for person in captured.people] == [0.9]
    assert sound_beside(tmp_path / "踊り-p1.vmd") == tmp_path / "踊り.wav"
    assert captured_beside(tmp_path / "other.vmd") is None
    assert sound_beside(tmp_path / "other.vmd") is None


def test_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    people = [{"files": {"vmd": "../../secret.vmd"}}]
    captured = read_captured(written(tmp_path, report(people=people, files={"wav": "/etc/sound.wav"})))
    assert captured.people[0].motion == tmp_path / "secret.vmd"
    assert captured.sound == tmp_path / "sound.wav"


@pytest.mark.parametrize(
    "values",
    [
        3,
        [],
        {},
        report(people=[]),
        report(people=[{"files": {}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"rotation_xyzw": [0, 0, 0, 0]}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"focal_px": "far"}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"size_px": [640]}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"position_m": [float("nan"), 0, 0]}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"turns_rad": [[0.1, 0.2]]}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"turns_rad": [["left", 0, 0]]}}]),
        report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | {"zooms": [1.0, 0.0]}}]),
        report(input={"name": "a.mp4", "start_s": float("inf")}),
        report(files=None),
        report(input={"name": "a.mp4", "start_s": 10**400}),
        report(people=[{"files": {"vmd": "a\0.vmd"}}]),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, values: object) -> None:
    with pytest.raises(FormatError, match="no report of a capture"):
        read_captured(written(tmp_path, values))
    assert captured_beside(tmp_path / "踊り.vmd") is None


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"{" * 100_000, b'{"people": '])
def test_any_bytes_are_refused_in_words(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a-report.json").write_bytes(data)
    with pytest.raises(FormatError, match="no report of a capture"):
        read_captured(tmp_path / "a-report.json")


def test_a_folder_without_a_capture_or_with_two_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no capture"):
        find_report(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}-report.json").write_text("{}")
    with pytest.raises(InputError, match=r"holds 2 captures; give the report of one: a-report\.json, b-report\.json"):
        find_report(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_captured(tmp_path / "none-report.json")


def test_the_clip_is_found_where_it_was_captured_and_in_the_capture_when_both_moved(tmp_path: Path) -> None:
    out, clips = tmp_path / "out", tmp_path / "clips"
    out.mkdir()
    clips.mkdir()
    (clips / "踊り.mp4").write_bytes(b"")
    entry = {"name": "踊り.mp4", "place": way_to(clips / "踊り.mp4", out)}
    captured = read_captured(written(out, report(input=entry)))
    assert source_clip(captured).resolve() == clips / "踊り.mp4"
    (clips / "踊り.mp4").rename(out / "踊り.mp4")
    assert source_clip(captured) == out / "踊り.mp4"
    (out / "踊り.mp4").unlink()
    with pytest.raises(InputError, match="--background PATH"):
        source_clip(captured)


@pytest.mark.parametrize("place", ["//host/share/踊り.mp4", r"\\host\share\踊り.mp4", "c:踊り.mp4", "\0", "", ".."])
def test_a_place_that_is_no_way_from_the_folder_is_not_followed(tmp_path: Path, place: str) -> None:
    captured = read_captured(written(tmp_path, report(input={"name": "踊り.mp4", "place": place})))
    with pytest.raises(InputError, match="lies no longer"):
        source_clip(captured)


def test_a_camera_that_turns_and_zooms_is_read(tmp_path: Path) -> None:
    moves = {"turns_rad": [[0, 0, 0], [0.1, -0.2, 0.0]], "zooms": [1, 1.5]}
    path = written(tmp_path, report(people=[{"files": {"vmd": "a.vmd"}, "camera": CAMERA | moves}]))
    camera = read_captured(path).people[0].camera
    assert camera is not None
    assert camera.turns_rad == ((0.0, 0.0, 0.0), (0.1, -0.2, 0.0))
    assert camera.zooms == (1.0, 1.5)
