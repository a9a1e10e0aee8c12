// How a time is written: minutes, seconds and hundredths, as film people do, and MMD's frames of 1/30 s.
import { FPS } from "../viewer/contract";

/** Minutes, seconds and hundredths: `1:02.50`. The hundredth is the one that is going on, not the nearest. */
export function timeText(timeS: number): string {
    const hundredths = Math.floor(Math.max(0, timeS) * 100 + 1e-6);
    const minutes = Math.floor(hundredths / 6000);
    const seconds = Math.floor((hundredths % 6000) / 100);
    return `${minutes}:${twoDigits(seconds)}.${twoDigits(hundredths % 100)}`;
}

/** The frame that is shown at a time, from 0; a hair before a frame counts as that frame. */
export function frameAt(timeS: number): number {
    return Math.max(0, Math.floor(timeS * FPS + 1e-4));
}

/** Time without what nobody needs to read on a ruler: `5`, `0.5`, `1:05`. */
export function tickText(timeS: number): string {
    if (timeS >= 60) return `${Math.floor(timeS / 60)}:${twoDigits(Math.round(timeS % 60))}`;
    return String(Math.round(timeS * 100) / 100);
}

/** Size of a file for people: `812 B`, `34 kB`, `1.6 MB`. */
export function sizeText(bytes: number): string {
    if (bytes < 1000) return `${bytes} B`;
    if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
    return `${(bytes / 1e6).toFixed(1)} MB`;
}

function twoDigits(value: number): string {
    return String(value).padStart(2, "0");
}
