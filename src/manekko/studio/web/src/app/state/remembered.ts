// A choice of the user that outlives the page; where the browser keeps nothing, it lives as long as the page.
import { type Signal, signal } from "@preact/signals";

/** Returns a signal that begins with what was kept under `key`, if it is still valid, and keeps what it is set to. */
export function remembered<T extends string>(
    key: string,
    initial: T,
    isValid: (value: string) => value is T,
): Signal<T> {
    const kept = read(key);
    const choice = signal<T>(kept !== null && isValid(kept) ? kept : initial);
    choice.subscribe((value) => {
        // What the user never chose is not kept: it may follow the system.
        if (value !== initial || read(key) !== null) write(key, value);
    });
    return choice;
}

function read(key: string): string | null {
    try {
        return globalThis.localStorage?.getItem(key) ?? null;
    } catch {
        return null;
    }
}

function write(key: string, value: string): void {
    try {
        globalThis.localStorage?.setItem(key, value);
    } catch {
        // Storage is full or forbidden: the choice holds until the page is closed.
    }
}
