"""Whether sound, source video and picture of the page are in step over three minutes, in headless Chromium."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from manekko.arrays import Array
from manekko.bench.browser import READY, chromium, served
from manekko.bench.judge import measuring_file
from manekko.video.repeat import repeat_clip
from manekko.video.source import open_clip

PLAYED_S = 180.0
FRAME_S = 1.0 / 30.0
_CLIP = ("video", "dance_frontal_1080x1920_24fps.mp4")
_SIZE_PX = (480, 270)
"""Small, so that pictures come as often as may be where the processor draws them."""
_ENDS_S = 10.0
_PATIENCE_MS = 300_000

_WATCH = """([playedS, longestFrameS]) => new Promise((done) => {
    const { clock } = window.manekko.viewer;
    const video = document.querySelector("[data-testid=video] video");
    const rows = [];
    let frame = null;
    const watch = (_, news) => {
        frame = { at: news.expectedDisplayTime, time: news.mediaTime };
        video.requestVideoFrameCallback(watch);
    };
    video.requestVideoFrameCallback(watch);
    const draw = () => {
        if (!clock.playing.value || clock.timeS.value > playedS) return done(rows);
        const sinceS = frame === null ? 0 : (performance.now() - frame.at) / 1000;
        if (frame !== null && sinceS < 1) {
            const shownS = frame.time + Math.min(Math.max(sinceS, 0), longestFrameS);
            rows.push([clock.timeS.value, video.currentTime - clock.timeS.value, shownS - clock.timeS.value]);
        }
        requestAnimationFrame(draw);
    };
    clock.play().then(() => requestAnimationFrame(draw));
})"""


@dataclass(frozen=True)
class Step:
    """How far what is heard and seen is from the time of the picture beside it, over the whole playing."""

    played_s: float
    pictures: int
    """How many pictures of the character were drawn."""
    heard_middle_s: float
    """Median distance of the video's own time, which its sound follows [s]."""
    heard_late_s: float
    """The same at the 95th percentile [s]."""
    shown_middle_s: float
    """Median distance of the video's frame on screen [s]."""
    drift_s: float
    """How much farther ahead the video is in the last seconds than in the first [s]."""


def step() -> Step:
    """Play a clip with sound for three minutes and compare times whenever a picture is drawn.

    Raises:
        MissingToolError: the data, Chromium or the built page is missing.
    """
    clip = measuring_file(*_CLIP)
    length_s = open_clip(clip).info.duration_s or 1.0
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        long_clip = Path(folder) / f"long{clip.suffix}"
        repeat_clip(clip, long_clip, int(PLAYED_S / length_s) + 1)
        with served() as address, chromium() as browser:
            return stepped(np.array(_rows(browser, address, long_clip)))


def stepped(rows: Array) -> Step:
    """Return the figures of pictures: time, distance of what is heard, distance of what is shown [s] (picture, 3)."""
    times, heard, shown = rows.T
    first, last = times < times[0] + _ENDS_S, times > times[-1] - _ENDS_S
    return Step(
        played_s=float(times[-1] - times[0]),
        pictures=len(rows),
        heard_middle_s=float(np.median(np.abs(heard))),
        heard_late_s=float(np.percentile(np.abs(heard), 95)),
        shown_middle_s=float(np.median(np.abs(shown))),
        drift_s=float(np.median(heard[last]) - np.median(heard[first])),
    )


def _rows(browser: Browser, address: str, clip: Path) -> list[list[float]]:
    tab: Page = browser.new_page(viewport={"width": _SIZE_PX[0], "height": _SIZE_PX[1]})
    tab.goto(address)
    tab.wait_for_selector(READY, state="attached", timeout=_PATIENCE_MS)
    tab.evaluate("() => { window.manekko.app.tab.value = 'view'; }")
    tab.get_by_label("Open a video").set_input_files(str(clip))
    tab.wait_for_function("() => document.querySelector('[data-testid=video] video')?.readyState >= 3")
    rows: Any = tab.evaluate(_WATCH, [PLAYED_S, FRAME_S])
    tab.close()
    return rows
