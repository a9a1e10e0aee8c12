// Which pictures a PMX or PMD names: those are read from an archive, and those can be missing.

const SHARED_TOON = /(^|[\\/])toon(10|0\d)\.bmp$/i;
const ENCODINGS = ["utf-16le", "utf-8"];
/** Bytes of a PMX vertex' weights beyond its bones' numbers, and how many of those it has, by its kind. */
const WEIGHTS = [
    { bones: 1, bytes: 0 },
    { bones: 2, bytes: 4 },
    { bones: 4, bytes: 16 },
    { bones: 2, bytes: 40 },
    { bones: 4, bytes: 16 },
] as const;

/** Reads little-endian values one after another; a `RangeError` tells that the file is cut or wild. */
class Bytes {
    private readonly view: DataView;
    private at = 0;

    constructor(data: ArrayBuffer) {
        this.view = new DataView(data);
    }

    skip(count: number): void {
        if (count < 0 || this.at + count > this.view.byteLength) throw new RangeError("beyond the file's end");
        this.at += count;
    }

    /** An unsigned number of 1, 2 or 4 bytes. */
    number(size: number): number {
        const start = this.at;
        this.skip(size);
        if (size === 1) return this.view.getUint8(start);
        return size === 2 ? this.view.getUint16(start, true) : this.view.getUint32(start, true);
    }

    text(size: number, encoding: string): string {
        const start = this.at;
        this.skip(size);
        return new TextDecoder(encoding).decode(new Uint8Array(this.view.buffer, start, size));
    }

    /** Text in a field of fixed length: Shift-JIS up to the first zero. */
    field(size: number): string {
        const start = this.at;
        this.skip(size);
        const bytes = new Uint8Array(this.view.buffer, start, size);
        const end = bytes.indexOf(0);
        return new TextDecoder("shift_jis").decode(end < 0 ? bytes : bytes.subarray(0, end));
    }
}

/**
 * Names of the pictures that a model's materials wear, as it spells them, each once; none of a file that is cut.
 * The ten toons that every viewer brings along are not among them.
 */
export function textureNames(data: ArrayBuffer): readonly string[] {
    try {
        const bytes = new Bytes(data);
        const names = bytes.text(3, "latin1") === "PMX" ? namesInPmx(bytes) : namesInPmd(bytes);
        return [...new Set(names)].filter((name) => name !== "");
    } catch (error) {
        if (error instanceof RangeError) return [];
        throw error;
    }
}

function namesInPmx(bytes: Bytes): string[] {
    bytes.skip(1 + 4);
    const globals = Array.from({ length: bytes.number(1) }, () => bytes.number(1));
    const [encoding = 0, moreUvs = 0, vertexSize = 4, textureSize = 4, , boneSize = 4] = globals;
    const text = () => bytes.text(bytes.number(4), ENCODINGS[encoding] ?? "utf-8");
    for (let count = 0; count < 4; count += 1) text();
    for (let count = bytes.number(4); count > 0; count -= 1) {
        bytes.skip(32 + 16 * moreUvs);
        const weights = WEIGHTS[bytes.number(1)];
        if (weights === undefined) throw new RangeError("a vertex of no kind");
        bytes.skip(weights.bones * boneSize + weights.bytes + 4);
    }
    bytes.skip(bytes.number(4) * vertexSize);
    const pictures = Array.from({ length: Math.min(bytes.number(4), 0xffff) }, text);
    const used: string[] = [];
    for (let count = bytes.number(4); count > 0; count -= 1) {
        text();
        text();
        bytes.skip(65);
        const worn = [bytes.number(textureSize), bytes.number(textureSize)];
        bytes.skip(1);
        if (bytes.number(1) === 1) bytes.skip(1);
        else worn.push(bytes.number(textureSize));
        text();
        bytes.skip(4);
        for (const place of worn) used.push(pictures[place] ?? "");
    }
    return used;
}

function namesInPmd(bytes: Bytes): string[] {
    bytes.skip(4 + 20 + 256);
    bytes.skip(bytes.number(4) * 38);
    bytes.skip(bytes.number(4) * 2);
    const used: string[] = [];
    const toons = new Set<number>();
    for (let count = bytes.number(4); count > 0; count -= 1) {
        bytes.skip(44);
        toons.add(bytes.number(1));
        bytes.skip(5);
        used.push(...bytes.field(20).split("*"));
    }
    const pictures = toonsInPmd(bytes);
    return [...used, ...pictures.filter((name, place) => toons.has(place) && !SHARED_TOON.test(name))];
}

/** Names of the ten toons, which stand behind bones, IK, morphs, their lists and the English names. */
function toonsInPmd(bytes: Bytes): string[] {
    try {
        const bones = bytes.number(2);
        bytes.skip(bones * 39);
        for (let count = bytes.number(2); count > 0; count -= 1) {
            bytes.skip(4);
            bytes.skip(bytes.number(1) * 2 + 6);
        }
        const morphs = bytes.number(2);
        for (let count = morphs; count > 0; count -= 1) {
            bytes.skip(20);
            bytes.skip(bytes.number(4) * 16 + 1);
        }
        bytes.skip(bytes.number(1) * 2);
        const frames = bytes.number(1);
        bytes.skip(frames * 50);
        bytes.skip(bytes.number(4) * 3);
        if (bytes.number(1) === 1) bytes.skip(20 + 256 + bones * 20 + Math.max(morphs - 1, 0) * 20 + frames * 50);
        return Array.from({ length: 10 }, () => bytes.field(100));
    } catch (error) {
        // Old files end before the toons.
        if (error instanceof RangeError) return [];
        throw error;
    }
}
