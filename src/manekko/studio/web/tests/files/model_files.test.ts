// A model's pictures are found however the folder, the archive and the model spell them.
import { expect, test } from "vitest";
import maneko from "../../../../character/models/maneko/maneko.pmx?inline";
import { filesOf, sourceOf } from "../../src/viewer/files/model_files";
import { textureNames } from "../../src/viewer/files/texture_names";
import { bytesAt, itemOf, pmdWith } from "./items";

const pmx = await bytesAt(maneko);
const names = textureNames(pmx.slice().buffer);

test("a PMX names what its materials wear, each once", () => {
    expect(names).toHaveLength(17);
    expect(names).toContain("tex\\face.png");
    expect(names).toContain("tex\\toon_e6e0ed.png");
});

test("a PMD names its textures, spheres and own toons, not the ten that every viewer has", () => {
    const pmd = pmdWith(["body.bmp*shine.spa", ""], ["toon01.bmp", "own.bmp"]);
    expect(textureNames(pmd)).toEqual(["body.bmp", "shine.spa", "own.bmp"]);
});

test("a model that is cut anywhere names nothing, or what it still does", () => {
    const pmd = pmdWith(["body.bmp"], []);
    for (let size = 0; size < pmd.byteLength; size += 1) {
        expect(["", "body.bmp"]).toContain(textureNames(pmd.slice(0, size)).join());
    }
    for (let size = 0; size < pmx.length; size += 20_011) {
        expect(textureNames(pmx.slice(0, size).buffer).length).toBeLessThanOrEqual(17);
    }
});

test("pictures are found whatever the case, the slashes and the composition of their names", async () => {
    const model = itemOf(
        "Model/sub/A.pmd",
        new Uint8Array(pmdWith(["TEX\\がく.PNG", "..\\shared\\b.bmp", "no.bmp"], [])),
    );
    const all = [
        model,
        itemOf("Model/sub/tex/がく.png".normalize("NFD"), "a picture"),
        itemOf("Model/Shared/B.bmp", "another"),
        itemOf("Model/B.bmp", "a third"),
    ];
    const files = await filesOf(sourceOf(model, all));
    expect(files.model.name).toBe("model.pmd");
    expect(files.textures.map(({ relativePath }) => relativePath)).toEqual(["TEX\\がく.PNG", "..\\shared\\b.bmp"]);
    expect(files.textures.map(({ data }) => new TextDecoder().decode(data))).toEqual(["a picture", "another"]);
    expect(files.missing).toEqual(["no.bmp"]);
});

test("pictures dropped without their folder are known by their names, unless two have the same", async () => {
    const model = itemOf("a.pmx", pmx);
    const files = await filesOf(
        sourceOf(model, [model, itemOf("Face.png", "1"), itemOf("x/hair.png", "2"), itemOf("y/hair.png", "3")]),
    );
    expect(files.textures.map(({ relativePath }) => relativePath)).toEqual(["tex\\face.png"]);
    expect(files.missing).toHaveLength(16);
});
