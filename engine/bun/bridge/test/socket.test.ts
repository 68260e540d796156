import { describe, expect, test } from "bun:test";
import { Frame } from "../src/wire/frames.ts";
import { packageOf, valuesOf } from "./packages.ts";
import { Worker, workerWith } from "./runtime.ts";
import { close, control, frame, messages, open, received, send, socketWorker } from "./sockets.ts";

describe("server.upgrade", () => {
  test("accepts with the handler's settings, headers, cookies and protocol", async () => {
    await using worker = await workerWith(`export default {
      server: { routes: { "/hello/:room": (request, server) => {
        request.cookies.set("seen", "1");
        server.upgrade(request, { headers: { "x-room": request.params.room, Connection: "close" }, data: request.params.room });
      } } },
      websocket: { open(ws) { ws.send("in " + ws.data); }, maxPayloadLength: 1000, idleTimeout: 3, sendPings: false } };`);
    const accept = await open(worker, 1, { headers: ["sec-websocket-protocol", "chat, other"] });
    expect(accept).toMatchObject({ maxPayload: 1000, idleTimeout: 8, sendPings: false });
    expect(valuesOf(accept.headers, "x-room")).toEqual(["ws"]);
    expect(valuesOf(accept.headers, "sec-websocket-protocol")).toEqual(["chat"]);
    expect(valuesOf(accept.headers, "connection")).toEqual([]);
    expect(valuesOf(accept.headers, "set-cookie")).toEqual(["seen=1; Path=/; SameSite=Lax"]);
    expect(await received(worker, 1, 1)).toEqual(["in ws"]);
    expect(worker.of(1, Frame.Response)).toEqual([]);
  });

  test("has Bun's defaults, and drops what the handler returns", async () => {
    await using worker = await socketWorker(
      "message() {}",
      "return server.upgrade(request) && new Response(new ReadableStream({ cancel() { log('dropped'); } }))",
    );
    expect(await open(worker, 1)).toEqual({ headers: [], maxPayload: 16 << 20, idleTimeout: 120, sendPings: true });
    await worker.log("dropped");
    expect(worker.of(1)).toHaveLength(1);
  });

  test("is false for what is no handshake, a second time, after the answer, and for a Request of one's own", async () => {
    await using worker = await socketWorker(
      "message() {}",
      `const first = server.upgrade(request); const own = server.upgrade(new Request(request.url));
      const late = globalThis.old ? server.upgrade(globalThis.old) : null; globalThis.old = request;
      log(JSON.stringify([first, server.upgrade(request), own, late, server.pendingRequests, server.pendingWebSockets]));
      if (!first) return new Response("no", { status: 426 })`,
    );
    worker.request(1, "/hello");
    expect(await worker.response(1)).toMatchObject({ status: 426 });
    await open(worker, 2);
    expect(worker.logs().map(({ message }) => JSON.parse(message))).toEqual([
      [false, false, false, null, 1, 0],
      [true, false, false, false, 0, 1],
    ]);
  });

  test("without websocket says what is missing", async () => {
    await using worker = await workerWith(
      "export default { routes: { fetch(request, server) { server.upgrade(request); } } };",
    );
    worker.request(1, "/hello", { upgrade: true });
    expect((await frame(worker, 1, Frame.Abort)).json.code).toBe("PLUGIN_ERROR");
    await worker.log("server.upgrade needs websocket");
  });
});

describe("a WebSocket's handlers", () => {
  test("are those of the request's plugin, called with their object as this", async () => {
    const source = (name: string): string => `export default {
      routes: { fetch(request, server) { server.upgrade(request); } },
      websocket: { name: "${name}", message(ws, text) { ws.send(this.name + " " + text); } } };`;
    await using worker = await Worker.spawn();
    await worker.init([
      { root: packageOf({ "plugin.ts": source("a") }) },
      { root: packageOf({ "plugin.ts": source("b") }) },
    ]);
    await open(worker, 1, { plugin: 0 });
    await open(worker, 2, { plugin: 1 });
    send(worker, 1, "x");
    send(worker, 2, "y");
    expect(await received(worker, 1, 1)).toEqual(["a x"]);
    expect(await received(worker, 2, 1)).toEqual(["b y"]);
  });

  test("get text as strings and binary data as they ask", async () => {
    await using worker = await socketWorker(`message(ws, data) {
      if (typeof data === "string" && data.startsWith("type ")) { ws.binaryType = data.slice(5); return; }
      log(typeof data === "string" ? data : data.constructor.name + " " + (data.byteLength ?? data.size)); }`);
    await open(worker, 1);
    send(worker, 1, "äöü");
    send(worker, 1, "");
    for (const type of ["nodebuffer", "arraybuffer", "uint8array", "blob"]) {
      send(worker, 1, `type ${type}`);
      send(worker, 1, Buffer.from("abc"));
    }
    send(worker, 1, "type other");
    await worker.log("binaryType must be");
    expect(worker.logs().map(({ message }) => message.split("\n")[0])).toEqual([
      "äöü",
      "",
      "Buffer 3",
      "ArrayBuffer 3",
      "Uint8Array 3",
      "Blob 3",
      'websocket.message failed: TypeError: binaryType must be either "uint8array", "arraybuffer", "nodebuffer" or "blob"',
    ]);
  });

  test("get messages whole that come in pieces, and pings and pongs between them", async () => {
    await using worker = await socketWorker(`message(ws, data) { log("message " + data.length); },
      ping(ws, data) { log("ping " + data); }, pong(ws, data) { log("pong " + data); }`);
    await open(worker, 1);
    send(worker, 1, "x".repeat(50_000), true);
    control(worker, 1, Frame.WsPing, "a");
    send(worker, 1, "x".repeat(50_000), true);
    control(worker, 1, Frame.WsPong, "b");
    send(worker, 1, "yz");
    await worker.log("message 100002");
    expect(worker.logs().map(({ message }) => message)).toEqual(["ping a", "pong b", "message 100002"]);
  });

  test("that fail are logged, or told to error, and the socket lives on", async () => {
    const failing = `message(ws, data) {
      if (data === "throw") throw new Error("thrown"); if (data === "reject") return Promise.reject(new Error("rejected")); ws.send(data); }`;
    await using logging = await socketWorker(failing);
    await using telling = await socketWorker(`${failing}, error(error, ws) { ws.send("error " + error.message); }`);
    for (const worker of [logging, telling]) {
      await open(worker, 1);
      for (const text of ["throw", "reject", "on"]) send(worker, 1, text);
      await worker.log("websocket.message failed: Error: rejected");
    }
    expect(await received(logging, 1, 1)).toEqual(["on"]);
    await logging.log("websocket.message failed: Error: thrown");
    expect(await received(telling, 1, 2)).toEqual(["error thrown", "on"]);
  });

  test("of hono/bun work as they are", async () => {
    await using worker = await Worker.spawn();
    await worker.init([{ entry: "sockets.ts" }]);
    worker.request(1, "/hello/ws?name=ada", { upgrade: true, headers: ["upgrade", "websocket"] });
    await frame(worker, 1, Frame.WsAccept);
    send(worker, 1, "hi");
    send(worker, 1, Buffer.from([1, 2]));
    expect(await received(worker, 1, 3)).toEqual(["hello ada at /ws", "text hi", Buffer.from([1, 2])]);
    close(worker, 1, 1000, "bye");
    await frame(worker, 1, Frame.WsClose);
    worker.hangUp();
    expect(await worker.process.stdout.text()).toBe("closed 1000 bye\n");
    expect(messages(worker, 1)).toHaveLength(3);
  });
});
