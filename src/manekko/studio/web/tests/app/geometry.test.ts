// Where things lie on the time line.
import { describe, expect, test } from "vitest";
import type { Strips } from "../../src/api/messages";
import {
    confidenceAt,
    confidencePath,
    isWithin,
    moved,
    SHORTEST_S,
    shareAt,
    spanOf,
    ticks,
    timeAt,
    zoomed,
} from "../../src/app/timeline/geometry";

const ALL = { start_s: 0, end_s: 10 };
const PART = { start_s: 4, end_s: 6 };

function stripsOf(confidence: readonly number[], perS = 10): Strips {
    return { confidence, confidence_per_s: perS, left_foot: [], right_foot: [], notices: [] };
}

describe("time and place", () => {
    test("are each other's inverse inside of what is shown", () => {
        for (const timeS of [4, 4.7, 6]) expect(timeAt(shareAt(timeS, PART), PART)).toBeCloseTo(timeS);
    });

    test("a place outside is the nearest end", () => {
        expect(timeAt(-0.3, PART)).toBe(4);
        expect(timeAt(1.3, PART)).toBe(6);
    });

    test("nothing that is shown has no places", () => {
        expect(shareAt(3, { start_s: 0, end_s: 0 })).toBe(0);
    });
});

describe("ticks", () => {
    test("are round times at least as far apart as was asked for", () => {
        expect(ticks(ALL, 1000, 60)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(ticks(ALL, 300, 60)).toEqual([0, 2, 4, 6, 8, 10]);
    });

    test("begin at the first round time of the part that is shown", () => {
        expect(ticks({ start_s: 0.3, end_s: 1.15 }, 600, 60)).toEqual([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1]);
    });

    test("stay few however long the motion is", () => {
        for (const end_s of [1, 95, 601, 7200, 90_000]) {
            expect(ticks({ start_s: 0, end_s }, 980).length).toBeLessThanOrEqual(18);
        }
    });

    test("of nothing are none", () => {
        expect(ticks(ALL, 0)).toEqual([]);
        expect(ticks({ start_s: 0, end_s: 0 }, 500)).toEqual([]);
    });
});

describe("a span to loop", () => {
    test("is in order, whichever end was drawn first", () => {
        expect(spanOf(5, 2, 10)).toEqual({ start_s: 2, end_s: 5 });
    });

    test("stays inside of the motion and is long enough to be seen", () => {
        expect(spanOf(-3, 12, 10)).toEqual({ start_s: 0, end_s: 10 });
        expect(spanOf(10, 10, 10)).toEqual({ start_s: 10 - SHORTEST_S, end_s: 10 });
    });
});

describe("zooming", () => {
    test("holds the time under the pointer in its place", () => {
        const closer = zoomed(ALL, 10, 2, 7);
        expect(closer.end_s - closer.start_s).toBeCloseTo(5);
        expect(shareAt(7, closer)).toBeCloseTo(0.7);
    });

    test("never shows more than the motion or less than a second", () => {
        expect(zoomed(PART, 10, 0.01, 5)).toEqual(ALL);
        const closest = zoomed(PART, 10, 1000, 5);
        expect(closest.end_s - closest.start_s).toBeCloseTo(1);
    });

    test("moving along stops at the ends", () => {
        expect(moved(PART, 10, 100)).toEqual({ start_s: 8, end_s: 10 });
        expect(moved(PART, 10, -100)).toEqual({ start_s: 0, end_s: 2 });
    });
});

describe("the confidence", () => {
    test("is drawn as steps in seconds, high above", () => {
        expect(confidencePath(stripsOf([1, 0.25], 10))).toBe("M0 1L0 0L0.1 0L0.1 0.75L0.2 0.75L0.2 1Z");
    });

    test("of a short loss is not lost where values share a column", () => {
        const values = Array.from({ length: 3000 }, (_, index) => (index === 1234 ? 0.1 : 1));
        const path = confidencePath(stripsOf(values), 300);
        expect(path).toContain(" 0.9L");
        expect(path.split("L").length).toBeLessThan(700);
    });

    test("outside of 0–1 does not leave its lane, and nothing known draws nothing", () => {
        expect(confidencePath(stripsOf([1.5, -1], 1))).toBe("M0 1L0 0L1 0L1 1L2 1L2 1Z");
        expect(confidencePath(stripsOf([]))).toBe("");
    });

    test("at a time is that of the value which holds then", () => {
        const strips = stripsOf([0.2, 0.4, 0.6], 10);
        expect([0, 0.1, 0.19, 0.3].map((timeS) => confidenceAt(strips, timeS))).toEqual([0.2, 0.4, 0.4, null]);
    });
});

test("a span begins with its start and ends before its end", () => {
    expect([3.9, 4, 5.9, 6].map((timeS) => isWithin([PART], timeS))).toEqual([false, true, true, false]);
});
