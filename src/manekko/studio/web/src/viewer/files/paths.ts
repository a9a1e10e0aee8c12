// Names of files as people, archives and models spell them, brought to one spelling.

/** The path's parts: `\` counts as `/`, and nothing is left of empty parts, of `.` and of a drive's letter. */
export function partsOf(path: string): string[] {
    const parts = path.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
    return /^[a-z]:$/i.test(parts[0] ?? "") ? parts.slice(1) : parts;
}

/** The path as one that stays in its folder: of `..` and of characters that no name has, nothing is left. */
export function harmless(path: string): string {
    const parts = partsOf(path).map((part) => part.replace(/\p{Cc}/gu, ""));
    return parts.filter((part) => part !== "" && part !== "..").join("/");
}

/** The path in the spelling by which files are looked up: case, composition of characters and detours are gone. */
export function keyOf(path: string): string {
    const kept: string[] = [];
    for (const part of partsOf(path)) {
        if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
        else kept.push(part.normalize("NFC").toLowerCase());
    }
    return kept.join("/");
}

/** The path as seen from a folder: `../tex/face.png` for one that lies beside it. */
export function seenFrom(folder: string, path: string): string {
    const from = partsOf(folder);
    const to = partsOf(path);
    let shared = 0;
    while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1;
    return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}

/** The path without its last part; empty where it has but one. */
export function folderOf(path: string): string {
    return partsOf(path).slice(0, -1).join("/");
}

/** The path's last part. */
export function nameOf(path: string): string {
    return partsOf(path).at(-1) ?? "";
}
