"""What a capture brings and what is put beside it: preview, report, warnings, a camera's motion, other motions."""

import struct
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from manekko.bench.browser import served
from manekko.files.vmd import CAMERA_MODEL_NAME
from tests.page.browser import Tab
from tests.page.conftest import Opener
from tests.page.pictures import screen, share_changed

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]


def camera_vmd(distance: float) -> bytes:
    """A camera's motion of one key, so far from a point 10 above the middle of the stage."""
    name = CAMERA_MODEL_NAME.encode("cp932").ljust(20, b"\0")
    key = struct.pack("<I7f24BIB", 0, -distance, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, *[20] * 24, 30, 0)
    return b"Vocaloid Motion Data 0002".ljust(30, b"\0") + name + struct.pack("<3I", 0, 0, 1) + key + bytes(12)


def test_a_cameras_motion_films_as_soon_as_it_is_opened(tab: Tab, tmp_path: Path) -> None:
    tab.page.get_by_role("tab", name="View").click()
    radio = tab.page.get_by_role("radio", name="VMD camera", exact=True)
    assert radio.is_disabled()
    seen = []
    for distance in (60.0, 20.0):
        path = tmp_path / f"camera{distance:.0f}.vmd"
        path.write_bytes(camera_vmd(distance))
        tab.page.get_by_label("Open a camera motion (VMD)").set_input_files(str(path))
        tab.page.get_by_test_id("message").filter(has_text=path.name).first.wait_for(timeout=60_000)
        assert radio.is_checked()
        tab.settle()
        seen.append(screen(tab, "[data-testid=canvas]"))
    assert share_changed(*seen) > 0.05


def test_the_preview_and_the_report_are_there(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="View").click()
    tab.page.get_by_role("radio", name="The preview", exact=True).check(force=True)
    tab.wait("() => /-preview/.test(document.querySelector('[data-testid=video] video').currentSrc)")
    tab.wait("() => document.querySelector('[data-testid=video] video').videoWidth > 0")
    tab.page.get_by_role("tab", name="Files").click()
    with tab.page.context.expect_page() as opening:
        tab.page.get_by_role("link", name="Report", exact=True).click()
    report = opening.value
    report.wait_for_load_state()
    assert "dance.mp4" in report.inner_text("body")
    broken = "[...document.images].filter((image) => image.complete && image.naturalWidth === 0).length"
    assert report.evaluate(f"() => {broken}") == 0


def test_who_was_filmed_elsewhere_stands_beside_the_others(browser: Browser, opened: Opener, captured: Path) -> None:
    (motion,) = captured.glob("*.vmd")
    with served(captured, "--with", motion) as url:
        tab = opened(url)
        places = [tab.bones(each)["センター"][0] for each in tab.dancer_ids()]
    assert len(places) == 2
    assert abs(places[0] - places[1]) > 5.0


def test_a_motion_that_cannot_be_read_is_not_said_to_be_compared(tab: Tab, tmp_path: Path) -> None:
    broken = tmp_path / "壊れた.vmd"
    broken.write_bytes(b"Vocaloid Motion Data 0002".ljust(50, b"\0") + b"\xff" * 40)
    tab.page.get_by_label("Compare with another motion").set_input_files(str(broken))
    messages = tab.page.get_by_test_id("message").filter(has_text=broken.name)
    messages.first.wait_for(timeout=60_000)
    tab.wait("() => window.manekko.viewer.dancers.value.every((dancer) => !dancer.loading)")
    tab.settle()
    assert [str(each.get_attribute("class")) for each in messages.all()] == ["message problem"]


def test_a_sound_that_cannot_be_played_leaves_the_one_that_was_there(tab: Tab, tmp_path: Path) -> None:
    before = tab.ask("() => window.manekko.app.playback.soundName.value")
    broken = tmp_path / "壊れた.wav"
    broken.write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + b"\xff" * 400)
    tab.page.get_by_role("tab", name="View").click()
    tab.page.get_by_label("Open a sound").set_input_files(str(broken))
    tab.page.locator(".message.problem").filter(has_text=broken.name).first.wait_for(timeout=60_000)
    assert before is not None
    assert tab.ask("() => window.manekko.app.playback.soundName.value") == before
    tab.button("Play").click()
    tab.wait("() => window.manekko.viewer.clock.media.filter((each) => !each.paused && !each.error).length === 2")
