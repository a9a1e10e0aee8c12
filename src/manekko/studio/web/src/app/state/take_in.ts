// Files that the user dropped or chose: each goes where it belongs, and the user is told where.
import type { Item, Source, Understood } from "../../viewer/contract";
import { nameOf } from "../../viewer/files/paths";
import type { App } from "./app";
import { problemOf } from "./messages";

/** For whom files are: the dancer chosen now, one more dancer, or one beside her to compare motions. */
export type Aim = "chosen" | "new" | "compare";

export async function takeIn(app: App, items: readonly Item[], aim: Aim, dancerId?: number): Promise<void> {
    app.reading.value = true;
    try {
        const { understand } = await import("../../viewer/files/understand");
        const found = await understand(items);
        for (const problem of found.problems) app.messages.problem(problem);
        if (isNothing(found) && found.problems.length === 0) tellNothing(app);
        await toStage(app, found, aim, dancerId ?? app.cast.lead.peek()?.id ?? null);
        await toPlayback(app, found);
    } catch (error) {
        // A file that has been moved or locked since it was chosen cannot be read any more.
        const file = items[0]?.path ?? "";
        const problem = problemOf(error, "file-unknown");
        app.messages.problem({ ...problem, values: { file, ...problem.values } });
    } finally {
        app.reading.value = false;
    }
}

function isNothing(found: Understood): boolean {
    const { characters, motions, cameraMotions, sounds, videos } = found;
    return [characters, motions, cameraMotions, sounds, videos].every((kind) => kind.length === 0);
}

function tellNothing({ messages }: App): void {
    messages.warn(
        (words) => words.taken.nothing,
        (words) => words.taken.nothingHelp,
    );
}

async function toStage(app: App, found: Understood, aim: Aim, dancerId: number | null): Promise<void> {
    if (aim === "compare" && dancerId !== null) return compareAll(app, found.motions, dancerId);
    const count = Math.max(found.characters.length, found.motions.length);
    for (let place = 0; place < count; place++) {
        const replaced = aim === "chosen" ? dancerAt(app, dancerId, place) : null;
        const character = found.characters[place] ?? null;
        const motion = found.motions[place] ?? null;
        await (replaced === null ? addOne(app, character, motion) : changeOne(app, replaced, character, motion));
    }
}

/** The dancer for the nth file: from the aimed one on, in the order of the stage; null when a new one is needed. */
function dancerAt({ viewer }: App, dancerId: number | null, place: number): number | null {
    const dancers = viewer.dancers.peek();
    const first = dancers.findIndex((dancer) => dancer.id === dancerId);
    return first < 0 ? null : (dancers[first + place]?.id ?? null);
}

async function changeOne(app: App, id: number, character: Source | null, motion: Source | null): Promise<void> {
    const dancer = app.viewer.dancers.peek().find((one) => one.id === id)?.name ?? "";
    // The motion waits for the character, since it is fitted to her bones.
    if (character !== null) {
        const isRead = await app.cast.setCharacter(id, character);
        if (isRead) app.messages.done((words) => words.taken.character(nameOf(character.main.path), dancer));
    }
    if (motion !== null) {
        const isRead = await app.cast.setMotion(id, motion);
        if (isRead) app.messages.done((words) => words.taken.motion(nameOf(motion.main.path), dancer));
    }
}

async function addOne(app: App, character: Source | null, motion: Source | null): Promise<void> {
    const model = character ?? app.usualCharacter();
    if (model === null) return;
    const name = app.newName();
    const id = await app.cast.add(name, model, motion);
    app.viewer.chosen.value = id;
    if (character !== null && app.cast.isRead(id, "character")) {
        app.messages.done((words) => words.taken.character(nameOf(character.main.path), name));
    }
    if (motion !== null && app.cast.isRead(id, "motion")) {
        app.messages.done((words) => words.taken.motion(nameOf(motion.main.path), name));
    }
}

async function compareAll(app: App, motions: readonly Source[], dancerId: number): Promise<void> {
    for (const motion of motions) {
        const file = nameOf(motion.main.path);
        const isRead = await app.cast.compare(dancerId, file, motion);
        if (isRead) app.messages.done((words) => words.taken.compare(file));
    }
}

async function toPlayback(app: App, found: Understood): Promise<void> {
    const [sound, video, camera] = [found.sounds[0], found.videos[0], found.cameraMotions[0]];
    if (sound !== undefined) {
        await app.playback.useSound(sound);
        app.messages.done((words) => words.taken.sound(nameOf(sound.path)));
    }
    if (video !== undefined) {
        await app.playback.useVideo(video);
        app.messages.done((words) => words.taken.video(nameOf(video.path)));
    }
    if (camera !== undefined) await takeCamera(app, camera);
}

async function takeCamera({ viewer, messages }: App, camera: Source): Promise<void> {
    const problems = await viewer.setCameraMotion(camera);
    for (const problem of problems) messages.problem(problem);
    if (problems.length > 0) return;
    viewer.camera.value = "vmd";
    messages.done((words) => words.taken.camera(nameOf(camera.main.path)));
}
