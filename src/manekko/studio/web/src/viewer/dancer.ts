// One who dances as PMX or PMD: babylon-mmd's model, asked to pose at the clock's time instead of running by itself.
import type { AssetContainer } from "@babylonjs/core/assetContainer";
import type { Material } from "@babylonjs/core/Materials/material";
import type { Scene } from "@babylonjs/core/scene";
import type { MmdAnimation } from "babylon-mmd/esm/Loader/Animation/mmdAnimation";
import { PmxObject } from "babylon-mmd/esm/Loader/Parser/pmxObject";
import "babylon-mmd/esm/Runtime/Animation/mmdRuntimeModelAnimation";
import type { ILogger } from "babylon-mmd/esm/Runtime/ILogger";
import type { IMmdMaterialProxyConstructor } from "babylon-mmd/esm/Runtime/IMmdMaterialProxy";
import type { MmdSkinnedMesh } from "babylon-mmd/esm/Runtime/mmdMesh";
import { MmdModel } from "babylon-mmd/esm/Runtime/mmdModel";
import { MmdStandardMaterialProxy } from "babylon-mmd/esm/Runtime/mmdStandardMaterialProxy";
import type { IMmdPhysics } from "babylon-mmd/esm/Runtime/Physics/IMmdPhysics";
import { FPS, type Problem, type Source } from "./contract";
import { type Model, readModel, trianglesOf } from "./model";
import { durationOf, readMotion } from "./motion";
import type { Joint, Performer } from "./performer";
import { attempt, Failure, problemOf } from "./problems";

/** What the library has to say of a model is for those who build models. */
const SILENT: ILogger = { log: () => {}, warn: () => {}, error: () => {} };
/** The library's types do not say that it makes proxies of the materials that it makes. */
const MaterialProxy = MmdStandardMaterialProxy as unknown as IMmdMaterialProxyConstructor<Material>;

/** Of many pictures that are missing, so many are named. */
const MOST_NAMED = 6;

interface Outlined {
    renderOutline: boolean;
}

export class Dancer implements Performer {
    readonly characterName: string;
    readonly triangles: number;
    readonly hasPhysics: boolean;
    readonly problems: readonly Problem[];
    readonly joints: readonly Joint[];
    readonly root: MmdSkinnedMesh;
    readonly meshes: Performer["meshes"];
    readonly #scene: Scene;
    readonly #container: AssetContainer;
    readonly #outlined: readonly Outlined[];
    readonly #positions: Float32Array;
    #model: MmdModel;
    #animation: MmdAnimation | null = null;
    #physics: IMmdPhysics | null = null;

    static async load(scene: Scene, character: Source, canDraw: boolean): Promise<Dancer> {
        const file = character.main.path;
        const model = await attempt(() => readModel(scene, character, canDraw), "model-broken", file);
        if (model instanceof Failure) {
            throw model;
        }
        return new Dancer(scene, model, file);
    }

    private constructor(scene: Scene, { mesh, container, missingTextures }: Model, file: string) {
        const { header, meshes, rigidBodies, materials } = mesh.metadata;
        this.#scene = scene;
        this.#container = container;
        this.root = mesh;
        this.meshes = meshes;
        this.triangles = trianglesOf(meshes);
        this.hasPhysics = rigidBodies.some(swings);
        this.characterName = header.modelName.trim() || header.englishModelName.trim() || file;
        this.joints = jointsOf(mesh);
        this.problems = missingTextures.length === 0 ? [] : [missing(file, missingTextures)];
        this.#positions = new Float32Array(this.joints.length * 3);
        this.#outlined = materials.map((material) => material as unknown as Outlined).filter((m) => m.renderOutline);
        for (const geometry of container.geometries) {
            // They are in the scene already, and would be in it twice.
            scene.removeGeometry(geometry);
        }
        container.addAllToScene();
        this.#model = this.#build();
        for (const drawn of [mesh, ...meshes]) {
            // Bones carry it out of the box that it has at rest.
            drawn.alwaysSelectAsActiveMesh = true;
            drawn.isPickable = false;
        }
    }

    get durationS(): number {
        return this.#animation === null ? 0 : durationOf(this.#animation);
    }

    async setMotion(motion: Source | null): Promise<readonly Problem[]> {
        if (motion === null) {
            this.#animate(null);
            return [];
        }
        const animation = await attempt(() => readMotion(this.#scene, motion), "motion-broken", motion.main.path);
        if (animation instanceof Failure) {
            return [animation.problem];
        }
        this.#animate(animation);
        return this.#fits(animation) ? [] : [problemOf("motion-fits-nothing", { file: motion.main.path })];
    }

    pose(timeS: number): void {
        this.#model.beforePhysics(timeS * FPS);
    }

    settle(): void {
        this.#model.afterPhysics();
    }

    jointPositions(): Float32Array {
        const world = this.root.computeWorldMatrix(true).m;
        const bones = this.#model.worldTransformMatrices;
        for (let joint = 0; joint < this.joints.length; joint += 1) {
            const [x, y, z] = [12, 13, 14].map((place) => bones[joint * 16 + place] ?? 0) as [number, number, number];
            for (let axis = 0; axis < 3; axis += 1) {
                const turned = x * (world[axis] ?? 0) + y * (world[4 + axis] ?? 0) + z * (world[8 + axis] ?? 0);
                this.#positions[joint * 3 + axis] = turned + (world[12 + axis] ?? 0);
            }
        }
        return this.#positions;
    }

    setOutline(shown: boolean): void {
        for (const material of this.#outlined) {
            material.renderOutline = shown;
        }
    }

    async setPhysics(physics: IMmdPhysics | null): Promise<void> {
        if (!this.hasPhysics || physics === this.#physics) {
            return;
        }
        // Materials tell the library anew how they look without morphs.
        this.#model.morph.resetMorphWeights();
        this.#model.morph.update();
        this.#model._dispose();
        this.#physics = physics;
        this.#model = this.#build();
        this.#animate(this.#animation);
    }

    resetPhysics(): void {
        this.#model.initializePhysics();
    }

    dispose(): void {
        this.#model._dispose();
        this.#container.dispose();
    }

    #build(): MmdModel {
        const physics = this.#physics === null ? null : { physicsImpl: this.#physics, physicsOptions: null };
        const { skeleton } = this.root.metadata;
        return new MmdModel(this.root, skeleton, MaterialProxy, physics, false, SILENT);
    }

    #animate(animation: MmdAnimation | null): void {
        const before = [...this.#model.runtimeAnimations.keys()];
        this.#animation = animation;
        this.#model.morph.resetMorphWeights();
        this.#model.setRuntimeAnimation(animation === null ? null : this.#model.createRuntimeAnimation(animation));
        for (const handle of before) {
            this.#model.destroyRuntimeAnimation(handle);
        }
    }

    /** Whether anything of hers moves by a motion. */
    #fits(animation: MmdAnimation): boolean {
        const names = new Set([...this.joints, ...this.root.metadata.morphs].map(({ name }) => name));
        const tracks = [...animation.boneTracks, ...animation.movableBoneTracks, ...animation.morphTracks];
        return tracks.some(({ name }) => names.has(name));
    }
}

function jointsOf(mesh: MmdSkinnedMesh): readonly Joint[] {
    const { IsVisible, IsIkEnabled } = PmxObject.Bone.Flag;
    const swinging = new Set(mesh.metadata.rigidBodies.filter(swings).map(({ boneIndex }) => boneIndex));
    return mesh.metadata.bones.map(({ name, parentBoneIndex, flag }, place) => ({
        name,
        parent: parentBoneIndex === place ? -1 : parentBoneIndex,
        shown: (flag & IsVisible) !== 0 && (flag & IsIkEnabled) === 0 && !swinging.has(place),
    }));
}

/** Whether a body moves by physics, and its bone with it. */
function swings(body: PmxObject.RigidBody): boolean {
    return body.physicsMode !== PmxObject.RigidBody.PhysicsMode.FollowBone;
}

function missing(file: string, textures: readonly string[]): Problem {
    const named = textures.slice(0, MOST_NAMED).join(", ");
    return problemOf("textures-missing", { file, count: textures.length, textures: named });
}
