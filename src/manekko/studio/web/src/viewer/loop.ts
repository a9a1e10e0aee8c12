// When a frame is drawn: only when something is different, and as often as the screen can show.
import { type ReadonlySignal, signal } from "@preact/signals";

/** The time that frames take is told of the last so many, and so often [frames]. */
const MEASURED = 30;
const TELL_EVERY = 10;
/** What is not ready after this is not waited for any longer [ms]. */
const PATIENCE_MS = 1500;
/** While the page is hidden, time goes on with the sound in steps of this [ms]. */
const HIDDEN_STEP_MS = 250;

export interface Drawing {
    /** Brings time to now, also while nothing is drawn. */
    tick(): void;
    /** Brings everything to now, and tells whether it must be drawn. @param passedS real time since the last call. */
    advance(passedS: number): boolean;
    draw(): void;
    /** Whether all that is to be drawn is there: shaders and pictures are ready when they are, and are waited for. */
    complete(): boolean;
}

export class Loop {
    readonly #drawing: Drawing;
    readonly #frameMs = signal(0);
    readonly #tookMs: number[] = [];
    readonly #waiting: (() => void)[] = [];
    #request = 0;
    #lastMs = Number.NaN;
    #stale = true;
    #complete = false;
    #waitsSinceMs: number | null = null;
    #drewLast = false;
    #drawn = 0;
    #hidden: ReturnType<typeof setInterval> | undefined;
    readonly #onVisibility = () => this.#watchHidden();

    constructor(drawing: Drawing) {
        this.#drawing = drawing;
        document.addEventListener("visibilitychange", this.#onVisibility);
        this.#request = requestAnimationFrame((atMs) => this.#frame(atMs));
    }

    /** Middle of the time from one frame to the next while one follows the other [ms]. */
    get frameMs(): ReadonlySignal<number> {
        return this.#frameMs;
    }

    /** How many frames were drawn. */
    get drawn(): number {
        return this.#drawn;
    }

    /** Something is different: the next frame is to be drawn. */
    invalidate(): void {
        this.#stale = true;
        this.#complete = false;
    }

    /** Kept once all is drawn that is different now. */
    whenDrawn(): Promise<void> {
        return new Promise((resolve) => this.#waiting.push(resolve));
    }

    /** Draws at once. */
    drawNow(): void {
        this.#drawing.advance(0);
        this.#drawing.draw();
    }

    dispose(): void {
        cancelAnimationFrame(this.#request);
        clearInterval(this.#hidden);
        document.removeEventListener("visibilitychange", this.#onVisibility);
    }

    #frame(atMs: number): void {
        this.#request = requestAnimationFrame((nextMs) => this.#frame(nextMs));
        const passedMs = Number.isNaN(this.#lastMs) ? 0 : atMs - this.#lastMs;
        this.#lastMs = atMs;
        this.#drawing.tick();
        const moved = this.#drawing.advance(passedMs / 1000);
        const draws = (moved || this.#stale || !this.#complete) && this.#ready(atMs);
        if (draws) {
            this.#measure(passedMs);
            this.#stale = false;
            this.#drawing.draw();
            this.#drawn += 1;
            // There is what is only asked for when it is drawn.
            this.#complete ||= this.#drawing.complete();
        }
        this.#drewLast = draws;
        if (!this.#stale && this.#complete) {
            for (const resolve of this.#waiting.splice(0)) {
                resolve();
            }
        }
    }

    /**
     * Whether to draw now: to draw half of what there is makes the other half wait.
     *
     * What was ready is not asked again: to ask takes a while too.
     */
    #ready(atMs: number): boolean {
        if (this.#complete || this.#stale === false) {
            return true;
        }
        this.#waitsSinceMs ??= atMs;
        if (!this.#drawing.complete() && atMs - this.#waitsSinceMs < PATIENCE_MS) {
            return false;
        }
        this.#waitsSinceMs = null;
        return true;
    }

    #measure(passedMs: number): void {
        if (!this.#drewLast) {
            return;
        }
        this.#tookMs.push(passedMs);
        if (this.#tookMs.length > MEASURED) {
            this.#tookMs.shift();
        }
        if (this.#drawn % TELL_EVERY === 0) {
            this.#frameMs.value = [...this.#tookMs].sort((a, b) => a - b)[this.#tookMs.length >> 1] ?? 0;
        }
    }

    #watchHidden(): void {
        clearInterval(this.#hidden);
        if (document.hidden) {
            this.#hidden = setInterval(() => this.#drawing.tick(), HIDDEN_STEP_MS);
        }
    }
}
