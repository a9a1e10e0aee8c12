// A GLB taken apart: its document, as far as we read it ourselves, and its bytes.
import { Failure } from "../../problems";

export interface GltfNode {
    readonly name?: string;
    readonly children?: readonly number[];
    readonly mesh?: number;
}

export interface GltfTexture {
    readonly index: number;
    readonly extensions?: {
        readonly KHR_texture_transform?: {
            readonly offset?: readonly number[];
            readonly scale?: readonly number[];
            readonly rotation?: number;
        };
    };
}

export interface Mtoon {
    readonly shadeColorFactor?: readonly number[];
    readonly shadingShiftFactor?: number;
    readonly shadingToonyFactor?: number;
    readonly outlineWidthMode?: string;
    readonly outlineWidthFactor?: number;
    readonly outlineColorFactor?: readonly number[];
    readonly renderQueueOffsetNumber?: number;
    readonly transparentWithZWrite?: boolean;
}

export interface GltfMaterial {
    readonly name?: string;
    readonly pbrMetallicRoughness?: {
        readonly baseColorFactor?: readonly number[];
        readonly baseColorTexture?: GltfTexture;
    };
    readonly emissiveFactor?: readonly number[];
    readonly alphaMode?: string;
    readonly alphaCutoff?: number;
    readonly doubleSided?: boolean;
    readonly extensions?: { readonly KHR_materials_unlit?: object; readonly VRMC_materials_mtoon?: Mtoon };
}

/** Unity's shader properties, in which VRM 0.x keeps MToon. */
export interface OldMaterial {
    readonly shader?: string;
    readonly floatProperties?: Readonly<Record<string, number>>;
    readonly vectorProperties?: Readonly<Record<string, readonly number[]>>;
    readonly textureProperties?: Readonly<Record<string, number>>;
}

export interface Gltf {
    readonly nodes?: readonly GltfNode[];
    readonly meshes?: readonly { readonly primitives?: readonly { readonly material?: number }[] }[];
    readonly materials?: readonly GltfMaterial[];
    readonly textures?: readonly { readonly source?: number }[];
    readonly images?: readonly { readonly bufferView?: number; readonly mimeType?: string }[];
    readonly accessors?: readonly {
        readonly bufferView?: number;
        readonly byteOffset?: number;
        readonly count: number;
    }[];
    readonly bufferViews?: readonly { readonly byteOffset?: number; readonly byteLength: number }[];
    readonly animations?: readonly {
        readonly samplers: readonly { readonly input: number; readonly output: number }[];
        readonly channels: readonly {
            readonly sampler: number;
            readonly target: { readonly node: number; readonly path: string };
        }[];
    }[];
    readonly extensions?: {
        readonly VRM?: {
            readonly meta?: { readonly title?: string };
            readonly humanoid?: { readonly humanBones?: readonly { readonly bone: string; readonly node: number }[] };
            readonly materialProperties?: readonly OldMaterial[];
            readonly secondaryAnimation?: { readonly boneGroups?: readonly { readonly bones?: readonly number[] }[] };
        };
        readonly VRMC_vrm?: {
            readonly meta?: { readonly name?: string };
            readonly humanoid?: { readonly humanBones?: Readonly<Record<string, { readonly node: number }>> };
        };
        readonly VRMC_springBone?: { readonly springs?: readonly object[] };
    };
}

export interface Glb {
    readonly gltf: Gltf;
    /** Where the binary part begins in `bytes`. */
    readonly binaryStart: number;
    readonly bytes: ArrayBuffer;
}

const MAGIC = 0x46546c67;
const HEADER_BYTES = 12;
const CHUNK_BYTES = 8;

/** Takes a GLB apart; throws a `Failure` for what is none. What the document says is not checked. */
export function glbIn(bytes: ArrayBuffer, file: string): Glb {
    const view = new DataView(bytes);
    const size = bytes.byteLength < HEADER_BYTES + CHUNK_BYTES ? -1 : view.getUint32(HEADER_BYTES, true);
    const end = HEADER_BYTES + CHUNK_BYTES + size;
    if (size < 0 || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== 2 || end > bytes.byteLength) {
        throw new Failure("model-broken", { file });
    }
    const text = new TextDecoder().decode(new Uint8Array(bytes, HEADER_BYTES + CHUNK_BYTES, size));
    return { gltf: JSON.parse(text) as Gltf, binaryStart: end + CHUNK_BYTES, bytes };
}

/** The numbers of an accessor that is packed tightly, as those of our own animations are; a copy. */
export function floatsIn({ gltf, binaryStart, bytes }: Glb, accessor: number, width: number): Float32Array {
    const entry = gltf.accessors?.[accessor];
    const view = gltf.bufferViews?.[entry?.bufferView ?? -1];
    if (entry === undefined || view === undefined) return new Float32Array();
    const start = binaryStart + (view.byteOffset ?? 0) + (entry.byteOffset ?? 0);
    return new Float32Array(bytes.slice(start, start + entry.count * width * 4));
}

/** The picture of a texture, as it lies in the file; null where there is none. */
export function imageIn({ gltf, binaryStart, bytes }: Glb, texture: number): Blob | null {
    const image = gltf.images?.[gltf.textures?.[texture]?.source ?? -1];
    const view = gltf.bufferViews?.[image?.bufferView ?? -1];
    if (image === undefined || view === undefined) return null;
    const start = binaryStart + (view.byteOffset ?? 0);
    return new Blob([bytes.slice(start, start + view.byteLength)], { type: image.mimeType ?? "image/png" });
}
