// Which key does what.
import { expect, test } from "vitest";
import { CAMERAS, KEYS, keySign, meaningOf } from "../../src/app/shortcuts";

const press = (key: string, held: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {}) =>
    meaningOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

test("keys mean what the help says, as capitals too", () => {
    expect(press(" ")).toEqual({ action: "play" });
    expect(press("ArrowLeft")).toEqual({ action: "back-second" });
    expect(press(".")).toEqual({ action: "on-frame" });
    expect(press("[")).toEqual({ action: "loop-from" });
    expect(press("K")).toEqual({ action: "skeleton" });
    expect(press("?")).toEqual({ action: "help" });
});

test("figures choose cameras, and nine is all there are", () => {
    expect(press("1")).toEqual({ camera: "front" });
    expect(press("9")).toEqual({ camera: "source" });
    expect(CAMERAS).toHaveLength(9);
    expect(press("0")).toBeNull();
});

test("the browser's own keys stay the browser's", () => {
    expect(press("f", { ctrlKey: true })).toBeNull();
    expect(press("ArrowLeft", { altKey: true })).toBeNull();
    expect(press("l", { metaKey: true })).toBeNull();
    expect(press("Tab")).toBeNull();
});

test("no key has two meanings", () => {
    const keys = Object.values(KEYS).flat();
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => /^[1-9]$/.test(key))).toEqual([]);
});

test("signs are what is printed on the keys", () => {
    expect([" ", "arrowup", "p", "["].map(keySign)).toEqual(["Space", "↑", "P", "["]);
});
