import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { APP, bodyOf, frameOf, hookSource, onRequest, resultOf } from "./hooks.ts";
import { packageOf } from "./packages.ts";
import { Worker, workerWith } from "./runtime.ts";

const hook = (body: string): Promise<Worker> =>
  workerWith(hookSource(`async onRequest(request, app) { const path = new URL(request.url).pathname; ${body} }`));
const post = { method: "POST", body: true };

describe("onRequest", () => {
  test("sees the whole request and whom it is for, and lets it pass", async () => {
    await using worker = await hook("log(JSON.stringify([request.method, request.url, [...request.headers], app]));");
    onRequest(worker, 1, { headers: ["x-a", "1", "x-a", "2"] });
    onRequest(worker, 2, { app: null });
    expect(await resultOf(worker, 1)).toEqual({ kind: "continue" });
    expect(await resultOf(worker, 2)).toEqual({ kind: "continue" });
    const [one, two] = worker.logs().map(({ message }) => JSON.parse(message));
    expect(one).toEqual(["GET", "http://localhost/shop/x", [["x-a", "1, 2"]], APP]);
    expect(two[3]).toBeNull();
  });

  test("answers with a Response", async () => {
    await using worker = await hook(`
      if (path === "/shop/stream") return new Response(new ReadableStream({ pull(c) { c.enqueue("part"); c.close(); } }));
      return new Response("no", { status: 401, headers: { "www-authenticate": "Bearer" } });`);
    onRequest(worker, 1);
    onRequest(worker, 2, { url: "http://localhost/shop/stream" });
    expect(await worker.response(1)).toMatchObject({ status: 401, text: "no" });
    expect(await worker.response(2)).toMatchObject({ status: 200, text: "part" });
  });

  test("sends the same body on, without reading it, if only head or address change", async () => {
    await using worker = await hook(`
      const headers = new Headers(request.headers); headers.set("x-identity", "ada");
      if (path === "/mutate") return void request.headers.set("x-identity", "ada");
      if (path === "/itself") { request.headers.set("x-identity", "ada"); return request; }
      if (path === "/new") return new Request(request, { headers });
      if (path === "/clone") { const copy = request.clone(); copy.headers.set("x-identity", "ada"); return copy; }
      if (path === "/url") return new Request("http://localhost/other", new Request(request, { headers }));
      if (path === "/stream") return new Request(request.url, { method: "POST", headers, body: request.body });
      class Own extends Request {}
      if (path === "/class") return new Own(request, { headers });`);
    const paths = ["/mutate", "/itself", "/new", "/clone", "/url", "/stream", "/class"];
    for (const [at, path] of paths.entries())
      onRequest(worker, at + 1, { ...post, url: `http://localhost${path}`, headers: ["content-length", "3"] });
    for (const [at, path] of paths.entries()) {
      expect(await resultOf(worker, at + 1)).toEqual({
        kind: "request",
        method: "POST",
        url: `http://localhost${path === "/url" ? "/other" : path}`,
        headers: ["content-length", "3", "x-identity", "ada"],
        body: "same",
      });
    }
    await worker.ping();
    expect(worker.received.filter(({ type }) => type === Frame.BodyWanted)).toEqual([]);
  });

  test("reads the body when it wants to, once it is asked for, and the same one goes on", async () => {
    await using worker = await hook(`
      const text = await request.clone().text(); log("read " + text); if (text === "def") await request.text();
      return text === "abc" ? new Request(request, { headers: { "x-checked": "1" } }) : undefined;`);
    for (const [stream, text] of [
      [1, "abc"],
      [2, "def"],
    ] as const) {
      onRequest(worker, stream, post);
      await frameOf(worker, stream, Frame.BodyWanted);
      for (const byte of text) worker.bytes(Frame.Data, stream, Buffer.from(byte));
      worker.empty(Frame.End, stream);
      await worker.log(`read ${text}`);
    }
    expect(await resultOf(worker, 1)).toMatchObject({ kind: "request", headers: ["x-checked", "1"], body: "same" });
    expect(await resultOf(worker, 2)).toEqual({ kind: "continue" });
    expect(worker.received.filter(({ type }) => type === Frame.BodyWanted)).toHaveLength(2);
  });

  test("gives the request another body", async () => {
    await using worker = await hook(`
      const text = path === "/none" ? "" : await request.text();
      return new Request(request.url, { method: path === "/none" ? "GET" : "PUT", headers: request.headers, body: text.toUpperCase() || null });`);
    onRequest(worker, 1, { ...post, headers: ["content-length", "5"] });
    await frameOf(worker, 1, Frame.BodyWanted);
    worker.bytes(Frame.Data, 1, Buffer.from("hello"));
    worker.empty(Frame.End, 1);
    onRequest(worker, 2, { url: "http://localhost/none" });
    expect(await resultOf(worker, 1)).toMatchObject({ kind: "request", method: "PUT", headers: [], body: "own" });
    expect(await bodyOf(worker, 1)).toBe("HELLO");
    expect(await resultOf(worker, 2)).toMatchObject({ kind: "request", method: "GET", body: "none" });
  });

  test.each([
    ["throws", "throw new Error('secret');", /onRequest for GET http:\/\/localhost\/shop\/x failed: Error: secret/],
    ["returns what is no answer", "return { status: 200 };", /onRequest returned an object of type Object instead/],
    [
      "returns a Request that was read",
      "const r = new Request('http://x/', { method: 'POST', body: 'x' }); await r.text(); return r;",
      /whose body was read already/,
    ],
  ])("that %s is aborted and logged", async (_, body, line) => {
    await using worker = await hook(body);
    onRequest(worker, 1, { url: "http://localhost/shop/x?token=1" });
    expect(await resultOf(worker, 1)).toEqual({
      code: "PLUGIN_ERROR",
      message: "The plugin failed to answer the request",
    });
    expect((await worker.log("onRequest")).message).toMatch(line);
  });

  test("leaves no stray rejection when it goes on with a clone unread", async () => {
    await using worker = await hook(`globalThis.copy = request.clone(); return new Request(request);`);
    onRequest(worker, 1, post);
    expect(await resultOf(worker, 1)).toMatchObject({ kind: "request", body: "same" });
    await worker.ping();
    await worker.ping();
    expect(worker.logs()).toEqual([]);
  });

  test("that the runtime aborts sends nothing any more", async () => {
    await using worker = await hook(
      "log('asked'); await new Promise((r) => { globalThis.go = r; }); return undefined;",
    );
    onRequest(worker, 1);
    await worker.log("asked");
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    await worker.ping();
    expect(worker.of(1)).toEqual([]);
  });

  test("of a plugin that is not ready is aborted", async () => {
    await using worker = await Worker.spawn();
    await worker.init([{ root: packageOf({}) }]);
    onRequest(worker, 1);
    expect(await resultOf(worker, 1)).toMatchObject({ code: "PLUGIN_ERROR" });
  });
});
