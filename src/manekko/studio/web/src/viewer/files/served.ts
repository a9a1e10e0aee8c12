// Files that the server has: fetched when they are read, and once.
import type { Item, Source } from "../contract";
import { Failure } from "../problems";
import { partsOf } from "./paths";

/**
 * The file at an address of the server.
 * @param beside the pictures of a model that the server has, by address relative to the model's; without it, all that
 * the model names is asked for.
 */
export function sourceAt(url: string, name: string, beside?: readonly string[]): Source {
    const main = { path: name, read: once(() => fetched(url, name)) };
    if (beside === undefined) return { main, beside: [], url, unlisted: true };
    return { main, beside: beside.map((path) => pictureAt(url, path)), url };
}

/** Where a file lies whose name is told relative to another's address. */
export function addressBeside(url: string, path: string): string {
    return new URL(partsOf(path).map(encodeURIComponent).join("/"), new URL(url, globalThis.location?.href)).href;
}

function pictureAt(url: string, path: string): Item {
    return { path, read: once(() => fetched(addressBeside(url, path), path)) };
}

/** Asks once; what failed is asked again, since it may be there by then. */
function once(ask: () => Promise<Blob>): () => Promise<Blob> {
    let known: Promise<Blob> | null = null;
    return () => {
        known ??= ask().catch((error: unknown) => {
            known = null;
            throw error;
        });
        return known;
    };
}

async function fetched(url: string, name: string): Promise<Blob> {
    const answer = await fetch(url).catch(() => null);
    if (answer === null || !answer.ok) throw new Failure("server-gone", { file: name });
    return answer.blob();
}
