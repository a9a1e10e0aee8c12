// What hair and clothes move by: Bullet as WebAssembly, which is fetched when physics is first switched on.
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { MmdWasmInstanceTypeSPR } from "babylon-mmd/esm/Runtime/Optimized/InstanceType/singlePhysicsRelease";
import { GetMmdWasmInstance } from "babylon-mmd/esm/Runtime/Optimized/mmdWasmInstance";
import { MultiPhysicsRuntime } from "babylon-mmd/esm/Runtime/Optimized/Physics/Bind/Impl/multiPhysicsRuntime";
import { MmdBulletPhysics } from "babylon-mmd/esm/Runtime/Optimized/Physics/mmdBulletPhysics";
import type { IMmdPhysics } from "babylon-mmd/esm/Runtime/Physics/IMmdPhysics";

/** As MMD has it [MMD units per s²]. */
const GRAVITY = new Vector3(0, -98, 0);
/** Bullet's own steps [s]. */
const STEP_S = 1 / 60;
/** More than this is not made up for in one go: it would take longer than it shows [s]. */
export const LONGEST_STEP_S = 0.25;

export class Physics {
    readonly world: IMmdPhysics;
    readonly #runtime: MultiPhysicsRuntime;

    private constructor(runtime: MultiPhysicsRuntime) {
        runtime.setGravity(GRAVITY);
        runtime.useDeltaForWorldStep = false;
        runtime.fixedTimeStep = STEP_S;
        runtime.maxSubSteps = Math.ceil(LONGEST_STEP_S / STEP_S);
        this.#runtime = runtime;
        this.world = new MmdBulletPhysics(runtime);
    }

    static async open(): Promise<Physics> {
        return new Physics(new MultiPhysicsRuntime(await GetMmdWasmInstance(new MmdWasmInstanceTypeSPR())));
    }

    step(passedS: number): void {
        this.#runtime.timeStep = Math.min(passedS, LONGEST_STEP_S);
        this.#runtime.afterAnimations(0);
    }
}
