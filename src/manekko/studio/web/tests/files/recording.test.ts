// Where there is no browser there is no recorder: that is told and nothing else breaks.
import { expect, test } from "vitest";
import { pictureOf, recordingOf } from "../../src/viewer/files/recording";
import { Failure } from "../../src/viewer/problems";

const canvas = { toBlob: (take: (blob: Blob | null) => void) => take(null) } as unknown as HTMLCanvasElement;

test("a browser without a recorder says so", () => {
    expect(() => recordingOf(canvas, [])).toThrow(new Failure("recording-unavailable"));
});

test("a canvas that gives no picture says so, after it was drawn", async () => {
    let drawn = 0;
    await expect(pictureOf(canvas, () => (drawn += 1))).rejects.toThrow("recording-unavailable");
    expect(drawn).toBe(1);
});
