// The head of a film as Chromium writes it gets the film's length; nothing else in it changes.
import { expect, test } from "vitest";
import { withLength } from "../../src/viewer/files/webm";
import { bytesOf } from "./items";

/** Chromium's: the header, a segment without an end, what it tells of the film, tracks, and the first cluster. */
const HEADER = "1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff";
const INFO = "1549a966992ad7b1830f42404d80864368726f6d655741864368726f6d65";
const REST = "1654ae6b8143b67501ffffffffffffffe78100";
const film = (digits: string) => new Blob([new Uint8Array(bytesOf(digits))], { type: "video/webm" });
const digitsOf = async (blob: Blob) =>
    Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => byte.toString(16).padStart(2, "0")).join("");

test("a film without its length gets it, and all else stays", async () => {
    const made = await withLength(film(HEADER + INFO + REST), 2500);
    const content = INFO.slice(10);
    const length = "448988" + "40a3880000000000";
    expect(await digitsOf(made)).toBe(`${HEADER}1549a96601000000${"00000024"}${content}${length}${REST}`);
    expect(made.type).toBe("video/webm");
});

test("a film that has its length, or is told in other units, stays as it is", async () => {
    const made = await withLength(film(HEADER + INFO + REST), 2500);
    expect(await digitsOf(await withLength(made, 9))).toBe(await digitsOf(made));
    const coarse = HEADER + INFO.replace("0f4240", "989680") + REST;
    expect(await digitsOf(await withLength(film(coarse), 9))).toBe(coarse);
});

test("what is no such film, or is cut anywhere in its head, stays as it is", async () => {
    const whole = HEADER + INFO;
    for (let size = 0; size < whole.length; size += 2) {
        expect(await digitsOf(await withLength(film(whole.slice(0, size)), 9))).toBe(whole.slice(0, size));
    }
    const closed = HEADER.replace("01ffffffffffffff", "0100000000000040") + INFO + REST;
    expect(await digitsOf(await withLength(film(closed), 9))).toBe(closed);
});
