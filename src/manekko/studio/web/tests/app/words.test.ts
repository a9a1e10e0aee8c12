// That all languages say all there is to say.
import { describe, expect, test } from "vitest";
import { texturesIn } from "../../src/app/words/values";
import { LANGUAGES, languageOf, wordsIn } from "../../src/app/words/words";

const VALUES = { file: "Miku/初音ミク.pmx", count: 5, textures: "a.png, b.png, c.png, d.png, e.png" };

/** All texts of a tree of words, each with its path; functions are asked with values that a page has. */
function textsIn(tree: object, path = ""): [string, string][] {
    return Object.entries(tree).flatMap(([name, value]): [string, string][] => {
        const here = `${path}.${name}`;
        if (typeof value === "string") return [[here, value]];
        if (typeof value === "function") return [[here, value(path.startsWith(".problems") ? VALUES : 3, 7)]];
        return textsIn(value, here);
    });
}

describe.each(LANGUAGES)("in %s", (language) => {
    const texts = textsIn(wordsIn(language));

    test("nothing is left empty or unsaid", () => {
        expect(texts.length).toBeGreaterThan(180);
        expect(texts.filter(([, text]) => text.trim() === "" || /undefined|NaN|\[object/.test(text))).toEqual([]);
    });

    test("a problem names the file without its folders, and says what to do", () => {
        const { found, advice } = wordsIn(language).problems["textures-missing"];
        expect(found(VALUES)).toContain("初音ミク.pmx");
        expect(found(VALUES)).not.toContain("Miku/");
        expect(advice(VALUES)).toContain("a.png");
    });
});

test("Japanese and Chinese are not English left over", () => {
    const english = new Map(textsIn(wordsIn("en")));
    const isName = (text: string) => /^(Manekko.*|L|R|.*Manekko)$/.test(text);
    for (const language of ["ja", "zh"] as const) {
        const same = textsIn(wordsIn(language)).filter(([path, text]) => english.get(path) === text && !isName(text));
        expect(same.map(([path]) => path).filter((path) => !path.endsWith(".percent"))).toEqual([]);
    }
});

test("the browser's first language that the page has is taken", () => {
    expect(languageOf(["fr", "ja-JP", "en"])).toBe("ja");
    expect(languageOf(["zh-TW"])).toBe("zh");
    expect(languageOf(["de", "fr"])).toBe("en");
    expect(languageOf([])).toBe("en");
});

test("of many missing textures the first are named", () => {
    expect(texturesIn(VALUES)).toBe("a.png, b.png, c.png …");
    expect(texturesIn({ textures: "a.png" })).toBe("a.png");
    expect(texturesIn({})).toBe("");
});
