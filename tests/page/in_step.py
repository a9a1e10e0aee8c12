"""Whether the source video and the sound keep step with the dance while it plays."""

import itertools
import statistics

from tests.page.browser import Tab

FRAME_S = 1 / 30
CLOCK = "window.manekko.viewer.clock"


def assert_in_step(tab: Tab, start_s: float, end_s: float) -> None:
    """When a picture is drawn, the sound that is heard and the video's frame on screen are of its time, to one frame.

    Where pictures are drawn more slowly than the video plays, as without a graphics card, a frame of the video stands
    beside a picture for half the time between two of these on average: it cannot be nearer.

    Args:
        tab: the page, which stands still before ``start_s``.
        start_s: from when on it is looked at.
        end_s: until when.
    """
    tab.button("Play").click()
    tab.wait(f"() => {CLOCK}.timeS.value > {start_s}")
    rows = tab.ask(
        f"""async () => {{
            const video = document.querySelector("[data-testid=video] video");
            const sound = {CLOCK}.media.find((each) => each !== video);
            let frame = null;
            const watch = (_, news) => {{
                frame = {{ at: news.expectedDisplayTime, time: news.mediaTime }};
                video.requestVideoFrameCallback(watch);
            }};
            video.requestVideoFrameCallback(watch);
            const rows = [];
            while ({CLOCK}.playing.value && {CLOCK}.timeS.value < {end_s}) {{
                await new Promise((done) => requestAnimationFrame(done));
                const now = {CLOCK}.timeS.value;
                if (frame === null || sound.paused) continue;
                const since = Math.min(Math.max((performance.now() - frame.at) / 1000, 0), {FRAME_S});
                rows.push([sound.currentTime - now, frame.time + since - now, performance.now() / 1000]);
            }}
            return rows;
        }}"""
    )
    assert len(rows) >= 5
    sound, video = (statistics.median(abs(row[place]) for row in rows) for place in (0, 1))
    between_s = statistics.median(after[2] - before[2] for before, after in itertools.pairwise(rows))
    assert sound < FRAME_S
    assert video < max(FRAME_S, between_s / 2)
