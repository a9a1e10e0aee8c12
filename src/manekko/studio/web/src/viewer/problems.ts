// What goes wrong with the user's files, carried from where it is found to where the panels put it into words.
import type { Problem, ProblemCode } from "./contract";

/** Thrown by whatever reads a file that cannot be used; never leaves the view. */
export class Failure extends Error {
    readonly problem: Problem;

    constructor(code: ProblemCode, values: Problem["values"] = {}) {
        super(code);
        this.problem = { code, values };
    }
}

export function problemOf(code: ProblemCode, values: Problem["values"] = {}): Problem {
    return { code, values };
}

/** Runs what may fail, and returns its answer or the problem: `code` stands for whatever a library threw. */
export async function attempt<T>(work: () => Promise<T>, code: ProblemCode, file: string): Promise<T | Failure> {
    try {
        return await work();
    } catch (error) {
        return error instanceof Failure ? error : new Failure(code, { file });
    }
}
