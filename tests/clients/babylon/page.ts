// The page: window.openJudge(modelUrl, motionUrl) loads both and returns what answers a request in MMD's own units and
// axes: {frames, bones} with {bone: [[x, y, z] for each frame]}; {frames, want: "whole"} with every bone's world matrix
// (16 numbers, the translation last) for each frame; {frames, want: "camera"} with the camera at each frame.
import "@babylonjs/core/Materials/standardMaterial";
import "@babylonjs/core/Materials/Textures/renderTargetTexture";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Loader/pmdLoader";
import "babylon-mmd/esm/Loader/pmxLoader";
import { VmdLoader } from "babylon-mmd/esm/Loader/vmdLoader";
import "babylon-mmd/esm/Runtime/Animation/mmdRuntimeCameraAnimation";
import "babylon-mmd/esm/Runtime/Animation/mmdRuntimeModelAnimation";
import { MmdCamera } from "babylon-mmd/esm/Runtime/mmdCamera";
import type { MmdMesh } from "babylon-mmd/esm/Runtime/mmdMesh";
import { MmdRuntime } from "babylon-mmd/esm/Runtime/mmdRuntime";

type Request = { frames: number[]; bones?: string[]; want?: "whole" | "camera" };
type Positions = Record<string, number[][]>;
type Shot = { position: number[]; view: number[]; fov: number };

async function open(modelUrl: string, motionUrl: string) {
    // Nothing is drawn: bones alone are wanted, and no GPU is needed for them.
    const scene = new Scene(new NullEngine());
    const container = await LoadAssetContainerAsync(modelUrl, scene);
    container.addAllToScene();
    const runtime = new MmdRuntime(scene);
    const model = runtime.createMmdModel(container.meshes[0] as MmdMesh);
    const motion = await new VmdLoader(scene).loadAsync("motion", motionUrl);
    model.setRuntimeAnimation(model.createRuntimeAnimation(motion));

    async function poseAt(frame: number): Promise<void> {
        await runtime.seekAnimation(frame, true);
        runtime.beforePhysics(0);
        runtime.afterPhysics();
    }

    async function positions(frames: number[], bones: string[]): Promise<Positions> {
        const result: Positions = Object.fromEntries(bones.map((name) => [name, []]));
        const at = new Vector3();
        for (const frame of frames) {
            await poseAt(frame);
            for (const name of bones) {
                const bone = model.runtimeBones.find((candidate) => candidate.name === name);
                if (bone === undefined) continue;
                bone.getWorldTranslationToRef(at);
                result[name].push([at.x, at.y, at.z]);
            }
        }
        return result;
    }

    async function whole(frames: number[]): Promise<number[][]> {
        const result: number[][] = [];
        for (const frame of frames) {
            await poseAt(frame);
            result.push(Array.from(model.worldTransformMatrices));
        }
        return result;
    }

    function shots(frames: number[]): Shot[] {
        const camera = new MmdCamera("camera", undefined, scene);
        camera.setRuntimeAnimation(camera.createRuntimeAnimation(motion));
        return frames.map((frame) => {
            camera.animate(frame);
            const view = Array.from(camera.getViewMatrix(true).m);
            return { position: camera.position.asArray(), view, fov: camera.fov };
        });
    }

    return async ({ frames, bones, want }: Request) => {
        if (want === "whole") return whole(frames);
        return want === "camera" ? shots(frames) : positions(frames, bones ?? []);
    };
}

(window as unknown as { openJudge: typeof open }).openJudge = open;
