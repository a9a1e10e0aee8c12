// The client: what it asks of the server, as the browser would send it, and what it makes of each answer.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetchPerformance, fetchProgramme, idOf, sendFile } from "../../src/api/client";

let asked: { line: string; name: string | null; body: string }[];
let answer: { status: number; body: string } | null;

beforeEach(() => {
    asked = [];
    vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
        const request = new Request(new URL(address, "http://127.0.0.1/secret/"), init);
        const { pathname, search } = new URL(request.url);
        const body = await request.text();
        asked.push({ line: `${request.method} ${pathname}${search}`, name: request.headers.get("x-name"), body });
        if (answer === null) throw new TypeError("Failed to fetch");
        return new Response(answer.body, { status: answer.status });
    });
});

afterEach(() => vi.unstubAllGlobals());

test("the programme is asked for below the secret", async () => {
    answer = { status: 200, body: '{"title":"踊り"}' };
    expect((await fetchProgramme()).title).toBe("踊り");
    expect(asked.map(({ line }) => line)).toEqual(["GET /secret/api/programme"]);
});

test("a file is sent with its name, whatever signs it has", async () => {
    answer = { status: 201, body: '{"id":"f7"}' };
    expect(await sendFile("初音 #1 \ud83d.vrm", new Blob(["glTF"]))).toEqual({ id: "f7" });
    const name = encodeURIComponent("初音 #1 \ufffd.vrm");
    expect(asked).toEqual([{ line: "POST /secret/api/files", name, body: "glTF" }]);
});

test("a performance is asked for by the numbers of its files", async () => {
    answer = { status: 200, body: "glTF" };
    expect(await (await fetchPerformance("f1", "f2", true)).text()).toBe("glTF");
    expect(asked.map(({ line }) => line)).toEqual(["GET /secret/api/performances?model=f1&motion=f2&physics=1"]);
});

test("what the server refuses is told in its own words", async () => {
    answer = { status: 413, body: '{"error":"larger than 256 MB"}' };
    const failure = { problem: { code: "server-gone", values: { reason: "larger than 256 MB" } } };
    await expect(sendFile("a.vrm", new Blob(["x"]))).rejects.toMatchObject(failure);
});

test("an answer that is none of ours is told by its status", async () => {
    answer = { status: 502, body: "<html>" };
    await expect(fetchProgramme()).rejects.toMatchObject({
        problem: { values: { reason: expect.stringContaining("502") } },
    });
});

test("a server that has ended is gone", async () => {
    answer = null;
    await expect(fetchProgramme()).rejects.toMatchObject({ problem: { code: "server-gone" } });
});

test("a number stands in the address of each served file", () => {
    expect(idOf("files/f12/%E8%B8%8A.vmd")).toBe("f12");
    expect(idOf("blob:http://127.0.0.1/f12")).toBeNull();
    expect(idOf("files/f12")).toBeNull();
});
