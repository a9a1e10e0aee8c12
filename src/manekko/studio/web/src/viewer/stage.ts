// Where the dance is drawn: the engine, the scene with its light, its shadow, its floor and its backdrop.
import "@babylonjs/core/Engines/Extensions/engine.dynamicTexture";
import "@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent";
import "@babylonjs/core/Materials/standardMaterial";
import "@babylonjs/core/Materials/Textures/renderTargetTexture";
import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine";
import { Constants } from "@babylonjs/core/Engines/constants";
import { Engine } from "@babylonjs/core/Engines/engine";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh";
import { Logger } from "@babylonjs/core/Misc/logger";
import { Scene } from "@babylonjs/core/scene";
import "babylon-mmd/esm/Loader/mmdOutlineRenderer";
import { SdefInjector } from "babylon-mmd/esm/Loader/sdefInjector";
import { type Backdrop, Floor } from "./floor";

/** MMD's own: light falls from the front, from above and from the left, two thirds of it straight. */
const LIGHT = new Vector3(-0.5, -1, 0.5).normalize();
const STRAIGHT_LIGHT = 0.7;
const LIGHT_FROM_ALL_SIDES = 0.3;
const SHADOW_PIXELS = 2048;
/** The light stands so far off [MMD units]. */
const LIGHT_DISTANCE = 100;
const MOST_PIXELS_PER_POINT = 2;

const BACKDROPS: Readonly<Record<Backdrop, Color4>> = {
    light: Color4.FromHexString("#edf0f4ff"),
    dark: Color4.FromHexString("#14171cff"),
    none: new Color4(0, 0, 0, 0),
};

// The browser's own messages are for those who build pages; what users are to know stands in problems.
Logger.LogLevels = Logger.NoneLogLevel;

interface WithOutline {
    readonly renderOutline: boolean;
}

export class Stage {
    readonly engine: AbstractEngine;
    readonly scene: Scene;
    readonly camera: TargetCamera;
    /** False where the browser has no WebGL: all goes on, but nothing is seen. */
    readonly canDraw: boolean;
    readonly #light: DirectionalLight;
    readonly #floor: Floor | null;
    readonly #outlinePass: number;
    #shadows: ShadowGenerator | null = null;
    #meshes: readonly AbstractMesh[] = [];

    private constructor(engine: AbstractEngine, canDraw: boolean) {
        this.engine = engine;
        this.canDraw = canDraw;
        this.scene = new Scene(engine);
        this.scene.ambientColor = new Color3(0.5, 0.5, 0.5);
        // Nothing is picked with the pointer, and the pointer moves the camera by its own means.
        this.scene.skipPointerMovePicking = true;
        this.scene.detachControl();
        this.camera = new TargetCamera("camera", new Vector3(0, 10, -45), this.scene);
        this.camera.rotationQuaternion = Quaternion.Identity();
        this.#light = this.#lights();
        this.#outlinePass = engine.createRenderPassId("outlines that are asked for");
        this.#floor = canDraw ? new Floor(this.scene) : null;
    }

    static async open(canvas: HTMLCanvasElement): Promise<Stage> {
        const engine = webgl(canvas);
        if (engine !== null) {
            SdefInjector.OverrideEngineCreateEffect(engine);
            return new Stage(engine, true);
        }
        const { NullEngine } = await import("@babylonjs/core/Engines/nullEngine");
        return new Stage(new NullEngine(), false);
    }

    get aspect(): number {
        return this.engine.getRenderWidth() / Math.max(this.engine.getRenderHeight(), 1);
    }

    setBackdrop(backdrop: Backdrop): void {
        this.scene.clearColor = BACKDROPS[backdrop];
        this.#floor?.setBackdrop(backdrop);
    }

    setFloor(shown: boolean): void {
        this.#floor?.mesh.setEnabled(shown);
    }

    /** Tells what throws shadows; all of it and the floor receive them. */
    setMeshes(meshes: readonly AbstractMesh[]): void {
        this.#meshes = meshes;
        const casters = this.#shadows?.getShadowMap();
        if (casters) {
            // With the floor, which throws none: a floor without anyone would be drawn by a shader of its own.
            casters.renderList = [...meshes, ...(this.#floor === null ? [] : [this.#floor.mesh])];
        }
        for (const mesh of meshes) {
            mesh.receiveShadows = true;
        }
        // A material that was made while nothing threw shadows has none.
        this.scene.markAllMaterialsAsDirty(Constants.MATERIAL_LightDirtyFlag);
    }

    setShadow(shown: boolean): void {
        if (!this.canDraw || shown === (this.#shadows !== null)) {
            return;
        }
        if (shown) {
            const shadows = new ShadowGenerator(SHADOW_PIXELS, this.#light);
            shadows.usePercentageCloserFiltering = true;
            shadows.filteringQuality = ShadowGenerator.QUALITY_MEDIUM;
            shadows.bias = 0.005;
            shadows.normalBias = 0.02;
            shadows.setDarkness(0.15);
            shadows.customAllowRendering = (part) => part.getMesh() !== this.#floor?.mesh;
            this.#shadows = shadows;
            this.setMeshes(this.#meshes);
        } else {
            this.#shadows?.dispose();
            this.#shadows = null;
            this.setMeshes(this.#meshes);
        }
    }

    /** Puts the light where its shadows take in a ball. */
    light(middle: readonly [number, number, number], radius: number): void {
        const light = this.#light;
        light.position.set(...middle).subtractInPlace(LIGHT.scale(LIGHT_DISTANCE));
        light.orthoLeft = -radius;
        light.orthoRight = radius;
        light.orthoTop = radius;
        light.orthoBottom = -radius;
        light.shadowMinZ = LIGHT_DISTANCE - 1.5 * radius;
        light.shadowMaxZ = LIGHT_DISTANCE + 1.5 * radius;
    }

    /** Whether all is there that is needed to draw; what is not there yet is asked for. */
    isReady(meshes: readonly AbstractMesh[]): boolean {
        if (!this.canDraw) {
            return true;
        }
        const outlines = this.scene.getMmdOutlineRenderer();
        const parts = meshes.flatMap((mesh) => (mesh.isEnabled() ? mesh.subMeshes : []));
        // The library asks for outlines only when it draws them, which then takes another frame.
        const outlined = parts.filter((part) => (part.getMaterial() as Partial<WithOutline> | null)?.renderOutline);
        const drawn = outlined.map((part) => outlines.isReady(part, false, this.#outlinePass));
        return drawn.every(Boolean) && this.scene.isReady() && this.engine.areAllEffectsReady();
    }

    /** Fits the drawing to the size that the canvas has on the page. */
    resize(): void {
        this.engine.setHardwareScalingLevel(1 / Math.min(window.devicePixelRatio || 1, MOST_PIXELS_PER_POINT));
        this.engine.resize();
    }

    dispose(): void {
        this.scene.dispose();
        this.engine.dispose();
    }

    #lights(): DirectionalLight {
        const around = new HemisphericLight("light from all sides", Vector3.Up(), this.scene);
        around.intensity = LIGHT_FROM_ALL_SIDES;
        around.groundColor = Color3.White();
        around.specular = Color3.Black();
        const light = new DirectionalLight("light", LIGHT, this.scene);
        light.intensity = STRAIGHT_LIGHT;
        light.autoUpdateExtends = false;
        light.autoCalcShadowZBounds = false;
        light.shadowOrthoScale = 0;
        return light;
    }
}

function webgl(canvas: HTMLCanvasElement): Engine | null {
    try {
        return new Engine(canvas, true, { alpha: true, audioEngine: false, stencil: false }, false);
    } catch {
        // It says so in words only; there is but one reason.
        return null;
    }
}
