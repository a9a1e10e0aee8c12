// The page's language: from the browser until the user chooses one, which is remembered.
import { computed, type Signal } from "@preact/signals";
import { remembered } from "../state/remembered";
import { en, type Words } from "./en";
import { ja } from "./ja";
import { zh } from "./zh";

export const LANGUAGES = ["en", "ja", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, and as HTML names it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語", zh: "简体中文" };
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { en: "en", ja: "ja", zh: "zh-Hans" };

const ALL: Readonly<Record<Language, Words>> = { en, ja, zh };

/** The first of the browser's languages that the page has; English if it has none. */
export function languageOf(wanted: readonly string[]): Language {
    for (const tag of wanted) {
        const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
        if (found !== undefined) return found;
    }
    return "en";
}

export function isLanguage(value: string): value is Language {
    return (LANGUAGES as readonly string[]).includes(value);
}

export function wordsIn(language: Language): Words {
    return ALL[language];
}

export const language: Signal<Language> = remembered(
    "manekko.language",
    languageOf(typeof navigator === "undefined" ? [] : navigator.languages),
    isLanguage,
);

export const words = computed<Words>(() => wordsIn(language.value));
export type { Words };
