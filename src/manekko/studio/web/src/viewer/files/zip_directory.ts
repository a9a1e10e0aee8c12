// The directory at a zip's end, as the PKZIP specification has it: what lies in the archive, and where.
// Counts and places are checked against the bytes there are before anything is made of them.
import { Failure } from "../problems";
import { readNames } from "./zip_names";

export interface ZipEntry {
    /** As it was written, in Unicode. */
    readonly name: string;
    readonly encrypted: boolean;
    /** 0: stored, 8: deflated. */
    readonly method: number;
    readonly crc32: number;
    readonly packedBytes: number;
    readonly bytes: number;
    /** Where its own header stands. */
    readonly start: number;
}

interface RawEntry extends Omit<ZipEntry, "name"> {
    readonly nameBytes: Uint8Array;
    /** Whether the archive says that the name is UTF-8. */
    readonly isUtf8: boolean;
}

export const MOST_ENTRIES = 20_000;
const MOST_DIRECTORY_BYTES = 16 << 20;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const UNICODE_PATH = 0x7075;
const WIDE_SIZES = 0x0001;
const IN_WIDE = 0xffffffff;
const ENCRYPTED = 1 << 0;
const UTF8 = 1 << 11;

/** Reads what lies in an archive; throws a `Failure` for one that is damaged or too large. */
export async function readDirectory(archive: Blob, file: string): Promise<readonly ZipEntry[]> {
    const end = await findEnd(archive, file);
    if (end.count > MOST_ENTRIES || end.bytes > MOST_DIRECTORY_BYTES) throw new Failure("archive-too-large", { file });
    // Bytes before the archive's own, such as a program that unpacks it, move all places by the same way.
    const start = end.at - end.bytes;
    const moved = start - end.start;
    if (start < 0 || moved < 0) throw new Failure("archive-broken", { file });
    const raw: RawEntry[] = [];
    const view = new DataView(await archive.slice(start, end.at).arrayBuffer());
    for (let at = 0; raw.length < end.count; ) {
        if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_MARK) break;
        const size = entrySize(view, at);
        if (at + size > view.byteLength) break;
        raw.push(entryAt(view, at, moved));
        at += size;
    }
    if (raw.length < end.count) throw new Failure("archive-broken", { file });
    return named(raw);
}

async function findEnd(archive: Blob, file: string) {
    const first = Math.max(0, archive.size - END_BYTES - 0xffff);
    const view = new DataView(await archive.slice(first).arrayBuffer());
    for (let at = view.byteLength - END_BYTES; at >= 0; at -= 1) {
        if (view.getUint32(at, true) === END_MARK) {
            return {
                at: first + at,
                count: view.getUint16(at + 10, true),
                bytes: view.getUint32(at + 12, true),
                start: view.getUint32(at + 16, true),
            };
        }
    }
    throw new Failure("archive-broken", { file });
}

function entrySize(view: DataView, at: number): number {
    return ENTRY_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
}

function entryAt(view: DataView, at: number, moved: number): RawEntry {
    const nameBytes = view.getUint16(at + 28, true);
    const extras = extrasIn(view, at + ENTRY_BYTES + nameBytes, view.getUint16(at + 30, true));
    const unicode = extras.get(UNICODE_PATH);
    const flags = view.getUint16(at + 8, true);
    const narrow = [24, 20, 42].map((place) => view.getUint32(at + place, true));
    const [bytes = 0, packedBytes = 0, start = 0] = widened(narrow, extras.get(WIDE_SIZES));
    return {
        // Version, checksum and then the name: for readers who know no other way to write Unicode.
        nameBytes: unicode?.subarray(5) ?? new Uint8Array(view.buffer, at + ENTRY_BYTES, nameBytes),
        isUtf8: unicode !== undefined || (flags & UTF8) !== 0,
        encrypted: (flags & ENCRYPTED) !== 0,
        method: view.getUint16(at + 10, true),
        crc32: view.getUint32(at + 16, true),
        packedBytes,
        bytes,
        start: start + moved,
    };
}

function extrasIn(view: DataView, start: number, size: number): Map<number, Uint8Array> {
    const extras = new Map<number, Uint8Array>();
    for (let at = start; at + 4 <= start + size; at += 4 + view.getUint16(at + 2, true)) {
        const length = view.getUint16(at + 2, true);
        if (at + 4 + length > start + size) break;
        extras.set(view.getUint16(at, true), new Uint8Array(view.buffer, at + 4, length));
    }
    return extras;
}

/** Numbers that did not fit stand in an extra field, in the same order and with 64 bits. */
function widened(narrow: readonly number[], wide: Uint8Array | undefined): number[] {
    let at = 0;
    return narrow.map((value) => {
        if (value !== IN_WIDE || wide === undefined || at + 8 > wide.length) return value;
        at += 8;
        return Number(new DataView(wide.buffer, wide.byteOffset).getBigUint64(at - 8, true));
    });
}

function named(raw: readonly RawEntry[]): ZipEntry[] {
    const unsaid = raw.filter(({ isUtf8 }) => !isUtf8);
    const said = new Map(
        readNames(unsaid.map(({ nameBytes }) => nameBytes)).map((name, place) => [unsaid[place], name]),
    );
    return raw.map((entry) => ({ ...entry, name: said.get(entry) ?? new TextDecoder().decode(entry.nameBytes) }));
}
