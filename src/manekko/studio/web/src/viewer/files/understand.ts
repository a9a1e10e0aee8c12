// What the user's files are, told by what they hold: characters with what lies beside them, motions, sound, video.
import type { Item, Problem, Source, Understood } from "../contract";
import { attempt, Failure, problemOf } from "../problems";
import { MOST_FILES } from "./dropped";
import { COMPANION, type Kind, kindsOf } from "./kinds";
import { sourceOf } from "./model_files";
import { nameOf, partsOf } from "./paths";
import { isLitter, MOST_BYTES, unpack } from "./unpack";

/** Archives may lie in archives, as they do where a model comes with its licence; not deeper. */
const DEEPEST = 2;

interface Known {
    readonly item: Item;
    readonly kinds: readonly Kind[];
    readonly bytes: number;
    /** All that lay in the same folder, archive or drop. */
    readonly together: readonly Item[];
}

/** What is gathered on the way. */
interface Finds {
    readonly known: Known[];
    readonly problems: Problem[];
    /** Bytes that may still be unpacked. */
    readonly room: { bytes: number };
}

/** Looks into the files and their archives, and tells what is what. */
export async function understand(items: readonly Item[]): Promise<Understood> {
    const finds: Finds = { known: [], problems: [], room: { bytes: MOST_BYTES } };
    if (items.length > MOST_FILES) {
        const file = partsOf(items[0]?.path ?? "")[0] ?? "";
        finds.problems.push(problemOf("archive-too-large", { file }));
    } else await look(items, finds, 0);
    const { known, problems } = finds;
    const hasCharacter = known.some(({ kinds }) => kinds.includes("character"));
    const strange = known.filter((one) => isStrange(one, hasCharacter)).map(({ item }) => nameOf(item.path));
    return {
        characters: largestFirst(of("character", known)).map(toSource),
        motions: of("motion", known).map(toSource),
        cameraMotions: of("camera", known).map(toSource),
        sounds: of("sound", known).map(({ item }) => item),
        videos: of("video", known).map(({ item }) => item),
        problems: [...problems, ...strange.map((file) => problemOf("file-unknown", { file }))],
    };
}

async function look(items: readonly Item[], finds: Finds, depth: number): Promise<void> {
    const together = items.filter(({ path }) => !isLitter(path));
    for (const item of together) {
        const one = await lookAt(item, together);
        if (one instanceof Failure) finds.problems.push(one.problem);
        else if (one.kinds.includes("archive")) await open(one.item, finds, depth);
        else if (one.kinds.includes("closed-archive")) tellClosed(item, finds);
        else finds.known.push(one);
    }
}

async function open(archive: Item, finds: Finds, depth: number): Promise<void> {
    if (depth === DEEPEST) return tellClosed(archive, finds);
    const { items, problems } = await unpack(archive, finds.room);
    finds.problems.push(...problems);
    await look(items, finds, depth + 1);
}

function tellClosed(archive: Item, { problems }: Finds): void {
    problems.push(problemOf("archive-unsupported", { file: nameOf(archive.path) }));
}

async function lookAt(item: Item, together: readonly Item[]): Promise<Known | Failure> {
    if (COMPANION.test(item.path)) return { item, kinds: ["other"], bytes: 0, together };
    const work = async () => {
        const file = await item.read();
        // What was unpacked to be looked at is not unpacked again.
        const kept = { path: item.path, read: async () => file };
        return { item: kept, kinds: await kindsOf(file), bytes: file.size, together };
    };
    return attempt(work, "file-unknown", nameOf(item.path));
}

function of(kind: Kind, known: readonly Known[]): Known[] {
    return known.filter(({ kinds }) => kinds.includes(kind));
}

/** Of the models that came together the largest comes first: somebody, and then what she holds. */
function largestFirst(models: readonly Known[]): Known[] {
    const groups = [...new Set(models.map(({ together }) => together))];
    const place = ({ together }: Known) => groups.indexOf(together);
    return models.toSorted((one, other) => place(one) - place(other) || other.bytes - one.bytes);
}

function toSource({ item, together }: Known): Source {
    return sourceOf(
        item,
        together.filter(({ path }) => path !== item.path),
    );
}

/** Whether a file is one that the user meant and that says nothing here: those beside a model are the model's. */
function isStrange({ item, kinds }: Known, hasCharacter: boolean): boolean {
    const isCompanion = hasCharacter && COMPANION.test(item.path);
    return kinds.includes("other") && partsOf(item.path).length === 1 && !isCompanion;
}
