// The lane in which a part of the time is chosen to be played again and again.
import { useEffect, useRef } from "preact/hooks";
import type { Span } from "../../api/messages";
import { FPS } from "../../viewer/contract";
import type { App } from "../state/app";
import { timeText } from "../time";
import { words } from "../words/words";
import { SHORTEST_S, shareAt, spanOf } from "./geometry";
import { drag } from "./scrub";

export function LoopLane({ app }: { readonly app: App }) {
    const lane = useRef<HTMLDivElement>(null);
    const loop = app.viewer.clock.loop.value;
    const { timeline } = words.value;
    return (
        <div class="row loop-row">
            <span class="row-label" aria-hidden="true">
                {timeline.loop}
            </span>
            <div
                ref={lane}
                class="lane loop-lane"
                data-testid="loop-lane"
                title={timeline.loopHint}
                onPointerDown={(event) => drawLoop(app, event)}
            >
                {loop === null ? <span class="loop-hint">{timeline.loopHint}</span> : null}
                {loop === null ? null : <LoopSpan app={app} loop={loop} lane={lane} />}
            </div>
        </div>
    );
}

function drawLoop(app: App, event: PointerEvent): void {
    const { clock } = app.viewer;
    if (!(event.currentTarget instanceof HTMLElement)) return;
    drag(app, event, event.currentTarget, {
        onMove: (timeS, startS) => {
            // A press that does not move is no span yet.
            if (Math.abs(timeS - startS) < SHORTEST_S / 2) return;
            clock.loop.value = spanOf(startS, timeS, clock.durationS.peek());
        },
    });
}

interface LoopSpanProps {
    readonly app: App;
    readonly loop: Span;
    readonly lane: { readonly current: HTMLDivElement | null };
}

function LoopSpan({ app, loop, lane }: LoopSpanProps) {
    const band = useRef<HTMLDivElement>(null);
    const shown = app.shown.value;
    const [from, to] = [shareAt(loop.start_s, shown), shareAt(loop.end_s, shown)];
    useEffect(() => {
        band.current?.style.setProperty("--from", String(from));
        band.current?.style.setProperty("--to", String(to));
    }, [from, to]);
    return (
        <div ref={band} class="loop-span">
            <Handle app={app} lane={lane} end="start_s" loop={loop} />
            <Handle app={app} lane={lane} end="end_s" loop={loop} />
        </div>
    );
}

function Handle({ app, lane, end, loop }: LoopSpanProps & { readonly end: keyof Span }) {
    const { clock } = app.viewer;
    const { timeline } = words.value;
    const move = (timeS: number): void => {
        const other = end === "start_s" ? loop.end_s - SHORTEST_S : loop.start_s + SHORTEST_S;
        const held = end === "start_s" ? Math.min(timeS, other) : Math.max(timeS, other);
        clock.loop.value = spanOf(held, end === "start_s" ? loop.end_s : loop.start_s, clock.durationS.peek());
    };
    const onKey = (event: KeyboardEvent): void => {
        const direction = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
        if (direction === 0) return;
        event.preventDefault();
        move(loop[end] + (direction * (event.shiftKey ? FPS : 1)) / FPS);
    };
    return (
        <div
            class={`loop-handle ${end === "start_s" ? "at-start" : "at-end"}`}
            role="slider"
            tabIndex={0}
            aria-label={end === "start_s" ? timeline.loopStart : timeline.loopEnd}
            aria-valuemin={0}
            aria-valuemax={clock.durationS.value}
            aria-valuenow={loop[end]}
            aria-valuetext={timeText(loop[end])}
            onKeyDown={onKey}
            onPointerDown={(event) => {
                // The lane below would begin a new span.
                event.stopPropagation();
                if (lane.current !== null) drag(app, event, lane.current, { onMove: move });
            }}
        />
    );
}
