// VMD and VPD as babylon-mmd's animations.
import type { Scene } from "@babylonjs/core/scene";
import type { MmdAnimation } from "babylon-mmd/esm/Loader/Animation/mmdAnimation";
import { VmdLoader } from "babylon-mmd/esm/Loader/vmdLoader";
import { VpdLoader } from "babylon-mmd/esm/Loader/vpdLoader";
import { FPS, type Source } from "./contract";
import { Failure } from "./problems";

const POSE_SIGNATURE = "Vocaloid Pose Data file";
/** No dance is as long; a broken file can tell of years [s]. */
const LONGEST_S = 24 * 3600;

/** Reads a motion, a pose or a camera's motion; a `Failure` tells that the file is none. */
export async function readMotion(scene: Scene, source: Source): Promise<MmdAnimation> {
    const file = source.main.path;
    const data = await (await source.main.read()).arrayBuffer();
    const animation = await parse(scene, file, data);
    if (durationOf(animation) > LONGEST_S) {
        throw new Failure("motion-broken", { file });
    }
    return animation;
}

export function durationOf(animation: MmdAnimation): number {
    return animation.endFrame / FPS;
}

async function parse(scene: Scene, file: string, data: ArrayBuffer): Promise<MmdAnimation> {
    const start = new TextDecoder("latin1").decode(data.slice(0, POSE_SIGNATURE.length));
    try {
        if (start === POSE_SIGNATURE) {
            return new VpdLoader(scene).loadFromBuffer(file, data);
        }
        return await new VmdLoader(scene).loadFromBufferAsync(file, data);
    } catch {
        // Whatever the library throws, it throws because of what it reads.
        throw new Failure("motion-broken", { file });
    }
}
