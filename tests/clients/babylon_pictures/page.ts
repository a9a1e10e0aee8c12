// The page: window.openJudge() returns what answers {scenes} with the PNG of each, drawn by babylon-mmd as a data URL.
// Everything is in MMD's own units and axes. Light and edges are set so that they mean what they mean in MMD, see below.
import "@babylonjs/core/Engines/Extensions/engine.dynamicTexture";
import "@babylonjs/core/Materials/standardMaterial";
import "@babylonjs/core/Materials/Textures/renderTargetTexture";
import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import { Engine } from "@babylonjs/core/Engines/engine";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Loader/mmdOutlineRenderer";
import type { MmdStandardMaterial } from "babylon-mmd/esm/Loader/mmdStandardMaterial";
import { MmdMaterialRenderMethod } from "babylon-mmd/esm/Loader/materialBuilderBase";
import { MmdStandardMaterialBuilder } from "babylon-mmd/esm/Loader/mmdStandardMaterialBuilder";
import "babylon-mmd/esm/Loader/pmdLoader";
import "babylon-mmd/esm/Loader/pmxLoader";
import { SdefInjector } from "babylon-mmd/esm/Loader/sdefInjector";
import type { MmdMesh } from "babylon-mmd/esm/Runtime/mmdMesh";
import { MmdRuntime } from "babylon-mmd/esm/Runtime/mmdRuntime";
import { MmdStandardMaterialProxy } from "babylon-mmd/esm/Runtime/mmdStandardMaterialProxy";

type Triple = [number, number, number];
type SceneRequest = {
    model: string;
    size: [number, number];
    position: Triple;
    target: Triple;
    fov: number; // vertical [rad]
    light: Triple; // the way it shines
    lightColour: Triple;
    background: Triple;
    edgePixels: number; // width of an edge of size 1
    morphs: Record<string, number>;
    turns: Record<string, [number, number, number, number]>; // bone → rotation in its parent, xyzw
};

async function draw(request: SceneRequest): Promise<string> {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = request.size;
    document.body.append(canvas);
    const engine = new Engine(canvas, false, { preserveDrawingBuffer: true, stencil: true }, false);
    SdefInjector.OverrideEngineCreateEffect(engine);
    const scene = new Scene(engine);
    scene.clearColor = new Color4(...request.background, 1);
    scene.ambientColor = Color3.White();
    const camera = new TargetCamera("camera", new Vector3(...request.position), scene);
    camera.setTarget(new Vector3(...request.target));
    camera.fov = request.fov;
    camera.minZ = 0.1;
    camera.maxZ = 1000;
    const light = new DirectionalLight("light", new Vector3(...request.light), scene);
    const colour = new Color3(...request.lightColour);
    light.diffuse = Color3.White();
    light.specular = colour;

    const builder = new MmdStandardMaterialBuilder();
    // As MMD does: every material is blended, in its order, and covers what lies behind it.
    builder.renderMethod = MmdMaterialRenderMethod.DepthWriteAlphaBlending;
    const container = await LoadAssetContainerAsync(request.model, scene, {
        pluginOptions: { mmdmodel: { materialBuilder: builder, loggingEnabled: true } },
    });
    const mesh = container.meshes[0] as MmdMesh;
    for (const material of mesh.metadata.materials as MmdStandardMaterial[]) {
        // MMD: clamp(diffuse · light + ambient) · toon. babylon-mmd adds ambient before it multiplies by the light, so
        // the light's colour goes into the diffuse colour.
        material.diffuseColor = material.diffuseColor.multiply(colour);
        // babylon-mmd draws an edge of size 1 two pixels wide.
        material.outlineWidth *= request.edgePixels / 2;
    }
    container.addAllToScene();
    const runtime = new MmdRuntime(scene);
    runtime.register(scene);
    const model = runtime.createMmdModel(mesh, { materialProxyConstructor: MmdStandardMaterialProxy as never });
    for (const [name, weight] of Object.entries(request.morphs)) model.morph.setMorphWeight(name, weight);
    for (const [name, turn] of Object.entries(request.turns)) {
        const bone = model.runtimeBones.find((candidate) => candidate.name === name);
        if (bone === undefined) throw new Error(`the model has no bone ${name}`);
        bone.linkedBone.rotationQuaternion = new Quaternion(...turn);
    }
    await scene.whenReadyAsync();
    // Outlines have shaders of their own, which are compiled when they are first drawn.
    for (let i = 0; i < 4; i++) {
        scene.render();
        await new Promise((done) => setTimeout(done, 50));
    }
    scene.render();
    const picture = canvas.toDataURL("image/png");
    engine.dispose();
    canvas.remove();
    return picture;
}

async function open() {
    return async ({ scenes }: { scenes: SceneRequest[] }): Promise<string[]> => {
        const pictures: string[] = [];
        for (const scene of scenes) pictures.push(await draw(scene));
        return pictures;
    };
}

(window as unknown as { openJudge: typeof open }).openJudge = open;
