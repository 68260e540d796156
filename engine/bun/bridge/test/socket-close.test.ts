import { describe, expect, test } from "bun:test";
import { Frame, WINDOW } from "../src/wire/frames.ts";
import { close, frame, open, received, send, sentBytes, socketWorker } from "./sockets.ts";

const LOGGING = `close(ws, code, reason) { log(["closed", code, reason, ws.readyState, ws.send("x"), ws.data, server.pendingWebSockets].join(" ")); }`;

describe("the closing of a WebSocket", () => {
  test("by the client is answered at once, before the handler is called", async () => {
    await using worker = await socketWorker(LOGGING, "server.upgrade(request, { data: 'd' })");
    await open(worker, 1);
    close(worker, 1, 1001, "away");
    await worker.log("closed 1001 away 3 0 d 0");
    expect((await frame(worker, 1, Frame.WsClose)).json).toEqual({ code: 1001, reason: "away" });
    expect(worker.received.findIndex(({ type }) => type === Frame.WsClose)).toBeLessThan(
      worker.received.findIndex(({ type }) => type === Frame.Log),
    );
    send(worker, 1, "late");
    worker.forget(1);
    await open(worker, 1);
  });

  test("by the plugin goes behind what it has sent, and its handler is called when the runtime has closed", async () => {
    await using worker = await socketWorker(
      `${LOGGING}, message(ws) { ws.send(new Uint8Array(${WINDOW})); ws.close(4001, "é".repeat(100)); ws.close(1000);
        log("closing " + ws.readyState + ws.send("x") + ws.subscribe("a")); }`,
    );
    await open(worker, 1);
    send(worker, 1, "go");
    await worker.log("closing 30false");
    await worker.ping();
    expect(worker.of(1, Frame.WsClose)).toEqual([]);
    worker.credit(1, 1000);
    expect((await frame(worker, 1, Frame.WsClose)).json).toEqual({ code: 4001, reason: "é".repeat(61) });
    expect(sentBytes(worker, 1)).toBeGreaterThan(WINDOW);
    send(worker, 1, "ignored");
    await worker.ping();
    expect(worker.logs()).toHaveLength(1);
    close(worker, 1, 4001);
    await worker.log(`closed 4001 ${"é".repeat(61)} 3 0  0`);
    expect(worker.of(1, Frame.WsClose)).toHaveLength(1);
  });

  test.each([
    ["ws.close()", 1000],
    ["ws.close(0)", 1005],
    ["ws.close(1005)", 1005],
    ["ws.close(1006)", 1005],
    ["ws.close(3000, 5)", 3000],
    ["ws.terminate()", 1006],
  ])("by %s has code %d", async (call, code) => {
    await using worker = await socketWorker(`open(ws) { ${call}; }`);
    await open(worker, 1);
    expect((await frame(worker, 1, Frame.WsClose)).json.code).toBe(code);
  });

  test("refuses codes that no close frame may have", async () => {
    await using worker = await socketWorker(
      `open(ws) { for (const code of [999, 1004, 1015, 2000, 5000, 1.5]) try { ws.close(code); } catch { log("no " + code); } ws.send("open"); }`,
    );
    await open(worker, 1);
    expect(await received(worker, 1, 1)).toEqual(["open"]);
    expect(worker.logs()).toHaveLength(6);
  });

  test("by terminate drops what waits", async () => {
    await using worker = await socketWorker(`open(ws) { ws.send(new Uint8Array(${2 * WINDOW})); ws.terminate(); }`);
    await open(worker, 1);
    expect((await frame(worker, 1, Frame.WsClose)).json).toEqual({ code: 1006, reason: "" });
    expect(sentBytes(worker, 1)).toBe(WINDOW);
  });

  test("by the client while the plugin's waits behind messages is answered once", async () => {
    await using worker = await socketWorker(
      `${LOGGING}, open(ws) { ws.send(new Uint8Array(${2 * WINDOW})); ws.close(4000); }`,
    );
    await open(worker, 1);
    close(worker, 1, 1006);
    await worker.log("closed 4000");
    worker.credit(1, 1000);
    await worker.ping();
    expect(worker.of(1, Frame.WsClose)).toHaveLength(1);
  });

  test("by ABORT calls the handler with 1006", async () => {
    await using worker = await socketWorker(LOGGING);
    await open(worker, 1);
    worker.json(Frame.Abort, 1, { code: "CLIENT_GONE", message: "gone" });
    await worker.log("closed 1006  3 0  0");
    expect(worker.of(1, Frame.WsClose)).toEqual([]);
  });

  test("ends the worker for a frame that does not belong to a WebSocket", async () => {
    await using worker = await socketWorker("message() {}");
    await open(worker, 1);
    worker.empty(Frame.End, 1);
    expect(await worker.process.exited).toBe(1);
    expect(await worker.process.stderr.text()).toMatch(/0x13 for a WebSocket/);
  });
});
