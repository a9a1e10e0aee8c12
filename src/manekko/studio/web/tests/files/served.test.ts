// Files at addresses, which are asked for when they are read.
import { expect, test } from "vitest";
import { addressBeside, sourceAt } from "../../src/viewer/files/served";
import { textOf } from "./items";

test("a file is fetched when it is read", async () => {
    const { main, url } = sourceAt("data:text/plain,a%20dance", "dance.vmd");
    expect(main.path).toBe("dance.vmd");
    expect(url).toBe("data:text/plain,a%20dance");
    expect(await textOf(main)).toBe("a dance");
});

test("a server that does not answer is gone", async () => {
    await expect(sourceAt("http://127.0.0.1:9/dance.vmd", "dance.vmd").main.read()).rejects.toThrow("server-gone");
});

test("pictures lie beside their model, whatever their names hold", () => {
    const url = "http://here/secret/files/f1/model.pmx";
    expect(addressBeside(url, "tex\\顔 #1.png")).toBe("http://here/secret/files/f1/tex/%E9%A1%94%20%231.png");
    const { beside, unlisted } = sourceAt(url, "model.pmx", ["tex/a.png", "b.png"]);
    expect(beside.map(({ path }) => path)).toEqual(["tex/a.png", "b.png"]);
    expect(unlisted).toBeUndefined();
    expect(sourceAt(url, "model.pmx").unlisted).toBe(true);
});
