// The ruler: round times, and the slider that moves the time.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { FPS } from "../../viewer/contract";
import type { App } from "../state/app";
import { frameAt, tickText, timeText } from "../time";
import { words } from "../words/words";
import { clamp, shareAt, ticks } from "./geometry";
import { scrub } from "./scrub";

/** Steps of the keys on the time line [s]. */
const KEY_STEPS_S: Readonly<Record<string, number>> = {
    ArrowLeft: -1 / FPS,
    ArrowRight: 1 / FPS,
    ArrowDown: -1 / FPS,
    ArrowUp: 1 / FPS,
    PageDown: -5,
    PageUp: 5,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
};

export function Ruler({ app }: { readonly app: App }) {
    const { clock } = app.viewer;
    // A screen reader need not hear of each frame.
    const tenths = useComputed(() => Math.round(clock.timeS.value * 10) / 10);
    return (
        <div class="row ruler-row">
            <span class="row-label" aria-hidden="true">
                {words.value.timeline.time}
            </span>
            <div
                class="lane ruler"
                role="slider"
                tabIndex={0}
                aria-label={words.value.timeline.label}
                aria-valuemin={0}
                aria-valuemax={Math.round(clock.durationS.value * 10) / 10}
                aria-valuenow={tenths.value}
                aria-valuetext={valueText(tenths.value)}
                onPointerDown={(event) => scrub(app, event)}
                onKeyDown={(event) => moveByKey(app, event)}
            >
                <Ticks app={app} />
            </div>
        </div>
    );
}

function valueText(timeS: number): string {
    return `${timeText(timeS)}, ${words.value.transport.frame} ${frameAt(timeS)}`;
}

function moveByKey({ viewer: { clock } }: App, event: KeyboardEvent): void {
    const step = KEY_STEPS_S[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (Math.abs(step) < 1 && !event.shiftKey) clock.step(Math.sign(step));
    else
        clock.seek(
            clamp(clock.timeS.peek() + (Math.abs(step) < 1 ? Math.sign(step) : step), 0, clock.durationS.peek()),
        );
}

function Ticks({ app }: { readonly app: App }) {
    const box = useRef<HTMLDivElement>(null);
    const widthPx = useSignal(0);
    useEffect(() => {
        const shown = box.current;
        if (shown === null) return;
        const observer = new ResizeObserver(() => {
            widthPx.value = shown.clientWidth;
        });
        observer.observe(shown);
        return () => observer.disconnect();
    }, [widthPx]);
    const shown = app.shown.value;
    return (
        <div ref={box} class="ticks" aria-hidden="true">
            {ticks(shown, widthPx.value).map((timeS) => (
                <Tick key={timeS} timeS={timeS} share={shareAt(timeS, shown)} />
            ))}
        </div>
    );
}

function Tick({ timeS, share }: { readonly timeS: number; readonly share: number }) {
    const mark = useRef<HTMLSpanElement>(null);
    useEffect(() => {
        mark.current?.style.setProperty("--at", String(share));
    }, [share]);
    return (
        <span ref={mark} class={share > 0.97 ? "tick last" : "tick"}>
            {tickText(timeS)}
        </span>
    );
}
