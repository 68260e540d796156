import { expect, test } from "bun:test";
import { Frame, WINDOW } from "../src/wire/frames.ts";
import { valuesOf } from "./packages.ts";
import { serving } from "./serverless.ts";

test("a request gets the answer of fetch, with the base taken off its path", async () => {
  await using worker = await serving(
    `export default { fetch: async (request) => Response.json({ method: request.method, path: new URL(request.url).pathname, body: await request.text() }) };`,
  );
  worker.request(1, "/hello/a/b?c", { method: "POST", body: true });
  worker.bytes(Frame.Data, 1, Buffer.from("some body"));
  worker.empty(Frame.End, 1);
  const { status, text } = await worker.response(1);
  expect([status, JSON.parse(text)]).toEqual([200, { method: "POST", path: "/a/b", body: "some body" }]);
});

test("repeated set-cookie headers stay apart", async () => {
  await using worker = await serving(
    `export const fetch = () => { const headers = new Headers(); headers.append("set-cookie", "a=1; Path=/"); headers.append("set-cookie", "b=2"); return new Response("x", { headers }); };`,
  );
  worker.request(1, "/hello");
  expect(valuesOf((await worker.response(1)).headers, "set-cookie")).toEqual(["a=1; Path=/", "b=2"]);
});

test("events arrive one by one, while the response goes on", async () => {
  await using worker = await serving(
    `export default { fetch() { return new Response(new ReadableStream({ async start(c) { c.enqueue("data: 1\\n\\n"); await new Promise(() => {}); } }), { headers: { "content-type": "text/event-stream" } }); } };`,
  );
  worker.request(1, "/hello");
  await worker.until("the first event", () => worker.dataBytes(1) === 9);
  expect(worker.of(1, Frame.End)).toEqual([]);
});

test("a slow client holds the app back, and its credit lets it go on", async () => {
  await using worker = await serving(
    `export default { fetch() { let sent = 0; return new Response(new ReadableStream({ pull(c) { if (sent++ < 16) c.enqueue(new Uint8Array(65536)); else c.close(); } })); } };`,
  );
  worker.request(1, "/hello");
  await worker.until("a window of bytes", () => worker.dataBytes(1) === WINDOW);
  await worker.ping();
  expect(worker.dataBytes(1)).toBe(WINDOW);
  for (let given = WINDOW; given <= 16 * 65_536; given += WINDOW) {
    worker.credit(1, WINDOW);
    await worker.until("more", () => worker.dataBytes(1) === Math.min(given + WINDOW, 16 * 65_536));
  }
  await worker.until("the end", () => worker.of(1, Frame.End)[0]);
});

test("an upload larger than the window is taken as the app reads it", async () => {
  await using worker = await serving(
    `export default { fetch: async (request) => new Response(String((await request.bytes()).length)) };`,
  );
  worker.request(1, "/hello", { method: "POST", body: true });
  const piece = Buffer.alloc(65_536);
  const total = 20;
  for (let sent = 0; sent < total; sent += 1) {
    await worker.until("credit", () => {
      const credit = worker.of(1, Frame.Credit).reduce((sum, { bytes }) => sum + bytes.readUInt32BE(0), WINDOW);
      return (sent + 1) * 65_536 <= credit;
    });
    worker.bytes(Frame.Data, 1, piece);
  }
  worker.empty(Frame.End, 1);
  expect((await worker.response(1)).text).toBe(String(total * 65_536));
});

test("a client that goes away aborts the request's signal", async () => {
  await using worker = await serving(
    `export default { fetch: (request) => new Promise(() => { request.signal.addEventListener("abort", () => console.log("aborted: " + request.signal.reason.message)); console.log("waiting"); }) };`,
    { ttlMs: 60_000 },
  );
  worker.request(1, "/hello");
  await worker.log("waiting");
  worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "the client went away" });
  expect(await worker.log("aborted")).toEqual({
    plugin: "plugin-0",
    level: "info",
    message: "aborted: the client went away",
  });
});

test("a throw is an ABORT that tells nothing, and a log line that tells all", async () => {
  await using worker = await serving(`export default { fetch() { throw new Error("no such table"); } };`);
  worker.request(1, "/hello/x?secret", { headers: ["x-request-id", "r-1"] });
  const abort = await worker.until("ABORT", () => worker.of(1, Frame.Abort)[0]);
  expect(abort.json).toEqual({ code: "PLUGIN_ERROR", message: "The plugin failed to answer the request" });
  const { plugin, level, message } = await worker.log("no such table");
  expect([plugin, level]).toEqual(["plugin-0", "error"]);
  expect(message).toStartWith("GET http://localhost/hello/x (request r-1) failed: Error: no such table");
});

test("a stream's number can be used again at once, and gets no answer of the request before", async () => {
  await using worker = await serving(
    `export default { fetch: (request) => new Response(new URL(request.url).pathname) };`,
    { ttlMs: 60_000 },
  );
  for (let round = 0; round < 200; round += 1) {
    worker.request(1, "/hello/old");
    if (round % 2 === 0) await worker.ping();
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    await worker.ping();
    worker.forget(1);
    worker.request(1, "/hello/new");
    expect((await worker.response(1)).text).toBe("/new");
    worker.forget(1);
  }
});
