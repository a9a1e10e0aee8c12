// Where a dancer's body is, for whoever films her: the box that she dances in, her head, her feet.
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { Joint, Performer } from "./performer";
import { type Box, clamp, united } from "./shots";

/** Joints of the body, as MMD and as VRM name them: not those of hair, clothes and helpers. */
const BODY =
    /^(頭|首|上半身|下半身|[左右](腕|ひじ|手首|足|ひざ|足首)|head|neck|chest|spine|hips|(left|right)(UpperArm|LowerArm|Hand|UpperLeg|LowerLeg|Foot))$/;
const HEAD = /^(頭|head)$/i;
const ANKLE = /^([左右]足首|(left|right)foot)$/i;
/** Where the face is between the head's joint and the crown, of which hair takes its part. */
const FACE = 0.35;
/** So many moments of a dance are looked at for the box that she dances in. */
const MOMENTS = 16;
/** Room about a joint for the limb, the hand or the clothes that hang on it [MMD units]. */
const LIMB = 1;
/** What there is of her beyond her joints is taken from her at rest, within these [MMD units]. */
const LEAST_FLESH = 0.3;
const MOST_FLESH = 4;

export class Figure {
    readonly #performer: Performer;
    readonly #body: readonly number[];
    readonly #head: number;
    readonly #ankles: readonly number[];
    readonly #flesh: Box;
    /** The box about her whole dance, where she stands without being moved aside. */
    #stage: Box;

    /** Measures her as she stands: she is not to have danced yet. */
    constructor(performer: Performer) {
        this.#performer = performer;
        performer.pose(0);
        performer.settle();
        const { joints } = performer;
        const body = placesOf(joints, (joint) => BODY.test(joint.name));
        const seen = placesOf(joints, (joint) => joint.shown);
        this.#body = body.length > 4 ? body : seen.length > 0 ? seen : placesOf(joints, () => true);
        this.#head = joints.findIndex((joint) => HEAD.test(joint.name));
        this.#ankles = placesOf(joints, (joint) => ANKLE.test(joint.name));
        this.#flesh = this.#measured();
        this.#stage = this.now();
    }

    /** The box about her whole dance, where she is. */
    get stage(): Box {
        const { position } = this.#performer.root;
        return { low: this.#stage.low.add(position), high: this.#stage.high.add(position) };
    }

    /** The box about her as she is now. */
    now(): Box {
        const { low, high } = this.#joints();
        const about = new Vector3(LIMB, LIMB, LIMB);
        const crown = this.#head < 0 ? high.y : pointAt(this.#performer.jointPositions(), this.#head).y;
        const top = Math.max(high.y + LIMB, crown + this.#flesh.high.y);
        const box = { low: low.subtract(about), high: high.add(about) };
        return {
            low: box.low.subtract(new Vector3(0, this.#flesh.low.y, 0)),
            high: new Vector3(box.high.x, top, box.high.z),
        };
    }

    /** Looks through the motion for the box that she dances in; leaves her in its last pose. */
    watch(): void {
        const { durationS, root } = this.#performer;
        const moments = durationS > 0 ? MOMENTS : 1;
        const boxes: Box[] = [];
        for (let moment = 0; moment < moments; moment += 1) {
            this.#performer.pose((durationS * moment) / MOMENTS);
            this.#performer.settle();
            boxes.push(this.now());
        }
        const all = united(boxes);
        this.#stage = { low: all.low.subtract(root.position), high: all.high.subtract(root.position) };
    }

    /** The middle of her face, and the height of her head. */
    head(): { readonly middle: Vector3; readonly height: number } {
        const box = this.now();
        const joint = this.#head < 0 ? null : pointAt(this.#performer.jointPositions(), this.#head);
        const height = clamp(this.#flesh.high.y, 1, MOST_FLESH);
        return {
            middle: (joint ?? new Vector3(...middleTop(box, height))).add(new Vector3(0, height * FACE, 0)),
            height,
        };
    }

    /** Between her feet, on the ground. */
    feet(): Vector3 {
        const positions = this.#performer.jointPositions();
        const box = this.now();
        const ankles = this.#ankles.map((place) => pointAt(positions, place));
        const middle = ankles
            .reduce((sum, ankle) => sum.add(ankle), Vector3.Zero())
            .scale(1 / Math.max(ankles.length, 1));
        return ankles.length > 0 ? middle : new Vector3(...middleTop(box, box.high.y - box.low.y));
    }

    #joints(): Box {
        const positions = this.#performer.jointPositions();
        return united(
            this.#body.map((place) => pointAt(positions, place)).map((point) => ({ low: point, high: point })),
        );
    }

    #measured(): Box {
        const { low, high } = this.#joints();
        const { min, max } = this.#performer.root.getHierarchyBoundingVectors(true);
        const flesh = (most: Vector3, least: Vector3) =>
            new Vector3(
                ...most
                    .subtract(least)
                    .asArray()
                    .map((size) => clamp(Number.isFinite(size) ? size : 0, LEAST_FLESH, MOST_FLESH)),
            );
        return { low: flesh(low, min), high: flesh(max, high) };
    }
}

function middleTop(box: Box, below: number): [number, number, number] {
    return [(box.low.x + box.high.x) / 2, box.high.y - below, (box.low.z + box.high.z) / 2];
}

function placesOf(joints: readonly Joint[], is: (joint: Joint) => boolean): readonly number[] {
    return joints.flatMap((joint, place) => (is(joint) ? [place] : []));
}

function pointAt(positions: Float32Array, joint: number): Vector3 {
    return new Vector3(positions[joint * 3] ?? 0, positions[joint * 3 + 1] ?? 0, positions[joint * 3 + 2] ?? 0);
}
