// Who dances: which files each dancer was made of, and what the capture knew of her motion.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Character, Dancer, Media, SourceCamera, Strips } from "../../api/messages";
import type { DancerState, ProblemCode, Source, Viewer } from "../../viewer/contract";
import { sourceAt } from "../../viewer/files/served";

/** What stands behind a dancer on stage. */
export interface Role {
    readonly character: Source;
    readonly motion: Source | null;
    /** Null for a motion that no report came with. */
    readonly strips: Strips | null;
    readonly camera: SourceCamera | null;
}

export interface Cast {
    readonly roles: ReadonlySignal<ReadonlyMap<number, Role>>;
    /** The dancer that files and the camera are meant for: the chosen one, or else the first. */
    readonly lead: ReadonlySignal<DancerState | null>;
    open(dancer: Dancer): Promise<number>;
    add(name: string, character: Source, motion: Source | null): Promise<number>;
    /** Answers whether it could be read; she keeps what she had if not. */
    setCharacter(id: number, character: Source): Promise<boolean>;
    setMotion(id: number, motion: Source): Promise<boolean>;
    /** A second dancer like the first with another motion, both set apart. */
    compare(id: number, name: string, motion: Source): Promise<void>;
    remove(id: number): void;
}

export function createCast(viewer: Viewer): Cast {
    const roles = signal<ReadonlyMap<number, Role>>(new Map());
    const keep = (id: number, role: Role): void => {
        roles.value = new Map(roles.peek()).set(id, role);
    };
    const hasProblem = (id: number, codes: readonly ProblemCode[]): boolean => {
        const problems = viewer.dancers.peek().find((dancer) => dancer.id === id)?.problems ?? [];
        return problems.some(({ code }) => codes.includes(code));
    };
    const enter = async (name: string, role: Role): Promise<number> => {
        const id = await viewer.addDancer(name, role.character, role.motion, role.camera);
        keep(id, role);
        return id;
    };
    const add = (name: string, character: Source, motion: Source | null) => {
        // Nobody knows where she stood beside the others; together they would stand in one another.
        if (viewer.dancers.peek().length > 0) viewer.look.sideBySide.value = true;
        return enter(name, { character, motion, strips: null, camera: null });
    };
    const media = (known: Media | null) => (known === null ? null : sourceAt(known.url, known.name));
    return {
        roles,
        lead: computed(() => leadOf(viewer.dancers.value, viewer.chosen.value)),
        add,
        open: ({ name, motion, character, strips, camera }) =>
            enter(name, {
                character: characterAt(character),
                motion: media(motion),
                strips,
                camera,
            }),
        setCharacter: async (id, character) => {
            await viewer.setCharacter(id, character);
            const role = roles.peek().get(id);
            if (role === undefined || hasProblem(id, ["model-broken", "model-empty", "server-gone"])) return false;
            keep(id, { ...role, character });
            return true;
        },
        setMotion: async (id, motion) => {
            await viewer.setMotion(id, motion);
            const role = roles.peek().get(id);
            if (role === undefined || hasProblem(id, ["motion-broken", "server-gone"])) return false;
            // What the report says is of the motion that she had.
            keep(id, { character: role.character, motion, strips: null, camera: null });
            return true;
        },
        compare: async (id, name, motion) => {
            const role = roles.peek().get(id);
            if (role === undefined) return;
            await add(name, role.character, motion);
        },
        remove: (id) => {
            viewer.removeDancer(id);
            const left = new Map(roles.peek());
            left.delete(id);
            roles.value = left;
        },
    };
}

function leadOf(dancers: readonly DancerState[], chosen: number | null): DancerState | null {
    return dancers.find((dancer) => dancer.id === chosen) ?? dancers[0] ?? null;
}

/** A character that the server has, with the pictures that it wears. */
export function characterAt({ url, name, beside }: Character): Source {
    return sourceAt(url, name, beside);
}
