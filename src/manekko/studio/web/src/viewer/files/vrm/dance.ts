// The dance in a performance, as the server writes it: every node and face at thirty frames a second.
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode";
import { FPS } from "../../contract";
import { floatsIn, type Glb } from "./document";

/** What a dance moves. */
export interface Puppet {
    node(number: number): TransformNode | undefined;
    /** Sets the weights of all faces that a node wears. */
    setWeights(node: number, weights: Float32Array): void;
}

const WIDTHS: Readonly<Record<string, number>> = { translation: 3, rotation: 4, weights: 1 };

interface Track {
    readonly node: number;
    readonly path: string;
    /** Numbers of a frame. */
    readonly width: number;
    readonly values: Float32Array;
}

export class Dance {
    readonly durationS: number;
    /** Whether the server had to turn her, so that she faces forwards. */
    readonly isTurned: boolean;
    readonly #tracks: readonly Track[];
    readonly #frames: number;

    /** @param nodes how many nodes the character's own file has. */
    constructor(performance: Glb, nodes: number) {
        const animation = performance.gltf.animations?.[0];
        const clock = animation?.samplers[0]?.input;
        this.#frames = clock === undefined ? 1 : Math.max(floatsIn(performance, clock, 1).length, 1);
        this.durationS = (this.#frames - 1) / FPS;
        this.isTurned = (performance.gltf.nodes?.length ?? 0) > nodes;
        this.#tracks = (animation?.channels ?? []).flatMap(({ sampler, target: { node, path } }) => {
            const output = animation?.samplers[sampler]?.output ?? -1;
            const size = performance.gltf.accessors?.[output]?.count ?? 0;
            const values = floatsIn(performance, output, WIDTHS[path] ?? 1);
            const width = path === "weights" ? size / this.#frames : (WIDTHS[path] ?? 0);
            return width > 0 ? [{ node, path, width, values }] : [];
        });
    }

    pose(timeS: number, puppet: Puppet): void {
        const at = Math.min(Math.max(timeS * FPS, 0), this.#frames - 1);
        const frame = Math.min(Math.floor(at), Math.max(this.#frames - 2, 0));
        const share = at - frame;
        for (const track of this.#tracks) {
            const node = puppet.node(track.node);
            const here = frame * track.width;
            const next = Math.min(frame + 1, this.#frames - 1) * track.width;
            if (track.path === "weights") puppet.setWeights(track.node, mixed(track, here, next, share));
            else if (node !== undefined && track.path === "rotation") turn(node, track.values, here, next, share);
            else if (node !== undefined) move(node, track.values, here, next, share);
        }
    }
}

const from = new Quaternion();
const to = new Quaternion();
const start = new Vector3();
const end = new Vector3();

function turn(node: TransformNode, values: Float32Array, here: number, next: number, share: number): void {
    Quaternion.FromArrayToRef(values, here, from);
    Quaternion.FromArrayToRef(values, next, to);
    node.rotationQuaternion ??= new Quaternion();
    Quaternion.SlerpToRef(from, to, share, node.rotationQuaternion);
}

function move(node: TransformNode, values: Float32Array, here: number, next: number, share: number): void {
    Vector3.FromArrayToRef(values, here, start);
    Vector3.FromArrayToRef(values, next, end);
    Vector3.LerpToRef(start, end, share, node.position);
}

function mixed({ values, width }: Track, here: number, next: number, share: number): Float32Array {
    return Float32Array.from({ length: width }, (_, target) => {
        const first = values[here + target] ?? 0;
        return first + ((values[next + target] ?? 0) - first) * share;
    });
}
