// The server, as the one who works out how VRMs dance.
import { fetchPerformance, idOf, ServerFailure, sendFile } from "../api/client";
import type { Choreographer } from "../viewer/contract";
import { Failure } from "../viewer/problems";

export const choreographer: Choreographer = {
    numberOf: idOf,
    take: async (name, file) => (await told(sendFile(name, file))).id,
    perform: (model, motion, physics) => told(fetchPerformance(model, motion, physics)),
};

/** Tells in the view's terms that the server is gone; what it refuses is for whoever asked to put into words. */
async function told<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        const isProblem = error instanceof ServerFailure && !error.refused;
        throw isProblem ? new Failure(error.problem.code, error.problem.values) : error;
    }
}
