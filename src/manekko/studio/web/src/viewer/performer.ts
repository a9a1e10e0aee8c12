// What the view asks of whoever dances, whatever her file's format is: dancer.ts has PMX and PMD, files/vrm.ts has VRM.

import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode";
import type { Scene } from "@babylonjs/core/scene";
import type { IMmdPhysics } from "babylon-mmd/esm/Runtime/Physics/IMmdPhysics";
import type { Problem, Source } from "./contract";

/** A joint of her skeleton; `parent` is a place in the same list, -1 for none. */
export interface Joint {
    readonly name: string;
    readonly parent: number;
    /** Whether the picture of the skeleton has it: not those that only help others. */
    readonly shown: boolean;
}

/** Reads a character; throws a `Failure` for a file that cannot be used. The motion comes later, with `setMotion`. */
export type LoadPerformer = (scene: Scene, character: Source) => Promise<Performer>;

/** One who dances. What is read here may change whenever a promise of hers is kept; the view reads it again then. */
export interface Performer {
    readonly characterName: string;
    readonly triangles: number;
    readonly hasPhysics: boolean;
    /** What was left out of her character, such as textures that are missing. */
    readonly problems: readonly Problem[];
    /** All that is drawn of her hangs under it. The view moves it, and enables it; it stands in MMD units and axes. */
    readonly root: TransformNode;
    /** What is drawn, for shadows. */
    readonly meshes: readonly AbstractMesh[];
    readonly joints: readonly Joint[];
    /** Time of her motion's last frame [s]; 0 without a motion. */
    readonly durationS: number;
    /** Takes another motion, or none; answers what was wrong, and keeps what she had if it cannot be read. */
    setMotion(motion: Source | null): Promise<readonly Problem[]>;
    /** Follows the motion to a time, up to where physics comes. */
    pose(timeS: number): void;
    /** What follows physics. Once for each `pose`. */
    settle(): void;
    /** Where her joints are now: x, y, z of each after those of the one before, in MMD units in the world. */
    jointPositions(): Float32Array;
    setOutline(shown: boolean): void;
    /** Hair and clothes move by this; null: they are still. */
    setPhysics(physics: IMmdPhysics | null): Promise<void>;
    /** Puts what physics moves back to where the pose has it. */
    resetPhysics(): void;
    dispose(): void;
}
