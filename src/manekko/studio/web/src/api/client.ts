// What the page asks of its server. Addresses are relative to the page's own, which begins with the server's secret.
import type { Programme, Refusal, Stored } from "./messages";

/** The largest file that the server takes. */
export const LARGEST_BYTES = 256 * 1024 * 1024;

/** Thrown where the server did not do what it was asked; `problem` is one of the view's contract. */
export class ServerFailure extends Error {
    readonly problem: {
        readonly code: "server-gone" | "file-too-large";
        readonly values: Readonly<Record<string, string | number>>;
    };
    /** Whether the server answered, and said why it would not. */
    readonly refused: boolean;

    constructor(
        code: "server-gone" | "file-too-large",
        values: Readonly<Record<string, string | number>>,
        refused = false,
    ) {
        super(code);
        this.problem = { code, values };
        this.refused = refused;
    }
}

/** Returns what the page opens with. Rejects with a ServerFailure. */
export async function fetchProgramme(): Promise<Programme> {
    const answer = await asked("api/programme", {});
    return (await answer.json()) as Programme;
}

/** Sends a file for the server to work on. Rejects with a ServerFailure. */
export async function sendFile(name: string, bytes: Blob): Promise<Stored> {
    if (bytes.size > LARGEST_BYTES) {
        // Known before it is sent: a server that stops listening in the middle cannot say why.
        throw new ServerFailure("file-too-large", { file: name, megabytes: LARGEST_BYTES / 1024 / 1024 });
    }
    const headers = { "X-Name": encodeURIComponent(wellFormed(name)) };
    const answer = await asked("api/files", { method: "POST", headers, body: bytes });
    return (await answer.json()) as Stored;
}

/** Returns the number of a file that the server has given an address; null for an address of another kind. */
export function idOf(url: string): string | null {
    return /^files\/([^/]+)\//.exec(url)?.[1] ?? null;
}

/**
 * Returns a VRM that dances, as GLB with the animation "dance". Rejects with a ServerFailure.
 * @param model number of the VRM on the server.
 * @param motion number of the VMD or VPD there.
 */
export async function fetchPerformance(model: string, motion: string, physics: boolean): Promise<Blob> {
    const query = new URLSearchParams({ model, motion, physics: physics ? "1" : "0" });
    return (await asked(`api/performances?${query}`, {})).blob();
}

/** Half a surrogate pair, which some disks allow in a name, cannot be percent-encoded. */
function wellFormed(name: string): string {
    return new TextDecoder().decode(new TextEncoder().encode(name));
}

async function asked(address: string, request: RequestInit): Promise<Response> {
    let answer: Response;
    try {
        answer = await fetch(address, request);
    } catch (error) {
        throw new ServerFailure("server-gone", { reason: error instanceof Error ? error.message : String(error) });
    }
    if (!answer.ok) {
        throw new ServerFailure("server-gone", { reason: await reasonOf(answer) }, true);
    }
    return answer;
}

async function reasonOf(answer: Response): Promise<string> {
    try {
        return ((await answer.json()) as Refusal).error;
    } catch {
        return `${answer.status} ${answer.statusText}`;
    }
}
