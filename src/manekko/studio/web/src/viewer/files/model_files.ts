// From a `Source` to what babylon-mmd's loaders want: the model as a file and its pictures in memory.
import type { IArrayBufferFile } from "babylon-mmd/esm/Loader/referenceFileResolver";
import type { Item, Source } from "../contract";
import { folderOf, keyOf, nameOf, seenFrom } from "./paths";
import { addressBeside } from "./served";
import { textureNames } from "./texture_names";

export interface ModelFiles {
    /** The model, named by what it holds, whatever it was called: `model.pmx` or `model.pmd`. */
    readonly model: File;
    /** Pictures that it wears and that are there, by the names that it has for them. */
    readonly textures: readonly IArrayBufferFile[];
    /** Names of those that are not there. */
    readonly missing: readonly string[];
}

/** Reads a PMX or PMD and the pictures that it wears: those of its folder or archive, or those on the server. */
export async function filesOf(source: Source): Promise<ModelFiles> {
    const data = await (await source.main.read()).arrayBuffer();
    const find = finderIn(source.beside);
    const read = async (name: string) => {
        const item = find(name);
        return item === undefined ? served(source, name) : (await item.read()).arrayBuffer();
    };
    const found = await Promise.all(textureNames(data).map(async (name) => ({ name, data: await read(name) })));
    const isPmd = new TextDecoder("latin1").decode(data.slice(0, 3)) === "Pmd";
    return {
        model: new File([data], isPmd ? "model.pmd" : "model.pmx"),
        textures: found.flatMap(({ name, data }) =>
            data === null ? [] : [{ relativePath: name, mimeType: undefined, data }],
        ),
        missing: found.filter(({ data }) => data === null).map(({ name }) => name),
    };
}

/** Finds pictures of a folder or archive by the names that a model has for them. */
function finderIn(beside: readonly Item[]): (name: string) => Item | undefined {
    const byPath = new Map(beside.map((item) => [keyOf(item.path), item]));
    // Files that were dropped without their folders are known by their names alone, where no two have the same.
    const byName = new Map<string, Item | undefined>();
    for (const item of beside) {
        const name = keyOf(nameOf(item.path));
        byName.set(name, byName.has(name) ? undefined : item);
    }
    return (name) => byPath.get(keyOf(name)) ?? byName.get(keyOf(nameOf(name)));
}

async function served({ url, unlisted }: Source, name: string): Promise<ArrayBuffer | null> {
    if (url === undefined || unlisted === undefined) return null;
    const answer = await fetch(addressBeside(url, name));
    return answer.ok ? answer.arrayBuffer() : null;
}

/** The source that an item is the main file of, with all others of its folder or archive beside it. */
export function sourceOf(main: Item, all: readonly Item[]): Source {
    const folder = folderOf(main.path);
    const beside = all
        .filter((item) => item !== main)
        .map((item) => ({ path: seenFrom(folder, item.path), read: () => item.read() }));
    return { main, beside };
}
