// The floor: a grid of MMD's squares that fades with distance, and on which shadows fall.

import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { DynamicTexture } from "@babylonjs/core/Materials/Textures/dynamicTexture";
import { Texture } from "@babylonjs/core/Materials/Textures/texture";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { CreateGround } from "@babylonjs/core/Meshes/Builders/groundBuilder";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

export type Backdrop = "light" | "dark" | "none";

/** Side of the floor and of one square, as MMD has it [MMD units]. */
const SIDE = 200;
const SQUARE = 5;
const TILE_PIXELS = 256;
const FADE_PIXELS = 256;
/** The light that the floor lacks for its colours to be seen as they are. */
const OWN_LIGHT = 0.22;

const COLOURS: Readonly<Record<Backdrop, { readonly ground: string; readonly lines: string; readonly alpha: number }>> =
    {
        light: { ground: "#e3e8ee", lines: "#c3ccd6", alpha: 1 },
        dark: { ground: "#1c2027", lines: "#38404b", alpha: 1 },
        none: { ground: "#8a929c", lines: "#b4bcc6", alpha: 0.35 },
    };

export class Floor {
    readonly mesh: Mesh;
    readonly #material: StandardMaterial;
    readonly #tile: DynamicTexture;

    constructor(scene: Scene) {
        this.mesh = CreateGround("floor", { width: SIDE, height: SIDE }, scene);
        this.mesh.receiveShadows = true;
        this.mesh.isPickable = false;
        // Before the dancers: their hair's soft edges are laid over what is there already.
        this.mesh.alphaIndex = 0;
        const tile = new DynamicTexture("floor's squares", TILE_PIXELS, scene, true);
        tile.wrapU = Texture.WRAP_ADDRESSMODE;
        tile.wrapV = Texture.WRAP_ADDRESSMODE;
        tile.uScale = SIDE / SQUARE;
        tile.vScale = SIDE / SQUARE;
        tile.anisotropicFilteringLevel = 16;
        this.#tile = tile;
        const material = new StandardMaterial("floor", scene);
        material.diffuseTexture = tile;
        material.opacityTexture = fade(scene);
        material.specularColor = Color3.Black();
        material.emissiveColor = new Color3(OWN_LIGHT, OWN_LIGHT, OWN_LIGHT);
        this.#material = material;
        this.mesh.material = material;
        this.setBackdrop("light");
    }

    setBackdrop(backdrop: Backdrop): void {
        const { ground, lines, alpha } = COLOURS[backdrop];
        const paper = this.#tile.getContext();
        paper.fillStyle = ground;
        paper.fillRect(0, 0, TILE_PIXELS, TILE_PIXELS);
        paper.fillStyle = lines;
        const width = TILE_PIXELS / 64;
        paper.fillRect(0, 0, TILE_PIXELS, width);
        paper.fillRect(0, 0, width, TILE_PIXELS);
        this.#tile.update();
        this.#material.alpha = alpha;
    }
}

function fade(scene: Scene): DynamicTexture {
    const texture = new DynamicTexture("floor's fading", FADE_PIXELS, scene, true);
    const paper = texture.getContext();
    const middle = FADE_PIXELS / 2;
    const shine = paper.createRadialGradient(middle, middle, 0, middle, middle, middle);
    shine.addColorStop(0.15, "#ffffff");
    shine.addColorStop(0.98, "#000000");
    paper.fillStyle = shine;
    paper.fillRect(0, 0, FADE_PIXELS, FADE_PIXELS);
    texture.update();
    texture.getAlphaFromRGB = true;
    return texture;
}
