// How the stage is shown: camera, what is drawn, backdrop, the source video and the sound.

import type { CameraKind } from "../../viewer/contract";
import { FileButton, Section, Segments, Switch } from "../parts/controls";
import { Icon } from "../parts/icon";
import { CAMERAS } from "../shortcuts";
import { chooseCamera } from "../state/actions";
import { type App, BACKDROPS } from "../state/app";
import { VIDEO_PLACES } from "../state/playback";
import { words } from "../words/words";
import { MOTION_FILES, SOUND_FILES, VIDEO_FILES } from "./file_kinds";

const CAMERA_KEYS = Object.fromEntries(CAMERAS.map((camera, index) => [camera, String(index + 1)]));

export function ViewPanel({ app }: { readonly app: App }) {
    return (
        <>
            <CameraSection app={app} />
            <DisplaySection app={app} />
            <VideoSection app={app} />
            <SoundSection app={app} />
            <p class="facts digits">{words.value.view.drawTime(app.viewer.frameMs.value.toFixed(1))}</p>
        </>
    );
}

function CameraSection({ app }: { readonly app: App }) {
    const { view } = words.value;
    const there = app.viewer.cameras.value;
    return (
        <Section title={view.camera}>
            <Segments<CameraKind>
                label={view.camera}
                className="grid-3"
                options={CAMERAS}
                names={view.cameras}
                hints={CAMERA_KEYS}
                value={app.viewer.camera.value}
                disabled={(camera) => !there.includes(camera)}
                onChoose={(camera) => chooseCamera(app, camera)}
            />
            <FileButton
                className="button wide"
                label={view.openCamera}
                accept={MOTION_FILES}
                onFiles={(items) => void app.takeIn(items, "chosen")}
            >
                <Icon name="camera" />
                {view.openCamera}
            </FileButton>
        </Section>
    );
}

function DisplaySection({ app }: { readonly app: App }) {
    const { view } = words.value;
    const { look } = app.viewer;
    return (
        <Section title={view.display}>
            <div class="rows">
                <Switch label={view.physics} value={look.physics} hint="P" />
                <Switch label={view.outline} value={look.outline} hint="O" />
                <Switch label={view.shadow} value={look.shadow} hint="S" />
                <Switch label={view.floor} value={look.floor} hint="F" />
                <Switch label={view.skeleton} value={look.skeleton} hint="K" />
            </div>
            <div class="field-block">
                <span class="field-name">{view.backdrop}</span>
                <Segments
                    label={view.backdrop}
                    options={BACKDROPS}
                    names={view.backdrops}
                    value={app.backdrop.value}
                    onChoose={(backdrop) => {
                        app.backdrop.value = backdrop;
                    }}
                />
            </div>
        </Section>
    );
}

function VideoSection({ app }: { readonly app: App }) {
    const { view } = words.value;
    const { choices, choice, place } = app.playback;
    return (
        <Section title={view.video}>
            {choices.value.length === 0 ? (
                <p class="note">{view.noVideo}</p>
            ) : (
                <Segments
                    label={view.video}
                    options={VIDEO_PLACES}
                    names={view.places}
                    value={place.value}
                    onChoose={(next) => {
                        place.value = next;
                    }}
                />
            )}
            {choices.value.length < 2 ? null : (
                <Segments
                    label={view.which}
                    options={choices.value}
                    names={{ clip: view.clip, preview: view.preview }}
                    value={choice.value}
                    onChoose={(next) => {
                        choice.value = next;
                    }}
                />
            )}
            <FileButton
                className="button wide"
                label={view.openVideo}
                accept={VIDEO_FILES}
                onFiles={(items) => void app.takeIn(items, "chosen")}
            >
                <Icon name="video" />
                {view.openVideo}
            </FileButton>
        </Section>
    );
}

function SoundSection({ app }: { readonly app: App }) {
    const { view } = words.value;
    const name = app.playback.soundName.value;
    return (
        <Section title={view.sound}>
            <p class="note name" title={name ?? ""}>
                {name ?? view.noSound}
            </p>
            <FileButton
                className="button wide"
                label={view.openSound}
                accept={SOUND_FILES}
                onFiles={(items) => void app.takeIn(items, "chosen")}
            >
                <Icon name="sound" />
                {view.openSound}
            </FileButton>
        </Section>
    );
}
