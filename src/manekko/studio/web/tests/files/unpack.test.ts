// Zips as they are found in MMD's world, and zips that mean harm.
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { MOST_BYTES, unpack } from "../../src/viewer/files/unpack";
import { readNames } from "../../src/viewer/files/zip_names";
import { bytesOf, itemOf, textOf } from "./items";

/** Written by Python's zipfile, names in cp932: モデル/ミク.pmd, モデル/表\ソ.png, モデル/ﾃｸｽﾁｬ.bmp. */
const JAPANESE = bytesOf(
    "504b03041400000008000000093d0947710905000000030000000f00000083828366838b2f837e834e2e706d640bc84d01" +
        "00504b03041400000008000000093d8316dc8c03000000010000001000000083828366838b2f955c5c835c2e706e67ab00" +
        "00504b03041400000008000000093d1526dbfb03000000010000001000000083828366838b2fc3b8bdc1ac2e626d70ab04" +
        "00504b010214031400000008000000093d0947710905000000030000000f00000000000000000000008001000000008382" +
        "8366838b2f837e834e2e706d64504b010214031400000008000000093d8316dc8c03000000010000001000000000000000" +
        "0000000080013200000083828366838b2f955c5c835c2e706e67504b010214031400000008000000093d1526dbfb030000" +
        "000100000010000000000000000000000080016300000083828366838b2fc3b8bdc1ac2e626d70504b0506000000000300" +
        "0300b9000000940000000000",
);
/** The same in GBK: 模型/贴图/头发.png, 模型/说明.txt. */
const CHINESE = bytesOf(
    "504b03041400000008000000093d8316dc8c030000000100000012000000c4a3d0cd2fccf9cdbc2fcdb7b7a22e706e67ab" +
        "0000504b03041400000008000000093d1526dbfb03000000010000000d000000c4a3d0cd2fcbb5c3f72e747874ab040050" +
        "4b010214031400000008000000093d8316dc8c0300000001000000120000000000000000000000800100000000c4a3d0cd" +
        "2fccf9cdbc2fcdb7b7a22e706e67504b010214031400000008000000093d1526dbfb03000000010000000d000000000000" +
        "0000000000800133000000c4a3d0cd2fcbb5c3f72e747874504b050600000000020002007b000000610000000000",
);

const unpacked = (bytes: Uint8Array, bytesLeft = MOST_BYTES) => unpack(itemOf("a.zip", bytes), { bytes: bytesLeft });
const codesOf = async (bytes: Uint8Array) => (await unpacked(bytes)).problems.map(({ code }) => code);
const pathsOf = async (bytes: Uint8Array) => (await unpacked(bytes)).items.map(({ path }) => path);

/** The zip with a value in the directory's first entry. */
function forged(zip: Uint8Array, at: number, value: number): Uint8Array {
    const view = new DataView(zip.slice().buffer);
    const entry = view.getUint32(view.byteLength - 6, true);
    view.setUint32(entry + at, value, true);
    return new Uint8Array(view.buffer);
}

describe("names", () => {
    test("in Shift-JIS are read, with bytes that look like a backslash and those that are one", async () => {
        const { items, problems } = await unpacked(JAPANESE);
        expect(problems).toEqual([]);
        expect(items.map(({ path }) => path)).toEqual(
            ["モデル/ミク.pmd", "モデル/表/ソ.png", "モデル/ﾃｸｽﾁｬ.bmp"].map((path) => `a.zip/${path}`),
        );
        expect(await Promise.all(items.map(textOf))).toEqual(["Pmd", "x", "y"]);
    });

    test("in GBK are read", async () => {
        expect(await pathsOf(CHINESE)).toEqual(["a.zip/模型/贴图/头发.png", "a.zip/模型/说明.txt"]);
    });

    test("in UTF-8 are read whether the archive says so or not", async () => {
        const zip = zipSync({ "모델/얼굴.png": strToU8("x") });
        expect(await pathsOf(zip)).toEqual(["a.zip/모델/얼굴.png"]);
        expect(readNames([strToU8("모델.pmx"), strToU8("a.txt")])).toEqual(["모델.pmx", "a.txt"]);
    });

    test("that fit no encoding are read all the same", () => {
        expect(readNames([Uint8Array.of(0x61, 0xff, 0x80)])).toHaveLength(1);
    });

    test("that lead out of the archive lead nowhere", async () => {
        const file = strToU8("x");
        const zip = zipSync({
            "../../up.txt": file,
            "/root.txt": file,
            "C:\\win\\..\\x.txt": file,
            "a/./b//c.txt": file,
        });
        const paths = ["up.txt", "root.txt", "win/x.txt", "a/b/c.txt"].map((path) => `a.zip/${path}`);
        expect(await pathsOf(zip)).toEqual(paths);
    });
});

test("what systems leave behind, and folders, are left out", async () => {
    const file = strToU8("x");
    const zip = zipSync({
        "__MACOSX/._a.pmx": file,
        "m/Thumbs.db": file,
        "m/.DS_Store": file,
        "m/tex/": new Uint8Array(),
        "m/a.pmx": file,
    });
    expect(await pathsOf(zip)).toEqual(["a.zip/m/a.pmx"]);
});

test("files come out as they went in, stored or deflated, large or empty", async () => {
    const noise = Uint8Array.from({ length: 1_100_000 }, (_, place) => (place * place * 31) >> 3);
    const zip = zipSync({
        "noise.bin": [noise, { level: 6 }],
        "stored.bin": [noise, { level: 0 }],
        empty: new Uint8Array(),
    });
    const { items } = await unpacked(zip);
    const [first, second, third] = await Promise.all(
        items.map(async (item) => new Uint8Array(await (await item.read()).arrayBuffer())),
    );
    for (const came of [first, second]) {
        expect(came).toHaveLength(noise.length);
        expect(came?.every((byte, place) => byte === noise[place])).toBe(true);
    }
    expect(third).toHaveLength(0);
});

test("bytes before the archive, and a comment behind it, do no harm", async () => {
    const zip = zipSync({ "a.txt": strToU8("here") });
    const comment = strToU8("made with care");
    const whole = new Uint8Array([...strToU8("#!/bin/sh\n"), ...zip, ...comment]);
    whole[whole.length - comment.length - 2] = comment.length;
    const { items } = await unpacked(whole);
    expect(await Promise.all(items.map(textOf))).toEqual(["here"]);
});

describe("an archive", () => {
    const zip = zipSync({ "a.txt": [strToU8("words and words and words"), { level: 6 }], "b.txt": strToU8("more") });

    test("that is cut anywhere is broken", async () => {
        for (let size = 0; size < zip.length; size += 1)
            expect(await codesOf(zip.slice(0, size))).toEqual(["archive-broken"]);
    });

    test("with any byte changed gives its files, or says what is wrong", async () => {
        for (let at = 0; at < zip.length; at += 1) {
            const changed = zip.slice();
            changed[at] = (changed[at] ?? 0) ^ 0x55;
            const { items } = await unpacked(changed);
            for (const item of items) {
                const text = await textOf(item).catch((error: Error) => error.message);
                expect(["words and words and words", "more", "archive-broken"]).toContain(text);
            }
        }
    });

    test("whose files are encrypted says so, and gives those that are not", async () => {
        const { items, problems } = await unpacked(forged(zip, 8, 1 | (8 << 16)));
        expect(problems).toEqual([{ code: "archive-encrypted", values: { file: "a.zip" } }]);
        expect(items.map(({ path }) => path)).toEqual(["a.zip/b.txt"]);
    });

    test("packed in another way says so", async () => {
        expect(await codesOf(forged(zip, 8, 14 << 16))).toEqual(["archive-unsupported"]);
    });
});

describe("a bomb", () => {
    const zeros = zipSync({ "zeros.bin": [new Uint8Array(20 << 20), { level: 9 }] });

    test("that announces itself is not opened", async () => {
        expect(zeros.length).toBeLessThan(30_000);
        expect(await codesOf(forged(zeros, 24, 300 << 20))).toEqual(["archive-too-large"]);
        const { problems } = await unpacked(zeros, 10 << 20);
        expect(problems.map(({ code }) => code)).toEqual(["archive-too-large"]);
    });

    test("that announces less than it holds is found out when that much has come", async () => {
        const { items } = await unpacked(forged(zeros, 24, 1 << 20));
        await expect(items[0]?.read()).rejects.toThrow("archive-broken");
    });

    test("in an archive finds the room taken that the others have taken", async () => {
        const room = { bytes: MOST_BYTES };
        await unpack(itemOf("a.zip", zeros), room);
        expect(room.bytes).toBe(MOST_BYTES - (20 << 20));
    });

    test("of more entries than anyone has is not opened", async () => {
        const files = Object.fromEntries(Array.from({ length: 20_001 }, (_, place) => [`${place}`, new Uint8Array()]));
        expect(await codesOf(zipSync(files, { level: 0 }))).toEqual(["archive-too-large"]);
    });
});
