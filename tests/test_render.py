"""Motions drawn: what is written, with what sound, seen by which camera; and what is refused."""

import json
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.character import default_model
from manekko.errors import InputError, ManekkoError, MissingToolError
from manekko.files.models import read_rig
from manekko.files.motions import write_motion
from manekko.files.vmd import CAMERA_MODEL_NAME, LIGHT_KEY, vmd_from_rig_motion, write_vmd
from manekko.motion.motion import RigMotion
from manekko.motion.retarget import retarget
from manekko.render import RenderOptions, RenderResult, render
from manekko.stage.gl import opened_context
from manekko.video.source import open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.conftest import missing
from tests.motion.rig_samples import key
from tests.show.samples import dance_motion
from tests.test_bad_input import each

SIZE = (96, 64)


@pytest.fixture(scope="module")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of dance as BVH, with a tone beside it."""
    folder = tmp_path_factory.mktemp("踊り")
    write_motion(folder / "踊り.bvh", dance_motion(1.0))
    with wave.open(str(folder / "踊り.wav"), "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes((8000 * np.sin(np.arange(48_000) / 20)).astype("<i2").tobytes())
    return folder / "踊り.bvh"


@pytest.fixture
def graphics() -> None:
    try:
        opened_context().release()
    except MissingToolError as error:
        missing(str(error))


def drawn(motion: Path, out: Path, **changes: object) -> RenderResult:
    options = RenderOptions((motion,), out, size_px=SIZE, end_s=0.2)
    return render(replace(options, **changes))  # pyright: ignore[reportArgumentType]


def streams(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.type for stream in container.streams]


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize("ending", [".mp4", ".webm", ".mov", ".gif"])
def test_a_dance_becomes_a_clip_with_its_sound(motion: Path, tmp_path: Path, ending: str) -> None:
    told: list[tuple[str, int, int | None]] = []
    options = RenderOptions((motion,), tmp_path / "neu" / f"踊り{ending}", size_px=SIZE, fps=25.0, end_s=0.4)
    result = render(options, lambda *step: told.append(step))
    frames = list(open_clip(options.out).frames())
    assert result.pictures == len(frames) == 10
    assert frames[0].rgb.shape[1::-1] == SIZE
    assert any((frame.rgb != frames[0].rgb).any() for frame in frames[1:])
    assert streams(options.out) == (["video"] if ending == ".gif" else ["video", "audio"])
    assert (told[0], told[-1]) == (("render", 0, 10), ("render", 10, 10))
    assert [path.name for path in options.out.parent.iterdir()] == [options.out.name]


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_pictures_may_be_transparent(motion: Path, tmp_path: Path) -> None:
    drawn(motion, tmp_path / "frames", background="transparent", end_s=0.1)
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["frame-0001.png", "frame-0002.png", "frame-0003.png"]
    with av.open(str(tmp_path / "frames" / names[0])) as container:
        alpha = next(container.decode(video=0)).to_ndarray(format="rgba")[..., 3]
    assert alpha[0, 0] == 0
    assert alpha[32, 48] == 255


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_pose_becomes_one_picture_and_in_a_video_stands_for_a_while(tmp_path: Path) -> None:
    write_motion(tmp_path / "pose.vpd", RigMotion("pose", {"右腕": key(turn_rad=(0.0, 0.0, 0.5))}))
    assert drawn(tmp_path / "pose.vpd", tmp_path / "pose.png", end_s=None).pictures == 1
    assert open_clip(tmp_path / "pose.png").info.kind == "image"
    assert drawn(tmp_path / "pose.vpd", tmp_path / "pose.gif", end_s=None, fps=2.0).pictures == 6


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize("camera", ["fixed", "follow", "orbit"])
def test_every_camera_has_the_dancer_in_view(motion: Path, tmp_path: Path, camera: str) -> None:
    drawn(motion, tmp_path / "a.png", camera=camera, background="transparent", end_s=0.02)
    with av.open(str(tmp_path / "a.png")) as container:
        alpha = next(container.decode(video=0)).to_ndarray(format="rgba")[..., 3]
    rows = np.flatnonzero((alpha > 128).any(1))
    assert np.ptp(rows) > 0.5 * SIZE[1]
    assert rows[0] > 0
    assert rows[-1] < SIZE[1] - 1


def vmd(path: Path, colour: tuple[float, float, float] | None, motion: RigMotion | None = None) -> Path:
    """A VMD with a light of a colour, and with a motion where one is given."""
    file = vmd_from_rig_motion(motion or RigMotion(CAMERA_MODEL_NAME, {}))
    lights = [] if colour is None else [(0, colour, (-0.5, -1.0, 0.5))]
    path.write_bytes(write_vmd(replace(file, lights=np.array(lights, LIGHT_KEY))))
    return path


def pixels(motion: Path, out: Path, **changes: object) -> np.ndarray:
    drawn(motion, out, background="transparent", end_s=0.02, **changes)
    with av.open(str(out)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgba").astype(int)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_light_comes_from_the_cameras_vmd_else_from_the_dances(motion: Path, tmp_path: Path) -> None:
    dance = retarget(dance_motion(0.1), read_rig(default_model()))
    plain, red = vmd(tmp_path / "plain.vmd", None, dance), vmd(tmp_path / "red.vmd", (1.0, 0.0, 0.0), dance)
    blue = vmd(tmp_path / "blue.vmd", (0.0, 0.0, 1.0))
    out = tmp_path / "a.png"
    unlit, by_dance, by_both = pixels(plain, out), pixels(red, out), pixels(red, out, camera=str(blue))
    # The automatic camera all the same: nothing but the colours differs.
    assert (unlit[..., 3] == by_dance[..., 3]).all()
    assert (unlit[..., 3] == by_both[..., 3]).all()
    assert by_dance[..., 0].sum() > 1.2 * by_dance[..., 2].sum()
    assert by_both[..., 2].sum() > 1.2 * by_both[..., 0].sum()
    assert (pixels(plain, out, camera=str(blue)) == by_both).all()


def captured_clip(motion: Path, folder: Path) -> Path:
    """A clip of one colour, and the folder of a capture of it."""
    with VideoWriter(folder / "dance.mp4", (80, 120), 24.0) as video:
        for index in range(30):
            video.write(np.full((120, 80, 3), (250, 0, 250), dtype=np.uint8), index / 24)
    out = folder / "out"
    out.mkdir()
    (out / "dance.bvh").write_bytes(motion.read_bytes())
    camera = {"size_px": [80, 120], "focal_px": 110.0, "position_m": [0.0, 1.0, 3.0]}
    camera |= {"rotation_xyzw": [1.0, 0.0, 0.0, 0.0], "scale": 1.0}
    people = [{"files": {"bvh": "dance.bvh"}, "camera": camera}]
    report = {"input": {"name": "dance.mp4", "start_s": 0.5}, "people": people, "files": {}}
    (out / "dance-report.json").write_text(json.dumps(report))
    return out


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_capture_is_laid_over_its_clip_at_the_clips_size_and_rate(motion: Path, tmp_path: Path) -> None:
    out = captured_clip(motion, tmp_path)
    for name in ("source", str(tmp_path / "dance.mp4")):
        result = drawn(out, tmp_path / "over.mp4", background=name, size_px=None, end_s=0.5)
        assert (result.size_px, result.pictures) == ((80, 120), 12)
    picture = next(open_clip(tmp_path / "over.mp4").frames()).rgb.astype(int)
    assert np.abs(picture[2, 2] - (250, 0, 250)).max() < 12
    assert np.abs(picture[60, 40] - (250, 0, 250)).max() > 50


def test_the_captured_clip_itself_is_never_written_over(motion: Path, tmp_path: Path) -> None:
    out = captured_clip(motion, tmp_path)
    before = (tmp_path / "dance.mp4").read_bytes()
    for background in ("studio", "source"):
        with pytest.raises(InputError, match="would be lost"):
            drawn(out, tmp_path / "dance.mp4", background=background)
    assert (tmp_path / "dance.mp4").read_bytes() == before


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
@pytest.mark.parametrize(("out", "told", "size"), [("a.mp4", "a.mp4", (98, 66)), ("b.png", "b-0001.png", (97, 65))])
def test_it_is_told_what_was_written(motion: Path, tmp_path: Path, out: str, told: str, size: tuple[int, int]) -> None:
    result = drawn(motion, tmp_path / out, size_px=(97, 65), end_s=0.1)
    assert (result.out, result.size_px) == (tmp_path / told, size)
    assert open_clip(result.out).info.size_px == size


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_several_motions_share_one_stage_side_by_side(motion: Path, tmp_path: Path) -> None:
    result = drawn(motion, tmp_path / "two.png", motions=(motion, motion), background="transparent", end_s=0.02)
    assert result.dancers == 2
    with av.open(str(tmp_path / "two.png")) as container:
        alpha = next(container.decode(video=0)).to_ndarray(format="rgba")[..., 3]
    columns = (alpha[:, :] > 128).any(0).astype(int)
    assert (np.diff(columns) == 1).sum() == 2


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_same_motion_gives_the_same_bytes(motion: Path, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        drawn(motion, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def _cut(path: Path, source: Path) -> Path:
    path.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    return path


def _text(path: Path, text: str = "dear diary\n") -> Path:
    path.write_text(text)
    return path


BAD: dict[str, tuple[Callable[[Path, Path], dict[str, object]], str]] = {
    "no such motion": (lambda motion, folder: {"motions": (folder / "none.vmd",)}, "none.vmd"),
    "a cut motion": (lambda motion, folder: {"motions": (_cut(folder / "cut.bvh", motion),)}, "cut.bvh"),
    "a text as motion": (lambda motion, folder: {"motions": (_text(folder / "a.vmd"),)}, "a.vmd"),
    "a video as motion": (lambda motion, folder: {"motions": (_text(folder / "a.mp4"),)}, "manekko capture"),
    "a folder without a capture": (lambda motion, folder: {"motions": (folder,)}, "holds no capture"),
    "a broken report": (lambda motion, folder: {"motions": (_text(folder / "a-report.json"),)}, "a-report.json"),
    "no motion": (lambda motion, folder: {"motions": ()}, "no motion to draw"),
    "no such model": (lambda motion, folder: {"models": (folder / "none.pmx",)}, "none.pmx"),
    "a cut model": (lambda motion, folder: {"models": (_cut(folder / "c.pmx", default_model()),)}, "c.pmx"),
    "a text as model": (lambda motion, folder: {"models": (_text(folder / "a.pmx"),)}, "a.pmx"),
    "two models for one motion": (lambda motion, folder: {"models": (default_model(),) * 2}, "2 models for 1 motion"),
    "no size": (lambda motion, folder: {"size_px": (0, 0)}, "0x0"),
    "a huge size": (lambda motion, folder: {"size_px": (100_000, 100_000)}, "100000x100000"),
    "a huge rate": (lambda motion, folder: {"fps": 100_000.0}, "frames a second"),
    "an unknown ending": (lambda motion, folder: {"out": folder / "a.xyz"}, ".xyz is no known kind"),
    "a transparent MP4": (lambda motion, folder: {"background": "transparent"}, "cannot be transparent"),
    "a colour that is none": (lambda motion, folder: {"background": "#12"}, "#12 is no colour"),
    "a word as background": (lambda motion, folder: {"background": "pink"}, "a colour such as #ff8800"),
    "no such background": (lambda motion, folder: {"background": str(folder / "b.png")}, "b.png"),
    "a broken background": (lambda motion, folder: {"background": str(_text(folder / "b.png"))}, "b.png"),
    "a source that nobody knows": (lambda motion, folder: {"background": "source"}, "nothing is known of a source"),
    "a source camera that nobody knows": (lambda motion, folder: {"camera": "source"}, "nothing is known of a source"),
    "an unknown camera": (lambda motion, folder: {"camera": "drone"}, "drone is no camera"),
    "a camera that is none": (lambda motion, folder: {"camera": str(_text(folder / "c.vmd"))}, "c.vmd"),
    "a camera without keys": (
        lambda motion, folder: {"camera": str(vmd(folder / "c.vmd", None))},
        "c.vmd: this VMD has keys of neither camera nor light nor self shadow",
    ),
    "a sound that is none": (lambda motion, folder: {"sound": _text(folder / "s.wav")}, "16-bit PCM WAV"),
    "no such sound": (lambda motion, folder: {"sound": folder / "s.wav"}, "s.wav cannot be read (No such file"),
    "an end before the start": (lambda motion, folder: {"start_s": 0.5, "end_s": 0.1}, "not before the end"),
    "a start behind the end": (lambda motion, folder: {"start_s": 5.0, "end_s": None}, "there is nothing from 5 s on"),
    "the motion as target": (lambda motion, folder: {"out": folder / "x" / ".." / "b.png"} | _own(folder), "is read"),
}


_LATE = (
    "a sound that is none",
    "no such sound",
    "a source camera that nobody knows",
    "a start behind the end",
    "a camera that is none",
    "a camera without keys",
)
"""Told after the model was read, which takes a while."""


def _own(folder: Path) -> dict[str, object]:
    (folder / "x").mkdir()
    write_png(folder / "b.png", np.zeros((8, 8, 3), dtype=np.uint8))
    return {"background": str(folder / "b.png")}


@pytest.mark.parametrize("kind", each(BAD, fast=", ".join(kind for kind in BAD if kind not in _LATE)))
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(kind: str, motion: Path, tmp_path: Path) -> None:
    change, words = BAD[kind]
    given, out = tmp_path / "given", tmp_path / "out" / "a.mp4"
    given.mkdir()
    options = change(motion, given)
    before = sorted(given.rglob("*"))
    with pytest.raises(ManekkoError) as refused:
        drawn(motion, **({"out": out} | options))  # pyright: ignore[reportArgumentType]
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not out.parent.exists()
    assert sorted(given.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_own_characters_are_known_by_name_unless_a_file_has_it(motion: Path, tmp_path: Path) -> None:
    named, whole = tmp_path / "a.png", tmp_path / "b.png"
    tora = default_model().parents[1] / "tora" / "tora.pmx"
    drawn(motion, named, models=(Path("Tora"),), end_s=0.02)
    drawn(motion, whole, models=(tora,), end_s=0.02)
    assert named.read_bytes() == whole.read_bytes()
    with pytest.raises(InputError, match="the model cannot be read"):
        drawn(motion, named, models=(tmp_path / "tora",))


def test_the_default_character_is_there_and_has_legs_to_dance_on() -> None:
    assert {"センター", "左足ＩＫ", "右ひじ"} <= read_rig(default_model()).index.keys()
