import type { Log, LogLevel } from "../log.ts";
import { StartFailure } from "../plugins/failure.ts";
import { Frame } from "../wire/frames.ts";
import type { FrameType } from "../wire/frames.ts";
import type { AppSpec, FromWorker, Loaded } from "./messages.ts";
import type { Spawned } from "./spawn.ts";
import { spawn } from "./spawn.ts";
import type { PooledStream } from "./stream.ts";
import { Timers } from "./timers.ts";

/**
 * How far a Worker's life has come. "ending": its onTerminate runs; "ended": nothing is expected of it,
 * though its thread may be there still; "gone": the thread has ended.
 */
export type ThreadState = "starting" | "ready" | "ending" | "ended" | "gone";

/** Who hears of a Worker's life. Each is called at most once, `gone` always and last. */
export interface ThreadListener {
  /** The module is loaded: the Worker takes requests, if it is a serverless plugin's. */
  loaded(thread: Thread, as: Loaded): void;
  /** The module did not load. */
  failed(failure: StartFailure): void;
  /** The thread is no more. */
  gone(thread: Thread): void;
}

/** One Bun Worker as the main thread sees it: its life from spawn to exit, and the streams it serves. */
export class Thread {
  readonly made = performance.now();
  /** When the last request ended, or since when there was none. */
  idleSince = this.made;
  /** How many requests it was given. */
  requests = 0;
  readonly streams = new Map<number, PooledStream>();
  #state: ThreadState = "starting";
  readonly #app: AppSpec;
  readonly #log: Log;
  readonly #listener: ThreadListener;
  readonly #worker: Spawned;
  readonly #timers = new Timers<"start" | "alive" | "expiry" | "terminate">();
  readonly #terminated = Promise.withResolvers<string | null>();
  #ending: Promise<string | null> | undefined;

  /** Starts the Worker; `startMs` is for loading its module. Throws if there can be no more threads. */
  constructor(app: AppSpec, env: Record<string, string>, startMs: number, log: Log, listener: ThreadListener) {
    this.#app = app;
    this.#log = log;
    this.#listener = listener;
    this.#worker = spawn(app, env, {
      frame: (type, id, payload) => this.#frame(type, id, payload),
      message: (message) => this.#message(message),
      batchEnd: () => {},
      crashed: (message) => this.#break(message),
      closed: () => this.#closed(),
    });
    this.#timers.set("start", startMs, () => this.#late(startMs));
  }

  get state(): ThreadState {
    return this.#state;
  }

  /** Gives it a request. */
  take(stream: PooledStream): void {
    this.requests += 1;
    const id = this.requests;
    this.streams.set(id, stream);
    stream.assign(this.#worker.port.writer, id);
  }

  /** Forgets a stream that is over. */
  drop(stream: PooledStream): void {
    for (const [id, held] of this.streams) if (held === stream) this.streams.delete(id);
    if (this.streams.size === 0) this.idleSince = performance.now();
  }

  /** Calls `expired` after so many milliseconds, which may be infinite; replaces what was set before. */
  expire(ms: number, expired: () => void): void {
    this.#timers.set("expiry", ms, expired);
  }

  /** Has onIdle called. */
  idle(): void {
    if (this.#state === "ready") this.#worker.port.post({ kind: "idle" });
  }

  /** Ends it as broken if it does not come to its event loop within so many milliseconds. */
  check(ms: number): void {
    if (this.#state !== "ready" || this.#timers.has("alive")) return;
    this.#worker.port.post({ kind: "check" });
    this.#timers.set("alive", ms, () => this.#break(`the Worker did nothing else for ${ms} ms; it was ended`));
  }

  /** Has onTerminate called and then ends it; returns what onTerminate failed with, null for nothing. */
  end(limitMs: number): Promise<string | null> {
    if (this.#state === "starting") this.kill();
    if (this.#state === "ready") this.#ending = this.#terminate(limitMs);
    return this.#ending ?? Promise.resolve(null);
  }

  /** Ends it at once, whatever it does; what it serves fails. */
  kill(): void {
    if (this.#state === "ended" || this.#state === "gone") return;
    this.#state = "ended";
    this.#timers.clearAll();
    this.#terminated.resolve(null);
    for (const stream of [...this.streams.values()]) stream.fail("WORKER_CRASHED", "The plugin's Worker has ended");
    this.#worker.terminate();
  }

  async #terminate(limitMs: number): Promise<string | null> {
    this.#state = "ending";
    this.#timers.clear("expiry");
    this.#worker.port.post({ kind: "terminate" });
    const message = `onTerminate did not end within ${limitMs} ms`;
    this.#timers.set("terminate", limitMs, () => this.#terminated.resolve(message));
    const error = await this.#terminated.promise;
    this.kill();
    return error;
  }

  #frame(type: FrameType, id: number, payload: Buffer): void {
    if (type !== Frame.Log) return this.streams.get(id)?.deliver(type, payload);
    const { level, message } = JSON.parse(payload.toString()) as { level: LogLevel; message: string };
    this.#log.write(this.#app.plugin, level, message);
  }

  #message(message: FromWorker): void {
    switch (message.kind) {
      case "loaded":
        this.#timers.clear("start");
        this.#state = "ready";
        return this.#listener.loaded(this, message.as);
      case "failed": {
        const { reason, message: text, position } = message.failure;
        return this.#fail(new StartFailure(reason, text, position));
      }
      case "alive":
        return this.#timers.clear("alive");
      case "terminated":
        return this.#terminated.resolve(message.error);
      case "uncaught":
        return this.#break(message.error);
    }
  }

  #late(ms: number): void {
    const what = `the import of ${this.#app.entry} did not end within ${ms} ms: look for what it waits for`;
    this.#fail(new StartFailure("InitTimeout", what));
  }

  #fail(failure: StartFailure): void {
    if (this.#state !== "starting") return;
    this.kill();
    this.#listener.failed(failure);
  }

  /** The Worker is of no use any more. */
  #break(why: string): void {
    if (this.#state === "starting") return this.#fail(new StartFailure("LoadFailed", why));
    if (this.#state === "ended") return;
    // Its onTerminate may end it in its own way.
    if (this.#state !== "ending") this.#log.write(this.#app.plugin, "error", why);
    this.kill();
  }

  #closed(): void {
    this.#break("the Worker ended itself, as by process.exit; its requests were failed");
    this.#state = "gone";
    this.#listener.gone(this);
  }
}
