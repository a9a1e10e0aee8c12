// The page: window.openJudge(modelUrl, motionUrl) loads both and returns what answers {frames, bones, morphs, ik} with
// {positions: {bone: [[x, y, z] for each frame]}, weights: {morph: [w for each frame]}}, in MMD's units, right-handed.
import { Vector3 } from "three";
import { MMDAnimationHelper } from "three/examples/jsm/animation/MMDAnimationHelper.js";
import { MMDLoader } from "three/examples/jsm/loaders/MMDLoader.js";

// Keys lie at single-precision times. Asked a hair late, a key counts as reached: between keys one frame apart the
// earlier one holds until then.
const LATE_S = 1e-5;

async function open(modelUrl, motionUrl) {
    // Nothing is drawn: bones and weights alone are wanted, and no GPU is needed for them.
    const { mesh, animation } = await new Promise((resolve, reject) => {
        new MMDLoader().loadWithAnimation(modelUrl, motionUrl, resolve, undefined, reject);
    });
    // The second of afterglow keeps the last frame from being the first of the next round.
    const helper = new MMDAnimationHelper({ afterglow: 1, pmxAnimation: true });
    helper.add(mesh, { animation, physics: false });

    return ({ frames, bones, morphs, ik }) => {
        helper.enable("ik", ik);
        const found = bones.filter((name) => mesh.skeleton.getBoneByName(name) !== undefined);
        const known = morphs.filter((name) => mesh.morphTargetDictionary[name] !== undefined);
        const positions = Object.fromEntries(found.map((name) => [name, []]));
        const weights = Object.fromEntries(known.map((name) => [name, []]));
        let now = 0;
        for (const frame of frames) {
            helper.update(frame / 30 + LATE_S - now);
            now = frame / 30 + LATE_S;
            for (const name of found) {
                positions[name].push(mesh.skeleton.getBoneByName(name).getWorldPosition(new Vector3()).toArray());
            }
            for (const name of known) weights[name].push(mesh.morphTargetInfluences[mesh.morphTargetDictionary[name]]);
        }
        return { positions, weights };
    };
}

window.openJudge = open;
