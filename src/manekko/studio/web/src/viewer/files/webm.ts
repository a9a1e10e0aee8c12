// The length of a WebM, which browsers leave out since they write it while they record: without it players cannot say
// how long a film is, and some cannot wind it.

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const DURATION = 0x4489;
const SCALE = 0x2ad7b1;
/** Times in milliseconds, told in nanoseconds. */
const MILLISECONDS = 1_000_000;
const HEAD_BYTES = 1024;
const UNKNOWN = Number.POSITIVE_INFINITY;

interface Element {
    readonly id: number;
    /** Where its content begins and ends; what is still being written has no end. */
    readonly start: number;
    readonly end: number;
}

/** The film with its length in it; as it is where it has one already or is written in a way that is not known here. */
export async function withLength(film: Blob, lengthMs: number): Promise<Blob> {
    const view = new DataView(await film.slice(0, HEAD_BYTES).arrayBuffer());
    const header = elementAt(view, 0);
    const segment = header?.id === EBML ? elementAt(view, header.end) : null;
    // Where sizes are known, what is put in between would make them wrong.
    const info = segment?.id === SEGMENT && segment.end === UNKNOWN ? elementAt(view, segment.start) : null;
    if (segment === null || info?.id !== INFO || info.end > view.byteLength) return film;
    const inside = elementsIn(view, info);
    const scale = inside.find(({ id }) => id === SCALE);
    const unit = scale === undefined ? MILLISECONDS : numberIn(view, scale);
    if (unit !== MILLISECONDS || inside.some(({ id }) => id === DURATION)) return film;
    const parts = [film.slice(0, segment.start), infoHead(info), film.slice(info.start, info.end), duration(lengthMs)];
    return new Blob([...parts, film.slice(info.end)], { type: film.type });
}

function elementsIn(view: DataView, parent: Element): readonly Element[] {
    const found: Element[] = [];
    for (let at = parent.start; at < parent.end; ) {
        const element = elementAt(view, at);
        if (element === null || element.end > parent.end) break;
        found.push(element);
        at = element.end;
    }
    return found;
}

function elementAt(view: DataView, at: number): Element | null {
    const idBytes = lengthOfNumber(view, at);
    const sizeBytes = lengthOfNumber(view, at + idBytes);
    const start = at + idBytes + sizeBytes;
    if (idBytes === 0 || idBytes > 4 || sizeBytes === 0 || start > view.byteLength) return null;
    const id = bytesAsNumber(view, at, idBytes);
    const first = view.getUint8(at + idBytes) & (0xff >> sizeBytes);
    const size = bytesAsNumber(view, at + idBytes + 1, sizeBytes - 1, first);
    return { id, start, end: size === 2 ** (7 * sizeBytes) - 1 ? UNKNOWN : start + size };
}

/** Bytes of a number that tells them by the zeros that it begins with; 0 where there is none. */
function lengthOfNumber(view: DataView, at: number): number {
    const first = at < view.byteLength ? view.getUint8(at) : 0;
    return first === 0 ? 0 : Math.clz32(first) - 23;
}

function bytesAsNumber(view: DataView, at: number, count: number, before = 0): number {
    let value = before;
    for (let place = at; place < at + count; place += 1) value = value * 256 + view.getUint8(place);
    return value;
}

function numberIn(view: DataView, { start, end }: Element): number {
    return bytesAsNumber(view, start, end - start);
}

const DURATION_BYTES = 11;

function duration(lengthMs: number): Uint8Array<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(DURATION_BYTES));
    view.setUint16(0, DURATION);
    view.setUint8(2, 0x88);
    view.setFloat64(3, lengthMs);
    return new Uint8Array(view.buffer);
}

/** What stands before the content of the part that tells of the film, now with the length in it. */
function infoHead({ start, end }: Element): Uint8Array<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(12));
    view.setUint32(0, INFO);
    view.setUint32(4, 0x01000000);
    view.setUint32(8, end - start + DURATION_BYTES);
    return new Uint8Array(view.buffer);
}
