"""Play, pause, scrub, speed, loop, steps, strips and keys, as a user clicks them."""

import itertools

import pytest

from tests.page.browser import Tab
from tests.page.conftest import CAPTURED_S
from tests.page.in_step import CLOCK, FRAME_S, assert_in_step

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]


def time_s(tab: Tab) -> float:
    return tab.ask(f"() => {CLOCK}.timeS.value")


def is_playing(tab: Tab) -> bool:
    return tab.ask(f"() => {CLOCK}.playing.value")


def test_play_moves_the_dancer_and_pause_stops_her(tab: Tab) -> None:
    before = tab.bones(tab.dancer_ids()[0])
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value > 0.7")
    assert tab.bones(tab.dancer_ids()[0])["左手首"] != before["左手首"]
    tab.button("Pause").click()
    stopped = time_s(tab)
    tab.page.wait_for_timeout(400)
    assert time_s(tab) == stopped
    assert not is_playing(tab)


def test_it_stops_at_the_end_and_begins_again_when_played_again(tab: Tab) -> None:
    tab.seek(CAPTURED_S - 0.4)
    tab.button("Play").click()
    tab.wait(f"() => !{CLOCK}.playing.value")
    assert time_s(tab) == pytest.approx(tab.ask(f"() => {CLOCK}.durationS.value"))
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value < 2 && {CLOCK}.playing.value")


def test_a_step_is_one_frame_on_or_back(tab: Tab) -> None:
    tab.seek(1.0)
    for name, expected in (("One frame on", 31), ("One frame on", 32), ("One frame back", 31)):
        tab.button(name).click()
        assert time_s(tab) == pytest.approx(expected * FRAME_S)
    assert tab.page.get_by_test_id("frame").inner_text() == "31"


def test_the_time_line_scrubs_and_a_click_on_a_strip_jumps_there(tab: Tab) -> None:
    ruler = tab.page.get_by_role("slider", name="Time line")
    box = ruler.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=5)
    tab.page.mouse.up()
    length_s = tab.ask(f"() => {CLOCK}.durationS.value")
    assert time_s(tab) == pytest.approx(0.6 * length_s, abs=2 * FRAME_S)
    strips = tab.page.get_by_test_id("strips").locator(".strip-lane").first.bounding_box()
    assert strips is not None
    for share in (0.25, 0.75):
        tab.page.mouse.click(strips["x"] + strips["width"] * share, strips["y"] + strips["height"] / 2)
        assert time_s(tab) == pytest.approx(share * length_s, abs=2 * FRAME_S)


def test_speed_is_that_of_the_menu(tab: Tab) -> None:
    tab.page.get_by_role("combobox", name="Speed").select_option("0.5")
    start_s, rates = 0.3, []
    tab.seek(start_s)
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value > {start_s + 0.2}")
    rates = tab.ask(
        f"""async () => {{
            const [wall, time] = [performance.now(), {CLOCK}.timeS.value];
            await new Promise((done) => setTimeout(done, 1500));
            return ({CLOCK}.timeS.value - time) * 1000 / (performance.now() - wall);
        }}"""
    )
    assert 0.3 < rates < 0.7


def test_a_dragged_span_is_played_again_and_again(tab: Tab) -> None:
    lane = tab.page.get_by_test_id("loop-lane").bounding_box()
    assert lane is not None
    y = lane["y"] + lane["height"] / 2
    tab.page.mouse.move(lane["x"] + lane["width"] * 0.4, y)
    tab.page.mouse.down()
    tab.page.mouse.move(lane["x"] + lane["width"] * 0.6, y, steps=6)
    tab.page.mouse.up()
    span = tab.ask(f"() => {CLOCK}.loop.value")
    length_s = tab.ask(f"() => {CLOCK}.durationS.value")
    assert span["start_s"] == pytest.approx(0.4 * length_s, abs=0.1)
    assert span["end_s"] == pytest.approx(0.6 * length_s, abs=0.1)
    tab.seek(span["start_s"])
    tab.button("Play").click()
    seen = [time_s(tab) for _ in range(40) if tab.page.wait_for_timeout(75) is None]
    assert any(later < sooner for sooner, later in itertools.pairwise(seen)), "it never began again"
    assert all(span["start_s"] - FRAME_S <= each <= span["end_s"] + FRAME_S for each in seen)
    tab.button("Clear the loop").click()
    assert tab.ask(f"() => {CLOCK}.loop.value") is None


def test_the_source_video_and_the_sound_are_in_step(tab: Tab) -> None:
    assert_in_step(tab, 0.5, 3.5)


def test_a_paused_video_shows_the_frame_of_the_time(tab: Tab) -> None:
    tab.seek(2.0)
    video = "document.querySelector('[data-testid=video] video')"
    tab.wait(f"() => Math.abs({video}.currentTime - 2.0) < {FRAME_S} && !{video}.seeking")
    assert tab.ask(f"() => {video}.videoWidth") > 0


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        ("p", "look.physics"),
        ("o", "look.outline"),
        ("s", "look.shadow"),
        ("f", "look.floor"),
        ("k", "look.skeleton"),
        ("2", "camera"),
        ("]", "clock.loop"),
    ],
)
def test_a_key_does_what_the_help_says(tab: Tab, key: str, signal: str) -> None:
    tab.seek(1.5)
    before = tab.ask(f"() => JSON.stringify(window.manekko.viewer.{signal}.value)")
    tab.page.keyboard.press(key)
    assert tab.ask(f"() => JSON.stringify(window.manekko.viewer.{signal}.value)") != before


def test_space_plays_and_arrows_move_but_not_while_a_menu_has_the_keys(tab: Tab) -> None:
    tab.page.keyboard.press(" ")
    assert is_playing(tab)
    tab.page.keyboard.press(" ")
    assert not is_playing(tab)
    tab.seek(1.0)
    tab.page.keyboard.press(".")
    assert time_s(tab) == pytest.approx(1.0 + FRAME_S)
    tab.page.get_by_role("combobox", name="Speed").focus()
    tab.page.keyboard.press("p")
    assert tab.ask("() => window.manekko.viewer.look.physics.value") is False
