// How a camera stands: pure geometry in MMD's units and axes (left-handed, +Y up, dancers face -Z).
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { SourceCamera } from "../api/messages";
import { FPS } from "./contract";

/** A camera that looks at a point from a distance. */
export interface Shot {
    readonly target: Vector3;
    /** Turn about the vertical [rad]: 0 sees dancers from the front, a quarter turn from their left. */
    readonly yaw: number;
    /** Height above the horizon [rad]. */
    readonly pitch: number;
    readonly distance: number;
    /** Angle between the upper and the lower edge [rad]. */
    readonly fov: number;
}

/** Where a camera is, however it came there. */
export interface View {
    readonly position: Vector3;
    readonly rotation: Quaternion;
    readonly fov: number;
}

/** Edges of what is to be seen. */
export interface Box {
    readonly low: Vector3;
    readonly high: Vector3;
}

/** MMD's own [rad]. */
export const FOV = Math.PI / 6;
const NEAREST = 2;
const FARTHEST = 400;
const LOWEST = -1.2;
const HIGHEST = Math.PI / 2;
/** Targets stay so near to where dancers can be [MMD units]. */
const REACH = 200;
/** Room about what is framed. */
const ROOM = 1.12;

export function viewOf(shot: Shot): View {
    const flat = Math.cos(shot.pitch) * shot.distance;
    const away = new Vector3(
        Math.sin(shot.yaw) * flat,
        Math.sin(shot.pitch) * shot.distance,
        -Math.cos(shot.yaw) * flat,
    );
    return {
        position: shot.target.add(away),
        rotation: Quaternion.RotationYawPitchRoll(-shot.yaw, shot.pitch, 0),
        fov: shot.fov,
    };
}

/** The shot that stands as a view does, as far as one without roll can; it turns about what is nearest to a point. */
export function shotOf(view: View, about: Vector3): Shot {
    const forward = Vector3.Forward().applyRotationQuaternion(view.rotation);
    const distance = clamp(Vector3.Dot(about.subtract(view.position), forward), 5, FARTHEST);
    return {
        target: view.position.add(forward.scale(distance)),
        yaw: Math.atan2(-forward.x, forward.z),
        pitch: Math.asin(clamp(-forward.y, -1, 1)),
        distance,
        fov: view.fov,
    };
}

/** The shot with all that a hand may change within its limits. */
export function limited(shot: Shot): Shot {
    const { target } = shot;
    return {
        ...shot,
        target: new Vector3(clamp(target.x, -REACH, REACH), clamp(target.y, -5, REACH), clamp(target.z, -REACH, REACH)),
        pitch: clamp(shot.pitch, LOWEST, HIGHEST),
        distance: clamp(shot.distance, NEAREST, FARTHEST),
    };
}

/** Looks at a box from a side so that it fills the picture. */
export function framed(box: Box, yaw: number, pitch: number, aspect: number): Shot {
    const size = box.high.subtract(box.low).scale(0.5);
    const sideways = Math.abs(Math.sin(yaw));
    const straight = Math.abs(Math.cos(yaw));
    const wide = size.x * straight + size.z * sideways;
    const deep = size.z * straight + size.x * sideways;
    const tall = size.y * Math.cos(pitch) + deep * Math.abs(Math.sin(pitch));
    const thick = deep * Math.cos(pitch) + size.y * Math.abs(Math.sin(pitch));
    const half = Math.tan(FOV / 2);
    const distance = Math.max(tall / half, wide / (half * aspect)) * ROOM + thick;
    return limited({ target: box.low.add(box.high).scale(0.5), yaw, pitch, distance, fov: FOV });
}

/** The camera that filmed, at a time, with its picture as large as it is on the canvas: as wide or as high as that. */
export function viewOfSource(camera: SourceCamera, aspect: number, timeS: number): View {
    const at = Math.max(timeS, 0) * FPS;
    const height = between(camera.view_heights_rad, at, (a, b, part) => a + (b - a) * part) ?? camera.view_height_rad;
    const turn = between(camera.rotations_xyzw, at, (a, b, part) =>
        Quaternion.Slerp(new Quaternion(...a), new Quaternion(...b), part),
    );
    return {
        position: new Vector3(...camera.position),
        rotation: turn ?? new Quaternion(...camera.rotation_xyzw),
        fov: 2 * Math.atan(Math.tan(height / 2) * Math.max(camera.aspect / aspect, 1)),
    };
}

/** What lies between two frames of a row; it stays as it is at the row's ends, and is null for an empty one. */
function between<T, R>(row: readonly T[], at: number, mix: (a: T, b: T, part: number) => R): R | null {
    const frame = Math.min(Math.floor(at), row.length - 1);
    const [here, next] = [row[frame], row[Math.min(frame + 1, row.length - 1)]];
    return here === undefined || next === undefined ? null : mix(here, next, Math.min(at - frame, 1));
}

/** MMD's camera turns and stands off as its motion tells. */
export function viewOfTurns(target: Vector3, rotation: Vector3, distance: number, fov: number): View {
    const turned = Matrix.RotationYawPitchRoll(-rotation.y, -rotation.x, -rotation.z);
    return {
        position: target.add(Vector3.TransformCoordinates(new Vector3(0, 0, distance), turned)),
        rotation: Quaternion.FromRotationMatrix(turned),
        fov,
    };
}

export function united(boxes: readonly Box[]): Box {
    const first = boxes[0];
    if (first === undefined) {
        return { low: new Vector3(-6, 0, -4), high: new Vector3(6, 20, 4) };
    }
    return boxes.reduce(
        (sum, box) => ({ low: Vector3.Minimize(sum.low, box.low), high: Vector3.Maximize(sum.high, box.high) }),
        first,
    );
}

export function clamp(value: number, low: number, high: number): number {
    return Math.min(Math.max(value, low), high);
}
