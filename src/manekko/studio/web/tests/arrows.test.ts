// That the view can be built on by others: it knows nothing of the page round it, and of the server only its types.
import { expect, test } from "vitest";

const SOURCES = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const PARTS = ["api", "viewer", "app"];

/** The part of the sources that a path lies in: its place in `PARTS`. */
function partOf(path: string): number {
    return PARTS.indexOf(/\/src\/([^/]+)\//.exec(path)?.[1] ?? "");
}

/** What a file imports from others of ours, types apart: whole paths. */
function importsOf(path: string, text: string): string[] {
    const words = text.matchAll(/(?:^|\n)(?:import|export)(?! type\b)[^;]*?from "(\.[^"]+)"|import\("(\.[^"]+)"\)/g);
    return [...words].map(([, still, lazy]) => new URL(still ?? lazy ?? "", `file:/web/${path}`).pathname);
}

test("each part imports only from those before it", () => {
    const files = Object.entries(SOURCES).map(([path, text]) => [path.replace("../", ""), text] as const);
    const viewers = files.filter(([path, text]) => importsOf(path, text).some((one) => one.includes("/src/viewer/")));
    expect(viewers.some(([path]) => path.startsWith("src/app/"))).toBe(true);
    const against = files.flatMap(([path, text]) =>
        importsOf(path, text).filter((imported) => partOf(imported) > partOf(`/${path}`)),
    );
    expect(against).toEqual([]);
});

test("the view takes nothing but types from the server's side", () => {
    const taken = Object.entries(SOURCES)
        .filter(([path]) => path.includes("/viewer/"))
        .flatMap(([path, text]) => importsOf(path.replace("../", ""), text))
        .filter((imported) => partOf(imported) === PARTS.indexOf("api"));
    expect(taken).toEqual([]);
});
