// The view of the dance: puts stage, cast, clock and cameras together behind the contract.
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { SourceCamera } from "../api/messages";
import { CameraMotion } from "./camera_motion";
import { Cameras, type Scenery } from "./cameras";
import { Cast } from "./cast";
import { PlayClock } from "./clock";
import type { CameraKind, Choreographer, DancerState, Look, Problem, Recording, Source, Viewer } from "./contract";
import { Dancer } from "./dancer";
import { pictureOf, recordingOf } from "./files/recording";
import { takeHold } from "./hand";
import { Loop } from "./loop";
import type { LoadPerformer } from "./performer";
import type { Physics } from "./physics";
import { attempt, Failure, problemOf } from "./problems";
import { united } from "./shots";
import { SkeletonPicture } from "./skeleton";
import { Stage } from "./stage";

/** Time goes on by less than this from frame to frame; by more, it jumps [s]. */
const LONGEST_GAP_S = 0.5;
/** Hair and clothes fall for so long before they are seen [s]. */
const SETTLING_S = 0.25;
const SIDES: readonly CameraKind[] = ["front", "side", "back", "top", "face", "feet", "follow"];
/** Side by side, dancers have room between them [MMD units]. */
const ROOM_BETWEEN = 3;

/**
 * Opens a view on a canvas. A browser that cannot draw gets one too, which says so in its problems.
 * @param choreographer works out how VRMs dance; without one they stand still.
 */
export async function createViewer(
    canvas: HTMLCanvasElement,
    choreographer: Choreographer | null = null,
): Promise<Viewer> {
    return new DanceView(canvas, await Stage.open(canvas), choreographer);
}

class DanceView implements Viewer {
    readonly clock = new PlayClock();
    readonly look: Look = {
        physics: signal(false),
        outline: signal(true),
        shadow: signal(true),
        floor: signal(true),
        skeleton: signal(false),
        sideBySide: signal(false),
        backdrop: signal("light"),
    };
    readonly camera: Signal<CameraKind>;
    readonly cameras: ReadonlySignal<readonly CameraKind[]>;
    readonly dancers: ReadonlySignal<readonly DancerState[]>;
    readonly problems: Signal<readonly Problem[]> = signal([]);
    readonly chosen: Signal<number | null> = signal(null);
    readonly frameMs: ReadonlySignal<number>;
    readonly #canvas: HTMLCanvasElement;
    readonly #stage: Stage;
    readonly #cast: Cast;
    readonly #cameras: Cameras;
    readonly #loop: Loop;
    readonly #ends: (() => void)[] = [];
    readonly #cameraMotion: Signal<CameraMotion | null> = signal(null);
    #physics: Physics | null = null;
    /** Time of the pose that all have now; not a number: another one has to come. */
    #posedS = Number.NaN;
    #disposed = false;

    constructor(canvas: HTMLCanvasElement, stage: Stage, choreographer: Choreographer | null) {
        this.#canvas = canvas;
        this.#stage = stage;
        this.#cast = new Cast({
            scene: stage.scene,
            load: loaderFor(stage.canDraw, choreographer),
            physics: () => (this.look.physics.peek() ? (this.#physics?.world ?? null) : null),
            changed: () => this.#castChanged(),
        });
        this.dancers = this.#cast.states;
        this.#cameras = new Cameras(this.#scenery());
        this.camera = this.#cameras.kind;
        this.cameras = computed(() => this.#choices());
        this.#loop = new Loop({
            tick: () => this.clock.tick(),
            advance: (passedS) => this.#advance(passedS),
            draw: () => this.#draw(),
            complete: () => this.#complete(),
        });
        this.frameMs = this.#loop.frameMs;
        this.#watchLook();
        this.#watchCanvas();
        this.#setProblem("drawing-unavailable", !stage.canDraw);
    }

    addDancer(name: string, character: Source, motion: Source | null, camera: SourceCamera | null): Promise<number> {
        return this.#cast.add(name, character, motion, camera);
    }

    removeDancer(id: number): void {
        this.#cast.remove(id);
    }

    setCharacter(id: number, character: Source): Promise<void> {
        return this.#cast.setCharacter(id, character);
    }

    setMotion(id: number, motion: Source): Promise<void> {
        return this.#cast.setMotion(id, motion);
    }

    setShown(id: number, shown: boolean): void {
        this.#cast.setShown(id, shown);
    }

    async setCameraMotion(motion: Source | null): Promise<readonly Problem[]> {
        const read = motion === null ? null : await CameraMotion.read(this.#stage.scene, motion);
        if (read instanceof Failure) {
            return [read.problem];
        }
        this.#cameraMotion.peek()?.dispose();
        this.#cameraMotion.value = read;
        if (read === null && this.camera.peek() === "vmd") {
            this.camera.value = "front";
        }
        this.#castChanged();
        return [];
    }

    drawn(): Promise<void> {
        return this.#loop.whenDrawn();
    }

    async picture(): Promise<Blob> {
        if (!this.#stage.canDraw) {
            throw new Failure("drawing-unavailable");
        }
        return pictureOf(this.#canvas, () => this.#loop.drawNow());
    }

    record(): Recording {
        return recordingOf(this.#canvas, this.clock.media);
    }

    bonePositions(id: number): ReadonlyMap<string, readonly [number, number, number]> {
        const performer = this.#cast.find(id)?.stage?.performer;
        if (performer === undefined) {
            return new Map();
        }
        this.#pose();
        const at = performer.jointPositions();
        const place = (joint: number) => [at[joint * 3] ?? 0, at[joint * 3 + 1] ?? 0, at[joint * 3 + 2] ?? 0] as const;
        // Of two bones of one name MMD moves the first.
        return new Map(performer.joints.map(({ name }, joint) => [name, place(joint)] as const).reverse());
    }

    resize(): void {
        this.#stage.resize();
        this.#cameras.scenery = this.#scenery();
        this.#loop.invalidate();
    }

    dispose(): void {
        if (this.#disposed) {
            return;
        }
        this.#disposed = true;
        for (const end of this.#ends) {
            end();
        }
        this.#loop.dispose();
        this.clock.dispose();
        this.#cast.dispose();
        this.#stage.dispose();
    }

    /** Brings everything to the clock's time, and tells whether anything is to be drawn anew. */
    #advance(passedS: number): boolean {
        const timeS = this.clock.timeS.peek();
        const playedS = timeS - this.#posedS;
        const jumps = !(playedS >= 0 && playedS <= LONGEST_GAP_S);
        const poses = this.#pose();
        const moves = this.#cameras.stand(this.#stage.camera, timeS, jumps ? null : playedS, passedS);
        return poses || moves;
    }

    /** Poses all as at the clock's time, if they are not there already. */
    #pose(): boolean {
        const timeS = this.clock.timeS.peek();
        const playedS = timeS - this.#posedS;
        if (playedS === 0) {
            return false;
        }
        const shown = this.#cast.shown.map(({ performer }) => performer);
        for (const performer of shown) {
            performer.pose(timeS);
        }
        if (this.#physics !== null && this.look.physics.peek()) {
            this.#fall(shown, playedS);
        }
        for (const performer of shown) {
            performer.settle();
        }
        this.#posedS = timeS;
        return true;
    }

    #fall(shown: readonly { resetPhysics(): void }[], playedS: number): void {
        const goesOn = playedS > 0 && playedS <= LONGEST_GAP_S;
        if (!goesOn) {
            for (const performer of shown) {
                performer.resetPhysics();
            }
        }
        this.#physics?.step(goesOn ? playedS : SETTLING_S);
    }

    #draw(): void {
        for (const { performer, skeleton } of this.#cast.shown) {
            if (this.look.skeleton.peek()) {
                skeleton?.update(performer.jointPositions());
            }
        }
        this.#stage.scene.render();
    }

    #complete(): boolean {
        return this.#stage.isReady(this.#cast.shown.flatMap(({ performer }) => performer.meshes));
    }

    #castChanged(): void {
        if (this.#disposed) {
            return;
        }
        if (this.#cast.find(this.chosen.peek()) === undefined) {
            this.chosen.value = this.#cast.members[0]?.id ?? null;
        }
        this.clock.setMotionEnd(Math.max(this.#cast.durationS, this.#cameraMotion.peek()?.durationS ?? 0));
        this.#standAside();
        this.#dress();
        this.#stage.setMeshes(this.#cast.shown.flatMap(({ performer }) => performer.meshes));
        this.#posedS = Number.NaN;
        this.#changeScenery();
    }

    #changeScenery(): void {
        const scenery = this.#scenery();
        const { low, high } = scenery.box;
        const middle = low.add(high).scale(0.5);
        this.#stage.light([middle.x, middle.y, middle.z], high.subtract(low).length() / 2 + 2);
        this.#cameras.scenery = scenery;
        this.#loop.invalidate();
    }

    #scenery(): Scenery {
        const chosen = this.#cast.find(this.chosen.peek());
        return {
            box: united(this.#cast.shown.map(({ figure }) => figure.stage)),
            figure: chosen?.stage?.figure ?? null,
            source: chosen?.camera ?? null,
            motion: this.#cameraMotion.peek(),
            aspect: this.#stage.aspect,
        };
    }

    #choices(): readonly CameraKind[] {
        // Read for the sake of being told when it changes.
        const known = this.dancers.value.length > 0;
        const source = this.#cast.find(this.chosen.value)?.camera ?? null;
        return [
            ...SIDES,
            ...(this.#cameraMotion.value === null ? [] : (["vmd"] as const)),
            ...(known && source !== null ? (["source"] as const) : []),
        ];
    }

    /** Puts dancers side by side, or back to where their motions have them. */
    #standAside(): void {
        const shown = this.#cast.shown;
        const aside = this.look.sideBySide.peek() && shown.length > 1;
        const widths = shown.map(({ figure }) => figure.stage.high.x - figure.stage.low.x);
        const step = Math.max(0, ...widths) + ROOM_BETWEEN;
        for (const [place, { performer }] of shown.entries()) {
            performer.root.position.x = aside ? (place - (shown.length - 1) / 2) * step : 0;
        }
    }

    #dress(): void {
        for (const { stage, state } of this.#cast.members) {
            const bones = this.look.skeleton.peek() && state.shown;
            stage?.performer.setOutline(this.look.outline.peek());
            if (stage !== null && bones) {
                stage.skeleton ??= new SkeletonPicture(this.#stage.scene, stage.performer.joints);
            }
            stage?.skeleton?.setShown(bones);
        }
    }

    #watchLook(): void {
        const { look } = this;
        const on = <T>(value: ReadonlySignal<T>, act: (value: T) => void) => {
            this.#ends.push(
                effect(() => {
                    const now = value.value;
                    untracked(() => act(now));
                    this.#loop.invalidate();
                }),
            );
        };
        on(look.backdrop, (backdrop) => this.#stage.setBackdrop(backdrop));
        on(look.floor, (shown) => this.#stage.setFloor(shown));
        on(look.shadow, (shown) => this.#stage.setShadow(shown));
        on(look.outline, () => this.#dress());
        on(look.skeleton, () => this.#dress());
        on(look.sideBySide, () => this.#castChanged());
        on(look.physics, (wanted) => void this.#setPhysics(wanted));
        on(this.camera, () => this.#cameras.choose());
        on(this.chosen, () => {
            this.#changeScenery();
            this.#cameras.choose();
        });
    }

    async #setPhysics(wanted: boolean): Promise<void> {
        if (wanted && this.#physics === null) {
            try {
                const { Physics } = await import("./physics");
                this.#physics = await Physics.open();
                this.#setProblem("physics-unavailable", false);
            } catch {
                // Whatever it is that WebAssembly was refused for, there is no physics then.
                this.look.physics.value = false;
                this.#setProblem("physics-unavailable", true);
                return;
            }
        }
        if (this.#physics !== null) {
            await this.#cast.setPhysics(this.look.physics.peek() ? this.#physics.world : null);
        }
    }

    #watchCanvas(): void {
        const { engine } = this.#stage;
        const observer = new ResizeObserver(() => this.resize());
        observer.observe(this.#canvas);
        this.#ends.push(() => observer.disconnect(), takeHold(this.#canvas, this.#cameras));
        engine.onContextLostObservable.add(() => this.#setProblem("drawing-unavailable", true));
        engine.onContextRestoredObservable.add(() => {
            this.#setProblem("drawing-unavailable", false);
            this.#loop.invalidate();
        });
    }

    #setProblem(code: Problem["code"], is: boolean): void {
        const others = this.problems.peek().filter((problem) => problem.code !== code);
        this.problems.value = is ? [...others, problemOf(code)] : others;
    }
}

function loaderFor(canDraw: boolean, choreographer: Choreographer | null): LoadPerformer {
    return async (scene, character) => {
        const head = await attempt(async () => (await character.main.read()).slice(0, 4).text(), "model-broken", "");
        // What reads VRMs is fetched by those only who have one.
        if (head === "glTF") return (await import("./files/vrm")).VrmDancer.load(scene, character, choreographer);
        return Dancer.load(scene, character, canDraw);
    };
}
