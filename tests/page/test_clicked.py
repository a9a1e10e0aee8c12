"""What else is clicked: warnings, the video's places, sound, zoom, dancers; dropped folders, and what is fetched."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect

from manekko.bench.browser import served
from manekko.character import default_model
from tests.page.browser import Tab
from tests.page.conftest import CAPTURED_S, Opener
from tests.page.in_step import CLOCK, FRAME_S, assert_in_step
from tests.page.pictures import screen, share_changed

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]

LEFT_S, RIGHT_S, NOTICE_S = (0.5, 1.5), (2.0, 3.5), (1.2, 1.6)
MOMENT, ALWAYS = "the left hand leaves the picture", "the camera moves"
VIDEO = "document.querySelector('[data-testid=video] video')"


@pytest.fixture(scope="module")
def warned(browser: Browser, captured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is served with the capture, and a report that warns of a moment and of all of it."""
    folder = tmp_path_factory.mktemp("warned") / captured.name
    shutil.copytree(captured, folder)
    (path,) = folder.glob("*-report.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    report["people"][0]["strips"] = {
        "confidence": [0.9] * 40 + [0.2] * 40,
        "confidence_per_s": 80 / CAPTURED_S,
        "left_foot": [LEFT_S],
        "right_foot": [RIGHT_S],
        "notices": [{"text": MOMENT, "span": NOTICE_S}, {"text": ALWAYS, "span": None}],
    }
    path.write_text(json.dumps(report), encoding="utf-8")
    with served(folder) as url:
        yield url


def box_of(tab: Tab, selector: str) -> FloatRect:
    """Return where an element that is shown lies [px]."""
    box = tab.page.locator(selector).first.bounding_box()
    assert box is not None
    return box


def drawn(tab: Tab, strip: str, mark: str) -> np.ndarray:
    """Return where a strip has the colour of its marks (height, width)."""
    shape = f"[data-testid=strips] svg.{strip} {mark}"
    colour = tab.ask("selector => getComputedStyle(document.querySelector(selector)).fill", shape)
    red, green, blue = (int(each) for each in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return np.abs(screen(tab, f"[data-testid=strips] svg.{strip}") - np.array([blue, green, red])).max(axis=-1) < 12


def span_s(marks: np.ndarray) -> tuple[float, float]:
    """Return from when to when a strip is marked, the whole width being the whole dance."""
    columns = np.flatnonzero(marks.any(axis=0))
    return columns[0] / marks.shape[1] * CAPTURED_S, (columns[-1] + 1) / marks.shape[1] * CAPTURED_S


def time_s(tab: Tab) -> float:
    return tab.ask(f"() => {CLOCK}.timeS.value")


def test_the_strips_show_what_the_report_says_and_a_warning_leads_to_its_moment(opened: Opener, warned: str) -> None:
    tab = opened(warned, reduced_motion="reduce")
    tab.seek(3.9)
    assert tab.ask(f"() => {CLOCK}.durationS.value") == pytest.approx(CAPTURED_S, abs=0.1)
    assert span_s(drawn(tab, "feet", ".left rect")) == pytest.approx(LEFT_S, abs=0.08)
    assert span_s(drawn(tab, "feet", ".right rect")) == pytest.approx(RIGHT_S, abs=0.08)
    assert span_s(drawn(tab, "notices", ".notice rect")) == pytest.approx(NOTICE_S, abs=0.08)
    sure = drawn(tab, "confidence", "path").mean(axis=0)
    quarter = len(sure) // 4
    assert sure[quarter] == pytest.approx(0.9, abs=0.1)
    assert sure[3 * quarter] == pytest.approx(0.2, abs=0.1)

    lane = box_of(tab, "[data-testid=strips] svg.notices")
    at = lane["x"] + lane["width"] * 1.45 / CAPTURED_S, lane["y"] + lane["height"] / 2
    tab.page.mouse.move(*at)
    assert MOMENT in tab.page.get_by_role("tooltip").inner_text()
    tab.page.mouse.click(*at)
    assert time_s(tab) == pytest.approx(NOTICE_S[0], abs=1e-6)

    tab.seek(3.0)
    card = tab.page.locator("article.dancer")
    assert card.locator("summary").inner_text() == "2 things to look at"
    assert card.get_by_text(ALWAYS).is_visible()
    card.get_by_role("button").filter(has_text=MOMENT).click()
    assert time_s(tab) == pytest.approx(NOTICE_S[0], abs=1e-6)


def test_the_video_stands_where_it_is_put_and_behind_her_it_stays_in_step(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="View").click()
    host, stage = tab.page.get_by_test_id("video"), box_of(tab, "[data-testid=stage]")
    beside, canvas = box_of(tab, "[data-testid=video]"), box_of(tab, "[data-testid=canvas]")
    assert beside["x"] + beside["width"] <= canvas["x"] + 1
    place = {name: tab.page.get_by_role("radio", name=name, exact=True) for name in ("Off", "Beside", "Behind")}
    place["Off"].check(force=True)
    tab.settle()
    assert not host.is_visible()
    assert box_of(tab, "[data-testid=canvas]") == stage
    place["Beside"].check(force=True)
    tab.settle()
    assert box_of(tab, "[data-testid=video]") == beside

    tab.seek(2.0)
    for name, words in (("The preview", "-preview"), ("The clip", "dance.mp4")):
        tab.page.get_by_role("radio", name=name, exact=True).check(force=True)
        tab.wait(f"() => decodeURI({VIDEO}.currentSrc).includes('{words}') && {VIDEO}.readyState >= 2")
        tab.wait(f"() => !{VIDEO}.seeking && Math.abs({VIDEO}.currentTime - 2.0) < {FRAME_S}")

    place["Behind"].check(force=True)
    tab.settle()
    assert box_of(tab, "[data-testid=video]") == box_of(tab, "[data-testid=canvas]") == stage
    assert tab.page.get_by_role("radio", name="As filmed", exact=True).is_checked()
    tab.seek(0.0)
    assert_in_step(tab, 0.5, 3.5)


def test_it_repeats_is_as_loud_as_it_is_set_and_the_time_line_comes_closer(opened: Opener, address: str) -> None:
    # On a narrower page there is no room for the volume.
    tab = opened(address, width=1600)
    volumes, mutes = (f"() => [...{CLOCK}.media].map((each) => each.{name})" for name in ("volume", "muted"))
    tab.page.get_by_role("slider", name="Volume").fill("0.3")
    assert set(tab.ask(volumes)) == {0.3}
    # The video's own sound is that of the sound beside it: one is heard.
    assert sorted(tab.ask(mutes)) == [False, True]
    tab.button("Mute").click()
    assert tab.ask(mutes) == [True, True]
    tab.button("Sound on").click()
    assert sorted(tab.ask(mutes)) == [False, True]

    wider, lane = tab.button("Time line wider"), box_of(tab, "[data-testid=strips] .strip-lane")
    assert wider.is_disabled()
    tab.seek(2.0)
    tab.button("Time line closer").click()
    y = lane["y"] + lane["height"] / 2
    for share, expected_s in ((0.0, 1.0), (1.0, 3.0)):
        tab.page.mouse.click(lane["x"] + share * (lane["width"] - 1), y)
        assert time_s(tab) == pytest.approx(expected_s * tab.ask(f"() => {CLOCK}.durationS.value") / 4, abs=FRAME_S)
    wider.click()
    assert wider.is_disabled()
    tab.page.mouse.click(lane["x"], y)
    assert time_s(tab) == 0.0

    repeat = tab.button("Play again and again")
    repeat.click()
    assert repeat.get_attribute("aria-pressed") == "true"
    tab.seek(CAPTURED_S - 0.5)
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value < 2")
    assert tab.ask(f"() => {CLOCK}.playing.value")


def test_the_backdrop_is_as_chosen_and_dancers_come_hide_and_go(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="View").click()
    corner = {}
    for name in ("Light", "Dark", "Clear", "Auto"):
        tab.page.get_by_role("radio", name=name, exact=True).check(force=True)
        tab.settle()
        corner[name] = float(screen(tab, "[data-testid=canvas]")[2, 2].mean())
    assert corner["Light"] > 180 > 80 > corner["Dark"]
    assert corner["Auto"] == corner["Light"]

    tab.page.get_by_role("tab", name="Dancers").click()
    seen = screen(tab, "[data-testid=canvas]")
    tab.button("Hide dance").click()
    tab.settle()
    assert share_changed(seen, screen(tab, "[data-testid=canvas]")) > 0.01
    tab.button("Show dance").click()
    tab.settle()
    assert share_changed(seen, screen(tab, "[data-testid=canvas]")) < 0.0005

    tab.button("Add a dancer").click()
    tab.wait("() => window.manekko.viewer.dancers.value.filter((each) => !each.loading).length === 2")
    places = [tab.bones(each)["センター"][0] for each in tab.dancer_ids()]
    assert abs(places[0] - places[1]) > 5.0
    tab.button("Remove Dancer 2").click()
    assert len(tab.dancer_ids()) == 1
    tab.button("Remove dance").click()
    assert tab.dancer_ids() == []
    tab.page.get_by_text("Drop a motion here").wait_for()
    assert tab.page.get_by_test_id("strips").count() == 0


def test_a_dropped_folder_dances_with_all_its_textures(tab: Tab, tmp_path: Path) -> None:
    """A hand's drop, as the browser has it from the system: script cannot make one of folders."""
    folder = tmp_path / "とら 改"
    shutil.copytree(default_model().parent.parent / "tora", folder / "モデル", ignore=shutil.ignore_patterns("*.vrm"))
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    wire = tab.page.context.new_cdp_session(tab.page)
    at = {"x": 100, "y": 100}
    for kind in ("dragEnter", "dragOver", "drop"):
        wire.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
        if kind == "dragEnter":
            target = box_of(tab, "[data-aim=chosen]")
            at = {"x": target["x"] + target["width"] / 2, "y": target["y"] + target["height"] / 2}
    tab.page.get_by_test_id("message").filter(has_text="tora.pmx").first.wait_for(timeout=60_000)
    tab.wait("() => !window.manekko.viewer.dancers.value[0].loading")
    (dancer,) = tab.ask("() => window.manekko.viewer.dancers.value")
    assert dancer["problems"] == []
    assert dancer["triangles"] > 5_000


def test_physics_is_fetched_when_it_is_switched_on_and_nothing_ever_from_elsewhere(tab: Tab, address: str) -> None:
    tab.page.get_by_role("tab", name="View").click()
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value > 0.3")
    assert not [url for url in tab.requests if ".wasm" in url]
    with tab.page.expect_request(lambda request: request.url.endswith(".wasm")):
        tab.page.get_by_role("switch", name="Physics").click(force=True)
    tab.wait("() => window.manekko.viewer.dancers.value.every((each) => !each.loading)")
    assert any(url.startswith(f"{address}files/") for url in tab.requests)
    assert tab.asked_elsewhere(address) == []
    assert tab.asked_elsewhere(f"{address}files/") != []
