"""``manekko bench page``: how soon the page is there, how much it fetches, how fast it draws, in headless Chromium."""

import gzip
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Response

from manekko.bench.browser import READY, chromium, served
from manekko.bench.command import run_render
from manekko.bench.judge import measuring_file, table
from manekko.bench.page_step import FRAME_S, Step, step
from manekko.character import default_model

SIZE_PX = (1280, 720)
_RUNS = 5
_PLAYED_S = 12.0
_DRAWN_S = 3.0
_FPS = 30.0
_FIRST_PAINT_BAR_S, _READY_BAR_S, _FETCHED_BAR_KB = 2.0, 4.0, 700.0
_FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True)
class Opening:
    """One opening of the page, in a browser that had never seen it."""

    first_paint_s: float
    """From the navigation's start to the first text or picture [s]."""
    ready_s: float
    """From the navigation's start until the character stands in her first pose [s]."""
    fetched_kb: float
    """The page's own files as gzip would send them, physics not asked for; models and motions apart [kB]."""


@dataclass(frozen=True)
class PageFigures:
    """Everything that ``manekko bench page`` found; medians over the openings."""

    triangles: int
    motion_s: float
    first_paint_s: float
    ready_s: float
    fetched_kb: float
    frame_ms: float
    """Middle time that a frame takes in the browser, whose graphics the processor computes here [ms]."""
    render_frame_ms: float
    """The same dance drawn by ``manekko render`` at the same size, video coding included [ms]."""
    graphics: str
    """What draws in the browser, in its own words."""
    step: Step
    """Whether sound, source video and picture stay together."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Table for people."""
        rows = [
            ["first paint s", self.first_paint_s, f"< {_FIRST_PAINT_BAR_S:g}", self.first_paint_s < _FIRST_PAINT_BAR_S],
            ["ready s", self.ready_s, f"< {_READY_BAR_S:g}", self.ready_s < _READY_BAR_S],
            ["fetched kB gzip", self.fetched_kb, f"<= {_FETCHED_BAR_KB:g}", self.fetched_kb <= _FETCHED_BAR_KB],
            ["video off, s", self.step.shown_middle_s, f"<= {FRAME_S:.3f}", self.step.shown_middle_s <= FRAME_S],
            ["video drift, s", self.step.drift_s, f"<= {FRAME_S:.3f}", abs(self.step.drift_s) <= FRAME_S],
            ["video's own time off, s", self.step.heard_middle_s, "", None],
            ["ms a frame", self.frame_ms, "", None],
            ["ms a frame, manekko render", self.render_frame_ms, "", None],
        ]
        words = {True: "pass", False: "FAIL", None: ""}
        size = f"{SIZE_PX[0]}x{SIZE_PX[1]}"
        played = f"{self.step.pictures} pictures beside a video of {self.step.played_s:.0f} s"
        title = (
            f"{self.triangles} triangles, motion of {self.motion_s:.0f} s, {size}, medians; {played}; {self.graphics}"
        )
        return f"{title}\n\n{table(['what', 'found', 'bar', ''], [[*row[:3], words[row[3]]] for row in rows])}"


def page() -> PageFigures:
    """Open the page with our character and a long dance, again and again, and play it.

    Raises:
        MissingToolError: the data, Chromium, Playwright or the built page is missing.
    """
    motion = measuring_file("mmd", "motions", "wavefile_lat.vmd")
    with served(motion) as address, chromium() as browser:
        openings = [_opening(browser, address) for _ in range(_RUNS)]
        played = _played(browser, address)
    return PageFigures(
        first_paint_s=statistics.median(opening.first_paint_s for opening in openings),
        ready_s=statistics.median(opening.ready_s for opening in openings),
        fetched_kb=openings[0].fetched_kb,
        render_frame_ms=_render_frame_ms(motion),
        step=step(),
        **played,
    )


def _opening(browser: Browser, address: str) -> Opening:
    context = browser.new_context(viewport={"width": SIZE_PX[0], "height": SIZE_PX[1]})
    tab = context.new_page()
    answers: list[Response] = []
    # Playwright marks what it calls, which a built-in function cannot bear.
    tab.on("response", lambda answer: answers.append(answer))
    start = time.perf_counter()
    tab.goto(address)
    tab.wait_for_selector(READY, state="attached", timeout=120_000)
    ready_s = time.perf_counter() - start
    paint_ms = tab.evaluate(_FIRST_PAINT)
    fetched = sum(len(gzip.compress(answer.body())) for answer in answers if _is_of_the_page(answer.url, address))
    context.close()
    return Opening(paint_ms / 1000.0, ready_s, fetched / 1000.0)


def _is_of_the_page(url: str, address: str) -> bool:
    """Whether this is a file of the page itself, not what it was asked to show."""
    return url.startswith(address) and not url.removeprefix(address).startswith(("api/", "files/"))


def _played(browser: Browser, address: str) -> dict[str, Any]:
    """Return what is known of the scene and of how fast it is drawn."""
    tab = browser.new_page(viewport={"width": SIZE_PX[0], "height": SIZE_PX[1]})
    tab.goto(address)
    tab.wait_for_selector(READY, state="attached", timeout=120_000)
    tab.evaluate("() => window.manekko.viewer.clock.play()")
    tab.wait_for_timeout(_PLAYED_S * 1000.0)
    found = tab.evaluate(
        """() => {
            const { clock, dancers, frameMs } = window.manekko.viewer;
            const gl = document.createElement("canvas").getContext("webgl2");
            const details = gl.getExtension("WEBGL_debug_renderer_info");
            return {
                triangles: dancers.value[0].triangles,
                motion_s: clock.durationS.value,
                frame_ms: frameMs.value,
                graphics: gl.getParameter(details ? details.UNMASKED_RENDERER_WEBGL : gl.RENDERER),
            };
        }"""
    )
    tab.close()
    return found


def _render_frame_ms(motion: Path) -> float:
    """Return how long one frame takes our own renderer: two lengths are drawn, so that starting cancels out."""
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        walls = [
            run_render(
                motion,
                Path(folder) / f"{length_s:g}.mp4",
                *("--model", str(default_model())),
                *("--size", f"{SIZE_PX[0]}x{SIZE_PX[1]}", "--end", str(length_s), "--sound", "none"),
            ).wall_s
            for length_s in (_DRAWN_S, 2.0 * _DRAWN_S)
        ]
    return 1000.0 * (walls[1] - walls[0]) / (_DRAWN_S * _FPS)
