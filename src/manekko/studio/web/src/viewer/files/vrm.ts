// One who dances as VRM. Her body is read here; how she dances to a motion is worked out by the server, which knows
// how to bring any motion onto any body, and is played from what it answers.
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { Scene } from "@babylonjs/core/scene";
import type { IMmdPhysics } from "babylon-mmd/esm/Runtime/Physics/IMmdPhysics";
import type { Choreographer, Item, Problem, Source } from "../contract";
import type { Performer } from "../performer";
import { attempt, Failure } from "../problems";
import { nameOf } from "./paths";
import { Dance } from "./vrm/dance";
import { type Glb, glbIn } from "./vrm/document";
import { type Body, bodyOf } from "./vrm/humanoid";
import { type Built, build } from "./vrm/load";

/** Numbers of the files that the server was sent, so that none is sent twice. */
const sent = new WeakMap<Item, Promise<string>>();

export class VrmDancer implements Performer {
    readonly characterName: string;
    readonly triangles: number;
    readonly hasPhysics: boolean;
    readonly problems: readonly Problem[] = [];
    readonly joints: Performer["joints"];
    readonly root: Performer["root"];
    readonly meshes: Performer["meshes"];
    readonly #character: Source;
    readonly #choreographer: Choreographer | null;
    readonly #body: Body;
    readonly #built: Built;
    readonly #nodeCount: number;
    readonly #positions: Float32Array;
    readonly #outlined: Built["materials"];
    #motion: Source | null = null;
    #dance: Dance | null = null;
    #swings = false;

    static async load(scene: Scene, character: Source, choreographer: Choreographer | null): Promise<VrmDancer> {
        const file = nameOf(character.main.path);
        const read = async () => {
            const glb = glbIn(await (await character.main.read()).arrayBuffer(), file);
            return new VrmDancer(character, choreographer, glb, await build(glb, scene));
        };
        const dancer = await attempt(read, "model-broken", file);
        if (dancer instanceof Failure) throw dancer;
        return dancer;
    }

    private constructor(character: Source, choreographer: Choreographer | null, glb: Glb, built: Built) {
        this.#character = character;
        this.#choreographer = choreographer;
        this.#body = bodyOf(glb.gltf, nameOf(character.main.path));
        this.#built = built;
        this.#nodeCount = glb.gltf.nodes?.length ?? 0;
        this.#positions = new Float32Array(this.#body.joints.length * 3);
        this.#outlined = built.materials.filter(({ renderOutline }) => renderOutline);
        this.characterName = this.#body.name;
        this.hasPhysics = this.#body.swings;
        this.joints = this.#body.joints;
        this.root = built.root;
        this.meshes = built.meshes;
        this.triangles = built.meshes.reduce((sum, mesh) => sum + mesh.getTotalIndices() / 3, 0);
        built.setTurned(this.#body.facesBack);
    }

    get durationS(): number {
        return this.#dance?.durationS ?? 0;
    }

    async setMotion(motion: Source | null): Promise<readonly Problem[]> {
        const dance = motion === null ? null : await this.#learn(motion, this.#swings);
        if (dance instanceof Failure) return [dance.problem];
        this.#motion = motion;
        this.#take(dance);
        return [];
    }

    pose(timeS: number): void {
        this.#dance?.pose(timeS, {
            node: (number) => this.#built.nodes.get(number),
            setWeights: (node, weights) => {
                for (const face of this.#built.faces.get(node) ?? []) {
                    for (let target = 0; target < face.numTargets; target += 1) {
                        face.getTarget(target).influence = weights[target] ?? 0;
                    }
                }
            },
        });
    }

    settle(): void {
        // What swings is in the dance.
    }

    jointPositions(): Float32Array {
        for (const [joint, number] of this.#body.nodes.entries()) {
            const node = number < 0 ? this.root : this.#built.nodes.get(number);
            node?.computeWorldMatrix(true);
            (node?.absolutePosition ?? Vector3.ZeroReadOnly).toArray(this.#positions, joint * 3);
        }
        return this.#positions;
    }

    setOutline(shown: boolean): void {
        for (const material of this.#outlined) material.renderOutline = shown;
    }

    /** Her hair swings by the server's own physics, in a dance of its own. */
    async setPhysics(physics: IMmdPhysics | null): Promise<void> {
        const swings = physics !== null && this.hasPhysics;
        if (swings === this.#swings) return;
        this.#swings = swings;
        const dance = this.#motion === null ? null : await this.#learn(this.#motion, swings);
        if (dance !== null && !(dance instanceof Failure)) this.#take(dance);
    }

    resetPhysics(): void {
        // What swings is in the dance, at every time the same.
    }

    dispose(): void {
        this.#built.dispose();
    }

    #take(dance: Dance | null): void {
        this.#dance = dance;
        this.#built.setTurned(dance?.isTurned ?? this.#body.facesBack);
    }

    async #learn(motion: Source, swings: boolean): Promise<Dance | Failure> {
        const choreographer = this.#choreographer;
        const file = nameOf(this.#character.main.path);
        if (choreographer === null) return new Failure("vrm-needs-server", { file });
        const work = async () => {
            const [model, steps] = await Promise.all([
                numberOf(choreographer, this.#character),
                numberOf(choreographer, motion),
            ]);
            const performance = await choreographer.perform(model, steps, swings);
            return new Dance(glbIn(await performance.arrayBuffer(), file), this.#nodeCount);
        };
        // Of who has no joints but the ground, the server may know some by their names; else no motion fits her.
        const code = this.joints.length > 1 ? "motion-broken" : "motion-fits-nothing";
        return attempt(work, code, nameOf(motion.main.path));
    }
}

/** Number by which the server knows a file; one that it has not is sent, under a name that says what it is. */
async function numberOf(choreographer: Choreographer, { main, url }: Source): Promise<string> {
    const known = url === undefined ? null : choreographer.numberOf(url);
    if (known !== null) return known;
    let sending = sent.get(main);
    if (sending === undefined) {
        sending = main.read().then(async (file) => choreographer.take(await properName(main, file), file));
        sent.set(main, sending);
        sending.catch(() => sent.delete(main));
    }
    return sending;
}

async function properName({ path }: Item, file: Blob): Promise<string> {
    const head = await file.slice(0, 23).text();
    const ending = head.startsWith("glTF") ? ".vrm" : head === "Vocaloid Pose Data file" ? ".vpd" : ".vmd";
    const name = nameOf(path);
    return name.toLowerCase().endsWith(ending) ? name : name + ending;
}
