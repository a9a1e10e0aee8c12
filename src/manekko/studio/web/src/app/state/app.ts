// The page's state, made once the view is there: what is on stage, what plays, which panel is open.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Programme, Span } from "../../api/messages";
import type { Item, Problem, Source, Viewer } from "../../viewer/contract";
import { words } from "../words/words";
import { Cast, characterAt } from "./cast";
import { createMessages, type Messages } from "./messages";
import { createPlayback, type Playback } from "./playback";
import { createSaving, type Saving } from "./saving";
import { type Aim, takeIn } from "./take_in";
import { isDark } from "./theme";

export const TABS = ["dancers", "view", "files", "help"] as const;
export type Tab = (typeof TABS)[number];

export const BACKDROPS = ["auto", "light", "dark", "none"] as const;
export type Backdrop = (typeof BACKDROPS)[number];

const WIDE = matchMedia("(min-width: 60rem)");

export interface App {
    readonly programme: Programme;
    readonly viewer: Viewer;
    readonly cast: Cast;
    readonly playback: Playback;
    readonly saving: Saving;
    readonly messages: Messages;
    /** The panel that is open; null: none. */
    readonly tab: Signal<Tab | null>;
    readonly backdrop: Signal<Backdrop>;
    /** Files are being read. */
    readonly reading: Signal<boolean>;
    /** The part of the time that fills the time line; null: all of it. */
    readonly zoom: Signal<Span | null>;
    /** The part of the time that fills the time line. */
    readonly shown: ReadonlySignal<Span>;
    takeIn(items: readonly Item[], aim: Aim, dancerId?: number): Promise<void>;
    /** A name for one more dancer. */
    newName(): string;
    /** The character for a motion that came alone: the chosen dancer's, or else Manekko's first. */
    usualCharacter(): Source | null;
}

export function createApp(programme: Programme, viewer: Viewer): App {
    const messages = createMessages();
    const zoom = signal<Span | null>(null);
    const app: App = {
        programme,
        viewer,
        messages,
        zoom,
        cast: new Cast(viewer),
        playback: createPlayback(programme, viewer.clock, messages.problem),
        saving: createSaving(programme, viewer, messages),
        tab: signal<Tab | null>(usualTab()),
        backdrop: signal<Backdrop>("auto"),
        reading: signal(false),
        shown: computed(() => zoom.value ?? { start_s: 0, end_s: viewer.clock.durationS.value }),
        takeIn: (items, aim, dancerId) => takeIn(app, items, aim, dancerId),
        newName: () => words.peek().dancers.newName(viewer.dancers.peek().length + 1),
        usualCharacter: () => {
            const lead = app.cast.lead.peek();
            const first = programme.characters[0];
            const served = first === undefined ? null : characterAt(first);
            return (lead === null ? undefined : app.cast.roles.peek().get(lead.id)?.character) ?? served;
        },
    };
    keepBackdrop(app);
    // A panel that stood beside the stage would cover it on a window that has become narrow.
    WIDE.addEventListener("change", () => {
        app.tab.value = usualTab();
    });
    chooseCameras(app);
    tellProblems(app);
    return app;
}

/** The panel that is open when nobody has chosen one; a phone begins with the stage alone. */
export function usualTab(): Tab | null {
    return isWide() ? "dancers" : null;
}

/** Whether the panels stand beside the stage, rather than over it. */
export function isWide(): boolean {
    return WIDE.matches;
}

/** A video behind her fits only as it was filmed; a camera whose data is gone gives way to the usual one. */
function chooseCameras({ playback, viewer }: App): void {
    effect(() => {
        const now = viewer.camera.value;
        if (now !== "free" && !viewer.cameras.value.includes(now)) viewer.camera.value = "front";
    });
    effect(() => {
        if (playback.place.value !== "behind") return;
        if (viewer.cameras.peek().includes("source")) viewer.camera.value = "source";
    });
}

function keepBackdrop({ backdrop, playback, viewer }: App): void {
    effect(() => {
        const chosen = backdrop.value === "auto" ? (isDark.value ? "dark" : "light") : backdrop.value;
        // The video can only be seen behind her if the view lets it through.
        viewer.look.backdrop.value = playback.place.value === "behind" ? "none" : chosen;
    });
}

/** Says each problem of the view and of a dancer once, when it appears. */
function tellProblems({ viewer, messages }: App): void {
    let known = new Set<string>();
    effect(() => {
        const found = new Map<string, Problem>();
        for (const problem of viewer.problems.value) {
            // A stage that cannot be drawn says so itself.
            if (problem.code !== "drawing-unavailable") found.set(keyOf(0, problem), problem);
        }
        for (const { id, problems } of viewer.dancers.value) {
            for (const problem of problems) found.set(keyOf(id, problem), problem);
        }
        const fresh = [...found].filter(([key]) => !known.has(key));
        known = new Set(found.keys());
        for (const [, problem] of fresh) messages.problem(problem);
    });
}

function keyOf(dancerId: number, problem: Problem): string {
    return `${dancerId} ${problem.code} ${JSON.stringify(problem.values)}`;
}
