import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Frame } from "../src/wire/frames.ts";
import { Worker } from "./runtime.ts";
import { appOf, serving, threadsOf } from "./serverless.ts";

const COUNTER = `let count = 0; export default { fetch: () => new Response(String(++count)) };`;
const HANGS = `export default { fetch: (request) => { const { pathname } = new URL(request.url); console.log("at " + pathname);
  if (pathname === "/loop") for (;;);
  if (pathname === "/regex") console.log(/^(a+)+$/.test("a".repeat(40) + "b") || "found out");
  if (pathname === "/stream") return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
  if (pathname === "/throw") setTimeout(() => { throw new Error("stray"); });
  if (pathname === "/reject") Promise.reject(new Error("stray"));
  if (pathname === "/exit") process.exit(3);
  return pathname === "/ok" ? new Response("fine") : new Promise(() => {}); } };`;

async function textOf(worker: Worker, stream: number, path = "/hello"): Promise<string> {
  worker.request(stream, path);
  return (await worker.response(stream)).text;
}

async function abortOf(worker: Worker, stream: number): Promise<{ code: string; message: string }> {
  return (await worker.until(`ABORT of ${stream}`, () => worker.of(stream, Frame.Abort)[0])).json;
}

describe("with ttl 0", () => {
  test("each request has an instance of its own", async () => {
    await using worker = await serving(COUNTER);
    for (const stream of [1, 2, 3]) expect(await textOf(worker, stream)).toBe("1");
  });

  test("no more requests run at once than there may be Workers; the others wait", async () => {
    await using worker = await serving(
      `export default { async fetch(request) { console.log("running"); return new Response(await request.text()); } };`,
      { max: 2 },
    );
    const running = () => worker.logs().length;
    for (let stream = 1; stream <= 6; stream += 1) worker.request(stream, "/hello", { method: "POST", body: true });
    for (let done = 0; done < 6; done += 1) {
      const most = Math.min(done + 2, 6);
      await worker.until(`request ${most}`, () => running() === most);
      await worker.ping();
      expect(running()).toBe(most);
      worker.empty(Frame.End, done + 1);
      await worker.response(done + 1);
    }
  });

  test("threads and memory do not grow over 500 requests", async () => {
    await using worker = await serving(COUNTER);
    const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${worker.process.pid}/status`, "utf8"))?.[1]);
    const run = async (count: number) => {
      for (let i = 0; i < count; i += 1) {
        expect(await textOf(worker, 1)).toBe("1");
        worker.forget(1);
      }
    };
    await run(100);
    const [threads, memory] = [threadsOf(worker), rss()];
    await run(400);
    expect(threadsOf(worker)).toBeLessThanOrEqual(threads + 2);
    expect(rss()).toBeLessThan(memory * 1.3);
  }, 60_000);
});

describe("with a ttl", () => {
  test("requests share an instance, at the same time too, until it is too old", async () => {
    await using worker = await serving(COUNTER, { ttlMs: 300 });
    for (const stream of [1, 2, 3]) worker.request(stream, "/hello");
    const texts = await Promise.all([1, 2, 3].map(async (stream) => (await worker.response(stream)).text));
    expect(texts).toEqual(["1", "2", "3"]);
    const since = performance.now();
    let stream = 3;
    while ((await textOf(worker, (stream += 1))) !== "1") expect(performance.now() - since).toBeLessThan(5000);
    expect(stream).toBeGreaterThan(4);
  });

  test("an instance is replaced after maxRequests", async () => {
    await using worker = await serving(COUNTER, { ttlMs: 60_000, maxRequests: 2 });
    const texts: string[] = [];
    for (const stream of [1, 2, 3, 4, 5]) texts.push(await textOf(worker, stream));
    expect(texts).toEqual(["1", "2", "1", "2", "1"]);
  });

  test("one whose streams do not end makes room in the end, so that it blocks nobody", async () => {
    await using worker = await serving(
      `let count = 0; export default { fetch: (request) => request.url.endsWith("/stream") ? new Response(new ReadableStream({ pull: () => new Promise(() => {}) })) : new Response(String(++count)) };`,
      { ttlMs: 60_000, maxRequests: 2, max: 1 },
    );
    worker.request(1, "/hello/stream");
    const texts: string[] = [];
    for (const stream of [2, 3, 4, 5]) texts.push(await textOf(worker, stream));
    expect(texts).toEqual(["1", "2", "3", "1"]);
    expect((await abortOf(worker, 1)).code).toBe("WORKER_CRASHED");
  });

  test("onIdle is called when the last request has ended, and onTerminate before it is ended for idleness", async () => {
    await using worker = await serving(
      `export default { fetch: () => new Response("x"), onIdle() { console.log("idle"); }, async onTerminate() { await 1; console.log("terminating"); } };`,
      { ttlMs: 60_000, idleTimeoutMs: 50 },
    );
    worker.request(1, "/hello");
    worker.request(2, "/hello");
    await worker.log("terminating");
    expect(worker.logs().map(({ message }) => message)).toEqual(["idle", "terminating"]);
    expect(await textOf(worker, 3)).toBe("x");
  });

  test("a throw of onIdle is logged and harms nothing", async () => {
    await using worker = await serving(
      `let n = 0; export default { fetch: () => new Response(String(++n)), onIdle() { throw new Error("not idle"); } };`,
      { ttlMs: 60_000 },
    );
    expect(await textOf(worker, 1)).toBe("1");
    expect((await worker.log("not idle")).level).toBe("error");
    expect(await textOf(worker, 2)).toBe("2");
  });
});

test("an onTerminate that hangs holds neither its Worker nor the next request for long", async () => {
  await using worker = await serving(
    `export default { fetch: () => new Response("x"), onTerminate: () => new Promise(() => {}) };`,
    { max: 1 },
  );
  expect(await textOf(worker, 1)).toBe("x");
  expect(await textOf(worker, 2)).toBe("x");
  expect((await worker.log("onTerminate failed")).message).toContain("did not end within 1000 ms");
});

describe("a Worker that does not answer in time is ended with all its requests, and the next one gets another", () => {
  test.each(["/loop", "/regex", "/never"])("%s", async (path) => {
    await using worker = await serving(HANGS, { ttlMs: 60_000, timeoutMs: 300, max: 2 });
    worker.request(1, "/hello/stream");
    await worker.until("the stream's head", () => worker.of(1, Frame.Response)[0]);
    worker.request(2, `/hello${path}`);
    expect((await abortOf(worker, 2)).code).toBe("WORKER_TIMEOUT");
    expect((await abortOf(worker, 1)).code).toBe("WORKER_CRASHED");
    const { plugin, message } = await worker.log("no response within 300 ms");
    expect([plugin, message]).toEqual(["plugin-0", expect.stringContaining(`GET http://localhost/hello${path}:`)]);
    expect(await textOf(worker, 3, "/hello/ok")).toBe("fine");
    expect(worker.logs().some((line) => line.message === "found out")).toBe(false);
  });

  test("also if the client gave up before", async () => {
    await using worker = await serving(HANGS, { ttlMs: 60_000, timeoutMs: 300, max: 1 });
    worker.request(1, "/hello/loop");
    await worker.ping();
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    await worker.log("did nothing else for 300 ms");
    expect(await textOf(worker, 2, "/hello/ok")).toBe("fine");
  });
});

describe("a Worker that breaks takes its requests along and is replaced", () => {
  test.each([
    ["/throw", "uncaught exception: Error: stray"],
    ["/reject", "unhandled rejection: Error: stray"],
    ["/exit", "ended itself, as by process.exit"],
  ])("%s", async (path, message) => {
    await using worker = await serving(HANGS, { ttlMs: 60_000, max: 1 });
    worker.request(1, "/hello/never");
    worker.request(2, `/hello${path}`);
    expect((await abortOf(worker, 1)).code).toBe("WORKER_CRASHED");
    expect((await abortOf(worker, 2)).code).toBe("WORKER_CRASHED");
    const line = await worker.log(message);
    expect([line.plugin, line.level]).toEqual(["plugin-0", "error"]);
    expect(await textOf(worker, 3, "/hello/ok")).toBe("fine");
  });

  test("a hundred times without leaving threads behind", async () => {
    await using worker = await serving(HANGS, { ttlMs: 60_000 });
    const before = threadsOf(worker);
    for (let i = 0; i < 100; i += 1) {
      worker.request(1, "/hello/throw");
      await abortOf(worker, 1);
      worker.forget(1);
    }
    expect(await textOf(worker, 2, "/hello/ok")).toBe("fine");
    expect(threadsOf(worker)).toBeLessThanOrEqual(before + 4);
  }, 30_000);
});

test("requests beyond the queue are refused as busy", async () => {
  await using worker = await serving(HANGS, { max: 1 });
  for (let stream = 1; stream <= 1002; stream += 1) worker.request(stream, "/hello/never");
  await worker.ping();
  expect((await abortOf(worker, 1002)).code).toBe("WORKER_UNAVAILABLE");
  expect(worker.of(1001)).toEqual([]);
});

test("Workers have the process's environment, the plugin's on top, and its data folder", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "data-"));
  await using worker = await Worker.spawn({ GRANTED: "yes", LEVEL: "group", DAVIT_DATA_DIR: "/group" });
  const source = `export const routes = { "/": () => Response.json([process.env.GRANTED, Bun.env.LEVEL, process.env.DAVIT_DATA_DIR, Object.keys(process.env).sort()]) };`;
  await worker.init([appOf(source, { env: { LEVEL: "worker" } }, { dataDir })]);
  const keys = ["DAVIT_DATA_DIR", "GRANTED", "LEVEL"];
  expect(JSON.parse(await textOf(worker, 1))).toEqual(["yes", "worker", dataDir, keys]);
});

test("SHUTDOWN has each Worker's onTerminate called and waits for it", async () => {
  await using worker = await serving(
    `export default { fetch: () => new Response("x"), async onTerminate() { await Bun.sleep(20); console.log("saved"); throw new Error("disk full"); } };`,
    { ttlMs: 60_000 },
  );
  await textOf(worker, 1);
  worker.json(Frame.Shutdown, 0, { timeoutMs: 5000 });
  const bye = await worker.next((frame) => frame.type === Frame.Bye);
  expect(bye.json.errors).toEqual([{ plugin: "plugin-0", message: expect.stringContaining("disk full") }]);
  expect(worker.logs().map(({ message }) => message)).toEqual(["saved"]);
  expect(await worker.process.exited).toBe(0);
});
