// Which materials are see-through: told from the part of a picture that a material's triangles wear.
import type { PmxObject } from "babylon-mmd/esm/Loader/Parser/pmxObject";
import { describe, expect, it } from "vitest";
import { type Alpha, alphaOf, judged, type Looked } from "../src/viewer/transparency";

const OPAQUE = 0x0f;
const SEE_THROUGH = 0x1f;

/** Left half opaque, right half clear. */
function half(size = 64): Alpha {
    const values = new Uint8Array(size * size).map((_, at) => (at % size < size / 2 ? 255 : 0));
    return { width: size, height: size, values };
}

/** A model of one triangle with these corners in its picture. */
function wearing(...uvs: [number, number][]): PmxObject {
    const vertices = uvs.map((uv) => ({ uv }));
    return {
        vertices,
        indices: Uint16Array.from(uvs.keys()),
        textures: ["skin.png"],
        materials: [{ textureIndex: 0, indexCount: uvs.length }],
    } as unknown as PmxObject;
}

function verdict(model: PmxObject, looked: Looked): number | undefined {
    const material = judged(model, () => looked).materials[0] as { evaluatedTransparency?: number } | undefined;
    return material?.evaluatedTransparency;
}

describe("a material", () => {
    it("is opaque where its triangles wear only what is opaque", () => {
        expect(verdict(wearing([0.05, 0.1], [0.4, 0.2], [0.2, 0.9]), half())).toBe(OPAQUE);
    });

    it("is see-through where they wear what is clear", () => {
        expect(verdict(wearing([0.05, 0.1], [0.9, 0.2], [0.2, 0.9]), half())).toBe(SEE_THROUGH);
    });

    it("is the same whichever way round its triangles go", () => {
        expect(verdict(wearing([0.2, 0.9], [0.9, 0.2], [0.05, 0.1]), half())).toBe(SEE_THROUGH);
        expect(verdict(wearing([0.2, 0.9], [0.4, 0.2], [0.05, 0.1]), half())).toBe(OPAQUE);
    });

    it("wears the picture again beyond its edges", () => {
        expect(verdict(wearing([-2.95, 5.1], [-2.6, 5.2], [-2.8, 5.9]), half())).toBe(OPAQUE);
        expect(verdict(wearing([3.55, -0.9], [3.9, -0.8], [3.7, -0.1]), half())).toBe(SEE_THROUGH);
    });

    it("wears all of a picture that it repeats, in bounded time", () => {
        expect(verdict(wearing([0, 0], [1e6, 0], [0, 1e6]), half())).toBe(SEE_THROUGH);
        expect(verdict(wearing([Number.NaN, 0], [1, 0], [0, Number.POSITIVE_INFINITY]), half())).toBe(SEE_THROUGH);
    });

    it("is left to the library where its picture is not known", () => {
        expect(verdict(wearing([0, 0], [1, 0], [0, 1]), null)).toBeUndefined();
    });
});

describe("a picture", () => {
    it("without alpha is opaque by its kind", async () => {
        expect(await alphaOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0).buffer)).toBe("opaque");
        const bitmap = new Uint8Array(64);
        bitmap.set([0x42, 0x4d]);
        bitmap[28] = 24;
        expect(await alphaOf(bitmap.buffer)).toBe("opaque");
        const png = new Uint8Array(64);
        png.set([0x89, 0x50, 0x4e, 0x47]);
        png[25] = 2;
        expect(await alphaOf(png.buffer)).toBe("opaque");
    });

    it("of another kind, or none at all, is not known", async () => {
        expect(await alphaOf(new ArrayBuffer(0))).toBeNull();
        expect(await alphaOf(new TextEncoder().encode("TRUEVISION").buffer as ArrayBuffer)).toBeNull();
    });

    it("that is broken is not known", async () => {
        const png = new Uint8Array(64);
        png.set([0x89, 0x50, 0x4e, 0x47]);
        png[25] = 6;
        expect(await alphaOf(png.buffer)).toBeNull();
    });
});
