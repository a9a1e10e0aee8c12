// The clock with sounds and videos that behave as browsers' do: late, uneven, drifting, refused.
import { beforeEach, describe, expect, it } from "vitest";
import { PlayClock } from "../src/viewer/clock";
import { FPS } from "../src/viewer/contract";

const FRAME_S = 1 / FPS;
let nowS = 0;

interface Habits {
    readonly durationS?: number;
    /** Time from asking to play or to seek until it does [s]. */
    readonly latencyS?: number;
    /** How unevenly it tells its time [s]. */
    readonly unevenS?: number;
    /** How much faster its own clock goes than ours. */
    readonly drift?: number;
    readonly refuses?: boolean;
    /** When it is loaded so far that it can be sought [s]. */
    readonly loadedS?: number;
}

/** As much of an HTMLMediaElement as the clock uses, on time that the test makes. */
class FakeMedia {
    readonly error = null;
    readonly duration: number;
    preservesPitch = false;
    paused = true;
    seeks = 0;
    refuses: boolean;
    readonly #habits: Required<Habits>;
    #atS = 0;
    #sinceS = 0;
    #rate = 1;

    constructor(habits: Habits = {}) {
        this.#habits = { durationS: 1000, latencyS: 0.04, unevenS: 0, drift: 0, refuses: false, loadedS: 0, ...habits };
        this.duration = this.#habits.durationS;
        this.refuses = this.#habits.refuses;
    }

    get readyState(): number {
        return nowS < this.#habits.loadedS ? 0 : 4;
    }

    /** Where it really is. */
    get trueS(): number {
        const passedS = this.paused ? 0 : Math.max(nowS - this.#sinceS, 0);
        return Math.min(this.#atS + passedS * this.#rate * (1 + this.#habits.drift), this.duration);
    }

    get currentTime(): number {
        const uneven = this.paused || nowS < this.#sinceS ? 0 : this.#habits.unevenS * Math.sin(nowS * 91.7);
        return Math.min(Math.max(this.trueS + uneven, 0), this.duration);
    }

    set currentTime(atS: number) {
        this.seeks += 1;
        this.#atS = Math.min(Math.max(atS, 0), this.duration);
        this.#sinceS = nowS + this.#habits.latencyS;
    }

    get seeking(): boolean {
        return nowS < this.#sinceS;
    }

    get ended(): boolean {
        return this.trueS >= this.duration;
    }

    get playbackRate(): number {
        return this.#rate;
    }

    set playbackRate(rate: number) {
        const atS = this.trueS;
        if (nowS >= this.#sinceS) {
            this.#sinceS = nowS;
        }
        this.#atS = atS;
        this.#rate = rate;
    }

    async play(): Promise<void> {
        if (this.refuses) {
            throw new DOMException("not before a click", "NotAllowedError");
        }
        this.paused = false;
        this.#sinceS = nowS + this.#habits.latencyS;
    }

    pause(): void {
        this.#atS = this.trueS;
        this.paused = true;
    }
}

class FakeVideo extends FakeMedia {
    readonly videoWidth = 640;
}

let clock: PlayClock;

beforeEach(() => {
    nowS = 100;
    clock = new PlayClock(() => nowS);
});

function attach(media: FakeMedia, startS = 0, leads = true): () => void {
    return clock.attach(media as unknown as HTMLMediaElement, startS, leads);
}

/** Lets time go by, frame by frame, and what was promised in it be kept. */
async function pass(seconds: number, perS = 60, each: () => void = () => {}): Promise<void> {
    for (let frame = 0; frame < Math.round(seconds * perS); frame += 1) {
        nowS += 1 / perS;
        await Promise.resolve();
        clock.tick();
        each();
    }
}

describe("time without sound", () => {
    beforeEach(() => clock.setMotionEnd(10));

    it("stands still until it is played", async () => {
        await pass(1);
        expect(clock.timeS.value).toBe(0);
        expect(clock.playing.value).toBe(false);
    });

    it.each([0.1, 0.5, 1, 2])("goes on at %s times the speed", async (speed) => {
        clock.speed.value = speed;
        await clock.play();
        await pass(4);
        expect(clock.timeS.value).toBeCloseTo(4 * speed, 6);
    });

    it("keeps speeds within what can be heard and followed", () => {
        clock.speed.value = 5;
        expect(clock.speed.value).toBe(2);
        clock.speed.value = 0;
        expect(clock.speed.value).toBe(0.1);
        clock.speed.value = Number.NaN;
        expect(clock.speed.value).toBe(1);
    });

    it("stops at the end, and plays from the start again", async () => {
        clock.seek(9.5);
        await clock.play();
        await pass(1);
        expect(clock.timeS.value).toBe(10);
        expect(clock.playing.value).toBe(false);
        await clock.play();
        await pass(0.5);
        expect(clock.timeS.value).toBeCloseTo(0.5, 6);
    });

    it("repeats all when it is to", async () => {
        clock.repeats.value = true;
        clock.seek(9.5);
        await clock.play();
        await pass(1);
        expect(clock.timeS.value).toBeCloseTo(0.5, 6);
        expect(clock.playing.value).toBe(true);
    });

    it("repeats a span, also after a frame that took longer than it", async () => {
        clock.loop.value = { start_s: 2, end_s: 3 };
        clock.seek(2.5);
        await clock.play();
        await pass(10.1);
        expect(clock.timeS.value).toBeCloseTo(2.6, 5);
        nowS += 7.2;
        clock.tick();
        expect(clock.timeS.value).toBeCloseTo(2.8, 5);
    });

    it("does not stand still in a span of no length", async () => {
        clock.loop.value = { start_s: 2, end_s: 2 };
        await clock.play();
        await pass(5);
        expect(clock.timeS.value).toBeCloseTo(5, 5);
    });

    it("plays a shorter motion that comes, whatever span of the longer one was repeated", async () => {
        clock.loop.value = { start_s: 6, end_s: 9 };
        clock.seek(7);
        await clock.play();
        clock.setMotionEnd(4);
        clock.seek(1);
        await pass(2);
        expect(clock.timeS.value).toBeCloseTo(3, 5);
        await pass(2);
        expect(clock.timeS.value).toBe(4);
        expect(clock.playing.value).toBe(false);
        clock.loop.value = { start_s: 3, end_s: 9 };
        await clock.play();
        await pass(1.5);
        expect(clock.timeS.value).toBeCloseTo(3.5, 5);
    });

    it("steps from frame to frame, and from between two to the next on that side", () => {
        clock.seek(1.01);
        clock.step(1);
        expect(clock.timeS.value).toBeCloseTo(31 / FPS, 9);
        clock.step(1);
        expect(clock.timeS.value).toBeCloseTo(32 / FPS, 9);
        clock.step(-2);
        expect(clock.timeS.value).toBeCloseTo(30 / FPS, 9);
        clock.seek(1.01);
        clock.step(-1);
        expect(clock.timeS.value).toBeCloseTo(30 / FPS, 9);
        clock.seek(0);
        clock.step(-5);
        expect(clock.timeS.value).toBe(0);
        clock.seek(10);
        clock.step(5);
        expect(clock.timeS.value).toBe(10);
    });

    it("pauses when it steps", async () => {
        await clock.play();
        await pass(1);
        clock.step(1);
        expect(clock.playing.value).toBe(false);
    });

    it("stays within the motion when that gets shorter", () => {
        clock.seek(9);
        clock.setMotionEnd(4);
        expect(clock.timeS.value).toBe(4);
    });

    it("does not play where there is nothing to play", async () => {
        clock.setMotionEnd(0);
        await clock.play();
        expect(clock.playing.value).toBe(false);
    });
});

describe("time that a sound leads", () => {
    beforeEach(() => clock.setMotionEnd(200));

    it.each([
        [0.1, 60],
        [0.5, 60],
        [1, 60],
        [2, 60],
        [1, 5],
        [2, 1.5],
    ])("is never a frame off in three minutes at %s times the speed and %s frames a second", async (speed, perS) => {
        const sound = new FakeMedia({ unevenS: 0.012, drift: 0.0005, latencyS: 0.12 });
        attach(sound, 0.5);
        clock.speed.value = speed;
        await clock.play();
        let worst = 0;
        let before = 0;
        await pass(Math.min(180, 190 / speed), perS, () => {
            expect(clock.timeS.value).toBeGreaterThanOrEqual(before);
            before = clock.timeS.value;
            if (sound.trueS > 0.5 && !sound.seeking) {
                worst = Math.max(worst, Math.abs(sound.trueS - 0.5 - clock.timeS.value));
            }
        });
        expect(clock.timeS.value).toBeGreaterThan(15);
        expect(worst).toBeLessThan(FRAME_S);
        expect(sound.seeks).toBe(1);
        expect(sound.preservesPitch).toBe(true);
    });

    it("waits for a sound that takes its time to begin", async () => {
        const sound = new FakeMedia({ latencyS: 0.6 });
        attach(sound);
        await clock.play();
        await pass(0.5);
        expect(clock.timeS.value).toBe(0);
        await pass(1);
        expect(clock.timeS.value).toBeCloseTo(sound.trueS, 2);
    });

    it("goes on alone when the browser will not play the sound, and takes it in after the next click", async () => {
        const sound = new FakeMedia({ refuses: true });
        attach(sound);
        await clock.play();
        await pass(2);
        expect(clock.timeS.value).toBeGreaterThan(1.9);
        clock.pause();
        sound.refuses = false;
        await clock.play();
        await pass(2);
        expect(Math.abs(sound.trueS - clock.timeS.value)).toBeLessThan(FRAME_S);
        expect(sound.paused).toBe(false);
    });

    it("goes on when the sound ends before the motion", async () => {
        attach(new FakeMedia({ durationS: 3 }));
        await clock.play();
        await pass(6);
        expect(clock.timeS.value).toBeGreaterThan(5.5);
        expect(clock.playing.value).toBe(true);
    });

    it("plays a sound from its own start when it begins after the motion", async () => {
        const sound = new FakeMedia();
        attach(sound, -2);
        await clock.play();
        await pass(1.9);
        expect(sound.paused).toBe(true);
        expect(clock.timeS.value).toBeCloseTo(1.9, 5);
        await pass(2);
        expect(sound.paused).toBe(false);
        expect(Math.abs(sound.trueS + 2 - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("takes the sound along when it is sought while it plays", async () => {
        const sound = new FakeMedia({ latencyS: 0.2 });
        attach(sound, 1);
        await clock.play();
        await pass(2);
        clock.seek(50);
        await pass(1);
        expect(clock.timeS.value).toBeGreaterThan(50.7);
        expect(Math.abs(sound.trueS - 1 - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("does not go where the sound was being sought before", async () => {
        const sound = new FakeMedia({ latencyS: 0.3 });
        attach(sound);
        clock.seek(50);
        await pass(0.1);
        clock.seek(1);
        await clock.play();
        await pass(2);
        expect(clock.timeS.value).toBeLessThan(3);
        expect(Math.abs(sound.trueS - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("does not go back with a sound that was not loaded when it was to play", async () => {
        const sound = new FakeMedia({ loadedS: 100.5 });
        attach(sound);
        clock.seek(20);
        await clock.play();
        await pass(3);
        expect(clock.timeS.value).toBeGreaterThan(21);
        expect(clock.timeS.value).toBeLessThan(23);
        expect(Math.abs(sound.trueS - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("shows the sound's place while it is paused", async () => {
        const sound = new FakeMedia();
        attach(sound, 1);
        clock.seek(20);
        await pass(0.2);
        expect(sound.trueS).toBeCloseTo(21, 2);
        const { seeks } = sound;
        await pass(1);
        expect(sound.seeks).toBe(seeks);
    });

    it("goes back with the sound in a span that repeats", async () => {
        const sound = new FakeMedia();
        attach(sound);
        clock.loop.value = { start_s: 4, end_s: 6 };
        clock.seek(4);
        await clock.play();
        await pass(9, 60, () => {
            expect(clock.timeS.value).toBeLessThan(6);
            expect(clock.timeS.value).toBeGreaterThanOrEqual(4);
        });
        expect(Math.abs(sound.trueS - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("comes back to a sound that went on while no frame was drawn", async () => {
        const sound = new FakeMedia();
        attach(sound);
        await clock.play();
        await pass(2);
        nowS += 20;
        clock.tick();
        expect(Math.abs(sound.trueS - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("leaves a sound in peace once it is detached", async () => {
        const sound = new FakeMedia();
        const detach = attach(sound);
        await clock.play();
        await pass(1);
        detach();
        expect(sound.paused).toBe(true);
        expect(clock.media).toHaveLength(0);
        await pass(1);
        expect(clock.timeS.value).toBeGreaterThan(1.8);
    });

    it("is as long as the sound when there is no motion", () => {
        clock.setMotionEnd(0);
        attach(new FakeMedia({ durationS: 30 }), 5);
        clock.tick();
        expect(clock.durationS.value).toBe(25);
    });
});

describe("several at once", () => {
    beforeEach(() => clock.setMotionEnd(200));

    it("follow the sound, however fast their own clocks go", async () => {
        const sound = new FakeMedia({ unevenS: 0.01 });
        const video = new FakeVideo({ drift: 0.002, latencyS: 0.3 });
        attach(video, 3);
        attach(sound, 1);
        await clock.play();
        await pass(5);
        let worst = 0;
        await pass(120, 30, () => {
            worst = Math.max(worst, Math.abs(video.trueS - 3 - (sound.trueS - 1)));
        });
        expect(worst).toBeLessThan(1.5 * FRAME_S);
        expect(Math.abs(sound.trueS - 1 - clock.timeS.value)).toBeLessThan(FRAME_S);
    });

    it("are sought when they are far off", async () => {
        const sound = new FakeMedia();
        const preview = new FakeVideo();
        attach(sound);
        attach(preview, 0, false);
        await clock.play();
        await pass(1);
        preview.currentTime = 30;
        const { seeks } = preview;
        await pass(2);
        expect(preview.seeks).toBeGreaterThan(seeks);
        expect(preview.seeks).toBeLessThan(seeks + 4);
        expect(Math.abs(preview.trueS - clock.timeS.value)).toBeLessThan(2 * FRAME_S);
    });

    it("do not lead who are not to", async () => {
        const preview = new FakeVideo({ drift: 0.1 });
        attach(preview, 0, false);
        await clock.play();
        await pass(10);
        expect(clock.timeS.value).toBeCloseTo(10, 5);
    });
});

describe("a video", () => {
    /** Tells of each frame when it is shown, as browsers do. */
    class FilmedVideo extends FakeVideo {
        #listener: ((now: number, frame: { mediaTime: number; expectedDisplayTime: number }) => void) | null = null;

        requestVideoFrameCallback(listener: (now: number, frame: object) => void): number {
            this.#listener = listener;
            return 1;
        }

        show(): void {
            const listener = this.#listener;
            this.#listener = null;
            const mediaTime = Math.floor(this.trueS * FPS) / FPS;
            // The frame came on screen when its time came.
            listener?.(nowS * 1000, { mediaTime, expectedDisplayTime: (nowS - (this.trueS - mediaTime)) * 1000 });
        }
    }

    it("leads by the frames that are seen, not by what it says of its time", async () => {
        clock.setMotionEnd(200);
        const video = new FilmedVideo({ unevenS: 0.1 });
        attach(video);
        await clock.play();
        let worst = 0;
        await pass(60, 60, () => {
            video.show();
            if (!video.seeking && video.trueS > 0.5) {
                worst = Math.max(worst, Math.abs(video.trueS - clock.timeS.value));
            }
        });
        expect(worst).toBeLessThan(FRAME_S);
    });
});
