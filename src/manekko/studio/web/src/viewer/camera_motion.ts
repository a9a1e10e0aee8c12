// The camera's own motion from a VMD.
import type { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Runtime/Animation/mmdRuntimeCameraAnimation";
import { MmdCamera } from "babylon-mmd/esm/Runtime/mmdCamera";
import { FPS, type Source } from "./contract";
import { durationOf, readMotion } from "./motion";
import { attempt, Failure } from "./problems";
import { type View, viewOfTurns } from "./shots";

export class CameraMotion {
    readonly durationS: number;
    readonly #camera: MmdCamera;

    private constructor(camera: MmdCamera, durationS: number) {
        this.#camera = camera;
        this.durationS = durationS;
    }

    static async read(scene: Scene, source: Source): Promise<CameraMotion | Failure> {
        const file = source.main.path;
        const animation = await attempt(() => readMotion(scene, source), "motion-broken", file);
        if (animation instanceof Failure) {
            return animation;
        }
        if (animation.cameraTrack.frameNumbers.length === 0) {
            return new Failure("camera-empty", { file });
        }
        const camera = new MmdCamera("camera's motion", undefined, scene, false);
        camera.setRuntimeAnimation(camera.createRuntimeAnimation(animation));
        return new CameraMotion(camera, durationOf(animation));
    }

    view(timeS: number): View {
        const camera = this.#camera;
        camera.animate(timeS * FPS);
        return viewOfTurns(camera.target, camera.rotation, camera.distance, camera.fov);
    }

    dispose(): void {
        this.#camera.dispose();
    }
}
