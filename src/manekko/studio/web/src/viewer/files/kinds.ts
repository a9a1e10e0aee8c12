// What a file is, told by its first bytes: names lie, and many that are dropped have none that says anything.

export type Kind = "archive" | "closed-archive" | "character" | "motion" | "camera" | "sound" | "video" | "other";

/** Names of what lies beside models and is none of these; they are not unpacked to be looked at. */
export const COMPANION =
    /\.(png|jpe?g|bmp|tga|dds|gif|webp|tiff?|psd|spa|sph|txt|md|pdf|html?|rtf|docx?|xlsx?|csv|ini|url|fxsub|fx|x|pmm|emm|vac)$/i;

const HEAD_BYTES = 4096;
const MOST_JSON_BYTES = 64 << 20;

interface Mark {
    readonly kind: Kind;
    readonly text: string;
    /** Where it stands. */
    readonly at?: number;
}

const MARKS: readonly Mark[] = [
    { kind: "archive", text: "PK\x03\x04" },
    { kind: "archive", text: "PK\x05\x06" },
    { kind: "closed-archive", text: "Rar!\x1a\x07" },
    { kind: "closed-archive", text: "7z\xbc\xaf\x27\x1c" },
    { kind: "closed-archive", text: "-lh", at: 2 },
    { kind: "closed-archive", text: "\x1f\x8b\x08" },
    { kind: "closed-archive", text: "ustar", at: 257 },
    { kind: "character", text: "PMX " },
    { kind: "character", text: "Pmd\0\0\x80\x3f" },
    { kind: "motion", text: "Vocaloid Pose Data file" },
    { kind: "sound", text: "WAVE", at: 8 },
    { kind: "sound", text: "ID3" },
    { kind: "sound", text: "fLaC" },
    { kind: "sound", text: "AIFF", at: 8 },
    { kind: "sound", text: "ftypM4A", at: 4 },
    { kind: "other", text: "ftypavif", at: 4 },
    { kind: "other", text: "ftyphei", at: 4 },
    { kind: "other", text: "ftypmif1", at: 4 },
    { kind: "video", text: "ftyp", at: 4 },
    { kind: "video", text: "moov", at: 4 },
    { kind: "video", text: "\x1a\x45\xdf\xa3" },
    { kind: "video", text: "AVI ", at: 8 },
    { kind: "video", text: "FLV\x01" },
    { kind: "video", text: "\x30\x26\xb2\x75\x8e\x66\xcf\x11" },
    { kind: "video", text: "\0\0\x01\xba" },
];

/** What a file is; a VMD can be motion and camera at once. */
export async function kindsOf(file: Blob): Promise<readonly Kind[]> {
    const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const head = String.fromCharCode(...bytes);
    const mark = MARKS.find(({ text, at = 0 }) => head.startsWith(text, at));
    if (mark !== undefined) return [mark.kind];
    if (head.startsWith("Vocaloid Motion Data")) return kindsOfVmd(file, head);
    if (head.startsWith("glTF")) return [(await isCharacter(file)) ? "character" : "other"];
    if (head.startsWith("OggS")) return [head.includes("theora") ? "video" : "sound"];
    return [isFramedSound(bytes) ? "sound" : "other"];
}

/** MP3 and AAC without a header begin with a frame: eleven set bits, and then values of which some are not allowed. */
function isFramedSound(bytes: Uint8Array): boolean {
    const [first = 0, second = 0, third = 0] = bytes;
    if (first !== 0xff || (second & 0xe0) !== 0xe0) return false;
    const layer = (second >> 1) & 3;
    if (layer === 0) return (second & 0xf0) === 0xf0 && ((third >> 2) & 15) < 13;
    // Layer I, which nobody uses, looks like UTF-16's mark.
    return layer !== 3 && ((second >> 3) & 3) !== 1 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
}

/** Bones and morphs make a motion, keys of the camera a camera; one without any is a motion that moves nothing. */
async function kindsOfVmd(file: Blob, head: string): Promise<Kind[]> {
    // The oldest kind of VMD has shorter names.
    const start = 30 + (head.startsWith("Vocaloid Motion Data file") ? 10 : 20);
    const bones = await countAt(file, start);
    const morphs = await countAt(file, start + 4 + bones * 111);
    const cameras = await countAt(file, start + 8 + bones * 111 + morphs * 23);
    const kinds: Kind[] = cameras > 0 ? ["camera"] : [];
    return cameras === 0 || bones + morphs > 0 ? ["motion", ...kinds] : kinds;
}

async function countAt(file: Blob, at: number): Promise<number> {
    const bytes = await file.slice(at, at + 4).arrayBuffer();
    return bytes.byteLength === 4 ? new DataView(bytes).getUint32(0, true) : 0;
}

/** Whether a GLB is of somebody: a VRM, or a mesh with bones. */
async function isCharacter(file: Blob): Promise<boolean> {
    const size = await countAt(file, 12);
    if (size > MOST_JSON_BYTES) return false;
    try {
        const document: unknown = JSON.parse(await file.slice(20, 20 + size).text());
        if (typeof document !== "object" || document === null) return false;
        const extensions = "extensions" in document ? document.extensions : null;
        const isVrm = typeof extensions === "object" && extensions !== null && hasVrm(extensions);
        return isVrm || ("skins" in document && Array.isArray(document.skins) && document.skins.length > 0);
    } catch (error) {
        if (error instanceof SyntaxError) return false;
        throw error;
    }
}

function hasVrm(extensions: object): boolean {
    return "VRM" in extensions || "VRMC_vrm" in extensions;
}
