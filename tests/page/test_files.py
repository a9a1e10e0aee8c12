"""Files that a user drops or chooses, and files that the page gives back."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Browser

from manekko.bench.browser import served
from manekko.character import default_model
from manekko.files.models import read_rig
from tests.files.model_samples import pmd_bytes_of
from tests.page.browser import Tab
from tests.page.conftest import Opener
from tests.page.pictures import decoded

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]

MODEL = default_model()
DROP = """async ([files, aim]) => {
    const bag = new DataTransfer();
    for (const [name, base64] of files)
        bag.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    const over = (kind, target) =>
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: bag, bubbles: true, cancelable: true }));
    over("dragenter", document.body);
    over("dragover", document.body);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    over("drop", document.querySelector(`[data-aim=${aim}]`) ?? document.body);
}"""


@pytest.fixture(scope="module")
def empty_stage(browser: Browser) -> Iterator[str]:
    """Where the page is served with nothing but our character."""
    with served() as url:
        yield url


def drop(tab: Tab, *paths: Path, aim: str = "chosen") -> None:
    """Drop files onto the page, as a hand would."""
    files = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    tab.ask(DROP, [files, aim])


def told(tab: Tab, words: str) -> None:
    """Wait until the page says that it took a file, or why not."""
    tab.page.get_by_test_id("message").filter(has_text=words).first.wait_for(timeout=90_000)


def first(tab: Tab, member: str) -> Any:
    return tab.ask(f"() => window.manekko.viewer.dancers.value[0]?.{member}")


def packed(target: Path, *, encoding: str) -> Path:
    """Write our character's folder as a zip whose names are in an encoding that says nothing of itself."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(MODEL.parent.rglob("*.*")):
            if path.suffix == ".vrm":
                continue
            name = f"まねこ 改/{path.relative_to(MODEL.parent).as_posix()}"
            archive.writestr(ForeignName(name, encoding), path.read_bytes())
    return target


class ForeignName(zipfile.ZipInfo):
    """An entry whose name is written in another encoding than UTF-8, without the mark of UTF-8."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name)
        self._foreign = name.encode(encoding)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile asks for it by this name
        return self._foreign, self.flag_bits


def test_a_zip_with_shift_jis_names_dances_with_all_its_textures(
    opened: Opener, empty_stage: str, tmp_path: Path
) -> None:
    tab = opened(empty_stage)
    drop(tab, packed(tmp_path / "maneko.zip", encoding="cp932"))
    told(tab, "maneko.pmx")
    tab.wait("() => !window.manekko.viewer.dancers.value[0].loading")
    assert first(tab, "triangles") > 10_000
    assert first(tab, "problems") == []


def test_a_models_folder_can_be_chosen(opened: Opener, empty_stage: str) -> None:
    tab = opened(empty_stage)
    tab.page.get_by_label("Open a model’s folder").set_input_files(str(MODEL.parent.parent / "tora"))
    told(tab, "tora.pmx")
    tab.wait("() => !window.manekko.viewer.dancers.value[0].loading")
    assert first(tab, "problems") == []


def test_a_pmx_without_its_textures_dances_and_says_which_are_missing(opened: Opener, empty_stage: str) -> None:
    tab = opened(empty_stage)
    drop(tab, MODEL)
    tab.wait("() => window.manekko.viewer.dancers.value[0].problems.length > 0")
    assert tab.ask("() => window.manekko.viewer.dancers.value[0].problems[0].code") == "textures-missing"
    tab.page.get_by_text("Drop the model’s whole folder or zip").first.wait_for()


def test_a_broken_model_is_told_in_words_and_the_page_goes_on(opened: Opener, empty_stage: str, tmp_path: Path) -> None:
    tab = opened(empty_stage)
    broken = tmp_path / "壊れた.pmx"
    broken.write_bytes(MODEL.read_bytes()[:5000])
    drop(tab, broken)
    told(tab, "壊れた.pmx”")
    told(tab, "cannot be read")
    assert tab.ask("() => window.manekko.viewer.frameMs.value") >= 0


def test_pmd_vrm_motion_pose_sound_and_video_are_each_taken(
    opened: Opener, empty_stage: str, captured: Path, tmp_path: Path, data_folder: Path
) -> None:
    tab = opened(empty_stage)
    (motion,), (sound,) = captured.glob("*.vmd"), captured.glob("*.wav")
    drop(tab, motion)
    tab.wait("() => window.manekko.viewer.clock.durationS.value > 3")
    pmd = tmp_path / "old.pmd"
    pmd.write_bytes(pmd_bytes_of(read_rig(MODEL)))
    drop(tab, pmd)
    told(tab, "old.pmd")
    drop(tab, sound)
    tab.wait("() => window.manekko.app.playback.soundName.value?.includes('wav')")
    mp3 = as_mp3(sound, tmp_path / "song.mp3")
    drop(tab, mp3)
    tab.wait("() => window.manekko.app.playback.soundName.value === 'song.mp3'")
    drop(tab, next(captured.glob("*-preview.mp4")))
    tab.wait("() => document.querySelector('[data-testid=video] video')?.videoWidth > 0")
    drop(tab, MODEL.with_suffix(".vrm"))
    told(tab, "maneko.vrm")
    tab.wait("() => !window.manekko.viewer.dancers.value[0].loading", 120)
    assert first(tab, "problems") == []
    assert len(tab.bones(tab.dancer_ids()[0])) > 20
    drop(tab, data_folder / "mmd" / "fixtures" / "makoto_basic.vpd", aim="new")
    tab.wait("() => window.manekko.viewer.dancers.value.length === 2")


def test_a_file_of_no_known_kind_is_told_in_words(opened: Opener, empty_stage: str, tmp_path: Path) -> None:
    tab = opened(empty_stage)
    strange = tmp_path / "notes.xyz"
    strange.write_bytes(b"nothing that dances")
    drop(tab, strange)
    told(tab, "notes.xyz")


def test_two_motions_are_compared_side_by_side(tab: Tab, captured: Path) -> None:
    (motion,) = captured.glob("*.vmd")
    tab.page.get_by_label("Compare with another motion").set_input_files(str(motion))
    tab.wait("() => window.manekko.viewer.dancers.value.length === 2 && window.manekko.viewer.look.sideBySide.value")
    tab.settle()
    places = [tab.bones(each)["センター"][0] for each in tab.dancer_ids()]
    assert abs(places[0] - places[1]) > 5.0


def test_every_file_of_the_capture_can_be_taken_along(tab: Tab, captured: Path) -> None:
    tab.page.get_by_role("tab", name="Files").click()
    links = tab.page.locator("a.download")
    names = set()
    for number in range(links.count()):
        with tab.page.expect_download() as waiting:
            links.nth(number).click()
        names.add(waiting.value.suggested_filename)
        taken = Path(waiting.value.path()).read_bytes()
        assert taken == (captured / waiting.value.suggested_filename).read_bytes()
    assert {path.suffix for path in map(Path, names)} >= {".vmd", ".wav", ".html", ".json", ".mp4"}


def test_the_picture_is_what_is_on_screen(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Files").click()
    with tab.page.expect_download() as waiting:
        tab.button("Picture").click()
    picture = decoded(Path(waiting.value.path()).read_bytes())
    assert picture.std() > 20
    assert min(picture.shape[:2]) > 300


def test_the_film_has_pictures_and_sound(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Files").click()
    tab.button("Record WebM").click()
    tab.button("Play").click()
    tab.wait("() => window.manekko.viewer.clock.timeS.value > 3")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Stop and save").first.click()
    with av.open(io.BytesIO(Path(waiting.value.path()).read_bytes()), "r") as film:
        assert film.format.name.startswith("matroska")
        assert len(film.streams.audio) == 1
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(pictures) >= 3
    assert np.std(pictures[-1]) > 20


def as_mp3(sound: Path, target: Path) -> Path:
    """Write a WAV as MP3."""
    with av.open(str(sound)) as source, av.open(str(target), "w") as written:
        stream = written.add_stream("libmp3lame", rate=44100)
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=44100)
        for frame in source.decode(audio=0):
            for each in resampler.resample(frame):
                written.mux(stream.encode(each))
        written.mux(stream.encode())
    return target
