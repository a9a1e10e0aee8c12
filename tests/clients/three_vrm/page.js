// The page: window.openJudge(modelUrl) loads a VRM file and returns what answers
// {pose: {bone: [x, y, z, w]}, expressions: [name]} with
// {version, bones, posed: {bones, box}, expressions: {name: farthest shift}, springs, colliders, materials, issues}:
// places in metres, figures of VRM 0.x turned round to face +Z; or {dance: [time in seconds]} with
// {name, places: node -> place at each time, weights: node -> weights at each time, issues}, as the file stands.
import { VRMLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import { validateBytes } from "gltf-validator";
import { AnimationMixer, Box3, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

function bonePlaces(vrm) {
    vrm.scene.updateMatrixWorld(true);
    const bones = {};
    for (const name of Object.keys(vrm.humanoid.humanBones)) {
        bones[name] = vrm.humanoid.getRawBoneNode(name).getWorldPosition(new Vector3()).toArray();
    }
    return bones;
}

// Every vertex as it is drawn: morphed, then carried by its bones.
function drawnVertices(vrm) {
    vrm.scene.updateMatrixWorld(true);
    const places = [];
    vrm.scene.traverse((mesh) => {
        if (!mesh.isMesh) return;
        for (let number = 0; number < mesh.geometry.attributes.position.count; number++) {
            places.push(mesh.localToWorld(mesh.getVertexPosition(number, new Vector3())));
        }
    });
    return places;
}

function shapes(vrm, names) {
    const still = drawnVertices(vrm);
    const farthest = {};
    for (const name of names) {
        vrm.expressionManager.setValue(name, 1);
        vrm.expressionManager.update();
        farthest[name] = drawnVertices(vrm).reduce((far, place, at) => Math.max(far, place.distanceTo(still[at])), 0);
        vrm.expressionManager.setValue(name, 0);
        vrm.expressionManager.update();
    }
    return farthest;
}

async function danced(modelUrl, times) {
    const { animations, parser, scene } = await new GLTFLoader().loadAsync(modelUrl);
    const mixer = new AnimationMixer(scene);
    for (const animation of animations) mixer.clipAction(animation).play();
    const places = {};
    const weights = {};
    for (const time of times) {
        mixer.setTime(time);
        scene.updateMatrixWorld(true);
        scene.traverse((object) => {
            const node = parser.associations.get(object)?.nodes;
            if (node === undefined) return;
            (places[node] ??= []).push(object.getWorldPosition(new Vector3()).toArray());
            const worn = [object, ...object.children].find((mesh) => mesh.morphTargetInfluences !== undefined);
            if (worn !== undefined) (weights[node] ??= []).push([...worn.morphTargetInfluences]);
        });
    }
    return { name: animations.map((animation) => animation.name).join(), places, weights };
}

async function open(modelUrl) {
    const loader = new GLTFLoader();
    loader.register((parser) => new VRMLoaderPlugin(parser));
    const { vrm } = (await loader.loadAsync(modelUrl)).userData;
    const bytes = new Uint8Array(await (await fetch(modelUrl)).arrayBuffer());
    VRMUtils.rotateVRM0(vrm);

    return async ({ pose, expressions, dance }) => {
        if (dance) return { ...(await danced(modelUrl, dance)), issues: (await validateBytes(bytes)).issues.messages };
        const bones = bonePlaces(vrm);
        const known = vrm.expressionManager.expressions.map((expression) => expression.expressionName);
        const moved = shapes(vrm, expressions.filter((name) => known.includes(name)));
        const rotations = Object.entries(pose).map(([name, rotation]) => [name, { rotation }]);
        vrm.humanoid.setNormalizedPose(Object.fromEntries(rotations));
        vrm.humanoid.update();
        const box = new Box3().setFromPoints(drawnVertices(vrm));
        return {
            version: vrm.meta.metaVersion,
            bones,
            posed: { bones: bonePlaces(vrm), box: [box.min.toArray(), box.max.toArray()] },
            known,
            expressions: moved,
            springs: vrm.springBoneManager?.joints.size ?? 0,
            colliders: vrm.springBoneManager?.colliders.length ?? 0,
            materials: (vrm.materials ?? []).map((material) => [material.name, material.isMToonMaterial === true]),
            licence: vrm.meta.licenseUrl ?? "",
            issues: (await validateBytes(bytes)).issues.messages,
        };
    };
}

window.openJudge = open;
