// One dancer: her name, character and motion, and what is known of them.
import type { Notice } from "../../api/messages";
import type { DancerState, Item } from "../../viewer/contract";
import { FileButton, IconButton } from "../parts/controls";
import { Icon } from "../parts/icon";
import type { App } from "../state/app";
import { characterAt } from "../state/cast";
import { problemWords } from "../state/messages";
import { timeText } from "../time";
import { LANGUAGE_TAGS, language, words } from "../words/words";
import { MODEL_FILES, MOTION_FILES } from "./file_kinds";

interface CardProps {
    readonly app: App;
    readonly dancer: DancerState;
}

export function DancerCard({ app, dancer, isOnly }: CardProps & { readonly isOnly: boolean }) {
    const isChosen = !isOnly && app.cast.lead.value?.id === dancer.id;
    const strips = app.cast.roles.value.get(dancer.id)?.strips ?? null;
    return (
        <article class={`card dancer ${isChosen ? "chosen" : ""} ${dancer.shown ? "" : "hidden-dancer"}`}>
            <Head app={app} dancer={dancer} isOnly={isOnly} />
            <CharacterRow app={app} dancer={dancer} />
            <MotionRow app={app} dancer={dancer} />
            <Facts dancer={dancer} />
            <Problems dancer={dancer} />
            {strips === null || strips.notices.length === 0 ? null : <Notices app={app} notices={strips.notices} />}
        </article>
    );
}

function Head({ app, dancer, isOnly }: CardProps & { readonly isOnly: boolean }) {
    const text = words.value.dancers;
    const isChosen = app.cast.lead.value?.id === dancer.id;
    return (
        <header class="card-head">
            {isOnly ? (
                <h2 class="card-name">{dancer.name}</h2>
            ) : (
                <h2 class="card-name">
                    <button
                        type="button"
                        class="name-button"
                        aria-pressed={isChosen}
                        title={text.choose(dancer.name)}
                        onClick={() => {
                            app.viewer.chosen.value = dancer.id;
                        }}
                    >
                        {dancer.name}
                    </button>
                </h2>
            )}
            {dancer.loading ? <span class="spinner" role="img" aria-label={text.loading} /> : null}
            <IconButton
                icon={dancer.shown ? "eye" : "eye-off"}
                label={dancer.shown ? text.hide(dancer.name) : text.show(dancer.name)}
                onClick={() => app.viewer.setShown(dancer.id, !dancer.shown)}
            />
            <IconButton icon="close" label={text.remove(dancer.name)} onClick={() => app.cast.remove(dancer.id)} />
        </header>
    );
}

const OWN = "own";

function CharacterRow({ app, dancer }: CardProps) {
    const text = words.value.dancers;
    const take = (items: readonly Item[]): void => void app.takeIn(items, "chosen", dancer.id);
    return (
        <div class="field">
            <span class="field-name">{text.character}</span>
            <CharacterChoice app={app} dancer={dancer} />
            <FileButton
                className="icon-button"
                label={`${dancer.name}: ${text.openModel}`}
                accept={MODEL_FILES}
                onFiles={take}
            >
                <Icon name="file" />
            </FileButton>
            <FileButton className="icon-button" label={`${dancer.name}: ${text.openFolder}`} folder onFiles={take}>
                <Icon name="folder" />
            </FileButton>
        </div>
    );
}

/** Manekko's own characters, and the user's when it is hers. */
function CharacterChoice({ app, dancer }: CardProps) {
    const { characters } = app.programme;
    const url = app.cast.roles.value.get(dancer.id)?.character.url;
    const known = characters.find((character) => character.url === url);
    const choose = (chosenUrl: string): void => {
        const character = characters.find((each) => each.url === chosenUrl);
        if (character !== undefined) void app.cast.setCharacter(dancer.id, characterAt(character));
    };
    return (
        <select
            class="select"
            aria-label={`${dancer.name}: ${words.value.dancers.character}`}
            value={known?.url ?? OWN}
            onChange={(event) => choose(event.currentTarget.value)}
        >
            {known === undefined ? <option value={OWN}>{dancer.characterName}</option> : null}
            {characters.map((character) => (
                <option key={character.url} value={character.url}>
                    {character.name}
                </option>
            ))}
        </select>
    );
}

function MotionRow({ app, dancer }: CardProps) {
    const text = words.value.dancers;
    return (
        <div class="field">
            <span class="field-name">{text.motion}</span>
            <span
                class={dancer.motionName === null ? "field-value none" : "field-value"}
                title={dancer.motionName ?? ""}
            >
                {dancer.motionName ?? text.none}
            </span>
            <FileButton
                className="icon-button"
                label={`${dancer.name}: ${text.openMotion}`}
                accept={MOTION_FILES}
                onFiles={(items) => void app.takeIn(items, "chosen", dancer.id)}
            >
                <Icon name="file" />
            </FileButton>
        </div>
    );
}

function Facts({ dancer }: Pick<CardProps, "dancer">) {
    const text = words.value.dancers;
    if (dancer.bones === 0) return null;
    const count = (value: number): string => value.toLocaleString(LANGUAGE_TAGS[language.value]);
    return <p class="facts">{text.facts(count(dancer.bones), count(dancer.triangles), dancer.hasPhysics)}</p>;
}

function Problems({ dancer: { problems } }: Pick<CardProps, "dancer">) {
    if (problems.length === 0) return null;
    return (
        <ul class="problems">
            {problems.map((problem) => {
                const { found, advice } = problemWords(problem);
                return (
                    <li key={problem.code}>
                        <Icon name="warning" />
                        <div>
                            <strong>{found(words.value)}</strong> {advice(words.value)}
                        </div>
                    </li>
                );
            })}
        </ul>
    );
}

function Notices({ app, notices }: { readonly app: App; readonly notices: readonly Notice[] }) {
    return (
        <details class="notice-list" open={notices.length <= 4}>
            <summary>{words.value.dancers.notices(notices.length)}</summary>
            <ul>
                {notices.map((notice) => (
                    <li key={`${notice.span?.start_s ?? ""} ${notice.text}`}>
                        <NoticeLine app={app} notice={notice} />
                    </li>
                ))}
            </ul>
        </details>
    );
}

/** The report speaks English; what it says is shown as it is. */
function NoticeLine({ app, notice: { text, span } }: { readonly app: App; readonly notice: Notice }) {
    if (span === null) {
        return (
            <p class="notice-line" lang="en">
                {text}
            </p>
        );
    }
    return (
        <button type="button" class="notice-line" onClick={() => app.viewer.clock.seek(span.start_s)}>
            <span class="digits notice-time">{timeText(span.start_s)}</span>
            <span lang="en">{text}</span>
        </button>
    );
}
