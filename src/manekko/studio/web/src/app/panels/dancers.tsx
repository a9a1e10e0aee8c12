// Who dances: the character and the motion of each, and what may need the user's eye.
import { FileButton, Switch } from "../parts/controls";
import { Icon } from "../parts/icon";
import type { App } from "../state/app";
import { words } from "../words/words";
import { DancerCard } from "./dancer_card";
import { MODEL_FILES, MOTION_FILES } from "./file_kinds";

export function DancersPanel({ app }: { readonly app: App }) {
    const dancers = app.viewer.dancers.value;
    const text = words.value.dancers;
    return (
        <>
            <ul class="cards">
                {dancers.map((dancer) => (
                    <li key={dancer.id}>
                        <DancerCard app={app} dancer={dancer} isOnly={dancers.length === 1} />
                    </li>
                ))}
            </ul>
            {dancers.length > 1 ? (
                <div class="rows">
                    <Switch label={text.sideBySide} value={app.viewer.look.sideBySide} />
                    <p class="note">{text.sideBySideHint}</p>
                </div>
            ) : null}
            <AddDancer app={app} />
            {dancers.length === 0 ? null : <Compare app={app} />}
        </>
    );
}

/** The chosen dancer once more, with another motion. */
function Compare({ app }: { readonly app: App }) {
    const { compare } = words.value.dancers;
    return (
        <FileButton
            className="button wide compare"
            label={compare}
            accept={MOTION_FILES}
            onFiles={(items) => void app.takeIn(items, "compare")}
        >
            <Icon name="compare" />
            {compare}
        </FileButton>
    );
}

function AddDancer({ app }: { readonly app: App }) {
    const text = words.value.dancers;
    const addUsual = async (): Promise<void> => {
        const character = app.usualCharacter();
        if (character !== null) app.viewer.chosen.value = await app.cast.add(app.newName(), character, null);
    };
    return (
        <div class="add-dancer">
            <button type="button" class="button wide" onClick={() => void addUsual()}>
                <Icon name="add" />
                {text.add}
            </button>
            <FileButton
                className="icon-button outlined"
                label={`${text.add}: ${text.openModel}`}
                accept={`${MODEL_FILES},${MOTION_FILES}`}
                onFiles={(items) => void app.takeIn(items, "new")}
            >
                <Icon name="file" />
            </FileButton>
        </div>
    );
}
