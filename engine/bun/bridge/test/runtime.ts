/** The runtime's side of the protocol, for tests: starts a real worker and speaks to it frame by frame. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket, Subprocess } from "bun";
import { Frame, TO_RUNTIME } from "../src/wire/frames.ts";
import type { FrameType } from "../src/wire/frames.ts";
import { FrameReader } from "../src/wire/reader.ts";
import { FrameWriter } from "../src/wire/writer.ts";
import type { Answer, Head, Spec } from "./packages.ts";
import { initOf, packageOf } from "./packages.ts";

/** A frame as the worker sent it; `json` is set for the types that carry JSON. */
export interface Received {
  readonly type: FrameType;
  readonly stream: number;
  readonly bytes: Buffer;
  readonly json: any;
}

const BINARY: ReadonlySet<FrameType> = new Set<FrameType>([
  Frame.Pong,
  Frame.Data,
  Frame.End,
  Frame.Credit,
  Frame.Timeout,
  Frame.BodyWanted,
  Frame.WsText,
  Frame.WsBinary,
  Frame.WsPing,
  Frame.WsPong,
]);
const DEADLINE_MS = 10_000;
/** The committed bundle, which is what the runtime starts. */
export const BUNDLE = join(import.meta.dir, "../dist/bridge.js");

/** One worker process and the connection to it. */
export class Worker {
  /** All frames so far. */
  readonly received: Received[] = [];
  readonly #waiting = new Set<() => void>();
  #socket: Socket | undefined;
  #closed = false;
  #pings = 0;
  #raw = Buffer.alloc(0);
  readonly #writer = new FrameWriter(() => queueMicrotask(() => this.flush()));
  readonly #reader = new FrameReader(TO_RUNTIME, (type, stream, payload) => {
    const bytes = Buffer.from(payload);
    this.received.push({ type, stream, bytes, json: BINARY.has(type) ? undefined : JSON.parse(bytes.toString()) });
  });

  private constructor(
    readonly process: Subprocess<"ignore", "pipe", "pipe">,
    readonly directory: string,
  ) {}

  /** Spawns the bundle and waits for its HELLO. */
  static async spawn(env: Record<string, string> = {}): Promise<Worker> {
    const directory = mkdtempSync(join(tmpdir(), "bridge-"));
    const path = join(directory, "s");
    let worker: Worker | undefined;
    const listener = Bun.listen({
      unix: path,
      socket: {
        open: (socket) => worker?.attach(socket),
        data: (_, chunk) => worker?.receive(chunk),
        drain: () => worker?.flush(),
        close: () => worker?.close(),
      },
    });
    const process = Bun.spawn([globalThis.process.execPath, "--no-install", "--no-env-file", BUNDLE, path], {
      env,
      cwd: directory,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    worker = new Worker(process, directory);
    await worker.next((frame) => frame.type === Frame.Hello);
    listener.stop();
    return worker;
  }

  attach(socket: Socket): void {
    this.#socket = socket;
  }

  receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    for (const wake of this.#waiting) wake();
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#waiting) wake();
  }

  /** Waits until `found` gives something; fails after the deadline or when the worker is gone. */
  async until<T>(what: string, found: () => T | undefined | false): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`${what} did not come; frames: ${this.#summary()}`)),
      DEADLINE_MS,
    );
    try {
      for (;;) {
        const value = found();
        if (value !== undefined && value !== false) return value;
        if (this.#closed) throw new Error(`the worker went away before ${what}; frames: ${this.#summary()}`);
        const woken = Promise.withResolvers<void>();
        this.#waiting.add(woken.resolve);
        await Promise.race([woken.promise, deadline.promise]);
        this.#waiting.delete(woken.resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first frame that matches, received already or to come. */
  next(matches: (frame: Received) => boolean): Promise<Received> {
    return this.until("a frame", () => this.received.find(matches));
  }

  json(type: FrameType, stream: number, value: object): void {
    this.#writer.json(type, stream, value);
  }

  bytes(type: FrameType, stream: number, payload: Uint8Array): void {
    this.#writer.bytes(type, stream, payload);
  }

  empty(type: FrameType, stream: number): void {
    this.#writer.empty(type, stream);
  }

  credit(stream: number, count: number): void {
    this.#writer.number(Frame.Credit, stream, count);
  }

  /** Sends bytes that need not be frames. */
  raw(bytes: Uint8Array): void {
    this.#raw = Buffer.concat([this.#raw, bytes]);
    this.flush();
  }

  /** Sends INIT and waits for READY; returns the PLUGIN frames' payloads. */
  async init(plugins: Partial<Spec>[]): Promise<any[]> {
    this.json(Frame.Init, 0, initOf(plugins));
    await this.next((frame) => frame.type === Frame.Ready);
    return this.received.filter((frame) => frame.type === Frame.Plugin).map((frame) => frame.json);
  }

  /** Sends a request without a body. */
  request(stream: number, url: string, more: Partial<Head> = {}): void {
    this.json(Frame.Request, stream, {
      plugin: 0,
      method: "GET",
      url: `http://localhost${url}`,
      peer: "127.0.0.1",
      port: 9,
      body: false,
      upgrade: false,
      headers: [],
      ...more,
    });
  }

  /** Waits until the worker has handled everything that was sent before, in a chunk of its own. */
  async ping(): Promise<void> {
    const stamp = Buffer.alloc(8);
    stamp.writeUInt32BE((this.#pings += 1));
    this.bytes(Frame.Ping, 0, stamp);
    await this.until("PONG", () => this.received.some(({ type, bytes }) => type === Frame.Pong && bytes.equals(stamp)));
  }

  /** The frames of a stream that came so far. */
  of(stream: number, type?: FrameType): Received[] {
    return this.received.filter((frame) => frame.stream === stream && (type === undefined || frame.type === type));
  }

  /** The bytes of DATA that came on a stream so far. */
  dataBytes(stream: number): number {
    return this.of(stream, Frame.Data).reduce((sum, frame) => sum + frame.bytes.length, 0);
  }

  /** Waits for a whole response no larger than the window. */
  async response(stream: number): Promise<Answer> {
    const head = await this.until(`the response of stream ${stream}`, () => this.of(stream, Frame.Response)[0]);
    if (head.json.body) await this.until(`the end of stream ${stream}`, () => this.of(stream, Frame.End)[0]);
    const body = Buffer.concat(this.of(stream, Frame.Data).map((frame) => frame.bytes));
    return { status: head.json.status, headers: head.json.headers, hasBody: head.json.body, text: body.toString() };
  }

  /** Forgets a stream's frames, so that its number can be used again. */
  forget(stream: number): void {
    for (let at = this.received.length - 1; at >= 0; at -= 1) {
      if (this.received[at]?.stream === stream) this.received.splice(at, 1);
    }
  }

  /** The LOG frames' payloads so far. */
  logs(): { plugin: string; level: string; message: string }[] {
    return this.received.filter((frame) => frame.type === Frame.Log).map((frame) => frame.json);
  }

  /** Waits for a log line that contains `text`. */
  log(text: string): Promise<{ plugin: string; level: string; message: string }> {
    return this.until(`a log line with "${text}"`, () => this.logs().find(({ message }) => message.includes(text)));
  }

  /** Closes the connection, as a runtime that died would. */
  hangUp(): void {
    this.#socket?.end();
  }

  /** Ends the worker if it still runs, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#socket === undefined) return;
    if (this.#raw.length > 0) this.#raw = this.#raw.subarray(Math.max(0, this.#socket.write(this.#raw)));
    if (this.#raw.length > 0 || this.#writer.size === 0) return;
    this.#writer.sent(Math.max(0, this.#socket.write(this.#writer.waiting())));
  }

  #summary(): string {
    return this.received
      .map(({ type, stream, json }) => `${type.toString(16)}/${stream} ${JSON.stringify(json) ?? ""}`)
      .join("\n");
  }
}

/** Spawns a worker with one plugin, whose `plugin.ts` is this. */
export async function workerWith(source: string, spec: Partial<Spec> = {}): Promise<Worker> {
  const worker = await Worker.spawn();
  const [report] = await worker.init([{ root: packageOf({ "plugin.ts": source }), ...spec }]);
  if (report.state !== "ready") throw new Error(`the plugin is not ready: ${JSON.stringify(report)}`);
  return worker;
}

/** Starts one package in a worker of its own; returns its PLUGIN frame. */
export async function outcomeOf(
  files: Record<string, string>,
  spec: Partial<Spec> = {},
): Promise<Record<string, unknown>> {
  await using worker = await Worker.spawn();
  const [report] = await worker.init([{ root: packageOf(files), ...spec }]);
  return report;
}
