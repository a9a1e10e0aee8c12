// Help: the keys, the mouse, and what can be dropped.
import { Section } from "../parts/controls";
import { type Action, KEYS, keySign } from "../shortcuts";
import type { App } from "../state/app";
import { words } from "../words/words";

export function HelpPanel({ app }: { readonly app: App }) {
    const { help } = words.value;
    return (
        <>
            <Section title={help.keys}>
                <dl class="keys">
                    {(Object.keys(KEYS) as Action[]).map((action) => (
                        <Row key={action} keys={KEYS[action].map(keySign)} text={help.actions[action]} />
                    ))}
                    <Row keys={["1 – 9"]} text={help.camerasKey} />
                </dl>
            </Section>
            <Section title={help.mouse}>
                <ul class="plain-list">
                    {[help.turn, help.move, help.zoom, help.scrub].map((line) => (
                        <li key={line}>{line}</li>
                    ))}
                </ul>
            </Section>
            <Section title={help.drop}>
                <p class="note">{help.dropText}</p>
                <p class="note">{help.local}</p>
            </Section>
            <p class="facts">{help.version(app.programme.version)}</p>
        </>
    );
}

function Row({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
    return (
        <div class="key-row">
            <dt>
                {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                ))}
            </dt>
            <dd>{text}</dd>
        </div>
    );
}
