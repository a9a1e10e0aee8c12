"""The page of `manekko view` as people see it: light and dark, Japanese and Chinese, on a desk and on a phone."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from manekko.bench.browser import chromium, served
from manekko.capture import CaptureOptions, capture
from manekko.pixels.warp import resize
from tests.clips import EXAMPLE
from tests.gallery.sheets import Tile
from tests.page.browser import Tab

DESK_PX = (1440, 900)
_SHOWN_PX = (1008, 630)
PHONE_PX = (390, 844)
TIME_S = 1.96


def light() -> Tile:
    """The clip beside the character."""
    return _desk("en-GB", "light", as_opened)


def dark() -> Tile:
    """The clip behind the character, as filmed, and the panel of the view; Chinese."""
    return _desk("zh-CN", "dark", video_behind)


def japanese() -> Tile:
    """Skeleton, and the files that the capture wrote."""
    return _desk("ja-JP", "light", skeleton_and_files)


def as_opened(tab: Tab) -> None:
    """Leave the page as it opens."""
    tab.ask("() => null")


def video_behind(tab: Tab) -> None:
    """Show the clip behind the character, as filmed, and the panel of the view."""
    tab.ask(
        """() => {
            const { app, viewer } = window.manekko;
            app.tab.value = "view";
            app.playback.place.value = "behind";
            viewer.camera.value = "source";
        }"""
    )


def skeleton_and_files(tab: Tab) -> None:
    """Show the skeleton, and the panel of the files."""
    tab.ask(
        """() => {
            const { app, viewer } = window.manekko;
            app.tab.value = "files";
            viewer.look.skeleton.value = true;
        }"""
    )


def phone() -> Tile:
    """A telephone: the stage alone, the panel of the dancers, and the dark page in Japanese."""
    kinds = (("en-GB", "light", None), ("en-GB", "light", "dancers"), ("ja-JP", "dark", "view"))
    pictures = []
    for locale, scheme, panel in kinds:
        pictures.append(_shot(PHONE_PX, locale, scheme, lambda tab, panel=panel: _open(tab, panel)))
    gap = np.full((pictures[0].shape[0], 16, 3), 255, np.uint8)
    return np.concatenate([pictures[0], gap, pictures[1], gap, pictures[2]], axis=1)


def _open(tab: Tab, panel: str | None) -> None:
    tab.ask("(panel) => { window.manekko.app.tab.value = panel; }", panel)


def _desk(locale: str, scheme: str, arrange: Callable[[Tab], None]) -> Tile:
    return resize(_shot(DESK_PX, locale, scheme, arrange), _SHOWN_PX)


def _shot(size_px: tuple[int, int], locale: str, scheme: str, arrange: Callable[[Tab], None]) -> Tile:
    width, height = size_px
    with served(_captured()) as address, chromium() as browser:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        tab = Tab(context.new_page()).open(address)
        png = shown(tab, arrange)
        tab.assert_quiet()
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.ascontiguousarray(picture[..., ::-1])


def shown(tab: Tab, arrange: Callable[[Tab], None]) -> bytes:
    """Return a picture (PNG) of the page in the middle of the dance, the video at the same time."""
    arrange(tab)
    tab.seek(TIME_S)
    tab.wait(
        f"""() => [...document.querySelectorAll("video")].every(
            (each) => !each.checkVisibility() || (!each.seeking && Math.abs(each.currentTime - {TIME_S}) < 0.04))"""
    )
    tab.page.wait_for_timeout(1000)
    tab.settle()
    return tab.page.screenshot()


@cache
def _captured() -> Path:
    """Return the folder of a capture of the example clip, made once."""
    folder = Path(tempfile.mkdtemp(prefix="manekko-gallery-"))
    capture(CaptureOptions(EXAMPLE, out=folder / "out"))
    return folder / "out"
