// Who dances: which files each dancer was made of, and what the capture knew of her motion.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Character, Dancer, SourceCamera, Strips } from "../../api/messages";
import type { DancerState, ProblemCode, Source, Viewer } from "../../viewer/contract";
import { sourceAt } from "../../viewer/files/served";

/** What stands behind a dancer on stage. */
export interface Role {
    readonly character: Source;
    readonly motion: Source | null;
    /** Null for a motion that no report came with. */
    readonly strips: Strips | null;
}

/** What tells that a character or a motion could not be read. */
const UNREAD = {
    character: ["model-broken", "model-empty", "server-gone"],
    motion: ["motion-broken", "server-gone"],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;

/** The dancers on stage, with what the view itself need not know of them. */
export class Cast {
    /** The dancer that files and the camera are meant for: the chosen one, or else the first. */
    readonly lead: ReadonlySignal<DancerState | null>;
    readonly #viewer: Viewer;
    readonly #roles = signal<ReadonlyMap<number, Role>>(new Map());

    constructor(viewer: Viewer) {
        this.#viewer = viewer;
        this.lead = computed(() => leadOf(viewer.dancers.value, viewer.chosen.value));
    }

    get roles(): ReadonlySignal<ReadonlyMap<number, Role>> {
        return this.#roles;
    }

    open({ name, motion, character, strips, camera }: Dancer): Promise<number> {
        const danced = motion === null ? null : sourceAt(motion.url, motion.name);
        return this.#enter(name, { character: characterAt(character), motion: danced, strips }, camera);
    }

    add(name: string, character: Source, motion: Source | null): Promise<number> {
        // Nobody knows where she stood beside the others; together they would stand in one another.
        if (this.#viewer.dancers.peek().length > 0) this.#viewer.look.sideBySide.value = true;
        return this.#enter(name, { character, motion, strips: null }, null);
    }

    /** Answers whether it could be read; she keeps what she had if not. */
    async setCharacter(id: number, character: Source): Promise<boolean> {
        await this.#viewer.setCharacter(id, character);
        const role = this.#roles.peek().get(id);
        if (role === undefined || !this.isRead(id, "character")) return false;
        this.#keep(id, { ...role, character });
        return true;
    }

    /** Answers whether it could be read; she keeps what she had if not. */
    async setMotion(id: number, motion: Source): Promise<boolean> {
        await this.#viewer.setMotion(id, motion);
        const role = this.#roles.peek().get(id);
        if (role === undefined || !this.isRead(id, "motion")) return false;
        // What the report says is of the motion that she had.
        this.#keep(id, { character: role.character, motion, strips: null });
        return true;
    }

    /** A second dancer like the first with another motion, both set apart; answers whether it could be read. */
    async compare(id: number, name: string, motion: Source): Promise<boolean> {
        const role = this.#roles.peek().get(id);
        return role !== undefined && this.isRead(await this.add(name, role.character, motion), "motion");
    }

    /** Whether what she was given could be read; also false for who is gone. */
    isRead(id: number, what: keyof typeof UNREAD): boolean {
        const codes: readonly ProblemCode[] = UNREAD[what];
        const dancer = this.#viewer.dancers.peek().find((one) => one.id === id);
        return dancer !== undefined && !dancer.problems.some(({ code }) => codes.includes(code));
    }

    remove(id: number): void {
        this.#viewer.removeDancer(id);
        const left = new Map(this.#roles.peek());
        left.delete(id);
        this.#roles.value = left;
    }

    async #enter(name: string, role: Role, camera: SourceCamera | null): Promise<number> {
        const id = await this.#viewer.addDancer(name, role.character, role.motion, camera);
        // She may have been sent away while her files were read.
        if (this.#viewer.dancers.peek().some((dancer) => dancer.id === id)) this.#keep(id, role);
        return id;
    }

    #keep(id: number, role: Role): void {
        this.#roles.value = new Map(this.#roles.peek()).set(id, role);
    }
}

function leadOf(dancers: readonly DancerState[], chosen: number | null): DancerState | null {
    return dancers.find((dancer) => dancer.id === chosen) ?? dancers[0] ?? null;
}

/** A character that the server has, with the pictures that it wears. */
export function characterAt({ url, name, beside }: Character): Source {
    return sourceAt(url, name, beside);
}
