// The picture of a dancer's skeleton, drawn over her: from each joint to the next a narrow eight-sided bone.
import { VertexBuffer } from "@babylonjs/core/Buffers/buffer";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Scene } from "@babylonjs/core/scene";
import type { Joint } from "./performer";

/** Width of a bone to either side, as a share of its length, and at most [MMD units]. */
const THICKNESS = 0.1;
const MOST_THICKNESS = 0.22;
/** Where along a bone it is thickest. */
const WAIST = 0.18;
const CORNERS = 6;
const SIDES = [0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1, 5, 2, 1, 5, 3, 2, 5, 4, 3, 5, 1, 4];
const OVER_ALL = 1;

interface Bone {
    readonly from: number;
    readonly to: number;
}

export class SkeletonPicture {
    readonly #mesh: Mesh;
    readonly #bones: readonly Bone[];
    readonly #corners: Float32Array;

    constructor(scene: Scene, joints: readonly Joint[]) {
        this.#bones = bonesOf(joints);
        this.#corners = new Float32Array(this.#bones.length * CORNERS * 3);
        this.#mesh = new Mesh("skeleton", scene);
        const data = new VertexData();
        data.positions = this.#corners;
        data.indices = this.#bones.flatMap((_, bone) => SIDES.map((corner) => bone * CORNERS + corner));
        data.applyToMesh(this.#mesh, true);
        const material = new StandardMaterial("skeleton", scene);
        material.disableLighting = true;
        material.emissiveColor = Color3.FromHexString("#ff7a1a");
        material.alpha = 0.85;
        material.backFaceCulling = false;
        this.#mesh.material = material;
        this.#mesh.renderingGroupId = OVER_ALL;
        this.#mesh.alwaysSelectAsActiveMesh = true;
        this.#mesh.isPickable = false;
    }

    setShown(shown: boolean): void {
        this.#mesh.setEnabled(shown);
    }

    /** @param positions x, y, z of each joint. */
    update(positions: Float32Array): void {
        for (const [place, bone] of this.#bones.entries()) {
            draw(pointAt(positions, bone.from), pointAt(positions, bone.to), this.#corners, place * CORNERS * 3);
        }
        this.#mesh.updateVerticesData(VertexBuffer.PositionKind, this.#corners);
    }

    dispose(): void {
        this.#mesh.dispose(false, true);
    }
}

/** Bones from each joint that is shown to the nearest above it that is; what ties to the ground is none. */
function bonesOf(joints: readonly Joint[]): readonly Bone[] {
    const above = (place: number) => {
        let parent = joints[place]?.parent ?? -1;
        // A broken file's joints may be each other's parents.
        for (let steps = 0; steps < joints.length && parent >= 0; steps += 1) {
            if (joints[parent]?.shown && (joints[parent]?.parent ?? -1) >= 0) {
                return parent;
            }
            parent = joints[parent]?.parent ?? -1;
        }
        return -1;
    };
    return joints.flatMap((joint, to) => (joint.shown && above(to) >= 0 ? [{ from: above(to), to }] : []));
}

type Point = readonly [number, number, number];

function pointAt(positions: Float32Array, joint: number): Point {
    return [positions[joint * 3] ?? 0, positions[joint * 3 + 1] ?? 0, positions[joint * 3 + 2] ?? 0];
}

function draw(from: Point, to: Point, corners: Float32Array, at: number): void {
    const along: Point = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    const length = Math.hypot(...along);
    const thick = Math.min(length * THICKNESS, MOST_THICKNESS) / Math.max(length, 1e-6);
    // Any direction across will do; the one least along the bone is never along it.
    const least = Math.abs(along[0]) < Math.abs(along[1]) ? [1, 0, 0] : [0, 1, 0];
    const across = scaled(cross(along, least as unknown as Point), thick * length);
    const other = scaled(cross(along, across), thick * length);
    const waist: Point = [from[0] + along[0] * WAIST, from[1] + along[1] * WAIST, from[2] + along[2] * WAIST];
    const ring = [across, other, scaled(across, -thick * length), scaled(other, -thick * length)];
    const points = [from, ...ring.map((side) => plus(waist, side)), to];
    corners.set(points.flat(), at);
}

function cross(a: Point, b: Point): Point {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function plus(a: Point, b: Point): Point {
    return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/** A vector of that length in the same direction; the other way for a negative one. */
function scaled(vector: Point, length: number): Point {
    const by = length / Math.max(Math.hypot(...vector), 1e-9);
    return [vector[0] * by, vector[1] * by, vector[2] * by];
}
