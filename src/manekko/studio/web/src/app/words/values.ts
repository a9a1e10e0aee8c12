// Values of a problem, as the words of all languages need them.

export type Values = Readonly<Record<string, string | number>>;

/** The file's name without its folders; empty if the problem names none. */
export function fileIn(values: Values): string {
    const path = String(values.file ?? "");
    return path.slice(path.lastIndexOf("/") + 1);
}

/** The first few of the textures that are missing, with an ellipsis for the others; empty if they are not named. */
export function texturesIn(values: Values, most = 3): string {
    const all = String(values.textures ?? "")
        .split(", ")
        .filter((name) => name !== "");
    return all.length > most ? `${all.slice(0, most).join(", ")} …` : all.join(", ");
}
