"""Languages, colours, phones, and people who do not see the page or do not use a mouse."""

import re
from pathlib import Path

import pytest

from tests.page.browser import Tab
from tests.page.conftest import Opener

pytestmark = [pytest.mark.slow, pytest.mark.client, pytest.mark.weights]

PLAY = {"en-GB": "Play", "ja-JP": "再生", "zh-CN": "播放"}
PANELS = ("dancers", "view", "files", "help")


@pytest.mark.parametrize("locale", list(PLAY))
def test_the_page_speaks_the_language_of_the_browser(opened: Opener, address: str, locale: str) -> None:
    tab = opened(address, locale=locale)
    assert tab.button(PLAY[locale]).is_visible()
    assert tab.ask("() => document.documentElement.lang").startswith(locale[:2])
    if locale != "en-GB":
        for number in range(len(PANELS)):
            tab.page.get_by_role("tab").nth(number).click()
            text = tab.page.get_by_role("tabpanel").inner_text()
            english = re.findall(r"\b(?:Open|Show|Save|Camera|Floor|Shadow|Download|Sound|Model|Motion)\b", text)
            assert english == []


def test_a_chosen_language_and_colours_are_kept(opened: Opener, address: str) -> None:
    tab = opened(address)
    tab.page.get_by_role("combobox", name="Language").select_option("ja")
    tab.page.get_by_role("button", name=re.compile("配色|テーマ|カラー|色")).first.click()
    chosen = tab.ask("() => getComputedStyle(document.body).backgroundColor")
    tab.page.reload()
    tab.wait("() => document.documentElement.dataset.ready === 'true'")
    assert tab.button("再生").is_visible()
    assert tab.ask("() => getComputedStyle(document.body).backgroundColor") == chosen


def test_dark_is_dark_and_light_is_light(opened: Opener, address: str) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        tab = opened(address, color_scheme=scheme)
        colour = tab.ask("() => getComputedStyle(document.body).backgroundColor")
        brightness[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3])) / 3
    assert brightness["light"] > 200
    assert brightness["dark"] < 60


def test_a_phone_shows_all_of_it_without_scrolling_sideways(opened: Opener, address: str) -> None:
    tab = opened(address, width=390, height=844, has_touch=True, is_mobile=True)
    assert tab.ask("() => document.documentElement.scrollWidth") <= 390
    tab.button("Play").tap()
    tab.wait("() => window.manekko.viewer.clock.timeS.value > 0")
    small = tab.ask(
        """() => [...document.querySelectorAll("button, select, [role=tab]")]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 0)
            .filter((each) => Math.max(each.getBoundingClientRect().height, 0) < 36)
            .map((each) => each.getAttribute("aria-label") ?? each.textContent)"""
    )
    assert small == []


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [
        ("en-GB", "light", 1280),
        ("en-GB", "dark", 1280),
        ("en-GB", "light", 390),
        ("ja-JP", "light", 1280),
        ("zh-CN", "dark", 390),
    ],
)
def test_axe_finds_nothing_serious(
    opened: Opener, address: str, web: Path, locale: str, scheme: str, width: int
) -> None:
    tab = opened(address, locale=locale, color_scheme=scheme, width=width, reduced_motion="reduce")
    axe = (web / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # The page's content policy lets no script in; the test's own way does.
    tab.ask(axe)
    found = {}
    for panel in PANELS:
        tab.ask("(panel) => { window.manekko.app.tab.value = panel; }", panel)
        tab.settle()
        found |= serious(tab)
    assert found == {}


def serious(tab: Tab) -> dict[str, list[str]]:
    """Return axe's serious findings: rule → the elements."""
    result = tab.ask("async () => (await axe.run()).violations")
    return {
        rule["id"]: [node["html"][:120] for node in rule["nodes"]]
        for rule in result
        if rule["impact"] in ("serious", "critical")
    }
