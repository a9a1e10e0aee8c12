// Pictures and films of what is on screen, with the sound that plays.
import type { Recording } from "../contract";
import { Failure } from "../problems";
import { withLength } from "./webm";

const FPS = 30;
const BITS_PER_S = 12_000_000;
/** In the order of liking; whoever cannot write WebM at all may still write MP4. */
const FORMATS = [
    "video/webm;codecs=vp9,opus",
    "video/webm;codecs=vp8,opus",
    "video/webm",
    "video/mp4;codecs=avc1.640028,mp4a.40.2",
    "video/mp4",
];
/** What has been recorded is handed over so often, so that a recording that breaks off is not lost [ms]. */
const PIECE_MS = 1000;

/** Elements whose sound went through us once: browsers let it never go back. */
const routed = new WeakMap<HTMLMediaElement, MediaElementAudioSourceNode>();
let routing: AudioContext | null = null;

/**
 * PNG of what is on a canvas.
 * @param draw draws it: a canvas of WebGL shows its picture to others only until the browser has it.
 */
export function pictureOf(canvas: HTMLCanvasElement, draw: () => void): Promise<Blob> {
    return new Promise((resolve, reject) => {
        draw();
        canvas.toBlob((picture) => {
            if (picture === null) reject(new Failure("recording-unavailable"));
            else resolve(picture);
        }, "image/png");
    });
}

/** Records a canvas and what plays, until it is stopped; throws a `Failure` where the browser cannot. */
export function recordingOf(canvas: HTMLCanvasElement, media: readonly HTMLMediaElement[]): Recording {
    const format = globalThis.MediaRecorder && FORMATS.find((one) => MediaRecorder.isTypeSupported(one));
    if (format === undefined || !("captureStream" in canvas)) throw new Failure("recording-unavailable");
    const picture = canvas.captureStream(FPS);
    const sound = mixed(media.filter(({ muted }) => !muted));
    const stream = new MediaStream([...picture.getVideoTracks(), ...(sound?.stream.getAudioTracks() ?? [])]);
    const recorder = started(stream, format);
    const ended = new Promise<void>((resolve) => {
        recorder.addEventListener("stop", () => resolve(), { once: true });
    });
    const beganMs = performance.now();
    const pieces: Blob[] = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    const stop = async () => {
        const lengthMs = performance.now() - beganMs;
        if (recorder.state !== "inactive") recorder.stop();
        await ended;
        for (const track of stream.getTracks()) track.stop();
        sound?.close();
        // Without the codecs, which make names of files out of types go wrong.
        const film = new Blob(pieces, { type: format.split(";")[0] ?? format });
        return withLength(film, lengthMs);
    };
    let stopped: Promise<Blob> | null = null;
    return {
        stop: () => {
            stopped ??= stop();
            return stopped;
        },
    };
}

function started(stream: MediaStream, format: string): MediaRecorder {
    try {
        const recorder = new MediaRecorder(stream, { mimeType: format, videoBitsPerSecond: BITS_PER_S });
        recorder.start(PIECE_MS);
        return recorder;
    } catch (error) {
        if (error instanceof DOMException) throw new Failure("recording-unavailable");
        throw error;
    }
}

interface Mixed {
    readonly stream: MediaStream;
    close(): void;
}

/** The sound of all that plays in one track, which stays when one of them ends and begins again. */
function mixed(media: readonly HTMLMediaElement[]): Mixed | null {
    if (media.length === 0 || !globalThis.AudioContext) return null;
    const captured = media.map((one) => streamOf(one)).filter((stream) => stream !== null);
    if (captured.length < media.length) return mixedByRoute(media);
    const context = new AudioContext();
    void context.resume();
    const into = context.createMediaStreamDestination();
    const listen = new AbortController();
    for (const stream of captured) {
        const known = new Set<string>();
        const add = (track: MediaStreamTrack) => {
            if (track.kind !== "audio" || known.has(track.id)) return;
            known.add(track.id);
            context.createMediaStreamSource(new MediaStream([track])).connect(into);
        };
        for (const track of stream.getTracks()) add(track);
        stream.addEventListener("addtrack", ({ track }) => add(track), { signal: listen.signal });
    }
    const close = () => {
        listen.abort();
        void context.close();
    };
    return { stream: into.stream, close };
}

/** What an element plays, heard on the way; null where the browser has no such thing. */
function streamOf(media: HTMLMediaElement): MediaStream | null {
    const capture = "captureStream" in media ? media.captureStream : null;
    return typeof capture === "function" ? capture.call(media) : null;
}

/** For browsers that cannot listen on the way: the sound goes through us to the loudspeaker, from now on. */
function mixedByRoute(media: readonly HTMLMediaElement[]): Mixed {
    routing ??= new AudioContext();
    const context = routing;
    void context.resume();
    const into = context.createMediaStreamDestination();
    const sources = media.map((one) => {
        const source = routed.get(one) ?? context.createMediaElementSource(one);
        if (!routed.has(one)) source.connect(context.destination);
        routed.set(one, source);
        source.connect(into);
        return source;
    });
    const close = () => {
        for (const source of sources) source.disconnect(into);
    };
    return { stream: into.stream, close };
}
