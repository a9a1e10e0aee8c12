// PMX and PMD as babylon-mmd builds them, with pictures that are missing left out instead of fetched.
import type { AssetContainer } from "@babylonjs/core/assetContainer";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager";
import type { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Loader/registerDxBmpTextureLoader";
import { MmdStandardMaterialBuilder } from "babylon-mmd/esm/Loader/mmdStandardMaterialBuilder";
import type { PmxObject } from "babylon-mmd/esm/Loader/Parser/pmxObject";
import { PmdLoader } from "babylon-mmd/esm/Loader/pmdLoader.pure";
import { PmxLoader } from "babylon-mmd/esm/Loader/pmxLoader.pure";
import "babylon-mmd/esm/Loader/sdefMesh";
import { MmdMesh, type MmdSkinnedMesh } from "babylon-mmd/esm/Runtime/mmdMesh";
import type { Source } from "./contract";
import { filesOf, type ModelFiles } from "./files/model_files";
import { keyOf } from "./files/paths";
import { Failure } from "./problems";
import { alphaOf, judged, type Looked } from "./transparency";

/** A white picture for materials that have none: they look the same with it, and all are drawn by the same shader. */
const WHITE = {
    relativePath: "manekko-white.png",
    mimeType: "image/png",
    data: Uint8Array.from(
        atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg=="),
        (byte) => byte.charCodeAt(0),
    ).buffer,
};
/** Names by which models call the toons that MMD has. */
const SHARED_TOON = /(?:^|[\\/])toon(0[1-9]|10)\.bmp$/i;

// So many morphs of a mesh at once are enough, and with one number for all, all are drawn by the same shader.
MorphTargetManager.ConstantTargetCountForTextureMode = 24;

export interface Model {
    readonly mesh: MmdSkinnedMesh;
    readonly container: AssetContainer;
    readonly missingTextures: readonly string[];
}

/** What is known of the pictures that are there, by their names' keys. */
type Pictures = ReadonlyMap<string, Looked>;

class Pmx extends PmxLoader {
    #pictures: Pictures = new Map();

    wearing(pictures: Pictures): this {
        this.#pictures = pictures;
        return this;
    }

    protected override async _parseFileAsync(data: ArrayBufferLike): Promise<PmxObject> {
        return wearing(await super._parseFileAsync(data), this.#pictures);
    }
}

class Pmd extends PmdLoader {
    #pictures: Pictures = new Map();

    wearing(pictures: Pictures): this {
        this.#pictures = pictures;
        return this;
    }

    protected override async _parseFileAsync(data: ArrayBufferLike): Promise<PmxObject> {
        return wearing(await super._parseFileAsync(data), this.#pictures);
    }
}

/** Reads a model with its pictures; a `Failure` tells that the file is broken or that there is nothing to see in it. */
export async function readModel(scene: Scene, character: Source, canDraw: boolean): Promise<Model> {
    const files = await filesOf(character);
    const container = await build(scene, files, canDraw);
    const mesh = container.meshes[0] as Mesh | undefined;
    if (mesh === undefined || !MmdMesh.isMmdSkinnedMesh(mesh)) {
        container.dispose();
        throw new Failure("model-broken", { file: character.main.path });
    }
    if (trianglesOf(mesh.metadata.meshes) === 0) {
        container.dispose();
        throw new Failure("model-empty", { file: character.main.path });
    }
    return { mesh, container, missingTextures: files.missing };
}

export function trianglesOf(meshes: readonly Mesh[]): number {
    return meshes.reduce((sum, mesh) => sum + mesh.getTotalIndices() / 3, 0);
}

async function build(scene: Scene, files: ModelFiles, canDraw: boolean): Promise<AssetContainer> {
    const materialBuilder = new MmdStandardMaterialBuilder();
    // What is see-through is found out by drawing it.
    materialBuilder.forceDisableAlphaEvaluation = !canDraw;
    // A browser may lose all that it has drawn with; then pictures are needed again.
    materialBuilder.deleteTextureBufferAfterLoad = false;
    const textures = [...files.textures, WHITE];
    const options = { materialBuilder, boundingBoxMargin: 0, referenceFiles: textures as unknown as File[] };
    const loader = files.model.name.endsWith(".pmd") ? new Pmd(options) : new Pmx(options);
    const looked = textures.map(
        async ({ relativePath, data }) => [keyOf(relativePath), canDraw ? await alphaOf(data) : "opaque"] as const,
    );
    loader.wearing(new Map(await Promise.all(looked)));
    const data = new Uint8Array(await files.model.arrayBuffer());
    return new Promise((resolve, reject) => {
        loader.loadFile(scene, data, "", (state) => {
            loader.loadAssetContainerAsync(scene, state, "").then(resolve, reject);
        });
    });
}

/** The model with only those pictures that are there; of MMD's own toons, which lie beside no model, the loader's. */
function wearing(model: PmxObject, pictures: Pictures): PmxObject {
    const worn = (place: number) => (pictures.has(keyOf(model.textures[place] ?? "")) ? place : -1);
    const toon = (place: number) => {
        const name = model.textures[place];
        if (name === undefined || worn(place) >= 0) {
            return {};
        }
        // Without any toon all would be one flat colour.
        return { isSharedToonTexture: true, toonTextureIndex: Number(SHARED_TOON.exec(name)?.[1] ?? 1) - 1 };
    };
    const white = model.textures.length;
    const materials = model.materials.map((material) => ({
        ...material,
        ...(material.isSharedToonTexture ? {} : toon(material.toonTextureIndex)),
        textureIndex: worn(material.textureIndex) < 0 ? white : material.textureIndex,
        sphereTextureIndex: worn(material.sphereTextureIndex),
    }));
    const textures = [...model.textures, WHITE.relativePath];
    return judged({ ...model, textures, materials }, (place) => pictures.get(keyOf(textures[place] ?? "")) ?? null);
}
