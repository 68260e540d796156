import { describe, expect, test } from "bun:test";
import { Frame, WINDOW } from "../src/wire/frames.ts";
import { FrameWriter } from "../src/wire/writer.ts";
import { initOf, packageOf } from "./packages.ts";
import { Worker, workerWith } from "./runtime.ts";

/** Sends SHUTDOWN; returns BYE's errors once the process has ended with 0. */
async function shutDown(worker: Worker, timeoutMs: number): Promise<{ plugin: string; message: string }[]> {
  worker.json(Frame.Shutdown, 0, { timeoutMs });
  const bye = await worker.next((frame) => frame.type === Frame.Bye);
  expect(await worker.process.exited).toBe(0);
  return bye.json.errors;
}

const plugin = (onShutdown: string): string =>
  `export default () => { let log; return { provides() {}, onInit(ctx) { log = ctx.logger.info; }, async onShutdown() { ${onShutdown} } }; };`;

test("HELLO names protocol, engine and process", async () => {
  await using worker = await Worker.spawn();
  expect(worker.received[0]?.json).toEqual({ protocol: 2, engine: `bun ${Bun.version}`, pid: worker.process.pid });
});

test("PING is answered with its bytes, also before INIT", async () => {
  await using worker = await Worker.spawn();
  worker.bytes(Frame.Ping, 0, Buffer.from("\x01\x02\x03\x04\x05\x06\x07\x08"));
  const pong = await worker.next((frame) => frame.type === Frame.Pong);
  expect(pong.bytes.toString()).toBe("\x01\x02\x03\x04\x05\x06\x07\x08");
});

test("plugins see neither the socket's path nor an environment that was not granted", async () => {
  await using worker = await Worker.spawn({ GRANTED: "yes" });
  const source = `export default () => ({ provides() {}, onInit(ctx) { ctx.logger.info("%j", [process.argv, Bun.argv, Object.entries(process.env).filter(([, value]) => value !== undefined), Bun.env.GRANTED]); } });`;
  await worker.init([{ root: packageOf({ "plugin.ts": source }) }]);
  const line = worker.logs()[0]?.message ?? "";
  expect(line).not.toContain(worker.directory);
  const [argv, bunArgv, env, granted] = JSON.parse(line);
  expect(argv).toHaveLength(2);
  expect(bunArgv).toHaveLength(2);
  expect(env).toEqual([["GRANTED", "yes"]]);
  expect(granted).toBe("yes");
});

describe("SHUTDOWN", () => {
  test("calls onShutdown in reverse start order, of those only that started", async () => {
    await using worker = await Worker.spawn();
    const failing = plugin("log('never')").replace("onInit(ctx) {", "onInit(ctx) { throw new Error('no');");
    await worker.init(
      ["a", "b"]
        .map((name) => ({ name, root: packageOf({ "plugin.ts": plugin(`await 1; log("${name}");`) }) }))
        .concat({ name: "c", root: packageOf({ "plugin.ts": failing }) }),
    );
    expect(await shutDown(worker, 1000)).toEqual([]);
    expect(worker.logs().map(({ plugin: name }) => name)).toEqual(["b", "a"]);
  });

  test("collects what went wrong and goes on", async () => {
    await using worker = await Worker.spawn();
    await worker.init([
      { name: "last", root: packageOf({ "plugin.ts": plugin("log('late')") }) },
      { name: "hangs", root: packageOf({ "plugin.ts": plugin("await new Promise(() => {})") }) },
      { name: "throws", root: packageOf({ "plugin.ts": plugin("throw new Error('stuck')") }) },
    ]);
    const errors = await shutDown(worker, 50);
    expect(errors.map(({ plugin: name }) => name)).toEqual(["throws", "hangs", "last"]);
    expect(errors[0]?.message).toContain("stuck");
    expect(errors[1]?.message).toContain("did not end within the 50 ms");
    expect(errors[2]?.message).toContain("was not called");
  });

  test("flushes what a slow reader has not taken yet", async () => {
    await using worker = await workerWith(plugin("for (let i = 0; i < 100; i++) log('x'.repeat(16000));"));
    await shutDown(worker, 1000);
    expect(worker.logs()).toHaveLength(100);
  });

  test("before INIT ends the worker too", async () => {
    await using worker = await Worker.spawn();
    expect(await shutDown(worker, 1000)).toEqual([]);
  });
});

describe("the process ends", () => {
  test("when the connection closes, also while plugins hang", async () => {
    await using worker = await workerWith(
      "setInterval(() => {}, 1000); export default () => ({ routes: { fetch: () => new Promise(() => {}) } });",
    );
    worker.request(1, "/hello");
    await worker.ping();
    worker.hangUp();
    expect(await worker.process.exited).toBe(0);
  });

  test("when a plugin ends it", async () => {
    await using worker = await workerWith("export default () => ({ routes: { fetch: () => process.exit(7) } });");
    worker.request(1, "/hello");
    expect(await worker.process.exited).toBe(7);
  });

  const frame = (write: (writer: FrameWriter) => void): Buffer => {
    const writer = new FrameWriter(() => {});
    write(writer);
    return Buffer.from(writer.waiting());
  };
  const post = {
    plugin: 0,
    method: "POST",
    url: "http://localhost/hello",
    peer: "",
    port: 9,
    body: true,
    upgrade: false,
    headers: [],
  };
  const request = (more: object): Buffer => frame((writer) => writer.json(Frame.Request, 1, { ...post, ...more }));
  const data = frame((writer) => writer.bytes(Frame.Data, 1, Buffer.alloc(65_536)));

  test.each<[string, Buffer, RegExp]>([
    ["a frame of unknown type", Buffer.from([0, 0, 0, 5, 0x7f, 0, 0, 0, 0]), /unknown type 0x7f/],
    ["a frame that is too large", Buffer.from([0xff, 0xff, 0xff, 0xff, 0x12, 0, 0, 0, 1]), /bytes, 1 to 65536 allowed/],
    ["broken JSON", frame((writer) => writer.text(Frame.Request, 1, "{broken")), /REQUEST is not JSON/],
    [
      "JSON that is not UTF-8",
      frame((writer) => writer.bytes(Frame.Request, 1, Buffer.from([0x22, 0xff, 0x22]))),
      /REQUEST is not JSON in UTF-8/,
    ],
    ["a second INIT", frame((writer) => writer.json(Frame.Init, 0, initOf([]))), /a second INIT/],
    ["a request for an unknown plugin", request({ plugin: 1 }), /plugin 1 of 1/],
    ["a header without a value", request({ headers: ["a"] }), /a name without a value/],
    ["a request on a stream in use", Buffer.concat([request({}), request({})]), /stream 1, which is in use/],
    [
      "DATA beyond the credit",
      Buffer.concat([request({}), ...Array<Buffer>(WINDOW / 65_536 + 1).fill(data)]),
      /exceeds its stream's credit/,
    ],
    ["DATA for a request without a body", Buffer.concat([request({ body: false }), data]), /request without a body/],
    [
      "CREDIT for what was not sent",
      Buffer.concat([request({}), frame((writer) => writer.number(Frame.Credit, 1, 1))]),
      /acknowledges more than was sent/,
    ],
  ])("with 1 and one line on stderr after %s", async (_, bytes, reason) => {
    await using worker = await workerWith("export default () => ({ routes: { fetch: () => new Promise(() => {}) } });");
    worker.raw(bytes);
    expect(await worker.process.exited).toBe(1);
    const stderr = await worker.process.stderr.text();
    expect(stderr).toMatch(reason);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("an error that nobody caught", () => {
  test.each([
    ["a rejection", "Promise.reject(new Error('stray'))", "unhandled rejection: Error: stray"],
    ["a throw in a timer", "setTimeout(() => { throw new Error('stray'); })", "uncaught exception: Error: stray"],
    [
      "a throw in an abort listener",
      "request.signal.addEventListener('abort', () => { throw new Error('stray'); }); return new Promise(() => {});",
      "uncaught exception: Error: stray",
    ],
  ])("(%s) is logged under its plugin's name and leaves the group serving", async (_, fetch, message) => {
    await using worker = await Worker.spawn();
    const ok = packageOf({ "plugin.ts": "export default () => ({ provides() {} });" });
    const stray = packageOf({
      "plugin.ts": `export default () => ({ routes: { fetch(request) { ${fetch}; return new Response("ok"); } } });`,
    });
    await worker.init([{ root: ok }, { name: "@acme/stray", root: stray }]);
    worker.request(1, "/hello", { plugin: 1 });
    await worker.ping();
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    const line = await worker.log(message);
    expect([line.plugin, line.level]).toEqual(["@acme/stray", "error"]);
    worker.request(2, "/hello", { plugin: 1 });
    await worker.ping();
  });
});

test("plugins' console goes to the process's own pipes", async () => {
  await using worker = await workerWith(
    "console.log('to stdout'); console.error('to stderr'); export default () => ({ provides() {} });",
  );
  worker.hangUp();
  expect(await worker.process.stdout.text()).toBe("to stdout\n");
  expect(await worker.process.stderr.text()).toBe("to stderr\n");
  expect(worker.logs()).toEqual([]);
});
