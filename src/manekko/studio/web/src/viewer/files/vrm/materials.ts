// MToon and glTF's materials as babylon-mmd's, so that a VRM stands in the same light as the models beside her.
// MMD's light gives (diffuse × light + ambient) × texture × toon; half of a colour as ambient makes it look as it is.
import { Constants } from "@babylonjs/core/Engines/constants";
import { Material } from "@babylonjs/core/Materials/material";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture";
import { Texture } from "@babylonjs/core/Materials/Textures/texture";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import type { Scene } from "@babylonjs/core/scene";
import { MmdStandardMaterial } from "babylon-mmd/esm/Loader/mmdStandardMaterial";
import { type Glb, type GltfMaterial, type GltfTexture, imageIn, type Mtoon, type OldMaterial } from "./document";

/** A material of either VRM; colours are sRGB. */
interface Surface {
    readonly name: string;
    readonly base: Color3;
    readonly alpha: number;
    readonly glow: Color3;
    readonly texture: number;
    readonly moved: Partial<GltfTexture>;
    readonly alphaMode: string;
    readonly cutoff: number;
    readonly twoSided: boolean;
    /** Drawn in its own colour, whatever the light. */
    readonly flat: boolean;
    readonly toon: Toon | null;
    /** Whether what is see-through hides what is drawn behind it later. */
    readonly hides: boolean;
    /** Among materials that are see-through, later ones are drawn over earlier ones. */
    readonly order: number;
}

interface Toon {
    readonly shade: Color3;
    /** The light's cosine is shifted by this, and from shade to light goes by so much to either side. */
    readonly shift: number;
    readonly width: number;
    readonly outline: Outline | null;
}

interface Outline {
    readonly size: number;
    readonly colour: Color3;
    /** How far the surface's own colour tints it, 0 to 1. */
    readonly tinted: number;
}

const WHITE: readonly number[] = [1, 1, 1, 1];
const BLACK: readonly number[] = [0, 0, 0];
const RAMP_ROWS = 64;
const AMBIENT = 0.4;
/** Width in the world of an outline of size 1, when all of a body is in the picture [m]. */
const OUTLINE_M = 0.0028;
/** The same as a share of the picture's height. */
const OUTLINE_SHARE = 1 / 720;
const WIDEST_OUTLINE = 3;

export interface Made {
    readonly material: MmdStandardMaterial;
    /** Place among those that are see-through: later ones are drawn over earlier ones. */
    readonly order: number;
}

export async function materialsOf(glb: Glb, scene: Scene): Promise<readonly Made[]> {
    const old = glb.gltf.extensions?.VRM?.materialProperties ?? [];
    const textures = new Map<number, Texture | null>();
    const materials = glb.gltf.materials ?? [];
    const made = materials.map(async (entry, place) => {
        const surface = surfaceOf(entry, old[place]);
        if (!textures.has(surface.texture)) textures.set(surface.texture, textureOf(glb, surface, scene));
        const material = materialOf(surface, textures.get(surface.texture) ?? null, scene);
        const tinted = surface.toon?.outline?.tinted ?? 0;
        const picture = tinted > 0 ? imageIn(glb, surface.texture) : null;
        if (picture !== null) tint(material.outlineColor, surface.base.multiply(await meanOf(picture)), tinted);
        return { material, order: surface.order * materials.length + place };
    });
    return Promise.all(made);
}

function tint(colour: Color3, own: Color3, share: number): void {
    colour.multiplyToRef(Color3.Lerp(Color3.White(), own, share), colour);
}

/** The mean colour of a picture; white for one that cannot be read. */
async function meanOf(picture: Blob): Promise<Color3> {
    const size = { resizeWidth: 1, resizeHeight: 1, resizeQuality: "high" } as const;
    const pixel = await createImageBitmap(picture, size).catch(() => null);
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    if (pixel === null || canvas === null) return Color3.White();
    canvas.drawImage(pixel, 0, 0);
    const [red = 255, green = 255, blue = 255] = canvas.getImageData(0, 0, 1, 1).data;
    return new Color3(red / 255, green / 255, blue / 255);
}

function surfaceOf(material: GltfMaterial, old: OldMaterial | undefined): Surface {
    if (old?.shader === "VRM/MToon") return oldSurfaceOf(material, old);
    const { baseColorFactor = WHITE, baseColorTexture } = material.pbrMetallicRoughness ?? {};
    const { KHR_materials_unlit: unlit, VRMC_materials_mtoon: mtoon } = material.extensions ?? {};
    return {
        ...formOf(material),
        base: displayed(baseColorFactor),
        alpha: baseColorFactor[3] ?? 1,
        glow: displayed(material.emissiveFactor ?? BLACK),
        texture: baseColorTexture?.index ?? -1,
        flat: unlit !== undefined && mtoon === undefined,
        toon: mtoon === undefined ? null : toonOf(mtoon),
        hides: mtoon?.transparentWithZWrite ?? false,
        order: mtoon?.renderQueueOffsetNumber ?? 0,
    };
}

/** What both VRMs keep in the same place. */
function formOf({ name = "", alphaMode = "OPAQUE", alphaCutoff = 0.5, doubleSided = false, ...more }: GltfMaterial) {
    const moved = more.pbrMetallicRoughness?.baseColorTexture ?? {};
    return { name, alphaMode, cutoff: alphaCutoff, twoSided: doubleSided, moved };
}

function toonOf(mtoon: Mtoon): Toon {
    const { shadeColorFactor = BLACK, shadingShiftFactor = 0, shadingToonyFactor = 0.9 } = mtoon;
    return {
        shade: displayed(shadeColorFactor),
        shift: shadingShiftFactor,
        width: bounded(1 - shadingToonyFactor),
        outline: outlineOf(mtoon.outlineWidthMode, mtoon.outlineWidthFactor ?? 0, mtoon.outlineColorFactor),
    };
}

/** Half of the way from shade to light; none at all would divide by zero. */
function bounded(width: number): number {
    return Math.min(Math.max(width, 0.001), 2);
}

function oldSurfaceOf(material: GltfMaterial, old: OldMaterial): Surface {
    const number = (name: string, usual: number) => old.floatProperties?.[name] ?? usual;
    const rgba = (name: string, usual: readonly number[]) => old.vectorProperties?.[name] ?? usual;
    const [shift, toony] = [number("_ShadeShift", 0), number("_ShadeToony", 0.9)];
    // It lights fully from shift + (1 - shift)(1 - toony) on, and shades fully below shift.
    const half = ((1 - toony) * (1 - shift)) / 2;
    const [mode, unit] =
        number("_OutlineWidthMode", 0) === 2 ? ["screenCoordinates", 0.005] : ["worldCoordinates", 0.01];
    const width = number("_OutlineWidthMode", 0) === 0 ? 0 : number("_OutlineWidth", 0.5) * unit;
    return {
        ...formOf(material),
        base: rgb(rgba("_Color", WHITE)),
        alpha: rgba("_Color", WHITE)[3] ?? 1,
        glow: rgb(rgba("_EmissionColor", BLACK)),
        texture: old.textureProperties?._MainTex ?? -1,
        alphaMode: ["OPAQUE", "MASK", "BLEND", "BLEND"][number("_BlendMode", 0)] ?? "OPAQUE",
        cutoff: number("_Cutoff", 0.5),
        twoSided: number("_CullMode", 2) === 0,
        flat: false,
        toon: {
            shade: rgb(rgba("_ShadeColor", [0.97, 0.81, 0.86])),
            shift: -shift - half,
            width: bounded(half),
            outline: outlineOf(mode, width, rgba("_OutlineColor", BLACK).map(linear), number("_OutlineColorMode", 0)),
        },
        hides: number("_BlendMode", 0) === 3,
        order: 0,
    };
}

function outlineOf(mode: string | undefined, width: number, colour = BLACK, tinted = 0): Outline | null {
    if (mode === undefined || mode === "none" || !(width > 0)) return null;
    const size = width / (mode === "screenCoordinates" ? OUTLINE_SHARE : OUTLINE_M);
    return { size: Math.min(size, WIDEST_OUTLINE), colour: displayed(colour), tinted: Math.min(tinted, 1) };
}

function materialOf(surface: Surface, texture: Texture | null, scene: Scene): MmdStandardMaterial {
    const material = new MmdStandardMaterial(surface.name, scene);
    const { base, glow, toon } = surface;
    material.specularColor = Color3.Black();
    material.diffuseColor = base.clone();
    material.ambientColor = base.scale(AMBIENT).add(glow);
    material.diffuseTexture = texture;
    material.backFaceCulling = !surface.twoSided;
    material.ignoreDiffuseWhenToonTextureIsNull = surface.flat;
    if (surface.flat) material.ambientColor = base.add(glow);
    if (toon !== null) {
        material.toonTexture = rampOf(base, toon, scene);
        material.renderOutline = toon.outline !== null;
        material.outlineWidth = toon.outline?.size ?? 0;
        material.outlineColor = toon.outline?.colour ?? Color3.Black();
        material.outlineAlpha = 1;
    }
    seeThrough(material, surface);
    return material;
}

function seeThrough(material: MmdStandardMaterial, { alphaMode, alpha, cutoff, hides }: Surface): void {
    const texture = material.diffuseTexture;
    if (texture !== null) texture.hasAlpha = alphaMode !== "OPAQUE" || texture.hasAlpha;
    material.useAlphaFromDiffuseTexture = alphaMode !== "OPAQUE" && texture !== null;
    if (alphaMode === "BLEND") {
        material.alpha = alpha;
        material.transparencyMode = Material.MATERIAL_ALPHABLEND;
        material.forceDepthWrite = hides;
    } else if (alphaMode === "MASK") {
        material.alphaCutOff = cutoff;
        material.transparencyMode = Material.MATERIAL_ALPHATEST;
    } else material.transparencyMode = Material.MATERIAL_OPAQUE;
}

/**
 * The toon ramp: from the shade at its lower end to white, what is fully lit. Its middle is where light grazes, as in
 * the toons of MMD's models.
 */
function rampOf(base: Color3, { shade, shift, width }: Toon, scene: Scene): RawTexture {
    const share = (dark: number, lit: number) => Math.min(dark / Math.max(lit, 0.001), 1);
    const [red, green, blue] = [share(shade.r, base.r), share(shade.g, base.g), share(shade.b, base.b)];
    const rows = Array.from({ length: RAMP_ROWS }, (_, row) => {
        const cosine = (2 * (row + 0.5)) / RAMP_ROWS - 1;
        const lit = Math.min(Math.max((cosine + shift + width) / (2 * width), 0), 1);
        return [red, green, blue, 1].map((dark) => Math.round((dark + (1 - dark) * lit) * 255));
    });
    const { TEXTURE_BILINEAR_SAMPLINGMODE } = Constants;
    const data = Uint8Array.from(rows.flat());
    const ramp = RawTexture.CreateRGBATexture(data, 1, RAMP_ROWS, scene, false, false, TEXTURE_BILINEAR_SAMPLINGMODE);
    ramp.wrapU = Texture.CLAMP_ADDRESSMODE;
    ramp.wrapV = Texture.CLAMP_ADDRESSMODE;
    return ramp;
}

function textureOf(glb: Glb, { texture: place, moved }: Surface, scene: Scene): Texture | null {
    const picture = place < 0 ? null : imageIn(glb, place);
    if (picture === null) return null;
    const url = URL.createObjectURL(picture);
    // glTF's pictures stand on their heads, as its texture coordinates do.
    const texture = new Texture(url, scene, { invertY: false });
    // A browser may lose all that it has drawn with; then the picture is needed again.
    texture.onDisposeObservable.addOnce(() => URL.revokeObjectURL(url));
    const { offset, scale, rotation } = moved.extensions?.KHR_texture_transform ?? {};
    texture.uOffset = offset?.[0] ?? 0;
    texture.vOffset = offset?.[1] ?? 0;
    texture.uScale = scale?.[0] ?? 1;
    texture.vScale = scale?.[1] ?? 1;
    texture.wAng = -(rotation ?? 0);
    return texture;
}

function rgb([red = 0, green = 0, blue = 0]: readonly number[]): Color3 {
    return new Color3(red, green, blue);
}

/** A linear colour as screens show it. */
function displayed([red = 0, green = 0, blue = 0]: readonly number[]): Color3 {
    return new Color3(Math.min(red, 1), Math.min(green, 1), Math.min(blue, 1)).toGammaSpace(true);
}

function linear(level: number): number {
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
}
