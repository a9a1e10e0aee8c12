// The sound and the source video: which files they are, where the video is shown, and that both follow the clock.
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Media, Programme } from "../../api/messages";
import type { Clock, Item, Problem, ProblemCode } from "../../viewer/contract";
import { nameOf } from "../../viewer/files/paths";

export type VideoPlace = "off" | "beside" | "behind";
export const VIDEO_PLACES: readonly VideoPlace[] = ["off", "beside", "behind"];

export type VideoChoice = "clip" | "preview";

export interface Playback {
    readonly video: HTMLVideoElement;
    readonly place: Signal<VideoPlace>;
    /** Which of the videos is shown. */
    readonly choice: Signal<VideoChoice>;
    /** Videos that there are. */
    readonly choices: ReadonlySignal<readonly VideoChoice[]>;
    /** Width of the video over its height, once it is known. */
    readonly aspect: ReadonlySignal<number | null>;
    readonly soundName: ReadonlySignal<string | null>;
    /** Something can be heard: a sound, or a video that may have one. */
    readonly audible: ReadonlySignal<boolean>;
    readonly volume: Signal<number>;
    readonly muted: Signal<boolean>;
    useSound(item: Item): Promise<void>;
    useVideo(item: Item): Promise<void>;
}

type Report = (problem: Problem) => void;

export function createPlayback(programme: Programme, clock: Clock, report: Report): Playback {
    const sound = signal<Media | null>(programme.sound);
    const clip = signal<Media | null>(programme.video);
    const preview = signal<Media | null>(programme.preview);
    const playback = {
        video: document.createElement("video"),
        place: signal<VideoPlace>(programme.video === null ? "off" : "beside"),
        choice: signal<VideoChoice>(programme.video === null && programme.preview !== null ? "preview" : "clip"),
        choices: signal<readonly VideoChoice[]>([]),
        aspect: signal<number | null>(null),
        soundName: signal<string | null>(null),
        audible: signal(false),
        volume: signal(1),
        muted: signal(false),
        useSound: async (item: Item) => {
            replace(sound, await mediaOf(item));
        },
        useVideo: async (item: Item) => {
            replace(clip, await mediaOf(item));
            playback.choice.value = "clip";
            if (playback.place.peek() === "off") playback.place.value = "beside";
        },
    };
    const audio = document.createElement("audio");
    effect(() => {
        playback.choices.value = [
            clip.value === null ? [] : ["clip" as const],
            preview.value === null ? [] : ["preview" as const],
        ].flat();
        playback.soundName.value = sound.value?.name ?? null;
        playback.audible.value = sound.value !== null || clip.value !== null;
    });
    measureVideo(playback);
    playSound(audio, sound, playback, clock, report);
    showVideo(playback, { sound, clip, preview }, clock, report);
    return playback;
}

function playSound(
    audio: HTMLAudioElement,
    sound: Signal<Media | null>,
    { volume, muted }: Pick<Playback, "volume" | "muted">,
    clock: Clock,
    report: Report,
): void {
    audio.preload = "auto";
    const first = sound.peek();
    audio.addEventListener("error", () => {
        const broken = sound.peek();
        report(brokenMedia("sound-broken", broken));
        // The one that the dance came with is heard again, or else the video's own.
        sound.value = broken === first ? null : first;
    });
    effect(() => {
        audio.volume = volume.value;
        audio.muted = muted.value;
    });
    effect(() => {
        const media = sound.value;
        if (media === null) return;
        audio.src = media.url;
        return clock.attach(audio, media.start_s, true);
    });
}

interface Choices {
    readonly sound: ReadonlySignal<Media | null>;
    readonly clip: ReadonlySignal<Media | null>;
    readonly preview: ReadonlySignal<Media | null>;
}

function showVideo(playback: Playback, { sound, clip, preview }: Choices, clock: Clock, report: Report): void {
    const { video, place, choice, volume, muted } = playback;
    const shown = computed(() => (choice.value === "preview" ? preview.value : clip.value));
    effect(() => {
        // A sound of its own goes before the video's.
        video.muted = muted.value || sound.value !== null;
        video.volume = volume.value;
    });
    effect(() => {
        const media = shown.value;
        // Out of sight it is still heard, where there is no other sound.
        if (media === null || (place.value === "off" && sound.value !== null)) return;
        // Setting the same address again would load it again.
        if (video.dataset.url !== media.url) {
            video.dataset.url = media.url;
            video.src = media.url;
        }
        return clock.attach(video, media.start_s, sound.value === null);
    });
    video.addEventListener("error", () => {
        place.value = "off";
        report(brokenMedia("video-broken", shown.peek()));
    });
}

function measureVideo({ video, aspect }: { video: HTMLVideoElement; aspect: Signal<number | null> }): void {
    video.preload = "auto";
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.addEventListener("loadedmetadata", () => {
        aspect.value = video.videoHeight > 0 ? video.videoWidth / video.videoHeight : null;
    });
}

function brokenMedia(code: ProblemCode, media: Media | null): Problem {
    return { code, values: { file: media?.name ?? "" } };
}

/** What was there before is let go, or the browser would keep the whole file. */
function replace(place: Signal<Media | null>, media: Media): void {
    const before = place.peek();
    place.value = media;
    if (before !== null) URL.revokeObjectURL(before.url);
}

async function mediaOf(item: Item): Promise<Media> {
    return { name: nameOf(item.path), url: URL.createObjectURL(await item.read()), start_s: 0 };
}
