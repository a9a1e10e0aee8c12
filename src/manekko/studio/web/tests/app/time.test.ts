// How times, frames and sizes are written.
import { describe, expect, test } from "vitest";
import { frameAt, sizeText, tickText, timeText } from "../../src/app/time";

describe("a time", () => {
    test("has minutes, seconds and hundredths", () => {
        expect([0, 0.5, 9.567, 62.5, 600].map(timeText)).toEqual([
            "0:00.00",
            "0:00.50",
            "0:09.56",
            "1:02.50",
            "10:00.00",
        ]);
    });

    test("is that of the hundredth that goes on, and rounding of binary fractions does not lose one", () => {
        expect(timeText(59.999)).toBe("0:59.99");
        expect(timeText(0.29)).toBe("0:00.29");
    });

    test("is never before the start", () => {
        expect(timeText(-1)).toBe("0:00.00");
    });
});

describe("a frame", () => {
    test("is the one that began last, at each frame's own time too", () => {
        for (let frame = 0; frame < 5400; frame += 1) expect(frameAt(frame / 30)).toBe(frame);
        expect(frameAt(0.99 / 30)).toBe(0);
    });
});

test("a tick of the ruler says no more than it must", () => {
    expect([0, 0.5, 0.1 + 0.2, 5, 60, 65].map(tickText)).toEqual(["0", "0.5", "0.3", "5", "1:00", "1:05"]);
});

test("a size is in the unit that people read", () => {
    expect([812, 34_400, 999_700, 3_320_336].map(sizeText)).toEqual(["812 B", "34 kB", "1.0 MB", "3.3 MB"]);
});
