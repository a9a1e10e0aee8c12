// From the server's programme to a stage that is drawn: the order in which the page comes to life.
import { signal } from "@preact/signals";
import { fetchProgramme } from "../api/client";
import type { Programme } from "../api/messages";
import type { Problem } from "../viewer/contract";
import { sourceAt } from "../viewer/files/served";
import { choreographer } from "./choreographer";
import { listenToKeys } from "./state/actions";
import { type App, createApp } from "./state/app";
import { problemOf } from "./state/messages";

declare global {
    interface Window {
        /** For tests, and for whoever embeds the page. */
        manekko?: { readonly viewer: App["viewer"]; readonly app: App };
    }
}

/** The page's state; null until the view is there. */
export const app = signal<App | null>(null);

/** Why there is no stage at all. */
export const failure = signal<Problem | null>(null);

/** Makes the view on a canvas, and puts the programme on stage. */
export async function start(canvas: HTMLCanvasElement): Promise<void> {
    try {
        // The view is large: it comes while the programme is asked for, after the page is painted.
        const [{ createViewer }, programme] = await Promise.all([import("../viewer/viewer"), fetchProgramme()]);
        const made = createApp(programme, await createViewer(canvas, choreographer));
        app.value = made;
        listenToKeys(made);
        await putOnStage(made, programme);
        await made.viewer.drawn();
        window.manekko = { viewer: made.viewer, app: made };
        document.documentElement.dataset.ready = "true";
    } catch (error) {
        failure.value = problemOf(error, "server-gone");
    }
}

async function putOnStage({ cast, viewer, messages }: App, programme: Programme): Promise<void> {
    viewer.look.sideBySide.value = areStrangers(programme);
    await Promise.all(programme.dancers.map((dancer) => cast.open(dancer)));
    viewer.chosen.value ??= viewer.dancers.peek()[0]?.id ?? null;
    if (programme.camera === null) return;
    const problems = await viewer.setCameraMotion(sourceAt(programme.camera.url, programme.camera.name));
    for (const problem of problems) messages.problem(problem);
}

/** Whether the dancers' motions come from different places, so that nobody knows where they stand beside one another. */
function areStrangers({ dancers }: Programme): boolean {
    return new Set(dancers.map(({ group }) => group)).size > 1;
}
