// The time line: a ruler to scrub on, a lane for the loop, the strips below, and the playhead across all of them.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../state/app";
import { clamp, moved, shareAt, timeAt, zoomed } from "./geometry";
import { LoopLane } from "./loop_lane";
import { Ruler } from "./ruler";
import { Strips } from "./strips";

export function TimeLine({ app }: { readonly app: App }) {
    const box = useRef<HTMLDivElement>(null);
    const { clock } = app.viewer;
    useSignalEffect(() => {
        const share = shareAt(clock.timeS.value, app.shown.value);
        box.current?.style.setProperty("--now", String(clamp(share, -0.1, 1.1)));
    });
    useSignalEffect(() => followTime(app));
    useEffect(() => zoomByWheel(app, box.current), [app]);
    return (
        <div ref={box} class="timeline" data-testid="timeline">
            <Ruler app={app} />
            <LoopLane app={app} />
            <Strips app={app} />
            <div class="playhead-layer" aria-hidden="true">
                <div class="playhead" />
            </div>
        </div>
    );
}

/** Turns the page when playing comes to the end of what is shown. */
function followTime({ zoom, viewer: { clock } }: App): void {
    const timeS = clock.timeS.value;
    const shown = zoom.peek();
    if (shown === null || !clock.playing.value) return;
    if (timeS >= shown.start_s && timeS <= shown.end_s) return;
    zoom.value = moved(shown, clock.durationS.peek(), timeS - shown.start_s);
}

/** Ctrl + wheel comes closer, a sideways wheel moves along. */
function zoomByWheel(app: App, box: HTMLElement | null): (() => void) | undefined {
    if (box === null) return;
    const onWheel = (event: WheelEvent): void => {
        const durationS = app.viewer.clock.durationS.peek();
        const lane = box.querySelector(".lane")?.getBoundingClientRect();
        if (lane === undefined || durationS <= 0) return;
        const shown = app.shown.peek();
        if (event.ctrlKey || event.metaKey) {
            const heldS = timeAt((event.clientX - lane.left) / lane.width, shown);
            const next = zoomed(shown, durationS, Math.exp(-event.deltaY * 0.01), heldS);
            app.zoom.value = next.end_s - next.start_s > durationS - 0.01 ? null : next;
        } else if (app.zoom.peek() !== null && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            app.zoom.value = moved(shown, durationS, (event.deltaX / lane.width) * (shown.end_s - shown.start_s));
        } else return;
        event.preventDefault();
    };
    // Not passive: the browser must not zoom the page at the same time.
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => box.removeEventListener("wheel", onWheel);
}
