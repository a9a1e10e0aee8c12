// Items made of bytes, for tests.
import type { Item } from "../../src/viewer/contract";

export function itemOf(path: string, content: string | Uint8Array): Item {
    const blob = new Blob([typeof content === "string" ? content : new Uint8Array(content)]);
    return { path, read: async () => blob };
}

/** Bytes written as hexadecimal digits. */
export function bytesOf(digits: string): Uint8Array {
    return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes of a file that Vite brought as a `data:` address. */
export async function bytesAt(address: string): Promise<Uint8Array> {
    return new Uint8Array(await (await fetch(address)).arrayBuffer());
}

export async function textOf(item: Item): Promise<string> {
    return (await item.read()).text();
}

/** A PMD of no vertices, whose materials wear the textures; a material's toon is of the same number. */
export function pmdWith(textures: readonly string[], toons: readonly string[]): ArrayBuffer {
    const field = (size: number, name: string) => {
        const bytes = new Uint8Array(size);
        bytes.set(shiftJis(name));
        return [...bytes];
    };
    const material = (texture: string, place: number) => [
        ...field(44, ""),
        place,
        ...field(5, ""),
        ...field(20, texture),
    ];
    const materials = textures.flatMap(material);
    const head = [...field(3, "Pmd"), 0, 0, 0x80, 0x3f, ...field(276, "")];
    const counts = [...field(8, ""), textures.length, 0, 0, 0];
    const lists = field(2 + 2 + 2 + 1 + 1 + 4 + 1, "");
    const allToons = Array.from({ length: 10 }, (_, place) => field(100, toons[place] ?? `toon0${place}.bmp`));
    return new Uint8Array([...head, ...counts, ...materials, ...lists, ...allToons.flat()]).buffer;
}

/** Shift-JIS of ASCII and of the kana が and く, which is all that these tests spell. */
function shiftJis(text: string): number[] {
    const kana: Record<string, number[]> = { が: [0x82, 0xaa], く: [0x82, 0xad] };
    return [...text.normalize("NFC")].flatMap((character) => kana[character] ?? [character.charCodeAt(0)]);
}
