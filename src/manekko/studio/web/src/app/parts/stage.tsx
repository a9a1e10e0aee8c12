// The stage: the 3D view, the source video beside or behind it, and what is said when there is nothing to see.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../../viewer/contract";
import { failure, start } from "../start";
import { act } from "../state/actions";
import type { App } from "../state/app";
import { problemWords } from "../state/messages";
import type { VideoPlace } from "../state/playback";
import { timeText } from "../time";
import { words } from "../words/words";
import { IconButton } from "./controls";
import { Icon } from "./icon";

export function Stage({ app }: { readonly app: App | null }) {
    const stage = useRef<HTMLElement>(null);
    const place: VideoPlace =
        app === null || app.playback.choices.value.length === 0 ? "off" : app.playback.place.value;
    return (
        <main ref={stage} class={`stage video-${place}`} data-testid="stage" aria-label={words.value.header.stage}>
            {app === null ? null : <VideoHost app={app} />}
            <View app={app}>{app === null ? <Opening /> : <Overlays app={app} stage={stage} />}</View>
        </main>
    );
}

function View({ app, children }: { readonly app: App | null; readonly children: ComponentChildren }) {
    const canvas = useRef<HTMLCanvasElement>(null);
    useEffect(() => {
        if (canvas.current !== null) void start(canvas.current);
    }, []);
    useEffect(() => {
        const shown = canvas.current;
        if (shown === null || app === null) return;
        // The view's engine puts the canvas first of all; the keys work from everywhere, so it needs no turn.
        shown.tabIndex = -1;
        const observer = new ResizeObserver(() => app.viewer.resize());
        observer.observe(shown);
        return () => observer.disconnect();
    }, [app]);
    return (
        <div class="view">
            <canvas ref={canvas} data-testid="canvas" role="img" aria-label={words.value.stage.canvas} />
            {children}
        </div>
    );
}

/** Where the video lies; the element itself belongs to the playback, so that it outlives any layout. */
function VideoHost({ app: { playback } }: { readonly app: App }) {
    const host = useRef<HTMLDivElement>(null);
    const aspect = playback.aspect.value;
    const label = words.value.stage.video;
    useEffect(() => {
        host.current?.append(playback.video);
    }, [playback]);
    useEffect(() => {
        host.current?.style.setProperty("--aspect", String(aspect ?? 16 / 9));
        playback.video.setAttribute("aria-label", label);
    }, [aspect, label, playback]);
    return <div ref={host} class="video-host" data-testid="video" />;
}

function Opening() {
    const problem = failure.value;
    if (problem === null) {
        return (
            <output class="stage-note">
                <span class="spinner" aria-hidden="true" />
                {words.value.loading}
            </output>
        );
    }
    return <ProblemCard problem={problem} />;
}

/** Stands where she would: without this there is no stage. */
function ProblemCard({ problem }: { readonly problem: Problem }) {
    const { found, advice } = problemWords(problem);
    return (
        <div class="stage-note card" role="alert">
            <strong>{found(words.value)}</strong>
            <p>{advice(words.value)}</p>
        </div>
    );
}

interface OverlaysProps {
    readonly app: App;
    readonly stage: { readonly current: HTMLElement | null };
}

function Overlays({ app, stage }: OverlaysProps) {
    const dancers = app.viewer.dancers.value;
    const blind = app.viewer.problems.value.find(({ code }) => code === "drawing-unavailable");
    if (blind !== undefined) return <ProblemCard problem={blind} />;
    const isStill = dancers.every((dancer) => dancer.motionName === null && !dancer.loading);
    const isLoading = app.reading.value || dancers.some((dancer) => dancer.loading);
    const { stage: text, drop } = words.value;
    return (
        <>
            {isLoading ? (
                <output class="stage-note small">
                    <span class="spinner" aria-hidden="true" />
                    {app.reading.value ? drop.reading : words.value.loading}
                </output>
            ) : null}
            {isStill && !isLoading ? (
                <div class="stage-hint">
                    <Icon name="motion" />
                    <span>{dancers.length === 0 ? text.emptyText : text.noMotion}</span>
                </div>
            ) : null}
            <RecordingChip app={app} />
            <FullScreenPlay app={app} />
            <FullScreenButton stage={stage} />
        </>
    );
}

function RecordingChip({ app: { saving } }: { readonly app: App }) {
    const since = saving.recordingSinceMs.value;
    const elapsedS = useSignal(0);
    useEffect(() => {
        if (since === null) return;
        elapsedS.value = 0;
        const timer = setInterval(() => {
            elapsedS.value = (performance.now() - since) / 1000;
        }, 100);
        return () => clearInterval(timer);
    }, [since, elapsedS]);
    if (since === null) return null;
    return (
        <div class="recording">
            <span class="recording-dot" aria-hidden="true" />
            <span class="digits">{words.value.stage.recording(timeText(elapsedS.value))}</span>
            <button type="button" class="button" onClick={() => void saving.stopRecording()}>
                {words.value.stage.stopRecording}
            </button>
        </div>
    );
}

/** The only button of playback on a stage that fills the screen. */
function FullScreenPlay({ app }: { readonly app: App }) {
    const isPlaying = app.viewer.clock.playing.value;
    const { play, pause } = words.value.transport;
    return (
        <div class="full-play">
            <IconButton
                kind="main"
                icon={isPlaying ? "pause" : "play"}
                label={isPlaying ? pause : play}
                onClick={() => act(app, "play")}
            />
        </div>
    );
}

function FullScreenButton({ stage }: Pick<OverlaysProps, "stage">) {
    const isFull = useSignal(false);
    useEffect(() => {
        const onChange = (): void => {
            isFull.value = document.fullscreenElement !== null;
        };
        document.addEventListener("fullscreenchange", onChange);
        return () => document.removeEventListener("fullscreenchange", onChange);
    }, [isFull]);
    if (!document.fullscreenEnabled) return null;
    const toggle = (): void => {
        if (document.fullscreenElement !== null) void document.exitFullscreen();
        else void stage.current?.requestFullscreen();
    };
    const { full, leaveFull } = words.value.stage;
    return (
        <div class="stage-corner">
            <IconButton icon="full" label={isFull.value ? leaveFull : full} onClick={toggle} />
        </div>
    );
}
