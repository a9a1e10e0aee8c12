// The page: window.openJudge(modelUrl, motionUrl) loads both and returns what answers {frames, bones} with
// {bone: [[x, y, z] for each frame]} in MMD's own units and axes.
import "@babylonjs/core/Materials/standardMaterial";
import "@babylonjs/core/Materials/Textures/renderTargetTexture";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Loader/pmdLoader";
import "babylon-mmd/esm/Loader/pmxLoader";
import { VmdLoader } from "babylon-mmd/esm/Loader/vmdLoader";
import "babylon-mmd/esm/Runtime/Animation/mmdRuntimeModelAnimation";
import type { MmdMesh } from "babylon-mmd/esm/Runtime/mmdMesh";
import { MmdRuntime } from "babylon-mmd/esm/Runtime/mmdRuntime";

type Request = { frames: number[]; bones: string[] };
type Positions = Record<string, number[][]>;

async function open(modelUrl: string, motionUrl: string) {
    // Nothing is drawn: bones alone are wanted, and no GPU is needed for them.
    const scene = new Scene(new NullEngine());
    const container = await LoadAssetContainerAsync(modelUrl, scene);
    container.addAllToScene();
    const runtime = new MmdRuntime(scene);
    const model = runtime.createMmdModel(container.meshes[0] as MmdMesh);
    const motion = await new VmdLoader(scene).loadAsync("motion", motionUrl);
    model.setRuntimeAnimation(model.createRuntimeAnimation(motion));

    async function positions({ frames, bones }: Request): Promise<Positions> {
        const result: Positions = Object.fromEntries(bones.map((name) => [name, []]));
        const at = new Vector3();
        for (const frame of frames) {
            await runtime.seekAnimation(frame, true);
            runtime.beforePhysics(0);
            runtime.afterPhysics();
            for (const name of bones) {
                const bone = model.runtimeBones.find((candidate) => candidate.name === name);
                if (bone === undefined) continue;
                bone.getWorldTranslationToRef(at);
                result[name].push([at.x, at.y, at.z]);
            }
        }
        return result;
    }
    return positions;
}

(window as unknown as { openJudge: typeof open }).openJudge = open;
