// Which key does what; pure, so that the list in the help and the keys cannot come apart.
import type { CameraKind } from "../viewer/contract";

export type Action =
    | "play"
    | "back-second"
    | "on-second"
    | "back-frame"
    | "on-frame"
    | "to-start"
    | "to-end"
    | "slower"
    | "faster"
    | "loop-from"
    | "loop-to"
    | "loop-off"
    | "physics"
    | "outline"
    | "shadow"
    | "floor"
    | "skeleton"
    | "video"
    | "mute"
    | "help";

/** Cameras in the order of the keys 1–9. */
export const CAMERAS: readonly CameraKind[] = [
    "front",
    "side",
    "back",
    "top",
    "face",
    "feet",
    "follow",
    "vmd",
    "source",
];

/** Keys of each action, as `KeyboardEvent.key` has them, in lower case. */
export const KEYS: Readonly<Record<Action, readonly string[]>> = {
    play: [" "],
    "back-second": ["arrowleft"],
    "on-second": ["arrowright"],
    "back-frame": [","],
    "on-frame": ["."],
    "to-start": ["home"],
    "to-end": ["end"],
    slower: ["arrowdown"],
    faster: ["arrowup"],
    "loop-from": ["["],
    "loop-to": ["]"],
    "loop-off": ["l"],
    physics: ["p"],
    outline: ["o"],
    shadow: ["s"],
    floor: ["f"],
    skeleton: ["k"],
    video: ["v"],
    mute: ["m"],
    help: ["?"],
};

const KEY_SIGNS: Readonly<Record<string, string>> = {
    " ": "Space",
    arrowleft: "←",
    arrowright: "→",
    arrowup: "↑",
    arrowdown: "↓",
    home: "Home",
    end: "End",
};

/** What of a `KeyboardEvent` counts here. */
export interface Pressed {
    readonly key: string;
    readonly ctrlKey: boolean;
    readonly metaKey: boolean;
    readonly altKey: boolean;
}

export type Meant = { readonly action: Action } | { readonly camera: CameraKind } | null;

/** What a key means; null: nothing here, so the browser may have it. */
export function meaningOf(pressed: Pressed): Meant {
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
    const key = pressed.key.toLowerCase();
    const camera = /^[1-9]$/.test(key) ? CAMERAS[Number(key) - 1] : undefined;
    if (camera !== undefined) return { camera };
    const found = (Object.keys(KEYS) as Action[]).find((action) => KEYS[action].includes(key));
    return found === undefined ? null : { action: found };
}

/** What is printed on the key. */
export function keySign(key: string): string {
    return KEY_SIGNS[key] ?? key.toUpperCase();
}
