// What the 3D view offers to whoever puts panels round it: the page of `manekko view` now, the studio later.
// The view knows nothing of panels, of the user's language or of the server.
// Times are in seconds from the motion's first frame; lengths are MMD's units of 8 cm, axes are MMD's (left-handed).
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { SourceCamera, Span } from "../api/messages";

export const FPS = 30;

/** A file that the user chose, dropped or unpacked, or one that the server has: bytes with a name. */
export interface Item {
    /** Name with the folders it lay in, with slashes: `Model/tex/face.png`. */
    readonly path: string;
    read(): Promise<Blob>;
}

/** A file with those that it may name: a model and all that lay in its folder or archive. */
export interface Source {
    readonly main: Item;
    /** Files beside it, by path relative to its folder; looked up without regard to case. */
    readonly beside: readonly Item[];
    /** Where it lies on the server, when it does; what stands beside it is fetched relative to this. */
    readonly url?: string;
    /** Set where the server has not told what lies beside it: what the model names is asked for, and may not be there. */
    readonly unlisted?: true;
}

/** Who works out how a VRM dances: the page's server. The page hands it over, since the view knows of no server. */
export interface Choreographer {
    /** Number of a file that lies there already; null for an address of another kind. */
    numberOf(url: string): string | null;
    /** Takes a file there, and answers its number. */
    take(name: string, file: Blob): Promise<string>;
    /** The VRM with the motion in it, as GLB with the animation "dance". */
    perform(model: string, motion: string, physics: boolean): Promise<Blob>;
}

/** What went wrong or was left out, for the panels to put into words. */
export interface Problem {
    readonly code: ProblemCode;
    /** Values that the words name: a file, a bone count. */
    readonly values: Readonly<Record<string, string | number>>;
}

export type ProblemCode =
    | "archive-broken"
    | "archive-encrypted"
    | "archive-too-large"
    | "archive-unsupported"
    | "camera-empty"
    | "drawing-unavailable"
    | "file-too-large"
    | "file-unknown"
    | "model-broken"
    | "model-empty"
    | "motion-broken"
    | "motion-fits-nothing"
    | "physics-unavailable"
    | "recording-unavailable"
    | "server-gone"
    | "sound-broken"
    | "textures-missing"
    | "video-broken"
    | "vrm-needs-server";

/** The one time of everything: motions, sound and video follow it; a sound or video that plays leads it. */
export interface Clock {
    /** Time that is shown now; changes once for each frame that is drawn. */
    readonly timeS: ReadonlySignal<number>;
    readonly durationS: ReadonlySignal<number>;
    readonly playing: ReadonlySignal<boolean>;
    /** 1: as it was danced. */
    readonly speed: Signal<number>;
    /** The part that is played again and again; null: all, once. */
    readonly loop: Signal<Span | null>;
    readonly repeats: Signal<boolean>;
    play(): Promise<void>;
    pause(): void;
    seek(timeS: number): void;
    /** Pauses, and goes on or back by frames of 1/30 s. */
    step(frames: number): void;
    /**
     * Keeps a sound or video in step until the function that comes back is called.
     * @param startS time in it that is the motion's first frame.
     * @param leads whether time follows it while it plays; one does at most, a sound before a video.
     */
    attach(media: HTMLMediaElement, startS: number, leads: boolean): () => void;
}

/** `free`: where the user's hand has put it, from whichever other; not one to choose. */
export type CameraKind = "front" | "side" | "back" | "top" | "face" | "feet" | "follow" | "vmd" | "source" | "free";

/** How the view draws; each may be set at any time. */
export interface Look {
    readonly physics: Signal<boolean>;
    readonly outline: Signal<boolean>;
    readonly shadow: Signal<boolean>;
    readonly floor: Signal<boolean>;
    readonly skeleton: Signal<boolean>;
    readonly sideBySide: Signal<boolean>;
    /** Backdrop; "none" lets what lies behind the canvas show through, such as the source video. */
    readonly backdrop: Signal<"light" | "dark" | "none">;
}

/** One who dances. */
export interface DancerState {
    readonly id: number;
    readonly name: string;
    readonly characterName: string;
    readonly motionName: string | null;
    readonly loading: boolean;
    readonly bones: number;
    readonly triangles: number;
    readonly hasPhysics: boolean;
    readonly shown: boolean;
    readonly problems: readonly Problem[];
}

export interface Viewer {
    readonly clock: Clock;
    readonly look: Look;
    readonly camera: Signal<CameraKind>;
    /** Cameras that can be chosen now: `vmd` and `source` need their data. */
    readonly cameras: ReadonlySignal<readonly CameraKind[]>;
    readonly dancers: ReadonlySignal<readonly DancerState[]>;
    /** What is wrong with the view as a whole, such as a browser that cannot draw; a dancer's own stand with her. */
    readonly problems: ReadonlySignal<readonly Problem[]>;
    /** Dancer that the camera follows and the strips are of. */
    readonly chosen: Signal<number | null>;
    /** Adds a dancer and returns her id; what is wrong with her files stands in her `problems`. */
    addDancer(name: string, character: Source, motion: Source | null, camera: SourceCamera | null): Promise<number>;
    removeDancer(id: number): void;
    setCharacter(id: number, character: Source): Promise<void>;
    setMotion(id: number, motion: Source): Promise<void>;
    setShown(id: number, shown: boolean): void;
    /** Gives the view a VMD of the camera, or takes it away. */
    setCameraMotion(motion: Source | null): Promise<readonly Problem[]>;
    /** Kept once all that has been asked for until now is drawn. */
    drawn(): Promise<void>;
    /** PNG of what is on screen. */
    picture(): Promise<Blob>;
    /** Records what is on screen, with the sound that is attached, until `stop`. */
    record(): Recording;
    /** Where the bones are now: name → position; for tests and for the inspector. */
    bonePositions(id: number): ReadonlyMap<string, readonly [number, number, number]>;
    /** Middle of the time that the last frames took to draw [ms]. */
    readonly frameMs: ReadonlySignal<number>;
    resize(): void;
    dispose(): void;
}

export interface Recording {
    stop(): Promise<Blob>;
}

/** What the user's files turned out to be. */
export interface Understood {
    readonly characters: readonly Source[];
    readonly motions: readonly Source[];
    readonly cameraMotions: readonly Source[];
    readonly sounds: readonly Item[];
    readonly videos: readonly Item[];
    readonly problems: readonly Problem[];
}
