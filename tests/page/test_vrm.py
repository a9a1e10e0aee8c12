"""VRMs on the page: bones are where our own kinematics have them, and what swings swings when it is asked to."""

import base64
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from manekko.bench.browser import served
from manekko.character import default_model
from manekko.files.motions import read_motion
from manekko.files.vmd import vmd_from_rig_motion, write_vmd
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage.casting import Part, dancer
from manekko.stage.from_vrm import bare_figure_from_glb
from manekko.stage.perform import perform
from tests.page.browser import Tab
from tests.page.conftest import Opener
from tests.page.pictures import screen, share_changed

pytestmark = [pytest.mark.slow, pytest.mark.client]

FRAMES = (0, 57, 245, 959, 1500)
UNITS = np.array([12.5, 12.5, -12.5])
"""From our metres to MMD's units and axes."""
CLOSE_UNITS = 0.01
TAKE_IN = """async (files) => {
    const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const items = files.map(([path, base64]) => ({ path, read: async () => new Blob([bytes(base64)]) }));
    await window.manekko.app.takeIn(items, "chosen");
}"""

# Heard, not looked for now and then: between two looks she may be made ready and be done.
SWITCH_PHYSICS_ON = """() => new Promise((done, failed) => {
    const { dancers, look } = window.manekko.viewer;
    let begun = false;
    dancers.subscribe(([dancer]) => {
        if (begun && !dancer.loading) done();
        begun ||= dancer.loading;
    });
    setTimeout(failed, 60000);
    look.physics.value = true;
})"""


def assert_bones_agree(tab: Tab, model: Path, motion: Path) -> None:
    """The page's bones are where ours are, at five frames."""
    found = bare_figure_from_glb(model.read_bytes(), "somebody")
    danced = dancer(Part(motion, read_motion(motion)), found.figure).motion
    (number,) = tab.dancer_ids()
    for frame, pose in zip(FRAMES, perform(found.figure, danced, np.array(FRAMES), swaying=False), strict=True):
        tab.seek(frame / 30.0)
        seen = tab.bones(number)
        assert set(seen) == {"root", *found.figure.humanoid}
        for name, bone in found.figure.humanoid.items():
            assert np.abs(seen[name] - pose.positions_m[bone] * UNITS).max() < CLOSE_UNITS, (name, frame)


@pytest.mark.data
def test_our_vrm_dances_on_the_page_as_in_manekko(browser: Browser, opened: Opener, data_folder: Path) -> None:
    model, motion = default_model().with_suffix(".vrm"), data_folder / "mmd/motions/wavefile_lat.vmd"
    with served(motion, "--model", str(model)) as url:
        assert_bones_agree(opened(url), model, motion)


@pytest.mark.data
def test_a_vrm0_and_a_motion_that_are_dropped_dance_on_the_page_as_in_manekko(
    browser: Browser, opened: Opener, data_folder: Path
) -> None:
    model, motion = data_folder / "avatars/godette_ccby.vrm", data_folder / "mmd/motions/wavefile_lat.vmd"
    with served() as url:
        tab = opened(url)
        # Neither name says what the file is.
        tab.ask(
            TAKE_IN,
            [[name, base64.b64encode(path.read_bytes()).decode()] for name, path in (("she", model), ("it", motion))],
        )
        assert tab.ask("() => window.manekko.viewer.dancers.value[0].problems") == []
        assert_bones_agree(tab, model, motion)


def test_hair_swings_where_physics_is_turned_on(browser: Browser, opened: Opener, tmp_path: Path) -> None:
    turns = from_rotation_vectors(np.array([[0.0, 0.0, 0.0], [0.0, 1.5, 0.0]]))
    turn = RigMotion("", {"センター": BoneTrack(np.array([0, 10]), np.zeros((2, 3)), turns)})
    (tmp_path / "turn.vmd").write_bytes(write_vmd(vmd_from_rig_motion(turn)))
    with served(tmp_path / "turn.vmd", "--model", str(default_model().with_suffix(".vrm"))) as url:
        tab = opened(url)
        tab.seek(10 / 30.0)
        stiff = screen(tab)
        tab.ask(SWITCH_PHYSICS_ON)
        tab.settle()
        swung = screen(tab)
    assert 0.001 < share_changed(stiff, swung) < 0.1, "her hair, and not all of her"
