// Light or dark: as the system has it until the user chooses, which is remembered.
import { computed, effect, type Signal, signal } from "@preact/signals";
import { remembered } from "./remembered";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme: Signal<Theme> = remembered("manekko.theme", "system", (value): value is Theme =>
    (THEMES as readonly string[]).includes(value),
);

const systemIsDark = signal(false);

export const isDark = computed(() => (theme.value === "system" ? systemIsDark.value : theme.value === "dark"));

/** Puts the theme onto the document and keeps it there. */
export function applyTheme(): void {
    const query = matchMedia("(prefers-color-scheme: dark)");
    systemIsDark.value = query.matches;
    query.addEventListener("change", () => {
        systemIsDark.value = query.matches;
    });
    effect(() => {
        document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
    });
}

/** The next theme when the user presses the switch: system, light, dark, system … */
export function nextTheme(now: Theme): Theme {
    return THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "system";
}
