// Cameras about someone who walks: each kind shows what it is for, and the user's hand takes any of them over.
import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode";
import { Scene } from "@babylonjs/core/scene";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SourceCamera } from "../src/api/messages";
import { Cameras, type Scenery } from "../src/viewer/cameras";
import type { CameraKind } from "../src/viewer/contract";
import { Figure } from "../src/viewer/figure";
import type { Performer } from "../src/viewer/performer";
import type { Box } from "../src/viewer/shots";

const FRAME_S = 1 / 60;
const SOURCE: SourceCamera = {
    position: [3, 12, -50],
    rotation_xyzw: [0, 0, 0, 1],
    view_height_rad: 0.5,
    aspect: 1,
    rotations_xyzw: [],
    view_heights_rad: [],
};
/** Joints of someone 20 units high, by name: where they are when she stands in the middle. */
const BODY: Readonly<Record<string, readonly [number, number, number]>> = {
    上半身: [0, 11, 0],
    首: [0, 16, 0],
    頭: [0, 17, 0],
    左腕: [1.5, 15, 0],
    左手首: [5, 12, 0],
    右手首: [-5, 12, 0],
    左足首: [1, 1, 0],
    右足首: [-1, 1, 0],
};

/** Walks to her left by one unit a second. */
function walker(scene: Scene): Performer {
    let walkedX = 0;
    const places = Object.values(BODY);
    return {
        characterName: "walker",
        triangles: 1,
        hasPhysics: false,
        problems: [],
        root: new TransformNode("walker", scene),
        meshes: [],
        joints: Object.keys(BODY).map((name) => ({ name, parent: -1, shown: true })),
        durationS: 30,
        setMotion: async () => [],
        pose: (timeS) => {
            walkedX = timeS;
        },
        settle: () => {},
        jointPositions: () => Float32Array.from(places.flatMap(([x, y, z]) => [x + walkedX, y, z])),
        setOutline: () => {},
        setPhysics: async () => {},
        resetPhysics: () => {},
        dispose: () => {},
    };
}

let engine: NullEngine;
let camera: TargetCamera;
let performer: Performer;
let cameras: Cameras;
let box: Box;
let timeS: number;

beforeEach(() => {
    engine = new NullEngine();
    const scene = new Scene(engine);
    camera = new TargetCamera("camera", Vector3.Zero(), scene);
    performer = walker(scene);
    const figure = new Figure(performer);
    figure.watch();
    performer.pose(0);
    box = figure.stage;
    const scenery: Scenery = { box, figure, source: SOURCE, motion: null, aspect: 16 / 9 };
    cameras = new Cameras(scenery);
    timeS = 0;
});

afterEach(() => engine.dispose());

function choose(kind: CameraKind): void {
    cameras.kind.value = kind;
    cameras.choose();
    stand();
}

/** Lets time go on by so much, frame by frame. */
function walk(seconds: number): void {
    for (let frame = 0; frame < seconds / FRAME_S; frame += 1) {
        timeS += FRAME_S;
        performer.pose(timeS);
        cameras.stand(camera, timeS, FRAME_S, FRAME_S);
    }
}

/** Lets the camera come to rest while time stands still; returns whether it moved at last. */
function stand(): boolean {
    let moved = true;
    for (let frame = 0; frame < 120 && moved; frame += 1) {
        moved = cameras.stand(camera, timeS, 0, FRAME_S);
    }
    return moved;
}

describe("a box about a dance", () => {
    it("holds all of the way, and what is about the joints", () => {
        expect(box.low.x).toBeLessThan(-5);
        expect(box.high.x).toBeGreaterThan(5 + 27);
        expect(box.low.y).toBeLessThan(1);
        expect(box.high.y).toBeGreaterThan(17);
    });
});

describe("a camera", () => {
    it("at the front stands still while she walks", () => {
        choose("front");
        const before = camera.position.clone();
        walk(2);
        expect(Vector3.Distance(camera.position, before)).toBe(0);
        expect(before.z).toBeLessThan(-20);
    });

    it.each(["follow", "face", "feet"] as const)("of the kind %s goes with her", (kind) => {
        choose(kind);
        const before = camera.position.x;
        walk(6);
        expect(camera.position.x - before).toBeGreaterThan(5);
        expect(camera.position.x - before).toBeLessThan(6.1);
    });

    it("comes to rest, so that nothing has to be drawn", () => {
        for (const kind of ["front", "side", "back", "top", "face", "feet", "follow", "source"] as const) {
            choose(kind);
            expect(stand()).toBe(false);
        }
    });

    it("is with her at once where time jumps", () => {
        choose("follow");
        const before = camera.position.x;
        timeS = 20;
        performer.pose(timeS);
        cameras.stand(camera, timeS, null, FRAME_S);
        expect(camera.position.x - before).toBeCloseTo(20, 4);
    });

    it("that filmed stands where it stood", () => {
        choose("source");
        expect(camera.position.asArray()).toEqual([3, 12, -50]);
        expect(camera.fov).toBeCloseTo(0.5, 6);
    });
});

describe("the user's hand", () => {
    it.each(["front", "top", "face", "source"] as const)("takes over %s without a jump", (kind) => {
        choose(kind);
        const before = camera.position.clone();
        cameras.turn(0.001, -0.001);
        stand();
        expect(cameras.kind.value).toBe("free");
        expect(Vector3.Distance(camera.position, before)).toBeLessThan(0.2);
    });

    it("turns, shifts and zooms gently, and comes to rest", () => {
        choose("front");
        const far = camera.position.length();
        cameras.zoom(0.5);
        cameras.stand(camera, timeS, 0, FRAME_S);
        const on = camera.position.length();
        expect(on).toBeLessThan(far);
        expect(stand()).toBe(false);
        expect(camera.position.length()).toBeLessThan(on);
        const before = camera.position.clone();
        cameras.shift(0.1, 0);
        stand();
        expect(camera.position.x).toBeGreaterThan(before.x);
        cameras.turn(Math.PI / 2, 0);
        stand();
        expect(camera.position.x).toBeGreaterThan(before.x + 10);
    });

    it("leaves one that follows following", () => {
        choose("follow");
        cameras.turn(0.5, 0.1);
        stand();
        expect(cameras.kind.value).toBe("follow");
        const before = camera.position.x;
        walk(6);
        expect(camera.position.x - before).toBeGreaterThan(5);
    });

    it("does not lose the stage", () => {
        choose("front");
        for (let time = 0; time < 200; time += 1) {
            cameras.zoom(2);
            cameras.shift(5, 5);
            cameras.turn(0, 3);
        }
        stand();
        expect(camera.position.length()).toBeLessThan(1000);
        cameras.kind.value = "front";
        cameras.choose();
        stand();
        expect(camera.position.z).toBeLessThan(-20);
    });
});
