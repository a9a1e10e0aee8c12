// Files that the server has: fetched when they are read, and once.
import type { Source } from "../contract";
import { Failure } from "../problems";

/** The file at an address of the server; the pictures that a model names are fetched relative to it. */
export function sourceAt(url: string, name: string): Source {
    let known: Promise<Blob> | null = null;
    const read = () => {
        known ??= fetched(url, name).catch((error: unknown) => {
            // What failed once may be there when it is asked for again.
            known = null;
            throw error;
        });
        return known;
    };
    return { main: { path: name, read }, beside: [], url };
}

async function fetched(url: string, name: string): Promise<Blob> {
    const answer = await fetch(url).catch(() => null);
    if (answer === null || !answer.ok) throw new Failure("server-gone", { file: name });
    return answer.blob();
}
