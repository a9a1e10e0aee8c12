// Dragging on a lane: where the pointer is becomes a time.
import type { App } from "../state/app";
import { timeAt } from "./geometry";

interface Drag {
    /** The time under the pointer, at the first press too. */
    readonly onMove: (timeS: number, startS: number) => void;
    readonly onEnd?: (timeS: number, startS: number) => void;
}

/** Follows a press on a lane until it is let go. `lane` gives the left and right end, if the press is on a part of it. */
export function drag(app: App, event: PointerEvent, lane: Element, { onMove, onEnd }: Drag): void {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const held = event.currentTarget;
    const timeOf = ({ clientX }: PointerEvent): number => {
        const { left, width } = lane.getBoundingClientRect();
        return timeAt((clientX - left) / Math.max(1, width), app.shown.peek());
    };
    const startS = timeOf(event);
    const stop = new AbortController();
    held.setPointerCapture(event.pointerId);
    held.addEventListener("pointermove", (next) => onMove(timeOf(next), startS), { signal: stop.signal });
    const end = (last: PointerEvent): void => {
        stop.abort();
        onEnd?.(timeOf(last), startS);
    };
    held.addEventListener("pointerup", end, { signal: stop.signal });
    held.addEventListener("pointercancel", end, { signal: stop.signal });
    onMove(startS, startS);
}

/** Drags the time itself; what plays waits meanwhile. */
export function scrub(app: App, event: PointerEvent, snap: (timeS: number) => number = (timeS) => timeS): void {
    const { clock } = app.viewer;
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const played = clock.playing.peek();
    if (played) clock.pause();
    drag(app, event, event.currentTarget, {
        onMove: (timeS, startS) => clock.seek(timeS === startS ? snap(timeS) : timeS),
        onEnd: () => {
            if (played) void clock.play();
        },
    });
}
