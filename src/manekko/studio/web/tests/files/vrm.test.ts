// A VRM's bones, and the dance that the server puts into it, frame by frame and between frames.
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode";
import { describe, expect, test } from "vitest";
import maneko from "../../../../character/models/maneko/maneko.vrm?inline";
import { Dance } from "../../src/viewer/files/vrm/dance";
import { floatsIn, type Glb, type Gltf, glbIn, imageIn } from "../../src/viewer/files/vrm/document";
import { bodyOf } from "../../src/viewer/files/vrm/humanoid";
import { bytesAt } from "./items";

const vrm = (await bytesAt(maneko)).buffer as ArrayBuffer;

/** A GLB of a document and numbers, each list an accessor of its own. */
function glbWith(gltf: Gltf, lists: readonly (readonly number[])[]): Glb {
    const starts = lists.map((_, place) => lists.slice(0, place).flat().length * 4);
    const views = lists.map((list, place) => ({ byteOffset: starts[place] ?? 0, byteLength: list.length * 4 }));
    const accessors = (gltf.accessors ?? []).map((accessor, bufferView) => ({ ...accessor, bufferView }));
    const bytes = new Float32Array(lists.flat()).buffer;
    return { gltf: { ...gltf, accessors, bufferViews: views }, binaryStart: 0, bytes };
}

describe("a body", () => {
    test("has VRM's bones, each on the next above it that is one", () => {
        const { name, joints, nodes, swings, facesBack } = bodyOf(glbIn(vrm, "she.vrm").gltf, "she.vrm");
        const places = joints.map((joint) => joint.name);
        const parentOf = (bone: string) => joints[joints[places.indexOf(bone)]?.parent ?? -1]?.name;
        expect(name).toBe("Maneko");
        expect(places).toHaveLength(54);
        expect(parentOf("hips")).toBe("root");
        expect(parentOf("leftLowerArm")).toBe("leftUpperArm");
        expect(parentOf("head")).toBe("neck");
        expect(new Set(nodes).size).toBe(54);
        expect(swings).toBe(true);
        expect(facesBack).toBe(false);
    });

    test("of VRM 0 faces back, and has thumbs by today's names", () => {
        const humanBones = [
            { bone: "hips", node: 0 },
            { bone: "leftThumbProximal", node: 2 },
            { bone: "leftThumbIntermediate", node: 3 },
        ];
        const nodes = [{ children: [1] }, { children: [2] }, { children: [3] }, {}];
        const body = bodyOf(
            { nodes, extensions: { VRM: { meta: { title: " " }, humanoid: { humanBones } } } },
            "he.vrm",
        );
        expect(body.name).toBe("he.vrm");
        expect(body.joints.map(({ name, parent }) => [name, parent])).toEqual([
            ["root", -1],
            ["hips", 0],
            ["leftThumbMetacarpal", 1],
            ["leftThumbProximal", 2],
        ]);
        expect(body.swings).toBe(false);
        expect(body.facesBack).toBe(true);
    });

    test("whose nodes hang on each other in a circle is read all the same", () => {
        const nodes = [{ children: [1] }, { children: [0] }, {}];
        const VRMC_vrm = { humanoid: { humanBones: { hips: { node: 2 }, head: { node: 0 } } } };
        expect(bodyOf({ nodes, extensions: { VRMC_vrm } }, "x").joints.map(({ parent }) => parent)).toEqual([-1, 0, 0]);
    });
});

describe("a GLB", () => {
    test("gives its pictures", async () => {
        const picture = imageIn(glbIn(vrm, "she.vrm"), 0);
        const head = new Uint8Array((await picture?.slice(0, 4).arrayBuffer()) ?? new ArrayBuffer());
        expect([...head]).toEqual([0x89, 0x50, 0x4e, 0x47]);
        expect(imageIn(glbIn(vrm, "she.vrm"), 999)).toBeNull();
    });

    test("that is cut before its document's end, or none, is broken", () => {
        for (const size of [0, 3, 11, 19, 20, 1000])
            expect(() => glbIn(vrm.slice(0, size), "x")).toThrow("model-broken");
        expect(() => glbIn(new Uint8Array(1000).buffer, "x")).toThrow("model-broken");
    });
});

describe("a dance", () => {
    const [half, still] = [Math.SQRT1_2, 0];
    const gltf: Gltf = {
        nodes: [{}, {}],
        accessors: [{ count: 3 }, { count: 3 }, { count: 3 }, { count: 6 }],
        animations: [
            {
                samplers: [1, 2, 3].map((output) => ({ input: 0, output })),
                channels: ["translation", "rotation", "weights"].map((path, sampler) => ({
                    sampler,
                    target: { node: sampler && 1, path },
                })),
            },
        ],
    };
    const performance = glbWith(gltf, [
        [0, 1 / 30, 2 / 30],
        [0, 0, 0, 3, 0, 0, 3, 6, 0],
        // From rest a quarter turn about y, and then the same told by its opposite.
        [still, still, still, 1, still, half, still, half, still, -half, still, -half],
        [0, 1, 0.5, 0, 1, 0.25],
    ]);
    const dance = new Dance(performance, 2);
    const posed = (timeS: number) => {
        const node = { position: new Vector3(), rotationQuaternion: new Quaternion() } as unknown as TransformNode;
        const weights: number[] = [];
        dance.pose(timeS, { node: () => node, setWeights: (_, found) => weights.push(...found) });
        return { at: node.position.asArray(), turn: node.rotationQuaternion, weights };
    };

    test("lasts from its first frame to its last", () => {
        expect(dance.durationS).toBeCloseTo(2 / 30, 9);
        expect(dance.isTurned).toBe(false);
        expect(new Dance(performance, 1).isTurned).toBe(true);
    });

    test("is at its frames what they say, before and after them the first and the last", () => {
        expect(posed(1 / 30).at).toEqual([3, 0, 0]);
        expect(posed(1 / 30).weights).toEqual([0.5, 0]);
        expect(posed(-1)).toEqual(posed(0));
        expect(posed(9).at).toEqual([3, 6, 0]);
        expect(posed(9).weights).toEqual([1, 0.25]);
    });

    test("is between them on the shortest way from one to the next", () => {
        const { at, turn, weights } = posed(0.5 / 30);
        expect(at).toEqual([1.5, 0, 0]);
        expect(weights).toEqual([0.25, 0.5]);
        expect(turn?.y).toBeCloseTo(Math.sin(Math.PI / 8), 6);
        expect(Math.abs(posed(1.5 / 30).turn?.y ?? 0)).toBeCloseTo(half, 6);
    });

    test("of nobody moves nothing", () => {
        const none = new Dance(glbWith({ nodes: [] }, []), 0);
        none.pose(1, { node: () => undefined, setWeights: () => expect.unreachable() });
        expect(none.durationS).toBe(0);
        expect(floatsIn(performance, 99, 3)).toHaveLength(0);
    });
});
