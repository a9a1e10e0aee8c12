"""The page as it was looked at and found right, at a quarter of its size: colours, places, the character's pose.

``MANEKKO_GOLDEN=1`` writes the pictures anew; look at them before you commit them.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.gallery.page_sheet import DESK_PX, PHONE_PX, as_opened, shown, skeleton_and_files, video_behind
from tests.page.browser import Tab
from tests.page.conftest import Opener
from tests.page.pictures import decoded, small, write

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]

FOLDER = Path(__file__).parent / "screenshots"
_CLOSE, _SHARE = 2.5, 0.025
"""Mean difference of two pictures [of 255], and share of the pixels in which a person sees one, that other fonts and
drivers may make; a pose half a second later is 3.2 and 0.037 away at least."""


def help_panel(tab: Tab) -> None:
    """Show the help, which has the most words."""
    tab.ask("() => { window.manekko.app.tab.value = 'help'; }")


KINDS: dict[str, tuple[tuple[int, int], str, str, Callable[[Tab], None]]] = {
    "light": (DESK_PX, "en-GB", "light", as_opened),
    "dark-video-behind": (DESK_PX, "en-GB", "dark", video_behind),
    "japanese-skeleton": (DESK_PX, "ja-JP", "light", skeleton_and_files),
    "chinese-help": (DESK_PX, "zh-CN", "light", help_panel),
    "phone": (PHONE_PX, "en-GB", "light", as_opened),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_page_looks_as_it_did(opened: Opener, address: str, kind: str) -> None:
    (width, height), locale, scheme, arrange = KINDS[kind]
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    tab = opened(address, width=width, height=height, locale=locale, **options)
    seen, kept = small(decoded(shown(tab, arrange))), FOLDER / f"{kind}.png"
    if os.environ.get("MANEKKO_GOLDEN") == "1":
        write(kept, seen)
    before = decoded(kept.read_bytes())
    assert seen.shape == before.shape
    apart = np.abs(seen.astype(float) - before)
    assert apart.mean() < _CLOSE, f"{kind} looks otherwise: {apart.mean():.1f} of 255 apart on average"
    assert (apart.max(axis=-1) > 40).mean() < _SHARE
