// Which of a GLB's nodes are whose bones, by VRM 1.0's names, and what else a VRM says of itself.
import type { Joint } from "../../performer";
import type { Gltf } from "./document";

export interface Body {
    readonly name: string;
    readonly joints: readonly Joint[];
    /** Node of each joint; -1 for the ground that she stands on. */
    readonly nodes: readonly number[];
    /** Whether hair or clothes can swing. */
    readonly swings: boolean;
    /** VRM 0.x faces the other way. */
    readonly facesBack: boolean;
}

const GROUND: Joint = { name: "root", parent: -1, shown: false };

export function bodyOf(gltf: Gltf, file: string): Body {
    const { VRM: old, VRMC_vrm: vrm, VRMC_springBone: springs } = gltf.extensions ?? {};
    const bones = vrm !== undefined ? bonesOf(vrm.humanoid?.humanBones) : oldBonesOf(old?.humanoid?.humanBones);
    const places = new Map(bones.map(([, node], place) => [node, place + 1]));
    const above = parentsOf(gltf);
    const joints = bones.map(([name, node]) => ({ name, parent: carrier(node, above, places), shown: true }));
    const groups = old?.secondaryAnimation?.boneGroups ?? [];
    return {
        name: (vrm?.meta?.name ?? old?.meta?.title)?.trim() || file,
        joints: [GROUND, ...joints],
        nodes: [-1, ...bones.map(([, node]) => node)],
        swings: (springs?.springs?.length ?? 0) > 0 || groups.some(({ bones }) => (bones?.length ?? 0) > 0),
        facesBack: vrm === undefined && old !== undefined,
    };
}

type Bone = readonly [name: string, node: number];

function bonesOf(found: Readonly<Record<string, { readonly node: number }>> | undefined): readonly Bone[] {
    return Object.entries(found ?? {}).map(([name, { node }]) => [name, node]);
}

function oldBonesOf(found: readonly { readonly bone: string; readonly node: number }[] | undefined): readonly Bone[] {
    return (found ?? []).map(({ bone, node }) => [todaysName(bone), node]);
}

/** VRM 0.x counts a thumb's bones from its first joint, VRM 1.0 from the wrist. */
function todaysName(bone: string): string {
    return bone.replace(/ThumbProximal$/, "ThumbMetacarpal").replace(/ThumbIntermediate$/, "ThumbProximal");
}

function parentsOf({ nodes = [] }: Gltf): ReadonlyMap<number, number> {
    return new Map(nodes.flatMap(({ children = [] }, parent) => children.map((child) => [child, parent] as const)));
}

/** Place of the nearest bone above a node; the ground where there is none. */
function carrier(node: number, above: ReadonlyMap<number, number>, places: ReadonlyMap<number, number>): number {
    let at = above.get(node);
    // A broken file's nodes may hang on each other.
    for (let steps = 0; at !== undefined && at !== node && steps < above.size; steps += 1) {
        const place = places.get(at);
        if (place !== undefined) return place;
        at = above.get(at);
    }
    return 0;
}
