// Short messages to the user: what was understood of a file, what went wrong and what to do about it.
import { type ReadonlySignal, signal } from "@preact/signals";
import { ServerFailure } from "../../api/client";
import type { Problem, ProblemCode } from "../../viewer/contract";
import { Failure } from "../../viewer/problems";
import type { Words } from "../words/words";

export type MessageKind = "done" | "problem";

export interface Message {
    readonly id: number;
    readonly kind: MessageKind;
    /** Put into words when shown, so that a message changes its language with the page. */
    readonly text: (words: Words) => string;
    readonly help: ((words: Words) => string) | null;
}

export interface Messages {
    readonly shown: ReadonlySignal<readonly Message[]>;
    done(text: Message["text"]): void;
    problem(problem: Problem): void;
    warn(text: Message["text"], help: Message["text"]): void;
    dismiss(id: number): void;
}

/** Time that good news stays [ms]; problems stay until they are dismissed. */
const DONE_MS = 6000;
const MOST_SHOWN = 3;

export function createMessages(): Messages {
    const shown = signal<readonly Message[]>([]);
    let nextId = 1;
    const dismiss = (id: number): void => {
        shown.value = shown.peek().filter((message) => message.id !== id);
    };
    const add = (kind: MessageKind, text: Message["text"], help: Message["help"]): void => {
        const id = nextId++;
        shown.value = [...shown.peek(), { id, kind, text, help }].slice(-MOST_SHOWN);
        if (kind === "done") setTimeout(() => dismiss(id), DONE_MS);
    };
    return {
        shown,
        dismiss,
        done: (text) => add("done", text, null),
        warn: (text, help) => add("problem", text, help),
        problem: (problem) => {
            const { found, advice } = problemWords(problem);
            add("problem", found, advice);
        },
    };
}

/** A problem in words of a language that is named later. */
export function problemWords(problem: Problem): { found: Message["text"]; advice: Message["text"] } {
    return {
        found: (words) => words.problems[problem.code].found(problem.values),
        advice: (words) => words.problems[problem.code].advice(problem.values),
    };
}

/** The problem that something thrown stands for; `otherwise` for what nobody foresaw. */
export function problemOf(error: unknown, otherwise: ProblemCode): Problem {
    if (error instanceof Failure || error instanceof ServerFailure) return error.problem;
    return { code: otherwise, values: {} };
}
