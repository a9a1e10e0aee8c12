// Files of all kinds, under names that lie, are what they hold.
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import manekoPmx from "../../../../character/models/maneko/maneko.pmx?inline";
import manekoVrm from "../../../../character/models/maneko/maneko.vrm?inline";
import type { Item, Understood } from "../../src/viewer/contract";
import { itemsOf, itemsOfFiles } from "../../src/viewer/files/dropped";
import { type Kind, kindsOf } from "../../src/viewer/files/kinds";
import { filesOf } from "../../src/viewer/files/model_files";
import { understand } from "../../src/viewer/files/understand";
import { bytesAt, itemOf, textOf } from "./items";

const pmx = await bytesAt(manekoPmx);
const vrm = await bytesAt(manekoVrm);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A VMD with so many keys of bones, morphs and the camera. */
function vmdWith(bones: number, morphs: number, cameras: number, header = "Vocaloid Motion Data 0002"): Uint8Array {
    const count = (number: number) => String.fromCharCode(number & 255, number >> 8, 0, 0);
    const head = header.padEnd(30, "\0") + "\0".repeat(header.endsWith("file") ? 10 : 20);
    const keys = [count(bones), "b".repeat(bones * 111), count(morphs), "m".repeat(morphs * 23), count(cameras)];
    return latin1(head + keys.join("") + "c".repeat(cameras * 61));
}

/** A GLB whose document is so. */
function glbWith(document: object): Uint8Array {
    const json = JSON.stringify(document);
    const bytes = new Uint8Array(20 + json.length);
    bytes.set(latin1("glTF\x02\0\0\0"));
    new DataView(bytes.buffer).setUint32(12, json.length, true);
    bytes.set(latin1(`JSON${json}`), 16);
    return bytes;
}

function pathsIn(found: Understood): Record<string, string[]> {
    const paths = (items: readonly Item[]) => items.map(({ path }) => path);
    return {
        characters: paths(found.characters.map(({ main }) => main)),
        motions: paths(found.motions.map(({ main }) => main)),
        cameras: paths(found.cameraMotions.map(({ main }) => main)),
        sounds: paths(found.sounds),
        videos: paths(found.videos),
        problems: found.problems.map(({ code, values }) => `${code} ${values.file}`),
    };
}

const NOTHING = { characters: [], motions: [], cameras: [], sounds: [], videos: [], problems: [] };
const KINDS: readonly [string, Uint8Array, Kind[]][] = [
    ["a PMX", pmx, ["character"]],
    ["a VRM", vrm, ["character"]],
    ["a VRM 0 of no bones", glbWith({ extensions: { VRM: {} } }), ["character"]],
    ["a GLB of a chair", glbWith({ meshes: [{}] }), ["other"]],
    ["a GLB of somebody", glbWith({ skins: [{}] }), ["character"]],
    ["a GLB that is cut", glbWith({ skins: [{}] }).slice(0, 30), ["other"]],
    ["a motion", vmdWith(300, 2, 0), ["motion"]],
    ["a face's motion", vmdWith(0, 3, 0), ["motion"]],
    ["a camera's motion", vmdWith(0, 0, 2), ["camera"]],
    ["motion and camera in one", vmdWith(1, 0, 2), ["motion", "camera"]],
    ["an old motion", vmdWith(2, 1, 0, "Vocaloid Motion Data file"), ["motion"]],
    ["an old camera", vmdWith(0, 0, 1, "Vocaloid Motion Data file"), ["camera"]],
    ["a pose", latin1("Vocaloid Pose Data file\r\n\r\nmiku.osm;"), ["motion"]],
    ["a WAV", latin1("RIFF\x24\0\0\0WAVEfmt "), ["sound"]],
    ["an AVI", latin1("RIFF\x24\0\0\0AVI LIST"), ["video"]],
    ["an MP3 with tags", latin1("ID3\x03\0"), ["sound"]],
    ["an MP3 without", Uint8Array.of(0xff, 0xfb, 0x90, 0x64), ["sound"]],
    ["AAC", Uint8Array.of(0xff, 0xf1, 0x50, 0x80), ["sound"]],
    ["UTF-16 text", Uint8Array.of(0xff, 0xfe, 0x41, 0), ["other"]],
    ["Ogg Vorbis", latin1("OggS\0\x02..................\x01vorbis"), ["sound"]],
    ["Ogg Theora", latin1("OggS\0\x02..................\x80theora"), ["video"]],
    ["an MP4", latin1("\0\0\0\x18ftypisom"), ["video"]],
    ["an M4A", latin1("\0\0\0\x18ftypM4A "), ["sound"]],
    ["an AVIF", latin1("\0\0\0\x18ftypavif"), ["other"]],
    ["a WebM", latin1("\x1a\x45\xdf\xa3"), ["video"]],
    ["a zip", zipSync({ a: strToU8("x") }), ["archive"]],
    ["a RAR", latin1("Rar!\x1a\x07\x01\0"), ["closed-archive"]],
    ["an LZH", latin1("\x22\x91-lh5-"), ["closed-archive"]],
    ["nothing", new Uint8Array(), ["other"]],
];

test.each(KINDS)("%s is known by its bytes", async (_, bytes, kinds) => {
    expect(await kindsOf(new Blob([new Uint8Array(bytes)]))).toEqual(kinds);
});

describe("what was dropped", () => {
    test("goes where it belongs, whatever its name says", async () => {
        const items = [
            itemOf("dance.txt.dat", vmdWith(2, 0, 0)),
            itemOf("camera.vmd", vmdWith(0, 0, 3)),
            itemOf("somebody", vrm),
            itemOf("song.bin", latin1("RIFF\x24\0\0\0WAVEfmt ")),
            itemOf("clip.mov", latin1("\0\0\0\x18ftypqt  ")),
        ];
        expect(pathsIn(await understand(items))).toEqual({
            ...NOTHING,
            characters: ["somebody"],
            motions: ["dance.txt.dat"],
            cameras: ["camera.vmd"],
            sounds: ["song.bin"],
            videos: ["clip.mov"],
        });
    });

    test("that is nothing known is told, but not what lies beside a model or in a folder", async () => {
        const strange = [itemOf("list.dat", "words"), itemOf("face.png", "x"), itemOf("folder/list.dat", "words")];
        expect(pathsIn(await understand(strange)).problems).toEqual(["file-unknown list.dat", "file-unknown face.png"]);
        expect(pathsIn(await understand([itemOf("a.pmx", pmx), ...strange.slice(1)])).problems).toEqual([]);
    });

    test("in an archive of two models gives both with their own pictures, the larger first", async () => {
        const small = pmx.slice(0, 200_000);
        const zip = zipSync(
            { "A/mic.pmx": small, "B/girl.pmx": pmx, "B/TEX/face.png": strToU8("a face") },
            { level: 0 },
        );
        const found = await understand([itemOf("both.zip", zip)]);
        expect(pathsIn(found)).toEqual({ ...NOTHING, characters: ["both.zip/B/girl.pmx", "both.zip/A/mic.pmx"] });
        const [girl] = found.characters;
        const files = girl === undefined ? null : await filesOf(girl);
        expect(files?.textures.map(({ relativePath }) => relativePath)).toEqual(["tex\\face.png"]);
    });

    test("in an archive in an archive is found, and no deeper", async () => {
        const motion = zipSync({ "dance.vmd": vmdWith(1, 0, 0) });
        const inner = zipSync({ "inner.zip": motion });
        expect(pathsIn(await understand([itemOf("a.zip", inner)])).motions).toEqual(["a.zip/inner.zip/dance.vmd"]);
        const deep = await understand([itemOf("b.zip", zipSync({ "a.zip": inner }))]);
        expect(pathsIn(deep)).toEqual({ ...NOTHING, problems: ["archive-unsupported inner.zip"] });
    });

    test("in archives that are broken or of another kind is told", async () => {
        const items = [itemOf("a.zip", latin1("PK\x03\x04 and no more")), itemOf("b.rar", latin1("Rar!\x1a\x07\0"))];
        expect(pathsIn(await understand(items)).problems).toEqual([
            "archive-broken a.zip",
            "archive-unsupported b.rar",
        ]);
    });

    test("and cannot be read is told, and the rest is taken", async () => {
        const gone = { path: "gone.vmd", read: () => Promise.reject(new DOMException("gone", "NotFoundError")) };
        const found = await understand([gone, itemOf("dance.vmd", vmdWith(1, 0, 0))]);
        expect(pathsIn(found)).toEqual({ ...NOTHING, motions: ["dance.vmd"], problems: ["file-unknown gone.vmd"] });
    });

    test("of more files than anyone means is not looked at", async () => {
        const items = Array.from({ length: 20_001 }, (_, place) => itemOf(`disk/${place}`, ""));
        expect(pathsIn(await understand(items))).toEqual({ ...NOTHING, problems: ["archive-too-large disk"] });
    });
});

/** A folder as browsers show it, which give at most two of its entries at a time. */
function folder(fullPath: string, ...inside: FileSystemEntry[]): FileSystemEntry {
    const createReader = () => {
        const left = [...inside];
        return { readEntries: (take: (some: FileSystemEntry[]) => void) => take(left.splice(0, 2)) };
    };
    return { isFile: false, isDirectory: true, fullPath, createReader } as unknown as FileSystemEntry;
}

function file(fullPath: string, text: string): FileSystemEntry {
    const entry = {
        isFile: true,
        isDirectory: false,
        fullPath,
        file: (take: (one: File) => void) => take(new File([text], "x")),
    };
    return entry as unknown as FileSystemEntry;
}

describe("a folder", () => {
    test("that is dropped is walked to its end", async () => {
        const names = Array.from({ length: 5 }, (_, place) => file(`/Model/tex/${place}.png`, `${place}`));
        const entries = [
            folder("/Model", file("/Model/a.pmx", "a"), folder("/Model/tex", ...names)),
            file("/b.vmd", "b"),
        ];
        const transfer = { items: entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })) };
        const items = await itemsOf(transfer as unknown as DataTransfer);
        expect(items.map(({ path }) => path).toSorted()).toEqual(
            ["Model/a.pmx", ...[0, 1, 2, 3, 4].map((place) => `Model/tex/${place}.png`), "b.vmd"].toSorted(),
        );
        expect((await Promise.all(items.map(textOf))).toSorted()).toEqual(["0", "1", "2", "3", "4", "a", "b"]);
    });

    test("that is chosen keeps its paths", async () => {
        const chosen = Object.defineProperty(new File(["a"], "a.pmx"), "webkitRelativePath", { value: "Model/a.pmx" });
        expect(itemsOfFiles([chosen, new File(["b"], "b.vmd")]).map(({ path }) => path)).toEqual([
            "Model/a.pmx",
            "b.vmd",
        ]);
    });
});
