// The user's hand on the canvas: mouse, pen and fingers turn, shift and zoom the camera.

export interface Grip {
    /** Turns by so much [rad]. */
    turn(yaw: number, pitch: number): void;
    /** Shifts by parts of the picture's height. */
    shift(right: number, up: number): void;
    /** Stands off so many times as far. */
    zoom(factor: number): void;
}

/** Turn of a drag over the whole height of the canvas [rad]. */
const TURN = Math.PI;
const WHEEL_PER_PIXEL = 0.0012;
/** A wheel that counts in lines or pages, in pixels. */
const WHEEL_UNITS = [1, 16, 400];
const MOST_WHEEL = 0.35;

interface Touch {
    x: number;
    y: number;
}

/** Listens to the canvas until the function that comes back is called. */
export function takeHold(canvas: HTMLCanvasElement, grip: Grip): () => void {
    const touches = new Map<number, Touch>();
    const end = new AbortController();
    const on = { signal: end.signal };
    canvas.style.touchAction = "none";
    canvas.addEventListener(
        "pointerdown",
        (event) => {
            touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
            canvas.setPointerCapture(event.pointerId);
        },
        on,
    );
    canvas.addEventListener("pointermove", (event) => moved(canvas, touches, event, grip), on);
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
        canvas.addEventListener(name, (event) => touches.delete(event.pointerId), on);
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), on);
    canvas.addEventListener(
        "wheel",
        (event) => {
            event.preventDefault();
            const pixels = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1);
            grip.zoom(Math.exp(Math.max(-MOST_WHEEL, Math.min(MOST_WHEEL, pixels * WHEEL_PER_PIXEL))));
        },
        { ...on, passive: false },
    );
    return () => end.abort();
}

function moved(canvas: HTMLCanvasElement, touches: Map<number, Touch>, event: PointerEvent, grip: Grip): void {
    const touch = touches.get(event.pointerId);
    if (touch === undefined) {
        return;
    }
    const height = Math.max(canvas.clientHeight, 1);
    const dx = (event.clientX - touch.x) / height;
    const dy = (event.clientY - touch.y) / height;
    const other = [...touches.entries()].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
        pinch(touch, other, event, grip);
        // Either finger moves the picture by half.
        grip.shift(-dx / 2, dy / 2);
    } else if ((event.buttons & 1) === 0 || event.shiftKey || event.ctrlKey) {
        grip.shift(-dx, dy);
    } else {
        grip.turn(-dx * TURN, dy * TURN);
    }
    touch.x = event.clientX;
    touch.y = event.clientY;
}

function pinch(touch: Touch, other: Touch, event: PointerEvent, grip: Grip): void {
    const before = Math.hypot(touch.x - other.x, touch.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    if (before > 1 && after > 1) {
        grip.zoom(before / after);
    }
}
