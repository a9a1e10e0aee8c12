// The panels: beside the stage on a wide screen, as a sheet over the lower half on a phone.
import { Icon, type IconName } from "../parts/icon";
import { type App, isWide, TABS, type Tab } from "../state/app";
import { words } from "../words/words";
import { DancersPanel } from "./dancers";
import { FilesPanel } from "./files";
import { HelpPanel } from "./help";
import { ViewPanel } from "./view";

const ICONS: Readonly<Record<Tab, IconName>> = { dancers: "dancers", view: "view", files: "files", help: "help" };

export function Panels({ app }: { readonly app: App | null }) {
    const open = app?.tab.value ?? null;
    return (
        <aside class="panels" aria-label={words.value.header.panels} data-testid="panels">
            <Tabs app={app} open={open} />
            {app === null || open === null ? null : (
                <div
                    class="panel"
                    role="tabpanel"
                    id={`panel-${open}`}
                    aria-labelledby={`tab-${open}`}
                    data-testid={`panel-${open}`}
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard too.
                    tabIndex={0}
                >
                    <button
                        type="button"
                        class="sheet-handle"
                        aria-label={words.value.header.hidePanels}
                        onClick={() => {
                            app.tab.value = null;
                        }}
                    />
                    <Panel app={app} tab={open} />
                </div>
            )}
        </aside>
    );
}

function Panel({ app, tab }: { readonly app: App; readonly tab: Tab }) {
    if (tab === "dancers") return <DancersPanel app={app} />;
    if (tab === "view") return <ViewPanel app={app} />;
    if (tab === "files") return <FilesPanel app={app} />;
    return <HelpPanel app={app} />;
}

function Tabs({ app, open }: { readonly app: App | null; readonly open: Tab | null }) {
    const { tabs } = words.value;
    const choose = (tab: Tab): void => {
        if (app === null) return;
        // On a phone a second tap on the tab puts the sheet away.
        app.tab.value = !isWide() && app.tab.peek() === tab ? null : tab;
    };
    const onKey = (event: KeyboardEvent): void => {
        const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (by === 0 || app === null) return;
        event.preventDefault();
        const next = TABS[(TABS.indexOf(open ?? "dancers") + by + TABS.length) % TABS.length] ?? "dancers";
        app.tab.value = next;
        document.getElementById(`tab-${next}`)?.focus();
    };
    return (
        <div class="tabs" role="tablist" aria-label={tabs.label} onKeyDown={onKey}>
            {TABS.map((tab) => (
                <button
                    key={tab}
                    id={`tab-${tab}`}
                    type="button"
                    role="tab"
                    class="tab"
                    aria-selected={tab === open}
                    aria-controls={tab === open ? `panel-${tab}` : undefined}
                    tabIndex={tab === (open ?? "dancers") ? 0 : -1}
                    disabled={app === null}
                    onClick={() => choose(tab)}
                >
                    <Icon name={ICONS[tab]} />
                    <span>{tabs[tab]}</span>
                </button>
            ))}
        </div>
    );
}
