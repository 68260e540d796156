import { describe, expect, test } from "bun:test";
import { Frame, WINDOW } from "../src/wire/frames.ts";
import { packageOf } from "./packages.ts";
import { Worker } from "./runtime.ts";
import { close, frame, messages, open, received, send, socketWorker } from "./sockets.ts";

/** Has each message run as code, and answers what it gives. */
const RUN = `message(ws, code) { ws.send("=" + JSON.stringify(new Function("ws", "server", "return " + code)(ws, server))); }`;

let asked = 0;

async function run(worker: Worker, stream: number, code: string): Promise<unknown> {
  asked += 1;
  send(worker, stream, `[${asked}, ${code}]`);
  const answer = await worker.until(`the answer to ${code}`, () =>
    messages(worker, stream).find((text) => typeof text === "string" && text.startsWith(`=[${asked},`)),
  );
  return JSON.parse(String(answer).slice(1))[1];
}

describe("topics", () => {
  test("reach their subscribers but the publisher, and all from the server", async () => {
    await using worker = await socketWorker(RUN);
    for (const stream of [1, 2, 3]) await open(worker, stream);
    for (const stream of [1, 2]) expect(await run(worker, stream, 'ws.subscribe("t")')).toBe(true);
    expect(await run(worker, 1, 'ws.publish("t", "from one")')).toBe(8);
    expect(await run(worker, 3, 'ws.publishText("t", "from three")')).toBe(10);
    expect(await run(worker, 3, 'server.publish("t", new Uint8Array([1, 2]))')).toBe(2);
    expect(await run(worker, 3, 'server.publish("none", "x")')).toBe(0);
    const news = (stream: number): unknown[] =>
      messages(worker, stream).filter((text) => !String(text).startsWith("="));
    expect(news(1)).toEqual(["from three", Buffer.from([1, 2])]);
    expect(news(2)).toEqual(["from one", "from three", Buffer.from([1, 2])]);
    expect(news(3)).toEqual([]);
  });

  test("are counted, listed and left", async () => {
    await using worker = await socketWorker(RUN);
    for (const stream of [1, 2]) await open(worker, stream);
    expect(await run(worker, 1, '[ws.subscribe("a"), ws.subscribe("a"), ws.subscribe("b"), ws.subscriptions]')).toEqual(
      [true, true, true, ["a", "b"]],
    );
    expect(await run(worker, 2, '[ws.subscribe("a"), ws.isSubscribed("b"), server.subscriberCount("a")]')).toEqual([
      true,
      false,
      2,
    ]);
    expect(await run(worker, 1, '[ws.unsubscribe("a"), ws.unsubscribe("a"), ws.subscriptions]')).toEqual([
      true,
      false,
      ["b"],
    ]);
    close(worker, 1, 1000);
    await frame(worker, 1, Frame.WsClose);
    expect(await run(worker, 2, '[server.subscriberCount("a"), server.subscriberCount("b")]')).toEqual([1, 0]);
    expect(
      await run(worker, 2, '(() => { try { ws.subscribe(""); } catch (error) { return error.message; } })()'),
    ).toBe("subscribe requires a non-empty topic name");
  });

  test("also reach the publisher if the plugin says so, and say when somebody is slow", async () => {
    await using worker = await socketWorker(`publishToSelf: true, backpressureLimit: 10, ${RUN}`);
    for (const stream of [1, 2]) await open(worker, stream);
    for (const stream of [1, 2]) await run(worker, stream, 'ws.subscribe("t")');
    expect(await run(worker, 1, 'ws.publish("t", "x")')).toBe(1);
    expect(messages(worker, 1)).toContain("x");
    const code = `[server.publish("t", new Uint8Array(${WINDOW})), server.publish("t", "y")]`;
    send(worker, 1, `(globalThis.sent = ${code})`);
    worker.credit(2, 1);
    await worker.ping();
    worker.credit(1, 100_000);
    worker.credit(2, 100_000);
    expect(await run(worker, 1, "globalThis.sent")).toEqual([-1, 0]);
  });

  test("are shared by the plugins of a group", async () => {
    const source = `export default { routes: { fetch(request, server) { server.upgrade(request); } },
      websocket: { open(ws) { ws.subscribe("shared"); }, message(ws, text) { ws.publish("shared", text); } } };`;
    await using worker = await Worker.spawn();
    await worker.init([{ root: packageOf({ "plugin.ts": source }) }, { root: packageOf({ "plugin.ts": source }) }]);
    await open(worker, 1, { plugin: 0 });
    await open(worker, 2, { plugin: 1 });
    send(worker, 1, "across");
    expect(await received(worker, 2, 1)).toEqual(["across"]);
  });
});
