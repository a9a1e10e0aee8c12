// All who dance: each with her character, her motion and what went wrong with either.
import type { Scene } from "@babylonjs/core/scene";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { IMmdPhysics } from "babylon-mmd/esm/Runtime/Physics/IMmdPhysics";
import type { SourceCamera } from "../api/messages";
import type { DancerState, Problem, Source } from "./contract";
import { Figure } from "./figure";
import type { LoadPerformer, Performer } from "./performer";
import { attempt, Failure } from "./problems";
import type { SkeletonPicture } from "./skeleton";

/** One of them, as far as she has come. */
export interface Member {
    readonly id: number;
    readonly camera: SourceCamera | null;
    state: DancerState;
    stage: Onstage | null;
    motion: Source | null;
    characterProblems: readonly Problem[];
    motionProblems: readonly Problem[];
    /** Work on her that has not ended. */
    works: number;
    gone: boolean;
}

/** What there is of her once her character is read. */
export interface Onstage {
    readonly performer: Performer;
    readonly figure: Figure;
    /** Made when it is first shown. */
    skeleton: SkeletonPicture | null;
}

export interface CastSetting {
    readonly scene: Scene;
    readonly load: LoadPerformer;
    /** What hair and clothes move by, if they are to. */
    physics(): IMmdPhysics | null;
    /** Those who are on stage, or what they do, are different. */
    changed(): void;
}

export class Cast {
    readonly #setting: CastSetting;
    readonly #members: Member[] = [];
    readonly #states = signal<readonly DancerState[]>([]);
    #lastId = 0;
    /** The library reads one model at a time. */
    #reading: Promise<unknown> = Promise.resolve();

    constructor(setting: CastSetting) {
        this.#setting = setting;
    }

    get states(): ReadonlySignal<readonly DancerState[]> {
        return this.#states;
    }

    get members(): readonly Member[] {
        return this.#members;
    }

    /** Those that are seen. */
    get shown(): readonly Onstage[] {
        return this.#members.flatMap(({ stage, state }) => (stage !== null && state.shown ? [stage] : []));
    }

    get durationS(): number {
        return Math.max(0, ...this.#members.map(({ stage }) => stage?.performer.durationS ?? 0));
    }

    find(id: number | null): Member | undefined {
        return this.#members.find((member) => member.id === id);
    }

    async add(name: string, character: Source, motion: Source | null, camera: SourceCamera | null): Promise<number> {
        this.#lastId += 1;
        const id = this.#lastId;
        const member: Member = {
            id,
            camera,
            state: newcomer(id, name, character),
            stage: null,
            motion,
            characterProblems: [],
            motionProblems: [],
            works: 0,
            gone: false,
        };
        this.#members.push(member);
        await this.#work(member, () => this.#dress(member, character));
        return id;
    }

    remove(id: number): void {
        const member = this.find(id);
        if (member !== undefined) {
            member.gone = true;
            this.#members.splice(this.#members.indexOf(member), 1);
            leave(member.stage);
            member.stage = null;
            this.#tell();
            this.#setting.changed();
        }
    }

    async setCharacter(id: number, character: Source): Promise<void> {
        const member = this.find(id);
        if (member !== undefined) {
            await this.#work(member, () => this.#dress(member, character));
        }
    }

    async setMotion(id: number, motion: Source): Promise<void> {
        const member = this.find(id);
        if (member !== undefined) {
            await this.#work(member, () => this.#teach(member, motion));
        }
    }

    setShown(id: number, shown: boolean): void {
        const member = this.find(id);
        if (member !== undefined) {
            member.state = { ...member.state, shown };
            member.stage?.performer.root.setEnabled(shown);
            this.#tell();
            this.#setting.changed();
        }
    }

    /** Switches physics on, or off, for all. */
    async setPhysics(physics: IMmdPhysics | null): Promise<void> {
        for (const member of [...this.#members]) {
            await this.#work(member, async () => {
                await member.stage?.performer.setPhysics(physics);
            });
        }
    }

    dispose(): void {
        for (const { id } of [...this.#members]) {
            this.remove(id);
        }
    }

    /** Does something with a member after all that was begun before. */
    async #work(member: Member, work: () => Promise<void>): Promise<void> {
        member.works += 1;
        this.#tell();
        const turn = this.#reading.then(() => (member.gone ? undefined : work()));
        this.#reading = turn.catch(() => undefined);
        await turn.finally(() => {
            member.works -= 1;
            this.#tell();
            this.#setting.changed();
        });
    }

    async #dress(member: Member, character: Source): Promise<void> {
        const next = await attempt(() => this.#prepare(character), "model-broken", character.main.path);
        if (next instanceof Failure) {
            member.characterProblems = [next.problem];
            return;
        }
        if (member.gone) {
            leave(next);
            return;
        }
        const { performer } = next;
        leave(member.stage);
        member.stage = next;
        member.characterProblems = performer.problems;
        performer.root.setEnabled(member.state.shown);
        await this.#teach(member, member.motion);
        await performer.setPhysics(this.#setting.physics());
    }

    async #prepare(character: Source): Promise<Onstage> {
        const { scene, load } = this.#setting;
        const performer = await load(scene, character);
        return { performer, figure: new Figure(performer), skeleton: null };
    }

    async #teach(member: Member, motion: Source | null): Promise<void> {
        const { stage } = member;
        if (stage === null) {
            member.motion = motion;
        } else if (motion !== null) {
            const learn = async () => {
                const problems = await stage.performer.setMotion(motion);
                stage.figure.watch();
                return problems;
            };
            const learnt = await attempt(learn, "motion-broken", motion.main.path);
            member.motionProblems = learnt instanceof Failure ? [learnt.problem] : learnt;
            if (member.motionProblems.every(({ code }) => code === "motion-fits-nothing")) {
                member.motion = motion;
            } else if (member.motion === motion) {
                // It was to be her first; otherwise she goes on with the one that she has.
                member.motion = null;
            }
        }
    }

    #tell(): void {
        for (const member of this.#members) {
            member.state = stateOf(member);
        }
        this.#states.value = this.#members.map(({ state }) => state);
    }
}

function leave(stage: Onstage | null): void {
    stage?.skeleton?.dispose();
    stage?.performer.dispose();
}

function newcomer(id: number, name: string, character: Source): DancerState {
    return {
        id,
        name,
        characterName: character.main.path,
        motionName: null,
        loading: true,
        bones: 0,
        triangles: 0,
        hasPhysics: false,
        shown: true,
        problems: [],
    };
}

function stateOf(member: Member): DancerState {
    const { state, stage, motion } = member;
    const performer = stage?.performer;
    return {
        ...state,
        characterName: performer?.characterName ?? state.characterName,
        motionName: motion?.main.path ?? null,
        loading: member.works > 0,
        bones: performer?.joints.length ?? 0,
        triangles: performer?.triangles ?? 0,
        hasPhysics: performer?.hasPhysics ?? false,
        problems: [...member.characterProblems, ...member.motionProblems],
    };
}
