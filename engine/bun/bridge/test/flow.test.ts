import { describe, expect, test } from "bun:test";
import { CREDIT_STEP, DATA_MAX, Frame, WINDOW } from "../src/wire/frames.ts";
import type { Worker } from "./runtime.ts";
import { workerWith } from "./runtime.ts";

const routes = (fetch: string): string => `let log;
export default () => ({
  onInit(ctx) { log = ctx.logger.info; },
  routes: { async fetch(request) { const path = new URL(request.url).pathname; ${fetch} } } });`;

/** A plugin that yields chunks of `size` bytes for ever and logs how many it has made when asked. */
const endless = (size: number): string =>
  routes(`
  if (path === "/count") return new Response(String(globalThis.made));
  globalThis.made = 0;
  return new Response(new ReadableStream({
    async pull(c) { await 1; globalThis.made += 1; c.enqueue(new Uint8Array(${size})); },
    cancel(reason) { log("cancelled: " + reason); },
  }));`);

let nextStream = 1000;

async function ask(worker: Worker, path: string): Promise<string> {
  nextStream += 1;
  worker.request(nextStream, path);
  return (await worker.response(nextStream)).text;
}

/** The CREDIT that came on a stream so far, frame by frame. */
function credits(worker: Worker, stream: number): number[] {
  return worker.of(stream, Frame.Credit).map(({ bytes }) => bytes.readUInt32BE(0));
}

describe("a response", () => {
  test.each([1000, 65_536, 100_000, 1_000_000])(
    "of chunks of %d bytes never exceeds its window, and the plugin is held back",
    async (size) => {
      await using worker = await workerWith(endless(size));
      worker.request(1, "/hello");
      await worker.until("the whole window", () => worker.dataBytes(1) === WINDOW);
      const made = Number(await ask(worker, "/hello/count"));
      expect(made).toBeLessThanOrEqual(Math.ceil(WINDOW / size) + 1);
      for (const [index, credit] of [1, DATA_MAX, 70_000, WINDOW].entries()) {
        const before = worker.dataBytes(1);
        worker.credit(1, credit);
        await worker.until("as much as the credit", () => worker.dataBytes(1) === before + credit);
        await worker.ping();
        expect(worker.dataBytes(1), `credit ${index}`).toBe(before + credit);
      }
      expect(Math.max(...worker.of(1, Frame.Data).map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(DATA_MAX);
      expect(Number(await ask(worker, "/hello/count"))).toBeLessThanOrEqual(Math.ceil(worker.dataBytes(1) / size) + 1);
    },
  );

  test("that waits for credit does not hold others up", async () => {
    await using worker = await workerWith(endless(DATA_MAX));
    worker.request(1, "/hello");
    await worker.until("the whole window", () => worker.dataBytes(1) === WINDOW);
    expect(await ask(worker, "/hello/count")).toMatch(/^\d+$/);
  });

  test("of 20 MiB arrives whole through a window that is opened step by step", async () => {
    await using worker = await workerWith(
      routes("return new Response(new Uint8Array(20 << 20).map((_, at) => at % 251))"),
    );
    worker.request(1, "/hello");
    let granted = WINDOW;
    await worker.until("the end", () => {
      const received = worker.dataBytes(1);
      if (granted - received < WINDOW / 2) {
        worker.credit(1, WINDOW - (granted - received));
        granted = received + WINDOW;
      }
      expect(received).toBeLessThanOrEqual(granted);
      return worker.of(1, Frame.End).length > 0;
    });
    const whole = Buffer.concat(worker.of(1, Frame.Data).map(({ bytes }) => bytes));
    expect(whole.length).toBe(20 << 20);
    expect(whole.every((byte, at) => byte === at % 251)).toBe(true);
  });
});

describe("a request's body", () => {
  const slow = routes(`
    if (path === "/read") { const { value, done } = await globalThis.reader.read(); return new Response(String(done ? "done" : value.length)); }
    globalThis.reader = request.body.getReader();
    await new Promise((resolve) => { globalThis.finish = resolve; });
    return new Response("ok");`);

  test("gets no credit before the plugin reads, and then as much as it has read, in steps", async () => {
    await using worker = await workerWith(slow);
    worker.request(1, "/hello", { method: "POST", body: true });
    await worker.ping();
    for (let sent = 0; sent < WINDOW; sent += 32_768) worker.bytes(Frame.Data, 1, Buffer.alloc(32_768));
    await worker.ping();
    expect(credits(worker, 1)).toEqual([]);
    expect(await ask(worker, "/hello/read")).toBe("32768");
    expect(credits(worker, 1)).toEqual([]);
    await ask(worker, "/hello/read");
    expect(credits(worker, 1)).toEqual([CREDIT_STEP]);
    await ask(worker, "/hello/read");
    await ask(worker, "/hello/read");
    expect(credits(worker, 1)).toEqual([CREDIT_STEP, CREDIT_STEP]);
  });

  test("of 20 MiB passes through, acknowledged to the last window", async () => {
    await using worker = await workerWith(
      routes(
        "let sum = 0; for await (const chunk of request.body) sum += chunk.length; return new Response(String(sum));",
      ),
    );
    worker.request(1, "/hello", { method: "POST", body: true });
    const total = 20 << 20;
    let sent = 0;
    await worker.until("the upload's end", () => {
      const acknowledged = credits(worker, 1).reduce((sum, credit) => sum + credit, 0);
      while (sent < total && sent - acknowledged + DATA_MAX <= WINDOW) {
        worker.bytes(Frame.Data, 1, Buffer.alloc(DATA_MAX));
        sent += DATA_MAX;
      }
      return sent === total;
    });
    worker.empty(Frame.End, 1);
    expect((await worker.response(1)).text).toBe(String(total));
    expect(Math.min(...credits(worker, 1))).toBeGreaterThanOrEqual(CREDIT_STEP);
  });

  test("that the plugin leaves unread does not keep the response from ending", async () => {
    await using worker = await workerWith(routes('globalThis.left = request; return new Response("early")'));
    worker.request(1, "/hello", { method: "POST", body: true });
    worker.bytes(Frame.Data, 1, Buffer.alloc(1000));
    expect((await worker.response(1)).text).toBe("early");
    worker.bytes(Frame.Data, 1, Buffer.alloc(1000));
    worker.empty(Frame.End, 1);
    await worker.ping();
    worker.forget(1);
    worker.request(1, "/hello");
    expect((await worker.response(1)).text).toBe("early");
  });

  test("that has come can be read after the response; what has not come is an error", async () => {
    await using worker = await workerWith(
      routes(`
        if (path === "/finish" || path === "/read") { globalThis[path](); return new Response(""); }
        const read = new Promise((resolve) => { globalThis["/read"] = resolve; });
        read.then(() => request.text()).then((text) => log("read " + text.length), (error) => log("not read: " + error.message));
        await new Promise((resolve) => { globalThis["/finish"] = resolve; });
        return new Response("early");`),
    );
    const cases: [number, boolean, string][] = [
      [1, true, "read 1000"],
      [2, false, "not read: The response was complete before the request's body"],
    ];
    for (const [stream, ends, line] of cases) {
      worker.request(stream, "/hello", { method: "POST", body: true });
      await worker.ping();
      worker.bytes(Frame.Data, stream, Buffer.alloc(1000));
      if (ends) worker.empty(Frame.End, stream);
      await ask(worker, "/hello/finish");
      await worker.response(stream);
      await ask(worker, "/hello/read");
      await worker.log(line);
    }
  });

  test("that streams back is echoed while it comes", async () => {
    await using worker = await workerWith(routes("return new Response(request.body)"));
    worker.request(1, "/hello", { method: "POST", body: true });
    await worker.ping();
    for (const [index, part] of ["a", "b", "c"].entries()) {
      worker.bytes(Frame.Data, 1, Buffer.from(part));
      await worker.until(`echo of ${part}`, () => worker.dataBytes(1) === index + 1);
    }
    worker.empty(Frame.End, 1);
    expect((await worker.response(1)).text).toBe("abc");
  });
});

describe("ABORT from the runtime", () => {
  test("cancels the response's stream", async () => {
    await using worker = await workerWith(endless(DATA_MAX));
    worker.request(1, "/hello");
    await worker.until("the whole window", () => worker.dataBytes(1) === WINDOW);
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "The client closed the connection" });
    expect((await worker.log("cancelled")).message).toContain("The client closed the connection");
    worker.credit(1, 1000);
    await worker.ping();
    expect(worker.dataBytes(1)).toBe(WINDOW);
  });

  test("aborts the signal and errors the body before the plugin answered", async () => {
    await using worker = await workerWith(
      routes(`
      request.signal.addEventListener("abort", () => log("signal: " + request.signal.reason.name));
      log("waiting");
      try { await request.text(); } catch (error) { log("body: " + error.name); }
      return new Response(new ReadableStream({ cancel() { log("late response cancelled"); } }));`),
    );
    worker.request(1, "/hello", { method: "POST", body: true });
    await worker.log("waiting");
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    await worker.log("signal: AbortError");
    await worker.log("body: AbortError");
    await worker.log("late response cancelled");
    expect(worker.of(1)).toEqual([]);
  });

  test("leaves no stray rejection, whatever the plugin was doing", async () => {
    await using worker = await workerWith(
      routes(`
      log("at " + path);
      if (path === "/throws") await new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
      if (path === "/reads") for await (const _ of request.body) {}
      if (path === "/pending") await new Promise(() => {});
      if (path === "/responds") return new Response(new ReadableStream({ cancel() { throw new Error("in cancel"); } }));
      return new Response("ok");`),
    );
    const paths = ["/throws", "/reads", "/pending", "/responds"];
    for (const [index, path] of paths.entries()) {
      worker.request(index + 1, `/hello${path}`, { method: "POST", body: true });
      await worker.log(`at ${path}`);
    }
    await worker.until("the head", () => worker.of(4, Frame.Response)[0]);
    for (const index of paths.keys()) worker.json(Frame.Abort, index + 1, { code: "CLIENT_GONE", message: "gone" });
    expect(await ask(worker, "/hello/next")).toBe("ok");
    expect(worker.logs().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("for a stream that is over is ignored", async () => {
    await using worker = await workerWith(routes('return new Response("ok")'));
    worker.request(1, "/hello");
    await worker.response(1);
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    worker.credit(1, 4_000_000);
    expect(await ask(worker, "/hello")).toBe("ok");
  });
});
