import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { routesSource, valuesOf } from "./packages.ts";
import { workerWith } from "./runtime.ts";

describe("a response", () => {
  test("keeps repeated set-cookie headers apart", async () => {
    await using worker = await workerWith(
      routesSource(
        'const headers = new Headers([["set-cookie", "a=1, x"], ["set-cookie", "b=2"]]); return new Response("", { headers });',
      ),
    );
    worker.request(1, "/hello");
    expect(valuesOf((await worker.response(1)).headers, "set-cookie")).toEqual(["a=1, x", "b=2"]);
  });

  test("from a short text has its length in bytes, whatever the plugin said", async () => {
    await using worker = await workerWith(
      routesSource('return new Response("grüße", { headers: { "content-length": "3" } })'),
    );
    worker.request(1, "/hello");
    expect(valuesOf((await worker.response(1)).headers, "content-length")).toEqual(["7"]);
  });

  test("without a body is one frame", async () => {
    await using worker = await workerWith(
      routesSource(
        'return new Response(request.url.endsWith("null") ? null : "x", { status: request.url.endsWith("204") ? 204 : 200 })',
      ),
    );
    worker.request(1, "/hello/null");
    worker.request(2, "/hello/204");
    worker.request(3, "/hello/x", { method: "HEAD" });
    for (const stream of [1, 2, 3]) {
      expect((await worker.response(stream)).hasBody).toBe(false);
      expect(worker.of(stream)).toHaveLength(1);
    }
  });

  test.each([
    ["a string", '"grüße"', "text/plain;charset=utf-8", "grüße"],
    ["bytes", 'new TextEncoder().encode("ab")', "application/octet-stream", "ab"],
    ["a typed blob", 'new Blob(["ab"], { type: "image/png" })', "image/png", "ab"],
    [
      "a stream",
      'new ReadableStream({ start(c) { c.enqueue("a"); c.enqueue(new Uint8Array([98])); c.close(); } })',
      undefined,
      "ab",
    ],
    ["a generator", '(async function* () { yield "a"; yield "b"; })()', undefined, "ab"],
    [
      "a direct stream",
      'new ReadableStream({ type: "direct", async pull(c) { c.write("a"); await c.flush(); c.write("b"); c.close(); } })',
      undefined,
      "ab",
    ],
    ["a long string", '"ü".repeat(100_000)', "text/plain;charset=utf-8", "ü".repeat(100_000)],
  ])("from %s has the type and the bytes that Bun.serve sends", async (_, body, type, text) => {
    await using worker = await workerWith(routesSource(`return new Response(${body})`));
    worker.request(1, "/hello");
    const response = await worker.response(1);
    expect(valuesOf(response.headers, "content-type")).toEqual(type === undefined ? [] : [type]);
    expect(response.text).toBe(text);
  });

  test("of an own class, a clone or from Response.json is one too", async () => {
    await using worker = await workerWith(`class Own extends Response { constructor() { super("own"); } }
      const kinds = { own: () => new Own(), clone: () => new Response("clone").clone(), json: () => Response.json("json") };
      ${routesSource('const made = kinds[request.url.split("/").pop()](); return made instanceof Response && made.constructor.name ? made : new Response("no");')}`);
    for (const [index, kind] of ["own", "clone", "json"].entries()) {
      worker.request(index + 1, `/hello/${kind}`);
      expect((await worker.response(index + 1)).text.replaceAll('"', "")).toBe(kind);
    }
  });

  test("goes out as it comes", async () => {
    await using worker = await workerWith(
      routesSource(`
      if (request.url.endsWith("/more")) { globalThis.more(); return new Response("ok"); }
      return new Response(new ReadableStream({ start(c) { c.enqueue("first"); globalThis.more = () => { c.enqueue("second"); c.close(); }; } }));`),
    );
    worker.request(1, "/hello/events");
    await worker.until("the first chunk", () => worker.dataBytes(1) === 5);
    worker.request(2, "/hello/more");
    expect((await worker.response(1)).text).toBe("firstsecond");
  });
});

describe("a plugin that fails", () => {
  test.each([
    ["throws", "throw new Error('secret inside')", /failed: Error: secret inside\n\s+at .*plugin\.ts/],
    ["returns no Response", "return { a: 1 }", /routes.fetch returned an object of type Object instead of a Response/],
    ["returns nothing", "", /routes.fetch returned undefined instead of a Response/],
    ["returns an error response", "return Response.error()", /status 0; 200 to 599/],
    [
      "returns a Response that was read",
      "const r = new Response('x'); await r.text(); return r",
      /body was read already/,
    ],
    [
      "returns a locked body",
      "const r = new Response(new ReadableStream()); r.body.getReader(); return r",
      /failed: .*locked/i,
    ],
    [
      "returns a head that is too large",
      "return new Response('x', { headers: { a: 'x'.repeat(300_000) } })",
      /FrameTooLarge/,
    ],
  ])("because it %s is aborted with a general text, and the log has the reason", async (_, fetch, reason) => {
    await using worker = await workerWith(routesSource(fetch), { name: "@acme/bad" });
    worker.request(1, "/hello/x?token=geheim");
    const abort = await worker.next((frame) => frame.type === Frame.Abort);
    expect(abort.json).toEqual({ code: "PLUGIN_ERROR", message: "The plugin failed to answer the request" });
    const line = await worker.log("failed: ");
    expect(line).toMatchObject({ plugin: "@acme/bad", level: "error" });
    expect(line.message).toMatch(reason);
    expect(line.message).toStartWith("GET http://localhost/hello/x failed");
  });

  test("while it streams is aborted after the head, once its chunks are out", async () => {
    await using worker = await workerWith(
      routesSource(
        'let n = 0; return new Response(new ReadableStream({ pull(c) { if (n++) throw new Error("mid"); c.enqueue("a"); } }, { highWaterMark: 0 }))',
      ),
    );
    worker.request(1, "/hello");
    const abort = await worker.next((frame) => frame.type === Frame.Abort);
    expect(abort.json.code).toBe("RESPONSE_FAILED");
    expect(worker.of(1).map(({ type }) => type)).toEqual([Frame.Response, Frame.Data, Frame.Abort]);
    expect((await worker.log("mid")).level).toBe("error");
  });
});
