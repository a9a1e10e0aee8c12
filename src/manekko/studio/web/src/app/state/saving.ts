// What the user takes along: a picture and a recording of the view.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Programme } from "../../api/messages";
import type { Recording, Viewer } from "../../viewer/contract";
import { type Messages, problemOf } from "./messages";

export interface Saving {
    /** When the recording that runs began, as `performance.now` counts [ms]; null: none runs. */
    readonly recordingSinceMs: ReadonlySignal<number | null>;
    savePicture(): Promise<void>;
    startRecording(): void;
    stopRecording(): Promise<void>;
}

export function createSaving(programme: Programme, viewer: Viewer, messages: Messages): Saving {
    const since = signal<number | null>(null);
    let recording: Recording | null = null;
    const base = programme.title.replace(/\.[^.]+$/, "") || "manekko";
    const keep = (blob: Blob, name: string): void => {
        offer(blob, name);
        messages.done((words) => words.taken.saved(name));
    };
    const cannotRecord = (error: unknown): void => {
        messages.problem(problemOf(error, "recording-unavailable"));
    };
    return {
        recordingSinceMs: since,
        savePicture: async () => {
            try {
                keep(await viewer.picture(), `${base}.png`);
            } catch (error) {
                messages.problem(problemOf(error, "drawing-unavailable"));
            }
        },
        startRecording: () => {
            try {
                recording ??= viewer.record();
                since.value = performance.now();
            } catch (error) {
                cannotRecord(error);
            }
        },
        stopRecording: async () => {
            const running = recording;
            recording = null;
            since.value = null;
            if (running === null) return;
            try {
                keep(await running.stop(), `${base}.webm`);
            } catch (error) {
                cannotRecord(error);
            }
        },
    };
}

/** Gives a file to the browser's downloads. */
function offer(blob: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser reads the address after the click has returned.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
