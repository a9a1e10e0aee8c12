// Strips below the time line, for each dancer that a report came with: how surely she was seen, when her feet stood
// on the floor, and what may need the user's eye.
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Notice, Span, Strips as StripValues } from "../../api/messages";
import type { DancerState } from "../../viewer/contract";
import type { App } from "../state/app";
import { timeText } from "../time";
import { words } from "../words/words";
import { confidenceAt, confidencePath, isWithin, timeAt } from "./geometry";
import { scrub } from "./scrub";

/** A mark is hit this far from it [px]. */
const HIT_PX = 7;
/** Notices closer together than a finger is wide still have a mark each, at least as wide [share of the width]. */
const MARK_SHARE = 0.004;

interface Hover {
    readonly dancerId: number;
    /** Where the pointer is, and the upper edge of the lane under it, in the window [px]. */
    readonly x: number;
    readonly y: number;
    readonly timeS: number;
    readonly notices: readonly Notice[];
}

export function Strips({ app }: { readonly app: App }) {
    const hover = useSignal<Hover | null>(null);
    const roles = app.cast.roles.value;
    const seen = app.viewer.dancers.value.flatMap((dancer) => {
        const strips = roles.get(dancer.id)?.strips ?? null;
        return strips === null ? [] : [{ dancer, strips }];
    });
    if (seen.length === 0) return null;
    return (
        <section class="strips" data-testid="strips" aria-label={words.value.timeline.strips}>
            {seen.map(({ dancer, strips }) => (
                <Block
                    key={dancer.id}
                    app={app}
                    dancer={dancer}
                    strips={strips}
                    hover={hover}
                    isNamed={app.viewer.dancers.value.length > 1}
                />
            ))}
        </section>
    );
}

interface BlockProps {
    readonly app: App;
    readonly dancer: DancerState;
    readonly strips: StripValues;
    readonly hover: Signal<Hover | null>;
    readonly isNamed: boolean;
}

function Block({ app, dancer, strips, hover, isNamed }: BlockProps) {
    const { timeline, dancers } = words.value;
    const isChosen = app.cast.lead.value?.id === dancer.id;
    return (
        <div class={isChosen && isNamed ? "strip-block chosen" : "strip-block"}>
            {isNamed ? (
                <button
                    type="button"
                    class="strip-name"
                    aria-pressed={isChosen}
                    title={dancers.choose(dancer.name)}
                    onClick={() => {
                        app.viewer.chosen.value = dancer.id;
                    }}
                >
                    {dancer.name}
                </button>
            ) : null}
            <div class="row strip-row">
                <div class="strip-labels" aria-hidden="true">
                    {strips.confidence.length === 0 ? null : <span class="confidence">{timeline.confidence}</span>}
                    <span class="feet">
                        {timeline.feet} <i class="left">{timeline.left}</i> <i class="right">{timeline.right}</i>
                    </span>
                    {isMarked(strips) ? <span class="notices">{timeline.notices}</span> : null}
                </div>
                <Lanes app={app} dancer={dancer} strips={strips} hover={hover} />
            </div>
            {hover.value?.dancerId === dancer.id ? <Tip hover={hover.value} strips={strips} /> : null}
        </div>
    );
}

function Lanes({ app, dancer, strips, hover }: Omit<BlockProps, "isNamed">) {
    const shown = app.shown.value;
    const point = (event: PointerEvent): void => {
        if (!(event.currentTarget instanceof HTMLElement)) return;
        const { left, top, width } = event.currentTarget.getBoundingClientRect();
        const timeS = timeAt((event.clientX - left) / Math.max(1, width), shown);
        const reachS = (HIT_PX / Math.max(1, width)) * (shown.end_s - shown.start_s);
        hover.value = {
            dancerId: dancer.id,
            x: event.clientX,
            y: top,
            timeS,
            notices: noticesNear(strips, timeS, reachS),
        };
    };
    return (
        <div
            class="lane strip-lane"
            onPointerDown={(event) => {
                point(event);
                scrub(app, event, (timeS) => hover.peek()?.notices[0]?.span?.start_s ?? timeS);
            }}
            onPointerMove={point}
            onPointerLeave={() => {
                hover.value = null;
            }}
        >
            <Drawings strips={strips} shown={shown} />
        </div>
    );
}

function Drawings({ strips, shown }: { readonly strips: StripValues; readonly shown: Span }) {
    const path = useMemo(() => confidencePath(strips), [strips]);
    const from = shown.start_s;
    const length = Math.max(1e-3, shown.end_s - shown.start_s);
    return (
        <>
            {path === "" ? null : (
                <Strip className="confidence" from={from} length={length} height={1}>
                    <path d={path} />
                </Strip>
            )}
            <Strip className="feet" from={from} length={length} height={2}>
                <Bars spans={strips.left_foot} y={0} className="left" />
                <Bars spans={strips.right_foot} y={1.1} className="right" />
            </Strip>
            {isMarked(strips) ? (
                <Strip className="notices" from={from} length={length} height={1}>
                    <Bars spans={marks(strips, length)} y={0} className="notice" />
                </Strip>
            ) : null}
        </>
    );
}

interface StripProps {
    readonly className: string;
    /** The part of the time that fills the width [s]. */
    readonly from: number;
    readonly length: number;
    readonly height: number;
    readonly children: ComponentChildren;
}

/** A drawing in seconds across and its own units down, stretched to the lane. */
function Strip({ className, from, length, height, children }: StripProps) {
    return (
        <svg class={className} viewBox={`${from} 0 ${length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            {children}
        </svg>
    );
}

function isMarked({ notices }: StripValues): boolean {
    return notices.some(({ span }) => span !== null);
}

function Bars({
    spans,
    y,
    className,
}: {
    readonly spans: readonly Span[];
    readonly y: number;
    readonly className: string;
}) {
    return (
        <g class={className}>
            {spans.map((span) => (
                <rect key={span.start_s} x={span.start_s} y={y} width={span.end_s - span.start_s} height={0.9} />
            ))}
        </g>
    );
}

function marks({ notices }: StripValues, length: number): readonly Span[] {
    const spans = notices.flatMap(({ span }) => (span === null ? [] : [span]));
    return spans.map(({ start_s, end_s }) => ({ start_s, end_s: Math.max(end_s, start_s + length * MARK_SHARE) }));
}

function noticesNear({ notices }: StripValues, timeS: number, reachS: number): readonly Notice[] {
    return notices.filter(({ span }) => span !== null && timeS > span.start_s - reachS && timeS < span.end_s + reachS);
}

function Tip({ hover, strips }: { readonly hover: Hover; readonly strips: StripValues }) {
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
        box.current?.style.setProperty("--x", `${hover.x}px`);
        box.current?.style.setProperty("--y", `${hover.y}px`);
    }, [hover.x, hover.y]);
    const { timeline } = words.value;
    const confidence = confidenceAt(strips, hover.timeS);
    return (
        <div ref={box} class="tip" role="tooltip">
            <div class="tip-line">
                <b class="digits">{timeText(hover.timeS)}</b>
                {confidence === null ? null : (
                    <span>
                        {timeline.confidence} {timeline.percent(confidence)}
                    </span>
                )}
            </div>
            {isWithin(strips.left_foot, hover.timeS) ? <div class="tip-foot left">{timeline.leftFoot}</div> : null}
            {isWithin(strips.right_foot, hover.timeS) ? <div class="tip-foot right">{timeline.rightFoot}</div> : null}
            {hover.notices.map((notice) => (
                <div key={notice.text} class="tip-notice" lang="en">
                    {notice.text}
                </div>
            ))}
        </div>
    );
}
