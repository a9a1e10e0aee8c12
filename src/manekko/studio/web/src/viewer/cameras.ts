// Who stands where to film: the kinds of camera, and the user's hand, which may take any of them over.
import type { TargetCamera } from "@babylonjs/core/Cameras/targetCamera";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import { type Signal, signal } from "@preact/signals";
import type { SourceCamera } from "../api/messages";
import type { CameraMotion } from "./camera_motion";
import type { CameraKind } from "./contract";
import type { Figure } from "./figure";
import type { Grip } from "./hand";
import { type Box, clamp, FOV, framed, limited, type Shot, shotOf, type View, viewOf, viewOfSource } from "./shots";

/** What there is to film. */
export interface Scenery {
    /** The box that all dance in. */
    readonly box: Box;
    readonly figure: Figure | null;
    readonly source: SourceCamera | null;
    readonly motion: CameraMotion | null;
    readonly aspect: number;
}

/** The hand's moves come to rest in about this [s]. */
const EASE_S = 0.05;
/** A camera that goes with a dancer lets her lead by this [s]. */
const FOLLOW_S = 0.35;
const SIDES: Partial<Record<CameraKind, { readonly yaw: number; readonly pitch: number }>> = {
    front: { yaw: 0, pitch: 0.06 },
    side: { yaw: Math.PI / 2, pitch: 0.06 },
    back: { yaw: Math.PI, pitch: 0.06 },
    top: { yaw: 0, pitch: Math.PI / 2 },
};
/** Heights of the pictures of a face, in heads, and of feet [MMD units]. */
const FACE_HEADS = 2;
const FEET_HEIGHT = 6;
/** Someone who is followed has room to move in. */
const FOLLOW_ROOM = 1.2;

export class Cameras implements Grip {
    readonly kind: Signal<CameraKind> = signal("front");
    #scenery: Scenery;
    /** What the hand has made of the shot, and what is seen of that by now; targets are from the anchor. */
    #wanted: Shot;
    #shown: Shot;
    #anchor = Vector3.Zero();
    /** The view that was drawn last. */
    #view: View;

    constructor(scenery: Scenery) {
        this.#scenery = scenery;
        this.#wanted = this.#shown = framed(scenery.box, 0, 0, scenery.aspect);
        this.#view = viewOf(this.#shown);
    }

    /** Tells what there is to film now. */
    set scenery(scenery: Scenery) {
        this.#scenery = scenery;
        if (SIDES[this.kind.peek()] !== undefined) {
            this.choose();
        }
    }

    /** Goes where the kind of camera stands. */
    choose(): void {
        const kind = this.kind.peek();
        if (kind !== "free") {
            this.#anchor = this.#subject() ?? Vector3.Zero();
            this.#wanted = this.#shown = this.#shot(kind);
        }
    }

    /**
     * Stands where the camera has to be.
     * @param playedS how far time went on since the last frame; null: it jumped.
     * @param passedS how much real time went by.
     * @returns whether it moved.
     */
    stand(camera: TargetCamera, timeS: number, playedS: number | null, passedS: number): boolean {
        this.#follow(playedS);
        this.#shown = eased(this.#shown, this.#wanted, passedS);
        const view = this.#filming(timeS) ?? viewOf({ ...this.#shown, target: this.#anchor.add(this.#shown.target) });
        const before = this.#view;
        this.#view = view;
        camera.position.copyFrom(view.position);
        camera.rotationQuaternion = view.rotation;
        camera.fov = view.fov;
        camera.minZ = this.#shown.distance < 15 ? 0.1 : 0.5;
        camera.maxZ = 1000;
        return !same(before, view);
    }

    turn(yaw: number, pitch: number): void {
        this.#take();
        this.#want({ yaw: this.#wanted.yaw + yaw, pitch: this.#wanted.pitch + pitch });
    }

    shift(right: number, up: number): void {
        this.#take();
        const { fov, distance, target } = this.#wanted;
        const height = 2 * distance * Math.tan(fov / 2);
        const move = new Vector3(right * height, up * height, 0).applyRotationQuaternion(this.#view.rotation);
        this.#want({ target: target.add(move) });
    }

    zoom(factor: number): void {
        this.#take();
        this.#want({ distance: this.#wanted.distance * factor });
    }

    #want(change: Partial<Shot>): void {
        const shot = { ...this.#wanted, ...change };
        const there = limited({ ...shot, target: shot.target.add(this.#anchor) });
        this.#wanted = { ...there, target: there.target.subtract(this.#anchor) };
    }

    /** The hand takes the camera over from where it is; one that follows goes on following. */
    #take(): void {
        const kind = this.kind.peek();
        if (kind === "free" || (kind === "follow" && this.#scenery.figure !== null)) {
            return;
        }
        if (this.#filming(0) !== null) {
            const { low, high } = this.#scenery.box;
            this.#anchor = Vector3.Zero();
            this.#wanted = this.#shown = shotOf(this.#view, low.add(high).scale(0.5));
        }
        this.kind.value = "free";
    }

    /** The view of a camera that stands by itself: a motion's or the one that filmed. */
    #filming(timeS: number): View | null {
        const { source, motion, aspect } = this.#scenery;
        const kind = this.kind.peek();
        if (kind === "vmd" && motion !== null) {
            return motion.view(timeS);
        }
        return kind === "source" && source !== null ? viewOfSource(source, aspect, timeS) : null;
    }

    #follow(playedS: number | null): void {
        const kind = this.kind.peek();
        const subject = kind === "free" ? null : this.#subject();
        if (subject !== null) {
            const part = playedS === null ? 1 : 1 - Math.exp(-playedS / FOLLOW_S);
            this.#anchor = Vector3.Lerp(this.#anchor, subject, part);
        }
    }

    /** The point that the camera goes with. */
    #subject(): Vector3 | null {
        const { figure } = this.#scenery;
        if (figure === null) {
            return null;
        }
        switch (this.kind.peek()) {
            case "face":
                return figure.head().middle;
            case "feet":
                return figure.feet();
            case "follow": {
                const { low, high } = figure.now();
                return low.add(high).scale(0.5);
            }
            default:
                return null;
        }
    }

    #shot(kind: CameraKind): Shot {
        const { box, figure, aspect } = this.#scenery;
        const half = Math.tan(FOV / 2);
        const near = (height: number, pitch: number) => {
            const distance = height / 2 / half / clamp(aspect, 0.5, 1);
            return { target: Vector3.Zero(), yaw: 0, pitch, distance, fov: FOV };
        };
        if (figure !== null && kind === "face") {
            return near(figure.head().height * FACE_HEADS, 0);
        }
        if (figure !== null && kind === "feet") {
            return near(FEET_HEIGHT, 0.2);
        }
        if (figure !== null && kind === "follow") {
            const { low, high } = figure.stage;
            return near((high.y - low.y) * FOLLOW_ROOM, 0.06);
        }
        const { yaw, pitch } = SIDES[kind] ?? { yaw: 0, pitch: 0.06 };
        return framed(box, yaw, pitch, aspect);
    }
}

function eased(from: Shot, to: Shot, passedS: number): Shot {
    const part = 1 - Math.exp(-passedS / EASE_S);
    const mix = (a: number, b: number) => (Math.abs(b - a) < 1e-4 * Math.max(Math.abs(b), 1) ? b : a + (b - a) * part);
    const near = Vector3.Distance(from.target, to.target) < 1e-3;
    return {
        target: near ? to.target : Vector3.Lerp(from.target, to.target, part),
        yaw: mix(from.yaw, to.yaw),
        pitch: mix(from.pitch, to.pitch),
        distance: mix(from.distance, to.distance),
        fov: mix(from.fov, to.fov),
    };
}

function same(a: View, b: View): boolean {
    const turned = 1 - Math.abs(Quaternion.Dot(a.rotation, b.rotation));
    return Vector3.Distance(a.position, b.position) < 1e-5 && turned < 1e-10 && a.fov === b.fov;
}
