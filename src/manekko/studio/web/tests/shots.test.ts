// Where cameras stand: what they are to show lies in their pictures, in MMD's left-handed world.
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import { describe, expect, it } from "vitest";
import type { SourceCamera } from "../src/api/messages";
import { type Box, framed, limited, type Shot, shotOf, type View, viewOf, viewOfSource } from "../src/viewer/shots";

const STAGE: Box = { low: new Vector3(-7, 0, -4), high: new Vector3(9, 21, 5) };

/** Where a point is in a picture: half its height above and below the middle is ±1, and so is half its width. */
function seen(point: Vector3, view: View, aspect: number): { x: number; y: number; depth: number } {
    const turned = Matrix.FromQuaternionToRef(view.rotation, new Matrix());
    const local = Vector3.TransformNormal(point.subtract(view.position), turned.clone().invert());
    const half = Math.tan(view.fov / 2) * local.z;
    return { x: local.x / half / aspect, y: local.y / half, depth: local.z };
}

function corners({ low, high }: Box): Vector3[] {
    const of = (axis: "x" | "y" | "z") => [low[axis], high[axis]];
    return of("x").flatMap((x) => of("y").flatMap((y) => of("z").map((z) => new Vector3(x, y, z))));
}

describe("a shot", () => {
    const shot: Shot = { target: new Vector3(1, 10, 2), yaw: 0, pitch: 0, distance: 30, fov: 0.5 };

    it("from the front stands where dancers look, and sees their left on its right", () => {
        const view = viewOf(shot);
        expect(view.position.asArray()).toEqual([1, 10, -28]);
        expect(seen(new Vector3(3, 10, 2), view, 1).x).toBeGreaterThan(0);
    });

    it("from the side stands at their left", () => {
        const view = viewOf({ ...shot, yaw: Math.PI / 2 });
        expect(view.position.x).toBeCloseTo(31, 9);
        expect(view.position.z).toBeCloseTo(2, 9);
    });

    it("from above has what is behind dancers at its upper edge", () => {
        const view = viewOf({ ...shot, pitch: Math.PI / 2 });
        expect(view.position.y).toBeCloseTo(40, 9);
        expect(seen(new Vector3(1, 10, 5), view, 1).y).toBeGreaterThan(0);
    });

    it.each([
        [0.4, 0.3],
        [-2, -0.5],
        [3, 1.2],
    ])("always has its target in the middle (%s, %s)", (yaw, pitch) => {
        const { x, y, depth } = seen(shot.target, viewOf({ ...shot, yaw, pitch }), 1);
        expect(x).toBeCloseTo(0, 6);
        expect(y).toBeCloseTo(0, 6);
        expect(depth).toBeCloseTo(30, 5);
    });

    it("made of a view is that view again", () => {
        const view = viewOf({ ...shot, yaw: 0.7, pitch: 0.2 });
        const again = viewOf(shotOf(view, new Vector3(4, 12, 1)));
        expect(Vector3.Distance(again.position, view.position)).toBeLessThan(1e-5);
        expect(Math.abs(Quaternion.Dot(again.rotation, view.rotation))).toBeCloseTo(1, 9);
    });

    it("stays within reach of the stage", () => {
        const far = limited({ ...shot, target: new Vector3(1e6, -1e6, 0), distance: 1e9, pitch: 9 });
        expect(far.target.x).toBeLessThan(1000);
        expect(far.distance).toBeLessThan(1000);
        expect(far.pitch).toBeLessThanOrEqual(Math.PI / 2);
        expect(limited({ ...shot, distance: 0 }).distance).toBeGreaterThan(0);
    });
});

describe("a framed box", () => {
    const sides = [
        ["front", 0, 0.06],
        ["side", Math.PI / 2, 0.06],
        ["back", Math.PI, 0.06],
        ["top", 0, Math.PI / 2],
    ] as const;

    it.each(sides)("is all in the picture from the %s, and fills it", (_side, yaw, pitch) => {
        for (const aspect of [0.45, 1, 16 / 9, 3]) {
            const view = viewOf(framed(STAGE, yaw, pitch, aspect));
            const points = corners(STAGE).map((corner) => seen(corner, view, aspect));
            const reach = points.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)));
            expect(Math.max(...reach)).toBeLessThanOrEqual(1);
            expect(Math.max(...reach)).toBeGreaterThan(0.75);
        }
    });
});

describe("the camera that filmed", () => {
    const camera: SourceCamera = {
        position: [0, 12, -40],
        rotation_xyzw: [0, 0, 0, 1],
        view_height_rad: 0.6,
        aspect: 9 / 16,
        rotations_xyzw: [],
        view_heights_rad: [],
    };
    /** At the middle of the film's upper edge. */
    const above = new Vector3(0, 12 + 40 * Math.tan(0.3), 0);
    /** At the middle of its right edge. */
    const beside = new Vector3(40 * Math.tan(0.3) * camera.aspect, 12, 0);

    it("has the film's height where the canvas is wider than the film", () => {
        expect(seen(above, viewOfSource(camera, 16 / 9, 0), 16 / 9).y).toBeCloseTo(1, 6);
    });

    it("has the film's width where the canvas is narrower than the film", () => {
        const wide = { ...camera, aspect: 16 / 9 };
        const right = new Vector3(40 * Math.tan(0.3) * wide.aspect, 12, 0);
        expect(seen(right, viewOfSource(wide, 0.5, 0), 0.5).x).toBeCloseTo(1, 6);
        expect(seen(beside, viewOfSource(camera, 9 / 16, 0), 9 / 16).x).toBeCloseTo(1, 6);
    });

    it("turns and zooms as it did, and goes on as it was at the clip's ends", () => {
        const turned = [0, 0.1, 0.3].map((yaw) => Quaternion.RotationYawPitchRoll(yaw, 0, 0).asArray());
        const moving = { ...camera, rotations_xyzw: turned, view_heights_rad: [0.6, 0.5, 0.4] } as SourceCamera;
        const yawAt = (timeS: number) => viewOfSource(moving, 0.5, timeS).rotation.toEulerAngles().y;
        expect(yawAt(0.5 / 30)).toBeCloseTo(0.05, 6);
        expect(yawAt(1.5 / 30)).toBeCloseTo(0.2, 6);
        expect(yawAt(9)).toBeCloseTo(0.3, 6);
        expect(yawAt(-9)).toBeCloseTo(0, 6);
        expect(viewOfSource(moving, 9 / 16, 1.5 / 30).fov).toBeCloseTo(0.45, 6);
        expect(viewOfSource(moving, 9 / 16, 9).fov).toBeCloseTo(0.4, 6);
    });
});
