"""What the view draws: bones where our kinematics has them, switches, cameras, video behind, several people."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from manekko.bench.browser import served
from manekko.character import default_model
from manekko.files.models import read_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.motion.rig_kinematics import pose_rig
from tests.clients.page_judge import MMD_UNIT_M
from tests.page.browser import Tab
from tests.page.conftest import Opener
from tests.page.pictures import screen, share_changed

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]

CLOSE_UNITS = 0.01


def test_bones_are_where_our_own_kinematics_has_them(tab: Tab, captured: Path) -> None:
    rig = read_rig(default_model())
    (motion,) = captured.glob("*.vmd")
    frames = np.array([0.0, 23.5, 47.25, 71.5, 110.0])
    ours = pose_rig(rig, rig_motion_from_vmd(parse_vmd(motion.read_bytes())), frames).positions
    worst = 0.0
    for number, frame in enumerate(frames.tolist()):
        tab.seek(frame / 30)
        for name, place in tab.bones(tab.dancer_ids()[0]).items():
            expected = ours[name][number] / MMD_UNIT_M * [1.0, 1.0, -1.0]
            worst = max(worst, float(np.abs(np.array(place) - expected).max()))
    assert worst < CLOSE_UNITS


@pytest.mark.parametrize("name", ["Outline", "Shadow", "Floor", "Skeleton"])
def test_a_switch_changes_the_picture_and_changes_it_back(tab: Tab, name: str) -> None:
    tab.page.get_by_role("tab", name="View").click()
    tab.seek(1.5)
    before = screen(tab, "[data-testid=canvas]")
    switch = tab.page.get_by_role("switch", name=name)
    switch.click(force=True)
    tab.settle()
    assert share_changed(before, screen(tab, "[data-testid=canvas]")) > 0.0005
    switch.click(force=True)
    tab.settle()
    assert share_changed(before, screen(tab, "[data-testid=canvas]")) < 0.0002


def test_physics_swings_the_hair(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="View").click()
    switch = tab.page.get_by_role("switch", name="Physics")
    changed = 0.0
    # On a busy machine the dance may be over before physics has come.
    for _ in range(5):
        tab.seek(0.0)
        switch.click(force=True)
        tab.wait("() => window.manekko.viewer.look.physics.value")
        tab.button("Play").click()
        tab.wait("() => window.manekko.viewer.clock.timeS.value > 2")
        tab.button("Pause").click()
        swung = screen(tab, "[data-testid=canvas]")
        switch.click(force=True)
        tab.settle()
        changed = share_changed(swung, screen(tab, "[data-testid=canvas]"))
        if changed > 0.001:
            break
    assert changed > 0.001


def test_every_camera_shows_something_else_and_the_dancer_is_in_it(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="View").click()
    tab.page.get_by_role("switch", name="Floor").click(force=True)
    tab.seek(1.0)
    seen = []
    for name in ("Front", "Side", "Back", "Top", "Face", "Feet", "Follow", "As filmed"):
        tab.page.get_by_role("radio", name=name, exact=True).check(force=True)
        tab.page.wait_for_timeout(700)
        tab.settle()
        picture = screen(tab, "[data-testid=canvas]")
        backdrop = picture[2, 2].astype(int)
        assert (np.abs(picture.astype(int) - backdrop).max(axis=-1) > 40).mean() > 0.01, f"nobody from {name}"
        seen.append(picture)
    pairs = [(a, b) for number, a in enumerate(seen) for b in seen[number + 1 :]]
    assert all(share_changed(a, b) > 0.002 for a, b in pairs)


def test_dragging_turns_the_view_and_the_wheel_comes_closer(tab: Tab) -> None:
    canvas = tab.page.get_by_test_id("canvas").bounding_box()
    assert canvas is not None
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    first = screen(tab, "[data-testid=canvas]")
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 150, y, steps=8)
    tab.page.mouse.up()
    tab.page.wait_for_timeout(800)
    turned = screen(tab, "[data-testid=canvas]")
    assert share_changed(first, turned) > 0.02
    tab.page.mouse.wheel(0, -600)
    tab.page.wait_for_timeout(800)
    assert share_changed(turned, screen(tab, "[data-testid=canvas]")) > 0.02


def test_the_character_stands_on_the_dancer_when_the_video_is_behind(tab: Tab) -> None:
    """As filmed, over the video: the character's silhouette covers where the dancer is."""
    tab.page.get_by_role("tab", name="View").click()
    tab.seek(1.5)
    tab.page.get_by_role("radio", name="Behind", exact=True).check(force=True)
    tab.page.get_by_role("radio", name="As filmed", exact=True).check(force=True)
    tab.page.wait_for_timeout(1500)
    tab.settle()
    over = screen(tab)
    tab.ask("() => window.manekko.viewer.setShown(window.manekko.viewer.dancers.value[0].id, false)")
    tab.settle()
    alone = screen(tab)
    covered = np.abs(over.astype(int) - alone.astype(int)).max(axis=-1) > 24
    # The example's dancer is red, white and blue on a pale ground.
    dancer = (alone.max(axis=-1).astype(int) - alone.min(axis=-1)) > 90
    both = covered & dancer
    assert both.sum() > 0.5 * dancer.sum()


def test_each_of_several_people_dances_with_a_model_of_their_own(
    browser: Browser, opened: Opener, captured: Path
) -> None:
    (motion,) = captured.glob("*.vmd")
    with served(motion, "--with", motion, "--model", "maneko,tora") as url:
        tab = opened(url)
        names = tab.ask("() => window.manekko.viewer.dancers.value.map((dancer) => dancer.characterName)")
        assert len(set(names)) == 2
        hips = [tab.bones(each)["センター"][0] for each in tab.dancer_ids()]
        assert abs(hips[0] - hips[1]) > 5.0
