// The one time of everything. While a sound or video plays that leads, time follows it: sound cannot be hurried
// unheard, a picture can. Without one, time is the computer's own.
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Span } from "../api/messages";
import { type Clock, FPS } from "./contract";
import { Track } from "./media";

export const SLOWEST = 0.1;
export const FASTEST = 2;
/** Time waits so long for what leads to begin or to come back, then it goes on without [s]. */
const HOLD_S = 1;
/** What leads tells its time unevenly; time goes to the middle of what it told over this [s]. */
const SMOOTHING_S = 0.3;
/** Further off than this, time jumps to what leads [s]. */
const JUMP_S = 0.15;
/** A span shorter than this is not repeated: it would stand still [s]. */
const SHORTEST_LOOP_S = 1 / FPS;

export class PlayClock implements Clock {
    readonly speed: Signal<number> = signal(1);
    readonly loop: Signal<Span | null> = signal(null);
    readonly repeats: Signal<boolean> = signal(false);
    readonly #timeS = signal(0);
    readonly #durationS = signal(0);
    readonly #playing = signal(false);
    readonly #now: () => number;
    readonly #tracks: Track[] = [];
    readonly #stop: () => void;
    #motionEndS = 0;
    #lastS: number;
    /** Whether time follows the track that leads. */
    #following = false;
    /** Since when time waits for the track that leads. */
    #heldSinceS = Number.NEGATIVE_INFINITY;
    /** Whether the leader was put right while time waits for it. */
    #corrected = false;

    /** @param now seconds that never go back, such as those of `performance.now()`. */
    constructor(now: () => number = () => performance.now() / 1000) {
        this.#now = now;
        this.#lastS = now();
        this.#stop = effect(() => {
            const speed = this.speed.value;
            const within = Math.min(Math.max(Number.isFinite(speed) ? speed : 1, SLOWEST), FASTEST);
            if (within !== speed) {
                this.speed.value = within;
            }
        });
    }

    get timeS(): ReadonlySignal<number> {
        return this.#timeS;
    }

    get durationS(): ReadonlySignal<number> {
        return this.#durationS;
    }

    get playing(): ReadonlySignal<boolean> {
        return this.#playing;
    }

    /** What is kept in step. */
    get media(): readonly HTMLMediaElement[] {
        return this.#tracks.map((track) => track.media);
    }

    /** Tells how long the longest motion is. */
    setMotionEnd(endS: number): void {
        this.#motionEndS = endS;
        this.#updateDuration();
        if (this.#timeS.value > this.#durationS.value) {
            this.seek(this.#durationS.value);
        }
    }

    async play(): Promise<void> {
        this.#updateDuration();
        if (this.#playing.value || this.#durationS.value === 0) {
            return;
        }
        const [startS, endS] = this.#bounds();
        if (this.#timeS.value >= endS - 0.5 / FPS) {
            this.#timeS.value = startS;
        }
        this.#playing.value = true;
        this.#lastS = this.#now();
        this.#waitForLeader();
        for (const track of this.#tracks) {
            track.forgive();
        }
        // A browser lets sound play only in the same breath as the click that asks for it.
        this.#startTracks();
    }

    pause(): void {
        this.#playing.value = false;
        for (const track of this.#tracks) {
            track.rest(this.#timeS.value);
        }
    }

    seek(timeS: number): void {
        this.#updateDuration();
        this.#timeS.value = Math.min(Math.max(timeS, 0), this.#durationS.value);
        if (this.#playing.value) {
            this.#jumpTracks();
        }
    }

    step(frames: number): void {
        this.pause();
        const frame = this.#timeS.value * FPS;
        // From between two frames the first step goes to the next one on that side.
        const from = frames > 0 ? Math.floor(frame + 1e-6) : Math.ceil(frame - 1e-6);
        this.seek((from + frames) / FPS);
    }

    attach(media: HTMLMediaElement, startS: number, leads: boolean): () => void {
        const track = new Track(media, startS, leads, this.#now);
        this.#tracks.push(track);
        this.#waitForLeader();
        return () => {
            const place = this.#tracks.indexOf(track);
            if (place >= 0) {
                this.#tracks.splice(place, 1);
                track.detach();
                this.#waitForLeader();
            }
        };
    }

    /** Brings time to now. To be called before each frame is drawn, and now and then while none is. */
    tick(): void {
        const now = this.#now();
        const passedS = Math.max(now - this.#lastS, 0);
        this.#lastS = now;
        this.#updateDuration();
        if (!this.#playing.value) {
            for (const track of this.#tracks) {
                track.rest(this.#timeS.value);
            }
            return;
        }
        const timeS = this.#advance(this.#timeS.value, passedS);
        const [startS, endS] = this.#bounds();
        if (timeS < endS) {
            this.#timeS.value = timeS;
            this.#startTracks();
        } else if (this.#again()) {
            this.#timeS.value = startS + ((timeS - endS) % (endS - startS));
            this.#jumpTracks();
        } else {
            this.#timeS.value = endS;
            this.pause();
        }
    }

    dispose(): void {
        this.#stop();
        for (const track of this.#tracks.splice(0)) {
            track.detach();
        }
    }

    /** Returns the time now, `passedS` after it was `timeS`, and keeps those in step that do not lead. */
    #advance(timeS: number, passedS: number): number {
        const speed = this.speed.value;
        const leader = this.#leader(timeS);
        const next = leader === null ? timeS + passedS * speed : this.#after(leader, timeS, passedS);
        for (const track of this.#tracks) {
            if (track === leader && this.#following) {
                track.lead(speed);
            } else if (track.delivers) {
                track.follow(next, speed);
            }
        }
        return next;
    }

    #after(leader: Track, timeS: number, passedS: number): number {
        const speed = this.speed.value;
        const free = timeS + passedS * speed;
        const holds = this.#now() - this.#heldSinceS < HOLD_S;
        if (!leader.delivers) {
            if (this.#following) {
                this.#waitForLeader();
                return timeS;
            }
            return holds ? timeS : free;
        }
        const led = leader.timeS(speed);
        if (!this.#following) {
            return this.#join(leader, timeS, free);
        }
        const off = led - free;
        if (Math.abs(off) > JUMP_S) {
            return led;
        }
        return Math.max(free + off * (1 - Math.exp(-passedS / SMOOTHING_S)), timeS);
    }

    /** Lets time follow the leader again, if that is where time is. */
    #join(leader: Track, timeS: number, free: number): number {
        const speed = this.speed.value;
        const led = leader.timeS(speed);
        if (this.#now() - this.#heldSinceS >= HOLD_S) {
            this.#following = leader.isNear(free, speed);
            return free;
        }
        // It may have gone on since the last tick, which may be a while ago.
        if (led >= timeS - JUMP_S && led <= free + JUMP_S) {
            this.#following = true;
            return Math.max(led, timeS);
        }
        if (!this.#corrected) {
            // One that was not loaded when it was to start has started elsewhere.
            this.#corrected = true;
            this.#heldSinceS = this.#now();
            leader.jump(timeS);
        }
        return timeS;
    }

    /** The track that time follows at a time, if one is there and may play: a sound before a video. */
    #leader(timeS: number): Track | null {
        const able = this.#tracks.filter((track) => track.leads && track.has(timeS) && !track.refused);
        return able.find((track) => !track.hasPicture) ?? able[0] ?? null;
    }

    #waitForLeader(): void {
        this.#corrected = false;
        this.#following = false;
        this.#heldSinceS = this.#now();
    }

    #startTracks(): void {
        const timeS = this.#timeS.value;
        for (const track of this.#tracks) {
            if (track.has(timeS)) {
                if (track.start(timeS, this.speed.value) && track === this.#leader(timeS)) {
                    this.#waitForLeader();
                }
            } else {
                track.rest(timeS);
            }
        }
    }

    #jumpTracks(): void {
        const timeS = this.#timeS.value;
        this.#waitForLeader();
        for (const track of this.#tracks) {
            if (track.has(timeS)) {
                track.jump(timeS);
            }
        }
        this.#startTracks();
    }

    #again(): boolean {
        return this.repeats.value || this.#loop() !== null;
    }

    /** The span as far as there is something to play in it. */
    #loop(): Span | null {
        const loop = this.loop.value;
        if (loop === null) {
            return null;
        }
        // A shorter motion may have come since it was chosen.
        const [start_s, end_s] = [Math.max(loop.start_s, 0), Math.min(loop.end_s, this.#durationS.value)];
        return end_s - start_s >= SHORTEST_LOOP_S ? { start_s, end_s } : null;
    }

    #bounds(): readonly [number, number] {
        const loop = this.#loop();
        return loop === null ? [0, this.#durationS.value] : [loop.start_s, loop.end_s];
    }

    /** As long as the longest motion; without a motion, as long as what is heard and seen. */
    #updateDuration(): void {
        const media = Math.max(0, ...this.#tracks.map((track) => track.endS));
        this.#durationS.value = this.#motionEndS > 0 ? this.#motionEndS : media;
    }
}
