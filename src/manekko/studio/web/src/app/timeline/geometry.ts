// Where things lie on the time line: pure sums over times, shares of the width and the strips' values.
import type { Span, Strips } from "../../api/messages";

/** Shortest part of the time that can be looped or filled the width [s]. */
export const SHORTEST_S = 0.2;

const ROUND_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** Share of the width at which a time lies, when `shown` fills the width. */
export function shareAt(timeS: number, shown: Span): number {
    const length = shown.end_s - shown.start_s;
    return length > 0 ? (timeS - shown.start_s) / length : 0;
}

/** The time at a share of the width, inside of `shown`. */
export function timeAt(share: number, shown: Span): number {
    return shown.start_s + clamp(share, 0, 1) * (shown.end_s - shown.start_s);
}

/** Round times for the ruler: as many as fit when each has `apart` pixels at least. */
export function ticks(shown: Span, widthPx: number, apartPx = 56): readonly number[] {
    const length = shown.end_s - shown.start_s;
    if (!(length > 0) || !(widthPx > 0)) return [];
    const room = (length * apartPx) / widthPx;
    const step = ROUND_STEPS_S.find((candidate) => candidate >= room) ?? Math.ceil(room / 600) * 600;
    const first = Math.ceil(shown.start_s / step - 1e-9);
    const last = Math.floor(shown.end_s / step + 1e-9);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => round((first + index) * step));
}

/** Two times in order, inside of the motion and `SHORTEST_S` apart: a part that can be looped. */
export function spanOf(oneS: number, otherS: number, durationS: number): Span {
    const start = clamp(Math.min(oneS, otherS), 0, Math.max(0, durationS - SHORTEST_S));
    const end = clamp(Math.max(oneS, otherS), start + SHORTEST_S, Math.max(durationS, start + SHORTEST_S));
    return { start_s: start, end_s: end };
}

/** The shown part after zooming by `factor` (> 1: closer) with the time under the pointer held in its place. */
export function zoomed(shown: Span, durationS: number, factor: number, heldS: number): Span {
    const length = clamp((shown.end_s - shown.start_s) / factor, Math.min(1, durationS), durationS);
    const start = heldS - shareAt(heldS, shown) * length;
    return moved({ start_s: start, end_s: start + length }, durationS, 0);
}

/** The shown part moved by some seconds, inside of the motion. */
export function moved(shown: Span, durationS: number, byS: number): Span {
    const length = shown.end_s - shown.start_s;
    const start = clamp(shown.start_s + byS, 0, Math.max(0, durationS - length));
    return { start_s: start, end_s: start + length };
}

/**
 * Outline of the confidence as an SVG path in seconds × (0 above, 1 below), closed along the bottom.
 * Where there are more values than `columns`, the lowest of each column is drawn: a short loss must not vanish.
 */
export function confidencePath(strips: Strips, columns = 600): string {
    const values = strips.confidence;
    if (values.length === 0) return "";
    const perColumn = Math.max(1, Math.ceil(values.length / columns));
    const points: string[] = [];
    for (let first = 0; first < values.length; first += perColumn) {
        const lowest = Math.min(...values.slice(first, first + perColumn));
        const startS = first / strips.confidence_per_s;
        const endS = Math.min(first + perColumn, values.length) / strips.confidence_per_s;
        const y = short(1 - clamp(lowest, 0, 1));
        points.push(`${short(startS)} ${y}L${short(endS)} ${y}`);
    }
    const endS = values.length / strips.confidence_per_s;
    return `M0 1L${points.join("L")}L${short(endS)} 1Z`;
}

/** How surely the body was seen at a time, 0–1; null where nothing is known. */
export function confidenceAt(strips: Strips, timeS: number): number | null {
    return strips.confidence[Math.floor(timeS * strips.confidence_per_s + 1e-6)] ?? null;
}

export function isWithin(spans: readonly Span[], timeS: number): boolean {
    return spans.some((span) => timeS >= span.start_s && timeS < span.end_s);
}

export function clamp(value: number, low: number, high: number): number {
    return Math.min(high, Math.max(low, value));
}

function round(value: number): number {
    return Math.round(value * 1000) / 1000;
}

function short(value: number): string {
    return String(round(value));
}
