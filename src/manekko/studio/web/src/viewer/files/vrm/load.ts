// The meshes of a GLB as babylon's loader builds them, in MMD's units and axes, with materials of our own.
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode";
import type { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager";
import type { Node } from "@babylonjs/core/node";
import type { Scene } from "@babylonjs/core/scene";
import "@babylonjs/loaders/glTF/2.0/glTFLoader";
import type { MmdStandardMaterial } from "babylon-mmd/esm/Loader/mmdStandardMaterial";
import type { Glb } from "./document";
import { type Made, materialsOf } from "./materials";

/** MMD's units in a metre. */
const UNITS_PER_M = 12.5;
const NODE = /^\/nodes\/(\d+)$/;
const PRIMITIVE = /^\/meshes\/(\d+)\/primitives\/(\d+)$/;
const HALF_TURN = new Quaternion(0, 1, 0, 0);

/** A character as she is built. */
export interface Built {
    /** All hangs under it; hers to move. */
    readonly root: TransformNode;
    readonly meshes: readonly AbstractMesh[];
    readonly materials: readonly MmdStandardMaterial[];
    readonly nodes: ReadonlyMap<number, TransformNode>;
    readonly faces: ReadonlyMap<number, readonly MorphTargetManager[]>;
    /** Turns her by half a turn, or back. */
    setTurned(turned: boolean): void;
    dispose(): void;
}

export async function build(glb: Glb, scene: Scene): Promise<Built> {
    const file = new File([glb.bytes], "model.glb");
    const gltf = { skipMaterials: true, createInstances: false, animationStartMode: 0, loadNodeAnimations: false };
    const container = await LoadAssetContainerAsync(file, scene, { pluginExtension: ".glb", pluginOptions: { gltf } });
    const made = await materialsOf(glb, scene);
    const materials = made.map(({ material }) => material);
    const root = new TransformNode("vrm", scene);
    const axes = container.rootNodes[0];
    container.addAllToScene();
    const meshes = container.meshes.filter((mesh) => mesh.getTotalVertices() > 0);
    for (const mesh of meshes) dress(mesh, glb, made);
    const setTurned = (turned: boolean) => {
        if (!(axes instanceof TransformNode)) return;
        // From metres and right-handed axes to MMD's, which look along z where glTF's look against it.
        axes.scaling = new Vector3(UNITS_PER_M, UNITS_PER_M, -UNITS_PER_M);
        axes.rotationQuaternion = turned ? HALF_TURN.clone() : Quaternion.Identity();
        axes.parent = root;
    };
    setTurned(false);
    const dispose = () => {
        for (const material of materials) material.dispose(false, true);
        container.dispose();
        root.dispose();
    };
    const nodes = nodesOf([...container.meshes, ...container.transformNodes]);
    return { root, meshes, materials, nodes, faces: facesOf(glb, container.meshes), setTurned, dispose };
}

function dress(mesh: AbstractMesh, { gltf }: Glb, materials: readonly Made[]): void {
    const [place = -1, part = -1] = numbersIn(mesh, PRIMITIVE)[0] ?? [];
    const worn = materials[gltf.meshes?.[place]?.primitives?.[part]?.material ?? -1];
    mesh.material = worn?.material ?? null;
    mesh.alphaIndex = worn?.order ?? 0;
    // Bones carry it out of the box that it has at rest.
    mesh.alwaysSelectAsActiveMesh = true;
    mesh.isPickable = false;
}

/** What stands for each node of the file. */
function nodesOf(found: readonly TransformNode[]): ReadonlyMap<number, TransformNode> {
    return new Map(found.flatMap((node) => numbersIn(node, NODE).map(([number = -1]) => [number, node] as const)));
}

/** The faces that the meshes of each node wear. */
function facesOf({ gltf }: Glb, meshes: readonly AbstractMesh[]): ReadonlyMap<number, readonly MorphTargetManager[]> {
    const managers = (mesh: number) =>
        meshes
            .filter((one) => numbersIn(one, PRIMITIVE).some(([number]) => number === mesh))
            .flatMap(({ morphTargetManager }) => (morphTargetManager === null ? [] : [morphTargetManager]));
    return new Map(
        (gltf.nodes ?? []).flatMap(({ mesh }, node) => (mesh === undefined ? [] : [[node, managers(mesh)]])),
    );
}

interface Noted {
    readonly _internalMetadata?: { readonly gltf?: { readonly pointers?: readonly string[] } };
}

/** The numbers in the addresses that the loader notes on what it makes: where in the document it found it. */
function numbersIn(node: Node, address: RegExp): readonly number[][] {
    const { _internalMetadata: noted } = node as unknown as Noted;
    return (noted?.gltf?.pointers ?? []).flatMap((pointer) => {
        const match = address.exec(pointer);
        return match === null ? [] : [match.slice(1).map(Number)];
    });
}
