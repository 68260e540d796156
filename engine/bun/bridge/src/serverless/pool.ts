import type { Log } from "../log.ts";
import { StartFailure } from "../plugins/failure.ts";
import { sumOf } from "./counts.ts";
import type { Limits } from "./limits.ts";
import type { AppSpec, Loaded } from "./messages.ts";
import { Queue } from "./queue.ts";
import type { PooledStream } from "./stream.ts";
import { Thread } from "./thread.ts";
import type { ThreadListener } from "./thread.ts";

/** The Workers of one module, and the requests that wait for one. */
export class Pool implements ThreadListener {
  readonly counts = sumOf([]);
  /** Its Workers, also those that end. */
  readonly threads = new Set<Thread>();
  readonly queue = new Queue();
  readonly #limits: Limits;
  readonly #env: Record<string, string>;
  readonly #log: Log;
  #trial: PromiseWithResolvers<Loaded> | undefined;
  #closing = false;
  /** Whether a Worker of which nobody has need yet shall be ready, since requests come. */
  #warm = false;

  /** `env` is the whole environment of its Workers. */
  constructor(
    readonly app: AppSpec,
    limits: Limits,
    env: Record<string, string>,
    log: Log,
  ) {
    this.#limits = limits;
    this.#env = env;
    this.#log = log;
  }

  /** Loads the module in a first Worker, which is kept for requests. Rejects with {@link StartFailure}. */
  trial(): Promise<Loaded> {
    const trial = Promise.withResolvers<Loaded>();
    this.#trial = trial;
    this.#start();
    return trial.promise;
  }

  /** Takes a request. */
  open(stream: PooledStream): void {
    this.counts.totalRequests += 1;
    stream.whenOver = () => {
      this.queue.drop(stream);
      this.#count(stream);
    };
    if (this.#closing) return stream.fail("WORKER_CRASHED", "The plugin has ended");
    this.#warm = this.#limits.fresh;
    this.queue.add(stream, this.#limits.timeoutMs);
    this.#pump();
  }

  /** Ends all Workers and waits for their onTerminate; returns what those failed with. */
  async close(): Promise<string[]> {
    this.#closing = true;
    this.queue.fail(this.queue.length, "WORKER_CRASHED", "The plugin has ended");
    const errors = await Promise.all([...this.threads].map((thread) => thread.end(Number.POSITIVE_INFINITY)));
    return errors.filter((error) => error !== null);
  }

  loaded(thread: Thread, as: Loaded): void {
    this.#trial?.resolve(as);
    this.#trial = undefined;
    if (as === "persistent") return thread.kill();
    this.#keep(thread);
    this.#pump();
  }

  failed(failure: StartFailure): void {
    this.#warm = false;
    if (this.#trial) return this.#trial.reject(failure);
    const where = failure.position ?? this.app.entry;
    this.#log.write(this.app.plugin, "error", `a new Worker did not start: ${where}: ${failure.message}`);
    // Who has waited longest pays for it; the next one gets another Worker.
    this.queue.fail(1, "PLUGIN_ERROR", "The plugin failed to load");
  }

  gone(thread: Thread): void {
    this.threads.delete(thread);
    this.counts.ended += 1;
    this.#pump();
  }

  /** Gives waiting requests to Workers, and starts Workers where there are too few. */
  #pump(): void {
    if (this.#closing) return;
    while (this.queue.length > 0) {
      const thread = this.#limits.choose(this.threads);
      if (thread === undefined) {
        this.#makeRoom();
        break;
      }
      this.#give(this.queue.take() as PooledStream, thread);
    }
    while (this.#limits.wantsMore(this.threads, this.queue.length, this.#warm)) this.#start();
  }

  /** Ends the Workers whose streams, e.g. of events, would keep new requests waiting for ever. */
  #makeRoom(): void {
    for (const thread of this.threads) {
      if (thread.state === "ready" && this.#limits.isExpired(thread)) void this.#end(thread);
    }
  }

  #start(): void {
    this.counts.created += 1;
    try {
      this.threads.add(new Thread(this.app, this.#env, this.#limits.startMs, this.#log, this));
    } catch (error) {
      this.counts.ended += 1;
      this.failed(new StartFailure("LoadFailed", `there can be no more threads: ${error}`));
    }
  }

  #give(stream: PooledStream, thread: Thread): void {
    thread.expire(Number.POSITIVE_INFINITY, () => {});
    stream.whenOver = (byClient) => this.#answered(stream, thread, byClient);
    stream.limit(this.#limits.timeoutMs, () => this.#late(stream, thread));
    thread.take(stream);
  }

  #answered(stream: PooledStream, thread: Thread, byClient: boolean): void {
    thread.drop(stream);
    this.#count(stream);
    if (thread.state !== "ready") return;
    // Its handler may be in a loop that it does not leave for an aborted signal.
    if (byClient) thread.check(this.#limits.timeoutMs);
    if (thread.streams.size === 0) this.#unused(thread);
    this.#pump();
  }

  #count(stream: PooledStream): void {
    if (stream.failed) this.counts.failedRequests += 1;
  }

  #late(stream: PooledStream, thread: Thread): void {
    const limit = `${this.#limits.timeoutMs} ms`;
    this.#log.write(this.app.plugin, "error", `${stream.label()}: no response within ${limit}; its Worker was ended`);
    stream.fail("WORKER_TIMEOUT", `The plugin did not answer within ${limit}`);
    thread.kill();
  }

  #unused(thread: Thread): void {
    if (this.#limits.isOverdue(thread)) return void this.#end(thread);
    thread.idle();
    this.#keep(thread);
  }

  /** Keeps a Worker without requests for as long as it may. */
  #keep(thread: Thread): void {
    thread.expire(this.#limits.keptMs(thread), () => {
      this.#warm = false;
      void this.#end(thread);
    });
  }

  async #end(thread: Thread): Promise<void> {
    const error = await thread.end(this.#limits.terminateMs);
    if (error !== null) this.#log.write(this.app.plugin, "error", `onTerminate failed: ${error}`);
  }
}
