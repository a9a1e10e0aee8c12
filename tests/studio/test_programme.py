"""What the page opens with, from files as users have them."""

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from manekko.character import default_model
from manekko.errors import FormatError, InputError
from manekko.files.motions import read_motion, write_motion
from manekko.files.pmx import parse_pmx, write_pmx
from manekko.files.standard_rig import standard_rig
from manekko.files.vmd import CAMERA_MODEL_NAME
from manekko.motion.motion import RigMotion
from manekko.motion.retarget import retarget
from manekko.studio.messages import Programme
from manekko.studio.programme import programme
from manekko.studio.shelf import Shelf
from tests.files.model_samples import fixed, pmd_bone, pmd_core, pmd_toons, pmd_vertex
from tests.files.test_captured import CAMERA
from tests.show.samples import dance_motion

DANCE = dance_motion(1.0)
STRIPS = {
    "confidence": [0.9, 0.25],
    "confidence_per_s": 10.0,
    "left_foot": [[0.0, 0.5]],
    "right_foot": [],
    "notices": [{"text": "head unseen: filled", "span": [0.2, 0.4]}, {"text": "small in the picture", "span": None}],
}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "shelf").mkdir()
    return Shelf(tmp_path / "shelf")


def given(shelf: Shelf, url: str) -> Path:
    """The file at an address that the page was told."""
    _, number, address = url.split("/", 2)
    path = shelf.given(number, unquote(address))
    assert path is not None
    return path


def captured(folder: Path, *, strips_of: int = 2, **changes: Any) -> Path:
    """A capture's folder, of two people; the report has strips of so many of them."""
    folder.mkdir()
    motion = retarget(DANCE, standard_rig())
    people = []
    for number in (1, 2):
        write_motion(folder / f"踊り-p{number}.vmd", motion)
        person = {"files": {"vmd": f"踊り-p{number}.vmd"}, "camera": CAMERA, "warnings": ["left wrist unseen"]}
        people.append(person | ({"strips": STRIPS} if number <= strips_of else {}))
    names = {"wav": "踊り.wav", "preview": "踊り-preview.mp4", "report": "踊り-report.html", "json": "踊り-report.json"}
    for name in (*names.values(), "踊り.mp4", "private.txt"):
        (folder / name).write_bytes(name.encode())
    report = {"input": {"name": "踊り.mp4", "start_s": 1.5}, "people": people, "files": names} | changes
    (folder / "踊り-report.json").write_text(json.dumps(report), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shelf, Programme]:
    """What is told of a capture's folder that nobody changes."""
    folder = tmp_path_factory.mktemp("capture")
    shelf = Shelf(folder)
    return shelf, programme([captured(folder / "out", strips_of=1)], [], shelf)


def test_without_a_motion_maneko_stands_there(shelf: Shelf) -> None:
    told = programme([], [], shelf)
    assert [(one.name, one.motion, one.strips) for one in told.dancers] == [("Maneko", None, None)]
    assert given(shelf, told.dancers[0].character.url) == default_model()
    assert [one.name for one in told.characters] == ["Maneko", "Tora"]
    assert told.title == "Maneko"


def test_a_captures_folder_brings_everything(capture: tuple[Shelf, Programme]) -> None:
    shelf, told = capture
    assert (told.title, [one.name for one in told.dancers]) == ("踊り.mp4", ["踊り-p1", "踊り-p2"])
    assert told.video is not None
    assert told.sound is not None
    assert told.preview is not None
    assert told.report_url is not None
    assert (given(shelf, told.video.url).name, told.video.start_s) == ("踊り.mp4", 1.5)
    assert (given(shelf, told.sound.url).name, told.sound.start_s) == ("踊り.wav", 0.0)
    assert given(shelf, told.preview.url).name == "踊り-preview.mp4"
    names = ["踊り-p1.vmd", "踊り-p2.vmd", "踊り.wav", "踊り-preview.mp4", "踊り-report.html", "踊り-report.json"]
    assert [one.name for one in told.downloads] == names
    assert [one.size_bytes for one in told.downloads[2:5]] == [len(name.encode()) for name in names[2:5]]
    assert all(one.what for one in told.downloads)


def test_who_was_filmed_together_is_known(shelf: Shelf, tmp_path: Path) -> None:
    folder = captured(tmp_path / "out")
    first, second = (folder / f"踊り-p{number}.vmd" for number in (1, 2))
    other = tmp_path / "other.vmd"
    other.write_bytes(first.read_bytes())
    for motions, groups in (
        ([folder], [0, 0]),
        ([first, second], [0, 0]),
        ([folder, other], [0, 0, 1]),
        ([folder, first], [0, 0, 1]),
        ([first, first, other, other], [0, 1, 2, 3]),
    ):
        assert [one.group for one in programme(motions, [], shelf).dancers] == groups


def test_a_report_finds_what_it_shows_beside_it(capture: tuple[Shelf, Programme]) -> None:
    shelf, told = capture
    assert told.report_url is not None
    number = told.report_url.split("/")[1]
    assert shelf.given(number, "踊り-preview.mp4") is not None
    assert shelf.given(number, "踊り-p2.vmd") is not None
    assert shelf.given(number, "private.txt") is None


def test_strips_are_as_reported_or_else_as_the_feet_move(capture: tuple[Shelf, Programme]) -> None:
    first, second = (one.strips for one in capture[1].dancers)
    assert first is not None
    assert second is not None
    assert (first.confidence, first.confidence_per_s) == ((0.9, 0.25), 10.0)
    assert [(span.start_s, span.end_s) for span in first.left_foot] == [(0.0, 0.5)]
    assert first.right_foot == ()
    assert [notice.text for notice in first.notices] == ["head unseen: filled", "small in the picture"]
    assert first.notices[0].span is not None
    assert first.notices[1].span is None
    assert second.confidence == ()
    assert [(notice.text, notice.span) for notice in second.notices] == [("left wrist unseen", None)]
    assert sum(span.end_s - span.start_s for span in (*second.left_foot, *second.right_foot)) > 0.3


def test_the_clips_camera_stands_as_far_away_as_the_motion_is_large(capture: tuple[Shelf, Programme]) -> None:
    camera = capture[1].dancers[0].camera
    assert camera is not None
    wanted = np.array(CAMERA["position_m"]) * [1.0, 1.0, -1.0] * CAMERA["scale"] / 0.08
    assert camera.position == pytest.approx(wanted)


def test_a_vmd_is_served_byte_for_byte_and_a_bvh_as_a_vmd_for_the_model(shelf: Shelf, tmp_path: Path) -> None:
    write_motion(tmp_path / "a.vmd", retarget(DANCE, standard_rig()))
    write_motion(tmp_path / "b.bvh", DANCE)
    told = programme([tmp_path / "a.vmd", tmp_path / "b.bvh"], [], shelf)
    first, second = (one.motion for one in told.dancers)
    assert first is not None
    assert second is not None
    assert given(shelf, first.url) == tmp_path / "a.vmd"
    assert second.name == "b.vmd"
    made = read_motion(given(shelf, second.url))
    assert isinstance(made, RigMotion)
    assert made.frame_count == DANCE.frame_count


def test_a_camera_among_the_motions_moves_the_camera(shelf: Shelf, tmp_path: Path) -> None:
    write_motion(tmp_path / "dance.vmd", retarget(DANCE, standard_rig()))
    (tmp_path / "camera.vmd").write_bytes(camera_vmd())
    for paths in ([tmp_path / "camera.vmd", tmp_path / "dance.vmd"], [tmp_path]):
        told = programme(paths, [], shelf)
        assert told.camera is not None
        assert (told.camera.name, [one.name for one in told.dancers]) == ("camera.vmd", ["dance"])


def camera_vmd() -> bytes:
    name = CAMERA_MODEL_NAME.encode("cp932").ljust(20, b"\0")
    key = struct.pack("<I7f24BIB", 0, -40.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, *[20] * 24, 30, 0)
    return b"Vocaloid Motion Data 0002".ljust(30, b"\0") + name + struct.pack("<3I", 0, 0, 1) + key + bytes(12)


def test_the_music_of_a_motion_is_found_by_its_name_or_alone_in_the_folder(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "dance"
    folder.mkdir()
    write_motion(folder / "dance.vmd", retarget(DANCE, standard_rig()))
    for name in ("music.mp3", "._music.mp3", "._dance.vmd"):
        (folder / name).write_bytes(b"")
    assert programme([folder / "dance.vmd"], [], shelf).sound is None
    assert _sound(programme([folder], [], shelf)) == "music.mp3"
    (folder / "other.ogg").write_bytes(b"")
    assert programme([folder], [], shelf).sound is None
    (folder / "dance.m4a").write_bytes(b"")
    assert _sound(programme([folder / "dance.vmd"], [], shelf)) == "dance.m4a"


def _sound(told: Programme) -> str:
    assert told.sound is not None
    return told.sound.name


def test_a_folder_of_several_motions_says_what_is_wanted(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("a.bvh", "b.bvh"):
        write_motion(tmp_path / name, DANCE)
    with pytest.raises(InputError, match="holds no capture"):
        programme([tmp_path], [], shelf)


def test_one_model_for_all_or_one_for_each(shelf: Shelf, tmp_path: Path) -> None:
    folder = captured(tmp_path / "out")
    assert _characters(programme([folder], [Path("tora")], shelf)) == ["Tora", "Tora"]
    assert _characters(programme([folder], [Path("maneko"), Path("tora")], shelf)) == ["Maneko", "Tora"]
    with pytest.raises(InputError, match="3 models for 2 motions"):
        programme([folder], [default_model()] * 3, shelf)


def _characters(told: Programme) -> list[str]:
    return [one.character.name for one in told.dancers]


def test_our_own_characters_wear_what_their_files_name(shelf: Shelf) -> None:
    for one in programme([], [], shelf).characters:
        file = parse_pmx(given(shelf, one.url).read_bytes())
        assert set(one.beside) == {name.replace("\\", "/") for name in file.textures}


def test_a_models_folder_may_be_given(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(InputError, match="holds no model"):
        programme([], [tmp_path / "model"], shelf)
    (tmp_path / "model" / "avatar.vrm").write_bytes(default_model().with_suffix(".vrm").read_bytes())
    assert _characters(programme([], [tmp_path / "model"], shelf)) == ["avatar"]


def test_a_model_is_known_by_its_bytes_whatever_its_name(shelf: Shelf, tmp_path: Path) -> None:
    for kind, name in ((default_model(), "モデル.dat"), (default_model().with_suffix(".vrm"), "avatar.glb")):
        (tmp_path / name).write_bytes(kind.read_bytes())
    urls = [programme([], [tmp_path / name], shelf).dancers[0].character.url for name in ("モデル.dat", "avatar.glb")]
    assert urls[0].endswith("%E3%83%A2%E3%83%87%E3%83%AB.pmx")
    assert urls[1].endswith("/avatar.vrm")


def test_a_pmds_pictures_are_found_by_their_shift_jis_names(shelf: Shelf, tmp_path: Path) -> None:
    material = struct.pack("<11f2BI", *[0.5] * 11, 0, 1, 3) + fixed("顔.bmp*艶.sph", 20)
    core = pmd_core(
        [pmd_bone("センター", (0.0, 8.0, 0.0))],
        [],
        vertices=[pmd_vertex((0.1 * n, 0.2, 0.3), (0, 0), 100) for n in range(3)],
        faces=[0, 1, 2],
        materials=[material],
    )
    (tmp_path / "少女.pmd").write_bytes(core + b"\0" + pmd_toons())
    for name in ("顔.BMP", "艶.sph", "other.bmp"):
        (tmp_path / name).write_bytes(name.encode())
    character = programme([], [tmp_path / "少女.pmd"], shelf).dancers[0].character
    assert character.beside == ("顔.bmp", "艶.sph")
    number = character.url.split("/")[1]
    assert shelf.given(number, "顔.bmp") == tmp_path / "顔.BMP"
    assert shelf.given(number, "other.bmp") is None


def test_a_hostile_models_names_reach_nothing(shelf: Shelf, tmp_path: Path) -> None:
    own = tmp_path / "model"
    own.mkdir()
    (tmp_path / "secret").write_bytes(b"nobody may read this")
    names = (
        "..\\..\\secret",
        "..\\secret",
        str(tmp_path / "secret"),
        "C:\\secret",
        "\\\\host\\share\\secret",
        "\0",
        "a" * 5000,
    )
    file = parse_pmx(default_model().read_bytes())
    (own / "model.pmx").write_bytes(write_pmx(replace(file, textures=names)))
    character = programme([], [own / "model.pmx"], shelf).dancers[0].character
    assert character.beside == ()


def test_a_hostile_report_reaches_nothing_outside_its_folder(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"nobody may see this")
    files = {"wav": "../secret.mp4", "preview": "link-preview.mp4", "report": "/etc/passwd", "x": "C:\\secret.mp4"}
    folder = captured(tmp_path / "out", files=files)
    (folder / "踊り.wav").unlink()
    for name in ("link-preview.mp4", "踊り.wav"):
        (folder / name).symlink_to(tmp_path / "secret.mp4")
    told = programme([folder], [], shelf)
    assert (told.preview, told.report_url, told.sound) == (None, None, None)
    assert [one.name for one in told.downloads] == ["踊り-p1.vmd", "踊り-p2.vmd"]


def test_what_a_damaged_report_says_can_be_told_or_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    half = {"text": "half a letter: \ud800", "span": None}
    people = [
        {"files": {"vmd": "踊り-p1.vmd"}, "strips": STRIPS | {"notices": [half]}},
        {"files": {"vmd": "踊り-p2.vmd"}, "warnings": [half["text"]]},
    ]
    told = programme([captured(tmp_path / "half", people=people)], [], shelf)
    assert [one.strips and one.strips.notices[0].text for one in told.dancers] == ["half a letter: \ufffd"] * 2
    far = CAMERA | {"position_m": [1e300, 1.0, 1.0], "scale": 1e300}
    with pytest.raises(FormatError, match="camera"):
        programme([captured(tmp_path / "far", people=[people[0] | {"camera": far}])], [], shelf)


def test_a_clip_that_is_a_link_to_something_else_is_no_video(shelf: Shelf, tmp_path: Path) -> None:
    folder = captured(tmp_path / "out")
    (tmp_path / "secret").write_bytes(b"nobody may see this")
    (folder / "踊り.mp4").unlink()
    (folder / "踊り.mp4").symlink_to(tmp_path / "secret")
    assert programme([folder], [], shelf).video is None


@pytest.mark.parametrize("clip", ["passwd", "踊り.avi", "踊り-report.json"])
def test_what_no_browser_plays_as_a_video_is_no_video(shelf: Shelf, tmp_path: Path, clip: str) -> None:
    folder = captured(tmp_path / "out", input={"name": clip, "place": f"../../../etc/{clip}"})
    (folder / clip).touch()
    assert programme([folder], [], shelf).video is None


def test_a_clip_that_is_gone_leaves_the_preview(shelf: Shelf, tmp_path: Path) -> None:
    folder = captured(tmp_path / "out")
    (folder / "踊り.mp4").unlink()
    told = programme([folder], [], shelf)
    assert told.video is None
    assert told.preview is not None


def test_models_that_are_none_are_refused_in_words(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\3\4rest")
    (tmp_path / "a.pmx").write_bytes(default_model().read_bytes()[:5000])
    for name, words in (("a.zip", "zip file"), ("a.pmx", "a.pmx: ")):
        with pytest.raises(FormatError, match=words):
            programme([], [tmp_path / name], shelf)
    with pytest.raises(InputError, match="cannot be read"):
        programme([], [tmp_path / "none.pmx"], shelf)
