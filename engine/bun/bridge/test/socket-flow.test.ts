import { describe, expect, test } from "bun:test";
import { CREDIT_STEP, Frame, PIECE_MAX, WINDOW } from "../src/wire/frames.ts";
import { frame, messages, open, received, send, sentBytes, socketWorker } from "./sockets.ts";

describe("a WebSocket's sending", () => {
  test("returns bytes, -1 for what waits, 0 for what is dropped, and calls drain", async () => {
    await using worker = await socketWorker(
      `backpressureLimit: 1000, drain(ws) { log("drain " + ws.getBufferedAmount()); },
      open(ws) {
        const sent = [ws.send("äb"), ws.send(""), ws.send(new Uint8Array(${WINDOW - 100})), ws.send("x".repeat(2000)), ws.send("y")];
        log(JSON.stringify([...sent, ws.getBufferedAmount() > 1000])); }`,
    );
    await open(worker, 1);
    await worker.log(JSON.stringify([3, 0, WINDOW - 100, -1, 0, true]));
    await worker.ping();
    expect(sentBytes(worker, 1)).toBe(WINDOW);
    worker.credit(1, 1000);
    await worker.ping();
    expect(sentBytes(worker, 1)).toBe(WINDOW + 1000);
    expect(worker.logs()).toHaveLength(1);
    worker.credit(1, 10_000);
    await worker.log("drain 0");
    expect(messages(worker, 1).map(({ length }) => length)).toEqual([2, 0, WINDOW - 100, 2000]);
    await worker.ping();
    expect(worker.logs()).toHaveLength(2);
  });

  test("that reaches its limit closes the socket if the plugin says so", async () => {
    await using worker = await socketWorker(
      `backpressureLimit: 1000, closeOnBackpressureLimit: true,
      open(ws) { ws.send(new Uint8Array(${2 * WINDOW})); log("second " + ws.send("x") + ws.readyState); }`,
    );
    await open(worker, 1);
    await worker.log("second 03");
    expect((await frame(worker, 1, Frame.WsClose)).json.code).toBe(1006);
  });

  test("cuts large messages into pieces that arrive whole, in order, whatever happens to their memory", async () => {
    await using worker = await socketWorker(
      `open(ws) { const bytes = new Uint8Array(300_000).fill(7); ws.send(bytes); bytes.fill(9);
        ws.send("é".repeat(100_000)); ws.send(new Blob(["blob"])); ws.send(new Uint8Array([1, 2, 3, 4]).subarray(1, 3)); ws.send("end"); }`,
    );
    await open(worker, 1);
    await worker.until("the window", () => sentBytes(worker, 1) === WINDOW);
    worker.credit(1, WINDOW);
    await worker.until("more", () => sentBytes(worker, 1) > WINDOW);
    const [bytes, text, blob, view, end] = await received(worker, 1, 5);
    expect(bytes).toEqual(Buffer.alloc(300_000, 7));
    expect(text).toBe("é".repeat(100_000));
    expect([String(blob), view, end]).toEqual(["blob", Buffer.from([2, 3]), "end"]);
    const sizes = worker.of(1).map(({ bytes: { length } }) => length);
    expect(Math.max(...sizes)).toBe(PIECE_MAX + 1);
  });

  test("takes what Bun takes and refuses what it refuses", async () => {
    await using worker = await socketWorker(
      `open(ws) { const tries = [() => ws.send(5), () => ws.sendText("t"), () => ws.sendBinary(new ArrayBuffer(2)), () => ws.ping(), () => ws.pong("p"),
        () => ws.send(null), () => ws.sendText(new Uint8Array(1)), () => ws.sendBinary("x"), () => ws.ping("x".repeat(126)),
        () => ws.cork((same) => same === ws), () => ws.remoteAddress];
        log(JSON.stringify(tries.map((attempt) => { try { return attempt(); } catch (error) { return error.name; } }))); }`,
    );
    await open(worker, 1);
    await worker.log("[");
    expect(JSON.parse(worker.logs()[0]?.message ?? "")).toEqual([
      1,
      1,
      2,
      0,
      1,
      "TypeError",
      "TypeError",
      "TypeError",
      "RangeError",
      true,
      "127.0.0.1",
    ]);
    expect((await frame(worker, 1, Frame.WsPong)).bytes.toString()).toBe("\x01p");
    expect((await frame(worker, 1, Frame.WsPing)).bytes.toString()).toBe("\x01");
  });
});

describe("a WebSocket's receiving", () => {
  const credits = (worker: { of(stream: number, type: number): { bytes: Buffer }[] }): number[] =>
    worker.of(1, Frame.Credit).map(({ bytes }) => bytes.readUInt32BE(0));

  test("gives credit back for what was handled, in steps", async () => {
    await using worker = await socketWorker("message(ws, data) { log('got ' + data.length); }");
    await open(worker, 1);
    for (let at = 0; at < 4; at += 1) send(worker, 1, Buffer.alloc(32_767));
    await worker.until("credit", () => credits(worker as never).length === 2);
    expect(credits(worker as never)).toEqual([CREDIT_STEP, CREDIT_STEP]);
  });

  test("takes a message that is larger than the window", async () => {
    await using worker = await socketWorker("message(ws, data) { log('got ' + data.length); }");
    await open(worker, 1);
    let room = WINDOW;
    let given = 0;
    for (let piece = 0; piece < 16; piece += 1) {
      await worker.until("room", () => {
        room += credits(worker as never)
          .slice(given)
          .reduce((sum, credit) => sum + credit, 0);
        given = credits(worker as never).length;
        return room >= PIECE_MAX + 1;
      });
      send(worker, 1, Buffer.alloc(PIECE_MAX), piece < 15);
      room -= PIECE_MAX + 1;
    }
    await worker.log(`got ${16 * PIECE_MAX}`);
  });

  test("is held back while paused, and without credit; what was held comes before the close", async () => {
    await using worker = await socketWorker(
      `open(ws) { ws.pause(); globalThis.ws = ws; }, message(ws, data) { log("got " + data.length + ws.isPaused); },
      ping(ws) { log("ping"); }, close() { log("closed"); }`,
      `if (request.url.endsWith("/resume")) { globalThis.ws.resume(); return new Response("ok"); } server.upgrade(request)`,
    );
    await open(worker, 1);
    for (let at = 0; at < 3; at += 1) send(worker, 1, Buffer.alloc(60_000));
    await worker.ping();
    expect([worker.logs(), credits(worker as never)]).toEqual([[], []]);
    worker.request(2, "/hello/resume");
    await worker.response(2);
    expect(worker.logs().map(({ message }) => message)).toEqual(Array(3).fill("got 60000false"));
    expect(credits(worker as never)).toEqual([120_002]);
    await open(worker, 3);
    send(worker, 3, "x");
    worker.json(Frame.WsClose, 3, { code: 1000, reason: "" });
    await worker.log("closed");
    expect(worker.logs().map(({ message }) => message)).toEqual([
      ...Array(3).fill("got 60000false"),
      "got 1false",
      "closed",
    ]);
  });

  test.each([
    ["beyond its credit", Array(5).fill(Buffer.alloc(PIECE_MAX)), /exceeds its stream's credit/],
    ["beyond maxPayloadLength", [Buffer.alloc(1001)], /a message of more than 1000 bytes/],
  ])("ends the worker for messages %s", async (_, sent, reason) => {
    const max = sent.length === 1 ? 1000 : 1 << 24;
    await using worker = await socketWorker(`maxPayloadLength: ${max}, open(ws) { ws.pause(); }`);
    await open(worker, 1);
    for (const bytes of sent) send(worker, 1, bytes);
    expect(await worker.process.exited).toBe(1);
    expect(await worker.process.stderr.text()).toMatch(reason);
  });
});
