// The line of buttons over the time line: playing, stepping, speed, sound, and what time it is.
import { useComputed } from "@preact/signals";
import { IconButton } from "../parts/controls";
import { act, SPEEDS } from "../state/actions";
import type { App } from "../state/app";
import { frameAt, timeText } from "../time";
import { words } from "../words/words";
import { zoomed } from "./geometry";

export function Transport({ app }: { readonly app: App }) {
    return (
        <div class="transport-box">
            <div class="transport" role="toolbar" aria-label={words.value.transport.label} data-testid="transport">
                <PlayButtons app={app} />
                <TimeReadout app={app} />
                <LoopChip app={app} />
                <div class="transport-end">
                    <ZoomButtons app={app} />
                    <SpeedChoice app={app} />
                    <RepeatButton app={app} />
                    <SoundControls app={app} />
                </div>
            </div>
        </div>
    );
}

function PlayButtons({ app }: { readonly app: App }) {
    const { transport } = words.value;
    const isPlaying = app.viewer.clock.playing.value;
    const isEmpty = useComputed(() => app.viewer.clock.durationS.value === 0).value;
    return (
        <div class="play-buttons">
            <IconButton
                icon="to-start"
                label={transport.toStart}
                hint="Home"
                disabled={isEmpty}
                onClick={() => act(app, "to-start")}
            />
            <IconButton
                icon="frame-back"
                label={transport.backFrame}
                hint=","
                disabled={isEmpty}
                onClick={() => act(app, "back-frame")}
            />
            <IconButton
                kind="main"
                icon={isPlaying ? "pause" : "play"}
                label={isPlaying ? transport.pause : transport.play}
                hint="Space"
                disabled={isEmpty}
                onClick={() => act(app, "play")}
            />
            <IconButton
                icon="frame-on"
                label={transport.onFrame}
                hint="."
                disabled={isEmpty}
                onClick={() => act(app, "on-frame")}
            />
        </div>
    );
}

function TimeReadout({ app: { viewer } }: { readonly app: App }) {
    const { timeS, durationS } = viewer.clock;
    const now = useComputed(() => timeText(timeS.value));
    const end = useComputed(() => timeText(durationS.value));
    const frame = useComputed(() => frameAt(timeS.value));
    const last = useComputed(() => frameAt(durationS.value));
    return (
        <div class="readout">
            <span class="readout-time digits" data-testid="time">
                {now}
            </span>
            <span class="readout-rest digits">/ {end}</span>
            <span class="readout-frame digits">
                {words.value.transport.frame} <b data-testid="frame">{frame}</b> / {last}
            </span>
        </div>
    );
}

function LoopChip({ app }: { readonly app: App }) {
    const loop = app.viewer.clock.loop.value;
    if (loop === null) return null;
    const { transport } = words.value;
    return (
        <div class="loop-chip">
            <span>{transport.loop}</span>
            <span class="digits">
                {timeText(loop.start_s)} – {timeText(loop.end_s)}
            </span>
            <IconButton icon="close" label={transport.clearLoop} hint="L" onClick={() => act(app, "loop-off")} />
        </div>
    );
}

function SpeedChoice({ app: { viewer } }: { readonly app: App }) {
    const { speed } = viewer.clock;
    return (
        <label class="speed">
            <span class="unseen">{words.value.transport.speed}</span>
            <select
                value={String(speed.value)}
                onChange={({ currentTarget: { value } }) => {
                    speed.value = Number(value);
                }}
            >
                {SPEEDS.map((each) => (
                    <option key={each} value={String(each)}>
                        {each}×
                    </option>
                ))}
            </select>
        </label>
    );
}

function RepeatButton({ app: { viewer } }: { readonly app: App }) {
    const { repeats } = viewer.clock;
    return (
        <IconButton
            icon="repeat"
            label={words.value.transport.repeat}
            pressed={repeats.value}
            onClick={() => {
                repeats.value = !repeats.value;
            }}
        />
    );
}

function SoundControls({ app }: { readonly app: App }) {
    const { muted, volume, audible } = app.playback;
    const { transport } = words.value;
    if (!audible.value) return null;
    const isSilent = muted.value || volume.value === 0;
    return (
        <div class="sound">
            <IconButton
                icon={isSilent ? "sound-off" : "sound"}
                label={muted.value ? transport.unmute : transport.mute}
                hint="M"
                onClick={() => act(app, "mute")}
            />
            <input
                type="range"
                class="volume"
                aria-label={transport.volume}
                min={0}
                max={1}
                step={0.05}
                value={volume.value}
                onInput={({ currentTarget }) => {
                    volume.value = currentTarget.valueAsNumber;
                    muted.value = false;
                }}
            />
        </div>
    );
}

function ZoomButtons({ app }: { readonly app: App }) {
    const { transport } = words.value;
    const { timeS, durationS } = app.viewer.clock;
    const zoom = (factor: number): void => {
        const endS = durationS.peek();
        const next = zoomed(app.shown.peek(), endS, factor, timeS.peek());
        app.zoom.value = next.end_s - next.start_s > endS - 0.01 ? null : next;
    };
    return (
        <div class="zoom">
            <IconButton
                icon="zoom-out"
                label={transport.zoomOut}
                disabled={app.zoom.value === null}
                onClick={() => zoom(0.5)}
            />
            <IconButton
                icon="zoom-in"
                label={transport.zoomIn}
                disabled={durationS.value === 0}
                onClick={() => zoom(2)}
            />
        </div>
    );
}
