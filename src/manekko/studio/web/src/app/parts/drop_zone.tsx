// While files are dragged over the page: where they can be let go, and what will be done with them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { itemsOf } from "../../viewer/files/dropped";
import type { App } from "../state/app";
import type { Aim } from "../state/take_in";
import { words } from "../words/words";
import { Icon, type IconName } from "./icon";

const LEAVE_MS = 120;

export function DropZone({ app }: { readonly app: App }) {
    const aim = useSignal<Aim | null>(null);
    useEffect(() => listenToDrops(app, aim), [app, aim]);
    if (aim.value === null) return null;
    const { drop } = words.value;
    const lead = app.cast.lead.value;
    return (
        <section class="drop-zone" data-testid="drop-zone" aria-label={drop.title}>
            <div class="drop-head">
                <strong>{drop.title}</strong>
                <span>{drop.text}</span>
            </div>
            <div class="drop-targets">
                {lead === null ? null : (
                    <Target
                        aim="chosen"
                        now={aim.value}
                        icon="motion"
                        title={drop.give(lead.name)}
                        hint={drop.giveHint}
                    />
                )}
                <Target aim="new" now={aim.value} icon="add" title={drop.add} hint={drop.addHint} />
            </div>
        </section>
    );
}

interface TargetProps {
    readonly aim: Aim;
    readonly now: Aim;
    readonly icon: IconName;
    readonly title: string;
    readonly hint: string;
}

function Target({ aim, now, icon, title, hint }: TargetProps) {
    return (
        <div class={aim === now ? "drop-target aimed" : "drop-target"} data-aim={aim}>
            <Icon name={icon} />
            <strong>{title}</strong>
            <span>{hint}</span>
        </div>
    );
}

function listenToDrops(app: App, aim: { value: Aim | null }): () => void {
    const stop = new AbortController();
    const listen = (kind: "dragenter" | "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void): void => {
        addEventListener(kind, act, { signal: stop.signal });
    };
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const follow = (event: DragEvent): void => {
        if (!hasFiles(event)) return;
        clearTimeout(leaving);
        // Without this the browser would open the file in place of the page.
        event.preventDefault();
        aim.value = aimOf(event);
    };
    listen("dragenter", follow);
    listen("dragover", follow);
    listen("dragleave", () => {
        // It comes for each element that is left; whoever is still over the page is heard of at once.
        clearTimeout(leaving);
        leaving = setTimeout(() => {
            aim.value = null;
        }, LEAVE_MS);
    });
    listen("drop", (event) => {
        if (!hasFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        clearTimeout(leaving);
        const taken = aimOf(event);
        aim.value = null;
        void itemsOf(event.dataTransfer).then((items) => app.takeIn(items, taken));
    });
    return () => stop.abort();
}

function hasFiles(event: DragEvent): boolean {
    return event.dataTransfer?.types.includes("Files") ?? false;
}

function aimOf(event: DragEvent): Aim {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-aim]") : null;
    return target?.dataset.aim === "new" ? "new" : "chosen";
}
