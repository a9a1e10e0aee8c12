// Which materials are see-through, told from their pictures before they are drawn: to draw each and to read it back,
// as the library would do, takes seconds where there is no graphics card.
import type { PmxObject } from "babylon-mmd/esm/Loader/Parser/pmxObject";

/** Pictures are looked at no larger than this [pixels]. */
const MOST_PIXELS = 512;
/** Nobody sees what is so nearly opaque; making pictures smaller does that to their alpha. */
const OPAQUE = 250;
/** What the library stores of a material that was looked at: two bits tell whether it is see-through. */
const LOOKED_AT = 0x0f;
const SEE_THROUGH = 0x10;
/** A triangle so many times as large as the picture repeats it, so that all of it is seen. */
const REPEATS = 2;

/** Alpha of a picture, row by row from above. */
export interface Alpha {
    readonly width: number;
    readonly height: number;
    readonly values: Uint8Array;
}

/** What is known of a picture's alpha; a null is for the library to find out. */
export type Looked = Alpha | "opaque" | null;

export async function alphaOf(picture: ArrayBuffer): Promise<Looked> {
    const kind = kindOf(new Uint8Array(picture));
    return kind === "may-have-alpha" ? drawn(picture) : kind;
}

/** The materials with what is known of whether they are see-through. */
export function judged(model: PmxObject, looked: (texture: number) => Looked): PmxObject {
    let first = 0;
    const materials = model.materials.map((material) => {
        const alpha = looked(material.textureIndex);
        const corners = model.indices.subarray(first, first + material.indexCount);
        first += material.indexCount;
        if (alpha === null) {
            return material;
        }
        const opaque = alpha === "opaque" || isOpaque(alpha, corners, model.vertices);
        return { ...material, evaluatedTransparency: opaque ? LOOKED_AT : LOOKED_AT | SEE_THROUGH };
    });
    return { ...model, materials };
}

function kindOf(data: Uint8Array): "opaque" | "may-have-alpha" | null {
    if (data[0] === 0xff && data[1] === 0xd8) {
        return "opaque";
    }
    if (data[0] === 0x42 && data[1] === 0x4d) {
        return (data[28] ?? 32) <= 24 ? "opaque" : null;
    }
    if (data[0] === 0x89 && data[1] === 0x50) {
        const colours = data[25] ?? 6;
        const head = new TextDecoder("latin1").decode(data.subarray(0, 4096));
        return colours < 4 && !head.includes("tRNS") ? "opaque" : "may-have-alpha";
    }
    return null;
}

async function drawn(picture: ArrayBuffer): Promise<Alpha | null> {
    try {
        const image = await createImageBitmap(new Blob([picture]), { premultiplyAlpha: "none" });
        const width = Math.min(image.width, MOST_PIXELS);
        const height = Math.min(image.height, MOST_PIXELS);
        const paper = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
        if (paper === null) {
            return null;
        }
        paper.drawImage(image, 0, 0, width, height);
        image.close();
        const colours = paper.getImageData(0, 0, width, height).data;
        const values = new Uint8Array(width * height);
        for (let at = 0; at < values.length; at += 1) {
            values[at] = colours[at * 4 + 3] ?? 0;
        }
        return { width, height, values };
    } catch {
        // A picture that the browser cannot read is for the library, which tells that it is broken.
        return null;
    }
}

function isOpaque(alpha: Alpha, corners: ArrayLike<number>, vertices: PmxObject["vertices"]): boolean {
    if (alpha.values.every((value) => value >= OPAQUE)) {
        return true;
    }
    const at = (corner: number): readonly [number, number] => {
        const uv = vertices[corners[corner] ?? 0]?.uv ?? [0, 0];
        return [uv[0] * alpha.width, uv[1] * alpha.height];
    };
    for (let corner = 0; corner + 2 < corners.length; corner += 3) {
        if (!isOpaqueIn(alpha, [at(corner), at(corner + 1), at(corner + 2)])) {
            return false;
        }
    }
    return true;
}

type Triangle = readonly [readonly [number, number], readonly [number, number], readonly [number, number]];

function isOpaqueIn(alpha: Alpha, triangle: Triangle): boolean {
    const [a, b, c] = triangle;
    const left = Math.floor(Math.min(a[0], b[0], c[0]));
    const right = Math.ceil(Math.max(a[0], b[0], c[0]));
    const top = Math.floor(Math.min(a[1], b[1], c[1]));
    const bottom = Math.ceil(Math.max(a[1], b[1], c[1]));
    if (!((right - left) * (bottom - top) <= REPEATS * alpha.values.length)) {
        return false;
    }
    for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) {
            if (isInside(triangle, x + 0.5, y + 0.5) && valueAt(alpha, x, y) < OPAQUE) {
                return false;
            }
        }
    }
    return true;
}

/** Whether a point lies in a triangle, whichever way round that goes. */
function isInside([a, b, c]: Triangle, x: number, y: number): boolean {
    const ab = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
    const bc = (c[0] - b[0]) * (y - b[1]) - (c[1] - b[1]) * (x - b[0]);
    const ca = (a[0] - c[0]) * (y - c[1]) - (a[1] - c[1]) * (x - c[0]);
    return (ab >= 0 && bc >= 0 && ca >= 0) || (ab <= 0 && bc <= 0 && ca <= 0);
}

/** Pictures repeat beyond their edges. */
function valueAt({ width, height, values }: Alpha, x: number, y: number): number {
    return values[(((y % height) + height) % height) * width + (((x % width) + width) % width)] ?? 0;
}
