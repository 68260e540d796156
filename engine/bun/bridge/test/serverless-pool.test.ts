import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Frame } from "../src/wire/frames.ts";
import { packageOf } from "./packages.ts";
import type { Spec } from "./packages.ts";
import { Worker } from "./runtime.ts";

const ECHO = `export default { fetch: async (request) => new Response(request.method + " " + new URL(request.url).pathname + " " + (await request.text()), { status: 203, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }) };`;

/** A persistent plugin whose answer is the JSON that this code returns; `pool` and `request` are its own. */
async function withPool(code: string, files: Record<string, string> = {}, spec: Partial<Spec> = {}): Promise<Worker> {
  const plugin = `let pool; export default () => ({ onInit(ctx) { pool = ctx.pool; }, routes: { async fetch(request) { try { return Response.json(await (async () => { ${code} })()); } catch (error) { return Response.json({ failed: String(error.message), code: error.code }); } } } });`;
  const worker = await Worker.spawn();
  const [report] = await worker.init([{ root: packageOf({ "plugin.ts": plugin, ...files }), ...spec }]);
  if (report.state !== "ready") throw new Error(report.message);
  return worker;
}

async function answerOf(worker: Worker, path = "/hello"): Promise<any> {
  worker.request(1, path);
  const { text } = await worker.response(1);
  worker.forget(1);
  return JSON.parse(text);
}

test("ctx.pool.fetch gives the app's whole answer", async () => {
  await using worker = await withPool(
    `const response = await pool.fetch("apps/echo", {}, new Request("http://x/some/path", { method: "POST", body: "body" }));
     return [response.status, response.headers.getSetCookie(), await response.text()];`,
    { "apps/echo/index.ts": ECHO },
  );
  expect(await answerOf(worker)).toEqual([203, ["a=1", "b=2"], "POST /some/path body"]);
});

test("large bodies pass in both directions", async () => {
  await using worker = await withPool(
    `const bytes = new Uint8Array(2_000_000).map((_, i) => i * 7);
     const response = await pool.fetch("app", { ttl: "1m" }, new Request("http://x/", { method: "POST", body: new Blob([bytes]).stream() }));
     return Bun.hash(bytes) === Bun.hash(await response.bytes());`,
    { "app/index.ts": "export const fetch = (request) => new Response(request.body);" },
  );
  expect(await answerOf(worker)).toBe(true);
});

test("an answer streams, and cancelling it ends the app's stream", async () => {
  await using worker = await withPool(
    `const response = await pool.fetch("app", { ttl: 60 }, new Request("http://x/"));
     const reader = response.body.getReader(); const first = new TextDecoder().decode((await reader.read()).value);
     await reader.cancel("enough"); return first;`,
    {
      "app/index.ts": `export const fetch = () => new Response(new ReadableStream({ start(c) { c.enqueue("first"); }, cancel() { console.log("cancelled"); } }));`,
    },
  );
  expect(await answerOf(worker)).toBe("first");
  await worker.log("cancelled");
});

test("an aborted request rejects with its reason and reaches the app", async () => {
  await using worker = await withPool(
    `const abort = new AbortController(); setTimeout(() => abort.abort(new Error("changed my mind")), 50);
     return await pool.fetch("app", { ttl: 60 }, new Request("http://x/", { signal: abort.signal }));`,
    {
      "app/index.ts": `export const fetch = (request) => new Promise(() => request.signal.addEventListener("abort", () => console.log("aborted")));`,
    },
  );
  expect(await answerOf(worker)).toMatchObject({ failed: "changed my mind" });
  await worker.log("aborted");
});

test("an app in the data folder runs, with the settings' environment", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "data-"));
  mkdirSync(join(dataDir, "app"));
  writeFileSync(
    join(dataDir, "app/index.js"),
    "export const fetch = () => new Response(process.env.TOKEN + process.env.DAVIT_DATA_DIR);",
  );
  await using worker = await withPool(
    `return await (await pool.fetch(${JSON.stringify(join(dataDir, "app"))}, { env: { TOKEN: "t " } }, new Request("http://x/"))).text();`,
    {},
    { dataDir },
  );
  expect(await answerOf(worker)).toBe(`t ${dataDir}`);
});

describe("ctx.pool.fetch refuses", () => {
  const outside = packageOf({ "index.ts": ECHO });
  test.each([
    ["a folder elsewhere", `"${outside}", {}`, /neither in the plugin's package nor in its dataDir/],
    ["a way up", `"../", {}`, /neither in the plugin's package/],
    ["a link that leads out", `"link", {}`, /neither in the plugin's package/],
    ["a module that is a link out", `"linked", {}`, /is a link that leaves/],
    ["a folder that is not there", `"none", {}`, /there is no folder none/],
    ["a folder without an app", `".", {}`, /has neither index.ts nor index.js/],
    ["an unknown setting", `"app", { timeOut: 3 }`, /config has "timeOut"; it knows timeout, ttl/],
    ["a time that is none", `"app", { ttl: "2 days" }`, /ttl is "2 days": write e.g/],
    ["a body limit beyond the cap", `"app", { maxBodySize: "101Mi" }`, /maxBodySize is "101Mi"/],
  ])("%s", async (_, args, message) => {
    const root = packageOf({ "app/index.ts": ECHO, "linked/other.ts": "", "plugin.ts": "" });
    symlinkSync(outside, join(root, "link"));
    symlinkSync(join(outside, "index.ts"), join(root, "linked/index.ts"));
    const plugin = `let pool; export default () => ({ onInit(ctx) { pool = ctx.pool; }, routes: { fetch: () => pool.fetch(${args}, new Request("http://x/")).catch((error) => Response.json(error.message)) } });`;
    writeFileSync(join(root, "plugin.ts"), plugin);
    await using worker = await Worker.spawn();
    await worker.init([{ root }]);
    expect(await answerOf(worker)).toMatch(message);
  });
});

test("a body beyond maxBodySize is a 413, whether its length was told or not", async () => {
  await using worker = await withPool(
    `const send = async (body) => (await pool.fetch("app", { maxBodySize: "1Ki", ttl: 60 }, new Request("http://x/", { method: "POST", body }))).status;
     return [await send("x".repeat(1024)), await send("x".repeat(1025)), await send(new Blob(["x".repeat(1025)]).stream())];`,
    { "app/index.ts": ECHO },
  );
  expect(await answerOf(worker)).toEqual([203, 413, 413]);
});

test("an app that fails rejects with a code", async () => {
  await using worker = await withPool(
    `const code = (path) => pool.fetch("app", { timeout: "200ms" }, new Request("http://x" + path)).then(() => "none", (error) => error.code);
     return [await code("/throw"), await code("/hang"), await code("/exit")];`,
    {
      "app/index.ts": `export const routes = { "/throw": () => { throw new Error("x"); }, "/hang": () => { for (;;); }, "/exit": () => process.exit(1) };`,
    },
  );
  expect(await answerOf(worker)).toEqual(["PLUGIN_ERROR", "WORKER_TIMEOUT", "WORKER_CRASHED"]);
});

test("metrics and statistics count what happened", async () => {
  await using worker = await withPool(
    `const { pathname } = new URL(request.url);
     if (pathname === "/stats") return [pool.getMetrics(), pool.getWorkerStats()];
     await (await pool.fetch("app", { ttl: 60 }, new Request("http://x/"))).text();
     await pool.fetch("app", { ttl: 60 }, new Request("http://x/throw")).catch(() => {});
     return "done";`,
    {
      "app/index.ts": `export const fetch = (request) => { if (request.url.endsWith("throw")) throw 1; return new Response("x"); };`,
    },
  );
  expect(await answerOf(worker)).toBe("done");
  const [metrics, stats] = await answerOf(worker, "/hello/stats");
  expect(metrics).toEqual({
    activeWorkers: 0,
    idleWorkers: 1,
    queued: 0,
    totalRequests: 2,
    failedRequests: 1,
    created: 1,
    ended: 0,
  });
  expect(stats).toEqual([
    {
      dir: expect.stringMatching(/\/app$/),
      state: "idle",
      requests: 2,
      ageMs: expect.any(Number),
      idleMs: expect.any(Number),
    },
  ]);
});

test("SHUTDOWN ends the apps' Workers after onTerminate", async () => {
  await using worker = await withPool(
    `return await (await pool.fetch("app", { ttl: 60 }, new Request("http://x/"))).text();`,
    {
      "app/index.ts": `export const fetch = () => new Response("x"); export const onTerminate = async () => { await 1; console.log("app ended"); };`,
    },
  );
  expect(await answerOf(worker)).toBe("x");
  worker.json(Frame.Shutdown, 0, { timeoutMs: 5000 });
  await worker.next((frame) => frame.type === Frame.Bye);
  expect(worker.logs().map(({ message }) => message)).toEqual(["app ended"]);
});
