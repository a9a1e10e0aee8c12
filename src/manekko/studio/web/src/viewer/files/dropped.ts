// What the user dropped or chose, as items: folders are walked, and no file is read before it is asked for.
import type { Item } from "../contract";
import { Failure } from "../problems";
import { harmless } from "./paths";

/** Files of folders that are looked at; whoever drops a whole disk hears that it is too large. */
export const MOST_FILES = 20_000;
const DEEPEST = 32;

/**
 * The files of a drop. To be called while the drop is being handled: afterwards browsers show nothing of it.
 * One more than `MOST_FILES` come back at most.
 */
export function itemsOf(transfer: DataTransfer): Promise<readonly Item[]> {
    const entries: FileSystemEntry[] = [];
    const items: Item[] = [];
    for (const one of transfer.items) {
        if (one.kind !== "file") continue;
        const entry = one.webkitGetAsEntry();
        const file = entry === null ? one.getAsFile() : null;
        if (entry !== null) entries.push(entry);
        if (file !== null) items.push(itemOfFile(file));
    }
    return walk(entries, items);
}

/** The files that were chosen in a dialogue, of a folder too. */
export function itemsOfFiles(files: FileList | readonly File[]): readonly Item[] {
    return Array.from(files, itemOfFile);
}

function itemOfFile(file: File): Item {
    const path = file.webkitRelativePath || file.name;
    return { path: harmless(path), read: async () => file };
}

async function walk(roots: readonly FileSystemEntry[], items: Item[]): Promise<readonly Item[]> {
    let level = [...roots];
    for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
        items.push(...level.filter(isFile).map(itemOfEntry));
        if (items.length > MOST_FILES) return items.slice(0, MOST_FILES + 1);
        const inside: FileSystemEntry[] = [];
        for (const folder of level.filter(isFolder)) inside.push(...(await entriesIn(folder)));
        level = inside;
    }
    return items;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
    return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
    return entry.isDirectory;
}

function itemOfEntry(entry: FileSystemFileEntry): Item {
    const path = harmless(entry.fullPath);
    const read = () =>
        new Promise<Blob>((resolve, reject) => {
            entry.file(resolve, () => reject(new Failure("file-unknown", { file: path })));
        });
    return { path, read };
}

/** Browsers give a folder's entries a hundred or so at a time; none says that there are no more. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
    const reader = folder.createReader();
    const entries: FileSystemEntry[] = [];
    while (entries.length <= MOST_FILES) {
        // A folder that may not be read is as good as empty.
        const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
        if (some.length === 0) break;
        entries.push(...some);
    }
    return entries;
}
