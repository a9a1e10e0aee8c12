// The line on top: what is shown, and in which language and colours.

import { Icon, type IconName } from "./parts/icon";
import type { App } from "./state/app";
import { nextTheme, theme } from "./state/theme";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES, language, words } from "./words/words";

const THEME_ICONS: Readonly<Record<typeof theme.value, IconName>> = { system: "system", light: "sun", dark: "moon" };

export function Header({ app }: { readonly app: App | null }) {
    return (
        <header class="header">
            <Mark />
            <h1 class="clip-name">
                <span class="brand">Manekko</span>
                {app === null ? null : <span class="clip">{app.programme.title}</span>}
            </h1>
            <LanguageChoice />
            <ThemeButton />
            {app === null ? null : <PanelButton app={app} />}
        </header>
    );
}

function Mark() {
    return (
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" />
            <circle cx="16" cy="8" r="4" />
            <path d="M6 12l10 3 10-5M16 15v7m0 0l-6 6m6-6l7 5" />
        </svg>
    );
}

function LanguageChoice() {
    return (
        <label class="language">
            <Icon name="globe" />
            <select
                aria-label={words.value.language}
                value={language.value}
                onChange={({ currentTarget: { value } }) => {
                    if (isLanguage(value)) language.value = value;
                }}
            >
                {LANGUAGES.map((each) => (
                    <option key={each} value={each}>
                        {LANGUAGE_NAMES[each]}
                    </option>
                ))}
            </select>
        </label>
    );
}

function ThemeButton() {
    const names = words.value.theme;
    const label = `${names.label}: ${names[theme.value]}`;
    return (
        <button
            type="button"
            class="icon-button plain"
            aria-label={label}
            title={label}
            onClick={() => {
                theme.value = nextTheme(theme.peek());
            }}
        >
            <Icon name={THEME_ICONS[theme.value]} />
        </button>
    );
}

/** Gives the stage the whole width; on a phone the tabs below do. */
function PanelButton({ app: { tab } }: { readonly app: App }) {
    const isOpen = tab.value !== null;
    const label = isOpen ? words.value.header.hidePanels : words.value.header.showPanels;
    return (
        <button
            type="button"
            class="icon-button plain panel-button"
            aria-label={label}
            title={label}
            aria-expanded={isOpen}
            onClick={() => {
                tab.value = isOpen ? null : "dancers";
            }}
        >
            <Icon name="panels" />
        </button>
    );
}
