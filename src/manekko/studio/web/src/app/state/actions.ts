// What the keys do.
import type { CameraKind } from "../../viewer/contract";
import { type Action, meaningOf } from "../shortcuts";
import { spanOf } from "../timeline/geometry";
import { type App, isWide, usualTab } from "./app";
import { VIDEO_PLACES } from "./playback";

export const SPEEDS: readonly number[] = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

/** Listens to the keyboard until the function that comes back is called. */
export function listenToKeys(app: App): () => void {
    const stop = new AbortController();
    const onKey = (event: KeyboardEvent): void => {
        // A sheet lies over the stage, and goes as a dialogue would.
        if (event.key === "Escape" && !isWide()) app.tab.value = null;
        const meant = meaningOf(event);
        if (meant === null || event.defaultPrevented || isForFocus(event)) return;
        event.preventDefault();
        if ("camera" in meant) chooseCamera(app, meant.camera);
        else act(app, meant.action);
    };
    addEventListener("keydown", onKey, { signal: stop.signal });
    addEventListener("click", letGo, { signal: stop.signal });
    return () => stop.abort();
}

const TYPED_IN =
    "select, textarea, input:not([type=checkbox], [type=radio], [type=range], [type=file]), [contenteditable]";
const PRESSED = "button, a, summary, input";
const MOVED = "input[type=radio], input[type=range]";

/** Whether a key belongs to what has the focus. */
function isForFocus({ key, target }: KeyboardEvent): boolean {
    if (!(target instanceof HTMLElement)) return false;
    if (target.matches(TYPED_IN)) return true;
    if (key === " ") return target.matches(PRESSED);
    return target.matches(MOVED) && /^(Arrow|Home|End)/.test(key);
}

/** After a click of the mouse the focus does not stay: the space bar is meant for the dance, not for that button. */
function letGo({ detail }: MouseEvent): void {
    const held = document.activeElement;
    if (detail > 0 && held instanceof HTMLElement && held.matches(PRESSED) && !held.matches(TYPED_IN)) held.blur();
}

export function chooseCamera({ viewer }: App, camera: CameraKind): void {
    if (viewer.cameras.peek().includes(camera)) viewer.camera.value = camera;
}

export function act(app: App, action: Action): void {
    DEEDS[action](app);
}

const DEEDS: Readonly<Record<Action, (app: App) => void>> = {
    play: ({ viewer: { clock } }) => {
        if (clock.playing.peek()) clock.pause();
        else void clock.play();
    },
    "back-second": ({ viewer: { clock } }) => clock.seek(Math.max(0, clock.timeS.peek() - 1)),
    "on-second": ({ viewer: { clock } }) => clock.seek(Math.min(clock.durationS.peek(), clock.timeS.peek() + 1)),
    "back-frame": ({ viewer: { clock } }) => clock.step(-1),
    "on-frame": ({ viewer: { clock } }) => clock.step(1),
    "to-start": ({ viewer: { clock } }) => clock.seek(clock.loop.peek()?.start_s ?? 0),
    "to-end": ({ viewer: { clock } }) => clock.seek(clock.durationS.peek()),
    slower: (app) => changeSpeed(app, -1),
    faster: (app) => changeSpeed(app, 1),
    "loop-from": ({ viewer: { clock } }) => {
        const end = clock.loop.peek()?.end_s ?? clock.durationS.peek();
        const start = clock.timeS.peek();
        clock.loop.value = spanOf(start, Math.max(end, start), clock.durationS.peek());
    },
    "loop-to": ({ viewer: { clock } }) => {
        const start = clock.loop.peek()?.start_s ?? 0;
        const end = clock.timeS.peek();
        clock.loop.value = spanOf(Math.min(start, end), end, clock.durationS.peek());
    },
    "loop-off": ({ viewer: { clock } }) => {
        clock.loop.value = null;
    },
    physics: ({ viewer: { look } }) => toggle(look.physics),
    outline: ({ viewer: { look } }) => toggle(look.outline),
    shadow: ({ viewer: { look } }) => toggle(look.shadow),
    floor: ({ viewer: { look } }) => toggle(look.floor),
    skeleton: ({ viewer: { look } }) => toggle(look.skeleton),
    video: ({ playback }) => {
        if (playback.choices.peek().length === 0) return;
        const next = (VIDEO_PLACES.indexOf(playback.place.peek()) + 1) % VIDEO_PLACES.length;
        playback.place.value = VIDEO_PLACES[next] ?? "off";
    },
    mute: ({ playback }) => toggle(playback.muted),
    help: ({ tab }) => {
        tab.value = tab.peek() === "help" ? usualTab() : "help";
    },
};

function toggle(choice: { value: boolean; peek(): boolean }): void {
    choice.value = !choice.peek();
}

function changeSpeed({ viewer: { clock } }: App, by: number): void {
    const now = SPEEDS.findIndex((speed) => speed >= clock.speed.peek() - 1e-6);
    const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, now + by))];
    if (next !== undefined) clock.speed.value = next;
}
