// One sound or video that the clock keeps in step: where it is now, and what brings it to where it should be.
import { FPS } from "./contract";

/** Further off than this it is put right by a seek, nearer by playing a little faster or slower [s]. */
const SEEK_OFF_S = 0.15;
/** Nearer than this it is left alone [s]. */
const NEAR_S = 0.5 / FPS;
/** So near must one be that time is to follow again, when time has gone on without it [s]. */
const JOIN_S = 1 / FPS;
/** A follower that is off is played faster or slower by this share for each second that it is off. */
const NUDGE_PER_S = 0.5;
const MOST_NUDGE = 0.06;
/** A seek that has not shown itself after this is given up, and another may follow [s]. */
const SEEK_PATIENCE_S = 1;
/** What is off so soon after a seek is off because of how long that took [s]. */
const MEMORY_S = 2;
/** Without news from the frames of a video for so long, its own time is taken [s]. */
const FRAME_NEWS_S = 0.5;
/** A frame is looked for a little after its start: the time that it starts at may round to the one before it [s]. */
const INTO_FRAME_S = 0.001;

interface FrameNews {
    readonly mediaS: number;
    readonly shownS: number;
}

export class Track {
    readonly media: HTMLMediaElement;
    readonly leads: boolean;
    readonly hasPicture: boolean;
    readonly #startS: number;
    readonly #now: () => number;
    #news: FrameNews | null = null;
    #soughtS = Number.NaN;
    #soughtAtS = Number.NEGATIVE_INFINITY;
    #aheadS = 0;
    #playFromS = Number.NaN;
    #starting = false;
    #refused = false;
    #attached = true;

    /** @param now the same seconds as `performance.now()` counts. */
    constructor(media: HTMLMediaElement, startS: number, leads: boolean, now: () => number) {
        this.media = media;
        this.#startS = startS;
        this.#now = now;
        this.leads = leads;
        this.hasPicture = "videoWidth" in media;
        media.preservesPitch = true;
        if (this.hasPicture && "requestVideoFrameCallback" in media) {
            this.#watchFrames(media as HTMLVideoElement);
        }
    }

    /** Where its end is on the clock [s]; 0 while that is not known. */
    get endS(): number {
        return Number.isFinite(this.media.duration) ? Math.max(this.media.duration - this.#startS, 0) : 0;
    }

    /** Whether it has something to play at a time. */
    has(timeS: number): boolean {
        const at = timeS + this.#startS;
        const end = Number.isNaN(this.media.duration) ? Number.POSITIVE_INFINITY : this.media.duration;
        return this.media.error === null && at >= 0 && at < end - 0.5 / FPS;
    }

    /** Whether the browser would not play it without a click. */
    get refused(): boolean {
        return this.#refused;
    }

    /** Whether it really plays: not starting, seeking or waiting for more. */
    get delivers(): boolean {
        const media = this.media;
        const starting = this.#starting || media.currentTime === this.#playFromS;
        return !media.paused && !media.ended && !media.seeking && !starting && media.readyState >= 3;
    }

    /** The clock's time that it is at [s]. */
    timeS(speed: number): number {
        const news = this.#news;
        const age = news === null ? Number.POSITIVE_INFINITY : this.#now() - news.shownS;
        const mediaS = news !== null && age < FRAME_NEWS_S ? news.mediaS + age * speed : this.media.currentTime;
        return mediaS - this.#startS;
    }

    /** Whether it is so near to a time that time may follow it. */
    isNear(timeS: number, speed: number): boolean {
        return Math.abs(this.timeS(speed) - timeS) < JOIN_S;
    }

    /** Shows a time and stands still. */
    rest(timeS: number): void {
        if (!this.media.paused) {
            this.media.pause();
        }
        this.#seek(timeS);
    }

    /** Starts it from a time if it stands still, and tells whether it did. What comes of it shows in `delivers`. */
    start(timeS: number, speed: number): boolean {
        if (!this.media.paused || this.#starting || this.#refused) {
            return false;
        }
        this.#seekNow(timeS);
        this.media.playbackRate = speed;
        this.#starting = true;
        this.#playFromS = this.media.currentTime;
        this.#soughtS = Number.NaN;
        this.#news = null;
        this.media.play().then(
            () => {
                this.#starting = false;
            },
            (reason: unknown) => {
                this.#starting = false;
                // A pause that comes before it has begun ends it too, and is no refusal.
                this.#refused = reason instanceof Error && reason.name !== "AbortError";
            },
        );
        return true;
    }

    /** The user has clicked: what was refused may be tried again. */
    forgive(): void {
        this.#refused = false;
    }

    /** Plays at the clock's own speed: time follows it. */
    lead(speed: number): void {
        this.#setRate(speed);
    }

    /** Brings it to a time while it plays. */
    follow(timeS: number, speed: number): void {
        const off = this.timeS(speed) - timeS;
        if (Math.abs(off) > SEEK_OFF_S) {
            this.#seekAhead(timeS, off, speed);
            this.#setRate(speed);
        } else if (Math.abs(off) > NEAR_S) {
            const nudge = Math.max(-MOST_NUDGE, Math.min(MOST_NUDGE, -off * NUDGE_PER_S));
            this.#setRate(speed * (1 + nudge));
        } else {
            this.#setRate(speed);
        }
    }

    /** Puts it to a time while it plays: time has jumped. */
    jump(timeS: number): void {
        this.#seekNow(timeS);
        this.#playFromS = this.media.currentTime;
    }

    detach(): void {
        this.#attached = false;
        if (!this.media.paused) {
            this.media.pause();
        }
        this.media.playbackRate = 1;
    }

    /** Seeks to where time will be when the seek is done: as far ahead as the last one came too late. */
    #seekAhead(timeS: number, off: number, speed: number): void {
        const sinceS = this.#now() - this.#soughtAtS;
        if (sinceS < SEEK_PATIENCE_S / 2) {
            return;
        }
        if (sinceS < MEMORY_S) {
            this.#aheadS = Math.min(Math.max(this.#aheadS - off, 0), SEEK_PATIENCE_S * speed);
        }
        this.#seek(timeS + this.#aheadS);
    }

    /** Seeks even while it still does so for an earlier wish. */
    #seekNow(timeS: number): void {
        this.#soughtS = Number.NaN;
        this.#soughtAtS = Number.NEGATIVE_INFINITY;
        this.#seek(timeS);
    }

    #seek(timeS: number): void {
        const now = this.#now();
        const waits = this.media.seeking && now - this.#soughtAtS < SEEK_PATIENCE_S;
        const end = Number.isFinite(this.media.duration) ? this.media.duration : Number.POSITIVE_INFINITY;
        const at = Math.min(Math.max(timeS + this.#startS + INTO_FRAME_S, 0), end);
        const there = Math.abs(at - this.#soughtS) < 1e-4 && this.media.paused;
        // One that plays moves on while it seeks, so it is given time before it is sought again.
        const tooSoon = !this.media.paused && now - this.#soughtAtS < SEEK_PATIENCE_S / 2;
        if (waits || there || tooSoon || this.media.readyState < 1) {
            return;
        }
        this.#soughtS = at;
        this.#soughtAtS = now;
        this.#news = null;
        this.media.currentTime = at;
    }

    #setRate(rate: number): void {
        if (Math.abs(this.media.playbackRate - rate) > 1e-3) {
            this.media.playbackRate = rate;
        }
    }

    #watchFrames(video: HTMLVideoElement): void {
        video.requestVideoFrameCallback((_now, frame) => {
            if (!this.#attached) {
                return;
            }
            if (!video.seeking) {
                this.#news = { mediaS: frame.mediaTime, shownS: frame.expectedDisplayTime / 1000 };
            }
            this.#watchFrames(video);
        });
    }
}
