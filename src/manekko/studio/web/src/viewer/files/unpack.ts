// Zips, unpacked file by file when a file is read: nothing larger than the largest file is ever held.
// An archive may be hostile. What it may hold, in number, each and in all, is bounded by what it announces, and no
// file may become larger than announced.
import { Inflate } from "fflate";
import type { Item, Problem } from "../contract";
import { Failure, problemOf } from "../problems";
import { harmless } from "./paths";
import { readDirectory, type ZipEntry } from "./zip_directory";

export interface Unpacked {
    readonly items: readonly Item[];
    readonly problems: readonly Problem[];
}

/** What a file may hold that is unpacked, and all that one drop unpacks, archives in archives included. */
export const MOST_BYTES_EACH = 256 << 20;
export const MOST_BYTES = 1 << 30;
const HEADER_BYTES = 30;
const HEADER_MARK = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** Deflate makes 1032 bytes of one at most: what comes of a piece stays small. */
const PIECE_BYTES = 1 << 14;
/** Bytes that are read at once: each reading takes a while, whatever it brings. */
const READ_BYTES = 1 << 20;
const LITTER = /(^|\/)(__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;

/**
 * The files in a zip, by paths that begin with its own name; what is left out is told.
 * @param room bytes that may still be unpacked; what the archive holds is taken from it.
 */
export async function unpack(archive: Item, room: { bytes: number }): Promise<Unpacked> {
    const file = archive.path;
    try {
        const blob = await archive.read();
        const entries = (await readDirectory(blob, file)).filter(({ name }) => isFile(name));
        const readable = entries.filter(({ encrypted, method }) => !encrypted && isKnown(method));
        const total = readable.reduce((sum, { bytes }) => sum + bytes, 0);
        const largest = readable.reduce((most, { bytes }) => Math.max(most, bytes), 0);
        if (total > room.bytes || largest > MOST_BYTES_EACH) throw new Failure("archive-too-large", { file });
        room.bytes -= total;
        const items = readable.map((entry) => ({
            path: `${archive.path}/${harmless(entry.name)}`,
            read: () => unpackEntry(blob, entry, file),
        }));
        return { items, problems: leftOut(entries, file) };
    } catch (error) {
        if (error instanceof Failure) return { items: [], problems: [error.problem] };
        throw error;
    }
}

/** Whether a name is of a file that somebody wants: no folder and none of what systems leave behind. */
function isFile(name: string): boolean {
    return !/[\\/]$/.test(name) && harmless(name) !== "" && !LITTER.test(harmless(name));
}

/** Whether a path is of what systems leave behind in folders. */
export function isLitter(path: string): boolean {
    return LITTER.test(path);
}

function isKnown(method: number): boolean {
    return method === STORED || method === DEFLATED;
}

function leftOut(entries: readonly ZipEntry[], file: string): Problem[] {
    const problems: Problem[] = [];
    if (entries.some(({ encrypted }) => encrypted)) problems.push(problemOf("archive-encrypted", { file }));
    if (entries.some(({ encrypted, method }) => !encrypted && !isKnown(method)))
        problems.push(problemOf("archive-unsupported", { file }));
    return problems;
}

async function unpackEntry(archive: Blob, entry: ZipEntry, file: string): Promise<Blob> {
    const packed = await packedBytes(archive, entry);
    const pieces = packed === null ? null : await piecesOf(packed, entry);
    if (pieces === null || checksum(pieces) !== entry.crc32) throw new Failure("archive-broken", { file });
    return new Blob(pieces);
}

async function packedBytes(archive: Blob, entry: ZipEntry): Promise<Blob | null> {
    const header = new DataView(await archive.slice(entry.start, entry.start + HEADER_BYTES).arrayBuffer());
    if (header.byteLength < HEADER_BYTES || header.getUint32(0, true) !== HEADER_MARK) return null;
    const start = entry.start + HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    const packed = archive.slice(start, start + entry.packedBytes);
    return packed.size === entry.packedBytes ? packed : null;
}

/** A file's bytes in pieces; null where they are not what was announced. */
async function piecesOf(packed: Blob, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>[] | null> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    const take = (piece: Uint8Array) => {
        size += piece.length;
        if (size <= entry.bytes) pieces.push(new Uint8Array(piece));
    };
    const inflate = entry.method === DEFLATED ? new Inflate(take) : null;
    for (let start = 0; start < packed.size && size <= entry.bytes; start += READ_BYTES) {
        const read = new Uint8Array(await packed.slice(start, start + READ_BYTES).arrayBuffer());
        for (let at = 0; at < read.length && size <= entry.bytes; at += PIECE_BYTES) {
            const piece = read.subarray(at, at + PIECE_BYTES);
            const isLast = start + at + PIECE_BYTES >= packed.size;
            if (inflate === null) take(piece);
            else if (!inflates(inflate, piece, isLast)) return null;
        }
    }
    return size === entry.bytes ? pieces : null;
}

/** Whether the next piece could be inflated. */
function inflates(inflate: Inflate, piece: Uint8Array, isLast: boolean): boolean {
    try {
        inflate.push(piece, isLast);
        return true;
    } catch (error) {
        // Errors of the library carry a number that says what is wrong with the data.
        if (error instanceof Error && "code" in error) return false;
        throw error;
    }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
});

/** CRC-32 as zips have it. */
function checksum(pieces: readonly Uint8Array[]): number {
    let crc = 0xffffffff;
    for (const piece of pieces) {
        for (let at = 0; at < piece.length; at += 1) {
            crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (piece[at] ?? 0)) & 0xff] ?? 0);
        }
    }
    return (crc ^ 0xffffffff) >>> 0;
}
